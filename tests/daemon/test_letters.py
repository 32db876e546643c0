"""When the letter goes out: once a week, a missed one once, whatever the clock does and however often it fails."""

from __future__ import annotations

import io
from datetime import UTC, datetime, timedelta

import pytest

from connectors.errors import NeedsOwner, Transient
from daemon.config import load
from daemon.demo import write_sample
from daemon.digest.deliver import Delivery
from daemon.letters import GATHERING_S, Letters
from daemon.logs import Log
from daemon.store import Letter, StoreError

MONDAY = datetime(2026, 11, 30, 6, 30, tzinfo=UTC)  # 07:30 in Stockholm
SMTP = '\n[digest]\nto = "maya@lindqvist.example"\n\n[smtp]\nhost = "127.0.0.1"\n'


class Post:
    """A store's letters, sent to nobody, under a clock that the test sets."""

    def __init__(self, config, store, at):
        self.at, self.monotonic = at, 1_000.0
        self.sent, self.tried, self.refuses = [], 0, None
        self.out = io.StringIO()
        self.store, self.config = store, config
        self.start()

    def start(self):
        """As after a start of the daemon."""
        self.letters = Letters(
            self.config, self.store, Log(out=self.out), now=lambda: self.at, send=self.send, chance=lambda: 0.5
        )
        self.letters.begin()

    def send(self, config, store, *, at, period, now):
        self.tried += 1
        if self.refuses is not None:
            raise self.refuses
        store.claim_letter(period, Letter(token=period, message_id=f"{period}@kithkeeper.test", at=at), (), at)
        store.letter_sent(period, at)
        self.sent.append((period, at))
        return Delivery(outcome="sent", to=config.digest.to, period=period, message_id=period, at=at)

    def look(self):
        """What the desk does each time it looks."""
        time = self.letters.due()
        if time is not None:
            self.letters.send(time)

    def pass_time(self, until, step=timedelta(minutes=20)):
        while self.at < until:
            self.at += step
            self.monotonic += step.total_seconds()
            self.look()


@pytest.fixture
def post(tmp_path, sqlite_stores, monkeypatch):
    path = write_sample(tmp_path)
    text = path.read_text()
    path.write_text(text + SMTP)
    made = Post(load(path), sqlite_stores(), MONDAY - timedelta(days=2))
    monkeypatch.setattr("daemon.letters.monotonic", lambda: made.monotonic)
    return made


def periods(post):
    return [period for period, _ in post.sent]


def test_nothing_is_owed_from_before_the_first_start(post):
    post.look()
    post.pass_time(MONDAY - timedelta(minutes=30))
    assert post.sent == []


def test_each_week_one_letter_goes_out_at_its_time(post):
    post.pass_time(MONDAY + timedelta(days=16))
    assert periods(post) == ["2026-W49", "2026-W50", "2026-W51"]
    assert all(timedelta() <= (at - MONDAY) % timedelta(days=7) < timedelta(minutes=21) for _, at in post.sent)


def test_a_restart_sends_nothing_twice(post):
    for _ in range(5):
        post.pass_time(post.at + timedelta(days=1))
        post.start()
        post.look()
    assert periods(post) == ["2026-W49"]


@pytest.mark.parametrize("days", [0.3, 1, 5, 6.9])
def test_a_letter_missed_while_the_machine_slept_goes_out_once(post, days):
    post.at = MONDAY + timedelta(days=days)  # the monotonic clock stood still
    post.look()
    post.look()
    assert periods(post) == ["2026-W49"]


def test_of_several_that_were_missed_only_the_last_goes_out(post):
    post.at = MONDAY + timedelta(days=30)
    post.look()
    post.pass_time(post.at + timedelta(days=2))
    assert periods(post) == ["2026-W53"]


@pytest.mark.parametrize("jump", [timedelta(days=1), timedelta(days=-1)])
def test_a_clock_that_jumps_by_a_day_and_back_neither_doubles_nor_drops_a_letter(post, jump):
    for start in (MONDAY - timedelta(hours=3), MONDAY + timedelta(days=7, hours=2)):
        post.pass_time(start)
        post.at += jump
        post.look()
        post.start()
        post.look()
        post.pass_time(post.at + timedelta(hours=6))
        post.at -= jump
        post.look()
    post.pass_time(MONDAY + timedelta(days=15))
    assert periods(post) == ["2026-W49", "2026-W50", "2026-W51"]


def test_a_clock_that_was_years_ahead_does_not_silence_the_letter_until_then(post):
    post.at = MONDAY + timedelta(days=365 * 9)
    post.look()
    post.at = MONDAY + timedelta(hours=1)
    post.pass_time(MONDAY + timedelta(days=8))
    assert periods(post)[1:] == ["2026-W49", "2026-W50"]


@pytest.mark.parametrize(("day", "utc"), [("2026-03-29", 5), ("2026-10-25", 6)])
def test_in_the_weeks_in_which_the_clocks_change_one_letter_goes_out_at_half_past_seven(post, day, utc):
    sunday = datetime.fromisoformat(day).replace(tzinfo=UTC)
    post.store.take_note("letters", (sunday - timedelta(days=3)).isoformat())
    post.at = sunday - timedelta(days=2)
    post.start()
    post.pass_time(sunday + timedelta(days=3), step=timedelta(minutes=10))
    ((_, at),) = post.sent
    assert (at.hour, at.minute) == (utc, 30)


def test_a_server_that_is_busy_is_asked_again_with_growing_pauses(post):
    post.refuses = Transient("the mail server is busy")
    post.pass_time(MONDAY + timedelta(hours=6), step=timedelta(seconds=20))
    assert 8 <= post.tried <= 16
    assert post.letters.problem == "the mail server is busy"
    assert post.out.getvalue().count("the mail server is busy") == 1
    post.refuses = None
    post.pass_time(post.at + timedelta(hours=2))
    assert periods(post) == ["2026-W49"]
    assert post.letters.problem is None


def test_what_only_the_owner_can_mend_is_tried_once_an_hour(post):
    post.refuses = NeedsOwner("the mail server refuses the password: correct password_file in [smtp]")
    post.pass_time(MONDAY + timedelta(hours=5), step=timedelta(minutes=1))
    assert 5 <= post.tried <= 6
    assert post.letters.problem.startswith("the mail server refuses the password")


def test_what_nobody_foresaw_is_said_and_the_daemon_lives(post):
    post.refuses = RuntimeError("a bug")
    post.pass_time(MONDAY + timedelta(minutes=40))
    assert post.letters.problem == "unexpected RuntimeError: a bug; please report it"


def test_trouble_with_the_store_is_the_desks(post):
    post.refuses = StoreError("no room left")
    with pytest.raises(StoreError):
        post.pass_time(MONDAY + timedelta(minutes=40))


def test_the_letter_waits_until_the_accounts_were_read_but_not_for_ever(post):
    asked = []
    assert not post.letters.gathered(lambda since: True, lambda: asked.append(True))
    assert asked == [True]
    assert not post.letters.gathered(lambda since: False, lambda: asked.append(True))
    assert post.letters.gathered(lambda since: since == post.monotonic, lambda: asked.append(True))
    post.monotonic += GATHERING_S + 1
    assert post.letters.gathered(lambda since: False, lambda: asked.append(True))
    assert asked == [True]


def test_without_a_server_nothing_is_sent_and_that_is_said_once(tmp_path, sqlite_stores):
    post = Post(load(write_sample(tmp_path)), sqlite_stores(), MONDAY)
    post.pass_time(MONDAY + timedelta(days=9))
    assert post.tried == 0
    assert post.out.getvalue().count("no [smtp]") == 1
