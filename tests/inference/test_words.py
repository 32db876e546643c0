"""Stems and topics."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from inference.words import TOPIC_SIZE, stem, topic


@pytest.mark.parametrize(
    ("one", "other"),
    [("reports", "report"), ("introduced", "introduce"), ("rechnungen", "rechnung"), ("gatos", "gato")],
)
def test_inflections_of_a_word_share_a_stem(one, other):
    assert stem(one) == stem(other)


def test_a_stem_keeps_four_letters():
    assert stem("used") == "used"


def test_function_words_and_reply_marks_are_no_topic():
    assert topic("Re: the and of with") == topic("AW: und der die das") == ()


def test_a_topic_holds_each_stem_once_and_no_more_than_its_size():
    assert len(topic("budget budgets Budget")) == 1
    assert len(topic(" ".join(f"word{chr(97 + n // 26)}{chr(97 + n % 26)}" for n in range(100)))) == TOPIC_SIZE


@given(st.text())
def test_any_text_has_a_topic(text):
    assert all(0 <= each < 2**32 for each in topic(text))
