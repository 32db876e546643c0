"""Whom a mail speaks to: copies, lists, crowds, groups, robots, strangers, lost reply headers."""

from __future__ import annotations

from datetime import timedelta

import pytest

from inference.favors import Status, ledger, state


@pytest.fixture
def referral(scene):
    """The owner has asked Dana for a referral (mail ``m1``)."""
    scene.mail("m1", "me", ["dana"], scene.act("ask", "Would you put in a word with Orbital for me?", "referral"))
    return scene


@pytest.mark.parametrize("kind", ["AUTO_REPLY", "BULK", "BOT", "CALENDAR", "OWN_DIGEST"])
def test_automatic_mail_is_no_answer(referral, kind):
    done = referral.act("deliver", "I rang Orbital this morning about you.", "referral")
    referral.mail("m2", "dana", ["me"], done, day=1, answers="m1", kind=referral.kinds[kind])
    assert referral.facts() == [("referral", "dana", "me", "asked")]


def test_untrusted_mail_changes_nothing(referral):
    done = referral.act("deliver", "I rang Orbital this morning about you.", "referral")
    referral.mail("m2", "dana", ["me"], done, day=1, answers="m1", trusted=False)
    assert referral.facts() == [("referral", "dana", "me", "asked")]


def test_a_list_post_asks_nobody_in_particular(scene):
    ask = scene.act("ask", "Can anyone recommend a plumber?", "info")
    scene.mail("m1", "dana", ["me"], ask, kind=scene.kinds.LIST)
    assert scene.facts() == []


def test_an_answer_on_a_list_to_the_owners_question_counts(scene):
    scene.mail("m1", "me", ["omar"], scene.act("ask", "How do I flash this?", "advice"), kind=scene.kinds.LIST)
    answer = scene.act("deliver", "Hold the button while you plug it in.", "advice", p=0.95)
    scene.mail("m2", "dana", ["omar"], answer, day=1, answers="m1", kind=scene.kinds.LIST)
    (favor,) = ledger(scene.timeline())
    assert (favor.giver, favor.type) == (1, "advice")
    assert state(favor, scene.start + timedelta(days=2)).status is Status.DELIVERED


def test_an_ask_to_a_crowd_is_nobodys(scene):
    scene.mail("m1", "dana", ["me"], scene.act("ask", "Could you bring chairs?", "action"))
    crowd = scene.mails[0]
    scene.mails[0] = type(crowd)(**{f: getattr(crowd, f) for f in crowd.__slots__ if f != "to"}, to=(0, *range(10, 36)))
    assert scene.facts() == []


def test_a_copy_asks_nobody(scene):
    scene.mail("m1", "dana", ["omar"], scene.act("ask", "Could you read this?", "feedback"), cc=["me"])
    assert scene.facts() == []


def test_a_copy_asks_whom_it_names(scene):
    scene.mail("m1", "dana", ["omar"], scene.act("ask", "Maya, could you read this?", "feedback"), cc=["me"])
    assert scene.facts() == [("feedback", "me", "dana", "asked")]


def test_a_sentence_that_calls_somebody_else_is_not_meant_for_the_person(scene):
    scene.mail("m1", "me", ["dana", "omar"], scene.act("ask", "Omar, could you read this?", "feedback"))
    assert scene.facts("dana") == []
    assert scene.facts("omar") == [("feedback", "omar", "me", "asked")]


def test_an_ask_to_several_is_each_ones_to_answer(scene):
    scene.mail("m1", "me", ["dana", "omar"], scene.act("ask", "Could one of you send me the key code?", "info"))
    assert scene.facts("dana") == [("info", "dana", "me", "asked")]
    assert scene.facts("omar") == [("info", "omar", "me", "asked")]


def test_an_ask_to_several_lapses_for_the_others_once_somebody_answers(scene):
    scene.mail("m1", "me", ["dana", "omar"], scene.act("ask", "Could one of you send me the key code?", "info"))
    scene.mail("m2", "omar", ["me"], scene.act("deliver", "It is 4417.", "info"), day=1, answers="m1")
    assert scene.facts("dana", day=0.5) == [("info", "dana", "me", "asked")]
    assert scene.facts("dana") == []
    assert scene.facts("omar") == [("info", "omar", "me", "delivered")]


def test_an_answer_without_reply_headers_is_known_by_its_subject(scene):
    ask = scene.act("ask", "What paper is the moth book printed on?", "info")
    scene.mail("m1", "me", ["dana"], ask, subject="Paper")
    scene.mail("m2", "dana", ["me"], day=0.2, subject="RE: Re: paper", words=22)
    assert scene.facts() == [("info", "dana", "me", "delivered")]


def test_a_much_later_mail_of_the_same_subject_answers_nothing(scene):
    ask = scene.act("ask", "What paper is the moth book printed on?", "info")
    scene.mail("m1", "me", ["dana"], ask, subject="Paper")
    scene.mail("m2", "dana", ["me"], day=200, subject="Re: Paper", words=22)
    assert scene.facts() == [("info", "dana", "me", "asked")]


def test_a_mail_that_asks_ten_thousand_things_is_read_like_any_other(scene):
    asks = [scene.act("ask", f"Could you do thing {i}?", "action" if i % 2 else "info") for i in range(10_000)]
    scene.mail("m1", "dana", ["me"], *asks)
    assert 1 <= len(scene.facts()) <= 100


def test_an_ask_to_each_of_several_is_not_settled_by_one_of_them(scene):
    ask = scene.act("ask", "Would each of you read your own section?", "feedback")
    scene.mail("m1", "me", ["dana", "omar"], ask)
    answer = scene.act("deliver", "Section two is too long.", "feedback")
    scene.mail("m2", "omar", ["me", "dana"], answer, day=1, answers="m1")
    assert scene.facts() == [("feedback", "dana", "me", "asked")]


def test_who_follows_up_on_their_own_mass_mail_asks_nobody(scene):
    scene.mail("m1", "dana", ["me"], kind=scene.kinds.BULK)
    ask = scene.act("ask", "Could you point me to whoever decides?", "info")
    scene.mail("m2", "dana", ["me"], ask, day=3, answers="m1")
    assert scene.facts() == []


def test_who_was_answered_by_the_owner_is_heard_whatever_they_sent_before(scene):
    scene.mail("m1", "dana", ["me"], kind=scene.kinds.BULK)
    scene.mail("m2", "me", ["dana"], day=1, answers="m1")
    scene.mail("m3", "dana", ["me"], scene.act("ask", "Could you read my draft?", "feedback"), day=3, answers="m2")
    assert scene.facts() == [("feedback", "me", "dana", "asked")]


def test_thanks_to_somebody_else_by_name_are_not_for_who_else_reads_them(scene):
    scene.mail("m1", "me", ["dana"], scene.act("ask", "Could you lend me the press?", "resource"))
    scene.mail("m2", "dana", ["me"], scene.act("deliver", "It is in your yard.", "resource"), day=1, answers="m1")
    thanks = scene.act("thanks", "A thousand thanks to Omar for the slides, they saved the evening.")
    scene.mail("m3", "me", ["dana", "omar"], thanks, day=2, subject="The evening")
    assert scene.facts() == [("resource", "dana", "me", "delivered")]


def test_thanks_by_name_in_a_mail_to_several_are_for_the_one_who_is_named(scene):
    scene.mail("m1", "me", ["dana"], scene.act("ask", "Could you lend me the press?", "resource"))
    scene.mail("m2", "dana", ["me"], scene.act("deliver", "It is in your yard.", "resource"), day=1, answers="m1")
    thanks = scene.act("thanks", "A thousand thanks to Dana for the press.")
    scene.mail("m3", "me", ["dana", "omar"], thanks, day=2, subject="The press")
    assert scene.facts() == [("resource", "dana", "me", "delivered", "thanked")]


def test_thanks_by_name_to_somebody_in_copy_are_theirs(scene):
    scene.mail("m1", "me", ["dana"], scene.act("ask", "Could you lend me the press?", "resource"))
    scene.mail("m2", "dana", ["me"], scene.act("deliver", "It is in your yard.", "resource"), day=1, answers="m1")
    thanks = scene.act("thanks", "And Dana, thank you for the press.")
    scene.mail("m3", "me", ["omar"], thanks, day=2, subject="The press", cc=["dana"])
    assert scene.facts() == [("resource", "dana", "me", "delivered", "thanked")]


def test_a_word_of_thanks_before_a_name_calls_that_person(scene):
    scene.mail("m1", "me", ["dana"], scene.act("ask", "Could you lend me the press?", "resource"))
    scene.mail("m2", "dana", ["me"], scene.act("deliver", "It is in your yard.", "resource"), day=1, answers="m1")
    thanks = scene.act("thanks", "Ta Dana, the next pint is mine.")
    scene.mail("m3", "me", ["omar"], thanks, day=2, answers="m2", cc=["dana"])
    assert scene.facts() == [("resource", "dana", "me", "delivered", "thanked")]


def test_an_ask_to_several_lapses_for_the_others_once_somebody_takes_it_on(scene):
    scene.mail("m1", "me", ["dana", "omar"], scene.act("ask", "Could one of you mind the stall?", "time"))
    scene.mail("m2", "omar", ["me", "dana"], scene.act("commit", "Put me down."), day=1, answers="m1")
    assert scene.facts() == []


def test_an_answer_by_another_that_is_not_understood_leaves_it_in_doubt_who_still_has_to(scene):
    scene.mail("m1", "me", ["dana", "omar"], scene.act("ask", "Has one of you a projector?", "resource"))
    scene.mail("m2", "omar", ["me", "dana"], day=1, answers="m1")
    (favor,) = scene.favors()
    assert state(favor, scene.start + timedelta(days=9)).doubts == {"maybe_delivered"}


def test_a_refusal_by_another_leaves_no_doubt(scene):
    scene.mail("m1", "me", ["dana", "omar"], scene.act("ask", "Has one of you a projector?", "resource"))
    scene.mail("m2", "omar", ["me", "dana"], scene.act("decline", "Mine is broken, sorry."), day=1, answers="m1")
    (favor,) = scene.favors()
    assert state(favor, scene.start + timedelta(days=9)).doubts == frozenset()


def test_who_answers_in_somebodys_place_settles_what_was_asked_of_them(scene):
    scene.mail("m1", "me", ["dana"], scene.act("ask", "Is the uncoated stock back in?", "info"))
    answer = scene.act("deliver", "Dana is on leave; it came in on Friday.", "info")
    scene.mail("m2", "lin", ["me"], answer, day=1, answers="m1", cc=["dana"])
    assert scene.facts() == []
