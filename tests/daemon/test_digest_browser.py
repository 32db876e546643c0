"""A letter full of hostile words, opened in a real browser: they are text there and nothing else."""

from __future__ import annotations

import subprocess
from dataclasses import replace
from html.parser import HTMLParser
from urllib.parse import quote

import pytest

from daemon.digest.build import build
from daemon.digest.render import render
from daemon.digest.section import Thresholds
from inference.network import AccountState
from tests.daemon.digest_sample import AS_OF, favor, network, person

HOSTILE = (
    "<script>document.title='owned'</script>",
    "<img src=x onerror=document.title='owned'>",
    "</title></style></td></table><h1>Owned</h1><style>*{display:none}</style>",
    "\"' onmouseover=document.title='owned' style=position:fixed x=\"",
    "javascript:document.title='owned'",
    "<a href=https://evil.test/>click</a> https://evil.test/ www.evil.test evil.test",
    "{{ 7*7 }}{% raw %}<b>${7*7}</b>",
    "\u202egnp.exe\u2066\u200b\ufeff abc \u202d",
    "line one\r\n\r\nBcc: all@mail.example\r\nX: <svg/onload=document.title='owned'>",
    "--><!-- <![CDATA[ ]]> <?php ?> &lt;b&gt; &#60;script&#62;",
    "\ud83d\ude00".encode("utf-16", "surrogatepass").decode("utf-16") + "\x00\x1b[2J\x07",
    "<table><tr><td><form action=https://evil.test><input name=q></form>",
)


class Page(HTMLParser):
    """A page as the browser holds it: its elements with their attributes, and its text."""

    def __init__(self, dom):
        super().__init__()
        self.elements, self.text = [], ""
        self.feed(dom)

    def handle_starttag(self, tag, attrs):
        self.elements.append((tag, tuple(sorted(attrs))))

    def handle_data(self, data):
        self.text += data


def letter(words):
    """A letter about a dozen people, everything that a sender can write being ``words(number)``."""
    favors, people = [], []
    for number in range(1, 13):
        said = words(number)
        people.append(person(number, said, email=f"{number}@mail.example"))
        favors.append(
            favor(number, number, "intro", ("asked", 9, said), to_owner=False, matter=said, link="https://evil.test/")
        )
    broken = AccountState(name=words(1), kind="imap", last_success=AS_OF, problem=words(2))
    net = network(*favors, people=people, owner_name=words(3), accounts=(broken,))
    document = build(net, Thresholds(), reply_to="maya@lindqvist.example", token="0123456789abcdef")
    return replace(document, owner_name=words(3))


@pytest.fixture
def opened(program, tmp_path):
    """``opened(document)`` is the page of a letter after a browser has read it and run whatever would run."""
    browser = program("chromium")

    def open_letter(document):
        file = tmp_path / "letter.html"
        file.write_text(render(document, "html"), encoding="utf-8")
        flags = ["--headless", "--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking"]
        flags += ["--disable-component-update", "--disable-sync", f"--user-data-dir={tmp_path / 'profile'}"]
        done = subprocess.run(
            [browser, *flags, "--virtual-time-budget=2000", "--dump-dom", file.as_uri()],
            capture_output=True,
            timeout=120,
            check=True,
        )
        return Page(done.stdout.decode("utf-8"))

    return open_letter


def test_nothing_that_a_sender_wrote_is_an_element_a_link_or_an_attribute(opened):
    hostile = opened(letter(lambda number: f"x {HOSTILE[number - 1]}"))
    harmless = opened(letter(lambda number: f"Person {number}"))
    assert hostile.elements == harmless.elements
    links = {dict(attrs)["href"] for tag, attrs in hostile.elements if tag == "a"}
    said = [line.format(number) for number in range(1, 13) for line in ("wrong {}", "done {}", "snooze {} 30d")]
    to, mark = "mailto:maya@lindqvist.example", "%20kith-0123456789abcdef"
    assert links == {f"{to}?subject={quote(line)}{mark}&body={quote(line)}" for line in said}
    assert "<script>document․title='owned'</script>" in hostile.text
    assert not set("\u202e\u202d\u2066\u200b\ufeff\x00\x1b") & set(hostile.text)
