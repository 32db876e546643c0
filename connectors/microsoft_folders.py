"""The folders of a mailbox as Graph lists them in, those to read out: where they lie, whose mail they hold.

Junk, deleted items, drafts, the outbox and what Teams and the sync log keep are left out, by their names in the common
languages; where those tell nothing, Graph is asked which folders they are.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import msgspec

from connectors.errors import NeedsOwner, ProtocolViolation
from connectors.folders import use_of
from connectors.harmless import one_line
from connectors.microsoft_graph import IMMUTABLE, Graph, Refused, decoded

_MOST_FOLDERS: Final = 2000
_DEEPEST: Final = 20
_SENT: Final = "sentitems"
_LEFT_OUT: Final = (
    "deleteditems",
    "drafts",
    "junkemail",
    "outbox",
    "conversationhistory",
    "syncissues",
    "recoverableitemsdeletions",
)
#: Outlook's own folders that hold no mail, besides those in ``connectors.folders``.
_NO_MAIL: Final = frozenset(
    {"conversation history", "sync issues", "rss feeds", "rss subscriptions", "quick step settings"}
)
_INBOX: Final = frozenset(
    [
        "inbox",
        "posteingang",
        "boîte de réception",
        "bandeja de entrada",
        "caixa de entrada",
        "posta in arrivo",
        "postvak in",
        "inkorgen",
        "indbakke",
        "innboks",
        "saapuneet",
        "skrzynka odbiorcza",
        "входящие",
        "gelen kutusu",
        "受信トレイ",
        "收件箱",
        "收件匣",
        "받은 편지함",
    ]
)


class _FolderItem(msgspec.Struct, frozen=True, rename="camel"):
    id: str
    display_name: str | None = None
    child_folder_count: int | None = None
    total_item_count: int | None = None
    type: str | None = msgspec.field(name="@odata.type", default=None)


class Named(msgspec.Struct, frozen=True):
    """An item, whatever it is."""

    id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Folder:
    """One folder: where it lies among the others, whether its mail is the owner's own, how many items it has."""

    id: str
    path: str
    own: bool
    items: int | None


class FolderList:
    """Lists the folders of one mailbox."""

    def __init__(self, graph: Graph) -> None:
        self._graph = graph
        self._well_known: dict[str, str] | None = None

    def folders(self) -> list[Folder]:
        """The folders to read: the inbox and its like first, then what the owner wrote.

        Raises:
            Refused: the list is refused.
            ConnectorError: as its subclasses say.
        """
        top = self._children("me", "mailFolders")
        uses = {item.id: use_of(item.display_name or "") for item in top}
        left_out = {item.id for item in top if uses[item.id] == "left out"}
        sent = {item.id for item in top if uses[item.id] == "sent"}
        if not sent or not left_out:  # the mailbox speaks a language that the names do not tell
            known = self._by_well_known_name()
            left_out |= {known[name] for name in _LEFT_OUT if name in known}
            sent |= {known[_SENT]} if _SENT in known else set()
        folders: dict[str, Folder] = {}
        self._collect(top, "", left_out, sent, folders)
        return sorted(folders.values(), key=_urgency)

    def _collect(
        self, items: Sequence[_FolderItem], above: str, left_out: set[str], sent: set[str], folders: dict[str, Folder]
    ) -> None:
        for item in items:
            name = one_line(item.display_name or "", 200).replace("/", "∕") or "folder"
            if item.id in left_out or (not above and name.casefold() in _NO_MAIL) or _is_search(item):
                continue
            path = f"{above}/{name}" if above else name
            if path in folders:
                path += f" {hashlib.blake2b(item.id.encode(), digest_size=4).hexdigest()}"
            if len(folders) >= _MOST_FOLDERS:
                raise NeedsOwner(f"there are more than {_MOST_FOLDERS} mail folders, which is too many to read")
            folders[path] = Folder(id=item.id, path=path, own=item.id in sent, items=item.total_item_count)
            if item.child_folder_count and path.count("/") < _DEEPEST:
                try:
                    below = self._children("me", "mailFolders", item.id, "childFolders")
                except Refused as refused:
                    if refused.gone:
                        continue  # deleted a moment ago
                    raise
                also_sent = {each.id for each in below} if item.id in sent else set()
                self._collect(below, path, left_out, sent | also_sent, folders)

    def _children(self, *path: str) -> list[_FolderItem]:
        url = self._graph.url(*path, top="250", select="id,displayName,childFolderCount,totalItemCount")
        found: dict[str, _FolderItem] = {}
        for page in self._graph.pages(url, IMMUTABLE):
            for raw in page.value:
                try:
                    item = decoded(raw, _FolderItem)
                except msgspec.DecodeError as error:
                    raise ProtocolViolation("Graph lists a mail folder in a form that it does not have") from error
                found.setdefault(item.id, item)
        return list(found.values())

    def _by_well_known_name(self) -> dict[str, str]:
        """The ids of the folders that every mailbox has, whatever they are called."""
        if self._well_known is None:
            found: dict[str, str] = {}
            for name in (_SENT, *_LEFT_OUT):
                try:
                    found[name] = self._graph.item(
                        self._graph.url("me", "mailFolders", name, select="id"), Named, IMMUTABLE
                    ).id
                except Refused:
                    continue  # this mailbox has none
            self._well_known = found
        return self._well_known


def _urgency(folder: Folder) -> int:
    """The inbox first, then what the owner wrote."""
    return 0 if folder.path.casefold() in _INBOX else 1 if folder.own else 2


def _is_search(item: _FolderItem) -> bool:
    """Whether a folder only shows what lies in others."""
    return "searchfolder" in (item.type or "").lower()
