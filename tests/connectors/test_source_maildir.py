"""Maildirs: folders of both kinds, flags, moves, interrupted pulls, own folders."""

from __future__ import annotations

import os
import shutil
from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from connectors.errors import CursorExpired, NeedsOwner, Transient
from connectors.mime import MAX_MESSAGE
from connectors.protocol import Stream, Surroundings
from connectors.records import Message, Rejected, Removed
from connectors.sources import maildir
from connectors.sources.maildir import CONNECTOR, MaildirSettings

NOW = datetime(2030, 6, 1, tzinfo=UTC)


def mail(number):
    return f"Message-ID: <{number}@q.example>\nDate: Tue, 05 Mar 2024 10:00:00 +0100\nFrom: ada@q.example\n\nhello\n".encode()


class Maildir:
    def __init__(self, root):
        self.root = root
        self.folder("")

    def folder(self, name):
        for part in ("new", "cur", "tmp"):
            (self.root / name / part).mkdir(parents=True, exist_ok=True)

    def put(self, name, number=None, folder="", part="cur"):
        path = self.root / folder / part / name
        path.write_bytes(mail(name.partition(":")[0] if number is None else number))
        return path

    def connector(self, **settings):
        surroundings = Surroundings(base=self.root, now=lambda: NOW, zone=ZoneInfo("Europe/Stockholm"))
        return CONNECTOR.open(MaildirSettings(path=".", **settings), surroundings)

    def pull(self, since=None, stream="INBOX", **settings):
        batches = list(self.connector(**settings).pull(Stream(name=stream, holds="mail"), since))
        changes = [change for batch in batches for change in batch.changes]
        return changes, batches[-1].cursor if batches else since


@pytest.fixture
def box(tmp_path):
    return Maildir(tmp_path)


def test_folders_of_both_kinds_are_streams_and_leftovers_are_not(box):
    for name in (
        ".Archive.2024",
        ".Sent",
        ".Trash",
        ".INBOX.Drafts",
        "Work/Clients",
        "Junk",
        ".Entwürfe",
        ".Work.Templates",
    ):
        box.folder(name)
    assert [stream.name for stream in box.connector().streams()] == [
        "INBOX", ".Archive.2024", ".Sent", ".Work.Templates", "Work/Clients",
    ]  # fmt: skip


def test_an_empty_maildir_is_fine(box):
    changes, cursor = box.pull()
    assert (changes, box.pull(cursor)[0]) == ([], [])


def test_a_move_from_new_to_cur_and_a_changed_flag_are_nothing_new(box):
    path = box.put("1.a.host", part="new")
    box.put("2.b.host:2,S")
    (first, second), cursor = box.pull()
    path.rename(box.root / "cur" / "1.a.host:2,")
    (box.root / "cur" / "2.b.host:2,S").rename(box.root / "cur" / "2.b.host:2,RS")
    changes, cursor = box.pull(cursor)
    assert changes == []
    assert [change.key for change in box.pull()[0]] == [first.key, second.key]


def test_what_came_and_what_went_is_told_exactly(box):
    for number in range(5):
        box.put(f"{number}.a.host:2,S")
    before, cursor = box.pull()
    (box.root / "cur" / "3.a.host:2,S").unlink()
    box.put("9.a.host", part="new")
    changes, cursor = box.pull(cursor)
    assert [change.message_id for change in changes if isinstance(change, Message)] == ["9.a.host@q.example"]
    assert [change for change in changes if isinstance(change, Removed)] == [Removed(key=before[3].key)]
    assert box.pull(cursor)[0] == []


def test_what_is_no_file_is_no_mail(box):
    box.put("1.a.host:2,S")
    (box.root / "cur" / "folder").mkdir()
    os.mkfifo(box.root / "new" / "pipe")
    assert [change.message_id for change in box.pull()[0]] == ["1.a.host@q.example"]


def test_drafts_and_deleted_mails_are_left_out_and_go_when_they_are_flagged(box):
    box.put("1.a.host:2,D")
    box.put("2.a.host:2,ST")
    path = box.put("3.a.host:2,S")
    (kept,), cursor = box.pull()
    box.put("4.a.host:2,S")
    path.rename(f"{path}T")
    changes, _ = box.pull(cursor)
    assert [change for change in changes if isinstance(change, Removed)] == [Removed(key=kept.key)]


def test_where_nothing_changed_only_two_folder_times_are_compared(box, monkeypatch):
    box.put("1.a.host:2,S")
    _, cursor = box.pull()

    def refuse(path):
        raise AssertionError("listed")

    monkeypatch.setattr(os, "scandir", refuse)
    stream = Stream(name="INBOX", holds="mail")
    assert list(box.connector().pull(stream, cursor)) == []


def test_a_change_in_the_same_instant_as_a_pull_is_not_missed(box):
    box.put("1.a.host:2,S")
    moment = NOW.timestamp()
    for part in ("new", "cur"):
        os.utime(box.root / part, (moment, moment))
    _, cursor = box.pull()
    box.put("2.a.host:2,S")
    os.utime(box.root / "cur", (moment, moment))
    assert [change.message_id for change in box.pull(cursor)[0]] == ["2.a.host@q.example"]


def test_ten_thousand_mails_can_be_resumed_after_every_batch_with_a_short_note(box):
    for number in range(10_000):
        (box.root / "cur" / f"{1_700_000_000 + number}.a.host:2,S").write_bytes(mail(number))
    stream = Stream(name="INBOX", holds="mail")
    batches = list(box.connector().pull(stream, None))
    assert len(batches) == 21
    assert max(len(batch.cursor.value) for batch in batches[:-1]) < 200
    assert len(batches[-1].cursor.value) < 110_000
    assert {batch.total for batch in batches} == {10_000}
    rest, _ = box.pull(batches[16].cursor)
    assert len(rest) == 10_000 - 17 * 500


def test_a_mail_with_an_old_name_that_comes_during_an_interrupted_pull_is_not_lost(box):
    for number in range(1200):
        box.put(f"{2000 + number}.a.host:2,S")
    batch = next(iter(box.connector().pull(Stream(name="INBOX", holds="mail"), None)))
    box.put("1.old.host:2,S")
    rest, _ = box.pull(batch.cursor)
    assert "1.old.host@q.example" in {change.message_id for change in rest}


def test_an_emptied_folder_removes_nothing(box):
    box.put("1.a.host:2,S").unlink()
    path = box.put("2.a.host:2,S")
    _, cursor = box.pull()
    path.unlink()
    with pytest.raises(CursorExpired):
        box.pull(cursor)
    assert box.pull()[0] == []


def test_a_mail_that_is_renamed_while_it_is_read_is_found_again(box, monkeypatch):
    path = box.put("1.a.host:2,")
    reading = maildir._content

    def rename_before(name):
        if path.exists():
            path.rename(f"{path}S")
        return reading(name)

    monkeypatch.setattr(maildir, "_content", rename_before)
    changes, cursor = box.pull()
    assert [change.message_id for change in changes] == ["1.a.host@q.example"]
    assert box.pull(cursor)[0] == []


def test_a_mail_that_is_deleted_while_it_is_read_is_as_if_it_had_never_been(box, monkeypatch):
    path = box.put("1.a.host:2,")
    box.put("2.a.host:2,")
    reading = maildir._content

    def delete_before(name):
        path.unlink(missing_ok=True)
        return reading(name)

    monkeypatch.setattr(maildir, "_content", delete_before)
    changes, cursor = box.pull()
    assert [change.message_id for change in changes] == ["2.a.host@q.example"]
    assert box.pull(cursor)[0] == []


@pytest.fixture
def locked(monkeypatch):
    """Mails whose names are in this set may not be read, whoever runs the tests."""
    names = set()
    reading, allowed = maildir._content, os.access

    def refuse(path):
        if Path(path).name.partition(":")[0] in names:
            raise PermissionError(13, "Permission denied", path)
        return reading(path)

    monkeypatch.setattr(maildir, "_content", refuse)
    monkeypatch.setattr(
        os, "access", lambda path, mode: Path(path).name.partition(":")[0] not in names and allowed(path, mode)
    )
    return names


def test_a_mail_that_may_not_be_read_is_rejected_until_it_may_and_the_others_are_read(box, locked):
    for number in range(3):
        box.put(f"{number}.a.host:2,S")
    locked.add("1.a.host")
    changes, cursor = box.pull()
    assert [type(change) for change in changes] == [Message, Rejected, Message]
    assert "may not be read" in changes[1].reason
    again, cursor = box.pull(cursor)
    assert again == [changes[1]]
    locked.clear()
    ((mended,), cursor) = box.pull(cursor)
    assert (mended.message_id, mended.key) == ("1.a.host@q.example", changes[1].key)
    assert box.pull(cursor)[0] == []


def test_a_mail_that_may_not_be_read_is_tried_again_after_a_pull_that_was_broken_off(box, locked):
    for number in range(1200):
        box.put(f"{number:04}.a.host:2,S")
    locked.add("0001.a.host")
    first = next(iter(box.connector().pull(Stream(name="INBOX", holds="mail"), None)))
    _, cursor = box.pull(first.cursor)
    locked.clear()
    assert [change.message_id for change in box.pull(cursor)[0]] == ["0001.a.host@q.example"]


@pytest.mark.parametrize("change", ["renamed", "deleted"])
def test_thousands_of_mails_that_change_during_a_pull_cost_a_few_listings(change, box, monkeypatch):
    for number in range(2000):
        box.put(f"{number:04}.a.host:2,")
    pull = iter(box.connector().pull(Stream(name="INBOX", holds="mail"), None))
    seen = list(next(pull).changes)
    for path in list((box.root / "cur").iterdir()):
        path.rename(f"{path}S") if change == "renamed" else path.unlink()
    listings = []
    listing = os.scandir
    monkeypatch.setattr(os, "scandir", lambda path: listings.append(path) or listing(path))
    seen += [item for batch in pull for item in batch.changes]
    assert len(seen) == (2000 if change == "renamed" else 500)
    assert len(listings) <= 4


def test_a_folder_that_vanishes_while_it_is_read_is_transient(box):
    for number in range(1200):
        box.put(f"{number}.a.host:2,S")
    pull = iter(box.connector().pull(Stream(name="INBOX", holds="mail"), None))
    next(pull)
    shutil.rmtree(box.root)
    with pytest.raises(Transient):
        list(pull)


def test_own_folders_are_known_by_the_owners_globs_or_their_usual_names(box):
    for name in (".Sent", ".Outgoing.2024", "INBOX.x"):
        box.folder(name)
        box.put("1.a.host:2,S", folder=name)
    assert [change.own for change in box.pull(stream=".Sent")[0]] == [True]
    assert [change.own for change in box.pull(stream=".Outgoing.2024")[0]] == [False]
    assert [change.own for change in box.pull(stream=".Outgoing.2024", sent=("Outgoing/*",))[0]] == [True]
    assert [change.own for change in box.pull(stream=".Sent", sent=("Outgoing/*",))[0]] == [False]
    for name, own in (
        (".INBOX.Sent", True),
        ("[Gmail]/Sent Mail", True),
        ("INBOX/Gesendet", True),
        (".Clients.Sent", False),
    ):
        box.folder(name)
        box.put("1.a.host:2,S", folder=name)
        assert [change.own for change in box.pull(stream=name)[0]] == [own], name
    assert [change.own for change in box.pull(stream=".Clients.Sent", sent=("Clients/Sent",))[0]] == [True]
    assert box.pull(stream=".Outgoing.2024")[0][0].folder == "Outgoing/2024"


def test_a_mail_above_the_cap_is_rejected(box):
    with (box.root / "cur" / "1.a.host:2,S").open("wb") as file:
        file.truncate(MAX_MESSAGE + 2)
    assert box.pull()[0][0] == Rejected(key=box.pull()[0][0].key, reason="is larger than 25 MB (file 1.a.host)")


def test_a_mail_without_a_date_has_that_of_its_file_name(box):
    (box.root / "new" / "1709632800.M1P2.host").write_bytes(b"From: ada@q.example\n\nhello\n")
    assert box.pull()[0][0].sent_at == datetime(2024, 3, 5, 10, tzinfo=UTC)


def test_what_the_owner_must_mend_is_said_in_one_line(tmp_path):
    surroundings = Surroundings(base=tmp_path, now=lambda: NOW, zone=ZoneInfo("UTC"))
    with pytest.raises(NeedsOwner, match="is not there"):
        CONNECTOR.open(MaildirSettings(path="Mail"), surroundings).streams()
    (tmp_path / "Mail").mkdir()
    with pytest.raises(NeedsOwner, match="is no maildir"):
        CONNECTOR.open(MaildirSettings(path="Mail"), surroundings).streams()
