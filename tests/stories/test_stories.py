"""Whole stories: what a careful reader would write in the ledger, against what the library writes."""

from __future__ import annotations

from pathlib import Path

import pytest
from storyledger import Labelled, Recognised, StoryLedger
from storyscore import score, stories

from inference.timeline import OWNER

OWN = stories(Path(__file__).with_name("own.jsonl"))


@pytest.fixture(scope="module")
def recognised() -> Recognised:
    return Recognised()


@pytest.mark.parametrize("told", OWN, ids=[told["id"] for told in OWN])
def test_with_faultless_acts_the_ledger_is_what_a_careful_reader_would_write(told):
    result = score([told], Labelled())
    assert result.differences == []


def test_with_recognised_acts_the_ledger_stays_above_what_was_reached(recognised):
    result = score(OWN, recognised)
    assert result.f1() >= 0.50, result.line()
    assert result.rate("status") >= 0.55, result.line()


def test_silent_senders_never_get_a_favor(recognised):
    assert score(OWN, recognised).count["silent_broken"] == 0


def test_every_quote_stands_in_the_mail_that_it_names(recognised):
    for told in OWN:
        found = StoryLedger(told, recognised)
        texts = {seen.message.identity: seen.message.text for seen in found.seen}
        for favor in found.favors():
            assert OWNER in (favor.giver, favor.receiver)
            for evidence in favor.evidence:
                assert evidence.act == "meeting" or evidence.quote in texts[evidence.message]


def test_the_given_stories_read_without_a_favor_for_bots_and_spoofers(shared, recognised):
    given = shared / "stories" / "set_d.jsonl"
    if not given.exists():
        pytest.skip("the shared folder has no stories")
    assert score(stories(given), recognised).count["silent_broken"] == 0
