"""Training again gives the same bytes; the labelled mails and notes that it reads; the scorer."""

from __future__ import annotations

import warnings
from itertools import chain

import pytest

from inference.acts import labelled
from inference.acts.act import Act, ActName
from inference.acts.evaluate import Tally, home, score, shipped
from inference.acts.labelled import Label, LabelledMail, read_notes
from inference.acts.model import read

NOTES = """\
# en | Re: van | Could I borrow the van?
All yours. {deliver:resource}
It pulls to the left.

# de | Danke
Vielen Dank für die Hilfe. {thanks} {outcome}
"""


@pytest.fixture
def notes(tmp_path):
    path = tmp_path / "notes.txt"
    path.write_text(NOTES, encoding="utf-8")
    return path


def test_notes_become_labelled_mails(notes):
    van, danke = read_notes(notes)
    assert (van.language, van.subject, van.answers) == ("", "Re: van", "Could I borrow the van?")
    assert van.text == "All yours.\nIt pulls to the left."
    assert van.acts == (Label(act="deliver", type="resource", start=0, end=10),)
    assert danke.language == "de"
    assert [label.act for label in danke.acts] == ["thanks", "outcome"]


def test_a_note_without_a_head_line_is_an_error(tmp_path):
    path = tmp_path / "notes.txt"
    path.write_text("All yours. {deliver}\n", encoding="utf-8")
    with pytest.raises(ValueError, match="notes-1"):
        read_notes(path)


def test_training_twice_gives_the_same_bytes(shared):
    train = pytest.importorskip("inference.acts.train", reason="needs the training libraries")
    folder = shared / "data" / "acts"
    mails = [
        *labelled.read(folder / "modern_train.jsonl")[:120],
        *labelled.read(folder / "train.jsonl")[:60],
    ]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # so few mails need not converge
        first, second = train.train(mails), train.train(mails)
    assert first == second
    assert len(read(first).acts) > 100


def test_the_shipped_recogniser_finds_most_requests_and_thanks_of_mails_it_never_saw(shared):
    folder = shared / "data" / "acts"
    mails = chain(labelled.read(folder / "dev.jsonl"), labelled.read(folder / "modern_dev.jsonl"))
    result = score(mails, shipped)
    assert result.messages[ActName.ASK].f1 > 0.6
    assert result.messages[ActName.THANKS].f1 > 0.55
    assert result.macro > 0.45


def _mail(*labels):
    return LabelledMail(
        identity="one",
        modern=True,
        language="",
        subject="",
        recipients=("a",),
        answers="",
        text="Thanks for it. Send more.",
        sentences=((0, 14), (15, 25)),
        acts=labels,
    )


def _act(name, start, end, *, certain=True):
    text = "Thanks for it. Send more."
    return Act(act=name, start=start, end=end, quote=text[start:end], confidence=0.9, certain=certain)


def test_an_act_counts_for_the_sentence_that_it_overlaps_most():
    assert home((10, 25), ((0, 14), (15, 25))) == 1
    assert home((30, 40), ((0, 14), (15, 25))) is None


def test_the_scorer_counts_right_wrong_and_missed():
    mail = _mail(Label(act="thanks", type="", start=0, end=14), Label(act="ask", type="info", start=15, end=25))
    result = score([mail], lambda _: (_act(ActName.THANKS, 0, 14), _act(ActName.OFFER, 0, 14)))
    assert result.sentences[ActName.THANKS] == Tally(right=1)
    assert result.sentences[ActName.OFFER] == Tally(wrong=1)
    assert result.sentences[ActName.ASK] == Tally(missed=1)


def test_candidates_do_not_count():
    mail = _mail(Label(act="thanks", type="", start=0, end=14))
    result = score([mail], lambda _: (_act(ActName.THANKS, 0, 14, certain=False),))
    assert result.messages[ActName.THANKS] == Tally(missed=1)
