"""``kith correct``: what the owner says about favors, people and addresses in; kept, and everything worked out anew."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from typing import TYPE_CHECKING, Annotated, Final

import typer

from daemon.failure import Failure
from daemon.invocation import invocation, now, opened

if TYPE_CHECKING:
    from daemon.config import Config
    from daemon.store import Correction, CorrectionKind, Store
    from inference.corrections import Verdict
    from inference.favor import Favor

_QUOTE: Final = 120

app = typer.Typer(add_completion=False, rich_markup_mode=None)


class Type(StrEnum):
    """What a favor can be about."""

    INTRO = "intro"
    ADVICE = "advice"
    REFERRAL = "referral"
    FEEDBACK = "feedback"
    INFO = "info"
    ACTION = "action"
    TIME = "time"
    SUPPORT = "support"
    RESOURCE = "resource"


FavorId = Annotated[str, typer.Argument(metavar="FAVOR", help="Its id, from kith ledger; the beginning is enough.")]
On = Annotated[str | None, typer.Option("--on", help="The day it happened, e.g. 2026-06-01 (default: now).")]
Somebody = Annotated[str, typer.Argument(metavar="PERSON", help="A key, an address or a name.")]
Silenced = Annotated[str, typer.Argument(metavar="WHO", help="A person, an address, or a domain as @example.org.")]
Email = Annotated[str, typer.Argument(metavar="ADDRESS")]


@app.callback()
def correct() -> None:
    """Put right what was inferred wrongly. It holds after every rebuild; kith correct list shows what you said."""


@app.command()
def confirm(ctx: typer.Context, favor: FavorId) -> None:
    """This favor is right."""
    _about_favor(ctx, favor, "confirm")


@app.command()
def reject(ctx: typer.Context, favor: FavorId) -> None:
    """There was no such favor."""
    _about_favor(ctx, favor, "reject")


@app.command()
def retype(ctx: typer.Context, favor: FavorId, type_: Annotated[Type, typer.Argument(metavar="TYPE")]) -> None:
    """It was of another type: intro, advice, referral, feedback, info, action, time, support, resource."""
    _about_favor(ctx, favor, "retype", type_=type_)


@app.command()
def done(ctx: typer.Context, favor: FavorId, on: On = None) -> None:
    """It was done."""
    _about_favor(ctx, favor, "done", on=on)


@app.command()
def undone(ctx: typer.Context, favor: FavorId) -> None:
    """It was not done."""
    _about_favor(ctx, favor, "undone")


@app.command()
def thanked(ctx: typer.Context, favor: FavorId, on: On = None) -> None:
    """Thanks were given for it."""
    _about_favor(ctx, favor, "thanked", on=on)


@app.command()
def told(ctx: typer.Context, favor: FavorId, on: On = None) -> None:
    """The helper heard how it turned out."""
    _about_favor(ctx, favor, "told", on=on)


@app.command()
def merge(ctx: typer.Context, one: Somebody, other: Somebody) -> None:
    """These two are one person."""
    from daemon import whois
    from daemon.store import CorrectionKind

    config = invocation(ctx).config()
    with opened(config) as store:
        people = store.people()
        first, second = whois.person(people, one), whois.person(people, other)
        if first.id == second.id:
            raise Failure(f"{one!r} and {other!r} are one person already: {', '.join(first.emails)}")
        _keep(config, store, [_said(CorrectionKind.MERGE, first.emails[0], second.emails[0])])
    typer.echo(f"One person: {', '.join((*first.emails, *second.emails))}")


@app.command()
def split(
    ctx: typer.Context,
    address: Email,
    other: Annotated[
        str | None, typer.Argument(metavar="[OTHER]", help="From this address (default: all others).")
    ] = None,
) -> None:
    """This address is somebody else's."""
    from daemon import whois
    from daemon.store import CorrectionKind

    config = invocation(ctx).config()
    with opened(config) as store:
        person = whois.person(store.people(), address)
        email = address.strip().lower()
        others = [each for each in person.emails if each != email]
        if email not in person.emails or not others:
            raise Failure(f"{', '.join(person.emails)} is all that this person has: name one of several addresses")
        if other is not None:
            others = [each for each in others if each == other.strip().lower()]
        if not others:
            raise Failure(f"{other!r} is none of the addresses of that person: {', '.join(person.emails)}")
        _keep(config, store, [_said(CorrectionKind.SPLIT, email, each) for each in others])
    typer.echo(f"{email} is somebody else than {', '.join(others)}")


@app.command()
def mute(ctx: typer.Context, who: Silenced) -> None:
    """Leave a person, an address or a whole domain out of the letter."""
    _about_silence(ctx, who, "mute")


@app.command()
def unmute(ctx: typer.Context, who: Silenced) -> None:
    """Speak of them again."""
    _about_silence(ctx, who, "unmute")


@app.command()
def snooze(
    ctx: typer.Context, favor: FavorId, lasts: Annotated[str, typer.Argument(metavar="[HOW LONG]")] = "30d"
) -> None:
    """Leave it out of the letter for a while: 30d, 2 weeks, 2026-09-01 (default: 30d)."""
    from daemon.reply_words import last_day
    from daemon.store import Correction, CorrectionKind
    from inference.corrections import example, opening

    config = invocation(ctx).config()
    until = last_day(lasts, now().astimezone(config.owner.zone).date())
    if until is None:
        raise Failure(f"{lasts!r} is no time to come: write it like 30d, 2 weeks or 2026-09-01")
    with opened(config) as store:
        found, email = _favor(store, favor)
        said = Correction(
            kind=CorrectionKind.SNOOZE,
            subject=opening(found),
            verdict=until.isoformat(),
            email=email,
            at=now(),
            example=example(store.inferred(found)),
        )
        number = store.add_correction(said)
    typer.echo(f"{found.id[:8]} is left out of letters until {until} (kith correct undo {number} takes this back)")


@app.command()
def not_a_person(ctx: typer.Context, who: Somebody) -> None:
    """A program writes there: leave them out of ledger and letter."""
    _about_nature(ctx, who, "machine")


@app.command()
def a_person(ctx: typer.Context, who: Somebody) -> None:
    """A person writes there after all."""
    _about_nature(ctx, who, "human")


@app.command()
def me(ctx: typer.Context, address: Email) -> None:
    """This address is mine."""
    _about_me(ctx, address, "me")


@app.command()
def not_me(ctx: typer.Context, address: Email) -> None:
    """This address is not mine."""
    _about_me(ctx, address, "not_me")


@app.command(name="list")
def list_(ctx: typer.Context) -> None:
    """Everything you said, with its number."""
    from daemon.dates import day

    config = invocation(ctx).config()
    with opened(config) as store:
        said, people, letters = store.corrections(), store.people(), store.letter_days()
    names = {email: each.name or email for each in people for email in each.emails}
    for each in said:
        at = letters.get(each.letter)
        source = "" if at is None else f" (your answer to the letter of {day(at, config.owner.zone)})"
        typer.echo(f"{each.id:>4}  {day(each.at, config.owner.zone)}  {_in_words(each, names)}{source}")
    if not said:
        typer.echo("You have corrected nothing yet.", err=True)


@app.command()
def undo(ctx: typer.Context, number: Annotated[int, typer.Argument(help="From kith correct list.")]) -> None:
    """Take a correction back."""
    config = invocation(ctx).config()
    with opened(config) as store:
        if not store.remove_correction(number):
            raise Failure(f"there is no correction {number}: kith correct list shows them")
        _refresh(config, store)
    typer.echo(f"Taken back: {number}")


def _about_favor(
    ctx: typer.Context, id_: str, verdict: Verdict, *, type_: Type | None = None, on: str | None = None
) -> None:
    from daemon.dates import moment
    from daemon.store import Correction, CorrectionKind
    from inference.acts.act import FavorType
    from inference.corrections import example, opening

    config = invocation(ctx).config()
    at = moment(on, config.owner.zone, now())
    with opened(config) as store:
        favor, email = _favor(store, id_)
        said = Correction(
            kind=CorrectionKind.FAVOR,
            subject=opening(favor),
            verdict=verdict,
            type=None if type_ is None else FavorType(type_.value),
            email=email,
            at=min(at, now()),
            example=example(store.inferred(favor)),
        )
        number = store.add_correction(said, on_that_day=on is not None)
        _refresh(config, store)
        typer.echo(f"{_now(config, store, favor)} (kith correct undo {number} takes this back)")


def _favor(store: Store, id_: str) -> tuple[Favor, str]:
    """The favor whose id begins so, and an address of the person whom it is with."""
    favor = store.favor(id_.strip())
    if favor is None:
        raise Failure(f"no favor, or more than one, begins with {id_!r}: kith ledger --all lists them")
    person = next(each for each in store.people() if each.id == favor.person)
    return favor, person.emails[0]


def _now(config: Config, store: Store, favor: Favor) -> str:
    """How a favor stands after what was just said about it."""
    from daemon.digest.plain import one_line
    from daemon.entries import Ledger
    from daemon.ledger_table import in_words

    still = store.favor(favor.id)
    if still is None:
        return f"{favor.id[:8]} is no favor"
    book = Ledger.of(store.people(), config.owner, store.owner_emails())
    entries = book.entries([still], now(), least=0.0)
    return (
        f"{favor.id[:8]} is {one_line(in_words(entries[0]))}: {entries[0].said}" if entries else f"{favor.id[:8]}: kept"
    )


def _about_silence(ctx: typer.Context, who: str, verb: str) -> None:
    from daemon import whois
    from daemon.store import CorrectionKind

    config = invocation(ctx).config()
    wanted = who.strip().lower()
    with opened(config) as store:
        people = store.people()
        if any(email.endswith(f"@{wanted}") for each in people for email in each.emails):
            raise Failure(f"{wanted} is a domain: kith correct {verb} @{wanted}")
        subjects = (wanted,) if "@" in wanted else whois.person(people, who).emails
        _keep(config, store, [_said(CorrectionKind(verb), each) for each in subjects])
    typer.echo(f"{verb}d: {', '.join(subjects)}")


def _about_nature(ctx: typer.Context, who: str, kind: str) -> None:
    from daemon import whois
    from daemon.store import CorrectionKind

    config = invocation(ctx).config()
    with opened(config) as store:
        person = whois.person(store.people(), who)
        _keep(config, store, [_said(CorrectionKind(kind), each) for each in person.emails])
    typer.echo(f"{', '.join(person.emails)}: {'no person' if kind == 'machine' else 'a person'}")


def _about_me(ctx: typer.Context, address: str, verb: str) -> None:
    from daemon.store import CorrectionKind

    config = invocation(ctx).config()
    email = address.strip().lower()
    if "@" not in email:
        raise Failure(f"{address!r} is no mail address")
    if verb == "not_me" and email in config.owner.addresses:
        raise Failure(f"{email} is named in [owner] addresses of {config.path}: take it out there")
    with opened(config) as store:
        _keep(config, store, [_said(CorrectionKind(verb), email)])
    typer.echo(f"{email} is {'yours' if verb == 'me' else 'not yours'}")


def _said(kind: CorrectionKind, *subject: str) -> Correction:
    from daemon.store import Correction

    return Correction(kind=kind, subject=subject, at=now())


def _keep(config: Config, store: Store, said: list[Correction]) -> None:
    for each in said:
        store.add_correction(each)
    _refresh(config, store)


def _refresh(config: Config, store: Store) -> None:
    from daemon.passes import owner_of
    from daemon.refresh import refresh

    refresh(store, owner_of(config))


_WORDS: Final = {
    "merge": "{0} and {1} are one person",
    "split": "{0} and {1} are two people",
    "me": "{0} is mine",
    "not_me": "{0} is not mine",
    "mute": "mute {0}",
    "unmute": "unmute {0}",
    "machine": "{0} is no person",
    "human": "{0} is a person",
}
#: The sections of the letter as a snooze of a line about no favor names them.
_LINES: Final = {
    "drifting": "gone quiet",
    "give_back": "gave more than they got",
    "share_news": "have not heard your news",
    "showed_up": "showed up for you",
    "one_sided": "one-sided so far",
}


_ABOUT_FAVOR: Final = {
    "confirm": "there was {0}",
    "reject": "there was no {0}",
    "retype": "it was {1}, not {0}",
    "done": "done: {0}",
    "undone": "not done: {0}",
    "thanked": "thanks were given for {0}",
    "told": "the outcome was told of {0}",
}


def _in_words(said: Correction, names: Mapping[str, str]) -> str:
    """What was said; ``names`` are people's by their addresses."""
    from daemon.digest.plain import one_line, shortened

    shown = said.example
    quote = f": “{shortened(one_line(shown.quote), _QUOTE)}”" if shown and shown.quote else ""
    if said.verdict and said.favor is None:
        line = f", “{_LINES.get(said.subject[0], said.subject[0])}”" if said.kind.value == "snooze_person" else quote
        return f"left out until {said.verdict}: {one_line(names.get(said.email, said.email))}{line}"
    if said.favor is None:
        return _WORDS[said.kind.value].format(*said.subject)
    type_ = shown.type.value if shown else "favor"
    words = _ABOUT_FAVOR[said.verdict].format(type_, said.type.value if said.type else "")
    return f"{words} with {one_line(names.get(said.email, said.email))}{quote}"
