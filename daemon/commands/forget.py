"""``kith forget``: a person in, nothing of them left in the store out."""

from __future__ import annotations

from typing import Annotated

import typer

from daemon.failure import Failure
from daemon.invocation import invocation, opened

app = typer.Typer(add_completion=False, rich_markup_mode=None)


@app.command()
def forget(
    ctx: typer.Context,
    person: Annotated[str, typer.Argument(help="A key, an address or a name.")],
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
) -> None:
    """Erase a person for good: rows, names, quotes. A resync does not bring them back; your mail itself stays."""
    from daemon import whois
    from daemon.passes import owner_of
    from daemon.refresh import refresh

    config = invocation(ctx).config()
    with opened(config) as store:
        people = store.people()
        known = person.strip().lower() in {email for each in people for email in each.emails}
        # An address that is not known may be forgotten too: it will never be stored.
        new = "@" in person and not known
        emails = (person.strip().lower(),) if new else whois.person(people, person).emails
        if set(emails) & {*config.owner.addresses, *store.owner_emails()}:
            raise Failure(f"{person!r} is you: kith export takes your data away, deleting the store erases it")
        if not yes and not typer.confirm(f"Erase {', '.join(emails)} for good? This cannot be undone"):
            raise Failure("nothing was erased")
        count = store.forget(emails)
        refresh(store, owner_of(config))
    typer.echo(f"Erased: {', '.join(emails)} ({count} known). They stay in your mail files; a sync leaves them out.")
