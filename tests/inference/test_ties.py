from __future__ import annotations

import math
from datetime import date, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from inference.interactions import Day
from inference.ties import DORMANT_DAYS, strength, tie, ties

TODAY = date(2026, 6, 1)
DANA = 7


def ago(number: int, **rest) -> Day:
    return Day(on=TODAY - timedelta(days=number), **rest)


def both(number: int) -> Day:
    return ago(number, sent=1.0, received=1.0, own_mails=1, their_mails=1)


def every(gap: int, until: int, since: int) -> list[Day]:
    return [both(number) for number in range(until, since, gap)]


def test_strength_of_a_mail_each_way_today_as_worked_out_by_hand():
    # out = 1.5 · log2(2) = 1.5, in = 1; sqrt(ln 2.5 · ln 2) = 0.7969...
    assert strength([both(0)], TODAY) == pytest.approx(math.sqrt(math.log(2.5) * math.log(2)))


def test_strength_of_a_meeting_ninety_days_ago_as_worked_out_by_hand():
    # half of ln(1 + 3 + 1 hour) is left, both ways; known for 90 of 730 days adds 0.25 · 90/730
    met = ago(90, met=1, met_minutes=60.0)
    assert strength([met], TODAY) == pytest.approx(math.log(5) / 2 * (1 + 0.25 * 90 / 730))


def test_strength_halves_with_every_ninety_days_of_silence():
    days = [ago(number, met=1) for number in range(800, 1000, 20)]
    then = TODAY - timedelta(days=10)
    assert strength(days, then + timedelta(days=90)) == pytest.approx(strength(days, then) / 2)


def test_who_only_writes_or_is_only_written_to_stays_at_nothing():
    flood = [ago(number, received=9.0, their_mails=9) for number in range(365)]
    found = tie(DANA, flood, TODAY)
    assert (found.strength, found.two_way, found.drifting) == (0.0, False, False)
    assert "One way" in found.because["two_way"]
    assert tie(DANA, [ago(1, sent=1.0, own_mails=1)], TODAY).strength == 0.0


def test_a_meeting_beats_a_mail_sent_and_that_beats_a_mail_received():
    start = [both(10)]
    met = strength([*start, ago(5, met=1, met_minutes=30.0)], TODAY)
    sent = strength([*start, ago(5, sent=1.0)], TODAY)
    received = strength([*start, ago(5, received=1.0)], TODAY)
    assert met > sent > strength(start, TODAY)
    assert met > received > strength(start, TODAY)


def test_a_long_thread_earns_little():
    one = ago(5, sent=1.0, received=1.0)
    long = ago(5, sent=15.0, received=15.0)
    four = [ago(number, sent=1.0, received=1.0) for number in (5, 6, 7, 8)]
    assert strength([long], TODAY) < 1.05 * strength(four, TODAY)
    assert strength([long], TODAY) > strength([one], TODAY)


def test_rhythm_is_the_middle_gap_between_days_of_contact():
    found = tie(DANA, [both(number) for number in (5, 12, 19, 40, 47)], TODAY)
    assert found.rhythm_days == 7
    assert "every 7 days" in found.because["rhythm"]


def test_the_days_of_one_exchange_are_no_rhythm():
    bursts = [both(start + number) for start in (20, 80, 140, 200) for number in (0, 1, 2)]
    assert tie(DANA, bursts, TODAY).rhythm_days == 58


def test_people_in_touch_every_day_have_a_rhythm_of_a_day():
    assert tie(DANA, every(1, 0, 90), TODAY).rhythm_days == 1


@pytest.mark.parametrize(("layer", "expected"), [(5, 7), (15, 28), (50, 112), (150, 112), (0, 112)])
def test_a_short_history_is_measured_by_its_layer(layer, expected):
    found = tie(DANA, [both(3), both(40)], TODAY, layer=layer)
    assert found.rhythm_days == expected
    assert "assumed" in found.because["rhythm"]


def test_a_tie_drifts_after_three_times_its_own_rhythm():
    monthly = every(28, 80, 400)
    assert not tie(DANA, monthly, TODAY).drifting
    assert tie(DANA, monthly, TODAY + timedelta(days=5)).drifting
    assert not tie(DANA, monthly, TODAY + timedelta(days=4)).drifting


def test_no_tie_drifts_before_thirty_days():
    weekly = every(2, 0, 100)
    assert not tie(DANA, weekly, TODAY + timedelta(days=29)).drifting
    assert tie(DANA, weekly, TODAY + timedelta(days=30)).drifting


def test_an_errand_of_a_few_days_never_drifts():
    plumber = [both(number) for number in (400, 402, 405, 410)]
    found = tie(DANA, plumber, TODAY)
    assert found.two_way
    assert not found.drifting


def test_who_only_stood_on_the_same_lists_is_not_missed():
    listed = [ago(number, sent=0.05, received=0.05, own_mails=1, their_mails=1) for number in range(200, 400, 14)]
    found = tie(DANA, listed, TODAY)
    assert found.settled
    assert not found.drifting
    assert "too brief" in found.because["drifting"]


def test_a_tie_that_once_was_strong_sleeps_after_three_years():
    old = every(7, DORMANT_DAYS, DORMANT_DAYS + 200)
    found = tie(DANA, old, TODAY)
    assert (found.dormant, found.drifting, found.alive) == (True, False, False)
    assert found.once > 1 > found.strength
    assert not tie(DANA, old, TODAY - timedelta(days=1)).dormant


def test_group_meetings_make_a_tie_only_together():
    group = [ago(number, group_met=1, group_weight=0.25) for number in (1, 8, 15)]
    assert not tie(DANA, group, TODAY).two_way
    assert tie(DANA, [*group, ago(22, group_met=1, group_weight=0.25)], TODAY).two_way


def test_to_sing_in_one_choir_is_not_to_be_close():
    rehearsals = [ago(number, group_met=1, group_weight=1 / 6, group_minutes=20.0) for number in range(0, 300, 7)]
    friend = [both(number) for number in (10, 40, 70)]
    assert 0 < strength(rehearsals, TODAY) < strength(friend, TODAY)
    assert strength([*rehearsals, *friend], TODAY) > strength(friend, TODAY)


def test_what_comes_after_the_day_is_not_looked_at():
    past = every(7, 10, 200)
    assert tie(DANA, [*past, both(-5)], TODAY) == tie(DANA, past, TODAY)


def test_without_contact_there_is_nothing():
    found = tie(DANA, [], TODAY)
    assert (found.strength, found.last_contact, found.silent_days, found.alive) == (0.0, None, None, False)


def test_layers_hold_so_many_of_the_strongest_two_way_ties():
    contacts = {number: every(7, number, 300) for number in range(1, 21)}
    contacts[99] = [ago(number, received=5.0, their_mails=5) for number in range(100)]
    found = ties(contacts, TODAY)
    assert [found[number].layer for number in (1, 5, 6, 15, 16, 20, 99)] == [5, 5, 15, 15, 50, 50, 0]


def test_an_errand_is_in_no_inner_layer_however_few_ties_there_are():
    contacts = {1: every(7, 0, 300), 2: [both(1), both(2), both(3)]}
    assert [found.layer for found in ties(contacts, TODAY).values()] == [5, 50]


def test_every_number_says_why():
    found = tie(DANA, every(7, 10, 200), TODAY, layer=5)
    assert set(found.because) == {"strength", "layer", "two_way", "rhythm", "drifting", "dormant"}
    assert all(text.endswith(".") for text in found.because.values())


_DAY = st.builds(
    Day,
    on=st.dates(date(2023, 1, 1), TODAY),
    sent=st.floats(0, 20),
    received=st.floats(0, 20),
    own_mails=st.integers(0, 5),
    their_mails=st.integers(0, 5),
    met=st.integers(0, 2),
    met_minutes=st.floats(0, 480),
    group_met=st.integers(0, 2),
    group_weight=st.floats(0, 1),
)
_DAYS = st.lists(_DAY, max_size=20, unique_by=lambda day: day.on)


@settings(deadline=None)
@given(_DAYS, _DAY)
def test_more_contact_never_makes_a_tie_weaker_on_the_same_day(days, more):
    assert strength([*days, more], TODAY) >= strength(days, TODAY) - 1e-9


@settings(deadline=None)
@given(_DAYS, st.randoms(use_true_random=False))
def test_the_order_of_days_does_not_matter(days, random):
    before = tie(DANA, days, TODAY)
    random.shuffle(days)
    after = tie(DANA, days, TODAY)
    assert after.strength == pytest.approx(before.strength)
    assert (after.rhythm_days, after.drifting, after.two_way) == (before.rhythm_days, before.drifting, before.two_way)


@settings(deadline=None)
@given(
    st.lists(st.builds(Day, on=st.dates(date(2023, 1, 1), TODAY), received=st.floats(0, 99), their_mails=st.just(9)))
)
def test_nobody_becomes_close_by_mailing_often(days):
    found = tie(DANA, days, TODAY)
    assert (found.strength, found.two_way, found.drifting, found.dormant) == (0.0, False, False, False)
