#!/usr/bin/env python3
"""Score the ledger that the library makes of stories against the ledgers that they expect.

usage: storyscore.py STORIES.jsonl [--show] [--only ID]... [--half odd|even] [--labelled]
"""

from __future__ import annotations

import argparse
import json
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

from storyledger import Labelled, Reader, Recognised, StoryLedger

from inference.debts import open_for_sure, unthanked, untold
from inference.favors import Favor, Status, state
from inference.timeline import OWNER

_MINOR = {"info", "action"}
_MARKS = (("thanked", "thanked_at"), ("outcome_told", "outcome_told_at"))
SECTIONS = ("thank", "tell_outcome", "answer", "keep_promise", "waiting_on", "give_back")


@dataclass(slots=True)
class Score:
    """What was counted over some stories, and every difference in words."""

    count: Counter = field(default_factory=Counter)
    differences: list[str] = field(default_factory=list)

    def f1(self, name: str = "favor") -> float:
        """F1 of favors (or of digest items, ``name="digest"``)."""
        tp, wrong = self.count[name + "_tp"], self.count[name + "_fp"] + self.count[name + "_fn"]
        return 2 * tp / (2 * tp + wrong) if tp + wrong else 1.0

    def rate(self, name: str) -> float:
        """The share of matched favors whose ``name`` (status, thanked, outcome_told) is right."""
        good, bad = self.count[name + "_ok"], self.count[name + "_bad"]
        return good / (good + bad) if good + bad else 1.0

    def line(self) -> str:
        c = self.count
        return (
            f"favors F1 {self.f1():.3f} (tp {c['favor_tp']} fp {c['favor_fp']} fn {c['favor_fn']} minor extras {c['minor_fp']})"
            f"  status {self.rate('status'):.3f}  thanked {self.rate('thanked'):.3f}  outcome {self.rate('outcome_told'):.3f}"
            f"  digest F1 {self.f1('digest'):.3f} (tp {c['digest_tp']} fp {c['digest_fp']} fn {c['digest_fn']})"
            f"  silent broken {c['silent_broken']}"
        )

    def sections(self) -> str:
        """What each section of the letter got right, wrongly said, and left out."""
        return "  ".join(
            f"{section} {self.count[section + '_tp']}/{self.count[section + '_fp']}/{self.count[section + '_fn']}"
            for section in SECTIONS
        )


def score(stories: Iterable[dict], reader: Reader) -> Score:
    """Compare all ``stories``."""
    total = Score()
    for told in stories:
        _one(told, StoryLedger(told, reader), total)
    return total


def _one(told: dict, ledgers: StoryLedger, total: Score) -> None:
    as_of = datetime.fromisoformat(told["as_of"]).replace(tzinfo=UTC) + timedelta(days=1)
    got = [(favor, now) for favor in ledgers.favors() if (now := state(favor, as_of))]
    everything = list(got)
    notes: list[str] = []
    for want in told["expect"].get("favors") or ():
        same = [pair for pair in got if _names(ledgers, pair[0]) == (want["type"], want["giver"], want["receiver"])]
        if not same:
            total.count["favor_fn"] += 1
            notes.append(f"missing {want['type']} {want['giver']}->{want['receiver']} {want['status']}")
            continue
        favor, now = min(same, key=lambda pair: pair[1].status != want["status"])
        got.remove((favor, now))
        total.count["favor_tp"] += 1
        found = {"status": str(now.status), **{mark: getattr(now, at) is not None for mark, at in _MARKS}}
        for mark in ("status", "thanked", "outcome_told"):
            if want.get(mark) is not None:
                total.count[f"{mark}_{'ok' if found[mark] == want[mark] else 'bad'}"] += 1
                if found[mark] != want[mark]:
                    notes.append(
                        f"{want['type']} {want['giver']}->{want['receiver']}: {mark} is {found[mark]}, not {want[mark]}"
                    )
    for favor, now in got:
        kind, giver, receiver = _names(ledgers, favor)
        total.count["minor_fp" if kind in _MINOR else "favor_fp"] += 1
        total.count["silent_broken"] += giver.startswith("other:") or receiver.startswith("other:")
        notes.append(
            f"extra {kind} {giver}->{receiver} {now.status} ({favor.confidence:.2f}: {favor.evidence[0].quote[:70]!r})"
        )
    notes += _digest(told, ledgers, everything, as_of, total)
    if notes:
        total.differences.append(f"{told['id']} {told['title']}\n    " + "\n    ".join(notes))


def _names(ledgers: StoryLedger, favor: Favor) -> tuple[str, str, str]:
    return str(favor.type), ledgers.keys[favor.giver], ledgers.keys[favor.receiver]


def _digest(told: dict, ledgers: StoryLedger, got: list, as_of: datetime, total: Score) -> list[str]:
    """Who would be in the letter, by the rules of the letter, without its limits on length."""
    due: dict[str, set[str]] = {section: set() for section in SECTIONS}
    balance: Counter[str] = Counter()

    def old(at: datetime | None, days: int) -> bool:
        return at is not None and as_of - at >= timedelta(days=days)

    for favor, now in got:
        who, mine = ledgers.keys[favor.person], favor.giver == OWNER
        waited = now.promised_at or now.asked_at
        sure = open_for_sure(favor, now)
        checks = {
            "thank": not mine and unthanked(favor, now) and old(now.delivered_at, 3),
            "tell_outcome": not mine and untold(favor, now) and old(now.delivered_at, 21),
            "answer": mine and now.status is Status.ASKED and sure and old(now.asked_at, 2),
            "keep_promise": mine and now.status is Status.PROMISED and sure and old(now.promised_at, 5),
            "waiting_on": not mine and now.status in (Status.ASKED, Status.PROMISED) and sure and old(waited, 5),
        }  # fmt: skip
        for section, holds in checks.items():
            if holds:
                due[section].add(who)
        if now.status is Status.DELIVERED:
            balance[who] += -1 if mine else 1
    due["give_back"] = {who for who, more in balance.items() if more >= 2}
    notes = []
    for section in SECTIONS:
        want = set((told["expect"].get("digest") or {}).get(section) or ())
        found = {"tp": want & due[section], "fp": due[section] - want, "fn": want - due[section]}
        for kind, who in found.items():
            total.count[f"digest_{kind}"] += len(who)
            total.count[f"{section}_{kind}"] += len(who)
        notes += [f"digest {section}: {'missing' if x in want else 'extra'} {x}" for x in sorted(want ^ due[section])]
    return notes


def stories(path: Path) -> list[dict]:
    """The stories of a JSONL file."""
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines() if line.strip()]


def main() -> None:
    args = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    args.add_argument("file", type=Path)
    args.add_argument("--show", action="store_true", help="print every difference")
    args.add_argument("--only", action="append")
    args.add_argument("--half", choices=["odd", "even"])
    args.add_argument("--labelled", action="store_true", help="take the acts from the stories' own labels")
    chosen = args.parse_args()
    told = stories(chosen.file)
    if chosen.only:
        told = [story for story in told if story["id"] in chosen.only]
    if chosen.half:
        told = [
            story
            for story in told
            if int(story["id"].lstrip("abcdefghijklmnopqrstuvwxyz")) % 2 == (chosen.half == "odd")
        ]
    result = score(told, Labelled() if chosen.labelled else Recognised())
    if chosen.show:
        print("\n".join(result.differences))
    print(result.line())
    print(f"digest right/wrong/missing: {result.sections()}")


if __name__ == "__main__":
    main()
