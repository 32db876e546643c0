"""How things stand: kith status with and without a daemon, /healthz and /metrics."""

from __future__ import annotations

import json
import re
import socket
import subprocess
import time
import urllib.error
import urllib.request
from datetime import UTC, datetime

import pytest

from daemon.config import load
from daemon.failure import ConfigError
from daemon.metrics import metrics
from daemon.pulse import Pulse
from daemon.status import AccountNow, DaemonNow, summary
from daemon.web import Listener, Page
from inference.network import AccountState
from tests.daemon.test_service import MAILS, config, managed, quiet, servers  # noqa: F401  # fixtures
from tests.services.dovecot import free_port
from tests.services.lines import KITH_WITH_LINES, all_at_once

AT = datetime(2026, 11, 28, 20, tzinfo=UTC)


def status(path, *words):
    return subprocess.run(
        [*KITH_WITH_LINES, "--config", path, "status", *words], capture_output=True, text=True, timeout=60, check=False
    )


def test_without_a_daemon_it_says_so_and_what_was_read_and_failed(tmp_path, servers):  # noqa: F811
    def refused(_cursor):
        yield {"error": "NeedsOwner", "says": "the login has expired: kith login locked"}

    fine, locked = servers(pull=all_at_once(MAILS)), servers(pull=refused)
    path = config(tmp_path, ("fine", fine.port), ("locked", locked.port))
    never = status(path)
    assert never.returncode == 1
    assert never.stdout.count("not read completely yet") == 2
    subprocess.run([*KITH_WITH_LINES, "--config", path, "sync"], capture_output=True, timeout=60, check=False)
    after = status(path)
    assert after.returncode == 1
    lines = after.stdout.splitlines()
    assert lines[0] == "kith run: not running (kith sync reads once)"
    assert re.match(r"fine \(lines\): read today \d\d:\d\d$", lines[1])
    assert lines[2:4] == [
        "locked (lines): not read completely yet",
        "    problem: the login has expired: kith login locked",
    ]
    assert lines[-1].startswith("letter: not mailed, for there is no [smtp] in the config")
    assert status(path, "--running").returncode == 1
    found = json.loads(status(path, "--json").stdout)
    assert found["daemon"] is None
    assert [each["complete"] for each in found["accounts"]] == [True, False]


def test_with_a_daemon_it_says_what_that_does_and_so_do_healthz_and_metrics(tmp_path, servers, managed):  # noqa: F811
    server, port = servers(pull=all_at_once(MAILS), watch=quiet), free_port()
    path = config(tmp_path, ("mail", server.port))
    path.write_text(path.read_text().replace("[run]\n", f'[run]\nlisten = "127.0.0.1:{port}"\n'))
    daemon = managed(path)
    daemon.tells("up to date")
    until = time.monotonic() + 60
    while "watching" not in (said := status(path).stdout) and time.monotonic() < until:
        time.sleep(0.2)
    assert f"kith run: process {daemon.process.pid} since today" in said
    assert "watching for news, again today" in said
    assert status(path, "--running").returncode == 0
    assert status(path).returncode == 0
    found = json.loads(status(path, "--json").stdout)
    assert (found["accounts"][0]["doing"], found["accounts"][0]["done"]) == ("watching", 5)
    with urllib.request.urlopen(f"http://127.0.0.1:{port}/healthz", timeout=20) as answer:
        health = json.loads(answer.read())
    assert health == {"ok": True, "stuck": [], "accounts": 1, "in_trouble": [], "letter": None}
    with urllib.request.urlopen(f"http://localhost:{port}/metrics", timeout=20) as answer:
        text = answer.read().decode()
        assert answer.headers["Content-Type"].startswith("text/plain; version=0.0.4")
    assert 'kithkeeper_account_items_new_total{account="mail"} 5' in text
    assert 'kithkeeper_account_up{account="mail"} 1' in text
    lured = urllib.request.Request(f"http://127.0.0.1:{port}/metrics", headers={"Host": "evil.example"})
    with pytest.raises(urllib.error.HTTPError, match="421"):
        urllib.request.urlopen(lured, timeout=20)
    daemon.stop()


def test_a_port_that_is_taken_is_one_clear_line(tmp_path, servers):  # noqa: F811
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        path = config(tmp_path, ("mail", servers(pull=all_at_once(MAILS)).port))
        path.write_text(path.read_text().replace("[run]\n", f'[run]\nlisten = "127.0.0.1:{port}"\n'))
        done = subprocess.run(
            [*KITH_WITH_LINES, "--config", path, "run"], capture_output=True, text=True, timeout=60, check=False
        )
    assert done.returncode == 2
    assert f"cannot listen on 127.0.0.1:{port}" in done.stderr
    assert done.stderr.count("\n") == 1


@pytest.mark.parametrize(
    ("listen", "says"),
    [
        ("9464", "write an IP address"),
        ("127.0.0.1", "write it like"),
        ("localhost:9464", "write an IP address"),
        ("127.0.0.1:99999", "write it like"),
        ("0.0.0.0:9464", "other machines may reach 0.0.0.0"),
        ("[::]:9464", "other machines"),
    ],
)
def test_an_address_that_is_none_or_that_others_reach_is_refused(tmp_path, listen, says):
    path = tmp_path / "kith.toml"
    owner = '[owner]\nname = "M"\naddresses = ["m@x.example"]\n'
    path.write_text(f'{owner}[run]\nlisten = "{listen}"\n')
    with pytest.raises(ConfigError, match=re.escape("[run]: 'listen'")) as told:
        load(path)
    assert says in str(told.value)


def test_other_machines_may_be_let_in_by_saying_so(tmp_path):
    path = tmp_path / "kith.toml"
    owner = '[owner]\nname = "M"\naddresses = ["m@x.example"]\n'
    path.write_text(f'{owner}[run]\nlisten = "[::]:9464"\nlisten_public = true\n')
    assert load(path).run.address == ("::", 9464)


def test_a_listener_answers_what_it_has_and_says_what_there_is():
    listener = Listener(("::1", 0) if socket.has_ipv6 else ("127.0.0.1", 0), {"/x": lambda: _page(503)})
    host = "[::1]" if socket.has_ipv6 else "127.0.0.1"
    for path, code in (("/x", 503), ("/y", 404)):
        with pytest.raises(urllib.error.HTTPError) as told:
            urllib.request.urlopen(f"http://{host}:{listener.port}{path}", timeout=20)
        assert told.value.code == code
        told.value.close()
    listener.close()


def _page(code):
    return Page(status=code, type="text/plain", text="busy\n")


def test_names_of_accounts_cannot_break_the_figures():
    account = AccountNow(name='a"b\\c\nd', doing="waiting", since=AT, passes=1)
    state = AccountState(name=account.name, kind="imap", last_success=AT, rejected=2)
    text = metrics(DaemonNow(pid=1, started=AT, at=AT, accounts=(account,)), [state], stuck=0)
    assert 'kithkeeper_account_items_rejected{account="a\\"b\\\\c\\nd"} 2' in text
    line = re.compile(r'# (HELP|TYPE) .*|[a-z_]+(\{account="([^"\\\n]|\\.)*"\})? [0-9.e+]+')
    assert all(line.fullmatch(each) for each in text.splitlines())


def test_the_line_for_the_service_manager_names_what_is_read_paused_and_due():
    accounts = [
        AccountNow(name="a", doing="reading", since=AT, done=120, total=5000),
        AccountNow(name="b", doing="paused", since=AT, problem="the password is wrong"),
        AccountNow(name="c", doing="waiting", since=AT, problem="the server is down"),
    ]
    letter = datetime(2026, 11, 30, 7, 30, tzinfo=UTC)
    assert summary(accounts, letter, working_out=True, zone_name="Europe/Stockholm") == (
        "reading a (120 of 5000); working out favors and ties; b paused: the password is wrong; "
        "c failing: the server is down; next letter Mon 30 Nov 07:30 Europe/Stockholm"
    )


def test_a_thread_is_stuck_only_when_it_works_and_does_not_move(monkeypatch):
    clock = [0.0]
    monkeypatch.setattr("daemon.pulse.monotonic", lambda: clock[0])
    pulse = Pulse()
    clock[0] += 10_000
    assert not pulse.stuck()
    pulse.beat()
    clock[0] += 800
    assert not pulse.stuck()
    pulse.beat()
    clock[0] += 901
    assert pulse.stuck()
    pulse.rest()
    assert not pulse.stuck()
