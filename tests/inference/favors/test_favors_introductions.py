"""Introductions: three parties, seen from the introducer, the one who asked, and the one who is introduced."""

from __future__ import annotations

import pytest

INTRO = "Omar, meet Maya. Maya, this is Omar, who built our counter."


@pytest.fixture
def asked(scene):
    """The owner has asked Dana to be introduced (``m1``)."""
    scene.mail("m1", "me", ["dana"], scene.act("ask", "Would you put me in touch with whoever made it?", "intro"))
    return scene


def test_an_introduction_that_was_asked_for_is_delivered(asked):
    asked.mail("m2", "dana", ["me", "omar"], asked.act("intro", INTRO), day=1, answers="m1")
    assert asked.facts("dana") == [("intro", "dana", "me", "delivered")]


def test_the_introduced_person_gives_no_introduction(asked):
    asked.mail("m2", "dana", ["me", "omar"], asked.act("intro", INTRO), day=1, answers="m1")
    asked.mail("m3", "omar", ["me"], asked.act("schedule", "I can come on Thursday."), day=2, answers="m2", cc=["dana"])
    assert asked.facts("omar") == []


def test_thanks_to_the_introducer_in_copy_are_not_thanks_to_the_introduced(asked):
    asked.mail("m2", "dana", ["me", "omar"], asked.act("intro", INTRO), day=1, answers="m1")
    asked.mail("m3", "omar", ["me"], asked.act("schedule", "I can come on Thursday."), day=2, answers="m2", cc=["dana"])
    thanks = asked.act("thanks", "Dana, thank you for this introduction, you absolute gem.")
    asked.mail("m4", "me", ["omar"], thanks, day=2.1, answers="m3", cc=["dana"])
    assert asked.facts("dana") == [("intro", "dana", "me", "delivered", "thanked")]
    assert asked.facts("omar") == []


def test_a_new_person_beside_the_one_who_asked_is_the_introduction_even_in_unknown_words(asked):
    asked.mail("m2", "dana", ["omar", "me"], day=2, subject="Ye two", words=40)
    assert asked.facts("dana") == [("intro", "dana", "me", "delivered")]


def test_an_unasked_introduction_by_the_owner_is_a_favor_for_each(scene):
    scene.mail("m1", "me", ["dana", "omar"], scene.act("intro", "Dana, meet Omar. Omar, meet Dana."))
    assert scene.facts("dana") == [("intro", "me", "dana", "delivered")]
    assert scene.facts("omar") == [("intro", "me", "omar", "delivered")]


def test_an_introduction_that_one_asked_for_is_a_favor_for_them_alone(scene):
    ask = scene.act("ask", "Could you connect me with Omar Haddad?", "intro")
    scene.mail("m1", "dana", ["me"], ask, mentions=["omar"])
    scene.mail("m2", "me", ["omar"], scene.act("ask", "Are you willing, or do I tell her no?", "info"), day=2)
    scene.mail("m3", "omar", ["me"], day=3, answers="m2", words=8)
    scene.mail("m4", "me", ["dana", "omar"], scene.act("intro", "Dana, here is the man himself."), day=4)
    assert scene.facts("dana") == [("intro", "me", "dana", "delivered")]
    assert [fact for fact in scene.facts("omar") if fact[0] == "intro"] == []


def test_whoever_introduces_the_owner_gives_the_owner_something(scene):
    scene.mail("m0", "me", ["dana"], day=-3)
    scene.mail("m1", "dana", ["me", "omar"], scene.act("intro", "Maya, I want you to meet Omar."))
    assert scene.facts("dana") == [("intro", "dana", "me", "delivered")]
    assert scene.facts("omar") == []


def test_a_promise_to_introduce_is_kept_by_a_mail_in_another_thread(asked):
    asked.mail("m2", "dana", ["me"], asked.act("commit", "I will sound him out first."), day=1, answers="m1")
    asked.mail("m3", "dana", ["me", "omar"], asked.act("intro", INTRO), day=5, subject="Maya <> Omar")
    assert asked.facts("dana", day=2) == [("intro", "dana", "me", "promised")]
    assert asked.facts("dana") == [("intro", "dana", "me", "delivered")]


def test_a_mail_from_somebody_new_who_names_the_introducer_shows_that_the_word_was_passed_on(asked):
    asked.mail("m2", "dana", ["me"], asked.act("commit", "Will forward it on Monday."), day=1, answers="m1")
    asked.mail("m3", "lin", ["me"], day=9, subject="Your cloth", mentions=["dana"], words=50)
    assert asked.facts("dana") == [("intro", "dana", "me", "delivered")]


def test_a_mail_from_somebody_who_names_nobody_shows_nothing(asked):
    asked.mail("m3", "lin", ["me"], day=9, subject="Your cloth", words=50)
    assert asked.facts("dana") == [("intro", "dana", "me", "asked")]


def test_an_offer_to_introduce_that_is_carried_out_is_one_favor(scene):
    scene.mail("m0", "me", ["dana"], day=-3)
    scene.mail("m1", "dana", ["me"], scene.act("offer", "I can introduce you to my cousin Omar."))
    scene.mail("m2", "dana", ["me", "omar"], scene.act("intro", INTRO), day=5, subject="Maya / Omar")
    assert scene.facts("dana") == [("intro", "dana", "me", "delivered")]


def test_being_introduced_by_a_third_is_nothing_between_the_two(scene):
    scene.mail("m1", "omar", ["me", "dana"], scene.act("intro", "Maya, meet Dana."))
    assert scene.facts("dana") == []


def test_who_asked_the_owners_leave_first_introduces_for_the_one_who_had_asked(scene):
    leave = scene.act("ask", "May I put Omar Haddad on to you?", "action")
    scene.mail("m1", "dana", ["me"], leave, mentions=["omar"])
    intro = scene.act("intro", "Omar, this is Maya Lindqvist.", "intro")
    scene.mail("m2", "dana", ["omar", "me"], intro, day=2, subject="Omar / Maya", mentions=["omar", "me"])
    assert not any(fact[1] == "dana" for fact in scene.facts())


def test_who_only_writes_to_both_introduces_nobody(scene):
    scene.mail("m0", "me", ["dana"], day=-1, subject="Lunch")
    reply = scene.act("intro", "Omar, I am in Gothenburg on the 4th anyway and would bring a balloon.", "intro", p=0.7)
    scene.mail("m1", "dana", ["omar", "me"], reply)
    assert scene.facts() == []


def test_a_subject_of_two_names_introduces(scene):
    words = "Omar needs a roofer who turns up, Maya needs a surveyor."
    scene.mail("m1", "dana", ["me", "omar"], scene.act("intro", words, p=0.7), subject="Maya <> Omar")
    scene.mail("m2", "dana", ["me", "lin"], scene.act("intro", words, p=0.7), day=1, subject="Tuesday at the yard")
    assert [fact[:4] for fact in scene.facts()] == [("intro", "dana", "me", "delivered")]
