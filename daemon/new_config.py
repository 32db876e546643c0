"""The owner's answers in, a new commented config file out."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from daemon.config import load
from daemon.failure import ConfigError, Failure
from daemon.private_files import write_private


@dataclass(frozen=True, slots=True, kw_only=True)
class Answers:
    """What the owner said; the paths are absolute, ``sent`` are globs for boxes of own mail."""

    name: str
    addresses: tuple[str, ...]
    timezone: str
    mbox: tuple[Path, ...] = ()
    maildir: tuple[Path, ...] = ()
    ics: tuple[Path, ...] = ()
    sent: tuple[str, ...] = ()


def written(answers: Answers, path: Path) -> None:
    """Write the config (0600) if it is a good one.

    Raises:
        Failure: a path is not there, an answer is no good, or the file cannot be written.
    """
    for source in (*answers.mbox, *answers.maildir, *answers.ics):
        if not source.exists():
            raise Failure(f"{source} is not there: name a file or folder that is")
    trial = path.with_name(f"{path.name}.new")
    try:
        write_private(trial, config_text(answers))
        load(trial)
        trial.replace(path)
    except ConfigError as error:
        raise Failure(str(error).replace(trial.name, path.name)) from error
    except OSError as error:
        raise Failure(f"cannot write {path}: {error.strerror}") from error
    finally:
        trial.unlink(missing_ok=True)


def config_text(answers: Answers) -> str:
    """The file: what was said, and comments for what could be."""
    addresses = ", ".join(_quoted(each.strip()) for each in answers.addresses if each.strip())
    lines = [
        "# Kithkeeper's settings. Every key is described in config.example.toml; kith doctor checks this file.",
        "",
        "[owner]",
        f"name = {_quoted(answers.name.strip())}",
        f"addresses = [{addresses}]    # more are discovered from your Sent mail",
        f"timezone = {_quoted(answers.timezone.strip())}",
        "",
        "[store]",
        "# Without a url everything is kept in ~/.local/share/kithkeeper/kith.db, readable by you alone.",
        '# url = "sqlite:///kith.db"',
        'keep_text = "evidence"    # or "full": keep whole mails too',
        *_accounts(answers),
        "",
        "[run]",
        'poll = "5m"    # how often kith run looks for what is new',
    ]
    return "\n".join(lines) + "\n"


def _accounts(answers: Answers) -> Iterator[str]:
    sent = ", ".join(map(_quoted, answers.sent))
    for kind, paths, own in (
        ("mbox", answers.mbox, True),
        ("maildir", answers.maildir, True),
        ("ics", answers.ics, False),
    ):
        base = {"mbox": "mail", "maildir": "maildir", "ics": "calendar"}[kind]
        for number, path in enumerate(paths, start=1):
            yield from ("", "[[accounts]]", f"name = {_quoted(base if len(paths) == 1 else f'{base}-{number}')}")
            yield from (f"kind = {_quoted(kind)}", f"path = {_quoted(str(path))}")
            if own and sent:
                yield f"sent = [{sent}]    # what lies there was written by you; nothing else speaks for you"
            elif own:
                yield '# sent = ["Sent"]    # name your Sent boxes where they are not called so'
    if not (answers.mbox or answers.maildir or answers.ics):
        yield from (
            "",
            "# [[accounts]]",
            '# name = "mail"',
            '# kind = "mbox"    # or maildir, ics',
            '# path = "~/mail"',
        )


def _quoted(text: str) -> str:
    """A TOML string: JSON's is one too, but for DEL."""
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")
