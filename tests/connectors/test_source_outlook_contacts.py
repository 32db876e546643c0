"""Contacts at Microsoft 365: whom they name, what changed, and everything that goes wrong on the way."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import msgspec
import pytest

from connectors import microsoft_refusals
from connectors.emptied import EMPTY_FOR
from connectors.errors import CursorExpired, NeedsOwner, ProtocolViolation, Transient
from connectors.known_items import key_digest
from connectors.microsoft_contacts import GraphContact, contact_of
from connectors.records import Contact, Rejected, Removed
from connectors.sources import outlook_contacts
from daemon.cli import run
from daemon.store import open_store
from tests.services.microsoft import Fault, around, opened, running

ADA = "ada@quist.example"
LEO = "leo@quist.example"


class Clock:
    def __init__(self):
        self.now = datetime(2026, 3, 20, 12, tzinfo=UTC)

    def __call__(self):
        return self.now


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
def fake(tmp_path, clock):
    with running(tmp_path, now=clock) as made:
        yield made


@pytest.fixture
def opening(fake, tmp_path):
    around(fake, tmp_path, scope="Contacts.Read")
    made = []

    def opening(**settings):
        made.append(opened(fake, outlook_contacts.CONNECTOR, tmp_path, **settings))
        return made[-1]

    yield opening
    for each in made:
        each.close()


@pytest.fixture
def connector(opening):
    return opening()


def names(connector):
    return [stream.name for stream in connector.streams()]


def pulled(connector, since=None, name="Contacts"):
    stream = next(stream for stream in connector.streams() if stream.name == name)
    batches = list(connector.pull(stream, since))
    return [change for batch in batches for change in batch.changes], batches[-1].cursor


def known(key, name, *emails):
    return Contact(key=key_digest(key).hex(), name=name, emails=emails)


def gone(key):
    return Removed(key=key_digest(key).hex())


def read(**told):
    return contact_of(msgspec.convert({"id": "x", **told}, GraphContact), "k")


def at(*emails):
    return [{"name": "", "address": email} for email in emails]


# -- names and addresses ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("told", "name"),
    [
        ({"displayName": "Ada Quist", "givenName": "A.", "surname": "Q."}, "Ada Quist"),
        ({"displayName": "  'Ada\u202e Quist'\n", "givenName": "A."}, "Ada Quist"),
        ({"displayName": ADA, "givenName": "Ada", "surname": "Quist"}, "Ada Quist"),
        ({"displayName": "Ada (ada@quist.example)", "surname": "Quist"}, "Quist"),
        ({"displayName": None, "givenName": "Ada", "surname": None}, "Ada"),
        ({"displayName": "", "givenName": ADA, "surname": ""}, ""),
        ({}, ""),
    ],
)
def test_a_contact_is_called_by_its_display_name_unless_that_is_an_address(told, name):
    assert read(**told, emailAddresses=at(ADA)).name == name


@pytest.mark.parametrize(
    ("listed", "emails"),
    [
        (at(" Ada@Quist.Example "), (ADA,)),
        (at(ADA, "ADA@quist.example", LEO), (ADA, LEO)),
        (at("SMTP:ada@quist.example", "mailto:leo@quist.example"), (ADA, LEO)),
        (at("/o=ExchangeLabs/ou=Exchange Administrative Group/cn=Recipients/cn=ada", ADA), (ADA,)),
        (at("/O=FIRM/CN=RECIPIENTS/CN=ada@quist.example", ADA), (ADA,)),
        (at("IMCEAEX-_O=FIRM_OU=FIRST_CN=ADA@quist.example", ADA), (ADA,)),
        (at("boss@corp.example <evil@x.example>", "nobody", "", ADA), (ADA,)),
        ([None, {"name": "Ada", "address": None}, {"name": ADA}, *at(ADA)], (ADA,)),
        (at(*(f"{number}@quist.example" for number in range(500))), tuple(f"{n}@quist.example" for n in range(20))),
    ],
)
def test_only_what_is_strictly_an_address_counts(listed, emails):
    assert read(displayName="Ada", emailAddresses=listed).emails == emails


def test_a_contact_without_an_address_is_nobody(fake, connector):
    fake.box.know("Only a telephone", mobilePhone="+46 8 000")
    fake.box.know("Inside", "/o=ExchangeLabs/cn=Recipients/cn=inside")
    ada = fake.box.know("Ada Quist", ADA)
    assert pulled(connector)[0] == [known(ada, "Ada Quist", ADA)]


# -- folders ---------------------------------------------------------------------------------------------------------


def test_every_folder_that_the_owner_fills_is_read(fake, connector):
    family = fake.box.contact_folder("Family")
    below = fake.box.contact_folder("In/laws", family)
    for name in ("Contacts", "Recipient Cache", "{A9E2BC46-B3A0-4243-B315-60D991004455}"):
        fake.box.contact_folder(name)
    assert names(connector)[:3] == ["Contacts", "Family", "Family/In∕laws"]
    assert names(connector)[3].startswith("Contacts ")
    assert len(names(connector)) == 4
    ada, leo = fake.box.know("Ada", ADA, folder=family), fake.box.know("Leo", LEO, folder=below)
    assert pulled(connector)[0] == []
    assert pulled(connector, name="Family")[0] == [known(ada, "Ada", ADA)]
    assert pulled(connector, name="Family/In∕laws")[0] == [known(leo, "Leo", LEO)]


def test_the_settings_may_name_folders(fake, opening):
    for name in ("Family", "Suppliers", "Recipient Cache"):
        fake.box.contact_folder(name)
    assert names(opening(folders=["fam*", "recipient cache"])) == ["Family", "Recipient Cache"]
    assert names(opening(folders=["contacts"])) == ["Contacts"]


def test_a_server_that_cannot_tell_what_lies_below_is_asked_for_less(fake, connector):
    fake.box.contact_folder("In-laws", fake.box.contact_folder("Family"))
    fake.faults = [Fault("expired", "childFolders", status=400, code="ErrorInvalidUrlQuery", times=9)]
    assert names(connector) == ["Contacts", "Family"]


def test_a_server_without_folders_has_the_default_one(fake, connector):
    fake.faults = [Fault("error", "contactFolders", status=404, times=9)]
    assert names(connector) == ["Contacts"]


def test_too_many_folders_are_said_so(fake, connector, monkeypatch):
    monkeypatch.setattr(outlook_contacts, "_MOST_FOLDERS", 20)
    for number in range(300):
        fake.box.contact_folder(f"Folder {number}")
    with pytest.raises(NeedsOwner, match="more than 20 contact folders"):
        connector.streams()


def test_a_default_folder_that_is_not_at_its_usual_address_is_read_at_the_other(fake, connector):
    ada = fake.box.know("Ada", ADA)
    fake.faults = [Fault("expired", "/me/contacts/delta?$select", status=400, code="BadRequest", times=9)]
    changes, cursor = pulled(connector)
    assert changes == [known(ada, "Ada", ADA)]
    assert pulled(connector, cursor)[0] == []


@pytest.mark.parametrize(("status", "code"), [(400, "BadRequest"), (404, "ResourceNotFound"), (501, "NotImplemented")])
def test_a_cloud_that_does_not_tell_of_contacts_is_said_so(fake, connector, status, code):
    fake.faults = [Fault("expired", "contacts/delta", status=status, code=code, times=9)]
    with pytest.raises(NeedsOwner, match="export them to a vCard file"):
        pulled(connector)


def test_a_folder_that_is_gone_keeps_what_was_read(fake, connector):
    family = fake.box.contact_folder("Family")
    fake.box.know("Ada", ADA, folder=family)
    _, cursor = pulled(connector, name="Family")
    stream = connector.streams()[1]
    del fake.box.contact_folders[family]
    with pytest.raises(Transient, match="the contact folder Family is gone"):
        list(connector.pull(stream, None))
    with pytest.raises(CursorExpired):
        list(connector.pull(stream, cursor))
    connector.streams()
    with pytest.raises(Transient, match="the contact folder Family is gone"):
        list(connector.pull(stream, cursor))


# -- what changed ----------------------------------------------------------------------------------------------------


def test_what_changed_is_told_and_nothing_else(fake, connector):
    ada, leo, kim = fake.box.know("Ada", ADA), fake.box.know("Leo", LEO), fake.box.know("Kim", "kim@quist.example")
    _, cursor = pulled(connector)
    fake.box.correct(ada, displayName="Ada Quist")
    fake.box.correct(kim, emailAddresses=[])
    fake.box.lose(leo)
    new = fake.box.know("New", "new@quist.example")
    changes, cursor = pulled(connector, cursor)
    assert changes[:2] == [known(ada, "Ada Quist", ADA), known(new, "New", "new@quist.example")]
    assert sorted(change.key for change in changes[2:]) == sorted(each.key for each in (gone(leo), gone(kim)))
    assert pulled(connector, cursor)[0] == []


def test_nothing_new_costs_one_request_a_folder(fake, connector):
    fake.box.contact_folder("Family")
    streams = connector.streams()
    cursors = {stream: list(connector.pull(stream, None))[-1].cursor for stream in streams}
    fake.requests.clear()
    for stream in connector.streams():
        assert [batch.changes for batch in connector.pull(stream, cursors[stream])] == [()]
    assert len(fake.requests) == 1 + len(streams), fake.requests


def test_a_contact_of_which_only_the_change_is_told_is_fetched(fake, connector):
    ada = fake.box.know("Ada", ADA)
    _, cursor = pulled(connector)
    whole = fake.box.contacts[ada].told
    fake.box.contacts[ada].told = {"id": ada, "mobilePhone": "+46"}
    fake.box.contacts[ada].changed = fake.box.number()
    assert pulled(connector, cursor)[0] == []  # what cannot be known leaves what is known
    fake.box.contacts[ada].told = {"id": ada, "displayName": "Ada Quist", "emailAddresses": at(ADA)}
    assert pulled(connector, cursor)[0] == [known(ada, "Ada Quist", ADA)]
    assert fake.count(f"/me/contacts/{ada}") == 1
    assert whole["displayName"] == "Ada"


def test_only_so_many_are_fetched_one_by_one(fake, connector, monkeypatch):
    monkeypatch.setattr(outlook_contacts, "_ASKED", 3)
    keys = [fake.box.know("P", f"p{number}@quist.example") for number in range(9)]
    _, cursor = pulled(connector)
    for key in keys:
        fake.box.contacts[key].told = {"id": key}
        fake.box.contacts[key].changed = fake.box.number()
    assert pulled(connector, cursor)[0] == []
    assert fake.count("/me/contacts/AAk") == 3


def test_an_address_that_is_lost_while_a_folder_is_read_is_taken_back(fake, connector):
    keys = [fake.box.know(f"P {number}", f"p{number}@quist.example") for number in range(450)]
    stream = connector.streams()[0]
    batches = connector.pull(stream, None)
    first = next(batches)
    fake.box.correct(keys[0], emailAddresses=[])
    fake.box.lose(keys[1])
    assert known(keys[0], "P 0", "p0@quist.example") in first.changes
    for rest in (list(batches), list(connector.pull(stream, first.cursor))):
        told = [change for batch in rest for change in batch.changes]
        assert gone(keys[0]) in told
        assert gone(keys[1]) in told


def test_an_emptied_folder_is_believed_after_a_while(fake, connector, clock):
    keys = [fake.box.know("P", f"p{number}@quist.example") for number in range(30)]
    _, cursor = pulled(connector)
    for key in keys:
        fake.box.lose(key)
    stream, found = connector.streams()[0], []
    with pytest.raises(Transient, match="suddenly has no contact"):
        found.extend(connector.pull(stream, cursor))  # what was yielded before the error is kept by extend
    assert [batch.changes for batch in found] == [()]
    noted = found[0].cursor
    with pytest.raises(Transient, match="suddenly has no contact"):
        list(connector.pull(stream, noted))
    clock.now += EMPTY_FOR + timedelta(minutes=1)
    changes, cursor = pulled(connector, noted)
    assert sorted(change.key for change in changes) == sorted(gone(key).key for key in keys)
    assert pulled(connector, cursor)[0] == []


def test_many_that_go_while_others_stay_are_believed_at_once(fake, connector):
    keys = [fake.box.know("P", f"p{number}@quist.example") for number in range(30)]
    fake.box.know("Ada", ADA)
    _, cursor = pulled(connector)
    for key in keys:
        fake.box.lose(key)
    changes, _ = pulled(connector, cursor)
    assert len(changes) == 30


# -- what goes wrong -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("status", "code"), [(410, "syncStateNotFound"), (400, "SyncStateInvalid"), (404, "whatever")])
def test_a_cursor_that_is_forgotten_is_expired_and_everything_is_read_anew(fake, connector, status, code):
    ada = fake.box.know("Ada", ADA)
    _, cursor = pulled(connector)
    fake.faults = [Fault("expired", "deltatoken", status=status, code=code)]
    with pytest.raises(CursorExpired, match="no longer knows how far Contacts was read"):
        pulled(connector, cursor)
    assert pulled(connector)[0] == [known(ada, "Ada", ADA)]


def test_a_cursor_of_another_folder_or_server_is_expired(fake, connector):
    _, cursor = pulled(connector)
    place = msgspec.json.decode(cursor.value)
    for other in ({"folder": "AAMkOTHER="}, {"link": "https://graph.evil.example/v1.0/me/contacts/delta"}):
        value = msgspec.json.encode({**place, **other}).decode()
        with pytest.raises(CursorExpired, match="another contact folder"):
            pulled(connector, outlook_contacts.Cursor(value=value))


@pytest.mark.parametrize("kind", ["throttled", "unavailable", "cut", "drop", "reorder", "duplicate", "empty"])
def test_what_passes_costs_nothing(fake, connector, kind):
    keys = [fake.box.know(f"P {number}", f"p{number}@quist.example") for number in range(450)]
    fake.faults = [Fault(kind, "contacts/delta", after=1, retry_after="0" if kind == "throttled" else None)]
    stream, found, cursor = connector.streams()[0], [], None
    for _ in range(3):
        try:
            for batch in connector.pull(stream, cursor):
                found += batch.changes
                cursor = batch.cursor or cursor
        except Transient:
            continue
        break
    assert sorted(change.key for change in found) == sorted(key_digest(key).hex() for key in keys)


def test_pages_that_run_in_circles_end(fake, connector):
    fake.box.know("Ada", ADA)
    _, cursor = pulled(connector)
    fake.faults = [Fault("loop", "contacts/delta", times=99)]
    with pytest.raises(CursorExpired, match="circles"):
        pulled(connector, cursor)
    with pytest.raises(ProtocolViolation, match="circles"):
        pulled(connector)


def test_the_login_goes_nowhere_else(fake, connector):
    fake.box.know("Ada", ADA)
    fake.faults = [Fault("elsewhere", "contacts/delta")]
    with pytest.raises(ProtocolViolation, match="not to get your login"):
        pulled(connector)


def test_what_has_no_form_is_rejected_and_the_rest_is_read(fake, connector):
    fake.box.know("Bad", ADA, emailAddresses={"address": ADA})
    worse = fake.box.know("Worse", ADA)
    fake.box.contacts[worse].told["id"] = "x" * 5000
    leo = fake.box.know("Leo", LEO)
    changes, _ = pulled(connector)
    assert changes[-1] == known(leo, "Leo", LEO)
    assert [type(change) for change in changes] == [Rejected, Rejected, Contact]
    assert all("\n" not in change.reason for change in changes[:2])


def test_more_contacts_than_a_book_may_hold_are_said_so_and_those_before_stay(fake, connector, monkeypatch):
    monkeypatch.setattr(outlook_contacts, "MAX_CARDS", 300)
    for number in range(450):
        fake.box.know("P", f"p{number}@quist.example")
    stream, found = connector.streams()[0], []
    with pytest.raises(NeedsOwner, match="more than 300 contacts"):
        found.extend(connector.pull(stream, None))
    assert [len(batch.changes) for batch in found] == [200]
    with pytest.raises(NeedsOwner, match="more than 300 contacts"):
        list(connector.pull(stream, found[0].cursor))


def test_a_login_without_the_permission_is_told_what_to_do(fake, tmp_path):
    around(fake, tmp_path, scope="Mail.Read")
    made = opened(fake, outlook_contacts.CONNECTOR, tmp_path)
    with pytest.raises(NeedsOwner, match="kith login work"):
        made.streams()
    made.close()
    said = microsoft_refusals.refusal({"error_description": "AADSTS70011"}, "work")
    assert "Contacts.Read" in str(said)


def test_an_account_that_is_gone_is_transient(fake, connector):
    connector.streams()
    fake.stop()
    with pytest.raises(Transient):
        connector.streams()


# -- the owner's way -------------------------------------------------------------------------------------------------


def test_an_owner_logs_in_and_syncs(tmp_path, capfd):
    with running(tmp_path) as fake:
        fake.accounts.pending = 0
        fake.box.know("Ada Quist", ADA, "ada@home.example")
        common = "\n".join(f"{key} = {msgspec.json.encode(value).decode()}" for key, value in fake.settings().items())
        path = tmp_path / "kith.toml"
        path.write_text(
            '[owner]\nname = "Maya Lindqvist"\naddresses = ["maya@lindqvist.example"]\n\n'
            '[store]\nurl = "sqlite:///kith.db"\n\n'
            f'[[accounts]]\nname = "people"\nkind = "outlook_contacts"\n{common}\n'
        )
        path.chmod(0o600)
        config = ["--config", str(path)]
        assert run([*config, "sync"]) == 3
        assert "kith login people" in "".join(capfd.readouterr())
        assert run([*config, "login", "people"]) == 0
        assert "may use Contacts.Read" in "".join(capfd.readouterr())
        assert run([*config, "sync"]) == 0
    store = open_store("sqlite:///kith.db", tmp_path)
    assert [(card.name, card.emails) for card in store.cards()] == [("Ada Quist", (ADA, "ada@home.example"))]
    store.close()
