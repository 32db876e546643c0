"""Who may say what about a meeting, and what a calendar that is read from the beginning takes away."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from itertools import permutations

import pytest

from connectors.protocol import Stream
from connectors.records import Address, Removed
from daemon.pipeline import sync_account
from daemon.refresh import refresh
from daemon.store import UnderWay
from daemon.store.people import person_number
from inference.people import person_key
from inference.timeline import OWNER
from tests.daemon.store_dump import dump
from tests.daemon.store_sample import AOIFE, DANA, MAYA, NOW, START, TOMAS, batch, feed, mail, meeting, own

EVE = Address(email="eve@elsewhere.example", name="Eve")
LUNCH = meeting("m", organizer=DANA, stamp=START, method="REQUEST", summary="Lunch")
MOVED = replace(LUNCH, sequence=1, start=LUNCH.start + timedelta(days=1), end=LUNCH.end + timedelta(days=1))
CANCELLED = replace(LUNCH, sequence=2, status="cancelled", method="CANCEL")


def number(address):
    return person_number(person_key([address.email]))


def reply(who, answer, *, about=LUNCH, later=1):
    """What ``who`` answers, some hours after the invitation."""
    stamp = START + timedelta(hours=later)
    answered = meeting("m", attendees=(who,), answers={who: answer}).attendees
    return replace(about, method="REPLY", attendees=answered, stamp=stamp)


def accepted_by_owner(about=LUNCH):
    return own("yes", to=(DANA,), meetings=(reply(MAYA, "accepted", about=about),))


def played(store, owner, *changes, calendar=()):
    """The store after these mails and entries of the owner's calendar, and a refresh."""
    for each in changes:
        feed(store, each)
    for each in calendar:
        feed(store, each, stream="calendar")
    refresh(store, owner)
    return store


def rows(store):
    """(status, start) of the meetings."""
    with store._database.reading() as access:
        return [tuple(row) for row in access.rows("SELECT status, start FROM meetings ORDER BY start")]


def encounters(store, address):
    timeline = store.timeline(number(address))
    return () if timeline is None else timeline.encounters


def answers(store, address):
    (encounter,) = encounters(store, address)
    return {each.person: each.answer for each in encounter.participants}


FROM_STRANGERS = {
    "a cancellation in the organizer's name": replace(CANCELLED, sequence=9),
    "a cancellation without an organizer": replace(CANCELLED, sequence=9, organizer=None),
    "a cancellation in their own name": replace(CANCELLED, sequence=9, organizer=EVE),
    "another time in the organizer's name": replace(MOVED, sequence=9),
    "another time in their own name": replace(MOVED, sequence=9, organizer=EVE),
    "answers of others": replace(LUNCH, stamp=NOW, attendees=meeting("m", answers={DANA: "declined"}).attendees),
    "an answer of the organizer's": reply(DANA, "declined"),
    "an answer of somebody who was not invited": reply(EVE, "accepted"),
}


@pytest.mark.parametrize("said", FROM_STRANGERS.values(), ids=FROM_STRANGERS)
@pytest.mark.parametrize("known_from", ["mail", "calendar"])
def test_a_strangers_mail_changes_nothing_about_other_peoples_meetings(sqlite_stores, owner, said, known_from):
    known = [mail("invite", meetings=(LUNCH,)), accepted_by_owner()]
    calendar = [replace(LUNCH, key="c", method="")] if known_from == "calendar" else []
    undisturbed = played(sqlite_stores(), owner, *known, calendar=calendar)
    forged = mail("forged", sender=EVE, meetings=(said,))
    for order in ([*known, forged], [forged, *known]):
        store = played(sqlite_stores(), owner, *order, calendar=calendar)
        assert rows(store) == rows(undisturbed)
        assert encounters(store, DANA) == encounters(undisturbed, DANA) != ()
        assert EVE.email not in {email for email, *_ in dump(store)["invitations"]}


def test_the_organizer_moves_and_cancels(sqlite_stores, owner):
    invitation, moved, cancelled = (
        mail(name, meetings=(said,)) for name, said in (("i", LUNCH), ("m", MOVED), ("c", CANCELLED))
    )
    for order in permutations((invitation, moved)):
        assert (
            rows(played(sqlite_stores(), owner, *order))[0][1] > rows(played(sqlite_stores(), owner, invitation))[0][1]
        )
    for order in permutations((invitation, moved, cancelled)):
        assert [status for status, _ in rows(played(sqlite_stores(), owner, *order))] == ["cancelled"]


def test_a_mail_never_outranks_what_a_calendar_shows(sqlite_stores, owner):
    entry = replace(LUNCH, key="c", method="")
    store = played(sqlite_stores(), owner, mail("c", meetings=(replace(CANCELLED, sequence=9),)), calendar=[entry])
    assert [status for status, _ in rows(store)] == ["confirmed"]


def test_of_several_calendars_the_highest_sequence_and_then_the_latest_stamp_is_the_meeting(stores):
    store = stores()
    for day, sequence, stamp in ((1, 1, NOW + timedelta(days=1)), (2, 2, NOW), (3, 2, START)):
        feed(store, meeting("m", key=str(day), day=day, sequence=sequence, stamp=stamp, summary=str(day)), stream="c")
    assert [row[-3] for row in dump(store)["meetings"]] == ["2"]


def test_what_the_calendar_dropped_comes_back_only_by_a_later_invitation_of_its_organizer(stores):
    store = stores()
    feed(store, mail("i", meetings=(LUNCH,)))
    feed(store, replace(LUNCH, key="c", method=""), stream="calendar")
    feed(store, Removed(key="c"), stream="calendar")
    assert rows(store) == []
    feed(store, mail("forged", sender=EVE, meetings=(replace(MOVED, organizer=EVE),)))
    assert rows(store) == []
    feed(store, mail("j", meetings=(MOVED,)))
    assert len(rows(store)) == 1


def test_an_answer_that_comes_by_mail_is_taken_up_where_the_calendar_has_none(sqlite_stores, owner):
    three = meeting("m", attendees=(MAYA, DANA, AOIFE), answers={DANA: "unanswered", AOIFE: "accepted"}, key="c")
    said = [mail("d", meetings=(reply(DANA, "declined", about=three),)),
            mail("a", sender=AOIFE, meetings=(reply(AOIFE, "declined", about=three),))]  # fmt: skip
    store = played(sqlite_stores(), owner, *said, calendar=[three])
    assert answers(store, DANA) == {OWNER: "accepted", number(DANA): "declined", number(AOIFE): "accepted"}


def test_nobody_answers_for_the_owner(sqlite_stores, owner):
    entry = meeting("m", key="c", organizer=DANA, answers={MAYA: "unanswered"})
    forged = mail("forged", sender=MAYA, to=(DANA,), meetings=(reply(MAYA, "declined", about=entry),))
    assert answers(played(sqlite_stores(), owner, forged, calendar=[entry]), DANA)[OWNER] == "unanswered"
    declined = replace(forged, key="s", own=True)
    assert answers(played(sqlite_stores(), owner, forged, declined, calendar=[entry]), DANA)[OWNER] == "declined"


def test_an_invitation_that_claims_to_be_the_owners_is_none_unless_it_is_own_mail(sqlite_stores, owner):
    lent = meeting("lent", organizer=MAYA, method="REQUEST", summary="Lent money")
    claimed = mail("claimed", sender=MAYA, to=(DANA,), meetings=(lent,))
    written = own("w", to=(DANA,))
    for sender in (claimed, mail("x", sender=EVE, meetings=(lent,))):
        assert encounters(played(sqlite_stores(), owner, written, sender), DANA) == ()
    (encounter,) = encounters(played(sqlite_stores(), owner, claimed, replace(claimed, key="s", own=True)), DANA)
    assert encounter.organizer == OWNER


def test_a_claim_to_be_the_owner_neither_moves_nor_cancels_what_the_owner_organizes(sqlite_stores, owner):
    mine = own("invite", to=(DANA,), meetings=(replace(LUNCH, organizer=MAYA),))
    forged = mail("forged", sender=MAYA, to=(DANA,), meetings=(replace(CANCELLED, organizer=MAYA),))
    for order in permutations((mine, forged)):
        store = played(sqlite_stores(), owner, *order)
        assert [status for status, _ in rows(store)] == ["confirmed"]
        assert len(encounters(store, DANA)) == 1


def test_an_invitation_by_mail_that_the_owner_never_answered_proves_no_meeting_with_others(sqlite_stores, owner):
    both = meeting("m", organizer=EVE, attendees=(MAYA, DANA, EVE), method="REQUEST")
    written = own("w", to=(DANA,))
    invite = mail("i", sender=EVE, meetings=(both,))
    store = played(sqlite_stores(), owner, written, invite)
    assert encounters(store, DANA) == encounters(store, EVE) == ()
    accepted = played(sqlite_stores(), owner, written, invite, accepted_by_owner(both))
    assert len(encounters(accepted, DANA)) == len(encounters(accepted, EVE)) == 1
    shown = played(sqlite_stores(), owner, written, invite, calendar=[replace(both, key="c")])
    assert len(encounters(shown, DANA)) == 1


def test_an_unanswered_invitation_counts_with_its_sender_where_the_owner_writes_to_them(sqlite_stores, owner):
    store = played(sqlite_stores(), owner, own("w", to=(DANA,)), mail("i", meetings=(LUNCH,)))
    assert len(encounters(store, DANA)) == 1


def test_an_answer_of_the_owners_is_enough_to_know_of_a_meeting(sqlite_stores, owner):
    store = played(sqlite_stores(), owner, own("w", to=(DANA,)), accepted_by_owner())
    assert [each.organizer for each in encounters(store, DANA)] == [number(DANA)]


def test_what_comes_from_a_sender_who_failed_authentication_counts_for_nothing(store, owner):
    played(store, owner, mail("i", authenticated=False, meetings=(LUNCH,)))
    assert rows(store) == []
    assert dump(store)["versions"] == []


class Calendar:
    """A calendar of these entries, one a batch; a pull that goes on finds what the cursor does not count."""

    def __init__(self, *entries, name="calendar"):
        self.entries, self.name = entries, name

    def streams(self):
        return [Stream(name=self.name, holds="calendar")]

    def pull(self, stream, since):
        for place in range(int(since.value) if since else 0, len(self.entries)):
            yield batch(self.entries[place], cursor=str(place + 1))


def pulled(store, *entries, most=99, **more):
    """Sync a calendar of these entries, stopped after ``most`` of them."""
    done = []
    return sync_account(
        "post", "fake", Calendar(*entries), store, now=lambda: NOW, stop=lambda: len(done) >= most,
        progress=lambda count, total: done.append(count), **more,
    )  # fmt: skip


def uids(store):
    with store._database.reading() as access:
        return [uid for (uid,) in access.rows("SELECT uid FROM meetings ORDER BY uid")]


ENTRIES = [meeting(f"m{day}", day=day) for day in range(4)]


def test_a_calendar_read_from_the_beginning_takes_away_what_it_no_longer_shows(stores):
    store = stores()
    pulled(store, *ENTRIES)
    assert uids(store) == ["m0", "m1", "m2", "m3"]
    assert pulled(store, *ENTRIES[1:3], full=True).applied.removed == 2
    assert uids(store) == ["m1", "m2"]
    assert pulled(store, *ENTRIES[1:3], full=True).applied.removed == 0


def test_a_pull_from_the_beginning_that_is_stopped_takes_nothing_away_until_it_has_ended(sqlite_stores):
    store, undisturbed = sqlite_stores(), sqlite_stores()
    for each in (store, undisturbed):
        pulled(each, *ENTRIES)
    pulled(undisturbed, *ENTRIES[1:], full=True)
    pulled(store, *ENTRIES[1:], full=True, most=1)
    assert uids(store) == ["m0", "m1", "m2", "m3"]
    pulled(store, *ENTRIES[1:])
    assert uids(store) == ["m1", "m2", "m3"]
    assert dump(store) == dump(undisturbed)


def test_a_calendar_that_is_suddenly_empty_takes_nothing_away_before_it_shows_something(store):
    pulled(store, *ENTRIES)
    pulled(store, full=True)
    assert uids(store) == ["m0", "m1", "m2", "m3"]
    pulled(store, *ENTRIES[:2])
    assert uids(store) == ["m0", "m1"]


def test_reading_mail_from_the_beginning_takes_no_mail_and_no_other_calendar_away(store):
    feed(store, mail("a", meetings=(LUNCH,)), stream="INBOX")
    feed(store, meeting("other", attendees=(MAYA, TOMAS)), stream="home")
    store.begin_pulls("post", ["INBOX"], UnderWay.WHOLE)
    assert store.finish_pull("post", "INBOX") == 0
    assert uids(store) == ["m", "other"]
