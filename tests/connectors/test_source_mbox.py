"""mbox files: appended, torn, rewritten, quoted; Takeout labels; own boxes; large mails."""

from __future__ import annotations

import contextlib
import gzip
import mailbox
import os
import tracemalloc
from collections import Counter
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import msgspec
import pytest

from connectors.errors import CursorExpired, NeedsOwner
from connectors.mime import MAX_MESSAGE
from connectors.protocol import Surroundings
from connectors.records import Message, Rejected, Removed
from connectors.sources.mbox import CONNECTOR, MboxSettings

NOW = datetime(2030, 6, 1, tzinfo=UTC)
LINE = b"From ada@quist.example Tue Mar  5 10:00:00 2024\n"


def mail(number, text="hello", head=b""):
    return (
        LINE
        + head
        + f"Message-ID: <{number}@quist.example>\nDate: Tue, 05 Mar 2024 10:00:00 +0100\n"
        f"From: ada@quist.example\nSubject: {number}\n\n{text}\n\n".encode()
    )


@pytest.fixture
def box(tmp_path):
    """A box file, and ``box.pull()`` of what is in it."""
    return Box(tmp_path)


class Box:
    def __init__(self, folder, **settings):
        self.folder = folder
        self.file = folder / "Inbox.mbox"
        self.settings = {"path": "Inbox.mbox", **settings}

    def connector(self):
        surroundings = Surroundings(base=self.folder, now=lambda: NOW, zone=ZoneInfo("Europe/Stockholm"))
        return CONNECTOR.open(MboxSettings(**self.settings), surroundings)

    def write(self, *mails):
        self.file.write_bytes(b"".join(mails))

    def append(self, *mails):
        with self.file.open("ab") as file:
            file.write(b"".join(mails))

    def batches(self, since=None, stream=0):
        connector = self.connector()
        return list(connector.pull(connector.streams()[stream], since))

    def pull(self, since=None, stream=0):
        batches = self.batches(since, stream)
        changes = [change for batch in batches for change in batch.changes]
        return changes, batches[-1].cursor if batches else since


def ids(changes):
    return [change.message_id for change in changes if isinstance(change, Message)]


def test_an_empty_box_is_fine(box):
    box.write()
    changes, cursor = box.pull()
    assert (changes, box.pull(cursor)[0]) == ([], [])
    box.append(mail(1))
    assert ids(box.pull(cursor)[0]) == ["1@quist.example"]


def test_a_torn_last_mail_is_replaced_when_it_is_whole(box):
    whole = mail(2, text="It takes long to write this sentence.")
    box.write(mail(1), whole[:-30])
    changes, cursor = box.pull()
    assert len(changes) == 2
    box.append(whole[-30:], mail(3))
    later, cursor = box.pull(cursor)
    assert later[0] == Removed(key=changes[1].key)
    assert [change.text for change in later[1:]] == ["It takes long to write this sentence.\n", "hello\n"]
    assert box.pull(cursor)[0] == []


@pytest.mark.parametrize("lost", [b"ence.\n\n", b"--b--\n\n"])
def test_a_last_mail_that_is_being_written_waits_for_the_next_pull(lost, box):
    parts = (
        "--b\n\nIt takes long to write this sentence.\n--b--"
        if lost.startswith(b"--")
        else "It takes long, this sentence."
    )
    whole = mail(2, text=parts, head=b"Content-Type: multipart/mixed; boundary=b\n" if "--b" in parts else b"")
    box.write(mail(1), whole.removesuffix(lost))
    os.utime(box.file, (NOW.timestamp() - 1, NOW.timestamp() - 1))
    changes, cursor = box.pull()
    assert ids(changes) == ["1@quist.example"]
    changes, cursor = box.pull(cursor)
    assert changes == []
    box.append(lost)
    changes, cursor = box.pull(cursor)
    assert ids(changes) == ["2@quist.example"]
    assert box.pull(cursor)[0] == []


def test_a_last_mail_that_stays_torn_is_read_all_the_same(box):
    box.write(mail(1), mail(2)[:-4])
    os.utime(box.file, (NOW.timestamp() - 60, NOW.timestamp() - 60))
    assert ids(box.pull()[0]) == ["1@quist.example", "2@quist.example"]


def test_a_mail_without_a_newline_at_its_end_is_the_same_mail_when_another_follows(box):
    box.write(mail(1), mail(2).rstrip(b"\n"))
    _, cursor = box.pull()
    box.append(b"\n\n", mail(3))
    assert ids(box.pull(cursor)[0]) == ["3@quist.example"]


def test_only_the_new_part_is_read(box):
    box.write(*map(mail, range(1500)))
    first, cursor = box.pull()
    box.append(mail("new"))
    assert len(first) == 1500
    assert box.batches(cursor)[-1].total == 2  # the last one again, and the new one


@pytest.mark.parametrize("rewrite", ["shorter", "replaced", "middle"])
def test_a_box_that_is_no_continuation_is_expired_and_keeps_its_keys(rewrite, box):
    box.write(*map(mail, range(10)))
    before, cursor = box.pull()
    others = {"shorter": range(9), "replaced": range(100, 140), "middle": [0, 1, 3, 4, 5, 6, 7, 8, 9, 10]}[rewrite]
    box.write(*map(mail, others))
    with pytest.raises(CursorExpired):
        box.pull(cursor)
    keys = {change.message_id: change.key for change in before}
    for change in box.pull()[0]:
        assert keys.get(change.message_id, change.key) == change.key


def test_a_touched_box_is_nothing_new(box):
    box.write(*map(mail, range(3)))
    _, cursor = box.pull()
    os.utime(box.file, (1, 1))
    assert box.batches(cursor) == []


def test_marks_that_mail_programs_write_do_not_change_a_key(box):
    box.write(mail(1), mail(2))
    before, _ = box.pull()
    box.write(mail(1, head=b"Status: RO\nX-Mozilla-Status: 0001\n"), mail(2, head=b"X-Keywords: a\n b\n"))
    assert [change.key for change in box.pull()[0]] == [change.key for change in before]


def test_quoted_from_lines_are_unquoted_and_do_not_divide(box):
    box.write(
        mail(1, text="one\n\n>From here on\n>>From there\n\nFrom the desk of Ada\nFrom 10:30 on we walk\n\nend"),
        mail(2),
    )
    changes, _ = box.pull()
    assert len(changes) == 2
    assert changes[0].text == "one\n\nFrom here on\n>From there\n\nFrom the desk of Ada\nFrom 10:30 on we walk\n\nend\n"


@pytest.mark.parametrize(
    "line",
    [
        b"From - Tue Mar 05 10:00:00 2024\n",
        b"From 1790000000000000000@xxx Tue Mar 05 10:00:00 +0000 2024\n",
        b"From ada@quist.example Tue, 5 Mar 2024 10:00:00 +0100\n",
        b"From nobody\n",
        b"From MAILER-DAEMON Thu Jan  1 00:00:00 1970\n",
    ],
)
def test_the_envelope_lines_of_many_programs_are_known(line, box):
    box.write(*(mail(number).replace(LINE, line) for number in range(3)))
    assert ids(box.pull()[0]) == ["0@quist.example", "1@quist.example", "2@quist.example"]


def test_a_box_with_crlf_reads_the_same(box):
    box.write(*(mail(number).replace(b"\n", b"\r\n") for number in range(3)))
    changes, cursor = box.pull()
    assert [change.text for change in changes] == ["hello\n"] * 3
    box.append(mail(4).replace(b"\n", b"\r\n"))
    assert ids(box.pull(cursor)[0]) == ["4@quist.example"]


def test_a_mail_without_a_date_has_that_of_its_envelope(box):
    box.write(LINE + b"From: ada@quist.example\n\nhello\n\n")
    assert box.pull()[0][0].sent_at == datetime(2024, 3, 5, 10, tzinfo=UTC)


def test_a_mail_above_the_cap_is_rejected_without_being_held(box):
    box.write(mail(1))
    box.append(LINE, b"From: ada@quist.example\n\n")
    with box.file.open("ab") as file:
        file.truncate(box.file.stat().st_size + 6 * MAX_MESSAGE)
    box.append(b"\n\n", mail(2))
    tracemalloc.start()
    changes, cursor = box.pull()
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert [type(change) for change in changes] == [Message, Rejected, Message]
    assert peak < 3 * MAX_MESSAGE
    assert [change.key for change in box.pull()[0]] == [change.key for change in changes]
    assert box.pull(cursor)[0] == []


def test_a_folder_of_boxes_has_a_stream_a_box_and_knows_own_mail(tmp_path):
    files = {
        "Inbox": 1,
        "Sent.mbox": 2,
        "Gesendet": 3,
        "Clients/Sent": 7,
        "Work/Templates.mbox": 8,
        "INBOX.sbd/Drafts": 9,
        "Trash.mbox": 4,
        "Apple.mbox/mbox": 5,
        "Sent Items.mbox/mbox": 6,
    }
    for name, number in files.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_bytes(mail(number))
    (tmp_path / "notes.txt").write_text("Dear diary")
    (tmp_path / "Empty.mbox").write_bytes(b"")
    os.mkfifo(tmp_path / "Pipe.mbox")
    box = Box(tmp_path, path=".")
    streams = [stream.name for stream in box.connector().streams()]
    assert streams == [
        "Apple.mbox/mbox", "Clients/Sent", "Empty.mbox", "Gesendet", "Inbox", "Sent Items.mbox/mbox", "Sent.mbox",
        "Work/Templates.mbox",
    ]  # fmt: skip
    own = {name: [change.own for change in box.pull(stream=number)[0]] for number, name in enumerate(streams)}
    assert [name for name, owns in own.items() if any(owns)] == ["Gesendet", "Sent Items.mbox/mbox", "Sent.mbox"]


@pytest.mark.parametrize(
    ("glob", "own"), [("out/*", True), ("*.mbox", True), ("Mine", True), ("mine.mbox", True), ("In*", False)]
)
def test_the_owners_globs_say_which_boxes_are_own(glob, own, tmp_path):
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "Mine.mbox").write_bytes(mail(1))
    assert [change.own for change in Box(tmp_path, path=".", sent=(glob,)).pull()[0]] == [own]


def takeout(labels, thread="1790000000000000001"):
    return f"X-GM-THRID: {thread}\nX-Gmail-Labels: {labels}\n".encode()


def test_takeout_labels_and_threads_are_understood(box):
    box.write(
        mail(1, head=takeout("Inbox,Important,Family")),
        mail(2, head=takeout("=?UTF-8?Q?Archiviert,Gesendet,Ge=C3=B6ffnet,Projekt_Haus?=")),
        mail(3, head=takeout("=?UTF-8?Q?Bo=C3=AEte_de_r=C3=A9ception,?=\n =?UTF-8?Q?Messages_envoy=C3=A9s?=")),
        mail(4, head=takeout("Spam,Unread")),
        mail(5, head=takeout("=?UTF-8?Q?Papierkorb?=")),
        mail(6, head=takeout("Drafts")),
    )
    changes, _ = box.pull()
    assert [change.own for change in changes] == [False, True, True]
    assert changes[0].labels == ("Inbox", "Important", "Family")
    assert changes[1].labels == ("Archiviert", "Gesendet", "Geöffnet", "Projekt Haus")
    assert changes[0].provider_thread == "1790000000000000001"


def test_the_owners_own_labels_prove_nothing_and_hide_nothing(box):
    labels = [
        "Inbox,Clients/Sent",
        "Inbox,Work/Templates",
        '"Projects, Draft"',
        "Sent Items,Templates",
        "INBOX/Sent",
        "Junk",
        "[Gmail]/Trash",
    ]
    box.write(*(mail(number, head=takeout(names)) for number, names in enumerate(labels)))
    changes, _ = box.pull()
    assert [change.message_id for change in changes] == [f"{number}@quist.example" for number in range(len(labels))]
    assert not any(change.own for change in changes)


def test_labels_in_a_box_that_gmail_did_not_write_are_nobodys_proof(box):
    box.write(mail(1), mail(2, head=takeout("Sent")))
    for changes in (box.pull()[0], box.pull(box.batches()[-1].cursor)[0]):
        assert not any(change.own or change.labels or change.provider_thread for change in changes)
    box.append(mail(3, head=takeout("Sent")))
    assert [change.own for change in box.pull()[0]] == [False, False, False]


def test_labels_are_understood_after_a_resumed_pull_too(box):
    box.write(mail(1, head=takeout("Inbox")))
    cursor = box.batches()[-1].cursor
    box.append(mail(2, head=takeout("Sent")))
    assert [change.own for change in box.pull(cursor)[0]] == [True]


@pytest.mark.parametrize("newline", ["\n", "\r\n"])
def test_a_text_cannot_begin_a_mail_without_an_empty_line_before_it(newline, box):
    forged = (LINE + takeout("Sent") + b"From: maya@lindqvist.example\n\nI promise you the house.").decode()
    whole = [mail(1, text=f"See below\n{forged}"), mail(2)]
    box.write(*(one.replace(b"\n", newline.encode()) for one in whole))
    changes, _ = box.pull()
    assert ids(changes) == ["1@quist.example", "2@quist.example"]
    assert "I promise you the house." in changes[0].text


def test_separators_are_found_wherever_a_piece_of_the_file_ends(box, monkeypatch):
    monkeypatch.setattr("connectors.mbox_boxes.PIECE", 1500)
    for newline in (b"\n", b"\r\n"):
        for size in range(0, 1600, 37):
            box.write(*(mail(number, text="x" * size).replace(b"\n", newline) for number in range(4)))
            assert len(box.pull()[0]) == 4


def test_labels_that_a_sender_wrote_are_nobodys_proof(box):
    box.write(mail(1, head=b"Received: from a by b; Tue, 05 Mar 2024 10:00:00 +0100\n" + takeout("Sent")))
    (change,) = box.pull()[0]
    assert (change.own, change.labels, change.provider_thread) == (False, (), None)


def test_what_the_owner_must_mend_is_said_in_one_line(box):
    with pytest.raises(NeedsOwner, match="is not there"):
        box.connector().streams()
    box.write(mail(1))
    stream = box.connector().streams()[0]
    box.file.unlink()
    with pytest.raises(NeedsOwner, match=r"is gone|is not there"):
        list(box.connector().pull(stream, None))


def test_a_box_that_may_not_be_read_needs_the_owner(box, monkeypatch):
    box.write(mail(1))

    def refuse(path, *args, **more):
        raise PermissionError(13, "Permission denied", str(path))

    monkeypatch.setattr(Path, "open", refuse)
    with pytest.raises(NeedsOwner, match="may not be read"):
        box.pull()


def test_a_box_of_many_that_may_not_be_read_is_a_matter_of_its_own_stream(tmp_path, monkeypatch):
    for name in ("Archive.mbox", "Inbox.mbox"):
        (tmp_path / name).write_bytes(mail(name))
    opening = Path.open

    def refuse(path, *args, **more):
        if path.name == "Archive.mbox":
            raise PermissionError(13, "Permission denied", str(path))
        return opening(path, *args, **more)

    monkeypatch.setattr(Path, "open", refuse)
    box = Box(tmp_path, path=".")
    with pytest.raises(NeedsOwner, match="may not be read"):
        box.pull(stream=0)
    assert ids(box.pull(stream=1)[0]) == ["Inbox.mbox@quist.example"]


def test_what_is_no_box_needs_the_owner_and_an_empty_one_is_fine(box):
    for raw in (b"%PDF-1.7 \x00\xff", b"hello", b"Subject: a mail, but no box\n\nhello\n"):
        box.write(raw)
        with pytest.raises(NeedsOwner, match=r"Inbox\.mbox is not an mbox file"):
            box.pull()
    for raw in (b"", b"\r\n\n"):
        box.write(raw)
        assert box.pull()[0] == []
    box.write(b"\n\n", mail(1))
    assert ids(box.pull()[0]) == ["1@quist.example"]


def test_a_folder_without_boxes_needs_the_owner_unless_it_is_empty(tmp_path):
    assert Box(tmp_path, path=".").connector().streams() == []
    (tmp_path / "photo.jpg").write_bytes(b"\xff\xd8")
    with pytest.raises(NeedsOwner, match="has no mbox file"):
        Box(tmp_path, path=".").connector().streams()


def test_unknown_settings_are_refused():
    with pytest.raises(msgspec.ValidationError):
        msgspec.convert({"path": "x", "colour": "red"}, MboxSettings)
    assert msgspec.convert({"path": "x", "sent": ["Sent"]}, MboxSettings).sent == ("Sent",)


@pytest.mark.parametrize("name", ["enron/lay-k", "enron/badeer-r", "usrp-users-1500"])
def test_real_boxes_are_divided_as_the_standard_library_does(name, shared, box):
    box.write(gzip.decompress((shared / "data" / "mail" / f"{name}.mbox.gz").read_bytes()))
    changes, cursor = box.pull()
    with contextlib.closing(mailbox.mbox(box.file)) as theirs:
        assert len(changes) == len(theirs)
    reasons = Counter(change.reason.partition(" (")[0] for change in changes if isinstance(change, Rejected))
    assert set(reasons) <= {"has no believable date", "has no readable address in its From field"}
    assert sum(reasons.values()) < 20
    assert box.batches(cursor) == []
    assert all(change.sent_at < NOW + timedelta(days=1) for change in changes if isinstance(change, Message))
