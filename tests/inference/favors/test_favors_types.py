"""What a favor is about: what the ask names outright, what its words say, what the answers add."""

from __future__ import annotations

from dataclasses import replace

import pytest

from inference.acts.act import FavorType
from inference.matters.outright import asked_outright
from inference.matters.types import accepts, kinship, spoken_of, thanks_ahead, thanks_for_deed
from inference.words import topic


@pytest.mark.parametrize(
    ("quote", "kind"),
    [
        ("Would you refer me for the night shift?", "referral"),
        ("Could you put my brother in touch with the foreman?", "intro"),
        ("Kennst du jemand bei der Stadt?", "intro"),
        ("Could you go over the lease with a red pen?", "feedback"),
        ("Könntest du das bis Freitag gegenlesen?", "feedback"),
        ("Might we borrow the marquee?", "resource"),
        ("¿Me prestas la furgoneta el sábado?", "resource"),
        ("¿Podrías prestarme la furgoneta?", "resource"),
        ("Can you spare half an hour on Tuesday?", "time"),
        ("What would you do about the damp?", "advice"),
        ("Which bus goes there?", None),
        ("Please send the file by five.", None),
    ],
)
def test_an_ask_that_names_its_type_outright_is_of_that_type(quote, kind):
    assert asked_outright(quote) == (FavorType(kind) if kind else None)


def test_what_is_named_outright_goes_before_what_the_recogniser_took_it_for(scene):
    scene.mail("m1", "me", ["dana"], scene.act("ask", "Would you refer me?", "info"))
    assert scene.facts() == [("referral", "dana", "me", "asked")]


def test_a_telling_type_of_the_delivery_speaks_louder_than_a_vague_one_of_the_ask(scene):
    scene.mail("m1", "me", ["dana"], scene.act("ask", "Will you be that somebody?", "info", p=0.6))
    done = scene.act("deliver", "Handed my letter in at their desk.", "referral", p=0.95)
    scene.mail("m2", "dana", ["me"], done, day=1, answers="m1", words=60)
    assert scene.facts() == [("referral", "dana", "me", "delivered")]


def test_a_vague_delivery_does_not_change_what_was_asked(scene):
    scene.mail("m1", "me", ["dana"], scene.act("ask", "Would you write to the dean for her?", "referral", p=0.6))
    done = scene.act("deliver", "Done this morning.", "action", p=0.99)
    scene.mail("m2", "dana", ["me"], done, day=1, answers="m1")
    assert scene.facts() == [("referral", "dana", "me", "delivered")]


@pytest.mark.parametrize(
    ("quote", "kind"),
    [
        ("I can introduce you to my cousin.", "intro"),
        ("You're welcome to borrow the ladder.", "resource"),
        ("Danke, dass du mich empfohlen hast.", "referral"),
        ("Merci d'avoir relu mes pages.", "feedback"),
        ("What a day that was.", None),
    ],
)
def test_offers_and_thanks_are_of_the_type_that_their_words_name(quote, kind):
    assert spoken_of(quote) == (FavorType(kind) if kind else None)


def test_kindred_types_are_taken_for_each_other_and_distant_ones_are_not():
    assert kinship(FavorType.INTRO, FavorType.INTRO) == 1.0
    assert kinship(FavorType.INTRO, FavorType.REFERRAL) == 0.5
    assert kinship(FavorType.INTRO, FavorType.RESOURCE) == 0.0
    assert kinship(None, FavorType.RESOURCE) == 0.5


@pytest.mark.parametrize("quote", ["Thanks in advance!", "Danke schon mal!", "Thank you for agreeing to speak."])
def test_thanks_for_what_is_still_to_come_are_no_thanks_for_a_deed(quote):
    assert thanks_ahead(quote)
    assert not thanks_for_deed(quote)


def test_words_that_take_an_offer_up_are_known():
    assert accepts("That would be lovely.")
    assert accepts("Ja, bitte!")
    assert not accepts("The tenors think it is a misprint.")


def test_the_same_again_is_what_was_given_last(scene):
    scene.mail("m1", "dana", ["me"], scene.act("ask", "Would you read chapter four?", "feedback"))
    notes = scene.act("deliver", "The vicar must not swim.", "feedback")
    scene.mail("m2", "me", ["dana"], notes, day=3, answers="m1", words=90)
    again = scene.act("ask", "Would you do the same with this one?", "action")
    scene.mail("m3", "dana", ["me"], again, day=40, subject="Chapter five")
    assert [fact[:4] for fact in scene.facts()] == [
        ("feedback", "me", "dana", "delivered"),
        ("feedback", "me", "dana", "asked"),
    ]


def test_who_asks_to_have_it_written_means_the_letter_of_the_sentence_before(scene):
    ask = scene.act("ask", "Would you write it?", "info")
    ask = replace(ask, topic=topic("Would you write it?", "They want a letter of reference."))
    scene.mail("m1", "dana", ["me"], ask)
    assert scene.facts() == [("referral", "me", "dana", "asked")]


def test_what_is_asked_for_by_name_is_the_matter_however_sure_the_other_sentences_are(scene):
    named = scene.act("ask", "I am begging you to introduce me to him.", "intro", p=0.24)
    beside = scene.act("ask", "I only need somebody who tells me which table.", "info", p=0.75)
    scene.mail("m1", "me", ["dana"], named, beside)
    assert scene.facts() == [("intro", "dana", "me", "asked")]


def test_a_faint_ask_beside_a_plain_one_is_no_second_matter(scene):
    plain = scene.act("ask", "Could you write me five lines on hospital corridors?", "feedback", p=0.99)
    faint = scene.act("ask", "I'd need them by 5 June.", "support", p=0.55)
    scene.mail("m1", "dana", ["me"], plain, faint)
    assert scene.facts() == [("feedback", "me", "dana", "asked")]


def test_a_need_stated_beside_a_plain_question_is_no_second_matter(scene):
    ask = scene.act("ask", "Can you link me up with him?", "intro", p=0.99)
    need = scene.act("ask", "I need a survey platform for two days.", "resource", p=0.66, start=40)
    scene.mail("m1", "dana", ["me"], ask, need)
    assert [fact[0] for fact in scene.facts()] == ["intro"]


def test_what_is_counted_on_is_a_second_matter(scene):
    glue = scene.act("ask", "First, which glue do you take?", "info", p=0.8)
    word = scene.act("ask", "And second, would you say a good word for our house?", "support", p=0.7, start=60)
    scene.mail("m1", "dana", ["me"], glue, word)
    assert sorted(fact[0] for fact in scene.facts()) == ["info", "referral"]


def test_an_offer_that_names_no_type_takes_that_of_the_ask_that_takes_it_up(scene):
    scene.mail("m1", "dana", ["me"], scene.act("offer", "My bench and needles are yours for a day."))
    scene.mail(
        "m2", "me", ["dana"], scene.act("ask", "Could I have the bench on Friday?", "resource"), day=1, answers="m1"
    )
    assert [fact[0] for fact in scene.facts()] == ["resource"]
