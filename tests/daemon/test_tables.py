"""Tables for the eye and for spreadsheets, dates as the owner types them, people as the owner names them."""

from __future__ import annotations

import csv
import io
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from daemon.dates import day, moment
from daemon.failure import Failure
from daemon.store import StoredPerson
from daemon.tables import Column, csv_text, cut, table
from daemon.whois import person

STOCKHOLM = ZoneInfo("Europe/Stockholm")
NOW = datetime(2026, 6, 1, 12, tzinfo=UTC)
COLUMNS = (Column(title="name", give=True), Column(title="number", right=True), Column(title="matter", give=True))


def test_a_table_is_as_wide_as_it_must_be():
    shown = table(COLUMNS, [("Dana", 7, "slides"), ("Li", 12, "")], width=80)
    assert shown.splitlines() == ["name  number  matter", "Dana       7  slides", "Li        12"]


def test_a_table_too_wide_gives_where_it_may():
    rows = [("A name that goes on and on and on", 7, "A matter that goes on even longer than the name does")]
    lines = table(COLUMNS, rows, width=40).splitlines()
    assert max(map(len, lines)) <= 40
    assert lines[1].count("…") == 2
    assert " 7 " in lines[1]


def test_wide_letters_take_two_columns():
    assert cut("山田太郎です", 7) == "山田太…"
    rows = [("山田", 1, "x"), ("abcd", 1, "x")]
    assert [line.index("x") for line in table(COLUMNS, rows, width=80).splitlines()[1:]] == [12, 14]


def test_what_a_sender_wrote_stays_in_its_line():
    shown = table(COLUMNS, [("Dana\n\x1b[31mred\u202e", 1, "a\tb")], width=80)
    assert len(shown.splitlines()) == 2
    assert "\x1b" not in shown
    assert "\u202e" not in shown


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "|cmd", "%0a", " =1"])
def test_a_text_that_a_spreadsheet_would_run_is_kept_a_text(text):
    rows = list(csv.reader(io.StringIO(csv_text(COLUMNS, [(text, -1, "fine")]))))
    assert rows[1][0].startswith("'")
    assert rows[1][1:] == ["-1", "fine"]


def test_commas_quotes_and_lines_survive_csv():
    rows = list(csv.reader(io.StringIO(csv_text(COLUMNS, [('Dana, "D"', None, "a\nb")]))))
    assert rows[1] == ['Dana, "D"', "", "a b"]


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        (None, NOW),
        ("2026-06-01", datetime(2026, 6, 1, 21, 59, 59, tzinfo=UTC)),
        ("2026-01-01", datetime(2026, 1, 1, 22, 59, 59, tzinfo=UTC)),
        ("2026-03-29", datetime(2026, 3, 29, 21, 59, 59, tzinfo=UTC)),  # this day has 23 hours
        ("2026-10-25", datetime(2026, 10, 25, 22, 59, 59, tzinfo=UTC)),  # and this one 25
        ("2026-06-01T08:30", datetime(2026, 6, 1, 6, 30, tzinfo=UTC)),
        ("2026-06-01T08:30+05:30", datetime(2026, 6, 1, 3, 0, tzinfo=UTC)),
    ],
)
def test_a_date_is_the_end_of_that_day_where_the_owner_lives(text, meant):
    assert moment(text, STOCKHOLM, NOW) == meant


@pytest.mark.parametrize("text", ["", "yesterday", "2026-13-01", "01.06.2026"])
def test_what_is_no_date_is_said_to_be_none(text):
    with pytest.raises(Failure, match="write it like 2026-06-01"):
        moment(text, STOCKHOLM, NOW)


def test_days_are_the_owners():
    assert day(datetime(2026, 5, 31, 22, 30, tzinfo=UTC), STOCKHOLM) == "2026-06-01"
    assert day(None, STOCKHOLM) == ""


def somebody(number: int, name: str, *emails: str) -> StoredPerson:
    return StoredPerson(
        id=number, key=f"{number:012x}", name=name, names=(name,), emails=emails, role=False, because=()
    )


PEOPLE = [
    somebody(1, "Søren Ångström", "soren@x.example", "sa@home.example"),
    somebody(2, "Dana Whitfield", "dana@x.example"),
    somebody(3, "Dana Li", "dana.li@y.example"),
    somebody(4, "Dana", "dana@z.example"),
    somebody(0xABCDEF012345, "Priya Nair", "priya@x.example"),
]


@pytest.mark.parametrize(
    ("wanted", "number"),
    [
        ("SOREN angstrom", 1),
        ("ångström", 1),
        ("SA@home.example", 1),
        ("whitfield", 2),
        ("Li Dana", 3),
        ("dana", 4),  # the whole name of one, though part of others
        ("abcdef012345", 0xABCDEF012345),
        ("abcdef", 0xABCDEF012345),
    ],
)
def test_a_person_is_found_by_key_address_or_name(wanted, number):
    assert person(PEOPLE, wanted).id == number


def test_several_who_may_be_meant_are_listed():
    with pytest.raises(Failure, match=r"may be 2 people.*Dana Whitfield <dana@x.example>.*Dana Li"):
        person(PEOPLE[:3], "dana")


@pytest.mark.parametrize("wanted", ["", "  ", "nobody", "abcd", "dana@nowhere.example"])
def test_nobody_is_said_to_be_nobody(wanted):
    with pytest.raises(Failure, match="nobody is known as"):
        person(PEOPLE, wanted)
