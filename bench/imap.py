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
#: Bytes of attachments a mail on average, so that a mail has some 55 kB.
_ATTACHED = 44_000
_SHARE = 0.3
_DELAY_S, _RATE = 0.020, 50e6 / 8
_PLACES = (
    ("loopback", False, False),
    ("40 ms, 50 Mbit/s", True, False),
    ("40 ms, 50 Mbit/s", True, True),
)
_VARIABLE = "KITH_BENCH_PASSWORD"


def _as_today(raw: bytes, rng: random.Random, attachment: int) -> bytes:
    """An old mail as today's programs write it, and servers pass it on.

    The 1,500 list mails of 2019 and later in the shared data have 4.9 kB of header fields and an HTML part of 1.6 times
    the plain text on average. ``attachment`` is how many bytes of a file are attached (0: none).
    """
    head, _, body = raw.partition(b"\n\n")
    kept = [line for line in head.split(b"\n") if not line.lower().startswith((b"content-", b"mime-version", b"x-"))]
    passed = [
        b"%s: %s" % (name, b"\n ".join(rng.randbytes(24).hex().encode() for _ in range(lines)))
        for name, lines in (
            (b"Received", 4),
            (b"DKIM-Signature", 12),
            (b"ARC-Seal", 10),
            (b"ARC-Message-Signature", 14),
        )
        for _ in range(4 if name == b"Received" else 1)
    ] + [
        b"X-Spam-Report: "
        + b"\n  ".join([b"0.0 RULE_%d BODY: something that was looked at" % rule for rule in range(24)])
    ]
    html = b"".join(b'<div dir="ltr"><span>%s</span><br></div>\n' % line for line in body.split(b"\n"))
    lines = [
        *passed, *kept, b'MIME-Version: 1.0\nContent-Type: multipart/mixed; boundary="bench"\n',
        b'--bench\nContent-Type: multipart/alternative; boundary="both"\n',
        b"--both\nContent-Type: text/plain; charset=utf-8\n", body,
        b"--both\nContent-Type: text/html; charset=utf-8\n", html, b"--both--",
    ]  # fmt: skip
    if attachment:
        lines += [
            b'--bench\nContent-Type: application/pdf; name="plan.pdf"\nContent-Transfer-Encoding: base64',
            b'Content-Disposition: attachment; filename="plan.pdf"\n',
            base64.encodebytes(rng.randbytes(attachment * 3 // 4)),
        ]
    return b"\n".join((*lines, b"--bench--\n"))


def _mails(shared: Path, *, attached: bool) -> Iterator[tuple[bool, bytes]]:
    """``MAILS`` mails as (sent by the owner, raw)."""
    rng = random.Random(4)
    number = 0
    for box in mailboxes.boxes(shared):
        for own, raw in mailboxes.messages(box):
            if number == MAILS:
                return
            number += 1
            has_file = attached and rng.random() < _SHARE
            size = int(min(rng.expovariate(_SHARE / _ATTACHED), 20 * _ATTACHED)) if has_file else 0
            yield own, _as_today(raw, rng, size)


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
        _read(server.port, compress=False)  # the server's own caches are filled once
        for place, slow, compress in _PLACES if attached else _PLACES[1:]:
            line = Proxy(server.port, delay=_DELAY_S, rate=_RATE) if slow else Proxy(server.port)
            what = f"{place}{', compressed' if compress else ''}"
            _pair(kith, work, line, what, compress=compress, peer=peer)
            line.close()
    finally:
        server.close()


def _pair(kith: str, work: Path, line: Proxy, what: str, *, compress: bool, peer: bool) -> None:
    ours = _kith(kith, work / "kith", line.port, compress=compress)
    got = line.received
    _row(f"kith sync, {what}", ours, got)
    if peer:
        theirs = _mbsync(work / "mbsync", line.port, compress=compress)
        note = f"kith / mbsync: bytes {got / (line.received - got):.3f}, wall {ours.wall / theirs.wall:.2f}"
        _row(f"mbsync, {what}", theirs, line.received - got, note)
    before = line.received
    _row(f"reading without inference, {what}", _read(line.port, compress=compress), line.received - before)


def _read(port: int, *, compress: bool) -> measure.Run:
    """All mails of the mailbox through the connector alone."""
    began, used = time.perf_counter(), time.process_time()
    connector = _connector(port, compress=compress)
    count = sum(len(batch.changes) for each in connector.streams() for batch in connector.pull(each, None))
    connector.close()
    assert count == MAILS, count
    return measure.Run(cpu=time.process_time() - used, wall=time.perf_counter() - began, memory=0.0)


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
