"""A mailbox on a Dovecot of its own in; what reading it costs in bytes and seconds, paired with mbsync, out.

Bytes are counted by a proxy between client and server; the line of 40 ms (there and back) and 50 Mbit/s is the same
proxy, slowed down. mbsync writes to a maildir without fsync; kith reads, infers and stores.
"""

from __future__ import annotations

import base64
import os
import random
import shutil
import sys
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from threading import Thread
from zoneinfo import ZoneInfo

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

import mailboxes
import measure

from connectors.protocol import Surroundings
from connectors.sources import imap as source
from daemon.pipeline import sync_account
from daemon.store import Store, open_store
from tests.services.dovecot import PASSWORD, Dovecot
from tests.services.proxy import Proxy

MAILS = int(os.environ.get("KITH_BENCH_MAILS", "10000"))
#: Bytes of a mail on average, most of them attachments.
MEAN = 55_000
_SHARE = 0.3
_DELAY_S, _RATE = 0.020, 50e6 / 8
_VARIABLE = "KITH_BENCH_PASSWORD"


def _with_attachment(raw: bytes, rng: random.Random, size: int) -> bytes:
    """A mail with a file of random bytes added, as mail programs write it."""
    head, _, body = raw.partition(b"\n\n")
    kept = [line for line in head.split(b"\n") if not line.lower().startswith((b"content-", b"mime-version"))]
    return b"\n".join(
        (
            *kept,
            b'MIME-Version: 1.0\nContent-Type: multipart/mixed; boundary="bench"\n',
            b"--bench\nContent-Type: text/plain; charset=utf-8\n",
            body,
            b'--bench\nContent-Type: application/pdf; name="plan.pdf"\nContent-Transfer-Encoding: base64',
            b'Content-Disposition: attachment; filename="plan.pdf"\n',
            base64.encodebytes(rng.randbytes(size * 3 // 4)) + b"--bench--\n",
        )
    )


def _mails(shared: Path, *, attached: bool) -> Iterator[tuple[bool, bytes]]:
    """``MAILS`` mails as (sent by the owner, raw)."""
    rng = random.Random(4)
    number = 0
    for box in mailboxes.boxes(shared):
        for own, raw in mailboxes.messages(box):
            if number == MAILS:
                return
            number += 1
            if attached and rng.random() < _SHARE:
                raw = _with_attachment(raw, rng, int(min(rng.expovariate(_SHARE / MEAN), 20 * MEAN)))
            yield own, raw


def _filled(shared: Path, *, attached: bool) -> Dovecot:
    server = Dovecot()
    total = 0

    def part(wanted: bool) -> Iterator[bytes]:
        nonlocal total
        for own, raw in _mails(shared, attached=attached):
            if own is wanted:
                total += len(raw)
                yield raw

    server.load(part(False))
    server.load(part(True), folder="Sent")
    print(f"   {MAILS:,} mails, {total / MAILS / 1000:.1f} kB on average")
    return server


def _kith(kith: str, folder: Path, port: int, *, compress: bool) -> measure.Run:
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    account = (
        f'kind = "imap"\nhost = "127.0.0.1"\nport = {port}\ntls = "none"\nusername = "alice"\n'
        f'password_env = "{_VARIABLE}"\ncompress = {str(compress).lower()}'
    )
    config = mailboxes.write_config(folder, "steven.kean@enron.com", account)
    return measure.run([kith, "--config", str(config), "sync"], env={_VARIABLE: PASSWORD})


def _mbsync(folder: Path, port: int, *, compress: bool) -> measure.Run:
    shutil.rmtree(folder, ignore_errors=True)
    (folder / "mail").mkdir(parents=True)
    config = folder / "mbsyncrc"
    config.write_text(
        f"FSync no\n\nIMAPAccount bench\nHost 127.0.0.1\nPort {port}\nUser alice\nPass {PASSWORD}\nSSLType None\n"
        f"AuthMechs LOGIN\n{'' if compress else 'DisableExtension COMPRESS=DEFLATE'}\n\nIMAPStore far\nAccount bench\n\n"
        f"MaildirStore near\nPath {folder}/mail/\nInbox {folder}/mail/INBOX\nSubFolders Verbatim\n\n"
        f"Channel all\nFar :far:\nNear :near:\nPatterns INBOX Sent\nCreate Near\nSync Pull\nSyncState {folder}/state-\n"
    )
    return measure.run(["mbsync", "-q", "-c", str(config), "-a"])


def _row(name: str, run: measure.Run, received: float, note: str = "") -> None:
    print(f"   {name:44}{run.wall:9.2f} s wall{run.cpu:9.2f} s cpu{received / 1e6:10.2f} MB  {note}", flush=True)


def first_sync(kith: str, shared: Path, work: Path, *, attached: bool) -> None:
    """The first pass over a mailbox, on loopback and over the line, with and without COMPRESS on either side."""
    server = _filled(shared, attached=attached)
    peer = shutil.which("mbsync") is not None
    if not peer:
        print("   mbsync: not installed, left out (Debian: isync)")
    try:
        _kith(kith, work / "kith", server.port, compress=False)  # the server's own caches are filled once
        for place, slow in (("loopback", False), ("40 ms, 50 Mbit/s", True)):
            for compress in (False, True) if slow or not attached else (False,):
                line = Proxy(server.port, delay=_DELAY_S, rate=_RATE) if slow else Proxy(server.port)
                _pair(kith, work, server, line, place, compress=compress, peer=peer)
                line.close()
    finally:
        server.close()


def _pair(
    kith: str, work: Path, server: Dovecot, line: Proxy, place: str, *, compress: bool, peer: bool
) -> None:  # fmt: skip
    what = f"{place}{', compressed' if compress else ''}"
    ours = _kith(kith, work / "kith", line.port, compress=compress)
    got = line.received
    _row(f"kith sync, {what}", ours, got)
    if peer:
        theirs = _mbsync(work / "mbsync", line.port, compress=compress)
        note = f"kith / mbsync: bytes {got / (line.received - got):.3f}, wall {ours.wall / theirs.wall:.2f}"
        _row(f"mbsync, {what}", theirs, line.received - got, note)
    began = time.perf_counter()
    before = line.received
    connector = _connector(line.port, compress=compress)
    count = sum(len(batch.changes) for each in connector.streams() for batch in connector.pull(each, None))
    seconds = time.perf_counter() - began
    connector.close()
    alone = measure.Run(cpu=0.0, wall=seconds, memory=0.0)
    _row(f"reading alone, {count:,} mails, {what}", alone, line.received - before)


def _connector(port: int, *, compress: bool = False) -> source.ImapConnector:
    os.environ[_VARIABLE] = PASSWORD
    settings = source.ImapSettings(
        host="127.0.0.1", port=port, tls="none", username="alice", password_env=_VARIABLE, compress=compress
    )
    around = Surroundings(base=Path(), now=lambda: datetime.now(UTC), zone=ZoneInfo("UTC"))
    return source.open_imap(settings, around)


def later_passes(shared: Path, work: Path) -> None:
    """Nothing new in one large folder and in twenty; how long a new mail takes into the store."""
    server = _filled(shared, attached=False)
    store = open_store(f"sqlite:///{work}/later/kith.db", work)
    line = Proxy(server.port)
    try:
        _sync(store, line.port)
        _nothing_new(store, line, "2 folders, one large")
        raw = next(raw for own, raw in _mails(shared, attached=False) if not own)
        for number in range(18):
            server.load([raw.replace(b"Subject: ", b"Subject: %d " % number)] * 1, folder=f"Folder {number}")
        _sync(store, line.port)
        _nothing_new(store, line, "20 folders")
        _latency(store, server, line, raw)
    finally:
        line.close()
        store.close()
        server.close()


def _sync(store: Store, port: int, connector: source.ImapConnector | None = None) -> None:
    opened = connector or _connector(port)
    outcome = sync_account("post", "imap", opened, store, now=lambda: datetime.now(UTC))
    assert outcome.problem is None, outcome.problem
    if connector is None:
        opened.close()


def _nothing_new(store: Store, line: Proxy, what: str) -> None:
    before, sent, began = line.received, line.sent, time.perf_counter()
    _sync(store, line.port)
    seconds = time.perf_counter() - began
    print(f"   nothing new, {what}: {line.received - before + line.sent - sent} bytes, {seconds:.3f} s with the login")


def _latency(store: Store, server: Dovecot, line: Proxy, raw: bytes) -> None:
    connector = _connector(line.port)
    _sync(store, line.port, connector)
    taken = []
    for number in range(5):
        fresh = raw.replace(b"Message-ID: <", b"Message-ID: <new%d." % number)
        came: list[float] = []

        def deliver(fresh: bytes = fresh, came: list[float] = came) -> None:
            time.sleep(0.5)
            server.append([fresh])
            came.append(time.perf_counter())

        thread = Thread(target=deliver)
        thread.start()
        assert connector.watch(30, lambda: False)
        _sync(store, line.port, connector)
        stored = time.perf_counter()
        thread.join()
        taken.append(max(0.0, stored - came[0]))
    connector.close()
    print(f"   new mail under IDLE to stored: {max(taken):.3f} s at most in {len(taken)} tries")


def imap(kith: str, shared: Path, work: Path) -> None:
    """All of it."""
    for attached in (True, False):
        first_sync(kith, shared, work, attached=attached)
    later_passes(shared, work)
