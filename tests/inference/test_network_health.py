from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from itertools import count
from zoneinfo import ZoneInfo

import pytest

from inference.acts.act import ActName, FavorType
from inference.bridges import bridges
from inference.debts import debts
from inference.favor import Evidence, Favor, Step
from inference.health import Health, coverage, health
from inference.interactions import Day
from inference.network import Network, PersonView, favors_of, favors_with_state
from inference.reciprocity import ask_share, balance, follow_through, time_spent, usual_reply_days
from inference.ties import ties
from inference.timeline import OWNER

NOW = datetime(2026, 6, 1, 12, tzinfo=UTC)
TODAY = NOW.date()
DANA, ED, FAY = 1, 2, 3
_NUMBERS = count()


def favor(
    giver: int, receiver: int, *steps: tuple[str, int], kind: FavorType = FavorType.ADVICE, confidence=0.9
) -> Favor:
    """A favor whose steps happened so many days ago."""
    times = [NOW - timedelta(days=days) for _, days in steps]
    return Favor(
        id=f"{next(_NUMBERS):012x}",
        person=giver or receiver,
        type=kind,
        giver=giver,
        receiver=receiver,
        steps=tuple(
            Step(what=what, at=at, evidence=0, because="x") for (what, _), at in zip(steps, times, strict=True)
        ),
        evidence=(Evidence(act=ActName.ASK, at=times[0], author=receiver, quote="x", confidence=confidence),),
        confidence=confidence,
    )


def ago(number: int, **rest) -> Day:
    return Day(on=TODAY - timedelta(days=number), **rest)


def both(number: int, **rest) -> Day:
    return ago(number, sent=1.0, received=1.0, own_mails=1, their_mails=1, **rest)


def network(contacts=None, favors=(), people=None, **rest) -> Network:
    people = people or {number: view(number) for number in (DANA, ED, FAY)}
    return Network(
        as_of=NOW,
        zone=ZoneInfo("Europe/Stockholm"),
        owner_name="Maya Lindqvist",
        people=people,
        favors=tuple(favors),
        contacts=contacts or {},
        **rest,
    )


def view(number: int, **rest) -> PersonView:
    return PersonView(id=number, key=f"{number:012x}", name=f"P{number}", emails=(f"p{number}@x.example",), **rest)


def figures(found: Health) -> dict[str, tuple[float, float | None]]:
    return {figure.id: (figure.now, figure.before) for figure in found.figures}


def test_favors_are_seen_as_they_stood_on_the_day():
    late = favor(DANA, OWNER, ("asked", 40), ("delivered", 3))
    ((_, then),) = favors_with_state([late], NOW - timedelta(days=10))
    assert then.status == "asked"
    assert favors_with_state([late], NOW - timedelta(days=50)) == []
    assert favors_with_state([favor(DANA, OWNER, ("asked", 4), confidence=0.2)], NOW, confidence=0.5) == []
    assert favors_of(network(favors=[late, favor(ED, OWNER, ("asked", 1))]), DANA) == (late,)


def test_follow_through_counts_what_was_asked_and_is_silent_under_three():
    asked = [
        favor(DANA, OWNER, ("asked", 90), ("delivered", 80)),
        favor(DANA, OWNER, ("asked", 60), ("declined", 55)),
        favor(DANA, OWNER, ("asked", 2)),  # still being answered
        favor(DANA, OWNER, ("offered", 50)),  # nobody asked
        favor(OWNER, DANA, ("asked", 50)),  # the other way round
    ]
    few = follow_through(asked, NOW, giver=DANA)
    assert (few.asked, few.delivered, few.declined, few.rate) == (2, 1, 1, None)
    enough = follow_through([*asked, favor(DANA, OWNER, ("asked", 30))], NOW, giver=DANA)
    assert enough.rate == pytest.approx(1 / 3)
    assert enough.because == "They did 1 of 3 things asked of them and said no to 1."


def test_the_balance_counts_only_what_was_delivered_by_type():
    found = balance(
        [
            favor(DANA, OWNER, ("delivered", 80), kind=FavorType.INTRO),
            favor(DANA, OWNER, ("delivered", 70), kind=FavorType.INTRO),
            favor(OWNER, DANA, ("asked", 20), ("delivered", 10), kind=FavorType.FEEDBACK),
            favor(OWNER, DANA, ("asked", 20), ("promised", 10)),
        ],
        NOW,
    )
    assert (found.given, found.received, found.net) == (1, 2, -1)
    assert found.by_type == {FavorType.FEEDBACK: (1, 0), FavorType.INTRO: (0, 2)}
    assert found.because == "1 given, 2 received (feedback: 1 given, 0 received; intro: 0 given, 2 received)."


def test_the_share_of_mails_that_only_ask_needs_five_mails():
    days = [ago(number, own_mails=1, asks_only=int(number < 3)) for number in range(4)]
    assert ask_share(days, TODAY).asks_share is None
    found = ask_share([*days, ago(9, own_mails=2, news_only=1), ago(400, own_mails=50)], TODAY)
    assert (found.own_mails, found.asks_share, found.news_share) == (6, 0.5, pytest.approx(1 / 6))
    assert found.because == "Of your 6 mails in 365 days 3 only ask and 1 only tell your own news."


def test_nine_in_ten_replies_come_within_the_usual_time():
    days = [ago(number, reply_hours=(float(number),)) for number in range(24, 240, 24)] + [ago(1, reply_hours=(240.0,))]
    assert usual_reply_days(days, TODAY) == 9.0
    assert usual_reply_days(days[:4], TODAY) is None


def test_hours_and_mails_of_a_stretch_of_days():
    days = [
        ago(0, met=1, met_minutes=90.0, own_mails=2),
        ago(29, group_minutes=30.0, their_mails=1),
        ago(30, own_mails=9),
    ]
    found = time_spent(days, TODAY, within_days=30)
    assert (found.hours, found.own_mails, found.their_mails) == (2.0, 2, 1)


def test_a_bridge_alone_leads_to_people_whom_no_other_tie_knows():
    contacts = {
        DANA: (both(5, beside=(70, 71)),),
        ED: (both(5, beside=(FAY, 80, 81)),),
        FAY: (both(5, beside=(ED, 80, 81)),),
    }
    (bridge,) = bridges(ties(contacts, TODAY), contacts, TODAY)
    assert (bridge.person, bridge.behind) == (DANA, (70, 71))
    shared = {**contacts, ED: (both(5, beside=(FAY, 70)),)}
    assert bridges(ties(shared, TODAY), shared, TODAY) == ()


def test_debts_are_due_neither_too_early_nor_for_ever():
    favors = [
        favor(OWNER, DANA, ("asked", 1)),
        favor(OWNER, DANA, ("asked", 2)),
        favor(OWNER, DANA, ("asked", 200)),
        favor(OWNER, DANA, ("asked", 30), ("promised", 5)),
        favor(DANA, OWNER, ("delivered", 2)),
        favor(DANA, OWNER, ("delivered", 3)),
        favor(DANA, OWNER, ("asked", 41), ("delivered", 40), ("thanked", 39)),
        favor(DANA, OWNER, ("delivered", 40), ("thanked", 39)),
        favor(DANA, OWNER, ("delivered", 40), ("thanked", 39), ("outcome_told", 9)),
        favor(DANA, OWNER, ("delivered", 40), ("thanked", 39), kind=FavorType.RESOURCE),
        favor(DANA, OWNER, ("asked", 6)),
        favor(DANA, OWNER, ("asked", 60), ("promised", 4)),
    ]
    found = debts(favors, NOW)
    assert (found.asks_unanswered, found.promises_open, found.thanks_owed, found.outcomes_untold, found.waiting_on) == (
        1,
        1,
        1,
        1,
        1,
    )


def test_unasked_advice_has_no_outcome_to_tell_and_an_unasked_introduction_has():
    advice = favor(DANA, OWNER, ("delivered", 40), ("thanked", 39))
    introduction = favor(DANA, OWNER, ("delivered", 40), ("thanked", 39), kind=FavorType.INTRO)
    assert debts([advice], NOW).outcomes_untold == 0
    assert debts([introduction], NOW).outcomes_untold == 1


def test_coverage_names_who_has_helped_and_where_there_is_nobody():
    favors = [
        favor(ED, OWNER, ("delivered", 9), kind=FavorType.INTRO),
        favor(DANA, OWNER, ("delivered", 9), kind=FavorType.INTRO),
        favor(DANA, OWNER, ("delivered", 8), kind=FavorType.INTRO),
        favor(FAY, OWNER, ("promised", 8), kind=FavorType.REFERRAL),
    ]
    found = {each.type: each for each in coverage(favors, NOW)}
    assert found[FavorType.INTRO].givers == (DANA, ED)
    assert found[FavorType.REFERRAL].givers == ()
    assert found[FavorType.REFERRAL].because == "Nobody has given this yet."
    assert set(found) == set(FavorType)


def test_health_puts_last_month_beside_every_figure():
    contacts = {
        DANA: tuple(both(number) for number in range(7, 300, 7)),
        ED: (both(3),),
        FAY: tuple(both(number) for number in range(100, 300, 14)),
    }
    favors = [
        favor(DANA, OWNER, ("delivered", 10), ("thanked", 9)),
        favor(OWNER, DANA, ("asked", 45), ("delivered", 35)),
    ]
    found = health(network(contacts, favors))
    assert figures(found) == {
        "roster": (3, None),
        "ties": (3, 2),
        "alive": (2, 1),
        "alive_share": (67, 50),
        "new_ties": (1, 0),
        "drifting": (1, 1),
        "asks_unanswered": (0, 0),
        "promises_open": (0, 0),
        "thanks_owed": (0, 0),
        "outcomes_untold": (0, 0),
        "waiting_on": (0, 0),
        "given": (0, 1),
        "received": (1, 0),
        "hours": (0, 0),
        "mails_a_tie": (2.5, 4.0),
    }
    assert [cost.person for cost in found.costs] == [DANA, ED]


def test_the_picture_has_twelve_months_with_the_oldest_first_and_none_that_has_just_begun():
    contacts = {DANA: (both(0), both(1, met=1, met_minutes=30.0), both(200)), ED: (both(1), ago(400, sent=1.0))}
    favors = [favor(DANA, OWNER, ("delivered", 1)), favor(OWNER, ED, ("delivered", 2))]
    months = health(network(contacts, favors)).months
    assert [month.start for month in months][::11] == [date(2025, 6, 1), date(2026, 5, 1)]
    may = months[-1]
    assert (may.alive, may.given, may.received, may.hours) == (2, 1, 1, 0.5)
    assert sum(month.alive for month in months) == 3
    later = health(replace(network(contacts, favors), as_of=NOW + timedelta(days=7))).months
    assert (later[-1].start, later[-1].alive) == (date(2026, 6, 1), 1)


def test_the_roster_of_last_month_is_known_where_first_days_are():
    people = {
        DANA: view(DANA, first_seen=date(2026, 1, 1)),
        ED: view(ED, first_seen=date(2026, 5, 20)),
        FAY: view(FAY, role=True),
    }
    assert figures(health(network(people=people)))["roster"] == (2, 1)


def test_muted_people_and_shared_mailboxes_have_no_part_in_health():
    people = {DANA: view(DANA, muted=True), ED: view(ED, role=True), FAY: view(FAY)}
    contacts = {number: (both(1),) for number in people}
    favors = [favor(number, OWNER, ("delivered", 5)) for number in people]
    found = health(network(contacts, favors, people))
    assert figures(found)["ties"][0] == 1
    assert figures(found)["thanks_owed"][0] == 1


def test_an_empty_network_has_figures_of_nothing():
    found = health(network(people={DANA: view(DANA)}))
    assert figures(found)["alive_share"] == (0, 0)
    assert len(found.months) == 12


def test_the_owners_day_begins_in_the_owners_zone():
    late = Network(
        as_of=datetime(2026, 5, 31, 22, 30, tzinfo=UTC), zone=ZoneInfo("Europe/Stockholm"), owner_name="", people={}
    )
    assert late.today == date(2026, 6, 1)
