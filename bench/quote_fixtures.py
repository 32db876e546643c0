"""The mails with quotes that other projects test with in; how many of each project's expectations are met out."""

from __future__ import annotations

import json
import os
import sys
from collections import Counter
from pathlib import Path
from typing import Any

from inference.new_text import new_text

EXPECTED = Path(__file__).resolve().parent.parent / "tests" / "inference" / "quotes_expected.json"


def squeezed(text: str) -> str:
    """``text`` with each run of white space as one space."""
    return " ".join(text.split())


def failures(found: str, row: dict[str, Any], common: str) -> list[str]:
    """What of a fixture's expectation the new text ``found`` does not meet."""
    missed: list[str] = []
    found = squeezed(found)
    if "is" in row:
        whole = squeezed(common if row["is"] == "COMMON" else row["is"])
        missed += [f"lacks {whole[-40:]!r}"] if whole not in found else []
        missed += [f"leaks {found[-60:]!r}"] if found != whole and whole in found else []
    missed += [f"lacks {text!r}" for text in row.get("keeps", ()) if squeezed(text) not in found]
    missed += [f"leaks {text!r}" for text in row.get("drops", ()) if squeezed(text) in found]
    return missed


def main() -> None:
    """Print each expectation that is not met, and a line a project."""
    folder = Path(os.environ.get("KITH_SHARED", "../shared")) / "data" / "fixtures" / "quotes"
    expected = json.loads(EXPECTED.read_text(encoding="utf-8"))
    total, met, leaks = Counter[str](), Counter[str](), Counter[str]()
    quoted = leaked = 0
    for row in expected["fixtures"]:
        project = row["file"].partition("/")[0]
        text = (folder / row["file"]).read_bytes().decode("utf-8", "replace")
        found = new_text(text).text
        missed = failures(found, row, expected["common"])
        if "is" in row:
            whole = expected["common"] if row["is"] == "COMMON" else row["is"]
            quoted += max(0, len(text.split()) - len(whole.split()))
            leaked += max(0, len(found.split()) - len(whole.split()))
        total[project] += 1
        met[project] += not missed
        leaks[project] += any(each.startswith("leaks") for each in missed)
        if missed:
            sys.stdout.write(f"{row['file']}: {'; '.join(missed)}\n")
    for project in [*sorted(total), ""]:
        counts = [count[project] if project else count.total() for count in (met, total, leaks)]
        sys.stdout.write(f"{project or 'all':36} {counts[0]:4} of {counts[1]:4} met, {counts[2]} leak\n")
    share = leaked / max(1, quoted)
    sys.stdout.write(
        f"{leaked} of {quoted} words of quotes and signatures leak where the whole new text is known: {share:.2%}\n"
    )


if __name__ == "__main__":
    main()
