"""Logging in at Microsoft: codes, browsers, refusals, tokens that are refreshed and never lost."""

from __future__ import annotations

import json
import os
import random
import signal
import subprocess
import sys
import threading
import time
from datetime import UTC, datetime, timedelta
from urllib.parse import parse_qsl, urlsplit
from zoneinfo import ZoneInfo

import msgspec
import pytest
import requests

from connectors.errors import NeedsOwner, Transient
from connectors.microsoft_login import MicrosoftLogin, MicrosoftTokens, named
from connectors.microsoft_msal import MicrosoftSettings
from connectors.microsoft_refusals import refusal
from connectors.passwords import Secret
from connectors.protocol import Surroundings
from tests.services.microsoft import CLIENT, Fault, running

SCOPES = ("Mail.Read",)


class Owner:
    """Somebody at a terminal, who hears ``said`` and opens browsers as ``browser`` does."""

    def __init__(self, browser=None):
        self.said = []
        self.browser = browser

    def say(self, line):
        self.said.append(line)

    def ask(self, question):
        raise AssertionError("nothing to ask")

    def browse(self, url):
        return self.browser is not None and self.browser(url)


@pytest.fixture
def fake(tmp_path):
    with running(tmp_path) as made:
        yield made


@pytest.fixture
def clock():
    class Clock:
        def __init__(self):
            self.now = datetime.now(UTC)

        def __call__(self):
            return self.now

    return Clock()


@pytest.fixture
def around(tmp_path, clock):
    return Surroundings(base=tmp_path, now=clock, zone=ZoneInfo("Europe/Stockholm"), account="work")


def settings(fake, **more):
    return msgspec.convert({**fake.settings(), **more}, MicrosoftSettings)


def login(fake, around, **more):
    return MicrosoftLogin(settings(fake, **more), around, SCOPES, sends=True, sleep=lambda seconds: None)


def logged_in(fake, around, scope="Mail.Read"):
    fake.now = around.now
    with around.logins.changing("work") as slot:
        slot.write(Secret(fake.login(scope)))
    return MicrosoftTokens(settings(fake), around, SCOPES)


def kept(around):
    return json.loads(around.logins.read("work").reveal())


def test_a_login_by_code_says_where_to_enter_it_and_is_kept(fake, around):
    owner = Owner()
    fake.accounts.pending = 2
    state = login(fake, around).log_in(owner, browser=None, sending=False)
    assert owner.said == ["Open https://microsoft.example/devicelogin on any device and enter the code KITHABCDE"]
    assert (state.logged_in, state.who, state.scopes) == (True, "maya@lindqvist.example", ("Mail.Read",))
    assert login(fake, around).state() == state
    assert kept(around)["RefreshToken"]


def test_sending_is_asked_for_only_where_it_is_wanted(fake, around):
    state = login(fake, around).log_in(Owner(), browser=False, sending=True)
    assert state.scopes == ("Mail.Read", "Mail.Send")


def test_a_calendar_sends_no_mail(fake, around):
    calendar = MicrosoftLogin(settings(fake), around, ("Calendars.Read",))
    with pytest.raises(NeedsOwner, match="sends no mail"):
        calendar.log_in(Owner(), browser=False, sending=True)


def test_a_login_in_a_browser_of_this_machine_uses_pkce_and_a_state(fake, around):
    def browser(url):
        asked = dict(parse_qsl(urlsplit(url).query))
        assert asked["code_challenge_method"] == "S256"
        fake.accounts.codes["code-1"] = {"scope": asked["scope"], "nonce": asked["nonce"]}
        answer = {"code": "code-1", "state": asked["state"]}
        threading.Thread(target=_post, args=(asked["redirect_uri"], answer), daemon=True).start()
        return True

    state = login(fake, around).log_in(Owner(browser), browser=True, sending=False)
    assert (state.logged_in, state.scopes) == (True, ("Mail.Read",))


def _post(url, form):
    requests.post(url, data=form, timeout=10).close()


def test_an_answer_to_another_question_is_not_taken(fake, around):
    def browser(url):
        asked = dict(parse_qsl(urlsplit(url).query))
        fake.accounts.codes["code-1"] = {"scope": asked["scope"], "nonce": "another"}
        answer = {"code": "code-1", "state": asked["state"]}
        threading.Thread(target=_post, args=(asked["redirect_uri"], answer), daemon=True).start()
        return True

    with pytest.raises(NeedsOwner, match="sent something else"):
        login(fake, around).log_in(Owner(browser), browser=True, sending=False)
    assert around.logins.read("work") is None


def test_less_than_what_was_asked_for_is_not_enough(fake, around):
    fake.accounts.granted = "openid User.Read"
    with pytest.raises(NeedsOwner, match=r"did not grant Mail\.Read"):
        login(fake, around).log_in(Owner(), browser=False, sending=False)
    assert around.logins.read("work") is None


def test_an_app_that_is_not_known_and_a_tenant_that_is_none_are_named(fake, around):
    with pytest.raises(NeedsOwner, match=r"correct client_id.*AADSTS700016"):
        login(fake, around, client_id="other").log_in(Owner(), browser=False, sending=False)
    with pytest.raises(NeedsOwner, match="check authority, tenant"):
        login(fake, around, tenant="gone.nowhere").log_in(Owner(), browser=False, sending=False)
    with pytest.raises(NeedsOwner, match="client_id is empty"):
        login(fake, around, client_id=" ").log_in(Owner(), browser=False, sending=False)


def test_a_code_that_nobody_enters_runs_out(fake, around, monkeypatch):
    fake.accounts.pending = 10**9
    passed = iter(range(0, 10**6, 600))
    monkeypatch.setattr("connectors.microsoft_login.time.monotonic", lambda: next(passed))
    with pytest.raises(NeedsOwner, match="was not entered in time"):
        login(fake, around).log_in(Owner(), browser=False, sending=False)


def test_one_lost_answer_does_not_end_a_login(fake, around):
    fake.faults.append(Fault("drop", "/token", times=1))
    fake.faults.append(Fault("error", "/token", times=1))
    assert login(fake, around).log_in(Owner(), browser=False, sending=False).logged_in


REFUSED = [
    (65001, "invalid_grant", "kith login work"),
    (90094, "access_denied", "only an administrator"),
    (53003, "invalid_grant", "Conditional Access"),
    (7000218, "invalid_client", "Allow public client flows"),
    (50194, "invalid_request", "set tenant to that organisation"),
    (9002346, "invalid_request", 'tenant = "consumers"'),
    (700082, "invalid_grant", "not used for too long"),
    (50173, "invalid_grant", "password was changed"),
    (50076, "interaction_required", "second factor"),
    (50105, "invalid_grant", "not assigned this app"),
]


@pytest.mark.parametrize(("code", "error", "says"), REFUSED, ids=lambda value: str(value))
def test_what_microsoft_refuses_is_said_with_what_to_do(code, error, says):
    told = {"error": error, "error_description": f"AADSTS{code}: No.\r\nTrace ID: x\r\nTimestamp: y"}
    problem = refusal(told, "work")
    assert isinstance(problem, NeedsOwner)
    assert says in str(problem)
    assert f"AADSTS{code}" in str(problem)
    assert "\n" not in str(problem)


def test_a_login_service_that_is_busy_is_asked_again_later(fake, around, clock):
    assert isinstance(refusal({"error": "temporarily_unavailable"}, "work"), Transient)
    tokens = logged_in(fake, around)
    clock.now += timedelta(hours=2)
    for kind in ("unavailable", "throttled", "html", "garbage", "drop", "cut"):
        fake.faults.append(Fault(kind, "/token", times=2, retry_after="7" if kind == "throttled" else None))
        with pytest.raises(Transient):
            tokens.authorization()
        fake.faults.clear()
    assert tokens.authorization().reveal().startswith("Bearer at-")


def test_a_token_is_refreshed_before_it_ends_and_once_for_everybody(fake, around, clock):
    tokens, others = logged_in(fake, around), MicrosoftTokens(settings(fake), around, SCOPES)
    first = tokens.authorization().reveal()
    assert others.authorization().reveal() == first
    assert fake.requests == []
    clock.now += timedelta(minutes=56)
    second = tokens.authorization().reveal()
    assert second != first
    assert others.authorization().reveal() == second
    assert fake.accounts.refreshed == 1


def test_a_token_that_lasts_a_minute_is_used_for_most_of_it(fake, around, clock):
    fake.accounts.life = timedelta(seconds=60)
    tokens = logged_in(fake, around)
    for _ in range(12):
        tokens.authorization()
        MicrosoftTokens(settings(fake), around, SCOPES).authorization()
        clock.now += timedelta(seconds=10)
    assert fake.accounts.refreshed == 2


@pytest.mark.parametrize("wrong", [timedelta(days=1), timedelta(days=-1)])
def test_a_clock_that_is_wrong_does_not_keep_an_owner_out(fake, around, clock, wrong):
    clock.now += wrong
    assert login(fake, around).log_in(Owner(), browser=False, sending=False).logged_in
    tokens = MicrosoftTokens(settings(fake), around, SCOPES)
    first = tokens.authorization().reveal()
    clock.now -= wrong  # set right
    tokens.renew()
    assert tokens.authorization().reveal() != first


def test_a_token_that_is_refused_early_is_refreshed_by_whoever_comes_first(fake, around):
    tokens, others = logged_in(fake, around), MicrosoftTokens(settings(fake), around, SCOPES)
    assert tokens.authorization().reveal() == others.authorization().reveal()
    tokens.renew()
    others.renew()
    assert tokens.authorization().reveal() == others.authorization().reveal()
    assert fake.accounts.refreshed == 1


def test_a_refresh_token_that_was_replaced_is_not_used_again(fake, around, clock):
    tokens = logged_in(fake, around)
    for _ in range(5):
        clock.now += timedelta(hours=1)
        tokens.authorization()
    assert fake.accounts.refreshed == 5
    assert len(fake.accounts.refresh) == 2  # the last one, and its predecessor until it is used


def test_a_login_that_was_revoked_needs_the_owner(fake, around, clock):
    tokens = logged_in(fake, around)
    fake.accounts.revoke()
    clock.now += timedelta(hours=1)
    with pytest.raises(NeedsOwner, match="run kith login work"):
        tokens.authorization()
    state = login(fake, around).state()
    assert (state.logged_in, state.who) == (False, "maya@lindqvist.example")
    assert "kith login work" in state.problem


def test_nobody_logged_in_is_said_with_the_command(fake, around):
    with pytest.raises(NeedsOwner, match="run kith login work"):
        MicrosoftTokens(settings(fake), around, SCOPES).authorization()
    assert login(fake, around).state().problem == "run kith login work"


def test_a_login_is_carried_over_to_another_machine(fake, around, tmp_path, clock):
    logged_in(fake, around)
    text = login(fake, around).exported()
    other = Surroundings(base=tmp_path / "other", now=clock, zone=around.zone, account="server")
    state = MicrosoftLogin(settings(fake), other, SCOPES).imported(text)
    assert (state.logged_in, state.who) == (True, "maya@lindqvist.example")
    assert MicrosoftTokens(settings(fake), other, SCOPES).authorization().reveal().startswith("Bearer ")


@pytest.mark.parametrize(
    "text", ["", "[]", "null", "{}", '{"RefreshToken": 5}', '{"RefreshToken": {"x": 1}}', "\x00", "{" * 9999]
)
def test_what_is_no_login_is_not_taken_in(fake, around, text):
    with pytest.raises(NeedsOwner) as said:
        login(fake, around).imported(Secret(text))
    assert "\n" not in str(said.value)
    assert around.logins.read("work") is None


def test_a_login_of_another_app_is_not_taken_in(fake, around):
    text = json.dumps({"RefreshToken": {"x": {"client_id": "other", "secret": "rt"}}})
    with pytest.raises(NeedsOwner, match="not for client_id"):
        login(fake, around).imported(Secret(text))


def test_a_login_is_given_up_here_and_it_is_said_where_else(fake, around):
    logged_in(fake, around)
    said = login(fake, around).revoke()
    assert "myapps.microsoft.com" in said
    assert around.logins.read("work") is None


def test_a_login_file_that_is_broken_is_said_with_the_command(fake, around):
    with around.logins.changing("work") as slot:
        slot.write(Secret("{not json"))
    with pytest.raises(NeedsOwner, match="kith login work"):
        MicrosoftTokens(settings(fake), around, SCOPES).authorization()


def test_national_clouds_name_whose_permissions_they_are():
    china = MicrosoftSettings(client_id=CLIENT, endpoint="https://microsoftgraph.chinacloudapi.cn/v1.0")
    assert named(("Mail.Read",), china) == ("https://microsoftgraph.chinacloudapi.cn/Mail.Read",)
    assert named(("Mail.Read",), MicrosoftSettings(client_id=CLIENT)) == ("Mail.Read",)


def test_no_secret_shows_itself(fake, around):
    tokens = logged_in(fake, around)
    shown = repr(tokens) + repr(vars(tokens)) + repr(tokens.authorization())
    assert not any(token in shown for token in (*fake.accounts.access, *fake.accounts.refresh))


REFRESH = """
import sys
from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo
import msgspec
from connectors.microsoft_login import MicrosoftTokens
from connectors.microsoft_msal import MicrosoftSettings
from connectors.protocol import Surroundings
around = Surroundings(base=Path(sys.argv[1]), now=lambda: datetime.now(UTC), zone=ZoneInfo("UTC"), account="work")
tokens = MicrosoftTokens(msgspec.json.decode(sys.argv[2], type=MicrosoftSettings), around, ("Mail.Read",))
tokens.authorization()
print("ready", flush=True)
while True:
    tokens.renew()
"""


def test_a_kill_at_any_moment_of_a_refresh_loses_no_login(fake, around, tmp_path, clock):
    logged_in(fake, around)
    chance = random.Random(5)
    arguments = [sys.executable, "-c", REFRESH, str(tmp_path), msgspec.json.encode(settings(fake)).decode()]
    for _ in range(6):
        with subprocess.Popen(arguments, stdout=subprocess.PIPE, env={**os.environ}) as running:
            assert running.stdout.readline() == b"ready\n"
            time.sleep(chance.uniform(0.01, 0.4))
            running.send_signal(signal.SIGKILL)
    assert fake.accounts.refreshed > 5
    clock.now = datetime.now(UTC)
    again = MicrosoftTokens(settings(fake), around, SCOPES)
    again.authorization()
    again.renew()
