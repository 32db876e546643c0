"""A timeline in, the same with each mail once out.

Exports and moves between programs leave copies of one mail under Message-IDs of their own (Lotus Notes wrote one into
each folder). Two mails by the same author of the same second that say the same are one.
"""

from __future__ import annotations

from dataclasses import replace

from inference.timeline import Mail, Timeline


def without_copies(timeline: Timeline) -> Timeline:
    """``timeline`` with one of each set of copies: a trusted one if there is one, else that of the least identity.

    The same for any order of the mails. What answers a copy answers the mail that stays.
    """
    kept: dict[tuple[object, ...], Mail] = {}
    for mail in sorted(timeline.mails, key=lambda mail: (not mail.trusted, mail.identity)):
        kept.setdefault(_content(mail), mail)
    if len(kept) == len(timeline.mails):
        return timeline
    stays = {mail.identity: kept[_content(mail)].identity for mail in timeline.mails}
    mails = [
        mail if mail.answers is None else replace(mail, answers=stays.get(mail.answers, mail.answers))
        for mail in kept.values()
    ]
    return replace(timeline, mails=tuple(sorted(mails, key=lambda mail: (mail.at, mail.identity))))


def _content(mail: Mail) -> tuple[object, ...]:
    """What copies have in common; readers may differ, for some programs drop the blind ones."""
    return (mail.author, mail.at, mail.subject, mail.words, tuple(act.quote for act in mail.acts))
