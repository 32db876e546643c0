"""What the owner's corrections teach: bounded, explained, and the same in any order."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from inference.corrections import Example, FavorCorrection, example, opening
from inference.favor import bar
from inference.favors import ledger
from inference.lessons import FEWEST, MOST, lessons, taught
from tests.inference.favors.conftest import START


def said(verdict, number=0, *, act="commit", believed=0.6, day=0):
    shown = Example(favor=f"f{number}", act=act, type="action", quote="I will.", confidence=believed, believed=believed)
    return FavorCorrection(
        evidence=(f"m{number}:{act}",), verdict=verdict, at=START + timedelta(days=day), example=shown
    )


def many(*verdicts, **more):
    return [said(verdict, number, **more) for number, verdict in enumerate(verdicts)]


def test_rejected_favors_raise_what_is_asked_of_such_favors_and_it_says_why():
    lesson = lessons(many("reject", "reject", "reject", "reject", "confirm"))["commit"]
    assert (lesson.corrected, lesson.rejected, lesson.shift) == (5, 4, 0.11)
    assert lesson.because(0.5) == (
        "You rejected 4 of 5 favors that began with such a promise, so promises now need 0.61 instead of 0.50."
    )


def test_confirmed_favors_that_were_hardly_believed_lower_it():
    lesson = lessons(many("confirm", "done", "told", "confirm", act="ask", believed=0.4))["ask"]
    assert lesson.shift == -0.15
    assert lesson.because(0.5) == (
        "You confirmed 4 of 4 favors that began with such an ask, so asks now need 0.35 instead of 0.50."
    )


def test_what_comes_out_as_it_was_believed_teaches_nothing():
    assert lessons(many("confirm", "confirm", "confirm", "reject", believed=0.75)) == {}


def test_a_few_corrections_teach_nothing():
    assert lessons(many(*["reject"] * (FEWEST - 1))) == {}
    assert lessons(many(*["reject"] * FEWEST))


def test_one_act_learns_nothing_from_another():
    assert lessons([*many("reject", "reject"), *many("reject", "reject", act="offer")]) == {}


def test_of_several_words_about_one_favor_the_last_counts():
    changed = [said("confirm", number, day=1) for number in range(4)]
    assert lessons([*changed, *many(*["reject"] * 4)]) == lessons(changed)


def test_that_something_was_not_done_says_nothing_about_whether_there_was_a_favor():
    assert lessons(many(*["undone"] * 9)) == {}


def test_corrections_without_an_example_teach_nothing():
    assert lessons([replace(each, example=None) for each in many(*["reject"] * 9)]) == {}


_SAID = st.lists(
    st.builds(
        said,
        st.sampled_from(["reject", "confirm", "undone", "retype"]),
        st.integers(0, 30),
        act=st.sampled_from(["ask", "commit", "meeting", "intro"]),
        believed=st.floats(0, 1),
        day=st.integers(0, 1000),
    ),
    max_size=40,
    unique_by=lambda each: (each.at, each.example.favor),
)


@given(_SAID, st.randoms(use_true_random=False))
def test_lessons_are_bounded_and_do_not_depend_on_the_order(corrections, random):
    found = lessons(corrections)
    assert all(0 < abs(lesson.shift) <= MOST for lesson in found.values())
    random.shuffle(corrections)
    assert lessons(corrections) == found


@given(st.floats(0, 1), st.floats(-MOST, MOST))
def test_what_is_certain_passes_every_threshold(threshold, more):
    assert 0 <= bar(threshold, more) <= 1


@pytest.fixture
def favors(scene):
    scene.mail("m1", "me", ["dana"], scene.act("ask", "Would you put in a word with Orbital?", "referral", p=0.55))
    scene.mail("m2", "dana", ["me"], scene.act("offer", "I could lend you my boat.", "resource"), day=9, subject="Boat")
    return ledger(scene.timeline())


def test_an_example_keeps_the_sentence_and_how_much_it_was_believed(favors):
    assert example(favors[0]) == Example(
        favor=favors[0].id,
        act="ask",
        type="referral",
        quote="Would you put in a word with Orbital?",
        confidence=0.55,
        believed=favors[0].confidence,
    )


def test_only_favors_that_began_so_are_asked_more(favors):
    word = [replace(each, evidence=opening(favors[0])) for each in many(*["reject"] * 6, act="ask")]
    asked, offered = taught(favors, lessons(word))
    assert asked.reaches(0.3)
    assert not asked.reaches(0.5)
    assert asked.reaches(0.0)
    assert offered == favors[1]


def test_without_lessons_favors_stay_as_they_are(favors):
    assert taught(favors, {}) == favors
