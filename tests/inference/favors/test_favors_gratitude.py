"""Thanks, outcomes and news: which favor they are for, and what they prove."""

from __future__ import annotations

import pytest


@pytest.fixture
def referral(scene):
    """The owner has asked Dana for a referral (mail ``m1``)."""
    scene.mail("m1", "me", ["dana"], scene.act("ask", "Would you put in a word with Orbital for me?", "referral"))
    return scene


def test_thanks_after_the_delivery_are_thanks_for_it(referral):
    done = referral.act("deliver", "I rang Orbital this morning about you.", "referral")
    referral.mail("m2", "dana", ["me"], done, day=1, answers="m1")
    referral.mail("m3", "me", ["dana"], referral.act("thanks", "You are a star.", p=0.4), day=1.2, answers="m2")
    assert referral.facts() == [("referral", "dana", "me", "delivered", "thanked")]


def test_specific_thanks_imply_a_delivery_that_no_mail_shows(referral):
    thanks = referral.act("thanks", "Thank you for putting in that word with Orbital.")
    referral.mail("m2", "me", ["dana"], thanks, day=12, subject="Orbital")
    assert referral.facts() == [("referral", "dana", "me", "delivered", "thanked")]


def test_thanks_for_a_promise_deliver_nothing(referral):
    referral.mail("m2", "dana", ["me"], referral.act("commit", "I'll ring them on Monday."), day=1, answers="m1")
    referral.mail("m3", "me", ["dana"], referral.act("thanks", "Thank you so much!"), day=1.1, answers="m2")
    assert referral.facts() == [("referral", "dana", "me", "promised")]


def test_thanks_in_the_mail_that_asks_are_thanks_ahead(referral):
    nudge = referral.act("ask", "Would you still put in a word with Orbital?", "referral")
    thanks = referral.act("thanks", "Thank you for your help with Orbital.")
    referral.mail("m2", "me", ["dana"], nudge, thanks, day=20, answers="m1")
    assert referral.facts() == [("referral", "dana", "me", "asked")]


def test_thanks_for_the_last_favor_and_the_next_ask_arrive_in_one_mail(scene):
    scene.mail("m1", "dana", ["me"], scene.act("ask", "Would you read chapter four?", "feedback"))
    notes = scene.act("deliver", "The vicar must not swim in chapter four.", "feedback")
    scene.mail("m2", "me", ["dana"], notes, day=3, answers="m1", words=120)
    scene.mail(
        "m3",
        "dana",
        ["me"],
        scene.act("thanks", "Your notes were a gift."),
        scene.act("ask", "Would you do the same with chapter five?", "feedback"),
        day=20,
        answers="m2",
    )
    assert scene.facts() == [
        ("feedback", "me", "dana", "delivered", "thanked"),
        ("feedback", "me", "dana", "asked"),
    ]


def test_thanks_for_something_never_seen_make_a_favor_of_it(scene):
    scene.mail("m1", "dana", ["me"], scene.act("thanks", "Thank you for lending me your van on Saturday.", p=0.95))
    assert scene.facts() == [("resource", "me", "dana", "delivered", "thanked")]


def test_doubtful_or_vague_thanks_out_of_the_blue_make_nothing(scene):
    scene.mail("m1", "dana", ["me"], scene.act("thanks", "Thanks for everything.", p=0.95))
    scene.mail("m2", "dana", ["me"], scene.act("thanks", "Lovely of you to lend me the van.", p=0.5), day=40)
    assert scene.facts() == []


def test_an_outcome_months_later_under_a_new_subject_is_told(referral):
    done = referral.act("deliver", "I rang Orbital this morning about you.", "referral")
    referral.mail("m2", "dana", ["me"], done, day=1, answers="m1")
    told = referral.act("outcome", "Orbital took me, I begin in June.", p=0.7)
    referral.mail("m3", "me", ["dana"], told, day=90, subject="News from the coast")
    assert referral.facts() == [("referral", "dana", "me", "delivered", "told")]


def test_news_about_something_else_tells_no_outcome(referral):
    done = referral.act("deliver", "I rang Orbital this morning about you.", "referral")
    referral.mail("m2", "dana", ["me"], done, day=1, answers="m1")
    news = referral.act("news", "We have a new puppy.", p=0.9)
    referral.mail("m3", "me", ["dana"], news, day=40, subject="Puppy")
    assert referral.facts() == [("referral", "dana", "me", "delivered")]


def test_a_long_letter_of_thanks_weeks_later_tells_the_outcome_too(referral):
    done = referral.act("deliver", "I rang Orbital this morning about you.", "referral")
    referral.mail("m2", "dana", ["me"], done, day=1, answers="m1")
    thanks = referral.act("thanks", "None of it would be without you.")
    referral.mail("m3", "me", ["dana"], thanks, day=60, subject="From the desk by the window", words=60)
    assert referral.facts() == [("referral", "dana", "me", "delivered", "thanked", "told")]


def test_a_short_thank_you_the_next_day_tells_no_outcome(referral):
    done = referral.act("deliver", "I rang Orbital this morning about you.", "referral")
    referral.mail("m2", "dana", ["me"], done, day=1, answers="m1")
    referral.mail("m3", "me", ["dana"], referral.act("thanks", "Thank you!"), day=2, answers="m2")
    assert referral.facts() == [("referral", "dana", "me", "delivered", "thanked")]
