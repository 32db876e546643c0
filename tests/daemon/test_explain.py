"""``kith explain`` of favors, mails and meetings of the sample network."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from daemon.cli import run
from daemon.demo import AS_OF, write_sample

DAY = AS_OF.isoformat()


@pytest.fixture(scope="module")
def folder(tmp_path_factory) -> Path:
    """The sample network, read and worked out."""
    place = tmp_path_factory.mktemp("sample")
    assert run(["--config", str(write_sample(place)), "sync"]) == 0
    return place


@pytest.fixture
def kith(capsys, folder):
    """``kith("ledger", …)`` is what the command prints; ``code`` is what it must exit with."""

    def command(*arguments: str, code: int = 0) -> str:
        capsys.readouterr()
        assert run(["--config", str(folder / "kith.toml"), *arguments]) == code
        shown = capsys.readouterr()
        return shown.out if code == 0 else shown.err

    return command


def ledger(kith) -> list[dict]:
    return json.loads(kith("ledger", "--all", "--as-of", DAY, "--format", "json"))


def evidence(kith, key: str) -> tuple[dict, dict]:
    """A favor and a piece of its evidence that has ``key``."""
    return next((favor, each) for favor in ledger(kith) for each in favor["evidence"] if each[key])


def test_a_meeting_says_with_whom_how_long_and_which_favor_it_delivered(kith):
    favor, met = evidence(kith, "meeting_uid")
    shown = kith("explain", met["meeting_uid"])
    assert "a meeting of the two of you" in shown
    assert "minutes" in shown
    assert f"part of {favor['id'][:8]}" in shown
    assert "delivered: You and" in shown


def test_a_cancelled_meeting_says_that_it_makes_no_contact(kith, folder):
    calendar = (folder / "calendar.ics").read_text(encoding="utf-8")
    event = next(each for each in calendar.split("BEGIN:VEVENT") if "STATUS:CANCELLED" in each)
    uid = next(line for line in event.splitlines() if line.startswith("UID:"))[4:]
    assert "no contact, it was cancelled" in kith("explain", uid)


def test_a_mail_says_how_much_contact_it_is_and_which_favors_rest_on_it(kith):
    favor, said = evidence(kith, "message_id")
    shown = kith("explain", f"<{said['message_id']}>")
    assert "contact with" in shown
    assert "weight" in shown
    assert f"part of {favor['id'][:8]}" in shown


def test_automatic_mail_makes_no_contact(kith, folder):
    box = (folder / "mail" / "Inbox.mbox").read_text(encoding="utf-8")
    mail = next(each for each in box.split("From MAILER-DAEMON") if "\nList-Unsubscribe:" in each)
    name = next(line for line in mail.splitlines() if line.lower().startswith("message-id:")).split("<")[1].rstrip(">")
    assert "makes no contact with anybody" in kith("explain", name)


def test_a_doubt_says_why_the_letter_keeps_silent_and_claims_no_confidence(kith):
    silent = [text for text in (kith("explain", favor["id"]) for favor in ledger(kith)) if "may have" in text]
    doubtful = next(text for text in silent if "The letter does not" in text)
    assert "perhaps" in doubtful
    assert "not understood" in doubtful


def test_what_is_nothing_of_these_says_where_ids_come_from(kith):
    assert "kith show PERSON" in kith("explain", "zzzz", code=2)
