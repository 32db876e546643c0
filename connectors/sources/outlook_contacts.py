"""The owner's contacts at Microsoft 365 and Outlook.com in, contacts and removals out: one stream a contact folder.

Graph's delta query tells of each folder what changed since the last pull. A contact without a mail address is nobody
that could be told from others, so one that loses its last address is removed. Removals are held back to the end of a
pull: what seemed gone may be told again, and a folder that lost everything at once is believed only after a while. A
pull from None yields every contact that has an address.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from fnmatch import fnmatchcase
from typing import Final

import msgspec

from connectors.cursors import cursor_of, place_of
from connectors.emptied import doubted
from connectors.errors import CursorExpired, NeedsOwner, ProtocolViolation, Transient
from connectors.harmless import one_line
from connectors.known_items import key_digest
from connectors.login import Login
from connectors.microsoft_contacts import SELECT, GraphContact, contact_of
from connectors.microsoft_graph import IMMUTABLE, Graph, Refused, decoded, gone_on, usable
from connectors.microsoft_login import MicrosoftLogin
from connectors.microsoft_msal import MicrosoftSettings
from connectors.protocol import ConnectorSpec, Stream, Surroundings
from connectors.records import Batch, Change, Contact, Cursor, Rejected, Removed
from connectors.vcards import MAX_CARDS

SCOPES: Final = ("Contacts.Read",)
PAGE: Final = 200
_PREFER: Final = (IMMUTABLE, f"odata.maxpagesize={PAGE}")
_DEFAULT: Final = "Contacts"
_MOST_FOLDERS: Final = 500
#: Folders that Exchange fills by itself: whom one has written to is not yet in one's address book.
_NOT_THE_OWNERS: Final = frozenset(
    {"recipient cache", "gal contacts", "organizational contacts", "peoplecentricconversation buddies"}
)
#: So many contacts gone at once are believed only where the folder is not empty, or has been so for a while.
_MANY: Final = 20
#: So many of which not all was told are asked for one by one; of the rest is kept what is known.
_ASKED: Final = 400
_NOT_OFFERED: Final = frozenset({400, 404, 405, 501})


class OutlookContactsSettings(MicrosoftSettings, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Besides the login: ``folders`` are globs on the names of contact folders (default: all that the owner fills)."""

    folders: tuple[str, ...] = ()


class Place(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A cursor: ``link`` leads on in ``folder`` ("": the default one), which has been read ``whole`` or shown ``count``.

    ``emptied`` (UTC) is when everything was first said to be gone.
    """

    folder: str
    link: str
    count: int = 0
    whole: bool = False
    emptied: datetime | None = None


class _FolderItem(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    id: str
    display_name: str | None = None
    child_folders: list[_FolderItem] | None = None
    more: str | None = msgspec.field(name="childFolders@odata.nextLink", default=None)


class OutlookContactsConnector:
    """Reads the contact folders of one account."""

    def __init__(self, settings: OutlookContactsSettings, surroundings: Surroundings) -> None:
        self._settings = settings
        self._surroundings = surroundings
        self._graph = Graph(settings, surroundings, SCOPES)
        self._folders: dict[str, str] = {}

    def close(self) -> None:
        """Give the connection back."""
        self._graph.close()

    def streams(self) -> Sequence[Stream]:
        """One stream a contact folder, the default one ("Contacts") first, then those below it, two levels deep.

        Raises:
            NeedsOwner: the owner must log in, or the account has no mailbox.
            Transient: Graph cannot be reached.
        """
        found = {_DEFAULT: ""}
        for key, path in dict(self._listed()).items():
            name = path if path not in found else f"{path} {hashlib.blake2b(key.encode(), digest_size=4).hexdigest()}"
            found[name] = key
            if len(found) > _MOST_FOLDERS:
                raise NeedsOwner(f"there are more than {_MOST_FOLDERS} contact folders, which is too many to read")
        self._folders = {name: key for name, key in found.items() if self._wanted(name)}
        return [Stream(name=name, holds="contacts") for name in self._folders]

    def _wanted(self, name: str) -> bool:
        folded = name.casefold()
        if self._settings.folders:
            return any(fnmatchcase(folded, glob.casefold()) for glob in self._settings.folders)
        return not any(part in _NOT_THE_OWNERS or part.startswith("{") for part in folded.split("/"))

    def _listed(self) -> Iterator[tuple[str, str]]:
        """Ids and names of the folders besides the default one."""
        for item in self._all():
            above = _shown(item)
            yield item.id, above
            below = [each for each in item.child_folders or () if usable(each.id)]
            if item.more is not None and self._graph.at_home(item.more):
                below += self._items(item.more)
            yield from ((each.id, f"{above}/{_shown(each)}") for each in below)

    def _all(self) -> Sequence[_FolderItem]:
        asked = {"top": "100", "select": "id,displayName"}
        below = {"expand": "childFolders($select=id,displayName)"}
        # Graph does not say which folders have others below them: they come along where that can be asked for.
        for more in (below, {}):
            try:
                return self._items(self._graph.url("me", "contactFolders", **asked, **more))
            except Refused as refused:
                if not (refused.gone or refused.status in _NOT_OFFERED):
                    raise refused.error() from refused
        return ()

    def _items(self, url: str) -> Sequence[_FolderItem]:
        found: dict[str, _FolderItem] = {}
        for page in self._graph.pages(url, IMMUTABLE):
            for raw in page.value:
                try:
                    item = decoded(raw, _FolderItem)
                except msgspec.DecodeError as error:
                    raise ProtocolViolation("Graph lists a contact folder in a form that it does not have") from error
                if usable(item.id):
                    found.setdefault(item.id, item)
            if len(found) > _MOST_FOLDERS:
                break
        return list(found.values())

    def pull(self, stream: Stream, since: Cursor | None) -> Iterator[Batch]:
        """What changed in one contact folder.

        Raises:
            CursorExpired: Graph no longer knows the cursor, or the folder is another one by now.
            NeedsOwner: the owner must log in, or this Microsoft cannot tell of contacts, or of so many.
            Transient: Graph cannot be reached, the folder is gone, or everything is said to be gone at once.
        """
        place = _place(since)
        if stream.name not in self._folders:
            self.streams()
        folder = self._folders.get(stream.name)
        if folder is None:
            raise Transient(f"the contact folder {stream.name} is gone; what was read from it is kept")
        if place is not None and (place.folder != folder or not self._graph.at_home(place.link)):
            raise CursorExpired(f"{stream.name} is another contact folder by now")
        with gone_on(stream.name, resumed=place is not None):
            if place is not None:
                yield from self._reading(stream.name, place, resumed=True).batches()
            else:
                yield from self._begun(stream.name, folder)

    def _begun(self, name: str, folder: str) -> Iterator[Batch]:
        """Everything; a folder that went since it was listed is no refusal."""
        try:
            yield from self._first(name, folder)
        except Refused as refused:
            if folder and refused.gone and not refused.expired:
                raise Transient(f"the contact folder {name} is gone; what was read from it is kept") from refused
            raise

    def _first(self, name: str, folder: str) -> Iterator[Batch]:
        """Everything; the default folder by its other address where a server has not the first."""
        ways = [_way(folder)] if folder else [_way(""), _way(_DEFAULT.lower())]
        for way in ways:
            link = self._graph.url(*way, "delta", select=SELECT)
            reading = self._reading(name, Place(folder=folder, link=link), resumed=False)
            try:
                yield from reading.batches()
            except Refused as refused:
                if reading.begun or refused.expired or refused.status not in _NOT_OFFERED or (folder and refused.gone):
                    raise
                if way is ways[-1]:  # as in the cloud for China
                    raise NeedsOwner(
                        f"Microsoft does not tell of the contacts in {name} here ({refused.code or refused.status}): "
                        'export them to a vCard file and read that, with kind = "vcard"'
                    ) from refused
            else:
                return

    def _reading(self, name: str, place: Place, *, resumed: bool) -> _Reading:
        return _Reading(graph=self._graph, surroundings=self._surroundings, name=name, place=place, resumed=resumed)


@dataclass(slots=True, kw_only=True)
class _Reading:
    """One pull of one folder. ``told`` has a digest of each contact that was yielded, so that none is yielded twice.

    ``held`` are those that are said to be gone, until the end of the pull.
    """

    graph: Graph
    surroundings: Surroundings
    name: str
    place: Place
    resumed: bool
    begun: bool = False
    before: int = 0
    asked: int = 0
    told: dict[str, bytes] = field(default_factory=dict)
    held: dict[str, None] = field(default_factory=dict)

    def batches(self) -> Iterator[Batch]:
        """Page after page; after a first reading also what came during it.

        Raises:
            Refused: Graph refuses the request.
            ConnectorError: as ``pull`` says.
        """
        self.before = self.place.count
        if not self.place.whole:
            yield from self._round()
        yield from self._round()

    def _round(self) -> Iterator[Batch]:
        for page in self.graph.pages(self.place.link, *_PREFER):
            self.begun = True
            changes = [change for raw in page.value for change in self._changes(raw)]
            link, last = page.next or page.delta, page.next is None
            if link is None:
                raise ProtocolViolation("Graph's page leads neither on nor to later changes")
            if last:
                if self._emptied():
                    line = (
                        f"the contact folder {self.name} suddenly has no contact: what was read of it is kept for now"
                    )
                    yield from doubted(self.place, self.surroundings.now(), line)
                changes += [Removed(key=key) for key in self.held]
            elif self.held:
                # Not before the end is it known what is gone: until then there is no place to go on from.
                yield Batch(changes=tuple(changes))
                continue
            whole = self.place.whole or last
            self.place = msgspec.structs.replace(
                self.place,
                link=link,
                whole=whole,
                count=0 if whole else self.before + len(self.told),
                emptied=None if last else self.place.emptied,
            )
            yield Batch(changes=tuple(changes), cursor=cursor_of(self.place))

    def _changes(self, raw: msgspec.Raw) -> Iterator[Change]:
        try:
            found = decoded(raw, GraphContact)
        except msgspec.DecodeError as error:
            reason = f"Graph tells of it in an unknown form ({one_line(str(error), 100)})"
            yield from self._once(Rejected(key=_key_of(raw), reason=reason))
            return
        if not usable(found.id):
            yield from self._once(Rejected(key=_digest(bytes(raw)).hex(), reason="has an id that cannot be used"))
            return
        key = key_digest(found.id).hex()
        if found.removed is not None:
            yield from self._gone(key)
            return
        if not found.whole and self.place.whole:
            fetched = self._fetched(found.id)
            if fetched is None or not fetched.whole:
                return
            found = fetched
        contact = contact_of(found, key)
        if contact is None:
            yield from self._gone(key)
        else:
            self.held.pop(key, None)
            yield from self._once(contact)

    def _once(self, change: Contact | Rejected) -> Iterator[Change]:
        digest = _digest(msgspec.json.encode(change))
        if self.told.get(change.key) != digest:
            self.told[change.key] = digest
            self._bounded()
            yield change

    def _gone(self, key: str) -> Iterator[Change]:
        was_told = self.told.pop(key, None) is not None
        if self.place.whole:
            self.held[key] = None
            self._bounded()
        elif was_told or self.resumed:
            yield Removed(key=key)

    def _bounded(self) -> None:
        """Take in no more than an address book may hold.

        Raises:
            NeedsOwner: there is more.
        """
        if self.before + len(self.told) + len(self.held) > MAX_CARDS:
            raise NeedsOwner(
                f"the contact folder {self.name} has more than {MAX_CARDS} contacts, which is too many to read: "
                "name those to read in folders"
            )

    def _fetched(self, key: str) -> GraphContact | None:
        """A contact by itself; None where it is not there, or too many were asked for."""
        self.asked += 1
        if self.asked > _ASKED:
            return None
        try:
            return self.graph.item(self.graph.url("me", "contacts", key, select=SELECT), GraphContact, IMMUTABLE)
        except Refused as refused:
            if refused.gone or refused.status in _NOT_OFFERED:
                return None
            raise

    def _emptied(self) -> bool:
        """Whether everything is said to be gone at once."""
        if len(self.held) < _MANY:
            return False
        url = self.graph.url(*_way(self.place.folder), top="1", select="id")
        return not self.graph.page(url, IMMUTABLE).value


def _way(folder: str) -> tuple[str, ...]:
    """Where the contacts of a folder are; the default one has an address without an id."""
    return ("me", "contactFolders", folder, "contacts") if folder else ("me", "contacts")


def _shown(item: _FolderItem) -> str:
    return one_line(item.display_name or "", 200).replace("/", "∕") or "folder"


def _key_of(raw: msgspec.Raw) -> str:
    try:
        return key_digest(decoded(raw, _FolderItem).id).hex()
    except msgspec.DecodeError:
        return _digest(bytes(raw)).hex()


def _digest(content: bytes) -> bytes:
    return hashlib.blake2b(content, digest_size=8).digest()


def _place(since: Cursor | None) -> Place | None:
    return place_of(since, Place, "how far this contact folder was read")


def open_outlook_contacts(settings: OutlookContactsSettings, surroundings: Surroundings) -> OutlookContactsConnector:
    """A connector for one account's contacts. Nothing is asked of Microsoft before its streams are."""
    return OutlookContactsConnector(settings, surroundings)


def log_in_to_contacts(settings: OutlookContactsSettings, surroundings: Surroundings) -> Login:
    """The login of one account's contacts."""
    return MicrosoftLogin(settings, surroundings, SCOPES)


CONNECTOR = ConnectorSpec(
    kind="outlook_contacts", settings=OutlookContactsSettings, open=open_outlook_contacts, login=log_in_to_contacts
)
