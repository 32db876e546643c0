"""``kith explain``: the id of a favor, a mail or a meeting in; what is behind it, as lines, out."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Annotated, Final

import typer

from daemon.failure import Failure
from daemon.invocation import invocation, now, opened

if TYPE_CHECKING:
    from daemon.config import Config
    from daemon.store import ExportedMeeting, Store

app = typer.Typer(add_completion=False, rich_markup_mode=None)

#: Of a meeting that comes again and again, so many occurrences are explained.
_OCCURRENCES: Final = 3


@app.command()
def explain(
    ctx: typer.Context,
    id_: Annotated[
        str,
        typer.Argument(
            metavar="ID",
            help="A favor (from kith ledger), a mail (from kith show, or its Message-ID) or a meeting (its UID).",
        ),
    ],
) -> None:
    """What is behind a favor, a mail or a meeting: sentences, scores, steps."""
    config = invocation(ctx).config()
    wanted = id_.strip().strip("<>")
    with opened(config) as store:
        lines = list(_lines(config, store, wanted)) if wanted else []
    if not lines:
        raise Failure(f"no favor, mail or meeting begins with {id_!r}: kith ledger --all and kith show PERSON list ids")
    for line in lines:
        typer.echo(line)


def _lines(config: Config, store: Store, wanted: str) -> Iterator[str]:
    from daemon import explanations

    favor = store.favor(wanted)
    if favor is not None:
        yield from explanations.of_favor(config, store, favor, now())
        return
    mails = store.mails_called(wanted)
    if len(mails) > 1:
        raise Failure(f"several mails begin with {wanted!r}: kith show PERSON lists their ids")
    if mails:
        yield from explanations.of_mail(config, store, mails[0], now())
        return
    for number, meeting in enumerate(_meetings(store, wanted)):
        if number:
            yield ""
        yield from explanations.of_meeting(config, store, meeting, now())


def _meetings(store: Store, wanted: str) -> list[ExportedMeeting]:
    """The meeting whose UID begins so; of one that comes again, the latest occurrences that have begun."""
    found = [each for each in store.exported_meetings() if each.uid.startswith(wanted)]
    exact = [each for each in found if each.uid == wanted] or found
    if len({each.uid for each in exact}) > 1:
        raise Failure(f"several meetings begin with {wanted!r}: give more of the UID")
    begun = sorted((each for each in exact if each.start <= now()), key=lambda each: each.start)
    return begun[-_OCCURRENCES:] or sorted(exact, key=lambda each: each.start)[:1]
