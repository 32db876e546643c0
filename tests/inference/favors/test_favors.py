"""The favor state machine, one transition a test."""

from __future__ import annotations

from dataclasses import replace

import pytest

from inference.favors import FAVOR_THRESHOLD, ledger, state


@pytest.fixture
def referral(scene):
    """The owner has asked Dana for a referral (mail ``m1``)."""
    scene.mail("m1", "me", ["dana"], scene.act("ask", "Would you put in a word with Orbital for me?", "referral"))
    return scene


def test_an_ask_opens_a_favor_of_the_one_who_was_asked(referral):
    assert referral.facts() == [("referral", "dana", "me", "asked")]


def test_an_ask_by_the_other_makes_the_owner_the_giver(scene):
    scene.mail("m1", "dana", ["me"], scene.act("ask", "Could you read chapter four?", "feedback"))
    assert scene.facts() == [("feedback", "me", "dana", "asked")]


def test_a_commitment_by_the_giver_promises_it(referral):
    referral.mail("m2", "dana", ["me"], referral.act("commit", "I'll ring them on Monday."), day=1, answers="m1")
    assert referral.facts() == [("referral", "dana", "me", "promised")]


def test_an_offer_in_answer_to_an_ask_is_a_promise(referral):
    referral.mail("m2", "dana", ["me"], referral.act("offer", "Happy to recommend you there."), day=1, answers="m1")
    assert referral.facts() == [("referral", "dana", "me", "promised")]


def test_a_commitment_by_the_one_who_asked_promises_nothing(referral):
    referral.mail("m2", "me", ["dana"], referral.act("commit", "I'll send my papers along."), day=1, answers="m1")
    assert referral.facts() == [("referral", "dana", "me", "asked")]


def test_a_delivery_by_the_giver_delivers_it(referral):
    done = referral.act("deliver", "I rang Orbital this morning about you.", "referral")
    referral.mail("m2", "dana", ["me"], done, day=1, answers="m1")
    assert referral.facts() == [("referral", "dana", "me", "delivered")]


def test_the_type_of_a_delivery_yields_to_what_was_asked(referral):
    done = referral.act("deliver", "Done, it went off this morning.", "action")
    referral.mail("m2", "dana", ["me"], done, day=1, answers="m1")
    assert referral.facts() == [("referral", "dana", "me", "delivered")]


def test_a_promise_kept_in_another_thread_delivers_the_same_favor(referral):
    referral.mail("m2", "dana", ["me"], referral.act("commit", "I'll do it on Monday."), day=1, answers="m1")
    done = referral.act("deliver", "I put in a word with Orbital for you today.", "referral")
    referral.mail("m3", "dana", ["me"], done, day=9, subject="Orbital")
    assert referral.facts() == [("referral", "dana", "me", "delivered")]


def test_a_refusal_by_the_giver_declines_it(referral):
    no = referral.act("decline", "I can't, I left on bad terms.")
    referral.mail("m2", "dana", ["me"], no, day=1, answers="m1")
    assert referral.facts() == [("referral", "dana", "me", "declined")]


def test_a_doubtful_refusal_counts_where_it_answers_the_ask(referral):
    no = referral.act("decline", "In another year I'd have said yes at once.", p=0.35)
    referral.mail("m2", "dana", ["me"], no, day=1, answers="m1", words=60)
    assert referral.facts() == [("referral", "dana", "me", "declined")]


def test_the_same_doubtful_words_elsewhere_change_nothing(referral):
    no = referral.act("decline", "In another year I'd have said yes at once.", p=0.35)
    referral.mail("m2", "dana", ["me"], no, day=1, subject="Choir", words=60)
    assert referral.facts() == [("referral", "dana", "me", "asked")]


def test_a_refusal_for_today_with_a_promise_for_tomorrow_is_a_promise(referral):
    no, yes = referral.act("decline", "I can't this week.", p=0.6), referral.act("commit", "I'll ring them Monday.")
    referral.mail("m2", "dana", ["me"], no, yes, day=1, answers="m1")
    assert referral.facts() == [("referral", "dana", "me", "promised")]


def test_asking_again_after_a_refusal_reopens_it(referral):
    referral.mail("m2", "dana", ["me"], referral.act("decline", "I can't, sorry."), day=1, answers="m1")
    again = referral.act("ask", "Would you put in a word now that he has left?", "referral")
    referral.mail("m3", "me", ["dana"], again, day=30, answers="m2")
    assert referral.facts() == [("referral", "dana", "me", "asked")]
    assert [step.what for step in referral.favors()[0].steps] == ["asked", "declined", "reopened"]


def test_nudges_about_one_matter_are_one_favor(referral):
    for day, name, parent in ((5, "m2", "m1"), (12, "m3", "m2")):
        nudge = referral.act("ask", "Any word from Orbital yet?", "info")
        referral.mail(name, "me", ["dana"], nudge, day=day, answers=parent)
    assert referral.facts() == [("referral", "dana", "me", "asked")]


def test_two_matters_in_one_mail_are_two_favors(scene):
    scene.mail(
        "m1",
        "me",
        ["dana"],
        scene.act("ask", "Would you introduce me to your publisher?", "intro"),
        scene.act("ask", "Separately, could you look over the contract draft?", "feedback", start=900),
    )
    assert sorted(scene.facts()) == [("feedback", "dana", "me", "asked"), ("intro", "dana", "me", "asked")]


def test_each_of_two_matters_gets_its_own_answer(scene):
    scene.mail(
        "m1",
        "me",
        ["dana"],
        scene.act("ask", "Would you introduce me to your publisher?", "intro"),
        scene.act("ask", "Separately, could you look over the contract draft?", "feedback", start=900),
    )
    scene.mail(
        "m2",
        "dana",
        ["me"],
        scene.act("deliver", "Contract: clause nine is far too wide.", "feedback"),
        scene.act("decline", "I'd rather not bother my publisher just now."),
        day=1,
        answers="m1",
    )
    assert sorted(scene.facts()) == [("feedback", "dana", "me", "delivered"), ("intro", "dana", "me", "declined")]


def test_small_questions_around_an_ask_belong_to_it(scene):
    scene.mail(
        "m1",
        "me",
        ["dana"],
        scene.act("ask", "Could you write me a letter for the academy?", "referral"),
        scene.act("ask", "Can you send it to their office by the tenth?", "action", start=60),
    )
    assert scene.facts() == [("referral", "dana", "me", "asked")]


def test_a_question_back_from_the_giver_opens_nothing(referral):
    back = referral.act("ask", "Which date is the deadline?", "info")
    referral.mail("m2", "dana", ["me"], back, referral.act("commit", "I'll do it."), day=1, answers="m1")
    assert referral.facts() == [("referral", "dana", "me", "promised")]


def test_an_offer_opens_a_favor(scene):
    scene.mail("m1", "dana", ["me"], scene.act("offer", "I can introduce you to my cousin if that is of use."))
    scene.mail("m2", "me", ["dana"], day=1, answers="m1")
    scene.mail("m0", "me", ["dana"], day=-5)
    assert scene.facts() == [("intro", "dana", "me", "offered")]


def test_taking_an_offer_up_makes_it_asked(scene):
    scene.mail("m0", "me", ["dana"], day=-5)
    scene.mail("m1", "dana", ["me"], scene.act("offer", "I can introduce you to my cousin if that is of use."))
    yes = scene.act("ask", "Yes, please introduce me to your cousin.", "intro")
    scene.mail("m2", "me", ["dana"], yes, day=1, answers="m1")
    assert scene.facts() == [("intro", "dana", "me", "asked")]


def test_gratefully_accepting_an_offer_takes_it_up(scene):
    scene.mail("m1", "me", ["dana"], scene.act("offer", "You may borrow my crutches for as long as you like."))
    yes = scene.act("thanks", "That would be wonderful, thank you.", p=0.6)
    scene.mail("m2", "dana", ["me"], yes, day=1, answers="m1")
    assert scene.facts() == [("resource", "me", "dana", "asked")]


def test_turning_an_offer_down_declines_it(scene):
    scene.mail("m1", "me", ["dana"], scene.act("offer", "You may borrow my crutches for as long as you like."))
    scene.mail("m2", "dana", ["me"], scene.act("decline", "No need, I have a pair."), day=1, answers="m1")
    assert scene.facts() == [("resource", "me", "dana", "declined")]


def test_help_that_nobody_asked_for_is_a_delivered_favor(scene):
    scene.mail("m0", "me", ["dana"], day=-9)
    done = scene.act("deliver", "Gave your name to Ruth at the Wire, she wants clips.", "referral")
    scene.mail("m1", "dana", ["me"], done)
    assert scene.facts() == [("referral", "dana", "me", "delivered")]


def test_what_comes_along_with_an_ask_is_no_favor_of_its_own(scene):
    scene.mail(
        "m1",
        "dana",
        ["me"],
        scene.act("deliver", "My resume is attached.", "resource"),
        scene.act("ask", "Would you refer me?", "referral"),
        attachments=1,
    )
    assert scene.facts() == [("referral", "me", "dana", "asked")]


def test_an_ask_for_time_is_delivered_by_the_meeting_that_took_place(scene):
    scene.mail("m1", "me", ["dana"], scene.act("ask", "Could you spare me half an hour?", "time"))
    scene.mail("m2", "dana", ["me"], scene.act("schedule", "Tuesday at two."), day=1, answers="m1")
    meeting = scene.meeting("e1", 8, "dana")
    assert scene.facts(day=7) == [("time", "dana", "me", "promised")]
    assert scene.facts() == [("time", "dana", "me", "delivered")]
    assert state(scene.favors()[0], meeting.end).delivered_at == meeting.end


def test_words_alone_do_not_deliver_time(scene):
    scene.mail("m1", "me", ["dana"], scene.act("ask", "Could you spare me half an hour?", "time"))
    scene.mail("m2", "dana", ["me"], scene.act("deliver", "Certainly, come by."), day=1, answers="m1")
    assert scene.facts() == [("time", "dana", "me", "promised")]


@pytest.mark.parametrize(
    "spoilt",
    [{"status": "cancelled"}, {"answers": {"dana": "declined"}}, {"answers": {"me": "declined"}}, {"all_day": True}],
)
def test_a_meeting_that_did_not_take_place_delivers_nothing(scene, spoilt):
    scene.mail("m1", "me", ["dana"], scene.act("ask", "Could you spare me half an hour?", "time"))
    scene.meeting("e1", 8, "dana", **spoilt)
    assert scene.facts() == [("time", "dana", "me", "asked")]


def test_a_meeting_before_the_ask_delivers_nothing(scene):
    scene.meeting("e1", -1, "dana")
    scene.mail("m1", "me", ["dana"], scene.act("ask", "Could you spare me half an hour?", "time"))
    assert scene.facts() == [("time", "dana", "me", "asked")]


def test_the_weekly_meeting_does_not_deliver_advice(scene):
    scene.mail("m1", "me", ["dana"], scene.act("ask", "What would you do about the landlord?", "advice"))
    scene.meeting("e1", 2, "dana", summary="Weekly", recurrence_id="20260304T090000Z")
    assert scene.facts() == [("advice", "dana", "me", "asked")]


def test_promised_help_is_delivered_by_the_meeting_that_names_it(scene):
    ask = scene.act("ask", "Any chance you'd come over and set the rollers right?", "action")
    scene.mail("m1", "me", ["dana"], ask)
    scene.mail("m2", "dana", ["me"], scene.act("commit", "I come Saturday at ten."), day=1, answers="m1")
    scene.meeting("e1", 5, "dana", summary="Dana: rollers")
    assert scene.facts() == [("action", "dana", "me", "delivered")]


def test_a_full_answer_to_a_question_delivers_it_even_where_no_act_was_recognised(scene):
    scene.mail("m1", "me", ["dana"], scene.act("ask", "What paper is the moth book printed on?", "info"))
    scene.mail("m2", "dana", ["me"], day=0.2, answers="m1", words=22)
    assert scene.facts() == [("info", "dana", "me", "delivered")]


def test_a_chat_about_something_else_does_not_deliver_feedback(scene):
    scene.mail("m1", "dana", ["me"], scene.act("ask", "Could you read my four pages?", "feedback"))
    scene.mail("m2", "me", ["dana"], day=0.2, answers="m1", words=22)
    assert scene.facts() == [("feedback", "me", "dana", "asked")]


def test_an_attachment_in_answer_to_an_ask_for_a_document_delivers_it(scene):
    scene.mail("m1", "dana", ["me"], scene.act("ask", "Could you draw us a wiring diagram?", "action"))
    scene.mail("m2", "me", ["dana"], day=0.2, answers="m1", words=3, attachments=1)
    assert scene.facts() == [("action", "me", "dana", "delivered")]


def test_routine_questions_inside_a_conversation_stay_below_the_threshold(referral):
    back = referral.act("ask", "Shall I bring the slides?", "info", p=0.8)
    referral.mail("m2", "dana", ["me"], back, day=1, answers="m1")
    doubtful = [f for f in ledger(referral.timeline()) if f.type == "info"]
    assert doubtful
    assert all(f.confidence < FAVOR_THRESHOLD for f in doubtful)


def test_a_doubtful_ask_comes_to_count_once_it_is_answered(scene):
    scene.mail("m1", "dana", ["me"], scene.act("ask", "You still own that projector?", "resource", p=0.4))
    assert scene.facts() == []
    yes = scene.act("deliver", "It is yours for the weekend, key under the mat.", "resource", p=0.7)
    scene.mail("m2", "me", ["dana"], yes, day=1, answers="m1")
    assert scene.facts() == [("resource", "me", "dana", "delivered")]


def test_the_ledger_can_be_read_as_of_any_day(referral):
    referral.mail("m2", "dana", ["me"], referral.act("commit", "I'll ring them."), day=2, answers="m1")
    done = referral.act("deliver", "I rang Orbital about you.", "referral")
    referral.mail("m3", "dana", ["me"], done, day=4, answers="m2")
    assert [referral.facts(day=day) for day in (-1, 1, 3, 5)] == [
        [],
        [("referral", "dana", "me", "asked")],
        [("referral", "dana", "me", "promised")],
        [("referral", "dana", "me", "delivered")],
    ]


def test_every_step_says_why_in_a_sentence(referral):
    done = referral.act("deliver", "I rang Orbital about you.", "referral")
    referral.mail("m2", "dana", ["me"], done, day=2, answers="m1")
    assert [step.because for step in referral.favors()[0].steps] == [
        "You asked Dana for a recommendation.",
        "Dana answered what you had asked.",
    ]


def test_what_goes_on_beside_a_promise_of_the_thing_itself_is_not_the_thing(scene):
    scene.mail("m1", "dana", ["me"], scene.act("ask", "Might we borrow your Britten parts?", "resource"))
    scene.mail(
        "m2",
        "me",
        ["dana"],
        scene.act("deliver", "We do own a set.", "info"),
        scene.act("commit", "I'll post it to you this week."),
        day=1,
        answers="m1",
    )
    assert scene.facts() == [("resource", "me", "dana", "promised")]


def test_a_plain_refusal_outweighs_a_kind_word_beside_it(scene):
    scene.mail("m1", "me", ["dana"], scene.act("ask", "Could you read the draft?", "feedback", p=0.99))
    no = scene.act("decline", "I won't be able to read it, I'm sorry.")
    scene.mail(
        "m2", "dana", ["me"], no, scene.act("deliver", "Sock it to them.", "advice", p=0.57), day=1, answers="m1"
    )
    assert scene.facts() == [("feedback", "dana", "me", "declined")]


@pytest.mark.parametrize(("sentences", "proven"), [(1, False), (2, True)])
def test_two_sentences_that_tell_of_one_unasked_favor_prove_it_where_one_does_not(scene, sentences, proven):
    scene.mail("m0", "me", ["dana"], day=-1, subject="Lunch")
    told = [
        scene.act("deliver", "Spoke to Ruth at the Wire this morning.", "referral", p=0.58),
        scene.act("deliver", "Told her that she should hire you.", "referral", p=0.58),
    ]
    scene.mail("m1", "dana", ["me"], *told[:sentences], subject="The Wire")
    assert bool(scene.facts()) is proven


def test_asks_that_name_different_months_are_different_matters(scene):
    scene.mail("m1", "dana", ["me"], scene.act("ask", "Could you send me the March invoice?", "info"))
    scene.mail("m2", "dana", ["me"], scene.act("ask", "Could you send me the April invoice?", "info"), day=30)
    assert len(scene.facts()) == 2


def test_a_sentence_that_asks_does_not_thank_as_well(scene):
    scene.mail("m1", "me", ["dana"], scene.act("ask", "Which press would you go to?", "advice"))
    scene.mail("m2", "dana", ["me"], scene.act("deliver", "Go to Orbital Press.", "advice"), day=1, answers="m1")
    ask = scene.act("ask", "Your thoughts are appreciated.", "advice", p=0.8)
    thanks = scene.act("thanks", "Your thoughts are appreciated.", p=0.7)
    scene.mail(
        "m3", "me", ["dana"], replace(ask, start=5, end=35), replace(thanks, start=5, end=35), day=5, answers="m2"
    )
    assert scene.facts()[0] == ("advice", "dana", "me", "delivered")


def test_what_answers_a_sentence_that_hardly_asks_proves_no_favor(scene):
    scene.mail("m1", "me", ["dana"], scene.act("ask", "Visitors ask who painted it.", "info", p=0.15))
    answer = scene.act("deliver", "She looks very pleased with herself.", "info", p=0.78)
    scene.mail("m2", "dana", ["me"], answer, day=1, answers="m1")
    assert scene.facts() == []


def test_a_time_named_in_answer_to_an_ask_for_time_promises_it(scene):
    scene.mail("m1", "me", ["dana"], scene.act("ask", "Could you spare me half an hour?", "time"))
    scene.mail("m2", "dana", ["me"], scene.act("schedule", "Friday at eleven."), day=1, answers="m1")
    assert scene.facts() == [("time", "dana", "me", "promised")]


def test_a_time_named_instead_of_advice_gives_none_yet(scene):
    scene.mail("m1", "me", ["dana"], scene.act("ask", "What do I put on the big bowls?", "advice"))
    faint = scene.act("deliver", "Too long for a mail.", "feedback", p=0.33)
    scene.mail("m2", "dana", ["me"], faint, scene.act("schedule", "Dinner on Thursday."), day=1, answers="m1", words=10)
    assert scene.facts()[0][3] != "delivered"


@pytest.mark.parametrize("name", ["congrats", "news", "outcome", "schedule"])
def test_good_wishes_news_and_appointments_open_nothing(scene, name):
    scene.mail("m1", "dana", ["me"], scene.act(name, "The twins were born on Sunday."))
    scene.mail("m2", "me", ["dana"], scene.act(name, "We moved on Monday."), day=1, answers="m1")
    assert scene.facts() == []


def test_one_sentence_promises_or_delivers_and_not_both(scene):
    words = "I'll send the letter before the end of the month."
    both = (scene.act("commit", words, p=0.6, start=10), scene.act("deliver", words, "referral", p=0.74, start=10))
    scene.mail("m1", "me", ["dana"], scene.act("ask", "Would you write me a letter of reference?", "referral"))
    scene.mail("m2", "dana", ["me"], *both, day=1, answers="m1")
    assert scene.facts() == [("referral", "dana", "me", "promised")]


def test_help_of_weight_given_on_top_of_the_answer_is_a_favor_of_its_own(scene):
    scene.mail("m1", "me", ["dana"], scene.act("ask", "Would you put in a word with Orbital?", "referral"))
    word = scene.act("deliver", "I recommended you to Orbital.", "referral")
    keys = scene.act("deliver", "And the keys of our flat are with the doorman for you.", "resource", p=0.95)
    scene.mail("m2", "dana", ["me"], word, keys, day=1, answers="m1")
    assert [fact[:4] for fact in scene.facts()] == [
        ("referral", "dana", "me", "delivered"),
        ("resource", "dana", "me", "delivered"),
    ]


def test_a_sentence_that_names_what_was_asked_for_delivers_it_whatever_it_was_taken_for(scene):
    scene.mail("m1", "dana", ["me"], scene.act("ask", "I request you to refer me.", "referral"))
    scene.mail(
        "m2", "me", ["dana"], scene.act("deliver", "Referred you just now.", "info", p=0.65), day=1, answers="m1"
    )
    assert scene.facts() == [("referral", "me", "dana", "delivered")]
