"""A Google login: made by loopback or paste, renewed under the lock, told apart when it fails, carried over, given up."""

from __future__ import annotations

import dataclasses
import json
import multiprocessing
import os
import signal
import threading
import time
import urllib.error
import urllib.request
from datetime import UTC, datetime, timedelta
from functools import partial
from urllib.error import URLError
from urllib.parse import parse_qs, urlsplit
from zoneinfo import ZoneInfo

import pytest

from connectors import google_tokens
from connectors.errors import NeedsOwner, Transient
from connectors.google_client import client_of
from connectors.google_tokens import GoogleTokens
from connectors.passwords import Secret
from connectors.protocol import Surroundings
from connectors.sources import gmail, google_calendar
from tests.services.google import CALENDAR_SCOPES, CLIENT_SECRET, GMAIL_SCOPES, SCOPE, google  # noqa: F401

START = datetime(2030, 6, 1, 12, tzinfo=UTC)


class Owner:
    """Somebody who agrees in a browser, here (``here``) or elsewhere, and pastes where it ended up."""

    def __init__(self, *, here=False, pastes=()):
        self.here, self.pastes, self.said, self.url = here, list(pastes), [], ""

    def say(self, line):
        self.said.append(line)
        if line.startswith("http"):
            self.url = line

    def ask(self, question):
        if self.pastes:
            return self.pastes.pop(0)
        return where_it_leads(self.url)

    def browse(self, url):
        if not self.here:
            return False
        self.url = url
        if self.here == "waited for":
            self.follow(url)
            return False  # a browser in the terminal, which ends with some code or other
        threading.Thread(target=self.follow, args=(url,), daemon=True).start()
        return True

    def follow(self, url):
        there = where_it_leads(url)
        wrong = there.replace("state=", "state=x")
        with pytest.raises(URLError):
            urllib.request.urlopen(wrong, timeout=10)
        with urllib.request.urlopen(there, timeout=10) as page:
            self.said.append(page.read().decode())


class _Stay(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *_):
        return None


def where_it_leads(url):
    """The address that consent redirects to."""
    with pytest.raises(urllib.error.HTTPError, match="302") as answer:
        urllib.request.build_opener(_Stay).open(url, timeout=10)
    answer.value.close()
    return answer.value.headers["Location"]


@pytest.fixture
def account(google, tmp_path):  # noqa: F811
    """An account whose clock stands until it is moved."""

    class Account:
        fake = google.fake
        time = START
        around = Surroundings(
            base=tmp_path, now=lambda: account.time, zone=ZoneInfo("UTC"), account="post", tokens=tmp_path / "logins"
        )
        settings = gmail.GmailSettings(client_file="client.json", endpoint=google.url)

        def login(self, kind=gmail):
            settings = self.settings
            if kind is google_calendar:
                settings = google_calendar.GoogleCalendarSettings(client_file="client.json", endpoint=google.url)
            return kind.login(settings, self.around)

        def tokens(self):
            return GoogleTokens(self.settings, self.around, gmail.WANTS)

        def kept(self):
            return json.loads(self.around.logins.read("post").reveal())

        def keep(self, login):
            with self.around.logins.changing("post") as slot:
                slot.write(Secret(login))

    account = Account()
    google.fake.now = lambda: account.time
    (tmp_path / "client.json").write_text(google.fake.client_file())
    return account


def test_the_owner_agrees_elsewhere_and_pastes_the_address(account):
    owner = Owner()
    state = account.login().log_in(owner, browser=None, sending=False)
    assert (state.logged_in, state.who, state.scopes, state.problem) == (
        True,
        "maya@lindqvist.example",
        ("gmail.readonly",),
        None,
    )
    assert any("Testing" in line and "7 days" in line for line in owner.said)
    assert account.kept()["type"] == "authorized_user"


def test_a_page_that_is_to_be_copied_cannot_be_reached(account):
    class Local(Owner):
        def ask(self, question):
            there = where_it_leads(self.url)
            with pytest.raises(URLError, match="refused"):
                urllib.request.urlopen(there, timeout=10)
            return there

    assert account.login().log_in(Local(), browser=None, sending=False).logged_in


@pytest.mark.parametrize("here", [True, "waited for"])
def test_the_owner_agrees_in_a_browser_of_this_machine(account, here):
    owner = Owner(here=here)
    assert account.login().log_in(owner, browser=True, sending=False).logged_in
    deadline = time.monotonic() + 10
    while not any("close this window" in line for line in owner.said) and time.monotonic() < deadline:
        time.sleep(0.01)
    assert any("close this window" in line for line in owner.said)


def test_googles_own_library_reads_what_is_kept(account):
    from google.oauth2.credentials import Credentials

    account.login().log_in(Owner(), browser=False, sending=False)
    read = Credentials.from_authorized_user_info(account.kept())
    assert read.refresh_token == account.kept()["refresh_token"]
    assert read.expiry == (START + timedelta(hours=1)).replace(tzinfo=None)


def test_least_is_asked_for(account):
    owner = Owner()
    account.login().log_in(owner, browser=False, sending=False)
    assert parse_qs(urlsplit(owner.url).query)["scope"] == [f"{SCOPE}gmail.readonly"]
    account.login().log_in(owner, browser=False, sending=True)
    assert parse_qs(urlsplit(owner.url).query)["scope"] == [f"{SCOPE}gmail.readonly {SCOPE}gmail.send"]
    account.login(google_calendar).log_in(owner, browser=False, sending=False)
    assert parse_qs(urlsplit(owner.url).query)["scope"] == [" ".join(CALENDAR_SCOPES)]
    with pytest.raises(NeedsOwner, match="sends no mail"):
        account.login(google_calendar).log_in(owner, browser=False, sending=True)


def test_another_address_than_the_one_that_was_asked_for_is_not_taken(account):
    other = "http://127.0.0.1:1/?state=somebody-elses-state&code=stolen"
    owner = Owner(pastes=["nonsense", other])
    assert account.login().log_in(owner, browser=False, sending=False).logged_in
    assert any("earlier question" in line for line in owner.said)
    with pytest.raises(NeedsOwner, match="no address with an answer"):
        account.login().log_in(Owner(pastes=[other] * 3), browser=False, sending=False)


def test_what_the_owner_denies_is_said(account):
    account.fake.grants = ()
    with pytest.raises(NeedsOwner, match=r"access was denied.*kith login post"):
        account.login().log_in(Owner(), browser=False, sending=False)
    account.fake.grants = (f"{SCOPE}calendar.readonly",)
    with pytest.raises(NeedsOwner, match=r"did not allow gmail.readonly: kith login post, and tick every box"):
        account.login().log_in(Owner(), browser=False, sending=False)
    assert account.around.logins.read("post") is None


def test_a_browser_that_is_not_there_is_said(account):
    with pytest.raises(NeedsOwner, match="--no-browser"):
        account.login().log_in(Owner(), browser=True, sending=False)


@pytest.mark.parametrize(
    ("content", "says"),
    [
        ("not json", "is no OAuth client file"),
        ("{}", "is no OAuth client file"),
        ('{"installed": {}}', "is no OAuth client file"),
        ('{"web": {"client_id": "x"}}', "of type “Desktop app”"),
        ('{"type": "service_account"}', "is a service account"),
        ('{"type": "authorized_user"}', "--import"),
        ('{"installed": {"client_id": "x", "token_uri": "http://evil.example/token"}}', "must begin with https"),
        ('{"installed": {"client_id": "x", "token_uri": "ftp://127.0.0.1/"}}', "must begin with https"),
        (b"\xff\xfe", "is no OAuth client file"),
    ],
)
def test_a_wrong_client_file_is_said(tmp_path, content, says):
    (tmp_path / "client.json").write_bytes(content if isinstance(content, bytes) else content.encode())
    with pytest.raises(NeedsOwner, match=says):
        client_of("client.json", tmp_path)
    with pytest.raises(NeedsOwner, match="cannot be read"):
        client_of("nowhere.json", tmp_path)


def test_a_missing_client_file_is_needed_only_to_log_in(account):
    account.settings = gmail.GmailSettings(endpoint=account.settings.endpoint)
    with pytest.raises(NeedsOwner, match="client_file is missing"):
        account.login().log_in(Owner(), browser=False, sending=False)
    assert account.login().imported(Secret(account.fake.login())).logged_in


# -- renewing --------------------------------------------------------------------------------------------------------


def test_a_token_is_renewed_ahead_of_its_end_and_only_then(account):
    account.keep(account.fake.login())
    tokens = account.tokens()
    first = tokens.authorization().reveal()
    account.time += timedelta(minutes=54)
    assert tokens.authorization().reveal() == first
    account.time += timedelta(minutes=2)
    assert tokens.authorization().reveal() != first
    assert account.fake.requests == 2


def test_a_short_lived_token_is_used_for_most_of_its_life(account):
    account.fake.life = 60
    account.keep(account.fake.login())
    tokens = account.tokens()
    for _ in range(9):
        tokens.authorization()
        account.time += timedelta(seconds=5)
    assert account.fake.requests == 1
    account.time += timedelta(seconds=5)
    account.tokens().authorization()
    assert account.fake.requests == 2


def test_a_token_that_another_process_renewed_is_used(account):
    account.keep(account.fake.login())
    one, other = account.tokens(), account.tokens()
    one.authorization()
    account.time += timedelta(hours=2)
    assert other.authorization().reveal() == one.authorization().reveal()
    assert account.fake.requests == 2


def test_a_refused_token_is_renewed_once_whatever_the_clock_says(account):
    account.keep(account.fake.login())
    tokens = account.tokens()
    tokens.authorization()
    account.fake.tokens.clear()
    tokens.renew()
    assert tokens.authorization().reveal().removeprefix("Bearer ") in account.fake.tokens


@pytest.mark.parametrize("days", [-1, 1])
def test_a_clock_that_jumps_by_a_day_costs_a_renewal_and_no_login(account, days):
    connector = gmail.GmailConnector(account.settings, account.around)
    account.keep(account.fake.login())
    connector.streams()
    server_time = account.time
    account.fake.now = lambda: server_time + timedelta(hours=2)
    account.time += timedelta(days=days)
    assert connector.streams()
    connector.close()


def test_a_rotated_refresh_token_replaces_the_old_one(account):
    account.fake.rotates = True
    account.keep(account.fake.login())
    before = account.kept()["refresh_token"]
    tokens = account.tokens()
    for _ in range(3):
        tokens.authorization()
        account.time += timedelta(hours=2)
    assert account.kept()["refresh_token"] != before
    assert account.kept()["refresh_token"] in account.fake.lasting


def renew(around, settings, ready):
    ready.wait(10)
    GoogleTokens(settings, around, gmail.WANTS).authorization()


def test_many_processes_spend_one_rotating_token_once_each(account):
    account.fake.rotates = True
    account.keep(account.fake.login())
    frozen = dataclasses.replace(account.around, now=partial(later, 0))
    context = multiprocessing.get_context("fork")
    ready = context.Event()
    workers = [context.Process(target=renew, args=(frozen, account.settings, ready)) for _ in range(4)]
    for worker in workers:
        worker.start()
    ready.set()
    for worker in workers:
        worker.join(30)
    assert [worker.exitcode for worker in workers] == [0] * 4
    assert account.kept()["refresh_token"] in account.fake.lasting
    assert account.fake.requests == 1


def test_a_kill_while_a_token_is_written_leaves_the_old_one_or_the_new(account):
    account.keep(account.fake.login())
    good = set()
    for number, step in enumerate(("open", "fsync", "rename", "after")):
        frozen = dataclasses.replace(account.around, now=partial(later, number))
        child = os.fork()
        if child == 0:
            die_at(step)
            GoogleTokens(account.settings, frozen, gmail.WANTS).renew()
            os._exit(0)
        _, status = os.waitpid(child, 0)
        assert os.WIFSIGNALED(status) or step == "after"
        good.add(account.kept()["refresh_token"] in account.fake.lasting)
        account.time = later(number)
        assert account.tokens().authorization()
    assert good == {True}


def later(number):
    return START + timedelta(hours=2 * number)


def die_at(step):
    def die(*_, **__):
        os.kill(os.getpid(), signal.SIGKILL)

    import connectors.tokens as tokens

    if step == "open":
        tokens._write = die
    elif step == "fsync":
        os.fsync = die
    elif step == "rename":
        tokens.Path.replace = die


# -- what can go wrong -----------------------------------------------------------------------------------------------


def test_a_login_that_google_ended_needs_the_owner(account):
    account.keep(account.fake.login())
    account.fake.revoke_all()
    with pytest.raises(NeedsOwner, match=r"no longer accepts the login .*expired or revoked.: kith login post"):
        account.tokens().authorization()
    state = account.login().state()
    assert (state.logged_in, "kith login post" in state.problem) == (True, True)


def test_no_login_needs_the_owner(account):
    with pytest.raises(NeedsOwner, match="no login for Gmail yet: kith login post"):
        account.tokens().authorization()
    assert account.login().state().logged_in is False
    with pytest.raises(NeedsOwner, match="no login to export"):
        account.login().exported()


def test_a_client_that_google_does_not_accept_is_told_from_a_login(account):
    account.keep(account.fake.login(client_secret="wrong"))
    account.settings = gmail.GmailSettings(endpoint=account.settings.endpoint)
    with pytest.raises(NeedsOwner, match="does not accept the client"):
        account.tokens().authorization()


def test_a_login_of_another_client_is_said(account):
    account.keep(account.fake.login(client_id="other"))
    with pytest.raises(NeedsOwner, match="another client than client_file names: kith login post"):
        account.tokens().authorization()


def test_a_missing_scope_is_said_before_anything_is_asked(account):
    account.keep(account.fake.login(CALENDAR_SCOPES))
    with pytest.raises(NeedsOwner, match=r"may not use gmail.readonly: kith login post"):
        gmail.GmailConnector(account.settings, account.around).streams()
    assert account.fake.requests == 0


@pytest.mark.parametrize(
    ("kind", "error"),
    [
        ("500", Transient),
        ("503", Transient),
        ("429-after", Transient),
        ("html", Transient),
        ("cut", Transient),
        ("garbled", Transient),
    ],
)
def test_a_login_server_with_a_fault_of_its_own_costs_no_login(account, kind, error):
    account.keep(account.fake.login())
    account.fake.trouble(kind, times=2, where="/token", seconds=90)
    with pytest.raises(error) as raised:
        account.tokens().authorization()
    assert "\n" not in str(raised.value)
    if kind == "429-after":
        assert raised.value.retry_after == timedelta(seconds=90)
    account.fake.troubles.clear()
    assert account.tokens().authorization()


def test_a_login_server_that_is_away_is_transient(account):
    account.keep(account.fake.login(token_uri="http://127.0.0.1:9/token"))
    account.settings = gmail.GmailSettings(endpoint=account.settings.endpoint)
    with pytest.raises(Transient):
        account.tokens().authorization()


def test_a_login_is_kept_whether_google_can_be_asked_about_it_or_not(account):
    account.fake.trouble("500", times=99, where="/gmail")
    account.login().log_in(Owner(), browser=False, sending=False)
    with pytest.raises(Transient):
        account.login().state()
    account.fake.troubles.clear()
    assert account.login().state().who == "maya@lindqvist.example"


def test_a_login_that_ends_by_itself_is_told_ahead(account):
    account.fake.testing = True
    account.login().log_in(Owner(), browser=False, sending=False)
    state = account.login().state()
    assert (state.expires - START).days in (6, 7)
    assert state.problem is None
    account.time += timedelta(days=5)
    assert "Google ends this login on 2030-06-08: kith login post" in account.login().state().problem


# -- carried over, given up ------------------------------------------------------------------------------------------


def test_a_login_is_carried_over_and_given_up(account):
    account.login().log_in(Owner(), browser=False, sending=False)
    carried = account.login().exported()
    assert account.login().revoke() == "the login is given up, and Google knows"
    assert account.around.logins.read("post") is None
    assert account.login().revoke() == "there was no login"
    assert "no longer accepts" in account.login().imported(carried).problem


def test_a_login_is_given_up_here_although_google_is_away(account):
    account.keep(account.fake.login())
    account.fake.trouble("500", times=9, where="/revoke")
    assert "could not be told" in account.login().revoke()
    assert account.around.logins.read("post") is None


@pytest.mark.parametrize(
    "text",
    [
        "",
        "{}",
        "[]",
        '{"installed": {}}',
        '{"refresh_token": "", "client_id": ""}',
        '{"refresh_token": 1, "client_id": 2}',
        "\ud800",
    ],
)
def test_what_is_no_login_is_not_imported(account, text):
    with pytest.raises(NeedsOwner, match="no login of Google's"):
        account.login().imported(Secret(text))
    with pytest.raises(NeedsOwner, match="must begin with https"):
        account.login().imported(Secret(account.fake.login(token_uri="http://evil.example/token")))


def test_no_secret_is_in_any_message_or_repr(account, caplog):
    account.login().log_in(Owner(), browser=False, sending=False)
    kept = account.kept()
    secrets = (kept["token"], kept["refresh_token"], CLIENT_SECRET)
    account.fake.revoke_all()
    account.time += timedelta(hours=2)
    tokens = account.tokens()
    with pytest.raises(NeedsOwner) as raised:
        tokens.authorization()
    shown = [str(raised.value), repr(raised.value), repr(tokens), repr(account.login()), caplog.text]
    shown += [
        repr(google_tokens.decoded(account.around.logins.read("post"))),
        repr(client_of("client.json", account.around.base)),
    ]
    assert not [secret for secret in secrets if any(secret in text for text in shown)]
    stored = b"".join(path.read_bytes() for path in account.around.tokens.iterdir())
    assert not [secret for secret in secrets if secret.encode() in stored]
