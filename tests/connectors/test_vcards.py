"""Address books as phones and programs write them in, contacts out."""

from __future__ import annotations

import random
import time

import pytest

from connectors.records import Contact, Rejected
from connectors.vcards import contacts


def read(*lines: str) -> list[tuple[str, tuple[str, ...]]]:
    found = contacts("\r\n".join(("BEGIN:VCARD", *lines, "END:VCARD", "")).encode())
    return [(each.name, each.emails) for each in found if isinstance(each, Contact)]


def test_a_card_gives_its_name_and_addresses_in_lower_case_each_once():
    assert read("VERSION:4.0", "FN:Dana Whitfield", "EMAIL;TYPE=work:Dana@Acme.example", "item1.EMAIL:dana@acme.example",
                "EMAIL:dana@home.example") == [("Dana Whitfield", ("dana@acme.example", "dana@home.example"))]  # fmt: skip


@pytest.mark.parametrize(
    ("lines", "name"),
    [
        (("N:Whitfield;Dana;Marie;Dr.;",), "Dana Whitfield"),
        (("FN:Whitfield\\, Dana", "N:Whitfield;Dana;;;"), "Whitfield, Dana"),
        (("FN:dana@acme.example", "N:Whitfield;Dana;;;"), "Dana Whitfield"),
        (("FN:Dana", "  Whitfield"), "Dana Whitfield"),
        (("FN;CHARSET=UTF-8;ENCODING=QUOTED-PRINTABLE:Tom=C3=A1=C5=A1 =", "Nov=C3=A1k"), "Tomáš Novák"),
        (("FN:Da\u202ena\tWhit\x07field",), "Dana Whitfield"),
        (("NICKNAME:dw",), ""),
    ],
)
def test_names_are_read_however_they_are_written(lines, name):
    assert read(*lines, "EMAIL:dana@acme.example") == [(name, ("dana@acme.example",))]


def test_groups_and_cards_without_an_address_are_no_contacts():
    assert read("FN:Friends", "KIND:group", "EMAIL:list@acme.example") == []
    assert read("FN:Friends", "X-ADDRESSBOOKSERVER-KIND:group", "EMAIL:list@acme.example") == []
    assert read("FN:Plumber", "TEL:+46 1") == []
    assert read("FN:Odd", "EMAIL:boss@corp <evil@x.example>") == []


def test_a_card_that_is_cut_off_costs_only_itself():
    text = "BEGIN:VCARD\nFN:Cut Off\nEMAIL:cut@off.example\nBEGIN:VCARD\nFN:Dana\nEMAIL:dana@acme.example\nEND:VCARD\n"
    first, second = contacts(text.encode())
    assert isinstance(first, Rejected)
    assert first.reason == "is a card that is cut off (of Cut Off)"
    assert isinstance(second, Contact)
    assert second.emails == ("dana@acme.example",)


def test_a_card_keeps_its_key_by_its_uid_when_it_changes():
    keys = [
        contacts(f"BEGIN:VCARD\nUID:7\nFN:{name}\nEMAIL:a@b.example\nEND:VCARD\n".encode())[0].key
        for name in ("A", "B")
    ]
    assert keys == ["7", "7"]


def test_hostile_books_take_linear_time_and_never_fail():
    for raw in (b"BEGIN:VCARD\n" * 100_000, b"BEGIN:VCARD\n" + b"EMAIL:x\n" * 400_000, b"BEGIN:VCARD\nFN:" + b"\\;" * 500_000,
                b"BEGIN:VCARD\nN;X=" + b";A=" * 200_000 + b":x\nEND:VCARD", random.Random(7).randbytes(500_000)):  # fmt: skip
        began = time.process_time()
        contacts(raw)
        assert time.process_time() - began < 20
