"""The letter as a whole: what it picks, how it numbers, what it says first, and its three forms."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from datetime import date, timedelta
from html.parser import HTMLParser
from urllib.parse import quote

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from daemon.digest import wording
from daemon.digest.build import build
from daemon.digest.document import Heard
from daemon.digest.render import render
from daemon.digest.section import Thresholds
from tests.daemon.digest_sample import AS_OF, crowded, failing, favor, network, person, quiet, sample

TOKEN = "0123456789abcdef"
IDS = [
    "accounts", "answer", "keep_promise", "thank", "tell_outcome", "waiting_on", "drifting", "give_back",
    "share_news", "showed_up", "one_sided",
]  # fmt: skip


def letter(net, **more):
    return build(net, Thresholds(), **more)


class Skeleton(HTMLParser):
    """The elements and attributes of a page, in order, without any text."""

    def __init__(self, page):
        super().__init__()
        self.found = []
        self.feed(page)

    def handle_starttag(self, tag, attrs):
        self.found.append((tag, tuple(attrs)))

    def handle_comment(self, data):
        self.found.append(("comment", data))


def test_every_section_stands_in_the_json_in_its_order_even_when_empty():
    found = json.loads(render(letter(quiet()), "json"))
    assert [(part["id"], part["items"]) for part in found["sections"]] == [(id_, []) for id_ in IDS]
    assert found["as_of"] == "2026-06-01"
    assert found["period"] == {"start": "2026-05-25", "end": "2026-06-01"}


def test_the_sample_has_something_true_to_say_in_every_section_but_accounts():
    document = letter(sample())
    assert {part.id for part in document.sections if part.items} == set(IDS) - {"accounts"}


def test_an_item_in_json_names_the_person_the_favors_and_the_reason():
    found = json.loads(render(letter(sample()), "json"))
    (first, *_) = next(part["items"] for part in found["sections"] if part["id"] == "answer")
    assert first["person"] == {"name": "Kayla Ng", "addresses": ["kayla.ng@mail.example"]}
    assert len(first["favor_ids"]) == 1
    assert first["because"].startswith("No answer from you since.")
    assert first["quote"]["text"] == "Would you look over the lease before I sign it on the 9th?"
    assert found["health"]["figures"]["alive"]["label"] == "ties alive"
    assert len(found["health"]["months"]) == 12


def test_json_holds_every_due_item_and_the_letter_the_dozen_of_most_worth():
    document = letter(crowded())
    assert len(document.shown) == 12
    found = json.loads(render(document, "json"))
    assert sum(len(part["items"]) for part in found["sections"]) > 100
    assert f"And {document.left_out} more: kith digest --all" in render(document, "text")


@pytest.mark.parametrize("form", ["text", "html", "json"])
def test_everything_that_is_due_is_shown_where_that_is_asked_for(form):
    usual, whole = letter(crowded()), build(crowded(), Thresholds(), everything=True)
    assert len(whole.shown) == len(usual.shown) + usual.left_out > 100
    assert [item.code for item in whole.shown] == list(range(1, len(whole.shown) + 1))
    page = render(whole, form)
    assert "kith digest --all" not in page
    if form != "json":  # which holds every item anyway
        assert len(page) > 2 * len(render(usual, form))
    else:
        codes = [item["code"] for part in json.loads(page)["sections"] for item in part["items"]]
        assert sorted(filter(None, codes)) == list(range(1, len(whole.shown) + 1))


def test_shown_items_are_numbered_as_they_are_read():
    document = letter(sample())
    assert [item.code for item in document.shown] == list(range(1, 13))
    codes = [item["code"] for part in json.loads(render(document, "json"))["sections"] for item in part["items"]]
    assert sorted(code for code in codes if code) == list(range(1, 13))


def test_help_that_is_neither_thanked_nor_followed_up_is_said_once():
    net = network(favor(1, 1, "referral", ("delivered", 30, "I passed your name on.")))
    document = letter(net)
    assert [part.id for part in document.sections if part.items] == ["thank", "tell_outcome"]
    (only,) = document.shown
    assert only.because == "No thanks from you seen since, nor how it turned out."
    assert document.left_out == 0


def test_routine_gives_way_to_what_matters():
    asks = [favor(n, n, "action", ("asked", 6, "?"), to_owner=False) for n in range(1, 30)]
    late = favor(40, 40, "referral", ("asked", 40, "?"), to_owner=False)
    assert letter(network(*asks, late)).shown[0].person.name == "Person 40"


def test_nothing_due_is_one_line():
    text = render(letter(quiet()), "text")
    assert "\n\nNothing is due this week.\n\n" in text
    assert "wrong" not in text


def test_trouble_with_accounts_is_said_before_anything_else():
    for form in ("text", "html"):
        page = render(letter(failing()), form)
        assert page.index("First, your accounts") < page.index("This week there are")
        assert "The server refused the password: kith login studio." in " ".join(page.split())


def test_a_quiet_week_with_a_dead_account_does_not_look_like_all_clear():
    net = replace(failing(), favors=(), contacts={}, news=())
    assert "are not being read" in render(letter(net), "text")


def test_no_account_at_all_is_said():
    assert "No account is set up yet" in render(letter(network(accounts=())), "text")


def test_what_could_not_be_read_is_counted():
    assert "Two items could not be read; kith doctor lists them." in render(letter(sample()), "html")


def test_the_subject_holds_nothing_but_fixed_words_and_the_date_of_monday():
    hostile = replace(sample(), owner_name="X\r\nBcc: all@mail.example", as_of=AS_OF + timedelta(days=3))
    assert wording.title(letter(hostile)) == "Your network, week of 1 June 2026"


def test_the_owner_is_called_by_the_given_name_only_where_it_is_clear():
    def called(name):
        return wording.salutation(letter(replace(quiet(), owner_name=name)))

    assert [called("Maya Lindqvist"), called("Goh Wei Ling"), called("Maya"), called("")] == [
        "Dear Maya,",
        "Dear Goh Wei Ling,",
        "Dear Maya,",
        "Good morning,",
    ]


def test_corrections_go_by_reply_where_somebody_reads_them():
    document = letter(sample(), reply_to="maya+kith@lindqvist.example", token=TOKEN)
    page, plain = render(document, "html"), render(document, "text")
    to = "mailto:maya%2Bkith@lindqvist.example"
    for line in ("wrong 3", "done 3", "snooze 3 30d"):
        said = quote(line)
        assert f'href="{to}?subject={said}%20kith-{TOKEN}&amp;body={said}"' in page
    for shown in (page, " ".join(plain.split())):
        assert "Answer this letter with its number, a line for each: “wrong 1”, “done 2”" in shown
        assert f"Letter kith-{TOKEN}" in shown


def test_a_letter_says_what_came_of_the_corrections():
    def said(*heard):
        return " ".join(render(letter(sample(), heard=heard), "text").split())

    may = date(2026, 5, 26)
    assert "Your corrections of 26 May: two applied." in said(Heard(on=may, applied=2))
    both = said(
        Heard(on=may, applied=1, puzzling=("wrnog 3",)), Heard(on=date(2026, 5, 28), applied=0, puzzling=("?",))
    )
    assert "Your corrections of 26 May and 28 May: one applied; two not understood: “wrnog 3”, “?”." in both
    assert "Your corrections" not in said()


def test_corrections_go_by_command_where_nobody_reads_replies():
    document = letter(sample())
    for form in ("text", "html"):
        page = render(document, form)
        assert "mailto:" not in page
        assert f"1 is {document.shown[0].favor_ids[0]}" in page


def test_the_text_is_at_most_76_columns_wide_links_excepted():
    for net in (sample(), failing(), crowded(), quiet()):
        lines = render(letter(net), "text").splitlines()
        assert [line for line in lines if len(line) > 76 and "https://" not in line] == []


def test_the_page_is_small_and_holds_nothing_active_or_remote():
    for net in (sample(), failing(), crowded(), quiet()):
        page = render(letter(net, reply_to="maya@lindqvist.example", token=TOKEN), "html")
        assert len(page.encode()) < 40_000
        tags = {tag for tag, _ in Skeleton(page).found}
        assert not tags & {"img", "script", "svg", "link", "iframe", "form", "input", "button", "object", "base"}
        assert not re.search(r"\b(?:src|background|srcset|on\w+)=", page)
        assert "url(" not in page.replace("url=no", "")
        assert "@import" not in page


def test_the_page_stays_small_whatever_senders_write():
    long = "\U0001f600\"&<>'漢" * 700
    people = [person(n, long, email=f"{n}@mail.example") for n in range(1, 31)]
    favors = [favor(n, n, "intro", ("asked", 9, long), to_owner=False, matter=long) for n in range(1, 31)]
    document = letter(network(*favors, people=people), reply_to="maya@lindqvist.example", token=TOKEN)
    assert len(document.shown) == 12
    assert len(render(document, "html").encode()) < 40_000


@settings(max_examples=40, deadline=None)
@given(name=st.text(min_size=1, max_size=60), quote=st.text(min_size=1, max_size=200), matter=st.text(max_size=60))
def test_whatever_senders_write_the_page_keeps_its_elements_and_attributes(name, quote, matter):
    def skeleton(*words):
        who = person(1, words[0], email="a@mail.example")
        net = network(favor(1, 1, "intro", ("asked", 9, words[1]), to_owner=False, matter=words[2]), people=(who,))
        return Skeleton(render(letter(net, reply_to="maya@lindqvist.example", token=TOKEN), "html")).found

    assert skeleton(name, f"x{quote}", f"x{matter}") == skeleton("Dana", "Hello", "Lunch")


def contrast(one, other):
    """The contrast ratio of two colours (WCAG 2.2, relative luminance)."""

    def luminance(colour):
        parts = [int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5)]
        linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
        return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]

    light, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def test_every_text_colour_can_be_read_by_day_and_by_night():
    page = render(letter(failing()), "html")
    dark = dict(
        re.findall(r"\.(\w+) \{ (?:background: #\w+ !important; border-color: #\w+ !important; )?color: (#\w{6})", page)
    )
    ground = {name: re.search(rf"\.{name} \{{ background: (#\w{{6}})", page)[1] for name in ("sheet", "alarm")}
    assert set(dark) == {"sheet", "soft", "mark"}
    for background in ground.values():
        assert all(contrast(colour, background) >= 4.5 for colour in dark.values())
    inline = set(re.findall(r"[;\"]color:(#\w{6})", page))
    assert len(inline) == 3
    for background in ("#fffdf9", "#fbeee8"):
        assert f"background:{background}" in page
        assert all(contrast(colour, background) >= 4.5 for colour in inline)


def test_a_letter_of_an_earlier_day_names_the_day_of_the_reading():
    (account, *_) = sample().accounts
    later = replace(account, last_success=account.last_success + timedelta(days=400))
    assert letter(replace(sample(), accounts=(later,))).accounts_line.startswith(
        "Your account was read on 6 July 2027 at"
    )


def test_the_reading_of_one_two_and_more_accounts_is_told_in_plain_english():
    accounts = sample().accounts

    def line(count):
        return letter(replace(sample(), accounts=accounts[:count])).accounts_line.partition(" today")[0]

    assert [line(count) for count in (1, 2, 3)] == [
        "Your account was read",
        "Both accounts were read",
        "All three accounts were read",
    ]
