"""``kith reinfer``: what was concluded thrown away; people, favors and ties worked out anew from what was read."""

from __future__ import annotations

import typer

from daemon.invocation import invocation, opened

app = typer.Typer(add_completion=False, rich_markup_mode=None)


@app.command()
def reinfer(ctx: typer.Context) -> None:
    """Work out people, favors and ties anew from the acts that were found; your corrections stay.

    Where whole mails are kept (keep_text = "full"), the acts are found anew too; else kith sync --full does that.
    """
    from daemon import reinfer as anew
    from daemon.passes import owner_of
    from daemon.progress import screen

    config = invocation(ctx).config()
    with opened(config) as store, screen() as shown:
        done = anew.reinfer(store, owner_of(config), progress=shown.people)
        if done.mails:
            shown.say(f"acts found anew in {done.mails} mails")
        shown.say(f"people, favors and ties worked out anew: {done.persons} people")
    if not done.mails:
        typer.echo("The acts are those found when the mail was read: kith sync --full finds them anew.", err=True)
