"""Times as the config writes them, and how long a failing account is left alone."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis.strategies import datetimes, integers, just, sampled_from, timezone_keys

from daemon.schedule import FIRST_PAUSE, LONGEST_PAUSE, backoff, duration, jittered, last_time, next_time, weekly

FIVE = timedelta(minutes=5)


def test_a_time_of_the_week_is_read():
    assert (weekly("Sun 23:59").weekday, weekly("Sun 23:59").at) == (6, time(23, 59))


@pytest.mark.parametrize("text", ["", "Monday 07:30", "Mon 7:30", "Mon 24:00", "Mon 07:60", "mon 07:30", "Mon 07:30 "])
def test_what_is_no_time_of_the_week_is_refused(text):
    with pytest.raises(ValueError, match="Mon 07:30"):
        weekly(text)


@pytest.mark.parametrize(("text", "seconds"), [("30s", 30), ("5m", 300), ("5 min", 300), ("2h", 7200), ("1d", 86400)])
def test_a_duration_is_read(text, seconds):
    assert duration(text) == timedelta(seconds=seconds)


@pytest.mark.parametrize("text", ["", "5", "m", "-5m", "0m", "5 weeks", "1.5h", "99999999d"])
def test_what_is_no_duration_is_refused(text):
    with pytest.raises(ValueError, match="write it like"):
        duration(text)


def test_while_all_is_well_the_interval_is_kept_but_for_a_little_chance():
    assert jittered(FIVE, 0.5) == FIVE
    assert FIVE * 0.9 <= jittered(FIVE, 0.0) < jittered(FIVE, 1.0) <= FIVE * 1.1


def test_each_failure_in_a_row_makes_the_pause_longer_up_to_a_limit():
    pauses = [backoff(failures, every=FIVE, chance=0.5) for failures in range(1, 12)]
    assert pauses == sorted(pauses)
    assert pauses[:2] == [FIRST_PAUSE, 2 * FIRST_PAUSE]
    assert pauses[-1] == LONGEST_PAUSE
    assert backoff(10_000, every=FIVE, chance=0.5) == LONGEST_PAUSE


def test_a_short_interval_is_not_made_longer_by_the_first_failure():
    assert backoff(1, every=timedelta(seconds=5), chance=0.5) == timedelta(seconds=5)


def test_chance_spreads_the_pauses_of_several_accounts():
    assert backoff(1, every=FIVE, chance=0.0) < backoff(1, every=FIVE, chance=1.0)


def test_what_the_source_asked_for_is_not_cut_short_but_nobody_may_ask_for_years():
    assert backoff(1, every=FIVE, asked=timedelta(hours=3), chance=0.0) == timedelta(hours=3)
    assert backoff(1, every=FIVE, asked=timedelta(days=999), chance=0.0) == timedelta(days=1)


STOCKHOLM, NEW_YORK, LORD_HOWE = map(ZoneInfo, ("Europe/Stockholm", "America/New_York", "Australia/Lord_Howe"))


def times(when: str, zone: ZoneInfo, start: datetime, days: int, step: timedelta = timedelta(minutes=10)):
    """The different times of the letter that a daemon sees which looks every ``step``."""
    seen = []
    now = start
    while now < start + timedelta(days=days):
        time = last_time(weekly(when), zone, now)
        assert time <= now < next_time(weekly(when), zone, now)
        if time not in seen:
            seen.append(time)
        now += step
    return seen


@pytest.mark.parametrize(
    ("zone", "start", "expected"),
    [
        (STOCKHOLM, "2026-03-26", ["2026-03-23T06:30", "2026-03-30T05:30", "2026-04-06T05:30"]),
        (STOCKHOLM, "2026-10-22", ["2026-10-19T05:30", "2026-10-26T06:30", "2026-11-02T06:30"]),
        (NEW_YORK, "2026-03-05", ["2026-03-02T12:30", "2026-03-09T11:30", "2026-03-16T11:30"]),
        (NEW_YORK, "2026-10-29", ["2026-10-26T11:30", "2026-11-02T12:30", "2026-11-09T12:30"]),
        (LORD_HOWE, "2026-04-02", ["2026-03-29T20:30", "2026-04-05T21:00", "2026-04-12T21:00"]),
        (LORD_HOWE, "2026-10-01", ["2026-09-27T21:00", "2026-10-04T20:30", "2026-10-11T20:30"]),
    ],
)
def test_half_past_seven_stays_half_past_seven_over_both_changes_of_the_clock(zone, start, expected):
    seen = times("Mon 07:30", zone, datetime.fromisoformat(start).replace(tzinfo=UTC), 15)
    assert [f"{time:%Y-%m-%dT%H:%M}" for time in seen] == expected
    assert {f"{time.astimezone(zone):%a %H:%M}" for time in seen} == {"Mon 07:30"}


@pytest.mark.parametrize(
    ("zone", "when", "day", "local"),
    [
        (STOCKHOLM, "Sun 02:30", "2026-03-29", "03:30"),
        (NEW_YORK, "Sun 02:30", "2026-03-08", "03:30"),
        (LORD_HOWE, "Sun 02:15", "2026-10-04", "02:45"),
    ],
)
def test_an_hour_that_the_clocks_leave_out_comes_once_after_the_change(zone, when, day, local):
    start = datetime.fromisoformat(day).replace(tzinfo=zone).astimezone(UTC) - timedelta(days=1)
    seen = times(when, zone, start, 3)
    assert len(seen) == 2
    assert f"{seen[1].astimezone(zone):%Y-%m-%d %H:%M}" == f"{day} {local}"


@pytest.mark.parametrize(
    ("zone", "when", "day"),
    [
        (STOCKHOLM, "Sun 02:30", "2026-10-25"),
        (NEW_YORK, "Sun 01:30", "2026-11-01"),
        (LORD_HOWE, "Sun 01:45", "2026-04-05"),
    ],
)
def test_an_hour_that_comes_twice_counts_the_first_time_only(zone, when, day):
    start = datetime.fromisoformat(day).replace(tzinfo=zone).astimezone(UTC) - timedelta(days=1)
    seen = times(when, zone, start, 4)
    assert len(seen) == 2
    assert seen[1].astimezone(zone).fold == 0
    assert f"{seen[1].astimezone(zone):%Y-%m-%d %a %H:%M}" == f"{day} {when}"


@given(
    at=datetimes(datetime(1971, 1, 8), datetime(2090, 1, 1), timezones=just(UTC)),  # noqa: DTZ001  # it wants naive bounds
    zone=timezone_keys(),
    weekday=sampled_from(("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")),
    hour=integers(0, 23),
    minute=integers(0, 59),
)
def test_in_every_zone_the_last_time_is_past_the_next_one_comes_and_there_is_none_between(
    at, zone, weekday, hour, minute
):
    when, where = weekly(f"{weekday} {hour:02}:{minute:02}"), ZoneInfo(zone)
    last, following = last_time(when, where, at), next_time(when, where, at)
    assert last <= at < following
    assert following - last <= timedelta(days=15)
    assert last_time(when, where, following) == following
    assert last_time(when, where, following - timedelta(seconds=1)) == last
