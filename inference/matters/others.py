"""A mail by somebody else in, asks to several people that it answers, or may answer, for all of them out."""

from __future__ import annotations

from inference.acts.act import ActName
from inference.favor import Status
from inference.matters.book import Book, act_evidence, mail_evidence
from inference.matters.odds import shifted
from inference.matters.vocabulary import said
from inference.timeline import Mail

_ENOUGH = 0.6
_BARELY = 0.1  # how sure a doubt is; it is never weighed


def answered_by_another(book: Book, mail: Mail) -> None:
    """Let asks lapse that somebody else has answered: who had been asked as well, or who writes in somebody's place.

    An answer that is not understood, and no refusal, leaves it in doubt whether anybody still has to. Who has been
    asked as well answers for all by taking it on, too.
    """
    taken = [act for act in mail.acts if act.act in (ActName.DELIVER, ActName.COMMIT)]
    surest = max(taken, key=lambda act: (act.confidence, -act.start)) if taken else None
    for draft in book.of_thread(mail.thread):
        waiting = draft.status is Status.ASKED and not draft.lapsed
        answers = mail.answers in draft.mails
        in_place_of = answers and draft.giver in (*mail.to, *mail.cc) and mail.author not in draft.addressed
        if not waiting or draft.receiver not in (*mail.to, *mail.cc):
            continue
        if mail.author not in draft.also_asked and not in_place_of:
            continue
        who = " who had been asked as well" if mail.author in draft.also_asked else ""
        if surest is not None and shifted(surest.confidence, 1.0 if answers else 0.4) >= _ENOUGH:
            evidence = act_evidence(mail, surest, shifted(surest.confidence, 1.0 if answers else 0.4))
            because = f"Somebody else{who} has answered."
            book.take(draft, "lapsed", mail, evidence, 0.3, because, said(surest))
        elif answers and not _refuses(mail) and "maybe_delivered" not in draft.doubts:
            because = f"Somebody else{who} wrote something that may have been it."
            draft.doubts.add("maybe_delivered")
            draft.move("maybe_delivered", mail.at, draft.keep(mail_evidence(mail, ActName.DELIVER, _BARELY)), because)


def _refuses(mail: Mail) -> bool:
    """Whether the mail only says no, or asks something back."""
    return any(act.certain and act.act in (ActName.DECLINE, ActName.ASK) for act in mail.acts)
