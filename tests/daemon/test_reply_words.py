"""What a reply may say, in whatever way people write it; what is not understood is named."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from daemon.reply_words import Word, commands, last_day

TODAY = date(2026, 6, 3)


def said(text):
    found = commands(text, TODAY)
    assert found.puzzling == ()
    return [(each.word.value, each.code, None if each.until is None else each.until.isoformat()) for each in found.said]


@pytest.mark.parametrize(
    ("text", "means"),
    [
        ("wrong 3", [("wrong", 3, None)]),
        ("Wrong: #3.", [("wrong", 3, None)]),
        ("- WRONG 3", [("wrong", 3, None)]),
        ("3 wrong", [("wrong", 3, None)]),
        ("3: wrong, 4: done", [("wrong", 3, None), ("done", 4, None)]),
        ("wrong 3, 4 and 5", [("wrong", 3, None), ("wrong", 4, None), ("wrong", 5, None)]),
        ("done 1-3", [("done", 1, None), ("done", 2, None), ("done", 3, None)]),
        ("wrong 3; done 2", [("wrong", 3, None), ("done", 2, None)]),
        ("wrong 3\n\ndone 2\nwrong 3", [("wrong", 3, None), ("done", 2, None)]),
        ("snooze 4 30d", [("snooze", 4, "2026-07-03")]),
        ("snooze 4", [("snooze", 4, "2026-07-03")]),
        ("snooze 4, 5 for 2 weeks", [("snooze", 4, "2026-06-17"), ("snooze", 5, "2026-06-17")]),
        ("later 4 until 2026-09-01", [("snooze", 4, "2026-09-01")]),
        ("snooze 4 30d; snooze 5 1y", [("snooze", 4, "2026-07-03"), ("snooze", 5, "2027-06-03")]),
        ("not a person 5", [("not a person", 5, None)]),
        ("5 is not a person", [("not a person", 5, None)]),
        ("mute 6", [("mute", 6, None)]),
        ("falsch 3", [("wrong", 3, None)]),
        ("erledigt 2 und 4", [("done", 2, None), ("done", 4, None)]),
        ("später 4 2 Wochen", [("snooze", 4, "2026-06-17")]),
        ("keine Person 5", [("not a person", 5, None)]),
        ("fait 2", [("done", 2, None)]),
        ("plus tard 4 3 mois", [("snooze", 4, "2026-09-01")]),
        ("mal 3\nhecho 2\nmás tarde 4 1 semana", [("wrong", 3, None), ("done", 2, None), ("snooze", 4, "2026-06-10")]),
        ("Hello!\n\nwrong 3\n\nThanks, bye\nMaya\n+46 70 123 45 67", [("wrong", 3, None)]),
        ("", []),
    ],
)
def test_corrections_are_read_as_people_write_them(text, means):
    assert said(text) == means


@pytest.mark.parametrize(
    "line",
    [
        "wrnog 3",
        "wrong",
        "wrong three",
        "wrong 3 because it was Tom",
        "done 2 30d",
        "snooze 4 0d",
        "snooze 4 2020-01-01",
        "snooze 4 2026-02-31",
        "snooze 4 99999d",
        "done 5-2",
        "3 4",
        "no 3",
        "See you on 3 June.",
        "“wrong 3”, “done 2”",
        "wrong 3 https://evil.test/",
        "please stop naming Tom",
    ],
)
def test_a_line_that_is_not_understood_is_named(line):
    found = commands(line, TODAY)
    assert (found.said, found.puzzling) == ((), (line,))


def test_beside_corrections_a_line_is_named_where_it_seems_to_be_meant_as_one():
    found = commands("Hi,\nwrong 3\nDoen two\n4 is odd\nBest\nMaya", TODAY)
    assert [each.code for each in found.said] == [3]
    assert found.puzzling == ("Doen two", "4 is odd")


def test_a_long_text_is_read_to_a_limit():
    found = commands("\n".join(f"wrong {number}" for number in range(1, 500)) + "\n" + "7" * 100_000, TODAY)
    assert len(found.said) == 100
    assert len(commands("9 what\n" * 1000, TODAY).puzzling) == 10


@settings(max_examples=300, deadline=None)
@given(st.text(max_size=300))
def test_whatever_is_written_is_read(text):
    found = commands(text, TODAY)
    assert all(each.word in Word and len(str(each.code)) <= 4 for each in found.said)


@pytest.mark.parametrize(
    ("lasts", "until"),
    [("30d", "2026-07-03"), ("2 weeks", "2026-06-17"), ("2026-09-01", "2026-09-01"), ("soon", None), ("0d", None), ("5 2d", None)],
)  # fmt: skip
def test_how_long_something_rests(lasts, until):
    found = last_day(lasts, TODAY)
    assert (None if found is None else found.isoformat()) == until
