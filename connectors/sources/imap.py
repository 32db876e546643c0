"""A mailbox on an IMAP server in, messages and removals out: one stream a folder, one for *All Mail* on Gmail.

A mail is named by the folder's UIDVALIDITY and its UID. The first pull begins with the newest mail and can be gone on
with after every batch. Later ones look at three numbers a folder (UIDVALIDITY, UIDNEXT, MESSAGES), all folders in one
answer where the server can: where they are as before nothing came or went, for a UID is never given twice, and that a
flag changed is no news. Where mail may have gone, QRESYNC says which, else the UIDs are listed and compared; CONDSTORE
alone says nothing that is wanted here. Folders are opened read-only: nothing on the server is ever changed.

When the UIDVALIDITY changes, everything is read again, and a mail is recognised by what it is (``Message.identity``), so
none is lost or there twice. A folder of many mails that is suddenly empty removes nothing.
"""

from __future__ import annotations

import ssl
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Final, Literal

import msgspec

from connectors.cursors import cursor_of
from connectors.errors import ConnectorError, CursorExpired, NeedsOwner, Transient
from connectors.imap_changes import Work, day, is_unchanged, work_in
from connectors.imap_client import Refused
from connectors.imap_cursor import Place, place
from connectors.imap_fetch import Fetcher, Reading
from connectors.imap_folders import INBOX, Folder, Wishes, folders, state_of
from connectors.imap_login import Login, open_session
from connectors.imap_selected import Selected
from connectors.imap_session import Session, refusal
from connectors.imap_uids import Uids
from connectors.imap_watch import watch
from connectors.passwords import PasswordSettings, Secret, password
from connectors.protocol import ConnectorSpec, Stream, Surroundings
from connectors.records import Batch, Cursor, Removed

_LEAST_TEXT: Final = 24 * 1024
_MOST_TEXT: Final = 1024 * 1024
#: Who does not answer for so long is not called again for a while.
_LONG_S: Final = 5.0
_WHILE_S: Final = 30.0


class ImapSettings(PasswordSettings, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The server, who logs in there and how, and what is read.

    ``tls`` is ``implicit`` (the default, port 993), ``starttls`` (the default on port 143) or ``none``; ``ca_file`` names
    certificates to trust besides the system's. ``auth`` says what the password places hold: a password, or an access
    token for XOAUTH2 or OAUTHBEARER. ``include`` and ``exclude`` are globs on folders, ``sent`` those of own mail (else
    what the server marks as such, or the usual names). ``since`` is a day (``2019-01-01``) before which nothing is
    read, by when mail arrived. ``max_text`` bytes of each text are fetched. ``compress`` is on except to this machine.
    ``authserv_id`` names the provider whose Authentication-Results are trusted. ``read_timeout`` is in seconds.
    """

    host: str
    username: str
    port: int = 0
    tls: Literal["", "implicit", "starttls", "none"] = ""
    ca_file: str = ""
    auth: Literal["password", "xoauth2", "oauthbearer"] = "password"
    include: tuple[str, ...] = ()
    exclude: tuple[str, ...] = ()
    sent: tuple[str, ...] = ()
    since: str = ""
    max_text: int = 32 * 1024
    compress: bool | None = None
    authserv_id: str | None = None
    read_timeout: int = 60


class ImapConnector:
    """Reads a mailbox over one connection, which is opened when it is first needed and kept until ``close``."""

    def __init__(self, settings: ImapSettings, surroundings: Surroundings) -> None:
        self._settings, self._surroundings = settings, surroundings
        self._wishes = Wishes(include=settings.include, exclude=settings.exclude, sent=settings.sent)
        self._session: Session | None = None
        self._folders: dict[str, Folder] = {}
        self._seen: dict[bytes, int] = {}
        self._unreachable: tuple[float, str] | None = None

    def streams(self) -> Sequence[Stream]:
        """One stream a folder; the folders of own mail and the inbox first.

        Raises:
            NeedsOwner: the login is refused, or no folder is left to read.
            Transient: the server cannot be reached.
        """
        kept = self._session is not None
        try:
            found = self._listed()
        except Transient:
            if not kept:
                raise
            found = self._listed()  # servers end sessions that did nothing for long
        self._folders = {folder.name: folder for folder in found}
        if not found:
            raise NeedsOwner(f"{self._settings.host} has no folder that is to be read: correct include and exclude")
        return [Stream(name=folder.name, holds="mail") for folder in found]

    def _listed(self) -> list[Folder]:
        with self._held():
            return folders(self._connected(), self._wishes)

    def pull(self, stream: Stream, since: Cursor | None) -> Iterator[Batch]:
        """What came and went in one folder.

        Raises:
            CursorExpired: the cursor is not understood, the folder was made anew, or is suddenly empty.
            ConnectorError: as its subclasses say.
        """
        before = place(since)
        with self._held():
            yield from self._pulled(self._folder(stream.name), before)

    def watch(self, seconds: float, woken: Callable[[], bool]) -> bool:
        """Wait for new mail in the inbox (*All Mail* on Gmail); see ``Watches``.

        Raises:
            ConnectorError: as its subclasses say.
        """
        until, lost = time.monotonic() + seconds, False
        while True:
            try:
                with self._held():
                    return self._watched(until, woken)
            except Transient:
                if lost:
                    raise
                lost = True  # connections that wait are cut now and then; once is nothing

    def _watched(self, until: float, woken: Callable[[], bool]) -> bool:
        session = self._connected()
        if not self._folders:
            self.streams()
        folder = next((each for each in self._folders.values() if each.name == INBOX or each.everything), None)
        raw = folder.raw if folder is not None else INBOX.encode()
        try:
            return watch(session, raw, seen=self._seen.get(raw, 0), until=until, woken=woken)
        except Refused as refused:
            raise refusal(session.wire.host, refused) from refused

    def own_streams(self) -> Sequence[str]:
        """The names of the folders whose mail counts as written by the owner; on Gmail a label says it."""
        return [folder.name for folder in self._folders.values() if folder.own or folder.labelled]

    def abilities(self) -> Sequence[str]:
        """Whether the server tells of new mail by itself, and whether looking for changes is cheap."""
        session = self._session
        if session is None:
            return []
        tells = "the server tells of new mail at once (IDLE)"
        slow = "the server does not tell of new mail (no IDLE), so kith run looks for it every so often"
        cheap = [name for name in ("QRESYNC", "CONDSTORE", "COMPRESS=DEFLATE") if session.can(name)]
        return [tells if session.can("IDLE") else slow, *([f"it knows {', '.join(cheap)}"] if cheap else [])]

    def close(self) -> None:
        """Leave the server."""
        session, self._session = self._session, None
        if session is not None:
            session.close()

    @contextmanager
    def _held(self) -> Iterator[None]:
        """Whatever breaks off leaves answers on the way: the connection is not used again."""
        try:
            yield
        except CursorExpired:
            raise
        except BaseException:
            self.close()
            raise

    # -- the connection ----------------------------------------------------------------------------------------------

    def _connected(self) -> Session:
        if self._session is None:
            self._session = self._opened()
        return self._session

    def _opened(self) -> Session:
        """A new session; who could not be reached for long is not called again at once, for the next folder."""
        if self._unreachable is not None and time.monotonic() < self._unreachable[0]:
            raise Transient(self._unreachable[1])
        began = time.monotonic()
        try:
            session = open_session(self._login())
        except Transient as error:
            if time.monotonic() - began > _LONG_S:
                self._unreachable = (time.monotonic() + _WHILE_S, str(error))
            raise
        self._unreachable = None
        return session

    def _login(self) -> Login:
        settings = self._settings
        tls = settings.tls or ("starttls" if settings.port == 143 else "implicit")
        return Login(
            host=settings.host,
            port=settings.port or (993 if tls == "implicit" else 143),
            tls=None if tls == "none" else _context(self._surroundings.base, settings.ca_file),
            starttls=tls == "starttls",
            username=settings.username,
            secret=self._secret(),
            mechanism=settings.auth,
            read_s=float(settings.read_timeout),
            compress=settings.compress,
        )

    def _secret(self) -> Secret:
        settings = self._settings
        secret = password(settings, base=self._surroundings.base, username=settings.username)
        if secret is None:
            raise NeedsOwner("no password is named: set password_file, password_command or another place of it")
        return secret

    def _folder(self, name: str) -> Folder:
        if name not in self._folders:
            self.streams()
        folder = self._folders.get(name)
        if folder is None:
            raise Transient(f"the folder {name} is gone from {self._settings.host}, or is left out")
        # What the listing said of it is good once: by the next pull it is old.
        self._folders[name] = replace(folder, state=None)
        return folder

    # -- one pull ----------------------------------------------------------------------------------------------------

    def _pulled(self, folder: Folder, before: Place | None) -> Iterator[Batch]:
        session = self._connected()
        state = folder.state or state_of(session, folder.raw)
        if state is not None and before is not None and is_unchanged(before, state, self._settings.since):
            self._seen[folder.raw] = state.next_uid
            return
        try:
            work = work_in(session, folder, before, state, self._settings.since)
        except Refused as refused:
            raise _no_folder(session, folder, refused) from refused
        yield from self._batches(session, folder, before, work)

    def _batches(self, session: Session, folder: Folder, before: Place | None, work: Work) -> Iterator[Batch]:
        opened = work.opened
        uids = list(work.fresh.newest_first())
        whole = Place(
            validity=opened.validity,
            next_uid=opened.next_uid,
            messages=opened.messages,
            modseq=opened.modseq,
            since=self._settings.since,
        )
        read, missing, done = Uids(), Uids(), work.done
        ceiling = uids[0] if uids else 0
        for batch in Fetcher(session, self._reading(folder, opened)).batches(uids):
            read, missing = read | batch.uids, missing | batch.missing
            done |= Uids(((batch.lowest, ceiling),)) - batch.missing
            ceiling = batch.lowest - 1
            under_way = msgspec.structs.replace(whole, known=str(work.known), done=str(done))
            yield Batch(changes=batch.changes, cursor=cursor_of(under_way), total=len(uids))
        whole = msgspec.structs.replace(
            whole, known=str(work.kept | read), messages=-1 if len(missing) else opened.messages
        )
        self._seen[folder.raw] = opened.next_uid
        removed = tuple(Removed(key=f"{opened.validity}/{uid}") for uid in work.gone.newest_first())
        if removed or whole != before:
            yield Batch(changes=removed, cursor=cursor_of(whole), total=len(uids))

    def _reading(self, folder: Folder, opened: Selected) -> Reading:
        return Reading(
            folder=folder.name,
            validity=opened.validity,
            own=folder.own,
            labelled=folder.labelled,
            is_wanted=self._wishes.labels_chosen if folder.everything else _no_draft,
            is_sent=self._wishes.labels_own,
            authserv_id=self._settings.authserv_id,
            most_text=self._settings.max_text,
            now=self._surroundings.now(),
            zone=self._surroundings.zone,
        )


def _no_folder(session: Session, folder: Folder, refused: Refused) -> ConnectorError:
    if refused.code == "NOPERM":
        return NeedsOwner(f"the folder {folder.name} may not be opened: leave it out by exclude")
    if refused.code in ("NONEXISTENT", "TRYCREATE") or refused.status == "NO":
        said = f" ({refused.said})" if refused.said else ""
        return Transient(f"the folder {folder.name} cannot be opened on {session.wire.host}{said}")
    return refusal(session.wire.host, refused)


def _no_draft(labels: Sequence[str]) -> bool:
    return "\\DRAFT" not in map(str.upper, labels)


def _context(base: Path, ca_file: str) -> ssl.SSLContext:
    context = ssl.create_default_context()
    if ca_file:
        path = base / Path(ca_file).expanduser()
        try:
            context.load_verify_locations(path)
        except (OSError, ssl.SSLError) as error:
            raise NeedsOwner(f"{path} holds no certificates that can be read: correct ca_file") from error
    return context


def open_imap(settings: ImapSettings, surroundings: Surroundings) -> ImapConnector:
    """A connector for one mailbox. The server is called when the streams are asked for.

    Raises:
        NeedsOwner: the settings cannot be meant.
    """
    if not settings.host or not settings.username:
        raise NeedsOwner("an imap account needs host and username")
    if not 0 <= settings.port < 65536:
        raise NeedsOwner(f"port = {settings.port} is no port")
    if not _LEAST_TEXT <= settings.max_text <= _MOST_TEXT:
        raise NeedsOwner(f"max_text must be from {_LEAST_TEXT} to {_MOST_TEXT} bytes, not {settings.max_text}")
    day(settings.since)
    if not 1 <= settings.read_timeout <= 3600:
        raise NeedsOwner("read_timeout must be from 1 to 3600 seconds")
    return ImapConnector(settings, surroundings)


CONNECTOR = ConnectorSpec(kind="imap", settings=ImapSettings, open=open_imap)
