"""What the store hands out for the owner to take away."""

from __future__ import annotations

from tests.daemon.store_sample import AOIFE, DANA, MAYA, START, feed, mail, meeting, own


def test_every_mail_is_handed_out_with_its_acts_however_many_there_are(stores):
    store = stores()
    feed(store, own("a", to=(DANA,), cc=(AOIFE,), text="[ask advice]Could you look at it?"))
    feed(store, *[mail(f"n{number}", day=number / 10) for number in range(1_200)])
    mails = list(store.exported_mails())
    assert len({each.identity for each in mails}) == len(mails) == 1_201
    first = mails[0]
    assert (first.sender, first.to, first.cc, first.own) == (MAYA.email, (DANA.email,), (AOIFE.email,), True)
    assert [act.quote for act in first.acts] == ["Could you look at it?"]
    assert store.mails_called("a@lindqvist.example") == store.mails_called(first.identity[:12]) == [first]
    assert store.mails_called("nobody@nowhere.example") == []


def test_every_meeting_is_handed_out_with_who_was_there(stores):
    store = stores()
    feed(store, *[meeting(f"m{number}", day=number) for number in range(600)])
    meetings = list(store.exported_meetings())
    assert len({each.uid for each in meetings}) == len(meetings) == 600
    assert meetings[0].start == START
    assert meetings[0].attendees == ((DANA.email, "accepted"), (MAYA.email, "accepted"))
