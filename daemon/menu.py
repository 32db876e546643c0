"""The commands and global options of ``kith``, and the text of ``kith --help``.

Nothing is imported here, so that the help is there at once. A command is one module of ``daemon.commands`` with an
``app``; it is imported when it runs.
"""

from __future__ import annotations

from typing import Final, NamedTuple

ABOUT: Final = "Reads your mail and calendars, keeps a favor ledger, writes a weekly letter."


class Entry(NamedTuple):
    """One command: how it is called, and what it does in a line."""

    name: str
    says: str

    @property
    def module(self) -> str:
        """The module that holds its ``app``."""
        return f"daemon.commands.{self.name}"


COMMANDS: Final = (
    Entry("demo", "The whole job on a bundled sample network; needs no accounts."),
    Entry("init", "Ask a few questions and write a config."),
    Entry("login", "Log in to an account that needs it."),
    Entry("sync", "Read what is new in all accounts, once."),
    Entry("run", "Keep reading, as a background service does."),
    Entry("status", "How the accounts, the service and the letter stand."),
    Entry("digest", "Show this week's letter."),
    Entry("ledger", "The favors between you and others."),
    Entry("people", "The people of your network and your ties to them."),
    Entry("show", "One person: timeline, ledger, rhythm, and why."),
    Entry("explain", "The sentences and steps behind a favor."),
    Entry("acts", "Recognise acts in single mails; touches no store."),
    Entry("correct", "Put right what was inferred wrongly."),
    Entry("reinfer", "Work out people, favors and ties anew."),
    Entry("forget", "Erase a person for good."),
    Entry("export", "Write out everything about you as JSON and CSV."),
    Entry("doctor", "Check config, accounts and store; say what to do."),
)

OPTIONS: Final = (
    Entry("--config PATH", "Default: $KITH_CONFIG, else ~/.config/kithkeeper/kith.toml."),
    Entry("--verbose", "Say more, and show tracebacks of errors."),
    Entry("--version", "Show the version and exit."),
    Entry("--help", "Show this text and exit."),
)


def help_text() -> str:
    """What ``kith --help`` prints."""
    return "\n".join(
        [
            "Usage: kith [OPTIONS] COMMAND [ARGS]...",
            "",
            f"  {ABOUT}",
            "",
            "Options:",
            *_listed(OPTIONS),
            "",
            "Commands:",
            *_listed(COMMANDS),
            "",
            "  kith COMMAND --help says more. New here? Start with: kith demo",
        ]
    )


def _listed(entries: tuple[Entry, ...]) -> list[str]:
    width = max(len(entry.name) for entry in entries)
    return [f"  {entry.name:<{width}}  {entry.says}" for entry in entries]
