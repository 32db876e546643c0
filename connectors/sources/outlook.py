"""Mail at Microsoft 365 and Outlook.com in, messages and removals out: one stream a folder, read by Graph's delta query.

The first pull goes through a folder newest first and may be broken off after any page; later ones ask what changed.
Junk, deleted items, drafts, the outbox and what Teams and the sync log keep there are left out; what is in Sent Items
is the owner's own. A message keeps its id when it moves, and the mail its identity, so that a move is no new mail.
Graph may tell of an item several times, in any order, and that something about it changed without the item itself.
Invitations are fetched as the mails that they are, for the calendar part in them.
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Final

import msgspec

from connectors.cursors import cursor_of, place_of
from connectors.errors import CursorExpired, NeedsOwner, ProtocolViolation, Transient
from connectors.harmless import one_line
from connectors.http_wire import TooLarge
from connectors.login import Login
from connectors.microsoft_folders import Folder, FolderList, Named
from connectors.microsoft_graph import IMMUTABLE, Graph, Page, Refused, decoded, gone_on, usable
from connectors.microsoft_login import SEND, MicrosoftLogin
from connectors.microsoft_mail import ANSWERED, SELECT, TEXT_BODY, GraphMessage, message_of
from connectors.microsoft_msal import MicrosoftSettings
from connectors.mime import MAX_MESSAGE
from connectors.protocol import ConnectorSpec, Stream, Surroundings
from connectors.records import Batch, Change, Cursor, Rejected, Removed

PAGE: Final = 200
SCOPES: Final = ("Mail.Read",)
_PREFER: Final = (IMMUTABLE, f"odata.maxpagesize={PAGE}", TEXT_BODY)
#: A folder that loses as many mails at once, and all that it had, lost them by accident or was tidied away.
_MANY: Final = 20


class OutlookSettings(MicrosoftSettings, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Besides the login: ``authserv_id`` says whose Authentication-Results are trusted, "microsoft" for Exchange Online."""

    authserv_id: str | None = None


class Place(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A cursor: ``link`` leads on in ``folder``; ``known`` is how many mails the folder had shown."""

    folder: str
    link: str
    own: bool = False
    known: int = 0
    whole: bool = False


class OutlookConnector:
    """Reads one mailbox."""

    def __init__(self, settings: OutlookSettings, surroundings: Surroundings) -> None:
        self._settings = settings
        self._surroundings = surroundings
        self._graph = Graph(settings, surroundings, SCOPES)
        self._folders: dict[str, Folder] = {}
        self._empty: set[str] = set()
        self._list = FolderList(self._graph)

    def close(self) -> None:
        """Give the connection back."""
        self._graph.close()

    def streams(self) -> Sequence[Stream]:
        """One stream a folder, the inbox and its like first, by their paths.

        Raises:
            NeedsOwner: the owner must log in, or the account has no mailbox.
            Transient: Graph cannot be reached.
        """
        try:
            found = self._list.folders()
        except Refused as refused:
            raise refused.error() from refused
        self._folders = {folder.path: folder for folder in found}
        # A server that counts says by this list that a folder is still empty.
        counts = any(folder.items for folder in found)
        self._empty = {folder.path for folder in found if counts and folder.items == 0}
        return [Stream(name=folder.path, holds="mail") for folder in self._folders.values()]

    def own_streams(self) -> Sequence[str]:
        """The folders whose mail is the owner's own, by what Exchange says they are."""
        return [folder.path for folder in self._folders.values() if folder.own]

    def abilities(self) -> Sequence[str]:
        """Graph can do the same for everybody."""
        return ()

    def pull(self, stream: Stream, since: Cursor | None) -> Iterator[Batch]:
        """What changed in one folder.

        Raises:
            CursorExpired: Graph no longer knows the cursor, or the folder is another one by now.
            NeedsOwner: the owner must log in.
            Transient: Graph cannot be reached, or the folder vanished while it was read.
        """
        place = _place(since)
        empty = stream.name in self._empty
        self._empty.discard(stream.name)  # what the list said is true once
        if place is not None:
            listed = self._folders.get(stream.name)
            if (listed is not None and listed.id != place.folder) or not self._graph.at_home(place.link):
                raise CursorExpired(f"{stream.name} is another folder by now")
            if empty and place.whole and not place.known:
                return
            yield from self._read(stream.name, place)
            return
        if stream.name not in self._folders:
            self.streams()
        folder = self._folders.get(stream.name)
        if folder is None:
            raise Transient(f"the folder {stream.name} is gone; what was read from it is kept")
        yield from self._first(folder)

    # -- messages ----------------------------------------------------------------------------------------------------

    def _first(self, folder: Folder) -> Iterator[Batch]:
        asked = {"select": SELECT, "orderby": "receivedDateTime desc"}
        parts = ("me", "mailFolders", folder.id, "messages", "delta")
        # Mail that the owner sent has no header fields at Exchange that say what it answers.
        more = ({"expand": ANSWERED}, {}) if folder.own else ({},)
        begun = False
        for last, extra in enumerate(more, start=1):
            place = Place(folder=folder.id, link=self._graph.url(*parts, **asked, **extra), own=folder.own)
            try:
                for batch in self._pages(folder.path, place):
                    begun = True
                    yield batch
            except Refused as refused:
                if refused.gone:
                    raise Transient(f"the folder {folder.path} is gone; what was read from it is kept") from refused
                if begun or last == len(more) or refused.status != 400:
                    raise refused.error() from refused
            except Transient as error:  # a server that cannot do it at all is asked for less
                if begun or last == len(more) or error.retry_after is not None:
                    raise
            else:
                return

    def _read(self, name: str, place: Place) -> Iterator[Batch]:
        with gone_on(name, resumed=True):
            yield from self._pages(name, place)

    def _pages(self, name: str, place: Place) -> Iterator[Batch]:
        listed = self._folders.get(name)
        expected = None if listed is None or listed.items is None else max(0, listed.items - place.known)
        reader = _FolderReader(connector=self, name=name, place=place, total=None if place.whole else expected)
        for page in self._graph.pages(place.link, *_PREFER):
            yield reader.batch(page)
        if not place.whole:  # what came while the folder was read
            for page in self._graph.pages(reader.place.link, *_PREFER):
                yield reader.batch(page)

    def message(self, found: GraphMessage, name: str, *, own: bool) -> Change | None:
        """One message, fetched whole where the list told too little of it; None where there is nothing to read."""
        raw: bytes | None = None
        try:
            if not found.whole:
                url = self._graph.url("me", "messages", found.id, select=SELECT)
                found = self._graph.item(url, GraphMessage, IMMUTABLE, TEXT_BODY)
            if found.is_draft:
                return None
            if found.invites:
                raw = self._graph.get(
                    self._graph.url("me", "messages", found.id, "$value"), IMMUTABLE, accept="*/*"
                ).body
                raw = raw if len(raw) <= MAX_MESSAGE and raw.strip() else None
        except Refused as refused:
            if not found.whole:
                reason = f"cannot be fetched ({refused.status} {refused.code})"
                return None if refused.gone else Rejected(key=found.id, reason=reason)
        except TooLarge:
            raw = None  # the list told enough of it
        return message_of(
            found,
            folder=name,
            own=own,
            authserv_id=self._settings.authserv_id,
            now=self._surroundings.now(),
            zone=self._surroundings.zone,
            mime=raw,
        )


@dataclass(slots=True, kw_only=True)
class _FolderReader:
    """Turns the pages of one pull into batches; what was told before in the same pull is not told again.

    When a folder is asked what changed, removals are held back to the end: what seemed gone may be told again, and
    everything at once is no news that is believed. ``told`` has a digest of each item by that of its id.
    """

    connector: OutlookConnector
    name: str
    place: Place
    total: int | None
    told: dict[bytes, bytes] = field(default_factory=dict)
    held: dict[str, None] = field(default_factory=dict)

    def batch(self, page: Page) -> Batch:
        """One page as a batch.

        Raises:
            ProtocolViolation: it leads nowhere.
        """
        changes = [change for raw in page.value for change in self._changes(raw)]
        link = page.next or page.delta
        if link is None:
            raise ProtocolViolation("Graph's page leads neither on nor to later changes")
        known = self.place.known + sum(not isinstance(change, Removed) for change in changes)
        last = page.next is None
        if last:
            # All at once: the folder was tidied into another one, or the server is in trouble. The mail stays anyway.
            if len(self.held) < _MANY or len(self.held) < self.place.known:
                changes += [Removed(key=key) for key in self.held]
            known = max(0, known - len(self.held))
        self.place = msgspec.structs.replace(self.place, link=link, known=known, whole=self.place.whole or last)
        cursor = cursor_of(self.place)
        return Batch(changes=tuple(changes), cursor=cursor if last or not self.held else None, total=self.total)

    def _changes(self, raw: msgspec.Raw) -> Iterator[Change]:
        try:
            found = decoded(raw, GraphMessage)
        except msgspec.DecodeError as error:
            reason = f"Graph tells of it in an unknown form ({one_line(str(error), 100)})"
            yield Rejected(key=_key_of(raw), reason=reason)
            return
        if not usable(found.id):
            yield Rejected(key=_digest(bytes(raw)).hex(), reason="has an id that cannot be used")
            return
        if found.removed is not None:
            self.told.pop(_digest(found.id.encode()), None)
            if self.place.whole:
                self.held[found.id] = None
            else:
                yield Removed(key=found.id)
            return
        if not found.told:
            return
        self.held.pop(found.id, None)
        key, mark = _digest(found.id.encode()), _digest(bytes(raw))
        if self.told.get(key) == mark:
            return
        self.told[key] = mark
        change = self.connector.message(found, self.name, own=self.place.own)
        if change is not None:
            yield change


def _digest(content: bytes) -> bytes:
    return hashlib.blake2b(content, digest_size=8).digest()


def _key_of(raw: msgspec.Raw) -> str:
    try:
        found = decoded(raw, Named).id
    except msgspec.DecodeError:
        found = ""
    return found if usable(found) else _digest(bytes(raw)).hex()


def _place(since: Cursor | None) -> Place | None:
    return place_of(since, Place, "how far this folder was read")


def open_outlook(settings: OutlookSettings, surroundings: Surroundings) -> OutlookConnector:
    """A connector for one mailbox. Nothing is asked of Microsoft before its streams are."""
    return OutlookConnector(settings, surroundings)


def send(settings: OutlookSettings, surroundings: Surroundings, letter: bytes) -> None:
    """Send a whole mail (RFC 5322) from the account; Microsoft puts it into Sent Items.

    Raises:
        NeedsOwner: the login may not send, or Microsoft does not take this mail.
        MaybeSent: nobody knows whether it went out.
        ConnectorError: as its subclasses say; it did not go out.
    """
    graph = Graph(settings, surroundings, (SEND,))
    try:
        graph.send(graph.url("me", "sendMail"), base64.b64encode(letter), "text/plain")
    except Refused as refused:
        hint = ": is [digest] to an address of this account?" if "SendAs" in refused.code else ""
        raise NeedsOwner(f"Microsoft does not take the letter ({refused.code or refused.status}){hint}") from refused
    finally:
        graph.close()


def log_in_to_outlook(settings: OutlookSettings, surroundings: Surroundings) -> Login:
    """The login of one mailbox."""
    return MicrosoftLogin(settings, surroundings, SCOPES, sends=True)


CONNECTOR = ConnectorSpec(
    kind="outlook", settings=OutlookSettings, open=open_outlook, login=log_in_to_outlook, send=send
)
