"""What the owner says about a favor holds, and holds again after everything was inferred anew."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from inference.acts.act import FavorType
from inference.corrections import FavorCorrection, corrected, opening
from inference.favors import Status, ledger, state


@pytest.fixture
def favors(scene):
    """Dana was asked for a referral and promised it; the owner did something small for her."""
    scene.mail("m1", "me", ["dana"], scene.act("ask", "Would you put in a word with Orbital?", "referral", p=0.7))
    scene.mail("m2", "dana", ["me"], scene.act("commit", "I'll ring them on Monday."), day=1, answers="m1")
    scene.mail("m3", "dana", ["me"], scene.act("ask", "Could you post the drums?", "action"), day=9, subject="Drums")
    return ledger(scene.timeline())


def said(scene, favor, verdict, day=20, **more):
    return FavorCorrection(evidence=opening(favor), verdict=verdict, at=scene.start + timedelta(days=day), **more)


def now(scene, favor):
    return state(favor, scene.start + timedelta(days=100))


def test_without_corrections_nothing_changes(favors):
    assert corrected(favors, ()) == favors


def test_a_rejected_favor_is_gone(scene, favors):
    assert corrected(favors, [said(scene, favors[0], "reject")]) == favors[1:]


def test_a_confirmed_favor_is_certain(scene, favors):
    assert corrected(favors, [said(scene, favors[0], "confirm")])[0].confidence == 1.0


def test_the_last_word_counts(scene, favors):
    words = [said(scene, favors[0], "confirm", day=21), said(scene, favors[0], "reject", day=20)]
    assert len(corrected(favors, words)) == 2
    assert len(corrected(favors, list(reversed(words)))) == 2


def test_a_retyped_favor_has_the_type_that_the_owner_gave(scene, favors):
    changed = corrected(favors, [said(scene, favors[1], "retype", type=FavorType.SUPPORT)])
    assert [f.type for f in changed] == ["referral", "support"]


def test_a_favor_marked_done_is_delivered_from_that_day_on(scene, favors):
    favor = corrected(favors, [said(scene, favors[0], "done")])[0]
    assert state(favor, scene.start + timedelta(days=19)).status is Status.PROMISED
    assert now(scene, favor).delivered_at == scene.start + timedelta(days=20)
    assert favor.steps[-1].because == "You said that this was done."


@pytest.mark.parametrize(("verdict", "mark"), [("thanked", "thanked_at"), ("told", "outcome_told_at")])
def test_marking_thanks_or_outcome_says_that_it_was_done_too(scene, favors, verdict, mark):
    favor = corrected(favors, [said(scene, favors[0], verdict)])[0]
    assert now(scene, favor).status is Status.DELIVERED
    assert getattr(now(scene, favor), mark) == scene.start + timedelta(days=20)


def test_a_favor_marked_not_done_goes_back_to_what_it_was(scene, favors):
    done = corrected(favors, [said(scene, favors[0], "done"), said(scene, favors[0], "undone", day=25)])[0]
    assert now(scene, done).status is Status.PROMISED
    assert now(scene, done).delivered_at is None


def test_unasked_help_marked_not_done_is_still_to_be_done(scene):
    scene.mail("m1", "me", ["dana"], scene.act("deliver", "I rang Ruth about you.", "referral"))
    favors = ledger(scene.timeline())
    favor = corrected(favors, [said(scene, favors[0], "undone")])[0]
    assert now(scene, favor).status is Status.ASKED


def test_marking_a_refused_favor_done_lifts_the_refusal(scene, favors):
    scene.mail("m4", "me", ["dana"], scene.act("decline", "I can't, sorry."), day=10, answers="m3")
    favor = ledger(scene.timeline())[1]
    assert now(scene, favor).status is Status.DECLINED
    assert now(scene, corrected((favor,), [said(scene, favor, "done")])[0]).status is Status.DELIVERED


def test_a_correction_finds_its_favor_again_when_a_new_model_reads_the_same_mail_otherwise(scene, favors):
    word = said(scene, favors[0], "reject")
    opener = scene.mails[0]
    otherwise = scene.act("ask", "Quick one: would you put in a word with Orbital?", "support", p=0.9)
    scene.mails[0] = replace(opener, acts=(otherwise,))
    again = ledger(scene.timeline())
    assert len(again) == 2
    assert [f.type for f in corrected(again, [word])] == ["action"]


def test_a_correction_never_falls_on_a_favor_that_it_was_not_about(scene, favors):
    word = said(scene, favors[0], "reject")
    del scene.mails[0]
    again = ledger(scene.timeline())
    assert corrected(again, [word]) == again


def test_two_favors_from_one_mail_are_corrected_apart(scene):
    scene.mail(
        "m1",
        "me",
        ["dana"],
        scene.act("ask", "Would you introduce me to your publisher?", "intro"),
        scene.act("ask", "Separately, could you look over the contract draft?", "feedback", start=900),
    )
    favors = ledger(scene.timeline())
    assert [f.type for f in corrected(favors, [said(scene, favors[0], "reject")])] == ["feedback"]


def test_the_steps_of_a_retyped_favor_no_longer_name_the_type_that_it_was_taken_for(scene, favors):
    assert favors[0].steps[0].because == "You asked Dana for a recommendation."
    changed = corrected(favors, [said(scene, favors[0], "retype", type=FavorType.TIME)])
    assert changed[0].steps[0].because == "You asked Dana for time."


def test_an_introduction_that_the_owner_says_was_advice_was_not_made_but_done(scene):
    scene.mail("m1", "me", ["dana"], scene.act("ask", "Would you introduce me to Omar?", "intro"))
    scene.mail("m2", "dana", ["me"], scene.act("deliver", "Ask Omar about the press.", "intro"), day=1, answers="m1")
    (favor,) = corrected(ledger(scene.timeline()), ())
    assert favor.steps[-1].because == "Dana made the introduction."
    (favor,) = corrected([favor], [said(scene, favor, "retype", type=FavorType.ADVICE)])
    assert [step.because for step in favor.steps] == ["You asked Dana for advice.", "Dana did that."]
