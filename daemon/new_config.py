"""The owner's answers in; a new commented config, or new accounts in one that is there, and password files out.

Everything is checked before anything is written, and what is there is replaced at once or not at all.
"""

from __future__ import annotations

import json
import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from typing import Final

from connectors.passwords import Secret
from daemon.config import Config, load
from daemon.failure import ConfigError, Failure
from daemon.private_files import write_private

Value = str | int | bool | tuple[str, ...]

_ADDRESSES: Final = re.compile(
    r"^([ \t]*addresses[ \t]*=[ \t]*\[[^\]\n#]*?)([ \t]*,?[ \t]*)(\][ \t]*(?:#.*)?)$", re.MULTILINE
)
_FIRST_ADDRESS: Final = re.compile(r"^[ \t]*addresses[ \t]*=[ \t]*\[$")


@dataclass(frozen=True, slots=True, kw_only=True)
class NewAccount:
    """An [[accounts]] table: the settings of its kind, ``remarks`` by the key that they stand behind, a ``hint`` at its end."""

    name: str
    kind: str
    settings: Mapping[str, Value]
    remarks: Mapping[str, str] = field(default_factory=dict)
    hint: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Additions:
    """What goes into a config: accounts, the server that sends the letter, and password files by their names.

    ``missing`` are password files that the owner still has to write.
    """

    accounts: tuple[NewAccount, ...] = ()
    smtp: Mapping[str, Value] | None = None
    secrets: Mapping[str, Secret] = field(default_factory=dict)
    missing: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Answers:
    """What the owner said of themselves."""

    name: str
    addresses: tuple[str, ...]
    timezone: str


def file_accounts(
    mbox: Sequence[Path],
    maildir: Sequence[Path],
    ics: Sequence[Path],
    *,
    sent: tuple[str, ...],
    taken: Collection[str] = (),
) -> tuple[NewAccount, ...]:
    """Accounts of mail and calendars that lie in files.

    Args:
        mbox: absolute paths, as the two behind it.
        sent: globs for the boxes of own mail.
        taken: names that accounts have already.

    Raises:
        Failure: a path is not there.
    """
    names = set(taken)
    accounts = []
    for kind, base, paths in (("mbox", "mail", mbox), ("maildir", "maildir", maildir), ("ics", "calendar", ics)):
        for path in paths:
            accounts.append(_of_files(kind, free_name(base, names), path, sent))
            names.add(accounts[-1].name)
    return tuple(accounts)


def free_name(base: str, taken: Collection[str]) -> str:
    """``base``, or with a number behind it where an account is called so already."""
    return next(name for number in count(1) if (name := f"{base}-{number}" if number > 1 else base) not in taken)


def written(answers: Answers, additions: Additions, path: Path) -> None:
    """Write a new config (0600) if it is a good one, and the password files beside it.

    Raises:
        Failure: an answer is no good, or something cannot be written; nothing is then.
    """
    with _checked(path, config_text(answers, additions)) as (trial, _):
        _put(trial, path, additions.secrets)


def added(additions: Additions, path: Path, address: str = "") -> bool:
    """Add to a config that is there, leaving every line of it as it is; ``address`` becomes one of the owner's.

    Returns:
        whether the address is one of the owner's now; where its line cannot be found the owner has to write it.

    Raises:
        Failure: the result would be no good, or it cannot be written; the config is then as it was.
    """
    try:
        text = path.read_text(encoding="utf-8")
    except OSError as error:
        raise Failure(f"cannot read {path}: {error.strerror}") from error
    tables = "\n".join(_tables(additions))
    with_address = _with_address(text, address, path)
    with _checked(path, f"{with_address.rstrip()}\n{tables}\n") as (trial, config):
        _put(trial, path, additions.secrets)
        return not address or address.lower() in config.owner.addresses


@contextmanager
def _checked(path: Path, text: str) -> Iterator[tuple[Path, Config]]:
    """A file beside ``path`` with the text, and what is in it; gone afterwards, unless it was moved."""
    trial = path.with_name(f"{path.name}.new")
    try:
        write_private(trial, text)
        yield trial, load(trial)
    except ConfigError as error:
        raise Failure(str(error).replace(trial.name, path.name)) from error
    except OSError as error:
        raise Failure(f"cannot write {error.filename or path}: {error.strerror}") from error
    finally:
        trial.unlink(missing_ok=True)


def _put(trial: Path, path: Path, secrets: Mapping[str, Secret]) -> None:
    """Move the config into its place, the passwords first: whoever reads it finds them."""
    fresh = [path.with_name(name) for name in secrets if not path.with_name(name).exists()]
    try:
        for name, secret in secrets.items():
            write_private(path.with_name(name), f"{secret.reveal()}\n")
        trial.replace(path)
    except BaseException:
        for each in fresh:
            each.unlink(missing_ok=True)
        raise


def config_text(answers: Answers, additions: Additions) -> str:
    """The file: what was said, and comments for what could be."""
    addresses = tuple(each.strip() for each in answers.addresses if each.strip())
    lines = [
        "# Kithkeeper's settings. Every key is described in config.example.toml; kith doctor checks this file.",
        "",
        "[owner]",
        f"name = {_value(answers.name.strip())}",
        f"addresses = {_value(addresses)}    # more are discovered from your Sent mail",
        f"timezone = {_value(answers.timezone.strip())}",
        "",
        "[store]",
        "# Without a url everything is kept in ~/.local/share/kithkeeper/kith.db, readable by you alone.",
        '# url = "sqlite:///kith.db"',
        'keep_text = "evidence"    # or "full": keep whole mails too',
        "",
        "[run]",
        'poll = "5m"    # how often kith run looks for what is new where a server does not tell',
        "",
        "[digest]",
        f"# to = {_value(addresses[0] if addresses else '')}    # where the letter goes; default: your first address",
        'every = "Mon 07:30"    # when, on your own calendar',
        *_tables(additions),
    ]
    if additions.smtp is None:
        lines += [
            "",
            "# [smtp]    # who sends the letter; without it kith digest shows it",
            '# host = "smtp.example.org"',
        ]
    if not additions.accounts:
        lines += [
            "",
            "# [[accounts]]",
            '# name = "mail"',
            '# kind = "mbox"    # or imap, maildir; caldav, ics',
            '# path = "~/mail"',
        ]
    return "\n".join(lines) + "\n"


def _tables(additions: Additions) -> Iterator[str]:
    if additions.smtp is not None:
        yield from ("", "[smtp]    # who sends the letter")
        yield from (f"{key} = {_value(value)}" for key, value in additions.smtp.items())
    for account in additions.accounts:
        yield from ("", "[[accounts]]", f"name = {_value(account.name)}", f"kind = {_value(account.kind)}")
        for key, value in account.settings.items():
            yield f"{key} = {_value(value)}" + (f"    # {account.remarks[key]}" if key in account.remarks else "")
        if account.hint:
            yield f"# {account.hint}"


def _of_files(kind: str, name: str, path: Path, sent: tuple[str, ...]) -> NewAccount:
    if not path.exists():
        raise Failure(f"{path} is not there: name a file or folder that is")
    settings: dict[str, Value] = {"path": str(path)}
    if kind == "ics":
        return NewAccount(name=name, kind=kind, settings=settings)
    if sent:
        remarks = {"sent": "what lies there was written by you; nothing else speaks for you"}
        return NewAccount(name=name, kind=kind, settings={**settings, "sent": sent}, remarks=remarks)
    hint = 'sent = ["Sent"]    # name your Sent boxes where they are not called so'
    return NewAccount(name=name, kind=kind, settings=settings, hint=hint)


def _with_address(text: str, address: str, path: Path) -> str:
    """The text with one more address of the owner's, where their line is one that can be changed safely."""
    if not address or address.lower() in load(path).owner.addresses:
        return text

    def longer(found: re.Match[str]) -> str:
        first = _FIRST_ADDRESS.match(found[1])
        return f"{found[1]}{'' if first else ', '}{_value(address)}{found[3]}"

    return _ADDRESSES.sub(longer, text, count=1)


def _value(value: Value) -> str:
    """A TOML value: JSON's texts are TOML's too, but for DEL."""
    if isinstance(value, tuple):
        return f"[{', '.join(map(_value, value))}]"
    return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")
