"""A mail by somebody else in, asks to several people that it answers for all of them out."""

from __future__ import annotations

from inference.acts.act import ActName
from inference.favor import Status
from inference.matters.book import Book, act_evidence
from inference.matters.odds import shifted
from inference.matters.vocabulary import said
from inference.timeline import Mail

_ENOUGH = 0.6


def answered_by_another(book: Book, mail: Mail) -> None:
    """Let asks lapse that went to several people, once one of the others has answered what was asked."""
    delivered = [act for act in mail.acts if act.act is ActName.DELIVER]
    if not delivered:
        return
    surest = max(delivered, key=lambda act: (act.confidence, -act.start))
    for draft in book.of_thread(mail.thread):
        waiting = draft.status is Status.ASKED and not draft.lapsed
        if not waiting or mail.author not in draft.also_asked or draft.receiver not in (*mail.to, *mail.cc):
            continue
        odds = shifted(surest.confidence, 1.0 if mail.answers in draft.mails else 0.4)
        if odds >= _ENOUGH:
            evidence = act_evidence(mail, surest, odds)
            because = "Somebody else who had been asked as well has answered."
            book.take(draft, "lapsed", mail, evidence, 0.3, because, said(surest))
