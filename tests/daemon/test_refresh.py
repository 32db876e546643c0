"""Who is worked out again after a pass, and what the reports then read."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from zoneinfo import ZoneInfo

import pytest

from connectors.records import Address, Removed
from daemon.refresh import Owner, refresh
from daemon.store import Correction, CorrectionKind
from daemon.store.people import person_number
from daemon.store.threads import NOTICEBOARD
from inference.corrections import example, opening
from inference.interactions import MAX_COUNTERPARTS
from inference.people import person_key
from inference.timeline import OWNER
from tests.daemon.store_dump import dump
from tests.daemon.store_sample import AOIFE, DANA, MAYA, NOW, SHOP, START, TOMAS, feed, mail, meeting, own

UTC = ZoneInfo("UTC")
ASK = "[ask advice]Could you look at the harbour plan?"


def number(address):
    return person_number(person_key([address.email]))


def worked_out(store, owner):
    """The persons whom a refresh works out."""
    worked = []
    save = store.save_findings

    def noting(found, done):
        worked.extend(each.person for each in found)
        save(found, done)

    store.save_findings = noting
    try:
        refresh(store, owner)
    finally:
        store.save_findings = save
    return set(worked)


def test_only_whom_a_mail_touches_is_worked_out_again(store, owner):
    feed(store, own("a", to=(DANA,)), own("b", to=(TOMAS,)), mail("bot", sender=SHOP))
    assert worked_out(store, owner) == {number(each) for each in (DANA, TOMAS)}
    feed(store, mail("c", sender=TOMAS, day=1))
    assert worked_out(store, owner) == {number(TOMAS)}
    assert worked_out(store, owner) == set()


def test_everybody_in_the_conversation_is_worked_out_again(store, owner):
    feed(store, own("a", to=(DANA, AOIFE)), own("b", to=(TOMAS,)))
    refresh(store, owner)
    feed(store, mail("c", sender=TOMAS, to=(MAYA,), in_reply_to=("a@lindqvist.example",)))
    assert worked_out(store, owner) == {number(each) for each in (DANA, AOIFE, TOMAS)}


def test_one_of_a_crowd_is_not_concerned_nor_is_who_only_reads_along(store, owner):
    crowd = [Address(email=f"p{count}@x.example") for count in range(MAX_COUNTERPARTS + 1)]
    feed(store, mail("to-all", to=(MAYA, *crowd)), mail("along", sender=TOMAS, to=(MAYA, AOIFE)))
    assert worked_out(store, owner) == {number(DANA), number(TOMAS)}
    assert store.touched() == []
    feed(store, own("direct", to=(crowd[0],)))
    assert worked_out(store, owner) == {number(crowd[0])}
    assert [each.message_id for each in store.timeline(number(crowd[0])).mails] == ["direct@lindqvist.example"]
    feed(store, own("aoife", to=(AOIFE,), day=1))
    refresh(store, owner)
    assert len(store.timeline(number(AOIFE)).mails) == 2


def test_whoever_is_named_in_full_is_worked_out_again(store, owner):
    feed(store, own("a", to=(AOIFE,)), own("b", to=(TOMAS,)))
    refresh(store, owner)
    feed(store, mail("c", sender=TOMAS, day=1, text="You should talk to Aoife Brennan about it."))
    assert worked_out(store, owner) == {number(each) for each in (AOIFE, TOMAS)}
    assert [each.message_id for each in store.timeline(number(AOIFE)).mails] == [
        "a@lindqvist.example",
        "c@brno.example",
    ]


def test_a_meeting_that_goes_touches_everybody_who_was_in_it(store, owner):
    feed(store, meeting("m", attendees=(MAYA, DANA, AOIFE), day=9), own("a", to=(DANA, AOIFE)), own("b", to=(TOMAS,)))
    refresh(store, owner)
    assert len(store.contacts(number(DANA))) == 2
    feed(store, Removed(key="m/"))
    assert worked_out(store, owner) == {number(DANA), number(AOIFE)}
    assert len(store.contacts(number(DANA))) == 1


def test_an_address_that_turns_out_to_be_the_owners_is_nobodys_ledger(store, owner):
    work = Address(email="m.lindqvist@office.example", name="M L")
    feed(store, mail("a", sender=DANA, to=(work,), text=ASK))
    refresh(store, owner)
    assert store.favors() == ()
    feed(store, own("b", to=(TOMAS,)), replace(own("c", to=(DANA,)), sender=work))
    assert worked_out(store, owner) == {number(DANA), number(TOMAS)}
    assert [favor.receiver for favor in store.favors()] == [number(DANA)]
    assert set(store.owner_emails()) == {MAYA.email, work.email}
    assert number(work) not in {person.id for person in store.people()}


def test_an_assistant_whose_mail_lies_in_the_sent_folder_is_not_the_owner(store, owner):
    ina = Address(email="ina@lindqvist.example", name="Ina Rangel")
    feed(store, replace(own("s1", to=(DANA,)), sender=ina), *[mail(f"i{count}", sender=ina) for count in range(3)])
    feed(store, *[own(f"o{count}", to=(DANA,)) for count in range(201)], replace(own("once", to=(DANA,)), sender=TOMAS))
    refresh(store, owner)
    assert store.own_sent() == [MAYA.email]
    assert {person.name for person in store.people()} == {"Ina Rangel", "Dana Whitfield", "Tomáš Novák"}


def test_two_addresses_that_become_one_person_share_a_ledger_and_split_again(store, owner):
    other = Address(email="dw@home.example", name="")
    feed(store, own("a", to=(DANA,), text=ASK), own("b", to=(other,), text=ASK), own("group", to=(DANA, other, AOIFE)))
    refresh(store, owner)
    assert len(store.people()) == 3
    merge = Correction(kind=CorrectionKind.MERGE, subject=(DANA.email, other.email), at=NOW)
    kept = store.add_correction(merge)
    assert number(AOIFE) in worked_out(store, owner)
    (both,) = (person for person in store.people() if len(person.emails) == 2)
    assert {favor.person for favor in store.favors()} == {both.id}
    assert [mail.to for mail in store.timeline(number(AOIFE)).mails] == [(both.id, number(AOIFE))]
    before = len(store.favors())
    store.drop_conclusions()
    refresh(store, owner)
    assert both in store.people()
    assert len(store.favors()) == before
    store.remove_correction(kept)
    refresh(store, owner)
    assert len(store.people()) == 3
    assert before <= len(store.favors()) == 2


def test_corrections_of_favors_hold_after_everything_is_made_again(store, owner):
    feed(store, own("a", to=(DANA,), text=ASK), own("b", to=(TOMAS,), text="[ask intro]Could you introduce us?"))
    refresh(store, owner)
    wrong, right = sorted(store.favors(), key=lambda favor: favor.person != number(DANA))
    store.add_correction(
        Correction(kind=CorrectionKind.FAVOR, subject=opening(wrong), verdict="reject", email=DANA.email, at=NOW)
    )
    refresh(store, owner)
    assert [favor.id for favor in store.favors()] == [right.id]
    assert store.favor(wrong.id) is None
    assert store.favor(right.id[:6]) == right
    store.drop_conclusions()
    refresh(store, owner)
    assert [favor.id for favor in store.favors()] == [right.id]


def test_a_changed_config_makes_the_owner_anew(store, owner):
    feed(store, mail("a", to=(TOMAS,), text=ASK))
    refresh(store, owner)
    assert not refresh(store, owner).resolved
    assert refresh(store, Owner(name=owner.name, addresses=(*owner.addresses, TOMAS.email))).resolved
    assert [favor.giver for favor in store.favors()] == [OWNER]


def test_a_stopped_refresh_goes_on_where_it_was(store, owner):
    for count in range(120):
        feed(store, own(f"m{count}", to=(Address(email=f"p{count}@x.example"),)))
    assert refresh(store, owner, stop=lambda: True).persons == 50
    assert refresh(store, owner).persons == 70
    assert refresh(store, owner).persons == 0


def test_untrusted_mail_is_in_the_timeline_as_such(store, owner):
    feed(
        store,
        mail("failed", authenticated=False, text=ASK),
        mail("forged", sender=MAYA, to=(DANA,), day=1, text=ASK),
        mail("fine", authenticated=True, day=2),
    )
    refresh(store, owner)
    mails = store.timeline(number(DANA)).mails
    assert [(each.message_id.partition("@")[0], each.trusted, each.author) for each in mails] == [
        ("failed", False, number(DANA)),
        ("forged", False, -1),
        ("fine", True, number(DANA)),
    ]
    assert store.favors() == ()


def test_a_mail_knows_what_it_answers_and_who_reads_it(store, owner):
    feed(
        store,
        own("a", to=(DANA, AOIFE), cc=(TOMAS,), bcc=(SHOP,)),
        mail("b", day=1, to=(MAYA, DANA), cc=(AOIFE, MAYA), in_reply_to=("a@lindqvist.example",)),
    )
    refresh(store, owner)
    first, second = store.timeline(number(DANA)).mails
    assert (first.author, first.to, first.cc) == (OWNER, (number(DANA), number(AOIFE)), (number(TOMAS), number(SHOP)))
    assert (second.author, second.to, second.cc) == (number(DANA), (OWNER,), (number(AOIFE),))
    assert second.answers == first.identity
    assert first.thread == second.thread


def test_a_noticeboard_concerns_only_those_in_the_mail(store, owner):
    crowd = [
        mail(f"n{count}", sender=TOMAS, references=("root@list.example",), day=count / 100)
        for count in range(NOTICEBOARD + 5)
    ]
    feed(store, *crowd, mail("dana", references=("root@list.example",), day=9))
    refresh(store, owner)
    assert len(store.timeline(number(DANA)).mails) == 1
    assert len(store.timeline(number(TOMAS)).mails) == NOTICEBOARD + 5


def test_a_conversation_that_becomes_a_noticeboard_is_read_anew_by_everybody(store, owner):
    feed(store, mail("dana", references=("root@list.example",)))
    crowd = [mail(f"n{count}", sender=TOMAS, references=("root@list.example",)) for count in range(NOTICEBOARD + 1)]
    feed(store, *crowd[: NOTICEBOARD - 1])
    refresh(store, owner)
    assert len(store.timeline(number(DANA)).mails) == NOTICEBOARD
    feed(store, crowd[-2])
    assert number(DANA) in worked_out(store, owner)
    assert len(store.timeline(number(DANA)).mails) == 1
    feed(store, crowd[-1])
    assert number(DANA) not in worked_out(store, owner)


@pytest.mark.parametrize("late", [False, True])
def test_timelines_do_not_depend_on_who_is_loaded_together(store, owner, late):
    feed(store, own("a", to=(DANA,), text=ASK))
    feed(store, mail("b", day=1, in_reply_to=("a@lindqvist.example",), text="Aoife Brennan is away."))
    feed(store, own("c", to=(AOIFE,), day=2))
    refresh(store, owner)
    order = [number(AOIFE), number(DANA)] if late else [number(DANA), number(AOIFE)]
    together = {each.person: each for each in next(store.timelines(order, 2))}
    apart = {each.person: each for (each,) in store.timelines(order, 1)}
    assert together == apart
    assert together[number(AOIFE)].mails[0].answers == together[number(DANA)].mails[0].identity


def test_the_network_holds_people_news_accounts_and_what_lies_ahead(stores, owner):
    store = stores()
    feed(
        store,
        own("a", to=(DANA,), text=ASK),
        own("news", to=(DANA,), cc=(TOMAS,), day=3, text="[news]I got the job!"),
        meeting("past", day=1),
        meeting("soon", day=150, attendees=(MAYA, AOIFE), summary="Sailing"),
        meeting("off", day=151, status="cancelled"),
        meeting("no", day=152, answers={DANA: "declined"}),
    )
    store.sync_finished("post", "mbox", at=NOW)
    store.add_correction(Correction(kind=CorrectionKind.MUTE, subject=("@brno.example",), at=NOW))
    refresh(store, owner)
    network = store.network(NOW, UTC, owner.name)
    assert {view.name: view.muted for view in network.people.values()} == {
        "Dana Whitfield": False,
        "Tomáš Novák": True,
        "Aoife Brennan": False,
    }
    assert network.people[number(DANA)].first_seen == START.date()
    assert [(news.quote, news.told) for news in network.news] == [
        ("I got the job!", frozenset({number(DANA), number(TOMAS)}))
    ]
    assert [(ahead.person, ahead.start, ahead.summary) for ahead in network.ahead] == [
        (number(AOIFE), START + timedelta(days=150), "Sailing")
    ]
    assert [favor.person for favor in network.favors] == [number(DANA)]
    assert network.contacts[number(DANA)][0].own_mails == 1
    assert [account.name for account in network.accounts] == ["post"]


def test_the_last_word_about_a_person_holds(store, owner):
    feed(store, own("a", to=(DANA,)))
    for kind in (CorrectionKind.MUTE, CorrectionKind.UNMUTE, CorrectionKind.MUTE):
        store.add_correction(Correction(kind=kind, subject=(DANA.email,), at=NOW))
    refresh(store, owner)
    assert store.network(NOW, UTC, "x").people[number(DANA)].muted


def test_touched_marks_survive_until_their_persons_are_saved(store, owner):
    feed(store, own("a", to=(DANA,)))
    refresh(store, owner)
    feed(store, mail("b", day=1))
    store.settle()
    assert store.touched() == [number(DANA)]
    assert dump(store)["touched"] == [(number(DANA),)]
    refresh(store, owner)
    assert store.touched() == []


KINDS = ("intro", "resource", "feedback", "referral")


def rejected(store, favor, *, verdict="reject", email=DANA.email):
    shown = example(store.inferred(favor))
    said = Correction(
        kind=CorrectionKind.FAVOR, subject=opening(favor), verdict=verdict, email=email, at=NOW, example=shown
    )
    return store.add_correction(said)


def test_corrections_teach_all_favors_that_began_so_whatever_was_read_before_or_after(stores, owner):
    early, late = stores(), stores()
    asks = ("introduce me to Ruth", "lend me the ladder", "read my chapter", "recommend me to Orbital")
    told = [
        own(f"a{ask}", to=(DANA,), text=f"[ask {kind}]Could you {ask}?") for kind, ask in zip(KINDS, asks, strict=True)
    ]
    other = own("b", to=(TOMAS,), text="[ask intro]Could you introduce us?")
    feed(early, *told, other)
    feed(late, *told)
    for store in (early, late):
        refresh(store, owner)
        for favor in store.favors(number(DANA)):
            rejected(store, favor)
    feed(late, other)
    for store in (early, late):
        refresh(store, owner)
        (left,) = store.favors()
        assert left.asked_more == store.lessons()["ask"].shift > 0
    before = early.favors()
    early.drop_conclusions()
    refresh(early, owner)
    assert early.favors() == late.favors() == before
    assert early.network(NOW, UTC, owner.name).favors == before


def test_what_was_said_of_a_favor_before_does_not_make_it_a_surer_example(store, owner):
    feed(store, own("a", to=(DANA,), text=ASK))
    refresh(store, owner)
    (favor,) = store.favors()
    rejected(store, favor, verdict="confirm")
    (sure,) = store.favors()
    assert sure.confidence == 1.0
    rejected(store, sure, verdict="done")
    assert {each.example.believed for each in store.corrections()} == {favor.confidence}
