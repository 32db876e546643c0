"""The owner's way with an Outlook account: log in, sync, be told what is wrong, mend it."""

from __future__ import annotations

import json

import pytest

from daemon.cli import run
from tests.connectors.test_source_outlook import ANSWER
from tests.contract.contract_mail import mail
from tests.services.microsoft import running


@pytest.fixture
def fake(tmp_path):
    with running(tmp_path) as made:
        made.accounts.pending = 0
        yield made


@pytest.fixture
def kith(fake, tmp_path, capfd):
    path = tmp_path / "kith.toml"
    common = "\n".join(f"{key} = {json.dumps(value)}" for key, value in fake.settings().items())
    path.write_text(
        '[owner]\nname = "Maya Lindqvist"\naddresses = ["maya@lindqvist.example"]\n\n'
        '[store]\nurl = "sqlite:///kith.db"\n\n'
        f'[[accounts]]\nname = "work"\nkind = "outlook"\n{common}\n\n'
        f'[[accounts]]\nname = "meetings"\nkind = "outlook_calendar"\n{common}\n\n'
        '[digest]\nto = "maya@lindqvist.example"\nvia = "work"\n'
    )
    path.chmod(0o600)

    def call(*arguments):
        code = run(["--config", str(path), *arguments])
        said = capfd.readouterr()
        return code, said.out + said.err

    return call


def test_an_owner_logs_in_syncs_and_mends_a_login_that_ended(fake, kith):
    fake.box.deliver("inbox", mail("one@quist.example"))
    fake.box.deliver("sentitems", ANSWER)
    fake.box.meet("plans@quist.example", fake.now(), attendees={"ada@quist.example": "accepted"})
    code, said = kith("sync")
    assert code == 3
    assert "kith login work" in said
    assert "kith login meetings" in said
    for account in ("work", "meetings"):
        code, said = kith("login", account)
        assert code == 0, said
        assert "enter the code KITHABCDE" in said
        assert f"{account}: logged in as maya@lindqvist.example" in said
    code, said = kith("sync")
    assert code == 0, said
    code, said = kith("login", "--status")
    assert code == 0
    assert "may use Mail.Read" in said
    assert "may use Calendars.Read" in said
    fake.accounts.revoke()
    code, said = kith("sync")
    assert code == 3
    assert "kith login work" in said
    code, said = kith("login", "--status")
    assert code == 3
    assert kith("login", "work")[0] == 0
    assert kith("login", "meetings")[0] == 0
    assert kith("sync")[0] == 0


def test_the_doctor_says_what_is_wrong_with_the_app(fake, kith, tmp_path):
    assert kith("login", "work")[0] == 0
    assert kith("login", "meetings")[0] == 0
    assert "work" in kith("doctor")[1]
    fake.accounts.revoke()
    fake.accounts.refusal = {
        "error": "invalid_grant",
        "error_description": "AADSTS53003: Blocked by Conditional Access.",
    }
    said = kith("doctor")[1]
    assert "Conditional Access" in said
    assert "AADSTS53003" in said


def test_the_letter_goes_by_the_account_once(fake, kith):
    fake.box.deliver("inbox", mail("one@quist.example"))
    fake.box.deliver("sentitems", ANSWER)
    assert kith("login", "work")[0] == 0
    assert kith("login", "meetings")[0] == 0
    assert kith("sync")[0] == 0
    code, said = kith("digest", "--send")
    assert code == 1, said
    assert "kith login work --sending" in said
    assert kith("login", "work", "--sending")[0] == 0
    code, said = kith("digest", "--send")
    assert code == 0, said
    assert len(fake.sent) == 1
    assert kith("digest", "--send")[0] == 0
    assert len(fake.sent) == 1
    assert "work sends it" in kith("doctor")[1]
