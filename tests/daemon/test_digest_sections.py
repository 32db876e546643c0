"""What is due, from which day on, and what stays out of the letter."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from daemon.digest.build import build
from daemon.digest.section import Thresholds
from inference.network import AccountState, Ahead, News
from tests.daemon.digest_sample import AS_OF, contact, days_ago, favor, network, person


def section(net, id_, thresholds=None):
    document = build(net, thresholds or Thresholds())
    return next(part for part in document.sections if part.id == id_).items


def names(net, id_, thresholds=None):
    return [item.person.name for item in section(net, id_, thresholds)]


def due(id_, *steps, kind="advice", to_owner=True, **more):
    return bool(section(network(favor(1, 1, kind, *steps, to_owner=to_owner), **more), id_))


def test_an_ask_is_due_after_two_days_without_an_answer():
    assert due("answer", ("asked", 2, "Could you?"), to_owner=False)
    assert not due("answer", ("asked", 1, "Could you?"), to_owner=False)


def test_an_ask_that_was_promised_done_or_declined_needs_no_answer():
    for step in ("promised", "delivered", "declined"):
        assert not due("answer", ("asked", 9, "Could you?"), (step, 3, "…"), to_owner=False)


def test_what_was_answered_only_after_the_letters_day_is_still_open():
    assert due("answer", ("asked", 9, "Could you?"), ("delivered", -1, "Here."), to_owner=False)


def test_an_ask_of_half_a_year_ago_has_settled_itself():
    assert due("answer", ("asked", 180, "Could you?"), to_owner=False)
    assert not due("answer", ("asked", 181, "Could you?"), to_owner=False)


def test_small_things_settle_themselves_within_two_months():
    for id_, to_owner in (("answer", False), ("waiting_on", True)):
        for kind in ("info", "action"):
            assert due(id_, ("asked", 60, "Which day was it?"), kind=kind, to_owner=to_owner)
            assert not due(id_, ("asked", 61, "Which day was it?"), kind=kind, to_owner=to_owner)


def test_past_helpers_are_answered_first_and_what_they_did_is_said():
    net = network(
        favor(1, 1, "advice", ("asked", 3, "?"), to_owner=False),
        favor(2, 2, "advice", ("asked", 9, "?"), to_owner=False),
        favor(3, 2, "referral", ("delivered", 100, "Done."), ("thanked", 99, "Thanks")),
        favor(4, 2, "intro", ("delivered", 40, "Meet Ines."), ("thanked", 39, "Thanks")),
    )
    assert names(net, "answer") == ["Person 2", "Person 1"]
    because = section(net, "answer")[0].because
    assert because == "No answer from you since. They gave you an introduction and a referral, most recently in April."


def test_several_asks_of_one_person_are_one_item_led_by_the_weightiest():
    net = network(
        favor(1, 1, "info", ("asked", 30, "Which day?"), to_owner=False),
        favor(2, 1, "intro", ("asked", 9, "Do you know Ines?"), to_owner=False, matter="Ines"),
    )
    (item,) = section(net, "answer")
    assert [item.favor_ids[0], len(item.favor_ids)] == [net.favors[1].id, 2]
    assert item.after == " asked you for an introduction nine days ago, one of two things."
    assert (item.quote.text, item.matter) == ("Do you know Ines?", "Ines")


def test_a_promise_is_due_after_five_days():
    assert due("keep_promise", ("asked", 20, "?"), ("promised", 5, "I will."), to_owner=False)
    assert not due("keep_promise", ("asked", 20, "?"), ("promised", 4, "I will."), to_owner=False)


def test_thanks_are_due_three_days_after_the_help():
    assert due("thank", ("delivered", 3, "Here."), kind="resource")
    assert not due("thank", ("delivered", 2, "Here."), kind="resource")
    assert not due("thank", ("delivered", 9, "Here."), ("thanked", 8, "Thanks!"), kind="resource")


def test_who_was_told_how_it_turned_out_is_not_said_to_be_unthanked():
    assert not due("thank", ("asked", 50, "Would you?"), ("delivered", 40, "Here."), ("outcome_told", 5, "It worked."))


def test_nobody_is_thanked_for_what_the_owner_did():
    assert not due("thank", ("delivered", 9, "Here."), to_owner=False)


@pytest.mark.parametrize("kind", ["intro", "referral", "advice", "feedback", "support", "time"])
def test_an_outcome_is_due_after_21_days_for_help_that_turns_out_somehow(kind):
    asked = ("asked", 50, "Would you?")
    assert due("tell_outcome", asked, ("delivered", 21, "Here."), kind=kind)
    assert not due("tell_outcome", asked, ("delivered", 20, "Here."), kind=kind)
    assert not due("tell_outcome", asked, ("delivered", 40, "Here."), ("outcome_told", 5, "It worked."), kind=kind)


def test_of_unasked_help_only_what_opens_a_door_has_an_outcome():
    assert not due("tell_outcome", ("delivered", 40, "I would cut page two."), kind="feedback")
    assert due("tell_outcome", ("delivered", 40, "I put in a word for you."), kind="referral")


@pytest.mark.parametrize(
    ("section", "steps"),
    [
        ("thank", [("asked", 12, "Would you?"), ("delivered", 9, "Here."), ("maybe_thanked", 8, "Ha!")]),
        ("tell_outcome", [("asked", 50, "Would you?"), ("delivered", 40, "Here."), ("maybe_told", 8, "Guess what.")]),
        ("waiting_on", [("asked", 12, "Would you?"), ("maybe_delivered", 9, "Hm, there.")]),
    ],
)
def test_nobody_is_accused_of_what_may_have_been_done(section, steps):
    assert due(section, *steps[:-1], kind="advice")
    assert not due(section, *steps, kind="advice")


@pytest.mark.parametrize("kind", ["info", "action", "resource"])
def test_small_things_have_no_outcome_to_tell(kind):
    assert not due("tell_outcome", ("delivered", 60, "Here."), kind=kind)


def test_what_was_asked_for_or_promised_is_waited_for_after_five_days():
    assert due("waiting_on", ("asked", 5, "Could you?"))
    assert not due("waiting_on", ("asked", 4, "Could you?"))
    assert due("waiting_on", ("asked", 30, "Could you?"), ("promised", 5, "I will."))
    assert not due("waiting_on", ("asked", 30, "Could you?"), ("promised", 4, "I will."))
    assert not due("waiting_on", ("offered", 30, "I could."))


def test_slow_correspondents_get_the_time_they_usually_take():
    slow = {1: contact(200, 150, 100, 60, 30, replies=(190.0,))}
    assert not due("waiting_on", ("asked", 7, "Could you?"), contacts=slow)
    assert due("waiting_on", ("asked", 8, "Could you?"), contacts=slow)


def test_giving_back_is_due_at_two_favors_more():
    two = [favor(n, 1, "advice", ("delivered", 40 + n, "Here."), ("thanked", 39, "Thanks")) for n in (1, 2)]
    back = favor(3, 1, "info", ("delivered", 9, "Here."), to_owner=False)
    assert names(network(*two), "give_back") == ["Person 1"]
    assert names(network(*two, back), "give_back") == []
    assert section(network(*two), "give_back")[0].after == " has helped you twice; you have helped them never."


def test_a_tie_that_is_silent_for_three_times_its_rhythm_is_drifting():
    net = network(people=(person(1, "Henrik"),), contacts={1: contact(*range(40, 340, 10))})
    (item,) = section(net, "drifting")
    assert item.after == " has been quiet for six weeks."
    assert item.because.startswith("You used to be in touch every ten days.")


def test_whom_the_owner_meets_soon_is_not_drifting():
    net = network(
        people=(person(1, "Henrik"),),
        contacts={1: contact(*range(40, 340, 10))},
        ahead=(Ahead(person=1, start=AS_OF + timedelta(days=3)),),
    )
    assert names(net, "drifting") == []


def test_at_most_two_sleeping_ties_are_named_the_closest_first():
    close = {n: contact(*range(1200, 1400, 8 + n), met=60.0) for n in (1, 2, 3)}
    net = network(people=tuple(person(n, f"Person {n}") for n in close), contacts=close)
    assert names(net, "drifting") == ["Person 1", "Person 2"]


def news(told, days=10):
    return News(at=days_ago(days), quote="I am moving to Lund.", told=frozenset(told))


def test_close_people_who_have_not_heard_the_owners_news_are_named():
    people = (person(1, "Told"), person(2, "Untold"))
    ties = {1: contact(5, 20, 60), 2: contact(5, 20, 60)}
    assert names(network(people=people, contacts=ties, news=(news({1}),)), "share_news") == ["Untold"]
    assert names(network(people=people, contacts=ties, news=(news({1}, days=50),)), "share_news") == []
    assert names(network(people=people, contacts=ties, news=(news(()),)), "share_news") == []


def test_news_told_in_another_mail_or_at_a_meeting_since_is_heard():
    people = (person(1, "Told"), person(2, "Met"), person(3, "Other mail"))
    ties = {1: contact(5, 20), 2: contact(5, 20, met=30.0), 3: contact(5, 20)}
    net = network(people=people, contacts=ties, news=(news({1}), news({3}, days=8)))
    assert names(net, "share_news") == []


def test_help_of_the_last_seven_days_is_told_with_how_it_came_about():
    net = network(
        favor(1, 1, "intro", ("asked", 6, "?"), ("delivered", 3, "Meet Ines."), ("thanked", 2, "Thanks")),
        favor(2, 2, "support", ("delivered", 7, "I was there."), ("thanked", 2, "Thanks")),
        favor(3, 3, "support", ("delivered", 8, "I was there."), ("thanked", 2, "Thanks")),
    )
    found = {item.person.name: (item.after, item.because) for item in section(net, "showed_up")}
    assert found == {
        "Person 1": (" made an introduction for you on Friday.", "You had asked three days before."),
        "Person 2": (" supported you on 25 May.", "You had not asked."),
    }


def test_follow_through_is_told_from_three_asks_on():
    asked = [favor(n, 1, "info", ("asked", 90, "?"), ("delivered", 89, "This."), ("thanked", 88, "")) for n in (2, 3)]
    last = favor(1, 1, "intro", ("asked", 6, "?"), ("delivered", 3, "Meet Ines."), ("thanked", 2, "Thanks"))
    open_one = favor(4, 1, "info", ("asked", 60, "?"))
    three = section(network(last, asked[0], open_one), "showed_up")[0].because
    assert three == "You had asked three days before. They have done two of the three things you asked of them."
    assert "They have done" not in section(network(last, asked[0]), "showed_up")[0].because
    assert "done all three things" in section(network(last, *asked), "showed_up")[0].because


def test_an_exchange_that_ran_one_way_is_told_in_counts():
    theirs = [
        favor(n, 1, "action", ("asked", 100 - n, "Could you?"), ("delivered", 90 - n, "Done."), to_owner=False)
        for n in range(4)
    ]
    ours = favor(9, 1, "advice", ("asked", 190, "How did you do it?"))
    (item,) = section(network(*theirs, ours), "one_sided")
    assert item.after == " has asked you for four things since 21 February; you did all of them."
    assert item.because == "You have asked them for one thing; none was done."
    assert names(network(*theirs[:3], ours), "one_sided") == []
    helped = favor(10, 1, "advice", ("delivered", 50, "Like this."), ("thanked", 49, "Thanks"))
    assert section(network(*theirs, helped), "one_sided")[0].because.endswith("and one thing came unasked.")
    assert names(network(*theirs, helped, replace(helped, id="0" * 12)), "one_sided") == []


def test_mails_that_nearly_only_ask_are_told_in_counts():
    def written(asking):
        days = [replace(day, asks_only=int(n < asking)) for n, day in enumerate(contact(10, 40, 70, 100, 130, 160))]
        return network(people=(person(1, "Rupert"),), contacts={1: tuple(days)})

    (item,) = section(written(5), "one_sided")
    assert f"{item.before}Rupert{item.after}" == (
        "Of the six mails that you wrote to Rupert within a year, five do nothing but ask."
    )
    assert names(written(4), "one_sided") == []


def test_uncertain_favors_stay_out_of_the_letter():
    unsure = favor(1, 1, "intro", ("asked", 9, "?"), to_owner=False, confidence=0.49)
    assert names(network(unsure), "answer") == []
    assert names(network(unsure), "answer", Thresholds(confidence=0.4)) == ["Person 1"]


def test_muted_people_and_shared_mailboxes_are_never_named():
    steps = ("asked", 9, "?")
    for quality in ({"muted": True}, {"role": True}):
        who = person(1, "Desk", **quality)
        net = network(
            favor(1, 1, "intro", steps, to_owner=False),
            people=(who,),
            contacts={1: contact(*range(40, 340, 10))},
            news=(news({5}),),
        )
        assert not any(part.items for part in build(net, Thresholds()).sections)


def test_the_config_may_change_when_something_is_due():
    net = network(favor(1, 1, "advice", ("asked", 3, "?"), to_owner=False))
    assert names(net, "answer", Thresholds(answer_days=4)) == []


def test_days_are_those_of_the_owners_calendar():
    """Asked on Saturday just before midnight in Stockholm: two days ago on Monday morning, not one."""
    late = favor(1, 1, "advice", ("asked", 2, "?"), to_owner=False)
    at = datetime(2026, 5, 30, 21, 50, tzinfo=UTC)
    step, proof = replace(late.steps[0], at=at), replace(late.evidence[0], at=at)
    late = replace(late, steps=(step,), evidence=(proof,))
    assert section(network(late), "answer")[0].quote.on.isoformat() == "2026-05-30"
    after_midnight = replace(step, at=at + timedelta(minutes=20))
    assert section(network(replace(late, steps=(after_midnight,))), "answer") == ()


def test_accounts_in_trouble_stand_first_and_silence_is_trouble():
    net = network(
        accounts=(
            AccountState(name="fine", kind="mbox", last_success=AS_OF - timedelta(hours=30)),
            AccountState(name="silent", kind="mbox", last_success=AS_OF - timedelta(hours=49)),
            AccountState(name="refused", kind="imap", last_success=AS_OF, problem="The login expired."),
            AccountState(name="new", kind="ics"),
        )
    )
    document = build(net, Thresholds())
    assert document.sections[0].id == "accounts"
    assert [item.person.name for item in document.sections[0].shown] == ["new", "refused", "silent"]
    assert document.accounts_line == (
        "Three of four accounts are not being read as they should be, so this letter may lack something."
    )


def test_a_reminder_rests_on_no_step_that_was_hardly_seen():
    hardly = favor(1, 1, "referral", ("asked", 9, "?"), ("promised", 8, "Perhaps."), to_owner=False)
    faint = replace(hardly, evidence=tuple(replace(each, confidence=0.55) for each in hardly.evidence))
    assert names(network(hardly), "keep_promise") == ["Person 1"]
    assert names(network(faint), "keep_promise") == []
