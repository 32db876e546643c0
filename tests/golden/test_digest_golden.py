"""The letter of the invented network, compared with the files beside this one; ``make golden`` accepts new ones."""

from __future__ import annotations

import os
from datetime import date
from pathlib import Path

import pytest

from daemon.digest.build import build
from daemon.digest.document import Heard
from daemon.digest.render import render
from daemon.digest.section import Thresholds
from tests.daemon.digest_sample import failing, quiet, sample

FOLDER = Path(__file__).parent / "digest"
LETTERS = {"sample": sample, "quiet": quiet, "failing": failing}
FORMS = {"text": "txt", "html": "html", "json": "json"}


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("name", LETTERS)
def test_the_letter_reads_as_it_was_accepted(name, form):
    heard = [Heard(on=date(2026, 5, 26), applied=2, puzzling=("wrnog 3",))] if name == "sample" else []
    document = build(
        LETTERS[name](),
        Thresholds(),
        reply_to="maya+kith@lindqvist.example",
        token="0123456789abcdef",
        heard=heard,
    )
    letter = render(document, form)
    accepted = FOLDER / f"{name}.{FORMS[form]}"
    if os.environ.get("KITH_UPDATE_GOLDEN") == "1":
        accepted.write_text(letter, encoding="utf-8", newline="\n")
    assert letter == accepted.read_text(encoding="utf-8")
