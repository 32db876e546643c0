"""One pass over one account: what is read, what is left to the next pass, how it ends."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import dataclass, field
from datetime import timedelta

import pytest

from connectors.errors import CursorExpired, NeedsOwner, ProtocolViolation, Transient
from connectors.protocol import Stream
from connectors.records import Cursor, Rejected
from daemon.pipeline import sync_account
from daemon.refresh import refresh
from daemon.reinfer import reinfer
from tests.daemon.store_dump import dump
from tests.daemon.store_sample import AOIFE, NOW, batch, mail, meeting, own, read

MAILS = [
    own("ask", text="[ask advice]Could you look at the harbour plan?"),
    mail("answer", day=2, text="[deliver advice]I would move the pier.", in_reply_to=("ask@lindqvist.example",)),
    mail("three", sender=AOIFE, day=3),
]


@dataclass
class Fake:
    """Yields its changes one a batch, from the cursor on; ``trouble`` is raised before the item of that number."""

    changes: list = field(default_factory=lambda: list(MAILS))
    trouble: dict = field(default_factory=dict)
    pulls: list = field(default_factory=list)
    name: str = "INBOX"

    def streams(self):
        return [Stream(name=self.name, holds="mail")]

    def pull(self, stream, since):
        self.pulls.append(since and since.value)
        start = int(since.value) if since else 0
        for number in range(start, len(self.changes)):
            if number in self.trouble:
                raise self.trouble.pop(number)
            yield batch(self.changes[number], cursor=str(number + 1))


class Folders:
    """An account of several streams, each a ``Fake``."""

    def __init__(self, **folders):
        self.folders = folders

    def streams(self):
        return [Stream(name=name, holds="mail") for name in self.folders]

    def pull(self, stream, since):
        return self.folders[stream.name].pull(stream, since)


def sync(store, connector, **more):
    more.setdefault("read", read)
    return sync_account("post", "fake", connector, store, now=lambda: NOW, **more)


def test_a_pass_reads_everything_and_the_next_one_only_what_is_new(store):
    connector = Fake()
    first = sync(store, connector)
    assert (first.applied.new, first.problem, first.stopped) == (3, None, False)
    connector.changes.append(mail("four", day=4))
    assert sync(store, connector).applied.new == 1
    assert connector.pulls == [None, "3"]
    assert store.account_states()[0].last_success == NOW


def test_only_unknown_mails_are_read(store):
    seen = []

    def noting(message):
        seen.append(message.key)
        return read(message)

    sync(store, Fake(), read=noting)
    sync(store, Fake(name="Archive"), read=noting)
    assert seen == ["ask", "answer", "three"]


def test_full_reads_known_mails_anew(store, owner):
    sync(store, Fake())
    refresh(store, owner)
    assert len(store.favors()) == 1

    def better(message):
        return read(mail(message.key, sender=message.sender, text="[thanks]Thank you for the rope."))

    outcome = sync(store, Fake(), full=True, read=better)
    assert (outcome.applied.new, outcome.applied.unchanged) == (0, 3)
    refresh(store, owner)
    assert {row[10] for row in dump(store)["messages"] if b"rope" in row[10]}
    assert b"pier" not in b"".join(row[10] for row in dump(store)["messages"])


def test_an_expired_cursor_is_followed_by_exactly_one_pull_from_the_beginning(store):
    connector = Fake()
    sync(store, connector)
    connector.trouble = {3: CursorExpired("the server forgot")}
    connector.changes.append(mail("four"))
    outcome = sync(store, connector)
    assert (outcome.problem, outcome.applied.new, outcome.applied.unchanged) == (None, 1, 3)
    assert connector.pulls == [None, "3", None]
    connector.trouble = {4: CursorExpired("again"), 0: CursorExpired("and again")}
    connector.changes.append(mail("five"))
    outcome = sync(store, connector)
    assert outcome.problem == "and again"
    assert len(dump(store)["messages"]) == 4


@pytest.mark.parametrize("kind", [NeedsOwner, Transient, ProtocolViolation])
def test_trouble_in_the_middle_keeps_what_came_before_and_is_told(store, kind):
    connector = Fake(trouble={2: kind("the file is gone: put it back")})
    outcome = sync(store, connector)
    assert (outcome.applied.new, outcome.problem) == (2, "the file is gone: put it back")
    assert outcome.needs_owner is (kind is NeedsOwner)
    (state,) = store.account_states()
    assert (state.problem, state.last_success) == ("the file is gone: put it back", None)
    assert sync(store, connector).applied.new == 1
    assert store.account_states()[0].problem is None


@pytest.mark.parametrize("kind", [NeedsOwner, Transient])
def test_a_folder_that_cannot_be_read_does_not_keep_the_others_from_being_read(store, kind):
    connector = Folders(a=Fake(), b=Fake(trouble={0: kind("b is gone")}), c=Fake(trouble={0: kind("c is gone")}),
                        d=Fake(changes=[mail("d")]))  # fmt: skip
    outcome = sync(store, connector)
    assert (outcome.applied.new, outcome.problem) == (4, "b is gone")
    assert store.account_states()[0].problem == "b is gone"


@pytest.mark.parametrize("error", [Transient("busy", retry_after=timedelta(minutes=1)), ProtocolViolation("garbage")])
def test_a_source_that_wants_to_be_left_alone_or_speaks_nonsense_is_left_alone(store, error):
    connector = Folders(a=Fake(trouble={0: error}), b=Fake())
    assert (sync(store, connector).problem, connector.folders["b"].pulls) == (str(error), [])


def test_a_full_pass_that_was_stopped_is_gone_on_with_by_a_plain_one(store):
    connector = Folders(a=Fake(), b=Fake(changes=[mail("b")]))
    sync(store, connector)
    seen = []

    def noting(message):
        seen.append(message.key)
        return read(message)

    done = []
    stopped = sync(
        store, connector, full=True, read=noting, progress=lambda n, _: done.append(n), stop=lambda: bool(done)
    )
    assert (stopped.stopped, seen) == (True, ["ask"])
    sync(store, connector, read=noting)
    assert seen == ["ask", "answer", "three", "b"]
    sync(store, connector, read=noting)
    assert len(seen) == 4


def test_a_stop_is_honoured_between_batches_and_nothing_is_lost(store):
    done = []
    outcome = sync(store, Fake(), progress=lambda n, total: done.append(n), stop=lambda: len(done) == 2)
    assert (outcome.applied.new, outcome.stopped, done) == (2, True, [1, 2])
    assert sync(store, Fake()).applied.new == 1


def test_progress_tells_what_is_expected_where_that_is_known(store):
    class Counting(Fake):
        def pull(self, stream, since):
            for arriving in super().pull(stream, since):
                yield type(arriving)(changes=arriving.changes, cursor=arriving.cursor, total=3)

    told = []
    sync(store, Counting(), progress=lambda done, total: told.append((done, total)))
    assert told == [(1, 3), (2, 3), (3, 3)]


def test_a_rejected_item_stops_nothing(store):
    outcome = sync(store, Fake(changes=[MAILS[0], Rejected(key="x", reason="too deep"), MAILS[1]]))
    assert (outcome.applied.new, outcome.applied.rejected) == (2, 1)


def test_calendars_need_no_reader(store):
    def never(message):
        raise AssertionError("there is no mail")

    assert sync(store, Fake(changes=[meeting("m")]), read=never).applied.new == 1


def test_nothing_new_loads_neither_recogniser_nor_alembic(tmp_path):
    program = f"""
import sys
from datetime import UTC, datetime
from pathlib import Path
from connectors.protocol import Stream
from daemon.store import open_store
from daemon.pipeline import sync_account
from daemon.refresh import Owner, refresh
class Empty:
    def streams(self): return [Stream(name="INBOX", holds="mail")]
    def pull(self, stream, since): return iter(())
store = open_store("sqlite:///kith.db", Path({str(tmp_path)!r}))
sync_account("post", "fake", Empty(), store, now=lambda: datetime.now(UTC))
refresh(store, Owner(name="Maya", addresses=("maya@lindqvist.example",)))
print(sorted(name for name in ("alembic", "numpy", "inference.acts.recogniser", "inference.people") if name in sys.modules))
"""
    outputs = [
        subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True).stdout
        for _ in range(2)
    ]
    assert set(outputs) <= {"['inference.people']\n", "[]\n"}


def test_the_shipped_reader_reads_mail(store, owner):
    changes = [
        own("a", text="Hi Dana,\n\nCould you please introduce me to Aoife Brennan at the harbour office?\n\nMaya")
    ]
    sync(store, Fake(changes=changes), read=None)
    refresh(store, owner)
    assert [favor.person for favor in store.favors()] == [person.id for person in store.people()]


def test_reinfer_makes_everything_again_from_stored_acts(store, owner):
    sync(store, Fake())
    refresh(store, owner)
    before = dump(store)
    done = reinfer(store, owner, read=read)
    assert (done.mails, done.persons) == (0, 2)
    assert dump(store) == before


def test_reinfer_reads_kept_texts_again(store, owner):
    def blind(message):
        return read(mail(message.key, sender=message.sender))

    sync(store, Fake(), keep_text=True, read=blind)
    refresh(store, owner)
    assert store.favors() == ()
    assert reinfer(store, owner, read=read).mails == 3
    assert len(store.favors()) == 1


def test_the_cursor_is_what_the_connector_gave(store):
    sync(store, Fake())
    assert store.place("post", "INBOX").cursor == Cursor(value="3")
