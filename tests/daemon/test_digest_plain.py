"""What senders wrote can be read in the letter and does nothing else."""

from __future__ import annotations

import time
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from daemon.digest.plain import inert, one_line, safe_link, shortened


def test_line_breaks_and_tabs_become_single_spaces():
    assert one_line("Dana\r\nBcc: all@mail.example\t\x00\x1b[31m  x\u2028y") == "Dana Bcc: all@mail.example [31m x y"


def test_direction_turning_and_zero_width_characters_vanish():
    assert one_line("ab\u202egpj.exe\u2066 c\u200b\u200d\ufeff\u00add\U000e0041") == "abgpj.exe cd"


def test_towers_of_combining_marks_are_cut_down_and_accents_stay():
    assert one_line("Zoe\u0308") == "Zoe\u0308"
    assert len(one_line("a" + "\u0301" * 500)) == 4


def test_words_in_other_scripts_stay_as_they_are():
    for name in ("Łukasz Żak", "田中 恵子", "شيرين عبد الله", "Αντιγόνη", "अनन्या"):
        assert one_line(name) == name


@pytest.mark.parametrize(
    "address",
    [
        "https://evil.test/a?b=c",
        "HTTP://EVIL.TEST",
        "www.evil.test/x",
        "javascript:alert(1)",
        "data:text/html,x",
        "mailto:x@evil.test",
        "tel:+4912345",
        "app-link://open/me",
    ],
)
def test_web_addresses_are_named_but_not_shown(address):
    assert inert(f"see {address} now", 200) == "see [link] now"


def test_host_names_and_mail_addresses_are_not_turned_into_links_by_mail_programs():
    assert inert("write to boss@corp.example.com", 200) == "write to boss@corp\u2024example\u2024com"


def test_ordinary_punctuation_is_left_alone():
    for text in ("Cost: 3.50, e.g. lunch. Then 4.", "Re: the plan: go", "note: call her", "12:30 is fine"):
        assert inert(text, 200) == text


def test_a_long_text_is_cut_between_words_with_an_ellipsis():
    assert shortened("one two three four", 12) == "one two…"
    assert shortened("x" * 50, 10) == "x" * 9 + "…"
    assert shortened("short", 10) == "short"


@pytest.mark.parametrize(
    "link",
    [
        "https://mail.google.com/mail/u/0/#all/18f3",
        "https://outlook.office.com/mail/id/AAQk%2B",
        "https://www.google.com/calendar/event?eid=abc&ctz=UTC",
    ],
)
def test_pages_of_the_providers_may_be_linked(link):
    assert safe_link(link) == link


@pytest.mark.parametrize(
    "link",
    [
        None,
        "",
        "http://mail.google.com/",
        "https://mail.google.com.evil.test/",
        "https://mail.google.com@evil.test/",
        "https://evil.test/#mail.google.com",
        "https://mail.google.com:8443/",
        "javascript:alert(1)//mail.google.com",
        'https://mail.google.com/" onclick="x',
        "https://mail.google.com/\nx",
        "https://[mail.google.com/",
        "https://mail.google.com/" + "a" * 700,
    ],
)
def test_no_other_page_is_linked(link):
    assert safe_link(link) is None


@given(st.text(max_size=300))
def test_whatever_comes_in_one_visible_line_comes_out(text):
    line = inert(text, 80)
    assert len(line) <= 80
    assert not any(unicodedata.category(char) in {"Cc", "Cf", "Zl", "Zp", "Cs"} for char in line)


@pytest.mark.parametrize("bomb", ["a:" * 100_000, "www." * 100_000, "a." * 100_000, "\u0301" * 200_000, " " * 200_000])
def test_hostile_lengths_take_no_time(bomb):
    began = time.process_time()
    inert(bomb, 200)
    assert time.process_time() - began < 1.0
