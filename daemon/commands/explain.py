"""``kith explain``: the id of a favor or of a mail in; its sentences, acts, scores and steps out."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Annotated, Final

import typer

from daemon.dates import day
from daemon.failure import Failure
from daemon.invocation import invocation, now, opened

if TYPE_CHECKING:
    from zoneinfo import ZoneInfo

    from daemon.config import Config
    from daemon.entries import Party
    from daemon.store import ExportedMail, Store
    from inference.favor import Evidence, Favor

app = typer.Typer(add_completion=False, rich_markup_mode=None)

_QUOTE: Final = 600
_VERDICTS: Final = {
    "confirm": "this is right",
    "reject": "there was no such favor",
    "retype": "it was {0}",
    "done": "it was done",
    "undone": "it was not done",
    "thanked": "thanks were given for it",
    "told": "the outcome was told",
}


@app.command()
def explain(
    ctx: typer.Context,
    id_: Annotated[
        str,
        typer.Argument(metavar="ID", help="A favor (from kith ledger) or a mail (from kith show, or its Message-ID)."),
    ],
) -> None:
    """The sentences, scores and steps behind a favor, or what was found in a mail."""
    config = invocation(ctx).config()
    wanted = id_.strip().strip("<>")
    with opened(config) as store:
        favor = store.favor(wanted) if wanted else None
        if favor is not None:
            lines = list(_favor(config, store, favor))
        else:
            found = store.mails_called(wanted) if wanted else []
            if len(found) != 1:
                kind = "several mails begin" if found else "no favor and no mail begins"
                raise Failure(f"{kind} with {id_!r}: kith ledger --all and kith show PERSON list their ids")
            lines = list(_mail(found[0], config.owner.zone))
    for line in lines:
        typer.echo(line)


def _favor(config: Config, store: Store, favor: Favor) -> Iterator[str]:
    from daemon.digest.plain import one_line
    from daemon.entries import Ledger
    from daemon.ledger_table import in_words
    from inference.favor import FAVOR_THRESHOLD, bar

    book = Ledger.of(store.people(), config.owner, store.owner_emails())
    entries = book.entries([favor], now(), least=0.0)
    title = in_words(entries[0]) if entries else f"{favor.type.value}, settled by somebody else"
    yield f"{favor.id}  {one_line(title)}" + (f": {entries[0].said}" if entries else "")
    if favor.matter:
        yield f"  in “{one_line(favor.matter)}”"
    least = config.digest.thresholds.confidence
    needed = bar(least, favor.asked_more)
    where = "in the letter" if favor.reaches(least) else f"below {needed:g}, so not in the letter"
    word = list(_owners_word(config, store, favor))
    source = f" by your own word, {store.inferred(favor).confidence:.2f} without it" if word else ""
    yield f"  confidence {favor.confidence:.2f}{source} ({where}; usually {FAVOR_THRESHOLD:g} is asked for)"
    lesson = store.lessons().get(favor.evidence[0].act)
    if lesson is not None:
        yield f"  {lesson.because(least)}"
    yield ""
    yield "Steps"
    for step in favor.steps:
        mark = f"[{step.evidence + 1}]" if step.evidence < len(favor.evidence) else ""
        yield f"  {day(step.at, config.owner.zone)}  {step.what.replace('_', ' '):<12} {one_line(step.because)} {mark}"
    yield from word
    yield ""
    yield "Evidence"
    for number, evidence in enumerate(favor.evidence, start=1):
        yield from _evidence(number, evidence, book.parties, config.owner.zone)
    yield ""
    yield f"Wrong? kith correct reject {favor.id[:8]}, or retype, done, undone, thanked, told (kith correct --help)"


def _owners_word(config: Config, store: Store, favor: Favor) -> Iterator[str]:
    """What the owner said about this favor, as steps, in the order in which it holds."""
    from daemon.digest import phrases
    from inference.corrections import opening

    names = opening(favor)
    about = [each for each in store.corrections() if each.verdict and each.subject and each.subject[0] == names[0]]
    letters = store.letter_days()
    for each in sorted(about, key=lambda said: (said.at, said.verdict)):
        snoozed = f"letters leave it out until {each.verdict}"
        words = _VERDICTS.get(each.verdict, snoozed).format(phrases.thing(each.type) if each.type else "")
        at = letters.get(each.letter)
        where = "" if at is None else f", in your answer to the letter of {day(at, config.owner.zone)}"
        yield f"  {day(each.at, config.owner.zone)}  {'you said':<12} You said that {words}{where}."


def _evidence(number: int, evidence: Evidence, parties: dict[int, Party], zone: ZoneInfo) -> Iterator[str]:
    from daemon.digest.plain import one_line, safe_link, shortened

    by = parties.get(evidence.author)
    who = "you" if by and by.is_owner else one_line(by.name) if by else "somebody else"
    yield f"  [{number}] {day(evidence.at, zone)}  {evidence.act} by {who}, confidence {evidence.confidence:.2f}"
    if evidence.quote:
        yield f"      “{shortened(one_line(evidence.quote), _QUOTE)}”"
    if evidence.reasons:
        yield f"      because {one_line('; '.join(evidence.reasons))}"
    if evidence.message_id or evidence.meeting_uid:
        source = f"mail {evidence.message_id}" if evidence.message_id else f"meeting {evidence.meeting_uid}"
        yield f"      in {one_line(source)}"
    link = safe_link(evidence.link)
    if link:
        yield f"      {link}"


def _mail(mail: ExportedMail, zone: ZoneInfo) -> Iterator[str]:
    from daemon.digest.plain import one_line, shortened

    yield f"{mail.identity[:12]}  {day(mail.sent_at, zone)}  {one_line(mail.subject) or '(no subject)'}"
    yield f"  from {mail.sender}{' (you)' if mail.own else ''} to {', '.join((*mail.to, *mail.cc, *mail.bcc)) or 'nobody'}"
    yield f"  taken for {mail.kind}: {one_line(mail.kind_because)}"
    yield f"  {mail.words} words of new text, language {mail.language or 'unknown'}"
    if not mail.acts:
        yield "  no acts were found"
    for act in mail.acts:
        kind = f" ({act.type.value})" if act.type else ""
        sure = "" if act.certain else ", below its threshold: counts only where the context calls for it"
        yield f"  {act.act.value}{kind}, confidence {act.confidence:.2f}{sure}"
        yield f"      “{shortened(one_line(act.quote), _QUOTE)}”"
        if act.reasons:
            yield f"      because {one_line('; '.join(act.reasons))}"
