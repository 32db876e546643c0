"""Changes of address: who is believed, who is asked about, and who gains nothing by pretending."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from inference.moves import Move
from tests.inference.test_people import groups, identity, who

OLD, NEW = "dana@acme.example", "dw7@orbital.example"
MOVE = Move(
    old=OLD, new=NEW, by_old=True, proven=True, written_before=5, new_unseen=True, quote=f"My new address is {NEW}."
)
DANA = (identity(OLD, "Dana Whitfield", received=5), identity(NEW, "Dana Whitfield"))
TOGETHER = {(OLD, NEW)}


def test_a_proven_word_from_the_old_address_of_somebody_known_is_believed():
    people = who(*DANA, moves=[MOVE])
    assert groups(people) == TOGETHER
    assert people.persons[0].because == (f"{OLD} wrote “My new address is {NEW}.”",)
    assert not people.suggestions


def test_a_name_in_two_scripts_agrees_too():
    people = who(identity(OLD, "Юлия Петрова", received=5), identity(NEW, "Yulia Petrova"), moves=[MOVE])
    assert groups(people) == TOGETHER


@pytest.mark.parametrize(
    "weaker",
    [
        {"by_old": False},
        {"proven": False},
        {"written_before": 1},
        {"new_unseen": False},
    ],
)
def test_a_weaker_word_is_a_suggestion_with_its_sentence(weaker):
    people = who(*DANA, moves=[replace(MOVE, **weaker)])
    assert len(people.persons) == 2
    assert people.suggestions[0].emails == (OLD, NEW)
    reasons = [each.because for each in who(*DANA[:1], identity(NEW), moves=[replace(MOVE, **weaker)]).suggestions]
    assert len(reasons) == 1
    assert "wrote “My new address is" in reasons[0]
    assert reasons[0].endswith("has not confirmed") != weaker.get("by_old", True)


def test_an_address_that_nobody_named_is_a_suggestion():
    people = who(DANA[0], identity(NEW), moves=[MOVE])
    assert len(people.persons) == 2
    assert people.suggestions[0].because == f"{OLD} wrote “My new address is {NEW}.”"


def test_another_name_at_the_new_address_is_nobodys_change_of_address():
    people = who(DANA[0], identity(NEW, "Ruth Okafor"), moves=[MOVE])
    assert len(people.persons) == 2
    assert not people.suggestions


@pytest.mark.parametrize("fake", ["dana@acrne.example", "dana@acmе.example", "dana@gmai1.com"])
def test_lookalike_domains_gain_nothing(fake):
    lookalike = identity(fake, "Dana Whitfield", sent=50, received=0)
    for move in (replace(MOVE, new=fake), replace(MOVE, old=fake, new=OLD), replace(MOVE, new=fake, by_old=False)):
        people = who(DANA[0], lookalike, moves=[move])
        assert len(people.persons) == 2
        assert not people.suggestions


def test_shared_mailboxes_do_not_move():
    people = who(
        identity("support@acme.example", "Dana Whitfield"), DANA[1], moves=[replace(MOVE, old="support@acme.example")]
    )
    assert len(people.persons) == 2
    assert not people.suggestions


def test_whoever_calls_themselves_dana_cannot_move_in_with_dana():
    evil = "x@evil.example"
    pretender = identity(evil, "Dana Whitfield", sent=50, received=3)
    known = identity(OLD, "Dana Whitfield", received=5)
    for move in (
        replace(MOVE, old=evil, new=OLD, new_unseen=False),
        replace(MOVE, old=OLD, new=evil, by_old=False),
        replace(MOVE, old=evil, new=NEW),
    ):
        people = who(known, pretender, DANA[1], moves=[move])
        assert all(len(person.emails) == 1 for person in people.persons)


def test_a_second_name_beside_an_address_moves_nobody():
    both = replace(identity("x@evil.example"), names={"Eve Stone": 9, "Dana Whitfield": 1})
    people = who(both, DANA[1], moves=[replace(MOVE, old="x@evil.example")])
    assert len(people.persons) == 2


def test_the_owners_split_holds_against_any_word():
    people = who(*DANA, moves=[MOVE], split=[(OLD, NEW)])
    assert len(people.persons) == 2
    assert not people.suggestions


def test_the_owners_own_addresses_move_nobody():
    people = who(identity("maya@lindqvist.example"), DANA[1], moves=[replace(MOVE, old="maya@lindqvist.example")])
    assert groups(people) == {(NEW,)}


_EMAILS = st.sampled_from([OLD, NEW, "dana@home.example", "x@evil.example", "support@acme.example"])
_MOVES = st.lists(
    st.builds(
        Move,
        old=_EMAILS,
        new=_EMAILS,
        by_old=st.booleans(),
        proven=st.booleans(),
        written_before=st.integers(0, 3),
        new_unseen=st.booleans(),
        quote=st.sampled_from(["a", "b"]),
    ).filter(lambda move: move.old != move.new),
    max_size=6,
)


@given(_MOVES, st.randoms(use_true_random=False))
def test_the_order_of_what_was_said_does_not_matter(moves, random):
    everybody = [identity(email, "Dana Whitfield") for email in (OLD, NEW, "dana@home.example", "x@evil.example")]
    before = who(*everybody, moves=moves)
    random.shuffle(moves)
    assert who(*everybody, moves=moves) == before
