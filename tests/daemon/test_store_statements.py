"""What mails say about their authors is kept without their text, and decides who is who."""

from __future__ import annotations

from dataclasses import replace

import pytest

from connectors.records import Address
from daemon.refresh import refresh
from daemon.store import Correction, CorrectionKind
from tests.daemon.store_dump import dump
from tests.daemon.store_sample import AOIFE, DANA, MAYA, NOW, TOMAS, feed, mail, own

NEW = Address(email="dw7@orbital.example", name="Dana Whitfield")
SAID = f"My new address is {NEW.email}."


def told(**more):
    return mail("moved", day=5, text=f"Hi Maya! {SAID}", **{"authenticated": True, **more})


def before():
    return [own("a", to=(DANA,)), own("b", to=(DANA,), day=1)]


def after(**more):
    return mail("new", day=9, authenticated=True, **{"sender": NEW, **more})


def people(store):
    return {person.emails for person in store.people()}


def test_a_change_of_address_is_believed_whatever_arrives_first(stores, owner):
    for order in (1, -1):
        store = stores()
        for each in [*before(), told(), after()][::order]:
            feed(store, each)
            refresh(store, owner)
        assert people(store) == {(DANA.email, NEW.email)}
        (person,) = store.people()
        assert person.because == (f"{DANA.email} wrote “{SAID}”",)
        assert store.suggestions() == []


@pytest.mark.parametrize(
    "mails",
    [
        [*before(), told(authenticated=None), after()],
        [*before()[:1], told(), after()],
        [*before(), told(), after(), mail("early", sender=NEW, day=2)],
        [*before(), after(text=f"This is my new address. My old address {DANA.email} is no longer in use.")],
    ],
)
def test_what_is_not_proven_is_suggested_with_its_sentence(store, owner, mails):
    feed(store, *mails)
    refresh(store, owner)
    assert people(store) == {(DANA.email,), (NEW.email,)}
    assert [each.emails for each in store.suggestions()] == [(DANA.email, NEW.email)]


@pytest.mark.parametrize(
    "forged",
    [
        told(authenticated=False),
        told(own=True, sender=MAYA),
        replace(told(), sender=Address(email="noreply@acme.example", name="Dana Whitfield")),
    ],
)
def test_a_forged_word_changes_nothing(store, owner, forged):
    ask = replace(NEW, name="D")  # the same full name would be asked about by itself
    feed(store, *before(), forged, after(sender=ask))
    refresh(store, owner)
    assert (NEW.email,) in people(store)
    assert store.suggestions() == []


def test_nobody_to_whom_the_owner_never_wrote_is_heard(store, owner):
    feed(store, told(), after(sender=replace(NEW, name="")))
    refresh(store, owner)
    assert store.moves() == []
    assert store.suggestions() == []


def test_a_merge_by_word_and_its_split_hold_after_everything_is_made_again(store, owner):
    feed(store, *before(), told(), after())
    refresh(store, owner)
    store.drop_conclusions()
    refresh(store, owner)
    assert len(store.people()) == 1
    store.add_correction(Correction(kind=CorrectionKind.SPLIT, subject=(DANA.email, NEW.email), at=NOW))
    for _ in range(2):
        refresh(store, owner)
        assert people(store) == {(DANA.email,), (NEW.email,)}
        store.drop_conclusions()


def test_a_better_copy_of_a_mail_takes_back_what_the_worse_one_was_believed_for(store, owner):
    feed(store, *before(), told(authenticated=None), after())
    refresh(store, owner)
    assert len(store.people()) == 2
    feed(store, replace(told(), key="again"), stream="All")
    refresh(store, owner)
    assert len(store.people()) == 1


def test_nothing_of_a_forgotten_person_is_left_in_what_others_said(store, owner):
    feed(
        store,
        own("t", to=(TOMAS, AOIFE)),
        mail(
            "from",
            sender=TOMAS,
            day=1,
            to=(MAYA, AOIFE),
            text=f"From now on please use {DANA.email}, says Dana Whitfield.",
        ),
        mail("for", sender=AOIFE, day=2, text="on behalf of Dana Whitfield"),
        mail("dana", day=3),
    )
    refresh(store, owner)
    assert store.written_for([AOIFE.email]) == [("Dana Whitfield", 1)]
    store.forget([DANA.email])
    refresh(store, owner)
    assert "whitfield" not in repr(dump(store)).casefold()
    feed(store, mail("again", sender=TOMAS, day=8, to=(MAYA, AOIFE), text=f"From now on please use {DANA.email}."))
    assert "whitfield" not in repr(dump(store)["statements"]).casefold()


def test_mail_that_an_assistant_sends_for_somebody_is_that_persons(store, owner):
    ruth = Address(email="ruth@acme.example", name="Ruth Okafor")
    feed(store, mail("a", submitter=ruth, text="[offer]I can lend you the boat."), own("b", to=(DANA,), day=1))
    refresh(store, owner)
    assert people(store) == {(DANA.email,)}
    assert len(store.favors()) == 1


def test_mail_that_an_assistant_writes_is_the_assistants(store, owner):
    ruth = Address(email="ruth@acme.example", name="Ruth Okafor")
    feed(
        store,
        mail("a", sender=ruth, text="Monday works.\nRuth\nAssistant to Dana Whitfield"),
        own("b", to=(DANA, ruth)),
    )
    refresh(store, owner)
    assert people(store) == {(DANA.email,), (ruth.email,)}
    assert store.suggestions() == []
    assert store.written_for([ruth.email]) == [("Dana Whitfield", 1)]
    assert store.written_for([DANA.email]) == []
