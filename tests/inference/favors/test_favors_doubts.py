"""What may have settled a favor, in words that were not understood: no status changes, and nobody is accused."""

from __future__ import annotations

from datetime import timedelta

import pytest

from inference.favors import Status, ledger, state


@pytest.fixture
def helped(scene):
    """Dana was asked for advice and gave it (mails ``m1`` and ``m2``)."""
    scene.mail("m1", "me", ["dana"], scene.act("ask", "Which press would you go to?", "advice"))
    scene.mail("m2", "dana", ["me"], scene.act("deliver", "Go to Orbital Press.", "advice"), day=1, answers="m1")
    return scene


def standing(scene, day: float = 30.0):
    (favor,) = ledger(scene.timeline())
    return state(favor, scene.start + timedelta(days=day))


def test_without_an_answer_nothing_is_in_doubt(helped):
    assert standing(helped).doubts == frozenset()


def test_a_reply_in_which_no_act_was_understood_may_be_the_thanks(helped):
    helped.mail("m3", "me", ["dana"], day=2, answers="m2", words=6)
    then = standing(helped)
    assert then.thanked_at is None
    assert then.doubts == {"maybe_thanked"}


def test_a_reply_that_was_understood_as_something_else_leaves_no_doubt(helped):
    ask = helped.act("ask", "Could you bring chairs on Sunday?", "action", 0.3)
    helped.mail("m3", "me", ["dana"], ask, day=2, answers="m2", subject="Sunday")
    favors = [favor for favor in ledger(helped.timeline()) if favor.type == "advice"]
    assert state(favors[0], helped.start + timedelta(days=9)).doubts == frozenset()


def test_news_that_may_be_the_outcome_are_doubt_and_not_proof(helped):
    helped.mail("m3", "me", ["dana"], helped.act("news", "We are moving in May.", p=0.16), day=20, answers="m2")
    then = standing(helped)
    assert then.outcome_told_at is None
    assert "maybe_told" in then.doubts


def test_an_answer_nobody_is_sure_of_leaves_the_ask_open_and_in_doubt(scene):
    scene.mail("m1", "me", ["dana"], scene.act("ask", "Would you put in a word with Orbital?", "referral"))
    maybe = scene.act("deliver", "There it is.", "info", p=0.16)
    scene.mail("m2", "dana", ["me"], maybe, day=1, answers="m1", words=3)
    then = standing(scene)
    assert then.status is Status.ASKED
    assert then.doubts == {"maybe_delivered"}


def test_a_later_promise_ends_the_doubt_whether_it_was_done(scene):
    scene.mail("m1", "me", ["dana"], scene.act("ask", "Would you put in a word with Orbital?", "referral"))
    scene.mail("m2", "dana", ["me"], scene.act("deliver", "There.", "info", p=0.16), day=1, answers="m1", words=3)
    scene.mail("m3", "dana", ["me"], scene.act("commit", "I will ring Orbital."), day=2, answers="m1")
    then = standing(scene)
    assert then.status is Status.PROMISED
    assert then.doubts == frozenset()


def test_doubts_are_of_their_day(helped):
    helped.mail("m3", "me", ["dana"], day=10, answers="m2", words=6)
    assert standing(helped, day=9).doubts == frozenset()
    assert standing(helped, day=11).doubts == {"maybe_thanked"}
