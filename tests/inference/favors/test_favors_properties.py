"""What holds for every ledger: order and redelivery change nothing, proof only adds, every favor has evidence."""

from __future__ import annotations

import random
from dataclasses import replace

from hypothesis import given, settings
from hypothesis import strategies as st

from inference.favors import ledger, state
from inference.matters import gratitude, matching
from inference.matters.matching import fit

QUOTES = (
    "Would you put in a word with Orbital for me?",
    "Could you look over the contract draft before Friday?",
    "Thank you for the van on Saturday.",
    "I rang Orbital this morning about you.",
    "I'll post the drums on Monday.",
    "You may borrow the projector for the festival.",
    "Orbital took me, I begin in June.",
    "Omar, meet Maya.",
)
ACTS = st.tuples(
    st.sampled_from(["ask", "schedule", "offer", "commit", "deliver", "intro", "decline", "thanks", "outcome", "news"]),
    st.sampled_from(QUOTES),
    st.sampled_from([None, "intro", "referral", "feedback", "info", "action", "time", "resource"]),
    st.sampled_from([0.26, 0.4, 0.6, 0.8, 0.97]),
)
MAILS = st.tuples(
    st.sampled_from(["me", "dana", "omar"]),
    st.sampled_from([("me",), ("dana",), ("me", "dana"), ("dana", "omar"), ("me", "omar")]),
    st.lists(ACTS, max_size=3),
    st.integers(0, 60),
    st.integers(-1, 6),  # answers the mail so many places back; -1: none
    st.integers(0, 80),
    st.integers(0, 1),
)
STORIES = st.lists(MAILS, min_size=1, max_size=9)
MEETINGS = st.lists(st.integers(0, 60), max_size=2)


def told(scene, story, meetings):
    """The timeline of ``story`` in ``scene``, each mail later than the ones before it."""
    day = 0.0
    for index, (author, to, acts, gap, back, words, attachments) in enumerate(story):
        day += gap / 10 + 0.01
        scene.mail(
            f"m{index}",
            author,
            [who for who in to if who != author] or ["me" if author != "me" else "dana"],
            *(scene.act(name, quote, kind, p) for name, quote, kind, p in acts),
            day=day,
            answers=f"m{index - 1 - back}" if 0 <= back < index else None,
            words=words,
            attachments=attachments,
        )
    for index, at in enumerate(meetings):
        scene.meeting(f"e{index}", at / 2 + 0.003, "dana")
    return scene.timeline()


@settings(max_examples=150, deadline=None)
@given(story=STORIES, meetings=MEETINGS, seed=st.integers(0, 999))
def test_the_order_in_which_mails_arrive_does_not_matter(new_scene, story, meetings, seed):
    timeline = told(new_scene(), story, meetings)
    mails, encounters = list(timeline.mails), list(timeline.encounters)
    random.Random(seed).shuffle(mails)
    encounters.reverse()
    shuffled = replace(timeline, mails=tuple(mails), encounters=tuple(encounters))
    assert ledger(shuffled) == ledger(timeline)


@settings(max_examples=100, deadline=None)
@given(story=STORIES, meetings=MEETINGS)
def test_receiving_everything_twice_changes_nothing(new_scene, story, meetings):
    timeline = told(new_scene(), story, meetings)
    twice = replace(timeline, mails=timeline.mails * 2, encounters=timeline.encounters * 2)
    assert ledger(twice) == ledger(timeline)


@settings(max_examples=150, deadline=None)
@given(story=STORIES)
def test_later_mail_never_lowers_a_confidence_nor_takes_a_favor_away(new_scene, story):
    before = {f.id: f for f in ledger(told(new_scene(), story[:-1], []))}
    after = {f.id: f for f in ledger(told(new_scene(), story, []))}
    assert before.keys() <= after.keys()
    for key, favor in before.items():
        assert after[key].confidence >= favor.confidence
        assert after[key].steps[: len(favor.steps)] == favor.steps


@settings(max_examples=150, deadline=None)
@given(story=STORIES, meetings=MEETINGS)
def test_every_favor_has_evidence_that_stands_in_its_source(new_scene, story, meetings):
    timeline = told(new_scene(), story, meetings)
    sources = {mail.identity: {act.quote for act in mail.acts} | {""} for mail in timeline.mails}
    for favor in ledger(timeline):
        assert favor.evidence
        assert favor.steps
        assert 0.0 < favor.confidence <= 1.0
        assert [step.at for step in favor.steps] == sorted(step.at for step in favor.steps)
        for evidence in favor.evidence:
            assert evidence.act == "meeting" or evidence.quote in sources[evidence.message]
        for step in favor.steps:
            assert 0 <= step.evidence < len(favor.evidence)
            assert favor.evidence[step.evidence].at == step.at


@settings(max_examples=100, deadline=None)
@given(story=STORIES, meetings=MEETINGS)
def test_ids_name_one_favor_each_and_states_follow_the_steps(new_scene, story, meetings):
    favors = ledger(told(new_scene(), story, meetings))
    assert len({favor.id for favor in favors}) == len(favors)
    for favor in favors:
        for step in favor.steps:
            now = state(favor, step.at)
            assert now is None or now.opened_at <= step.at


def test_the_work_for_a_pair_with_many_mails_grows_in_proportion(new_scene, monkeypatch):
    looked_at = 0

    def counted(*args):
        nonlocal looked_at
        looked_at += 1
        return fit(*args)

    monkeypatch.setattr(matching, "fit", counted)
    monkeypatch.setattr(gratitude, "fit", counted)
    names = ["ask", "deliver", "thanks", "commit", "ask", "news", "offer"]
    story = [
        ("me" if i % 2 else "dana", ("dana", "me"), [(names[i % 7], QUOTES[i % 8], "action", 0.8)], 3, -1, 20, 0)
        for i in range(4_000)
    ]
    timeline = told(new_scene(), story, [])
    work = []
    for size in (1_000, 4_000):
        looked_at = 0
        assert ledger(replace(timeline, mails=timeline.mails[:size]))
        work.append(looked_at)
    assert work[1] < 5 * work[0]
