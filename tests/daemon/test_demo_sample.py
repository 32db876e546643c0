from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from importlib import resources
from pathlib import Path

import pytest

from connectors.protocol import Surroundings
from daemon import config
from daemon.demo import AS_OF, write_sample
from daemon.demo.generate import files
from daemon.demo.script import ZONE, cast, conversations, events
from daemon.digest.build import build
from daemon.digest.section import Thresholds
from daemon.pipeline import sync_account
from daemon.refresh import Owner, refresh
from daemon.store import open_store
from inference.health import health

NOW = datetime(AS_OF.year, AS_OF.month, AS_OF.day, 5, 30, tzinfo=UTC)

#: What a careful reader of the whole sample would write: whom each section must name, and whom else it may.
MUST = {
    "answer": {"Ben Achterberg", "Karin Dahl"},
    "keep_promise": {"Chidi Okafor", "Erik Lindqvist"},
    "thank": {"Sofia Marchetti", "Wei-Ling Tan"},
    "tell_outcome": {"Ingrid Sørbye", "Jonas Ekblad"},
    "waiting_on": {"Peter Hallgren", "Samuel Osei"},
    "drifting": {"Anders Vik", "Gustav Bergman"},
    "give_back": {"Rut Abelson", "Wei-Ling Tan"},
    "share_news": {"Ingrid Sørbye"},
    "showed_up": {"Oskar Nyberg", "Tomasz Wieczorek"},
    "one_sided": {"Nadia Petrova"},
}
MAY = {
    "give_back": {"Sofia Marchetti", "Tomasz Wieczorek", "Ingrid Sørbye", "Leila Haddad", "Jonas Ekblad"},
    "share_news": {
        "Ben Achterberg",
        "Rut Abelson",
        "Nadia Petrova",
        "Chidi Okafor",
        "Claire Beaumont",
        "Gustav Bergman",
    },
}


@pytest.fixture(scope="module")
def network(tmp_path_factory):
    """The sample, read and worked out as `kith sync` does it."""
    folder = tmp_path_factory.mktemp("sample")
    settings = config.load(write_sample(folder))
    store = open_store(settings.store.url, folder)
    around = Surroundings(base=folder, now=lambda: NOW, zone=ZONE, owner_addresses=settings.owner.addresses)
    for account in settings.accounts:
        connector = account.spec.open(account.settings, around)
        outcome = sync_account(account.name, account.kind, connector, store, now=lambda: NOW)
        assert outcome.problem is None
        assert outcome.applied.rejected == 0
    refresh(store, Owner(name=settings.owner.name, addresses=settings.owner.addresses))
    yield store.network(NOW, ZONE, settings.owner.name)
    store.close()


@pytest.fixture(scope="module")
def sections(network):
    return {part.id: {item.person.name for item in part.items} for part in build(network, Thresholds()).sections}


def test_the_generator_makes_the_bundled_files_byte_for_byte():
    bundled = resources.files("daemon.demo") / "sample"
    for name, content in files().items():
        assert bundled.joinpath(name).read_bytes() == content, (
            f"{name} is not what the texts say: python -m daemon.demo.generate"
        )


def test_the_sample_is_a_year_of_some_three_hundred_mails_and_sixty_meetings(tmp_path):
    write_sample(tmp_path)
    boxes = [(tmp_path / "mail" / name).read_bytes() for name in ("Inbox.mbox", "Sent.mbox")]
    mails = sum(box.count(b"\nFrom MAILER-DAEMON ") + 1 for box in boxes)
    calendar = (tmp_path / "calendar.ics").read_text(encoding="utf-8")
    assert 300 <= mails <= 420
    assert 60 <= calendar.count("BEGIN:VEVENT") <= 80
    days = [letter.at.date() for conversation in conversations() for letter in conversation.letters]
    assert min(days) < AS_OF - timedelta(days=350)
    assert AS_OF - timedelta(days=7) < max(days) < AS_OF
    assert sum(path.stat().st_size for path in tmp_path.rglob("*") if path.is_file()) < 1_000_000


def test_mails_of_a_conversation_follow_each_other_and_come_from_known_people():
    people = cast()
    for conversation in conversations():
        times = [letter.at for letter in conversation.letters]
        assert times == sorted(times), conversation.letters[0].subject
        for letter in conversation.letters:
            assert {letter.sender, *letter.to, *letter.cc} <= people.keys()
    assert all({event.organizer, *event.answers} <= people.keys() for event in events())


def test_all_addresses_are_on_domains_reserved_for_examples():
    addresses = [email for person in cast().values() for email in (person.email, person.other) if email]
    assert all(email.rpartition(".")[2] in {"example", "test"} for email in addresses)


def test_no_two_people_write_the_same_mail():
    bodies = [letter.body for conversation in conversations() for letter in conversation.letters]
    assert len({body.casefold() for body in bodies}) == len(bodies)


def test_writing_the_sample_twice_changes_nothing(tmp_path):
    before = write_sample(tmp_path / "new" / "folder").read_bytes()
    assert write_sample(tmp_path / "new" / "folder").read_bytes() == before


@pytest.mark.parametrize("section", sorted(MUST))
def test_the_letter_names_whom_a_careful_reader_would_name_and_nobody_else(sections, section):
    assert MUST[section] <= sections[section] <= MUST[section] | MAY.get(section, set())


def test_the_letter_fits_twelve_items_and_finds_the_accounts_well(network):
    document = build(network, Thresholds())
    assert len(document.shown) == 12
    assert not next(part for part in document.sections if part.id == "accounts").items


def test_machines_and_lists_have_no_part_in_the_network(network):
    machines = {
        cast()[name].email for name in ("leadrocket", "signalform", "railnord", "list.kari", "list.sune", "fakerut")
    }
    for person in network.people.values():
        if machines & set(person.emails):
            assert not network.contacts.get(person.id)
            assert not [favor for favor in network.favors if favor.person == person.id]


def test_a_spoofed_mail_opens_no_favor(network):
    assert not [favor for favor in network.favors if favor.matter in {"Urgent favour", "Invoice overdue"}]


def test_two_addresses_are_one_person_and_one_surname_is_not(network):
    emails = {person.name: person.emails for person in network.people.values()}
    assert emails["Chidi Okafor"] == ("c.okafor@inclusivelab.example", "chidi.okafor@postbox.test")
    assert {"Erik Lindqvist", "Birgitta Lindqvist"} <= emails.keys()


def test_meetings_that_were_cancelled_or_declined_are_no_contact(network):
    nadia = next(person.id for person in network.people.values() if person.name == "Nadia Petrova")
    hanna = next(person.id for person in network.people.values() if person.name == "Hanna Forsell")
    assert not any(day.met or day.group_met for day in network.contacts[nadia])
    met = {day.on for day in network.contacts[hanna] if day.met}
    assert date(2025, 10, 16) in met
    assert date(2025, 10, 9) not in met


def test_the_network_is_alive_and_has_a_bridge(network):
    found = health(network)
    figures = {figure.id: figure.now for figure in found.figures}
    assert figures["ties"] >= 30
    assert figures["drifting"] == 2
    assert [network.people[bridge.person].name for bridge in found.bridges] == ["Chidi Okafor"]
    assert all(month.alive for month in found.months)


def test_what_is_ahead_is_known_and_not_yet_contact(network):
    assert {"East entrance", "The line, progress"} <= {meeting.summary for meeting in network.ahead}
    assert NOW < min(meeting.start for meeting in network.ahead) < NOW + timedelta(days=3)


def test_the_config_of_the_sample_speaks_of_nothing_outside_its_folder(tmp_path):
    settings = config.load(write_sample(tmp_path))
    assert settings.folder == Path(tmp_path)
    assert settings.store.url == "sqlite:///kith.db"
