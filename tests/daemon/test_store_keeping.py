"""What the store keeps of mail, meetings, streams and accounts, and what it lets go."""

from __future__ import annotations

import os
import stat
from dataclasses import replace
from datetime import timedelta

import pytest

from connectors.records import Cursor, Rejected, Removed
from daemon.refresh import refresh
from daemon.store import (
    Correction,
    CorrectionKind,
    Letter,
    LetterItem,
    Meant,
    Place,
    Reply,
    StoreBusy,
    StoreError,
    UnderWay,
    open_store,
)
from daemon.store.people import person_number
from inference.people import person_key
from inference.timeline import OWNER
from tests.daemon.store_dump import dump
from tests.daemon.store_sample import AOIFE, DANA, MAYA, NOW, SHOP, START, TOMAS, batch, feed, mail, meeting, own, read


def number(address):
    return person_number(person_key([address.email]))


def test_a_new_file_and_its_folder_are_the_owners_alone(tmp_path):
    store = open_store("sqlite:///new/deep/kith.db", tmp_path)
    feed(store, mail("a"))
    modes = {path.name: stat.S_IMODE(path.stat().st_mode) for path in (tmp_path / "new" / "deep").iterdir()}
    store.close()
    assert modes.keys() >= {"kith.db", "kith.db-wal", "kith.db.lock"}
    assert set(modes.values()) == {0o600}
    assert stat.S_IMODE((tmp_path / "new" / "deep").stat().st_mode) == 0o700


def test_a_folder_that_was_there_keeps_its_rights(tmp_path):
    (tmp_path / "old").mkdir(mode=0o755)
    open_store("sqlite:///old/kith.db", tmp_path).close()
    assert stat.S_IMODE((tmp_path / "old").stat().st_mode) == 0o755


@pytest.mark.parametrize(
    ("url", "line"),
    [
        ("mysql://x/y", "must begin with sqlite:///"),
        ("postgresql://x/y", "must begin with sqlite:///"),
        ("nonsense", "try sqlite:///kith.db"),
        ("postgresql+psycopg://postgres:geheim@127.0.0.1:1/none", "failed"),
        ("sqlite:////proc/none/kith.db", "cannot write the store"),
        ("sqlite:////dev/full", "is not a file"),
        ("sqlite:////proc", "is not a file"),
    ],
)
def test_a_store_that_cannot_be_opened_is_one_line_without_a_password(tmp_path, url, line):
    with pytest.raises(StoreError) as raised:
        open_store(url, tmp_path)
    assert line in str(raised.value)
    assert "\n" not in str(raised.value)
    assert "geheim" not in str(raised.value)


def test_a_file_that_is_no_store_is_said_so(tmp_path):
    (tmp_path / "kith.db").write_text("Dear diary, " * 1000)
    with pytest.raises(StoreError, match="not a Kithkeeper store"):
        open_store("sqlite:///kith.db", tmp_path)


def test_a_mail_in_two_folders_and_two_accounts_is_one(stores):
    store = stores()
    assert feed(store, mail("a")).new == 1
    again = feed(store, replace(mail("a"), key="b"), stream="Archive")
    other = feed(store, replace(mail("a"), key="c"), account="work", stream="INBOX")
    assert (again.new, again.unchanged, other.new, other.unchanged) == (0, 1, 0, 1)
    held = dump(store)
    assert len(held["messages"]) == 1
    assert len(held["sightings"]) == 3
    assert {(row[0], row[3]) for row in held["addresses"]} == {(DANA.email, 0), (MAYA.email, 0)}


def test_a_mail_becomes_own_when_it_is_seen_in_sent_mail_later(stores, owner):
    store = stores()
    ask = own("a", text="[ask advice]Could you look at the harbour plan?")
    feed(store, replace(ask, own=False), stream="All Mail")
    refresh(store, owner)
    assert store.favors() == ()
    assert feed(store, replace(ask, key="s"), stream="Sent").changed == 1
    refresh(store, owner)
    assert [(favor.giver, favor.receiver) for favor in store.favors()] == [(number(DANA), OWNER)]
    assert feed(store, replace(ask, own=False), stream="All Mail").unchanged == 1
    assert store.own_sent() == [MAYA.email]


def test_a_removed_mail_was_written_all_the_same(stores, owner):
    store = stores()
    feed(store, mail("a", text="[ask advice]Could you look at the harbour plan?"))
    assert feed(store, Removed(key="a")).removed == 1
    assert feed(store, Removed(key="a")).removed == 0
    refresh(store, owner)
    held = dump(store)
    assert held["sightings"] == []
    assert len(held["messages"]) == len(held["favors"]) == 1


def test_a_removed_meeting_goes_unless_it_is_seen_elsewhere(stores):
    store = stores()
    feed(store, meeting("m"), stream="work")
    feed(store, meeting("m", key="other"), stream="home")
    feed(store, Removed(key="m/"), stream="work")
    assert len(dump(store)["meetings"]) == 1
    feed(store, Removed(key="other"), stream="home")
    assert dump(store)["meetings"] == []
    assert dump(store)["invitations"] == []


def test_what_could_not_be_read_is_listed_until_it_can(stores):
    store = stores()
    assert feed(store, Rejected(key="a", reason="no From"), Rejected(key="b", reason="too deep")).rejected == 2
    feed(store, Rejected(key="a", reason="no sender"))
    assert [(each.key, each.reason, each.at) for each in store.rejections()] == [
        ("a", "no sender", NOW),
        ("b", "too deep", NOW),
    ]
    store.sync_finished("post", "mbox", at=NOW)
    assert store.account_states()[0].rejected == 2
    feed(store, mail("a"), Removed(key="b"))
    assert store.rejections() == []


def test_a_cursor_is_kept_with_its_batch_and_none_leaves_it(stores):
    store = stores()
    assert store.place("post", "INBOX").cursor is None
    feed(store, mail("a"), cursor="1")
    feed(store, mail("b"))
    assert store.place("post", "INBOX").cursor == Cursor(value="1")
    assert store.place("post", "Sent").cursor is None
    store.begin_pulls("post", ["INBOX"], UnderWay.WHOLE)
    assert store.place("post", "INBOX") == Place(under_way=UnderWay.WHOLE)


def test_a_batch_that_fails_leaves_nothing_behind(stores):
    store = stores()
    feed(store, mail("a"), cursor="1")
    before = dump(store)
    with pytest.raises(KeyError, match="no findings"):
        store.apply("post", "INBOX", batch(mail("b", sender=AOIFE), cursor="2"), {}, now=NOW, keep_text=False)
    assert dump(store) == before
    assert store.place("post", "INBOX").cursor == Cursor(value="1")
    assert feed(store, mail("b", sender=AOIFE), cursor="2").new == 1
    assert len(dump(store)["appearances"]) == 4


def test_accounts_tell_of_their_trouble_and_of_their_last_success(stores):
    store = stores()
    store.sync_finished("post", "mbox", at=NOW)
    store.sync_finished("post", "mbox", at=NOW + timedelta(days=1), problem="the file is gone", error="NeedsOwner")
    (state,) = store.account_states()
    assert (state.name, state.kind, state.last_success, state.problem) == ("post", "mbox", NOW, "the file is gone")


def test_no_text_is_kept_unless_the_owner_asks_for_it(tmp_path):
    store = open_store("sqlite:///kith.db", tmp_path)
    secret = "The password of the boathouse is Möwe"
    feed(store, mail("a", text=f"{secret}. [ask advice]Could you help?", html=f"<p>{secret}</p>"))
    store.close()
    assert not any(b"boathouse" in path.read_bytes() for path in tmp_path.iterdir())
    store = open_store("sqlite:///kith.db", tmp_path)
    feed(store, mail("a", text=f"{secret}. [ask advice]Could you help?", html=f"<p>{secret}</p>"), keep_text=True)
    assert store.kept_messages(0, 10)[0][1].text.startswith(secret)
    store.close()


def test_strange_characters_are_stored_as_far_as_they_can_be(stores):
    store = stores()
    odd = mail(
        "a\0",
        sender=replace(DANA, name="Dana\0 \ud800 Whitfield"),
        subject="Füße \ud83d\udc4b \udcff \0",
        text="[ask advice]Could \ud800 you\0 help?",
        message_id="x\udc80@y",
        link="\0",
    )
    feed(store, odd, meeting("u\udcff\0", summary="\udcff"), Rejected(key="\0\ud800", reason="\ud800"), keep_text=True)
    assert feed(store, odd).unchanged == 1
    assert len(dump(store)["messages"]) == len(dump(store)["meetings"]) == len(store.rejections()) == 1


def test_what_was_left_out_is_told_with_its_reason(stores):
    store = stores()
    feed(store, mail("a", sender=SHOP, day=1), mail("b", sender=SHOP, day=2), mail("c"))
    (left,) = store.filtered()
    assert (left.email, left.name, left.kind, left.because, left.mails) == (
        SHOP.email,
        "Shop",
        "bot",
        "it is marked so",
        2,
    )


def test_corrections_are_kept_in_order_and_can_be_taken_back(stores):
    store = stores()
    mute = Correction(kind=CorrectionKind.MUTE, subject=("@shop.example",), at=NOW)
    first = store.add_correction(mute)
    second = store.add_correction(Correction(kind=CorrectionKind.ME, subject=(TOMAS.email,), at=NOW))
    assert store.corrections() == [replace(mute, id=first), replace(store.corrections()[1], id=second)]
    assert store.remove_correction(first)
    assert not store.remove_correction(first)
    assert [each.kind for each in store.corrections()] == [CorrectionKind.ME]


def letter(token):
    return Letter(
        token=token,
        message_id=f"{token}@kith",
        at=NOW,
        addresses=(MAYA.email,),
        items=(LetterItem(code=1, section="answer", emails=(DANA.email,), favors=(Meant(id="ab", opening=("x",)),)),),
        mail=b"From: me",
    )


def test_a_letter_is_claimed_once(stores):
    store = stores()
    assert store.claim_letter("2026-W23", letter("a"), (), NOW)
    assert not store.claim_letter("2026-W23", letter("b"), (), NOW)
    assert (store.letter("a"), store.letter("b")) == (letter("a"), None)
    store.release_letter("2026-W23")
    assert (store.letter("a"), store.claims()) == (None, [])
    assert store.claim_letter("2026-W23", letter("c"), (), NOW)
    store.letter_sent("2026-W23", NOW)
    store.release_letter("2026-W23")
    (claim,) = store.claims()
    assert (claim.message_id, claim.sent_at) == ("c@kith", NOW)
    assert store.letter_called("c@kith") == replace(letter("c"), mail=b"")
    assert store.letter_days() == {"c": NOW}


def test_an_unsent_letter_is_taken_over_by_one(stores):
    store = stores()
    store.claim_letter("2026-W23", letter("a"), (), NOW)
    (claimed,) = store.claims()
    assert store.take_over_letter(claimed, NOW + timedelta(minutes=20))
    assert not store.take_over_letter(claimed, NOW + timedelta(minutes=20))
    assert store.letter("a").mail == b"From: me"


def test_a_reply_is_applied_once_and_told_of_by_one_letter(stores):
    store = stores()
    reply = Reply(identity="ab" * 16, letter="a", sent_at=NOW, applied=1, puzzling=("wrnog 3",))
    said = Correction(kind=CorrectionKind.MUTE, subject=(DANA.email,), at=NOW, letter="a")
    assert store.apply_reply(reply, [said], NOW)
    (kept,) = store.corrections()
    assert kept.letter == "a"
    store.remove_correction(kept.id)
    assert not store.apply_reply(reply, [said], NOW)
    assert (store.corrections(), store.unconfirmed_replies()) == ([], [reply])
    store.claim_letter("2026-W23", letter("b"), (reply.identity,), NOW)
    assert store.unconfirmed_replies() == []
    store.release_letter("2026-W23")
    assert store.unconfirmed_replies() == [reply]


def test_whoever_is_forgotten_goes_from_the_letters_too(stores):
    store = stores()
    feed(store, mail("a"))
    store.claim_letter("2026-W23", letter("a"), (), NOW)
    reply = Reply(identity="ab" * 16, letter="a", sent_at=NOW, applied=0, puzzling=("never Dana again",))
    store.apply_reply(reply, [], NOW)
    store.forget([DANA.email])
    left = store.letter("a")
    assert (left.items, left.mail) == ((), b"")
    assert store.unconfirmed_replies()[0].puzzling == ("never … again",)


def test_two_stores_on_one_database_do_not_write_at_once(tmp_path, stores):
    one = stores()
    two = open_store(one._database.url.render_as_string(hide_password=False), tmp_path)
    try:
        with one.writing():
            feed(one, mail("a"))
            with pytest.raises(StoreBusy, match="try again"), two.writing(patience_s=0.1):
                pass
        with two.writing(patience_s=0.1):
            assert feed(two, mail("a")).unchanged == 1
            feed(two, mail("b", sender=AOIFE))
        # What the other one wrote in between is known to the first.
        assert feed(one, mail("c", sender=AOIFE)).new == 1
        assert len(dump(one)["addresses"]) == 3
    finally:
        two.close()


def test_a_store_can_be_read_while_it_is_written(tmp_path, stores):
    one = stores()
    two = open_store(one._database.url.render_as_string(hide_password=False), tmp_path)
    with one.writing():
        feed(one, mail("a"))
        assert two.people() == []
        assert len(dump(two)["messages"]) == 1
    two.close()


def test_the_line_about_another_process_names_it(tmp_path):
    one, two = (open_store("sqlite:///kith.db", tmp_path) for _ in range(2))
    with one.writing(), pytest.raises(StoreBusy, match=f"process {os.getpid()}"), two.writing(patience_s=0):
        pass
    one.close()
    two.close()


def test_the_reader_of_these_tests_finds_what_is_marked():
    found = read(mail("a", text="Hello. [ask advice]Could you help? [thanks]Thank you. Aoife Brennan"))
    assert [act.act.value for act in found.acts] == ["ask", "thanks"]
    assert len(found.mentions) == 1


def test_what_programs_wrote_is_not_kept_but_for_who_when_and_why_it_was_left_out(stores):
    store = stores()
    feed(store, mail("bot", sender=SHOP, subject="Your code is 123456", text="[ask info]Is it you?", day=3), mail("a"))
    assert {row[7] for row in dump(store)["messages"]} == {"", "About a"}
    assert "123456" not in repr(dump(store))
    (left,) = store.filtered()
    assert (left.email, left.mails, left.last) == (SHOP.email, 1, START + timedelta(days=3))


def test_reading_a_kept_mail_anew_brings_its_subject_back(store, owner):
    feed(store, mail("bot", sender=SHOP, subject="A letter after all"), keep_text=True)
    ((number, message),) = store.kept_messages(0, 9)
    store.save_readings([(number, message, read(replace(message, sender=DANA)))])
    assert [row[7] for row in dump(store)["messages"]] == ["A letter after all"]


def test_why_an_item_was_left_out_does_not_name_who_was_forgotten(store):
    named = Rejected(key="a", reason=f"has no believable date (Message-ID {TOMAS.email})")
    other = Rejected(key="b", reason="has no believable date (Message-ID 7@post.example)")
    feed(store, mail("known", sender=TOMAS), named, other)
    store.forget([TOMAS.email])
    kept = ["has no believable date", other.reason]
    assert [each.reason for each in store.rejections()] == kept
    feed(store, named, other)
    assert [each.reason for each in store.rejections()] == kept
