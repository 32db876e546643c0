"""What is stored does not depend on the order of batches, on how they are cut, or on how often they come."""

from __future__ import annotations

import random
from dataclasses import replace
from itertools import permutations

import pytest

from connectors.records import Address, Message, Removed
from daemon.refresh import refresh
from daemon.store.people import person_number
from inference.people import person_key
from inference.timeline import OWNER
from tests.daemon.store_dump import dump
from tests.daemon.store_sample import AOIFE, DANA, MAYA, SHOP, START, TOMAS, feed, mail, meeting, own


def chain_of(length, start):
    """A conversation, each mail answering the last."""
    for number in range(length):
        writer, reader = ((DANA, MAYA), (MAYA, DANA))[number % 2]
        yield mail(
            f"chain{number}",
            sender=writer,
            to=(reader,) if number % 3 else (reader, TOMAS),
            own=writer is MAYA,
            day=start + number,
            text=f"[ask advice]Could you look at draft {number} of the harbour plan? Aoife Brennan knows."
            if number % 2 == 0
            else "[deliver advice]Here is what I think of the harbour plan.",
            in_reply_to=(f"chain{number - 1}@{(MAYA, DANA)[number % 2].email.partition('@')[2]}",) if number else (),
        )


TOMAS_NEW = Address(email="tomas.novak@praha.example", name="Tomáš Novák")


def history():
    """Changes by stream: (account, stream, change), the removals apart, for they come after what they remove."""
    chain = list(chain_of(7, 0))
    listed = replace(
        chain[2], key="l1", headers={"list-id": "harbour"}, subject="[harbour] About chain2", text="a footer"
    )
    dana_two = Address(email="dana@whitfield.example", name="Dana Whitfield")
    alone = mail("alone", sender=TOMAS, day=3, message_id=None, text="[thanks]Thank you for the boat, it was great.")
    mails = [
        *chain,
        own("ask", to=(DANA,), day=20, text="[ask intro]Could you introduce me to Aoife Brennan?"),
        mail("two", sender=dana_two, to=(MAYA, AOIFE), day=22, text="[intro]Maya, meet Aoife."),
        own("news", to=(DANA, TOMAS), cc=(AOIFE,), day=30, text="[news]I got the job at the harbour!"),
        mail("moved", sender=TOMAS, day=30, authenticated=True, text="My new address is tomas.novak@praha.example."),
        mail("new", sender=TOMAS_NEW, day=31, authenticated=True, text="Hello from the new one"),
        mail("bot", sender=SHOP, day=31, text="Your parcel is on its way"),
        mail("forged", sender=MAYA, to=(DANA,), day=32, text="[commit]I will pay."),
        mail(
            "merge", sender=AOIFE, day=40, references=("chain3@acme.example", "ask@lindqvist.example", "gone@x.example")
        ),
        mail("late", sender=AOIFE, day=41, references=("gone@x.example",), provider_thread="7"),
        alone,
    ]
    found = [("post", "INBOX", each) for each in mails if not each.own]
    found += [("post", "Sent", each) for each in mails if each.own]
    found += [("post", "All", replace(each, key=f"all-{each.key}", own=False)) for each in mails]
    found += [("other", "list", listed), ("other", "list", replace(alone, key="again", provider_thread="9"))]
    found += [("other", "list", replace(mails[7], key="thread", own=False, provider_thread="9"))]
    invitation = meeting("m1", day=25, sequence=1)
    found += [
        ("post", "INBOX", mail("invite", day=24, meetings=(replace(invitation, sequence=0), meeting("m2", day=26)))),
        ("post", "INBOX", mail("cancel", day=27, meetings=(meeting("m4", day=50, sequence=3, status="cancelled"),))),
        ("post", "calendar", replace(invitation, key="c1")),
        ("post", "calendar", meeting("m3", key="c3", day=33, attendees=(DANA, TOMAS))),
        ("post", "calendar", meeting("m4", key="c4", day=50)),
        ("post", "calendar", meeting("m5", key="c5", day=51)),
        ("other", "calendar", meeting("m1", key="o1", day=25, sequence=1, answers={DANA: "declined"})),
    ]
    removals = [("post", "INBOX", Removed(key="two")), ("post", "calendar", Removed(key="c3")),
                ("post", "calendar", Removed(key="c5"))]  # fmt: skip
    return found, removals


def play(store, changes, rng, *, largest=4):
    """Feed the changes in this order, cut into batches of random size."""
    left = list(changes)
    while left:
        account, stream, _ = left[0]
        together = []
        while left and left[0][:2] == (account, stream) and len(together) < rng.randint(1, largest):
            together.append(left.pop(0)[2])
        feed(store, *together, account=account, stream=stream)


@pytest.mark.parametrize("seed", range(8))
def test_any_order_any_cutting_and_any_repetition_end_in_the_same_store(sqlite_stores, owner, seed):
    changes, removals = history()
    rng = random.Random(seed)
    plain, shuffled = sqlite_stores(), sqlite_stores()
    play(plain, [*changes, *removals], random.Random(0), largest=30)
    refresh(plain, owner)
    rng.shuffle(changes)
    again = rng.sample(changes, 12)
    play(shuffled, changes[:15], rng)
    refresh(shuffled, owner)
    play(shuffled, [*changes[15:], *again, *removals], rng)
    refresh(shuffled, owner)
    assert dump(shuffled) == dump(plain)
    assert len(dump(plain)["favors"]) > 2


def test_sqlite_and_postgresql_hold_the_same(sqlite_stores, postgres_stores, owner):
    changes, removals = history()
    random.Random(5).shuffle(changes)
    both = sqlite_stores(), postgres_stores()
    for store in both:
        play(store, [*changes, *removals], random.Random(1))
        refresh(store, owner)
    assert dump(both[0]) == dump(both[1])


def test_the_whole_history_again_changes_nothing_and_counts_nothing_as_new(stores, owner):
    store = stores()
    changes, _ = history()
    play(store, changes, random.Random(0))
    refresh(store, owner)
    before = dump(store)
    for account, stream, change in changes:
        applied = feed(store, change, account=account, stream=stream)
        assert (applied.new, applied.changed, applied.removed, applied.rejected) == (0, 0, 0, 0)
        assert applied.unchanged == 1
    assert refresh(store, owner).persons == 0
    assert dump(store) == before


def test_a_conversation_is_one_whatever_the_order_of_its_mails(sqlite_stores):
    chain = list(chain_of(6, 0))
    for seed in range(6):
        order = random.Random(seed).sample(chain, len(chain))
        store = sqlite_stores()
        for each in order:
            feed(store, each)
        assert dump(store)["threads"] == [tuple(sorted(each.identity for each in chain))]


def test_two_conversations_become_one_when_a_mail_refers_to_both(store):
    feed(store, mail("a"), mail("b"))
    assert len(dump(store)["threads"]) == 2
    feed(store, mail("c", references=("a@acme.example", "b@acme.example")))
    assert len(dump(store)["threads"]) == 1
    feed(store, mail("d", in_reply_to=("b@acme.example",)), mail("e", in_reply_to=("a@acme.example",)))
    assert len(dump(store)["threads"]) == 1


def test_nobody_takes_over_a_mail_by_using_its_message_id(store):
    feed(store, mail("a", message_id="same@acme.example", text="[ask advice]Could you help me?"))
    forged = mail("b", sender=TOMAS, message_id="same@acme.example", text="[decline]No.")
    assert feed(store, forged).new == 1
    senders = {row[5][0] for row in dump(store)["messages"]}
    assert senders == {DANA.email, TOMAS.email}


ASK = "[ask advice]Could you look at the harbour plan?"


def heard_of_dana(store, owner):
    """What Dana's mails say, as her ledger has it, the trusted ones alone."""
    refresh(store, owner)
    timeline = store.timeline(person_number(person_key([DANA.email])))
    return sorted(" ".join(act.quote for act in each.acts) for each in timeline.mails if each.trusted)


def in_any_order(sqlite_stores, owner, *mails):
    """What Dana's mails say, however these come; it must always be the same."""
    found = []
    for order in permutations(mails):
        store = sqlite_stores()
        feed(store, own("hello"))
        for each in order:
            feed(store, each)
        found.append(heard_of_dana(store, owner))
    assert all(each == found[0] for each in found)
    return [said for said in found[0] if said]


def test_of_a_forged_and_an_authenticated_copy_the_authenticated_one_stands(sqlite_stores, owner):
    real = mail("a", authenticated=True, text=ASK)
    forged = replace(real, key="b", authenticated=False, text="[ask resource]Could you send the money?")
    unproven = replace(forged, key="c", authenticated=None)
    assert in_any_order(sqlite_stores, owner, real, forged, unproven) == ["Could you look at the harbour plan?"]


FORGED = {
    "nothing": {"text": ""},
    "something else": {"text": "[decline]I can do without."},
    "it to somebody else": {"to": (TOMAS,)},
    "it long ago": {"sent_at": START},
    "it in another conversation": {"in_reply_to": ("hello@lindqvist.example",)},
}


@pytest.mark.parametrize("changed", FORGED.values(), ids=FORGED)
@pytest.mark.parametrize("number", range(4))
def test_a_forged_copy_that_says_something_else_takes_nothing_away(sqlite_stores, owner, changed, number):
    real = mail("a", day=9, text=ASK)
    forged = replace(real, key=f"forged{number}", **{"subject": f"About {number}", **changed})
    for order in ((real, forged), (forged, real)):
        store = sqlite_stores()
        for each in order:
            feed(store, each)
        refresh(store, owner)
        mails = store.timeline(person_number(person_key([DANA.email]))).mails
        assert any((each.at, len(each.acts), each.to) == (real.sent_at, 1, (OWNER,)) for each in mails)


def test_what_a_list_or_a_gateway_adds_to_a_mail_makes_no_second_one(sqlite_stores, owner):
    direct = mail("a", text=ASK)
    listed = replace(direct, key="b", headers={"list-id": "harbour"}, subject="[harbour] About a", text=ASK)
    warned = replace(direct, key="c", html="<p>EXTERNAL</p>", subject="[EXTERNAL] About a")
    assert in_any_order(sqlite_stores, owner, direct, listed, warned) == ["Could you look at the harbour plan?"]


def test_white_space_makes_no_second_mail(sqlite_stores):
    plain = mail("a", text=ASK)
    dumps = []
    for order in permutations(
        (plain, replace(plain, key="b", text=f"{ASK}\n\n"), replace(plain, key="c", subject="About  a"))
    ):
        store = sqlite_stores()
        for each in order:
            feed(store, each)
        dumps.append(dump(store))
    assert len(dumps[0]["messages"]) == 1
    assert all(each == dumps[0] for each in dumps)


def test_a_mail_that_was_read_while_it_was_written_is_replaced_by_its_whole(stores, owner):
    store, undisturbed = stores(), stores()
    torn = mail("offset-7", message_id="7@acme.example", text="[ask advice]Could you look at")
    whole = replace(torn, key="offset-8", text=ASK, meetings=(meeting("m", organizer=DANA),))
    feed(undisturbed, whole)
    feed(store, replace(torn, meetings=(meeting("torn", organizer=DANA),)), keep_text=True)
    feed(store, Removed(key="offset-7"), whole)
    refresh(undisturbed, owner)
    refresh(store, owner)
    assert dump(store) == dump(undisturbed)


def test_an_item_that_is_read_differently_is_still_one_mail(store, owner):
    before = mail("a", text="[ask advice]Could you look at")
    feed(store, before)
    feed(store, before, stream="Archive")
    feed(store, replace(before, text=ASK))
    assert len(dump(store)["messages"]) == 2
    feed(store, replace(before, text=ASK), stream="Archive")
    assert len(dump(store)["messages"]) == 1
    feed(store, mail("next", message_id="next@acme.example"))
    assert len(dump(store)["threads"]) == 2


def test_messages_of_one_batch_that_are_the_same_mail_are_one(store):
    twice = [mail("a"), mail("a")]
    assert isinstance(twice[0], Message)
    applied = feed(store, twice[0], replace(twice[1], key="b"))
    assert (applied.new, applied.unchanged) == (1, 1)
    assert len(dump(store)["sightings"]) == 2
