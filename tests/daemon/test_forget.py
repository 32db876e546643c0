"""Forgetting a person: what goes, what stays without them, and that no sync brings them back."""

from __future__ import annotations

from dataclasses import replace

from connectors.records import Address, Removed
from daemon.refresh import refresh
from daemon.store import Correction, CorrectionKind, open_store
from daemon.store.people import person_number
from inference.corrections import Example
from inference.people import person_key
from tests.daemon.store_dump import dump
from tests.daemon.store_sample import AOIFE, DANA, MAYA, NOW, TOMAS, feed, mail, meeting, own

ASK = "[ask advice]Could you look at the harbour plan, Dana?"
SECOND = Address(email="dana@home.example", name="Dana Whitfield")


def number(address):
    return person_number(person_key([address.email]))


def history():
    return [
        own("to-dana", to=(DANA,), text=ASK),
        mail("from-dana", day=1, text="[deliver advice]The pier must move, says Dana.", in_reply_to=("to-dana@lindqvist.example",)),
        mail("second", sender=SECOND, day=2, text="[thanks]Thanks for the rope"),
        mail("to-all", day=3, to=(MAYA, AOIFE), text="[offer]I can bring my zeppelin."),
        own("group", to=(DANA, AOIFE), day=4, text="[ask info]Dana Whitfield, where is the zeppelin? [thanks]Thank you Aoife."),
        mail("about", sender=TOMAS, day=5, text="[ask intro]Could you introduce me to Dana Whitfield?"),
        own("aoife", to=(AOIFE,), day=6, text="[news]I got the job!"),
        meeting("alone", day=7, summary="Coffee with Dana Whitfield"),
        meeting("three", day=8, attendees=(MAYA, DANA, AOIFE), summary="Dana and Aoife on the zeppelin"),
    ]  # fmt: skip


def filled(store, owner):
    feed(store, *history(), keep_text=True)
    store.add_correction(Correction(kind=CorrectionKind.MUTE, subject=(DANA.email,), at=NOW))
    refresh(store, owner)
    return store


def contents(store):
    return repr(dump(store)).casefold()


def test_nothing_of_the_person_is_left_in_any_table(stores, owner):
    store = filled(stores(), owner)
    assert store.forget([DANA.email, SECOND.email]) == 2
    refresh(store, owner)
    for trace in ("whitfield", "dana", "zeppelin.", "the pier", "acme", "rope", f"{number(DANA)}"):
        assert trace not in contents(store), trace
    assert {person.name for person in store.people()} == {"Aoife Brennan", "Tomáš Novák"}


def test_nothing_of_the_person_is_left_in_the_files(tmp_path, owner):
    store = filled(open_store("sqlite:///kith.db", tmp_path), owner)
    store.forget([DANA.email, SECOND.email])
    refresh(store, owner)
    held = b"".join(path.read_bytes() for path in tmp_path.iterdir())
    store.close()
    for trace in (b"hitfield", b"acme.example", b"pier must move", b"bring my zeppelin"):
        assert trace not in held, trace


def test_group_mail_stays_with_a_nameless_participant(store, owner):
    filled(store, owner)
    store.forget([DANA.email, SECOND.email])
    refresh(store, owner)
    mails = {each.at.day: each for each in store.timeline(number(AOIFE)).mails}
    assert mails.keys() == {8, 9, 11}
    assert (mails[8].acts, mails[8].subject, mails[8].message_id) == ((), "", None)
    assert len(mails[9].to) == 2
    assert [act.quote.strip() for act in mails[9].acts] == ["… …, where is the zeppelin?", "Thank you Aoife."]
    assert [len(each.participants) for each in store.timeline(number(AOIFE)).encounters] == [3]


def test_a_resync_does_not_bring_the_person_back(stores, owner):
    store = filled(stores(), owner)
    store.forget([DANA.email, SECOND.email])
    refresh(store, owner)
    before = dump(store)
    feed(store, *history(), keep_text=True)
    feed(store, *[replace(each, key=f"again-{each.key}") for each in history()], stream="copy")
    feed(
        store, mail("new", day=20, text=ASK), mail("new-all", day=21, to=(MAYA, AOIFE), text="[offer]Do not keep this")
    )
    refresh(store, owner)
    after = dump(store)
    assert {person.name for person in store.people()} == {"Aoife Brennan", "Tomáš Novák"}
    for trace in ("dana@home", "acme.example'", "do not keep", "the pier"):
        assert trace not in contents(store), trace
    assert after["favors"] == before["favors"]
    assert len(after["messages"]) == len(before["messages"]) + 1


def test_somebody_never_seen_can_be_forgotten_in_advance(store, owner):
    assert store.forget(["stranger@x.example"]) == 0
    feed(store, mail("a", sender=Address(email="stranger@x.example", name="A Stranger")), mail("b"))
    refresh(store, owner)
    assert [person.name for person in store.people()] == ["Dana Whitfield"]


def test_the_owner_cannot_be_forgotten(store, owner):
    filled(store, owner)
    assert store.forget([MAYA.email]) == 0
    refresh(store, owner)
    assert store.owner_emails() == (MAYA.email,)


def test_everybody_elses_ledger_is_made_again(store, owner):
    filled(store, owner)
    before = {favor.id: favor for favor in store.favors()}
    store.forget([DANA.email, SECOND.email])
    refresh(store, owner)
    after = store.favors()
    assert {favor.person for favor in after} <= {number(AOIFE), number(TOMAS)}
    assert len(after) < len(before)
    assert all("Dana" not in evidence.quote for favor in after for evidence in favor.evidence)


def test_meetings_that_never_came_about_do_not_keep_the_person_either(stores, owner):
    store = filled(stores(), owner)
    feed(store, mail("i", sender=TOMAS, meetings=(meeting("dropped", organizer=TOMAS, summary="Dana Whitfield"),)))
    feed(store, meeting("dropped", organizer=TOMAS, key="x"), stream="calendar")
    feed(store, Removed(key="x"), stream="calendar")
    store.forget([DANA.email, SECOND.email])
    assert "acme" not in contents(store)
    with store._database.reading() as access:
        kept = access.rows("SELECT content FROM meeting_versions")
    assert b"acme.example" not in b"".join(bytes(content) for (content,) in kept)


def test_nothing_of_the_person_is_left_in_what_corrections_of_other_favors_taught(store, owner):
    filled(store, owner)
    for quote, source in (
        ("Ask Dana Whitfield about it", "00"),
        ("I can bring my zeppelin.", mail_of(store, "to-all")),
    ):
        shown = Example(favor="f", act="ask", type="info", quote=quote, confidence=0.5, believed=0.5)
        subject = (f"{source}:ask:got:00", f"{source}:ask")
        store.add_correction(
            Correction(
                kind=CorrectionKind.FAVOR, subject=subject, verdict="reject", email=AOIFE.email, at=NOW, example=shown
            )
        )
    store.forget([DANA.email, SECOND.email])
    assert [each.example.quote for each in store.corrections() if each.example] == ["Ask … … about it", ""]


def mail_of(store, key):
    (found,) = (each for each in store.exported_mails() if (each.message_id or "").startswith(f"{key}@"))
    return found.identity
