"""What the model is shown of a sentence, and the arithmetic of its tables."""

from __future__ import annotations

import re2
from hypothesis import given
from hypothesis import strategies as st

from inference.acts import model
from inference.acts.concepts import Concepts
from inference.acts.features import SENTENCE_TOKENS, features, plain, read_sentences, surroundings, words
from inference.acts.keys import Numbers, Said, Weights
from inference.acts.lexicon import Cues
from inference.acts.model import LARGEST, SCALE, Head, Table, pack


def shown(text, spans, index, *, subject="", recipients=1, quoted="", language="en"):
    cues = Cues()
    around = surroundings(subject, recipients, quoted, cues)
    read = read_sentences(text, spans, cues)
    return features(read, index, around, cues, Concepts(language)) | around.features


def test_words_pairs_and_concepts_of_a_sentence_are_features():
    found = shown("Could you send it?", [(0, 18)], 0)
    assert {"could", "could you", "^ could", "? $", "COULD", "COULD YOU", "YOU SEND"} <= found


def test_the_same_request_in_four_languages_shares_concepts():
    texts = {
        "en": "Could you help me?",
        "de": "Könntest du mir helfen?",
        "fr": "Tu pourrais m'aider ?",
        "es": "¿Podrías ayudarme?",
    }
    rows = [shown(text, [(0, len(text))], 0, language=language) for language, text in texts.items()]
    assert all("COULD" in row and "c:ask.could_you" in row for row in rows)


def test_neighbours_show_through_their_cues():
    text = "Could you call me? The office is closed. Thanks for the cake."
    spans = [(0, 18), (19, 40), (41, 61)]
    found = shown(text, spans, 1)
    assert "p:ask.could_you" in found
    assert "n:thanks.thanks_for" in found


def test_what_a_mail_answers_is_a_feature():
    found = shown("Yes, tomorrow.", [(0, 14)], 0, subject="Re: van", quoted="Could you lend me the van tomorrow?")
    assert {"m:re", "q:some", "q:ask.could_you", "t:echo1"} <= found


def test_marks_and_digits_are_words_of_their_own():
    assert words(plain("Is it 10:45? (Yes!)")) == ["is", "it", "00", "00", "?", "yes", "!"]


def test_a_long_sentence_is_cut():
    (sentence,) = read_sentences("a " * 5000, [(0, 10_000)], Cues())
    assert len(sentence.tokens) == SENTENCE_TOKENS
    assert (sentence.start, sentence.end) == (0, 10_000)


def test_the_cues_of_a_sentence_are_those_whose_pattern_is_in_it():
    cues = Cues()
    folded = plain("Sorry, I can't make Thursday, but thanks for the invitation, and could you send me the slides?")
    alone = {
        index
        for index, named in enumerate(cues.named)
        if re2.search("|".join(f"(?:{pattern})" for pattern in named.cue.patterns), folded)
    }
    assert set(cues.match(folded)) == alone
    assert {"decline.cannot", "schedule.day", "thanks.thanks_for"} <= {cues.named[index].feature for index in alone}


def test_a_sentence_without_cues_has_none():
    assert not list(Cues().match("grey stone"))


@given(
    st.lists(st.tuples(st.integers(-LARGEST, LARGEST), st.integers(-LARGEST, LARGEST)), min_size=1, max_size=300),
)
def test_packed_sums_equal_sums_of_each_head(rows):
    weights = {str(number): model.pack(row) for number, row in enumerate(rows)}
    table = Table([Head(name="a"), Head(name="b")], weights)
    assert table.scores(weights) == [sum(row[0] for row in rows), sum(row[1] for row in rows)]
    for number, row in enumerate(rows):
        assert tuple(table.weight(str(number), head) for head in (0, 1)) == row


def test_unknown_features_count_nothing():
    table = Table([Head(name="a")], {"known": model.pack([SCALE])})
    assert table.scores(["known", "unknown"]) == [SCALE]


def test_a_weights_file_is_read_back_as_it_was_written():
    heads = [Head(name="ask", slope=2.0, intercept=-1.0, threshold=0.4), Head(name="thanks")]
    gate = [Head(name="any", intercept=-0.5, threshold=0.1)]
    data = model.dump(
        {
            "acts": (heads, {"please": [300, -20], "çédille": [-1, 1]}),
            "gate": (gate, {"please": [70]}),
            "types": ([Head(name="ask:info")], {"who": [9]}),
        }
    )
    found = model.read(data)
    assert found.acts.heads == tuple(heads)
    assert found.gate.heads == tuple(gate)
    assert found.acts.scores(["please", "çédille"]) == [299, -19]
    assert found.types.scores(["who"]) == [9]


def test_a_probability_grows_with_the_score_and_never_overflows():
    head = Head(name="ask", slope=3.0, intercept=-1.0)
    assert head.probability(-1e9) < head.probability(0.0) < head.probability(1e9) <= 1


CUES = Cues()
WORDS = st.sampled_from(
    [
        "could",
        "you",
        "send",
        "me",
        "the",
        "report",
        "?",
        "!",
        "10:45",
        "thanks",
        "for",
        "asked",
        "konntest",
        "bitte",
        "tu",
        "pourrais",
        "zebra",
        ",",
        "I",
    ]
)
SENTENCES = st.lists(st.lists(WORDS, max_size=12).map(" ".join), min_size=1, max_size=7)


@given(
    SENTENCES, st.sampled_from(["en", "de", "fr", "es"]), st.sampled_from(["", "Could you send the report?"]), st.data()
)
def test_numbers_weigh_exactly_the_features_that_have_names(lines, language, quoted, data):
    text = "\n".join(lines)
    ends = [len("\n".join(lines[: number + 1])) for number in range(len(lines))]
    read = read_sentences(text, [(end - len(line), end) for line, end in zip(lines, ends, strict=True)], CUES)
    around = surroundings("Re: it", 2, quoted, CUES)
    named = [features(read, index, around, CUES, Concepts(language)) for index in range(len(read))]
    every = sorted(set().union(*named))
    known = data.draw(st.lists(st.sampled_from(every), unique=True))
    weights = {name: pack([number * 7 - 300, 500 - number]) for number, name in enumerate(known)}
    table = Table([Head(name="a"), Head(name="b")], weights)
    numbered = Weights(table, Numbers([table], [language]), CUES)
    said = [Said(each.folded, each.tokens, each.cues, True) for each in read]
    for index, each in enumerate(said):
        total = numbered.own(each, language) + numbered.place(said, index, around)
        assert table.lanes(total) == table.scores(named[index])


@given(st.lists(st.tuples(*[st.integers(-LARGEST, LARGEST)] * 3), min_size=1, max_size=20))
def test_the_heads_that_come_to_their_least_score_are_told(rows):
    table = Table([Head(name=name) for name in "abc"], {str(number): pack(row) for number, row in enumerate(rows)})
    least = (-500, 0, 500)
    scores = table.scores(map(str, range(len(rows))))
    reached = table.reached(table.start(least) + table.total(map(str, range(len(rows)))))
    wanted = [(head, score - low) for head, (score, low) in enumerate(zip(scores, least, strict=True)) if score >= low]
    assert reached == wanted
    assert table.part([1, 2]).scores(["0"]) == list(rows[0][1:])
