"""The mails that other projects test their quote strippers with, against what those projects expect."""

import json
from pathlib import Path

import pytest

from inference.new_text import new_text

EXPECTED = json.loads(Path(__file__).with_name("quotes_expected.json").read_text(encoding="utf-8"))
# Two expectations that are not ours: a mail that is nothing but a header block and a body is a forwarded one; and a
# lone line in lower case below a finished quoted sentence may well be an answer.
NOT_OURS = {
    "alfonsrv+mail-parser-reply/test/emails/email_pl_1_1.txt",
    "crisp-oss+email-reply-parser/test/fixtures/email_7.txt",
}


def squeezed(text):
    return " ".join(text.split())


def read(shared, name):
    return (shared / "data" / "fixtures" / "quotes" / name).read_bytes().decode("utf-8", "replace")


def own(shared, row):
    return squeezed(new_text(read(shared, row["file"])).text)


@pytest.mark.parametrize(
    "row", [row for row in EXPECTED["fixtures"] if row["file"] not in NOT_OURS], ids=lambda row: row["file"]
)
def test_a_fixture_gives_what_its_project_expects(shared, row):
    found = own(shared, row)
    if "is" in row:
        assert found == squeezed(EXPECTED["common"] if row["is"] == "COMMON" else row["is"])
    for text in row.get("keeps", ()):
        assert squeezed(text) in found
    for text in row.get("drops", ()):
        assert squeezed(text) not in found


def test_quoted_words_leak_on_at_most_one_in_a_hundred_fixtures(shared):
    leaks = []
    for row in EXPECTED["fixtures"]:
        found = own(shared, row)
        whole = squeezed(EXPECTED["common"] if row.get("is") == "COMMON" else row.get("is", ""))
        if (whole and found != whole and whole in found) or any(
            squeezed(text) in found for text in row.get("drops", ())
        ):
            leaks.append(row["file"])
    assert len(leaks) <= len(EXPECTED["fixtures"]) / 100, leaks


def test_no_fixture_crashes_or_leaves_a_quote_mark(shared):
    files = sorted((shared / "data" / "fixtures" / "quotes").rglob("*.txt"))
    assert len(files) > 200
    for path in files:
        text = path.read_bytes().decode("utf-8", "replace")
        found = new_text(text)
        assert not [line for line in found.text.splitlines() if line.startswith(">")], path
        assert len(found.quoted) <= 4_000
