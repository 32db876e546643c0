"""The letter of the invented network, compared with the files beside this one; ``make golden`` accepts new ones."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from daemon.digest.build import build
from daemon.digest.render import render
from daemon.digest.section import Thresholds
from tests.daemon.digest_sample import failing, quiet, sample

FOLDER = Path(__file__).parent / "digest"
LETTERS = {"sample": sample, "quiet": quiet, "failing": failing}
FORMS = {"text": "txt", "html": "html", "json": "json"}


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("name", LETTERS)
def test_the_letter_reads_as_it_was_accepted(name, form):
    letter = render(build(LETTERS[name](), Thresholds(), reply_to="maya+kith@lindqvist.example"), form)
    accepted = FOLDER / f"{name}.{FORMS[form]}"
    if os.environ.get("KITH_UPDATE_GOLDEN") == "1":
        accepted.write_text(letter, encoding="utf-8", newline="\n")
    assert letter == accepted.read_text(encoding="utf-8")
