"""Times as the config writes them, and how long a failing account is left alone."""

from __future__ import annotations

from datetime import time, timedelta

import pytest

from daemon.schedule import LONGEST_PAUSE, duration, pause, weekly

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


def test_while_all_is_well_the_interval_is_kept():
    assert pause(FIVE, failures=0, chance=0.9) == FIVE


def test_each_failure_in_a_row_makes_the_pause_longer_up_to_a_limit():
    pauses = [pause(FIVE, failures=failures, chance=0.5) for failures in range(1, 9)]
    assert pauses == sorted(pauses)
    assert pauses[0] == 2 * FIVE
    assert pauses[-1] == LONGEST_PAUSE
    assert pause(FIVE, failures=10_000, chance=0.5) == LONGEST_PAUSE


def test_a_long_interval_is_never_made_shorter_by_failing():
    assert pause(timedelta(hours=6), failures=3, chance=0.5) == timedelta(hours=6)


def test_chance_spreads_the_pauses_of_several_accounts():
    assert pause(FIVE, failures=1, chance=0.0) < pause(FIVE, failures=1, chance=1.0)


def test_what_the_source_asked_for_is_never_cut_short():
    assert pause(FIVE, failures=1, asked=timedelta(hours=3), chance=0.0) == timedelta(hours=3)
