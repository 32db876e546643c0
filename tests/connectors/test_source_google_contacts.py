"""Google Contacts: what a person comes to, changes and deletions, sync tokens that end, a list without an end."""

from __future__ import annotations

from datetime import UTC, datetime
from urllib.parse import parse_qs, urlsplit
from zoneinfo import ZoneInfo

import pytest

from connectors.errors import CursorExpired, NeedsOwner, ProtocolViolation, Transient
from connectors.google_api import Pace
from connectors.google_people import MAX_EMAILS, contact_of, former_keys
from connectors.passwords import Secret
from connectors.protocol import Stream, Surroundings
from connectors.records import Contact, Rejected, Removed
from connectors.sources import google_contacts
from tests.connectors.test_google_login import Owner
from tests.services.google import CALENDAR_SCOPES, CONTACTS_SCOPES, SCOPE, google  # noqa: F401

NOW = datetime(2030, 6, 1, 12, tzinfo=UTC)
BOOK = Stream(name="contacts", holds="contacts")


class Account:
    """An address book at the fake Google, and an account that reads it."""

    def __init__(self, server, folder):
        self.fake, self.people, self.url = server.fake, server.fake.people, server.url
        self.fake.now = lambda: NOW
        self.around = Surroundings(
            base=folder, now=lambda: NOW, zone=ZoneInfo("UTC"), account="book", tokens=folder / "logins"
        )
        self.keep(self.fake.login(CONTACTS_SCOPES))
        self.connectors = []

    def keep(self, login):
        with self.around.logins.changing("book") as slot:
            slot.write(Secret(login))

    def connector(self):
        pace = Pace(clock=lambda: 0.0, sleep=lambda _: None, chance=lambda: 0.5)
        settings = google_contacts.GoogleContactsSettings(endpoint=self.url, requests_per_minute=10**6)
        self.connectors.append(google_contacts.GoogleContactsConnector(settings, self.around, pace=pace))
        return self.connectors[-1]

    def batches(self, since=None):
        return list(self.connector().pull(BOOK, since))

    def read(self, since=None):
        batches = self.batches(since)
        cursors = [batch.cursor for batch in batches if batch.cursor is not None]
        return [change for batch in batches for change in batch.changes], cursors[-1] if cursors else since


@pytest.fixture
def book(google, tmp_path):  # noqa: F811
    found = Account(google, tmp_path)
    yield found
    for each in found.connectors:
        each.close()


def people(changes):
    return {change.name: change.emails for change in changes if isinstance(change, Contact)}


def person(*emails, resource="people/c1", **more):
    return {"resourceName": resource, "emailAddresses": [{"value": each} for each in emails], **more}


def named(*names):
    return [{**each, "metadata": {"primary": number == len(names) - 1}} for number, each in enumerate(names)]


def test_a_contact_is_a_name_and_strict_addresses_each_once(book):
    book.people.put(
        "Ada Quist", "Ada@Quist.example", "ada@work.example", "ada@quist.example", "not one", "a <b@c.example>"
    )
    [contact] = book.read()[0]
    assert contact == Contact(key="people/c1", name="Ada Quist", emails=("ada@quist.example", "ada@work.example"))


def test_who_has_no_address_is_nobody_and_no_name_is_a_contact_all_the_same(book):
    book.people.put("The Plumber")
    book.people.put("", "ada@quist.example")
    assert people(book.read()[0]) == {"": ("ada@quist.example",)}


def test_only_the_owners_own_word_counts_not_what_a_profile_says(book):
    book.people.put("Ada", "ada@quist.example", profile=("Queen Of The Harbour", "queen@harbour.example"))
    assert people(book.read()[0]) == {"Ada": ("ada@quist.example",)}


def test_no_more_is_asked_for_than_names_and_addresses(book):
    book.people.put("Ada", "ada@quist.example")
    book.read()
    [asked] = [each.parameters for each in book.fake.asked]
    assert asked["personFields"] == "names,emailAddresses,metadata"
    assert asked["sources"] == ["READ_SOURCE_TYPE_CONTACT"]
    assert asked["pageSize"] == 1000
    assert "biographies" not in asked["fields"]
    assert {each.id for each in book.fake.asked} == {"people.people.connections.list"}


@pytest.mark.parametrize(
    ("names", "name"),
    [
        (named({"displayName": "Ada"}, {"displayName": "Ada Quist"}), "Ada Quist"),
        ([{"displayName": "Ada"}, {"displayName": "Bo"}], "Ada"),
        (named({"displayName": "", "unstructuredName": "Ada Q"}), "Ada Q"),
        (named({"givenName": "Ada", "familyName": "Quist"}), "Ada Quist"),
        (named({"displayName": "boss@corp.example", "givenName": "Ada"}), "Ada"),
        (named({"displayName": "boss@corp.example"}), ""),
        (named({"displayName": "A\u202eda\r\nBcc: x"}), "Ada Bcc: x"),
        (named({"displayName": 'Ada\ud800 "Q"'}), 'Ada? "Q"'),
        (named({"displayName": 7, "familyName": None}), "7"),
        ([], ""),
        ("Ada", ""),
        ([{"displayName": "Ada", "metadata": "primary"}], "Ada"),
    ],
)
def test_the_primary_name_names_and_an_address_is_no_name(names, name):
    assert contact_of(person("ada@quist.example", names=names)).name == name


def test_hostile_people_cost_only_themselves():
    many = contact_of(person(*(f"a{number}@x.example" for number in range(500))))
    assert len(many.emails) == MAX_EMAILS
    long = contact_of(person("ada@quist.example", names=[{"displayName": "A" * 10**6}]))
    assert len(long.name) == 200
    odd = contact_of(person("ada@quist.example", resource="people/\r\n" + "x" * 10**5))
    assert (len(odd.key), odd.key.isalnum()) == (24, True)
    for raw in ({}, {"emailAddresses": "x"}, {"emailAddresses": [7, None, {"value": {}}]}, {"names": 3, "metadata": 4}):
        assert contact_of(raw) is None
    assert isinstance(contact_of({"emailAddresses": [{"value": "ada@quist.example"}]}), Rejected)


def test_an_address_that_is_none_is_told_and_mending_it_brings_the_contact(book):
    ada = book.people.put("Ada Quist", "ada at quist")
    changes, cursor = book.read()
    assert changes == [Rejected(key=ada, reason="contact 'Ada Quist': what stands there as its address is none")]
    book.people.put("Ada Quist", "ada@quist.example", resource=ada)
    changes, _ = book.read(cursor)
    assert changes == [Contact(key=ada, name="Ada Quist", emails=("ada@quist.example",))]


def test_nothing_new_costs_one_request(book):
    book.people.put("Ada", "ada@quist.example")
    _, cursor = book.read()
    connector = book.connector()
    book.fake.requests = 0
    [stream] = connector.streams()
    assert list(connector.pull(stream, cursor)) == []
    assert (stream, book.fake.requests) == (BOOK, 1)


def test_a_large_book_comes_in_pages_of_a_thousand_with_their_total(book):
    for number in range(2500):
        book.people.put(f"P{number}", f"p{number}@x.example")
    batches = book.batches()
    assert [len(batch.changes) for batch in batches] == [1000, 1000, 500]
    assert {batch.total for batch in batches} == {2500}
    rest = book.batches(batches[0].cursor)
    assert [len(batch.changes) for batch in rest] == [1000, 500]
    assert rest[-1].cursor == batches[-1].cursor
    assert {batch.total for batch in rest} == {None}


def test_contacts_changed_and_deleted(book):
    ada, bo = book.people.put("Ada", "ada@quist.example"), book.people.put("Bo", "bo@x.example")
    cy = book.people.put("Cy", "cy@x.example")
    _, cursor = book.read()
    book.people.put("Ada Quist", "ada@quist.example", "ada@work.example", resource=ada)
    book.people.remove(bo)
    book.people.put("Cy", resource=cy)
    changes, cursor = book.read(cursor)
    assert changes == [
        Contact(key=ada, name="Ada Quist", emails=("ada@quist.example", "ada@work.example")),
        Removed(key=bo),
        Removed(key=cy),
    ]
    assert book.read(cursor) == ([], cursor)


def test_changes_over_several_pages_are_told_before_the_new_token(book):
    _, cursor = book.read()
    book.people.page = 2
    for number in range(5):
        book.people.put(f"P{number}", f"p{number}@x.example")
    batches = book.batches(cursor)
    assert [(len(batch.changes), batch.cursor is not None) for batch in batches] == [
        (2, False),
        (2, False),
        (1, False),
        (0, True),
    ]


def test_a_contact_that_google_names_anew_is_not_doubled(book):
    ada = book.people.put("Ada", "ada@quist.example")
    _, cursor = book.read()
    book.people.rename(ada, "people/c900")
    changes, cursor = book.read(cursor)
    assert changes == [Removed(key=ada), Contact(key="people/c900", name="Ada", emails=("ada@quist.example",))]
    assert book.read(cursor) == ([], cursor)
    assert [change.key for change in book.read()[0]] == ["people/c900"]


@pytest.mark.parametrize("former", ["people/c1", {}, ["people/c1"], [None, {}], 5])
def test_former_names_that_are_none_or_its_own_remove_nothing(former):
    assert list(former_keys({**person(), "metadata": {"previousResourceNames": former}})) == []


@pytest.mark.parametrize("status", [400, 410])
def test_an_ended_sync_token_means_reading_anew(book, status):
    book.people.put("Ada", "ada@quist.example")
    _, cursor = book.read()
    book.people.forget()
    book.people.ended_by = status
    book.fake.requests = 0
    with pytest.raises(CursorExpired, match="read anew"):
        book.read(cursor)
    assert book.fake.requests == 1
    assert people(book.read()[0]) == {"Ada": ("ada@quist.example",)}


def test_a_page_that_has_ended_means_reading_anew(book):
    book.people.page = 1
    for number in range(3):
        book.people.put(f"P{number}", f"p{number}@x.example")
    first, *_ = book.batches()
    book.people.forget()
    with pytest.raises(CursorExpired):
        book.read(first.cursor)


def test_a_refusal_without_a_token_is_no_ended_token(book):
    book.fake.trouble("400", times=9, where="connections")
    with pytest.raises(ProtocolViolation, match="unexpected way"):
        book.read()


def test_a_book_without_sync_tokens_is_read_whole_each_time(book):
    book.people.put("Ada", "ada@quist.example")
    book.people.withholds_token = True
    _, cursor = book.read()
    book.fake.requests = 0
    with pytest.raises(CursorExpired, match="no sync token"):
        book.read(cursor)
    assert book.fake.requests == 0


def test_a_sync_that_brings_no_token_goes_on_from_the_one_before(book):
    _, cursor = book.read()
    book.people.put("Ada", "ada@quist.example")
    book.people.withholds_token = True
    changes, after = book.read(cursor)
    assert (people(changes), after) == ({"Ada": ("ada@quist.example",)}, cursor)


def test_empty_pages_and_doubles_are_turned(book):
    for number in range(9):
        book.people.put(f"P{number}", f"p{number}@x.example")
    book.people.page, book.people.empty_pages, book.people.duplicates = 2, True, True
    changes, cursor = book.read()
    assert len(changes) == len(people(changes)) == 9
    assert book.read(cursor)[0] == []


def test_pages_in_circles_end(book):
    book.people.put("Ada", "ada@quist.example")
    book.people.loops = True
    with pytest.raises(ProtocolViolation, match="in circles"):
        book.read()


def test_a_list_without_an_end_ends_and_so_does_one_that_is_gone_on_with(book, monkeypatch):
    monkeypatch.setattr(google_contacts, "MOST_CONTACTS", 40)
    book.people.page = 10
    for number in range(60):
        book.people.put(f"P{number}", f"p{number}@x.example")
    batches = []
    with pytest.raises(ProtocolViolation, match="more than 40"):
        batches.extend(book.connector().pull(BOOK, None))
    pull = book.connector().pull(BOOK, None)
    kept = [next(pull) for _ in range(4)]
    with pytest.raises(ProtocolViolation, match="more than 40"):
        book.batches(kept[-1].cursor)
    monkeypatch.setattr(google_contacts, "_MOST_PAGES", 3)
    with pytest.raises(ProtocolViolation, match="no end"):
        book.batches()


@pytest.mark.parametrize("kind", ["429", "403-rate", "500", "cut", "html", "garbled", "401"])
def test_passing_trouble_is_passed(book, kind):
    for number in range(30):
        book.people.put(f"P{number}", f"p{number}@x.example")
    book.people.page = 10
    book.fake.trouble(kind, times=1 if kind == "401" else 2, where="connections", after=1)
    assert len(book.read()[0]) == 30


def test_lasting_trouble_is_the_daemons(book):
    book.fake.trouble("429", times=99, where="connections")
    with pytest.raises(Transient, match="Google Contacts is asked too often"):
        book.read()
    book.fake.troubles.clear()
    book.fake.trouble("403-off", times=99, where="connections")
    with pytest.raises(NeedsOwner, match="the API of Google Contacts is off in your project"):
        book.read()


def test_a_login_for_something_else_is_said_before_anything_is_asked(book):
    book.keep(book.fake.login(CALENDAR_SCOPES))
    with pytest.raises(NeedsOwner, match=r"may not use contacts\.readonly: kith login book"):
        book.connector().streams()
    assert book.fake.requests == 0


def test_a_login_asks_for_reading_contacts_alone_and_says_whose_it_is(book):
    (book.around.base / "client.json").write_text(book.fake.client_file())
    settings = google_contacts.GoogleContactsSettings(client_file="client.json", endpoint=book.url)
    login, owner = google_contacts.CONNECTOR.login(settings, book.around), Owner()
    state = login.log_in(owner, browser=False, sending=False)
    assert parse_qs(urlsplit(owner.url).query)["scope"] == [f"{SCOPE}contacts.readonly"]
    assert (state.who, state.scopes, state.problem) == ("maya@lindqvist.example", ("contacts.readonly",), None)
    with pytest.raises(NeedsOwner, match="sends no mail"):
        login.log_in(owner, browser=False, sending=True)


def test_whose_login_it_is_may_stay_unsaid_but_an_api_that_is_off_is_told(book):
    login = google_contacts.CONNECTOR.login(google_contacts.GoogleContactsSettings(endpoint=book.url), book.around)
    book.people.me = {"names": [{"displayName": "Maya Lindqvist"}]}
    assert login.state().who == "Maya Lindqvist"
    book.people.me = {}
    assert (login.state().who, login.state().problem) == ("", None)
    book.fake.trouble("404", times=1, where="people.people.get")
    assert (login.state().who, login.state().problem) == ("", None)
    book.fake.trouble("403-off", times=9, where="people.people.get")
    assert "the API of Google Contacts is off in your project" in login.state().problem
