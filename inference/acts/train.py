"""Labelled mails in, the shipped weights out: ``python -m inference.acts.train ../shared/data/acts``.

The invented mails in ``invented/`` and the labels of published mails in ``annotations.jsonl``, beside this module, are
trained on too (the published mails lie in ``../mail/enron``, seen from the folder); they count for no threshold.
Everything is seeded and runs in one thread; weights are rounded to whole numbers, so the same mails give the same
bytes. numpy and scikit-learn are needed here and nowhere else (dependency group ``train``).
"""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray
from scipy import sparse  # type: ignore[import-untyped]
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import GroupKFold
from sklearn.svm import LinearSVC

from inference.acts.act import ActName, FavorType
from inference.acts.annotations import read as read_annotated
from inference.acts.concepts import Concepts
from inference.acts.features import BIAS, features, read_sentences, surroundings
from inference.acts.labelled import LabelledMail, read, read_notes
from inference.acts.lexicon import Cues
from inference.acts.model import LARGEST, SCALE, Head, dump

#: Inverse regularisation of the support vector machines.
STRENGTH: Final = 0.015
TYPE_STRENGTH: Final = 0.03
#: The gate lets this share of the sentences pass in which the model finds an act that is there.
GATE_RECALL: Final = 0.985
#: What the features of cues for types have in their names; they tell nothing of acts.
TYPE_CUE: Final = ":type."
#: Features that weigh less than this in every head are left out; it costs nothing that can be measured.
LEAST_WEIGHT: Final = 0.05
#: A feature must be seen in this many sentences.
SEEN: Final = 2
FOLDS: Final = 5
#: The thresholds tried, in hundredths, and how far a threshold's neighbourhood reaches on both sides.
THRESHOLDS: Final = range(16, 61)
BESIDE: Final = 4
SEED: Final = 7
_TYPED: Final = (ActName.ASK, ActName.DELIVER)

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]


@dataclass(frozen=True, slots=True, kw_only=True)
class Examples:
    """Sentences as the trainer sees them, one row each."""

    shown: list[set[str]]
    quick: list[set[str]]  # what the gate sees: words and cues
    acts: list[dict[str, str]]  # act -> type
    mail: NDArray[np.int64]  # the number of the mail that the sentence is in


def examples(mails: Sequence[LabelledMail]) -> Examples:
    """Every labelled sentence of ``mails`` with its features."""
    cues = Cues()
    concepts = {language: Concepts(language) for language in sorted({mail.language or "en" for mail in mails})}
    shown: list[set[str]] = []
    quick: list[set[str]] = []
    acts: list[dict[str, str]] = []
    numbers: list[int] = []
    for number, mail in enumerate(mails):
        sentences = read_sentences(mail.text, mail.sentences, cues)
        around = surroundings(mail.subject, len(mail.recipients), mail.answers, cues)
        labels: dict[tuple[int, int], dict[str, str]] = {}
        for label in mail.acts:
            labels.setdefault((label.start, label.end), {})[label.act] = label.type
        for index, span in enumerate(mail.sentences[: len(sentences)]):
            own = features(sentences, index, around, cues, concepts[mail.language or "en"])
            shown.append(own | around.features)
            quick.append({*sentences[index].tokens, *(cues.own[cue] for cue in sentences[index].cues), BIAS})
            acts.append(labels.get(span, {}))
            numbers.append(number)
    return Examples(shown=shown, quick=quick, acts=acts, mail=np.array(numbers))


def vocabulary(shown: Sequence[set[str]]) -> dict[str, int]:
    """The features seen often enough, numbered in alphabetical order."""
    seen = Counter(feature for each in shown for feature in each)
    return {feature: number for number, feature in enumerate(sorted(f for f, times in seen.items() if times >= SEEN))}


def matrix(shown: Sequence[set[str]], known: dict[str, int]) -> sparse.csr_matrix:
    """One row a sentence, one column a feature, 1.0 where shown."""
    columns: list[int] = []
    starts = [0]
    for each in shown:
        columns.extend(sorted(known[feature] for feature in each if feature in known))
        starts.append(len(columns))
    return sparse.csr_matrix((np.ones(len(columns)), columns, starts), shape=(len(shown), len(known)))


def fit(rows: sparse.csr_matrix, wanted: Flags, strength: float = STRENGTH) -> Floats:
    """The weights of one linear support vector machine (its intercept is the feature ``BIAS``)."""
    machine = LinearSVC(C=strength, fit_intercept=False, dual=True, tol=1e-3, max_iter=5_000, random_state=SEED)
    weights: Floats = machine.fit(rows, wanted).coef_[0]
    return weights


def unseen_scores(rows: sparse.csr_matrix, wanted: Flags, mail: NDArray[np.int64]) -> Floats:
    """The score of each sentence by a model that was trained without its mail."""
    scores = np.zeros(len(wanted))
    for train, test in GroupKFold(FOLDS, shuffle=True, random_state=SEED).split(rows, groups=mail):
        scores[test] = rows[test] @ fit(rows[train], wanted[train])
    return scores


def calibrated(name: str, scores: Floats, wanted: Flags, mail: NDArray[np.int64], modern: Flags) -> Head:
    """The head of one act: Platt's sigmoid over unseen scores, and the threshold with the best message F1.

    The F1 of a threshold is the mean of those of old and ``modern`` mails, which count alike however many they are,
    and over its neighbourhood, so that a rare act's threshold does not hang on one mail.
    """
    platt = LogisticRegression(C=1e6, solver="liblinear", random_state=SEED).fit(scores.reshape(-1, 1), wanted)
    head = Head(name=name, slope=round(float(platt.coef_[0][0]), 4), intercept=round(float(platt.intercept_[0]), 4))
    probability = np.array([head.probability(score) for score in scores])
    parts = [part for part in (modern, ~modern) if part.any()]
    f1 = np.array(
        [
            np.mean([_message_f1(probability[part], wanted[part], mail[part], step / 100) for part in parts])
            for step in range(101)
        ]
    )
    smooth = [float(f1[step - BESIDE : step + BESIDE + 1].mean()) for step in THRESHOLDS]
    threshold = THRESHOLDS[int(np.argmax(smooth))] / 100
    return Head(name=name, slope=head.slope, intercept=head.intercept, threshold=threshold)


def _message_f1(probability: Floats, wanted: Flags, mail: NDArray[np.int64], threshold: float) -> float:
    size = int(mail.max()) + 1
    best, has = np.zeros(size), np.zeros(size, dtype=bool)
    np.maximum.at(best, mail, probability)
    np.logical_or.at(has, mail, wanted)
    said = best >= threshold
    return float(2 * (said & has).sum() / max(1, said.sum() + has.sum()))


def table(known: dict[str, int], weights: Sequence[Floats]) -> dict[str, list[int]]:
    """The weights rounded to whole numbers, one row a feature in the order of ``known``; light features are left out."""
    stacked = np.clip(np.rint(np.stack(weights, axis=1) * SCALE), -LARGEST, LARGEST).astype(int)
    heavy = np.abs(stacked).max(axis=1) >= LEAST_WEIGHT * SCALE
    return {feature: stacked[row].tolist() for row, feature in enumerate(known) if heavy[row]}


def train(mails: Sequence[LabelledMail], further: Sequence[LabelledMail] = ()) -> bytes:
    """The weights file of a model trained on ``mails`` and ``further``; thresholds are chosen on ``mails`` alone."""
    given = examples([*mails, *further])
    judged = given.mail < len(mails)
    modern = np.array([mail.modern for mail in (*mails, *further)])[given.mail]
    every = vocabulary(given.shown)
    known = {feature: number for feature, number in every.items() if TYPE_CUE not in feature}
    rows = matrix(given.shown, every)[:, list(known.values())]
    heads, weights = [], []
    said = np.zeros(len(given.acts), dtype=bool)
    found = said.copy()
    for name in ActName:
        wanted = np.array([name.value in acts for acts in given.acts])
        scores = unseen_scores(rows, wanted, given.mail)
        head = calibrated(name.value, scores[judged], wanted[judged], given.mail[judged], modern[judged])
        sure = np.array([head.probability(score) >= head.threshold for score in scores])
        said |= sure
        found |= sure & wanted
        heads.append(head)
        weights.append(fit(rows, wanted))
    type_heads, type_weights = _types(given, every)
    return dump(
        {
            "acts": (heads, table(known, weights)),
            "gate": _gate(given, said, found),
            "types": (type_heads, table(every, type_weights)),
        }
    )


def _gate(given: Examples, said: Flags, found: Flags) -> tuple[list[Head], dict[str, list[int]]]:
    """One head that tells the sentences that may show an act from those that cannot, by words and cues.

    ``said`` are the sentences in which the model sees an act without having been trained on them, ``found`` those
    among them where it is right.
    """
    known = vocabulary(given.quick)
    rows = matrix(given.quick, known)
    passing = np.sort(unseen_scores(rows, said, given.mail)[found])
    weights = table(known, [fit(rows, said)])
    threshold = round(float(passing[int(len(passing) * (1 - GATE_RECALL))]), 4)
    return [Head(name="any", intercept=weights.pop(BIAS)[0] / SCALE, threshold=threshold)], weights


def _types(given: Examples, known: dict[str, int]) -> tuple[list[Head], list[Floats]]:
    heads, weights = [], []
    rows = matrix(given.shown, known)
    for act in _TYPED:
        typed = [number for number, acts in enumerate(given.acts) if act.value in acts]
        for kind in FavorType:
            wanted = np.array([given.acts[number][act.value] == kind.value for number in typed])
            heads.append(Head(name=f"{act.value}:{kind.value}"))
            weights.append(
                fit(rows[typed], wanted, TYPE_STRENGTH) if 0 < wanted.sum() < len(typed) else np.zeros(rows.shape[1])
            )
    return heads, weights


def main() -> None:
    """Train on the folder named on the command line and write the weights beside this module."""
    folder, here = Path(sys.argv[1]), Path(__file__).parent
    mails = [mail for name in ("train.jsonl", "modern_train.jsonl") for mail in read(folder / name)]
    further = [note for path in sorted((here / "invented").glob("*.txt")) for note in read_notes(path)]
    further += read_annotated(here / "annotations.jsonl", folder.parent / "mail" / "enron")
    data = train(mails, further)
    target = here / "model.bin"
    target.write_bytes(data)
    print(f"{target}: {len(data):,} bytes from {len(mails) + len(further):,} mails")


if __name__ == "__main__":
    main()
