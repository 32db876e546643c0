"""Sentences: where one ends and the next begins. All texts are invented."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from inference.sentences import sentences


def split(text):
    return [text[start:end] for start, end in sentences(text)]


def test_full_stops_question_marks_and_exclamation_marks_end_sentences():
    assert split("I read it. Did you? Yes! Good... Then “we agree.” Fine") == [
        "I read it.",
        "Did you?",
        "Yes!",
        "Good...",
        "Then “we agree.”",
        "Fine",
    ]


@pytest.mark.parametrize(
    "text",
    [
        "Please ask Mr. Okoro and Dr. Falk about it.",
        "Bring something, e.g. Bread or cheese.",
        "Wir treffen uns z.B. Montag oder am 3. Mai.",
        "Il faut du temps, p. ex. Lundi.",
        "La Sra. Gómez llega mañana.",
        "J. R. Okoro wrote to A. Falk.",
        "See https://acme.example/a.Html?x=1.Y for more.",
        "It costs 3.50 or 1.200,00 in all.",
        "The U.S. office moved to No. 7.",
        "We did it with Acme Inc. in May.",
        "This one stops. but goes on in lower case.",
    ],
)
def test_abbreviations_initials_addresses_and_numbers_end_none(text):
    assert split(text) == [text]


def test_an_abbreviation_may_end_a_sentence_before_a_capital():
    assert split("We have bread, cheese etc. The rest is yours.") == [
        "We have bread, cheese etc.",
        "The rest is yours.",
    ]


def test_a_hard_wrapped_paragraph_is_read_over_its_lines():
    text = "I have read the draft that you sent to all of us last week and I like\nit a lot. The second part may need another example or two, perhaps one\nfrom the north."
    end = text.index("lot.") + len("lot.")
    assert split(text) == [text[:end], text[end + 1 :]]


def test_a_narrowly_wrapped_paragraph_goes_on_in_lower_case():
    text = "I have read the draft that you sent to all\nof us last week."
    assert split(text) == [text]


def test_greeting_and_sign_off_stand_alone():
    assert split("Hi Dana,\nI read the draft.\n\nBest wishes,\nMaya") == [
        "Hi Dana,",
        "I read the draft.",
        "Best wishes,",
        "Maya",
    ]


def test_items_of_a_list_stand_alone():
    text = "Three things for Monday, none of which can wait any longer than that, I fear\n- the draft\n- the plan\n1. the budget"
    assert split(text)[1:] == ["- the draft", "- the plan", "1. the budget"]


def test_the_number_of_an_item_stays_with_it():
    assert split("1. Send the draft. 2. Rest.")[0] == "1. Send the draft."


def test_blank_lines_end_sentences():
    assert split("this goes on without a stop for a good while, as long as it takes to fill\n\nand starts again") == [
        "this goes on without a stop for a good while, as long as it takes to fill",
        "and starts again",
    ]


def test_authors_who_write_in_lower_case_are_understood():
    assert split("got the draft. will read it tonight. is friday ok? thx") == [
        "got the draft.",
        "will read it tonight.",
        "is friday ok?",
        "thx",
    ]


@given(st.text(max_size=300))
def test_spans_are_in_order_apart_trimmed_and_leave_out_only_white_space(text):
    end_before = 0
    for start, end in sentences(text):
        assert end_before <= start < end
        assert text[start:end] == text[start:end].strip()
        assert not text[end_before:start].strip()
        end_before = end
    assert not text[end_before:].strip()


@pytest.mark.parametrize("name", ["train.jsonl", "dev.jsonl", "modern_train.jsonl", "modern_dev.jsonl"])
def test_most_labelled_sentences_are_found_as_they_are(shared, name):
    same = labelled = 0
    for line in (shared / "data" / "acts" / name).read_text(encoding="utf-8").splitlines():
        row = json.loads(line)
        truth = {tuple(span) for span in row["sentences"]}
        labelled += len(truth)
        same += len(truth & set(sentences(row["text"])))
    assert same / labelled > 0.88
