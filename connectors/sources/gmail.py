"""A Gmail mailbox in, messages and removals out: one stream, read by the API.

The cursor holds the history id from which changes are told, and an eight-byte mark of every message that was read:
so an import goes on after any batch, whatever came or went in between, and a history that Gmail no longer has costs a
list of ids and what is really new (``messages.list``, 5 units for 500), not all mail again. The history id is taken
before anything is listed. What Gmail files as advertising or as a social network's notices (``skip``) is not read at
all, unless the owner wrote in the thread.

The quota is kept here, by short waits between batches that were already yielded: only who counts units can spend them
evenly, and a first import must go on in one ``kith sync``. Waits yield empty batches, so that a stop is heard. What
Google asks for beyond that is ``Transient``, with its time.
"""

from __future__ import annotations

import base64
from collections.abc import Iterator, Sequence
from typing import Any, Final

import msgspec

from connectors.cursors import cursor_of, place_of
from connectors.errors import ConnectorError, CursorExpired, NeedsOwner, ProtocolViolation
from connectors.google_api import Api, GoogleApi, Pace, Request, list_of, text_of
from connectors.google_client import GoogleSettings
from connectors.google_login import GoogleLogin
from connectors.google_mail import HEAD, LEFT_OUT, SENT, WHOLE, is_bulk, labels_of, message_of, texts_apart
from connectors.google_mailbox import (
    MESSAGE_UNITS,
    NOTICES,
    THREAD_UNITS,
    Group,
    History,
    Listed,
    Listing,
    listed,
    mark,
    plan,
)
from connectors.google_tokens import SCOPE, GoogleTokens, Wants
from connectors.harmless import one_line
from connectors.protocol import ConnectorSpec, Stream, Surroundings
from connectors.records import Batch, Change, Cursor, Rejected, Removed

GMAIL: Final = Api(name="gmail", version="v1", root="https://gmail.googleapis.com", product="Gmail")
READ: Final = f"{SCOPE}gmail.readonly"
SEND: Final = f"{SCOPE}gmail.send"
STREAM: Final = Stream(name="All Mail", holds="mail")
_PROFILE_UNITS, _LIST_UNITS, _HISTORY_UNITS, _APART_UNITS, _SEND_UNITS = 1, 5, 2, 20, 100
_PAGE: Final = 500
_MOST_PAGES: Final = 20_000
#: Units and messages of one batch: ten seconds of the quota.
_BATCH_UNITS, _BATCH_MESSAGES, _BATCH_REMOVALS = 1000, 150, 500
_WAIT_S: Final = 5.0
#: Nobody deletes so many mails and all there are; a program that went wrong does.
_MANY: Final = 10
_WIDTH: Final = 8
_GONE: Final = frozenset({404, 410})
_UNKNOWN_HISTORY: Final = frozenset({400, 404, 410})
_NO_LABEL: Final = frozenset({400, 404})
_ABSENT: Final = object()

Found = dict[str, dict[str, Any] | None]


class GmailSettings(GoogleSettings, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """``units_per_minute`` is the quota that Google gives a user. ``skip`` are labels of mail that is not read."""

    units_per_minute: int = 6000
    skip: tuple[str, ...] = ("CATEGORY_PROMOTIONS", "CATEGORY_SOCIAL")


class Place(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A cursor: changes since ``history`` are still to come; ``known`` are the marks of what was read (base64).

    ``threads`` are marks of threads that are not those of a message. ``importing``: not everything was read yet.
    """

    history: str
    known: str = ""
    threads: str = ""
    importing: bool = False


class _Kept:
    """What was read so far."""

    def __init__(self, place: Place | None) -> None:
        self.known = _unpacked(place.known) if place is not None else {}
        self.threads = _unpacked(place.threads) if place is not None else {}

    def add(self, name: str, thread: str) -> None:
        self.known[mark(name)] = None
        if thread and thread != name and mark(thread) not in self.known:
            self.threads[mark(thread)] = None

    def place(self, history: str, *, importing: bool = False) -> Cursor:
        place = Place(history=history, known=_packed(self.known), threads=_packed(self.threads), importing=importing)
        return cursor_of(place)


class GmailConnector:
    """Reads one mailbox."""

    def __init__(self, settings: GmailSettings, around: Surroundings, *, pace: Pace | None = None) -> None:
        self._settings, self._around = settings, around
        self._tokens = GoogleTokens(settings, around, WANTS)
        self.api = GoogleApi(GMAIL, self._tokens, per_minute=settings.units_per_minute, pace=pace)
        self._profile: dict[str, Any] | None = None
        self._resources: dict[str, Any] = {}
        self._whose = ""
        self._by_thread = True

    def streams(self) -> Sequence[Stream]:
        """The one stream that there is.

        Raises:
            NeedsOwner: there is no login, or Gmail does not let it in.
            Transient: Gmail cannot be reached.
        """
        self._profile = self._asked_profile()
        self._whose = one_line(text_of(self._profile.get("emailAddress")), 200)
        return [STREAM]

    def own_streams(self) -> Sequence[str]:
        """Gmail itself says of each mail whether the owner sent it."""
        return [STREAM.name]

    def abilities(self) -> Sequence[str]:
        """Whose mailbox it is."""
        return [f"it is the mailbox of {self._whose}"] if self._whose else []

    def close(self) -> None:
        """Give the connections back."""
        self.api.close()

    def pull(self, stream: Stream, since: Cursor | None) -> Iterator[Batch]:
        """What is new in the mailbox, or all of it.

        Raises:
            CursorExpired: the cursor is not understood, or the mailbox is suddenly empty.
            ConnectorError: as its subclasses say.
        """
        if stream.name != STREAM.name:
            raise NeedsOwner(f"Gmail has no stream {stream.name!r}")
        place = _place(since)
        kept = _Kept(place)
        profile, self._profile = self._profile, None
        if place is None or place.importing:
            history = place.history if place is not None else _history_id(profile or self._asked_profile())
            yield from self._import(kept, history)
            yield from self._changes(kept, history, None)
        elif profile is None or _history_id(profile) != place.history:
            yield from self._changes(kept, place.history, since)

    # -- the whole mailbox ------------------------------------------------------------------------------------------

    def _import(self, kept: _Kept, history: str) -> Iterator[Batch]:
        groups = plan(self._listing(), kept.known)
        yield from self._read(groups, kept, history, importing=True)
        yield Batch(changes=(), cursor=kept.place(history))

    def _reconciled(self, kept: _Kept) -> Iterator[Batch]:
        """Gmail no longer knows what changed: compare its list with what was read, and fetch what that lacks."""
        history = _history_id(self._asked_profile())
        listing = self._listing()
        if kept.known and not listing.all:
            raise CursorExpired("the mailbox is suddenly empty", fewer=True)
        there = {mark(each.id) for each in listing.all}
        gone = [each for each in kept.known if each not in there]
        yield from self._removed(gone, kept, history, importing=True)
        yield from self._read(plan(listing, kept.known), kept, history, importing=True)
        yield Batch(changes=(), cursor=kept.place(history))

    def _listing(self) -> Listing:
        everything = self._listed()
        ids = frozenset(each.id for each in everything)
        marked = {label: self._labelled(label, ids) for label in (SENT, "DRAFT", NOTICES, *self._settings.skip)}
        return Listing(
            all=tuple(everything),
            sent=marked[SENT],
            drafts=marked["DRAFT"],
            notices=marked[NOTICES],
            skipped=frozenset().union(*(marked[label] for label in self._settings.skip)),
        )

    def _labelled(self, label: str, everything: frozenset[str]) -> frozenset[str]:
        """The ids that carry a label. A server that ignores the question would have all of them carry it: ask one."""
        found = frozenset(each.id for each in self._listed(label))
        if len(everything) > 1 and found >= everything:
            first = min(found & everything)
            status, answer = self.api.call(self._get(first, "minimal", "id,labelIds"), MESSAGE_UNITS, also=_GONE)
            if status == 404 or label not in labels_of(answer):
                return frozenset()
        return found

    def _listed(self, label: str | None = None) -> list[Listed]:
        """All messages (with a label) but those in the bin and the spam folder, newest first, each once."""
        messages = self._resource("messages")
        found: dict[str, Listed] = {}
        token, seen = "", set()
        for _ in range(_MOST_PAGES):
            asked: dict[str, Any] = {"pageToken": token} if token else {}
            if label is not None:
                asked["labelIds"] = [label]
            request = messages.list(
                userId="me", maxResults=_PAGE, fields="messages(id,threadId),nextPageToken", **asked
            )
            status, answer = self.api.call(request, _LIST_UNITS, also=_NO_LABEL if label is not None else frozenset())
            if status != 200:
                return []  # a label that this mailbox does not have
            for each in listed(answer):
                found.setdefault(each.id, each)
            token = text_of(answer.get("nextPageToken"))
            if not token:
                return list(found.values())
            if token in seen:
                break
            seen.add(token)
        raise ProtocolViolation("Gmail's list of messages goes round in circles: nothing is taken for gone")

    # -- what changed -----------------------------------------------------------------------------------------------

    def _changes(self, kept: _Kept, since: str, before: Cursor | None) -> Iterator[Batch]:
        told = self._history(since)
        if told is None:
            yield from self._reconciled(kept)
            return
        history, now = told
        gone = [mark(name) for name in history.removed(kept.known)]
        if _MANY <= len(gone) == len(kept.known) and not self._listed():
            raise CursorExpired("the mailbox is suddenly empty", fewer=True)
        yield from self._removed(gone, kept, since)
        groups = history.wanted(kept.known, kept.threads, self._settings.skip)
        yield from self._read(groups, kept, since)
        cursor = kept.place(now)
        if cursor != before:
            yield Batch(changes=(), cursor=cursor)

    def _history(self, since: str) -> tuple[History, str] | None:
        """What happened since, and the id of now; None where Gmail no longer knows."""
        request = self._resource("history")
        found, token, seen = History(), "", set()
        fields = "history(messagesAdded,messagesDeleted,labelsAdded,labelsRemoved),nextPageToken,historyId"
        for _ in range(_MOST_PAGES):
            asked = {"pageToken": token} if token else {}
            page = request.list(userId="me", startHistoryId=since, maxResults=_PAGE, fields=fields, **asked)
            status, answer = self.api.call(page, _HISTORY_UNITS, also=_UNKNOWN_HISTORY)
            if status != 200:
                return None
            found.add(answer)
            token = text_of(answer.get("nextPageToken"))
            if not token:
                return found, text_of(answer.get("historyId")) or since
            if token in seen:
                break
            seen.add(token)
        raise ProtocolViolation("Gmail's history goes round in circles")

    def _removed(self, gone: Sequence[bytes], kept: _Kept, history: str, *, importing: bool = False) -> Iterator[Batch]:
        for start in range(0, len(gone), _BATCH_REMOVALS):
            some = gone[start : start + _BATCH_REMOVALS]
            for each in some:
                kept.known.pop(each, None)
            changes = tuple(Removed(key=each.hex()) for each in some)
            yield Batch(changes=changes, cursor=kept.place(history, importing=importing))

    # -- reading ----------------------------------------------------------------------------------------------------

    def _read(self, groups: Sequence[Group], kept: _Kept, history: str, *, importing: bool = False) -> Iterator[Batch]:
        """Fetch the groups in their order, in batches that are yielded as they come."""
        total = sum(len(group.wanted) for group in groups)
        for some in _batches(groups):
            units = sum(group.units for group in some)
            while (wait := self.api.pause(units)) > 0:
                yield Batch(changes=(), total=total)
                self.api.rest(min(wait, _WAIT_S))
            found, trouble = self._fetched(some, kept)
            changes = tuple(change for name, answer in found.items() for change in self._change(name, answer, kept))
            if changes or trouble is None:
                yield Batch(changes=changes, cursor=kept.place(history, importing=importing), total=total)
            if trouble is not None:
                raise trouble

    def _fetched(self, groups: Sequence[Group], kept: _Kept) -> tuple[Found, ConnectorError | None]:
        """The messages of some groups by id, in their order (None: the answer cannot be read), and what went wrong."""
        whole = [group for group in groups if group.as_thread and self._by_thread]
        single = [name for group in groups if not (group.as_thread and self._by_thread) for name in group.wanted]
        notices = frozenset[str]().union(*(group.notices for group in groups))
        asked = [(group.thread, self._thread(group.thread), THREAD_UNITS) for group in whole]
        threads, trouble = self._asked(asked)
        if isinstance(trouble, ProtocolViolation):  # something stands between that knows no threads
            self._by_thread = False
            return self._fetched(groups, kept)
        found: Found = {}
        again: list[str] = []
        for group in whole:
            if group.thread not in threads:
                continue  # the next pull asks again
            for each in list_of(threads[group.thread] or {}, "messages"):
                name = text_of(each.get("id"))
                if name in group.wanted or mark(name) not in kept.known:
                    found[name] = each
            again += [name for name in group.wanted if name not in found]
        if trouble is not None:
            return found, trouble
        answers, trouble = self._asked(
            [(name, self._message(name, head=name in notices), MESSAGE_UNITS) for name in single]
        )
        for name, answer in answers.items():
            # What is not there yet is asked for once more; so is what turns out to be a person's.
            if answer == {} or (name in notices and answer is not None and not is_bulk(answer)):
                again.append(name)
            else:
                found[name] = answer
        if trouble is None and again:
            more, trouble = self._asked([(name, self._message(name), MESSAGE_UNITS) for name in again])
            found.update((name, answer) for name, answer in more.items() if answer != {})  # gone: the history says so
        return found, trouble

    def _asked(self, asked: Sequence[tuple[str, Request, int]]) -> tuple[Found, ConnectorError | None]:
        """Answers by name; an empty one stands for what is not there, None for what cannot be read."""
        found: Found = {}
        left = list(asked)
        while left:
            some, left = left[: self.api.most], left[self.api.most :]
            answers = self.api.batch([request for _, request, _ in some], [units for _, _, units in some])
            for (name, _, _), answer in zip(some, answers.found, strict=True):
                if answer is not None or answers.trouble is None:
                    found[name] = answer[1] if answer is not None else None
            if answers.trouble is not None:
                return found, answers.trouble
        return found, None

    def _change(self, name: str, answer: dict[str, Any] | None, kept: _Kept) -> Iterator[Change]:
        """What one message comes to."""
        key = mark(name).hex()
        if answer is None:
            kept.add(name, name)
            yield Rejected(key=key, reason="came garbled from Gmail, again and again")
            return
        if labels_of(answer) & LEFT_OUT:
            if kept.known.pop(mark(name), _ABSENT) is not _ABSENT:
                yield Removed(key=key)
            return
        for body, part in texts_apart(answer):
            request = self._resource("messages").attachments().get(userId="me", messageId=name, id=part, fields="data")
            body["data"] = self.api.call(request, _APART_UNITS, also=_GONE)[1].get("data", "")
        thread = text_of(answer.get("threadId")) or name
        kept.add(name, thread)
        yield message_of(answer, key=key, thread=thread, now=self._around.now(), zone=self._around.zone)

    def _asked_profile(self) -> dict[str, Any]:
        request = self.api.service.users().getProfile(userId="me", fields="emailAddress,historyId")
        return self.api.call(request, _PROFILE_UNITS)[1]

    def _message(self, name: str, *, head: bool = False) -> Request:
        return self._get(name, "metadata" if head else "full", HEAD if head else WHOLE)

    def _get(self, name: str, kind: str, fields: str) -> Request:
        return self._resource("messages").get(userId="me", id=name, format=kind, fields=fields)

    def _resource(self, name: str) -> Any:
        """A resource of the client library, made once: making one costs it more than a request."""
        if name not in self._resources:
            self._resources[name] = getattr(self.api.service.users(), name)()
        return self._resources[name]

    def _thread(self, name: str) -> Request:
        return self._resource("threads").get(userId="me", id=name, format="full", fields=f"messages({WHOLE})")


def send(settings: GmailSettings, around: Surroundings, letter: bytes) -> None:
    """Send a whole mail (RFC 5322) from the account.

    Raises:
        NeedsOwner: the login may not send.
        MaybeSent: nobody knows whether it went out.
        ConnectorError: it did not; as its subclasses say.
    """
    tokens = GoogleTokens(settings, around, WANTS)
    if not tokens.may((SEND,)):
        raise NeedsOwner(f"the login may not send mail: kith login {around.account} --sending")
    api = GoogleApi(GMAIL, tokens, per_minute=settings.units_per_minute)
    try:
        raw = base64.urlsafe_b64encode(letter).decode("ascii")
        api.once(api.service.users().messages().send(userId="me", body={"raw": raw}, fields="id"), _SEND_UNITS)
    finally:
        api.close()


def _batches(groups: Sequence[Group]) -> Iterator[list[Group]]:
    """Groups that are fetched and committed together."""
    batch: list[Group] = []
    units = messages = 0
    for group in (part for each in groups for part in each.parts(_BATCH_MESSAGES)):
        if batch and (units + group.units > _BATCH_UNITS or messages + len(group.wanted) > _BATCH_MESSAGES):
            yield batch
            batch, units, messages = [], 0, 0
        batch.append(group)
        units += group.units
        messages += len(group.wanted)
    if batch:
        yield batch


def _history_id(profile: dict[str, Any]) -> str:
    history = text_of(profile.get("historyId"))
    if not history:
        raise ProtocolViolation("Gmail does not say where its history stands")
    return history


def _who(tokens: GoogleTokens) -> str:
    api = GoogleApi(GMAIL, tokens, per_minute=1000)
    try:
        profile = api.call(api.service.users().getProfile(userId="me", fields="emailAddress"), _PROFILE_UNITS)[1]
    finally:
        api.close()
    return one_line(text_of(profile.get("emailAddress")), 200)


def _packed(marks: dict[bytes, None]) -> str:
    return base64.b64encode(b"".join(marks)).decode("ascii")


def _unpacked(text: str) -> dict[bytes, None]:
    data = base64.b64decode(text, validate=True)
    if len(data) % _WIDTH:
        raise ValueError("not whole marks")
    return {data[start : start + _WIDTH]: None for start in range(0, len(data), _WIDTH)}


def _place(since: Cursor | None) -> Place | None:
    return place_of(
        since,
        Place,
        "what was read of this mailbox",
        check=lambda place: (_unpacked(place.known), _unpacked(place.threads)),
    )


WANTS: Final = Wants(product="Gmail", scopes=(READ,), sending=(SEND,), who=_who)


def open_gmail(settings: GmailSettings, around: Surroundings) -> GmailConnector:
    """A connector for one mailbox. Nothing is asked before its streams are."""
    return GmailConnector(settings, around)


def login(settings: GmailSettings, around: Surroundings) -> GoogleLogin:
    """The login of one mailbox."""
    return GoogleLogin(settings, around, WANTS)


CONNECTOR = ConnectorSpec(kind="gmail", settings=GmailSettings, open=open_gmail, login=login, send=send)
