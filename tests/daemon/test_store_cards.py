"""Address books in the store: what is kept of them, and what they change."""

from __future__ import annotations

import pytest

from connectors.records import Contact, Removed
from daemon.refresh import refresh
from daemon.store import UnderWay
from tests.daemon.store_dump import dump
from tests.daemon.store_sample import AOIFE, DANA, MAYA, NOW, batch, feed, mail

SECOND = "second@dana.example"


def contact(key, name, *emails):
    return Contact(key=key, name=name, emails=emails)


def take(store, *changes):
    return store.apply("book", "book.vcf", batch(*changes, cursor="c"), {}, now=NOW, keep_text=False)


@pytest.fixture
def store(stores):
    store = stores()
    feed(
        store,
        mail("one"),
        mail("two", sender=mail("x").sender.__class__(email=SECOND, name="D"), to=(MAYA,)),
        mail("three", sender=AOIFE),
    )
    return store


def emails(store, owner):
    refresh(store, owner)
    return {person.emails for person in store.people()}


def test_a_contact_merges_and_names_people_and_its_removal_takes_that_back(store, owner):
    apart = emails(store, owner)
    assert take(store, contact("1", "Dana W. Whitfield", DANA.email, SECOND)).new == 1
    assert emails(store, owner) == {(DANA.email, SECOND), (AOIFE.email,)}
    assert take(store, contact("1", "Dana W. Whitfield", DANA.email, SECOND)).unchanged == 1
    assert take(store, contact("1", "Dana W. Whitfield", DANA.email)).changed == 1
    assert emails(store, owner) == apart
    assert take(store, Removed(key="1")).removed == 1
    assert store.cards() == []


def test_what_a_whole_pull_does_not_show_is_gone_unless_it_shows_nothing(store):
    take(store, contact("1", "Dana", DANA.email), contact("2", "Aoife", AOIFE.email))
    store.begin_pulls("book", ["book.vcf"], UnderWay.WHOLE)
    assert store.finish_pull("book", "book.vcf") == 0
    assert len(store.cards()) == 2
    take(store, contact("2", "Aoife", AOIFE.email))
    assert store.finish_pull("book", "book.vcf") == 1
    assert [card.name for card in store.cards()] == ["Aoife"]


def test_a_forgotten_person_s_cards_go_and_do_not_come_back(store, owner):
    card = contact("1", "Dana Whitfield", DANA.email, SECOND)
    take(store, card)
    refresh(store, owner)
    store.forget([DANA.email])
    take(store, card)
    refresh(store, owner)
    assert store.cards() == []
    assert "whitfield" not in repr(dump(store)).casefold()
