"""UIDs of an opened folder in, ``Message`` and ``Rejected`` out: two round trips for some hundred mails, and no waiting.

First come the header fields that inference needs, the structure and the arrival time; then the beginning of the parts
that carry the text. While one batch is handed out the next one is on its way: its commands have been sent, and the
operating system takes in the answers.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from connectors.errors import ProtocolViolation
from connectors.header_block import header_block
from connectors.imap_client import DROPPED, Refused
from connectors.imap_grammar import Unparsable, Value, bytes_of, folder_name, is_too_long, values
from connectors.imap_session import Said, Session, is_for_later, refusal
from connectors.imap_structure import MOST_CALENDAR, Node, mail, structure, wanted, wanted_instead
from connectors.imap_uids import Uids
from connectors.mail_dates import EARLIEST, mail_date
from connectors.mime import called, parse
from connectors.mime_tree import OverCap
from connectors.records import AUTOMATION_HEADERS, Message, Rejected

#: Mails of a batch.
BATCH_MAILS: Final = 400
#: More mails than this one after another that the server cannot hand out, and it is the server.
_MOST_REFUSED: Final = 20
#: Commands that are sent before their answers are read; with very many both sides would wait for each other.
_ASKED_AT_ONCE: Final = 100
_AHEAD: Final = timedelta(days=1)
_HEADER_FIELDS: Final = (
    "date", "from", "sender", "reply-to", "to", "cc", "bcc", "subject", "message-id", "in-reply-to", "references",
    *sorted(AUTOMATION_HEADERS),
)  # fmt: skip
_RECEIVED: Final = "HEADER.FIELDS (RECEIVED)"


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """How the mails of one folder are to be read; see ``connectors.mime.parse`` for most of it.

    Where the folder is ``labelled``, ``is_wanted`` says by the labels of a mail whether it is to be read, and
    ``is_sent`` whether they prove that the owner sent it.
    """

    folder: str
    validity: int
    own: bool
    labelled: bool
    is_wanted: Callable[[Sequence[str]], bool]
    is_sent: Callable[[Sequence[str]], bool]
    authserv_id: str | None
    most_text: int
    now: datetime
    zone: ZoneInfo


@dataclass(slots=True)
class _Incoming:
    """What has come of one mail so far."""

    header: bytes | None = None
    arrived: datetime | None = None
    structure: Value = None
    root: Node | None = None
    labels: tuple[str, ...] = ()
    thread: str | None = None
    parts: dict[str, bytes] = field(default_factory=dict)
    asked: tuple[tuple[str, int], ...] = ()
    trouble: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Fetched:
    """A batch: the mails of some of the UIDs asked for. ``lowest`` is the lowest of those that it is through with.

    ``missing`` are UIDs for which the server had no answer.
    """

    changes: tuple[Message | Rejected, ...]
    uids: Uids
    missing: Uids
    lowest: int


@dataclass(slots=True)
class _Chunk:
    uids: list[int]
    heads: list[tuple[bytes, list[int]]] = field(default_factory=list)
    texts: list[tuple[bytes, list[int], tuple[tuple[str, int], ...]]] = field(default_factory=list)


class Fetcher:
    """Reads mails of the folder that ``session`` has open."""

    def __init__(self, session: Session, reading: Reading) -> None:
        self.session, self.reading = session, reading
        self._incoming: dict[int, _Incoming] = {}
        self._refused = 0
        fields = [*_HEADER_FIELDS, "authentication-results"] if reading.authserv_id else _HEADER_FIELDS
        items = f"UID INTERNALDATE BODYSTRUCTURE BODY.PEEK[HEADER.FIELDS ({' '.join(fields).upper()})]"
        self._head_items = (items + " X-GM-LABELS X-GM-THRID" if reading.labelled else items).encode()

    def batches(self, uids: Sequence[int]) -> Iterator[Fetched]:
        """The mails of these UIDs, in their order.

        Raises:
            ConnectorError: as its subclasses say.
        """
        chunks = [_Chunk(list(uids[start : start + BATCH_MAILS])) for start in range(0, len(uids), BATCH_MAILS)]
        if chunks:
            self._ask_heads(chunks[0])
        for number, chunk in enumerate(chunks):
            self._take_heads(chunk)
            self._ask_texts(chunk)
            if number + 1 < len(chunks):
                self._ask_heads(chunks[number + 1])
            if number:
                yield self._finished(chunks[number - 1])
        if chunks:
            yield self._finished(chunks[-1])

    # -- asking ------------------------------------------------------------------------------------------------------

    def _ask_heads(self, chunk: _Chunk) -> None:
        for uid in chunk.uids:
            self._incoming[uid] = _Incoming()
        chunk.heads.append((self._send(chunk.uids, self._head_items), chunk.uids))

    def _ask_texts(self, chunk: _Chunk) -> None:
        """One command for all mails of which the same parts are wanted."""
        groups: dict[tuple[tuple[str, int], ...], list[int]] = defaultdict(list)
        for uid in chunk.uids:
            groups[self._parts_of(self._incoming[uid])].append(uid)
        for parts, uids in groups.items():
            if parts:
                if len(chunk.texts) >= _ASKED_AT_ONCE:
                    self._take_texts(chunk)
                chunk.texts.append((self._send(uids, _items(parts)), uids, parts))

    def _parts_of(self, incoming: _Incoming) -> tuple[tuple[str, int], ...]:
        """What to fetch of a mail; lengths are rounded so that many mails can be asked for at once."""
        if incoming.root is None or incoming.header is None:
            return ()
        parts = [
            (section, self._rounded(count)) for section, count in wanted(incoming.root, self.reading.most_text).parts
        ]
        if not self._is_dated(incoming):
            parts.append((_RECEIVED, 0))
        incoming.asked = tuple(parts)
        return incoming.asked

    def _rounded(self, count: int) -> int:
        return self.reading.most_text if count <= self.reading.most_text else MOST_CALENDAR

    def _is_dated(self, incoming: _Incoming) -> bool:
        """Whether the Date field is believable, so that nobody has to look where the mail passed by."""
        stated = mail_date(header_block(incoming.header or b"").first("date"))
        latest = incoming.arrived or self.reading.now
        return stated is not None and EARLIEST <= stated <= latest + _AHEAD

    def _send(self, uids: Iterable[int], items: bytes) -> bytes:
        return self.session.send(b"UID FETCH ", str(Uids.of(uids)).encode(), b" (", items, b")")

    # -- taking what comes -------------------------------------------------------------------------------------------

    def _take_heads(self, chunk: _Chunk) -> None:
        for tag, uids in chunk.heads:
            try:
                self._take(tag)
            except Refused as refused:
                self._one_by_one(uids, self._head_items, refused)
        for uid in chunk.uids:
            incoming = self._incoming[uid]
            if incoming.header is not None and not incoming.trouble:
                _understand(incoming)

    def _take_texts(self, chunk: _Chunk) -> None:
        for tag, uids, parts in chunk.texts:
            try:
                self._take(tag)
            except Refused as refused:
                self._one_by_one(uids, _items(parts), refused)
        chunk.texts.clear()

    def _take(self, tag: bytes) -> None:
        for said in self.session.until(tag):
            if said.kind == "FETCH":
                self._place(said)

    def _one_by_one(self, uids: Sequence[int], items: bytes, refused: Refused) -> None:
        """Find the mail that the server cannot hand out, and let the others come.

        Raises:
            ConnectorError: it is not the mail: the server hands out nothing, or says that it could later.
        """
        if is_for_later(refused) and refused.code != "SERVERBUG":
            raise refusal(self.session.wire.host, refused)
        if len(uids) == 1:
            self._refused += 1
            if self._refused > _MOST_REFUSED:
                raise refusal(self.session.wire.host, refused)
            incoming = self._incoming[uids[0]]
            incoming.trouble = f"cannot be handed out by the server ({refused.said or refused.code})"
            return
        for half in (uids[: len(uids) // 2], uids[len(uids) // 2 :]):
            try:
                self._take(self._send(half, items))
                self._refused = 0
            except Refused as again:
                self._one_by_one(half, items, again)

    def _place(self, said: Said) -> None:
        """Put what FETCH responses say to the mails that they are about."""
        if said.cut or is_too_long(said.records):
            self._reject_cut(said)
            return
        try:
            found = values(said.records)
        except Unparsable as error:
            raise ProtocolViolation(f"{self.session.wire.host} answers what is no IMAP ({error})") from error
        for _, items in zip(found[::2], found[1::2], strict=False):
            if not isinstance(items, tuple):
                raise ProtocolViolation(f"{self.session.wire.host} answers what is no IMAP (a fetch of nothing)")
            self._place_items(list(zip(items[::2], items[1::2], strict=False)))

    def _place_items(self, pairs: Sequence[tuple[Value, Value]]) -> None:
        uid = next((value for key, value in pairs if key in (b"UID", b"uid")), None)
        incoming = self._incoming.get(uid) if isinstance(uid, int) else None
        if incoming is not None:
            for key, value in pairs:
                if isinstance(key, bytes):
                    _note(incoming, key.upper(), value)

    def _reject_cut(self, said: Said) -> None:
        line = said.line.upper()
        uid = line.partition(b"UID ")[2].split(b" ", 1)[0].rstrip(b")")
        incoming = self._incoming.get(int(uid)) if uid.isdigit() and len(uid) < 11 else None
        if incoming is not None:
            incoming.trouble = "has a structure that is too long"

    # -- handing out -------------------------------------------------------------------------------------------------

    def _finished(self, chunk: _Chunk) -> Fetched:
        self._take_texts(chunk)
        self._take_instead(chunk)
        changes: list[Message | Rejected] = []
        there: list[int] = []
        missing: list[int] = []
        for uid in chunk.uids:
            incoming = self._incoming.pop(uid)
            if not incoming.trouble and (
                incoming.header is None or any(part not in incoming.parts for part, _ in incoming.asked)
            ):
                missing.append(uid)
                continue
            there.append(uid)
            change = self._read(uid, incoming)
            if change is not None:
                changes.append(change)
        return Fetched(changes=tuple(changes), uids=Uids.of(there), missing=Uids.of(missing), lowest=min(chunk.uids))

    def _take_instead(self, chunk: _Chunk) -> None:
        """Fetch the HTML of mails whose plain text only says that there is HTML."""
        instead: list[tuple[bytes, list[int], bytes]] = []
        for uid in chunk.uids:
            incoming = self._incoming[uid]
            if incoming.root is not None and not incoming.trouble:
                parts = wanted_instead(incoming.root, incoming.parts, self.reading.most_text).parts
                if parts:
                    instead.append((self._send([uid], _items(parts)), [uid], _items(parts)))
        for tag, uids, items in instead:
            try:
                self._take(tag)
            except Refused as refused:
                self._one_by_one(uids, items, refused)

    def _read(self, uid: int, incoming: _Incoming) -> Message | Rejected | None:
        reading = self.reading
        key = f"{reading.validity}/{uid}"
        if incoming.trouble or incoming.root is None or incoming.header is None:
            return Rejected(
                key=key,
                reason=f"{incoming.trouble or 'has no structure'}{called(header_block(incoming.header or b''))}",
            )
        if reading.labelled and not reading.is_wanted(incoming.labels):
            return None
        received = incoming.parts.get(_RECEIVED, b"")
        header = incoming.header.rstrip(b"\r\n") + b"\r\n" + received
        return parse(
            mail(header, incoming.root, incoming.parts),
            key=key,
            own=reading.own or reading.is_sent(incoming.labels),
            folder=reading.folder,
            labels=incoming.labels,
            provider_thread=incoming.thread,
            authserv_id=reading.authserv_id,
            arrived=incoming.arrived,
            now=reading.now,
            zone=reading.zone,
        )


def _items(parts: Iterable[tuple[str, int]]) -> bytes:
    asked = (f"BODY.PEEK[{section}]<0.{count}>" if count else f"BODY.PEEK[{section}]" for section, count in parts)
    return f"UID {' '.join(asked)}".encode()


def _note(incoming: _Incoming, key: bytes, value: Value) -> None:
    if key.startswith(b"BODY[HEADER.FIELDS"):
        name = _RECEIVED if b"(RECEIVED)" in key.replace(b'"', b"") else ""
        if value == DROPPED:
            incoming.trouble = "has a header block that is too long"
        elif isinstance(value, bytes) and name:
            incoming.parts[name] = value
        else:
            incoming.header = value if isinstance(value, bytes) else b""
    elif key.startswith(b"BODY["):
        section = key[5:].partition(b"]")[0].decode("ascii", "replace")
        incoming.parts[section] = value if isinstance(value, bytes) and value != DROPPED else b""
    elif key == b"BODYSTRUCTURE":
        incoming.structure = value
    elif key == b"INTERNALDATE" and isinstance(value, bytes):
        incoming.arrived = mail_date(value.decode("ascii", "replace"))
    elif key == b"X-GM-LABELS" and isinstance(value, tuple):
        incoming.labels = tuple(folder_name(bytes_of(label)) for label in value[:100] if label)
    elif key == b"X-GM-THRID":
        incoming.thread = bytes_of(value).decode("ascii", "replace")[:40] or None


def _understand(incoming: _Incoming) -> None:
    try:
        incoming.root = structure(incoming.structure)
    except OverCap as over:
        incoming.trouble = str(over)
    except ValueError:
        incoming.trouble = "has no structure that can be understood"
    incoming.structure = None
