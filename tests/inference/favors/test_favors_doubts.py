"""What may have settled a favor, in words that were not understood: no status changes, and nobody is accused."""

from __future__ import annotations

from datetime import timedelta

import pytest

from inference.debts import untold
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


def test_a_faint_word_of_thanks_in_the_next_mail_may_be_for_the_last_help(helped):
    faint = helped.act("thanks", "Four colonies live because of you.", p=0.04)
    helped.mail("m3", "me", ["dana"], faint, day=6, subject="Bees")
    then = standing(helped)
    assert then.thanked_at is None
    assert "maybe_thanked" in then.doubts


def test_a_later_mail_without_a_faint_word_of_thanks_leaves_no_doubt(helped):
    helped.mail("m3", "me", ["dana"], helped.act("schedule", "Lunch on Friday?"), day=6, subject="Lunch")
    assert standing(helped).doubts == frozenset()


def test_a_plain_outcome_under_another_subject_may_be_of_help_given_before(helped):
    helped.mail("m3", "me", ["dana"], helped.act("outcome", "They signed!", p=0.2), day=20, subject="Hello")
    then = standing(helped)
    assert then.outcome_told_at is None
    assert "maybe_told" in then.doubts


def test_thanks_weeks_later_in_the_words_of_the_matter_may_tell_how_it_turned_out(helped):
    helped.mail("m3", "me", ["dana"], helped.act("thanks", "Nice of you to name a press.", p=0.2), day=25, subject="So")
    assert "maybe_told" in standing(helped).doubts


def test_nobody_tells_how_information_turned_out_so_there_is_no_doubt_of_it(scene):
    scene.mail("m1", "me", ["dana"], scene.act("ask", "Which day is the market?", "info"))
    scene.mail("m2", "dana", ["me"], scene.act("deliver", "Tuesdays.", "info"), day=1, answers="m1")
    scene.mail("m3", "me", ["dana"], scene.act("thanks", "Thank you."), day=2, answers="m2")
    scene.mail("m4", "me", ["dana"], scene.act("outcome", "Sold out by ten.", p=0.2), day=9, answers="m3")
    assert standing(scene).doubts == frozenset()


def test_thanks_from_who_waits_may_be_for_what_was_done_unseen(scene):
    scene.mail("m1", "dana", ["me"], scene.act("ask", "Would you come and speak in May?", "support"))
    scene.mail("m2", "me", ["dana"], scene.act("commit", "I will come and speak."), day=1, answers="m1")
    thanks = scene.act("thanks", "Thank you for everything on Saturday.", p=0.5)
    scene.mail("m3", "dana", ["me"], thanks, day=40, subject="Eighty people and a sheepdog")
    assert "maybe_delivered" in standing(scene, day=60).doubts or standing(scene, day=60).status is Status.DELIVERED


def test_who_asked_and_writes_once_more_without_asking_has_mostly_found_it(scene):
    scene.mail("m1", "dana", ["me"], scene.act("ask", "What was the number of the permit?", "info"))
    scene.mail("m2", "dana", ["me"], day=0.1, answers="m1", words=12)
    assert standing(scene).doubts == {"maybe_delivered"}


def test_who_asked_and_asks_once_more_still_waits(scene):
    scene.mail("m1", "dana", ["me"], scene.act("ask", "What was the number of the permit?", "info"))
    scene.mail("m2", "dana", ["me"], scene.act("ask", "Any luck with the permit?", "info"), day=4, answers="m1")
    assert standing(scene).doubts == frozenset()


def test_a_few_words_in_which_nothing_was_read_may_answer_what_was_asked(scene):
    scene.mail("m1", "dana", ["me"], scene.act("ask", "Could you let the meter man in?", "action"))
    scene.mail("m2", "me", ["dana"], day=3, answers="m1", words=7)
    assert standing(scene).doubts == {"maybe_delivered"}


def test_what_is_left_of_an_answered_mail_is_owed_only_where_it_was_plainly_asked_for(scene):
    plain = scene.act("ask", "Would you put in a word with Orbital?", "referral")
    faint = scene.act("ask", "I wonder when the hall is open.", "info", p=0.7, start=900)
    scene.mail("m1", "dana", ["me"], plain, faint)
    scene.mail("m2", "me", ["dana"], scene.act("deliver", "I rang Orbital.", "referral"), day=1, answers="m1")
    doubts = {
        str(favor.type): state(favor, scene.start + timedelta(days=9)).doubts for favor in ledger(scene.timeline())
    }
    assert doubts.get("info", frozenset({"maybe_delivered"})) == {"maybe_delivered"}


def test_routine_that_nobody_comes_back_to_in_three_mails_is_mostly_done(scene):
    scene.mail("m1", "me", ["dana"], scene.act("ask", "Can you change deal 27 to Nymex?", "action"))
    for number in (2, 3):
        scene.mail(f"m{number}", "me", ["dana"], scene.act("schedule", "Lunch?"), day=number, subject=f"Lunch {number}")
    assert standing(scene).doubts == frozenset()
    scene.mail("m4", "me", ["dana"], scene.act("schedule", "Lunch?"), day=6, subject="Friday")
    assert standing(scene).doubts == {"maybe_delivered"}


def test_a_favor_of_weight_is_not_passed_over(scene):
    scene.mail("m1", "me", ["dana"], scene.act("ask", "Would you put in a word with Orbital?", "referral"))
    for number in range(2, 7):
        scene.mail(f"m{number}", "me", ["dana"], scene.act("schedule", "Lunch?"), day=number, subject=f"Lunch {number}")
    assert standing(scene).doubts == frozenset()


@pytest.mark.parametrize(
    ("words", "due"), [("Thanks for all your help!", False), ("Thanks for ringing Orbital.", True)]
)
def test_what_is_known_from_thanks_for_nothing_in_particular_has_no_outcome_to_tell(scene, words, due):
    scene.mail("m1", "me", ["dana"], scene.act("ask", "Would you ring Orbital for me?", "referral"))
    scene.mail("m2", "me", ["dana"], scene.act("thanks", words), day=5, answers="m1")
    (favor,) = ledger(scene.timeline())
    then = state(favor, scene.start + timedelta(days=40))
    assert then.status is Status.DELIVERED
    assert untold(favor, then) is due
