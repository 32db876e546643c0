"""The labelled mails in, the share of their sentence spans that ``inference.sentences`` finds out."""

from __future__ import annotations

import json
import os
import sys
import time
from pathlib import Path

from inference.sentences import sentences


def shares(path: Path) -> tuple[int, int, int, float]:
    """Labelled spans, found spans, identical ones, and microseconds a mail."""
    rows = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
    labelled = found = same = 0
    started = time.perf_counter()
    results = [sentences(row["text"]) for row in rows]
    each = (time.perf_counter() - started) / max(len(rows), 1) * 1e6
    for row, spans in zip(rows, results, strict=True):
        truth = {tuple(span) for span in row["sentences"]}
        labelled, found, same = labelled + len(truth), found + len(spans), same + len(truth & set(spans))
    return labelled, found, same, each


def main() -> None:
    """Print one line a file."""
    folder = Path(os.environ.get("KITH_SHARED", "../shared")) / "data" / "acts"
    for name in sys.argv[1:] or ("train.jsonl", "dev.jsonl", "modern_train.jsonl", "modern_dev.jsonl"):
        labelled, found, same, each = shares(folder / name)
        print(
            f"{name:20} labelled {labelled:6} found {found:6} identical {same / labelled:.4f} of labelled, {same / found:.4f} of found, {each:.1f} µs a mail"
        )


if __name__ == "__main__":
    main()
