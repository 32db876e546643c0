"""``kith reinfer``: what was concluded thrown away; people, favors and ties worked out anew from what was read."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import typer

from daemon.invocation import invocation, opened

if TYPE_CHECKING:
    from daemon.progress import Screen
    from daemon.store import Store

app = typer.Typer(rich_markup_mode=None)

_TOGETHER: Final = 200


@app.command()
def reinfer(ctx: typer.Context) -> None:
    """Work out people, favors and ties anew from the acts that were found; your corrections stay.

    Where whole mails are kept (keep_text = "full"), the acts are found anew too; else kith sync --full does that.
    """
    from daemon.progress import screen
    from daemon.refresh import refresh
    from daemon.service import owner_of

    config = invocation(ctx).config()
    with opened(config) as store, screen() as shown, store.writing():
        read = _read_again(store, shown)
        store.drop_conclusions()
        done = refresh(store, owner_of(config), progress=shown.people)
        if read:
            shown.say(f"acts found anew in {read} mails")
        shown.say(f"people, favors and ties worked out anew: {done.persons} people")
    if not read and config.store.keep_text == "evidence":
        typer.echo("The acts are those found when the mail was read: kith sync --full finds them anew.", err=True)


def _read_again(store: Store, shown: Screen) -> int:
    """Find the acts of all kept mails anew; how many there are."""
    from inference.acts.recogniser import load
    from inference.read import read

    last = done = 0
    while mails := store.kept_messages(last, _TOGETHER):
        store.save_readings([(number, mail, read(mail, load())) for number, mail in mails])
        last = mails[-1][0]
        done += len(mails)
        shown.people(done, done)
    return done
