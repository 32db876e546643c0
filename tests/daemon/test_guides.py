"""The guides say what the program does: every command and flag in them exists, and the providers are the bundled ones."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator
from pathlib import Path

import pytest

from daemon.program import program
from daemon.servers.providers import Provider, providers

DOCS = Path(__file__).resolve().parents[2] / "docs"
GUIDES = [DOCS / "guide.md", DOCS / "providers.md"]
_BLOCK = re.compile(r"```sh\n(.*?)```", re.DOTALL)
_INLINE = re.compile(r"`(kith [^`\n]+)`")
_PASSWORDS = {
    "own": "the account's",
    "app": "app password",
    "app with two steps": "app password where the account has a second step",
    "refused": "none is taken",
    "no imap": "no IMAP",
}


def commands(text: str) -> Iterator[list[str]]:
    """The calls of kith in a guide, as words."""
    for block in (*_BLOCK.findall(text), *_INLINE.findall(text)):
        for line in block.replace("\\\n", " ").splitlines():
            for part in re.split(r"&&|\|", line):
                words = shlex.split(part)
                if words and words[0] == "kith":
                    yield words[1:]


def options(command: object) -> set[str]:
    """The flags of a command."""
    return {flag for parameter in command.params for flag in (*parameter.opts, *parameter.secondary_opts)} | {"--help"}


def check(words: list[str]) -> None:
    """Walk a command line along the program: each word is a command, a flag that is there, or an argument."""
    command = program()
    for word in words:
        if word.startswith("--"):
            assert word.partition("=")[0] in options(command), f"kith {' '.join(words)}"
        elif hasattr(command, "commands"):
            assert word in command.commands, f"kith {' '.join(words)}"
            command = command.commands[word]


@pytest.mark.parametrize("guide", GUIDES, ids=lambda path: path.name)
def test_every_command_in_a_guide_exists_with_its_flags(guide):
    found = list(commands(guide.read_text()))
    assert found
    for words in found:
        check(words)


def test_a_command_that_does_not_exist_would_be_noticed():
    for line in ("sink", "init --adress x", "correct regret", "digest --send --from x"):
        with pytest.raises(AssertionError):
            check(line.split())


def test_headings_that_the_guide_links_to_are_there():
    text = (DOCS / "guide.md").read_text()
    anchors = {
        re.sub(r"[^a-z0-9 -]", "", line.lower()).strip().replace(" ", "-")
        for line in re.findall(r"^#+ (.*)$", text, re.M)
    }
    for target in re.findall(r"\]\(#([^)]+)\)", text):
        assert target in anchors, target


def table() -> str:
    """The providers as docs/providers.md shows them."""
    lines = ["| provider | addresses | mail | sending | calendar | password |", "|---|---|---|---|---|---|"]
    return "\n".join([*lines, *map(row, providers())])


def row(each: Provider) -> str:
    few = ", ".join(each.domains[:4]) + (", …" if len(each.domains) > 4 else "") or "domains of your own"
    mail = f"{each.imap.host}:{each.imap.port}" if each.imap else "–"
    sending = f"{each.smtp.host}:{each.smtp.port}" if each.smtp else "–"
    words = _PASSWORDS[each.password]
    password = f"[{words}]({each.page})" if each.page else words
    name = "; user name: the part before the @" if each.imap and each.imap.login == "{local}" else ""
    return f"| {each.name} | {few} | {mail}{name} | {sending} | {each.caldav or '–'} | {password} |"


def notes() -> str:
    """What else is to be known of some."""
    return "\n".join(f"- **{each.name}.** {each.note}" for each in providers() if each.note)


def test_the_list_of_providers_is_the_bundled_one():
    text = (DOCS / "providers.md").read_text()
    shown = text.partition("<!-- providers -->\n")[2].partition("\n<!-- /providers -->")[0]
    assert shown.strip() == table()
    assert text.partition("<!-- notes -->\n")[2].partition("\n<!-- /notes -->")[0].strip() == notes()
