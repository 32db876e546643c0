from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from inference.acts.act import Act, ActName
from inference.findings import MailKind
from inference.interactions import Day, days
from inference.timeline import OWNER, Encounter, Mail, Participant, Timeline

DANA = 7
MORNING = datetime(2026, 3, 2, 9, tzinfo=UTC)


def mail(number: int, author: int, *to: int, at: datetime = MORNING, **rest) -> Mail:
    return Mail(identity=f"m{number}", message_id=None, at=at, thread=number, author=author, to=to, **rest)


def acts(*names: str) -> tuple[Act, ...]:
    return tuple(Act(act=ActName(name), start=0, end=1, quote="x", confidence=0.9) for name in names)


def meeting(*answers: tuple[int, str], uid: str = "u", minutes: int = 60, **rest) -> Encounter:
    people = tuple(Participant(person=person, answer=answer) for person, answer in answers)
    settings = {"status": "confirmed", "organizer": DANA, **rest}
    return Encounter(uid=uid, start=MORNING, end=MORNING + timedelta(minutes=minutes), participants=people, **settings)


def contact(*mails: Mail, meetings: tuple[Encounter, ...] = ()) -> tuple[Day, ...]:
    return days(Timeline(person=DANA, key="k", names=("Dana Whitfield",), mails=mails, encounters=meetings))


def only(*mails: Mail, meetings: tuple[Encounter, ...] = ()) -> Day:
    (day,) = contact(*mails, meetings=meetings)
    return day


def test_a_mail_each_way_is_one_day_of_contact():
    day = only(mail(1, OWNER, DANA), mail(2, DANA, OWNER, at=MORNING + timedelta(hours=3)))
    assert day == Day(on=date(2026, 3, 2), sent=1.0, received=1.0, own_mails=1, their_mails=1)


def test_a_group_shares_the_weight_of_its_mail_and_cc_counts_half():
    assert only(mail(1, OWNER, DANA, 8, 9, 10)).sent == 0.25
    assert only(mail(1, DANA, OWNER, cc=(8,))).received == 0.5
    assert only(mail(1, DANA, 8, cc=(OWNER,))).received == 0.25


def test_more_than_twenty_five_counterparts_are_no_contact():
    crowd = tuple(range(8, 33))
    assert contact(mail(1, OWNER, DANA, *crowd)) == ()
    assert only(mail(1, OWNER, DANA, *crowd[:-1])).sent == pytest.approx(1 / 25)


@pytest.mark.parametrize("kind", [kind for kind in MailKind if kind is not MailKind.PERSONAL])
def test_only_personal_mail_makes_contact(kind):
    assert contact(mail(1, DANA, OWNER, kind=kind)) == ()


def test_mail_that_may_change_no_ledger_makes_no_contact():
    assert contact(mail(1, DANA, OWNER, trusted=False)) == ()


def test_mail_of_others_in_the_same_thread_makes_no_contact():
    assert contact(mail(1, 8, OWNER, DANA), mail(2, DANA, 8)) == ()


def test_a_mail_seen_twice_counts_once():
    assert only(mail(1, OWNER, DANA), mail(1, OWNER, DANA)).own_mails == 1


def test_own_mails_that_only_ask_or_only_tell_news_are_counted():
    day = only(
        mail(1, OWNER, DANA, acts=acts("ask", "schedule")),
        mail(2, OWNER, DANA, acts=acts("ask", "thanks")),
        mail(3, OWNER, DANA, acts=acts("news")),
        mail(4, OWNER, DANA, acts=acts("schedule")),
        mail(5, OWNER, DANA),
    )
    assert (day.own_mails, day.asks_only, day.news_only) == (5, 1, 1)


def test_the_hours_that_an_answer_took_are_kept():
    asked = mail(1, OWNER, DANA)
    answered = mail(2, DANA, OWNER, at=MORNING + timedelta(hours=30), answers="m1")
    assert [day.reply_hours for day in contact(answered, asked)] == [(), (30.0,)]


def test_a_meeting_of_two_counts_with_its_minutes_on_the_day_it_ended():
    day = only(meetings=(meeting((DANA, "accepted"), (OWNER, "accepted"), minutes=45),))
    assert (day.met, day.met_minutes, day.group_met) == (1, 45.0, 0)


def test_a_group_meeting_is_shared_and_those_who_declined_are_not_in_it():
    answers = [(DANA, "accepted"), (OWNER, "accepted"), (8, "tentative"), (9, "accepted"), (10, "declined")]
    day = only(meetings=(meeting(*answers),))
    assert (day.met, day.group_met, day.group_minutes, day.beside) == (0, 1, 20.0, (8, 9))
    assert day.group_weight == pytest.approx(1 / 3)


@pytest.mark.parametrize(
    "event",
    [
        meeting((DANA, "accepted"), (OWNER, "accepted"), status="cancelled"),
        meeting((DANA, "declined"), (OWNER, "accepted")),
        meeting((DANA, "accepted"), (OWNER, "declined")),
        meeting((DANA, "accepted"), (OWNER, "unanswered")),
        meeting((DANA, "accepted"), (OWNER, "accepted"), all_day=True),
        meeting((DANA, "accepted"), (8, "accepted")),
    ],
)
def test_meetings_that_did_not_take_place_are_no_contact(event):
    assert contact(meetings=(event,)) == ()


def test_an_unanswered_invitation_counts_from_somebody_the_owner_writes_to():
    invited = meeting((DANA, "accepted"), (OWNER, "unanswered"))
    assert sum(day.met for day in contact(mail(1, OWNER, DANA), meetings=(invited,))) == 1


def test_one_meeting_given_twice_counts_once_and_no_meeting_is_longer_than_a_working_day():
    event = meeting((DANA, "accepted"), (OWNER, "accepted"), minutes=3000)
    day = only(meetings=(event, event))
    assert (day.met, day.met_minutes) == (1, 480.0)


def test_days_are_days_of_utc():
    late = datetime(2026, 3, 2, 23, 30, tzinfo=UTC).astimezone()
    assert only(mail(1, OWNER, DANA, at=late)).on == date(2026, 3, 2)


_MAILS = st.lists(
    st.builds(
        mail,
        st.integers(0, 10_000),
        st.sampled_from([OWNER, DANA, 8]),
        st.sampled_from([OWNER, DANA, 8, 9]),
        at=st.datetimes(datetime(2025, 1, 1), datetime(2026, 1, 1), timezones=st.just(UTC)),  # noqa: DTZ001
        kind=st.sampled_from(MailKind),
        answers=st.sampled_from([None, "m1", "m2"]),
    ),
    unique_by=lambda each: each.identity,
)


@settings(deadline=None)
@given(_MAILS, st.randoms(use_true_random=False))
def test_the_order_of_arrival_does_not_matter(mails, random):
    before = contact(*mails)
    shuffled = [*mails, *mails[:3]]
    random.shuffle(shuffled)
    assert contact(*shuffled) == before
    assert list(before) == sorted(before, key=lambda day: day.on)
