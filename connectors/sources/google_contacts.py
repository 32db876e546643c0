"""The owner's own contacts at Google in, contacts and removals out: one stream, the address book.

Only what the owner wrote into Google Contacts is asked for: not what people's profiles say of themselves, not the
"other contacts" that Google guesses from mail, not the groups. Later pulls ask what changed since the sync token, which
ends seven days after everything was listed (``CursorExpired``): then a pull from None yields every contact that is
there, so what it lacks is gone.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

import msgspec

from connectors.cursors import cursor_of, place_of
from connectors.errors import CursorExpired, ProtocolViolation
from connectors.google_api import Api, GoogleApi, Pace, list_of, text_of
from connectors.google_client import GoogleSettings
from connectors.google_login import GoogleLogin
from connectors.google_people import FIELDS, PERSON_FIELDS, contact_of, former_keys, is_deleted, key_of
from connectors.google_tokens import SCOPE, GoogleTokens, Wants
from connectors.harmless import one_line
from connectors.protocol import ConnectorSpec, Stream, Surroundings
from connectors.records import Batch, Change, Cursor, Removed

PEOPLE: Final = Api(name="people", version="v1", root="https://people.googleapis.com", product="Google Contacts")
READ: Final = f"{SCOPE}contacts.readonly"
#: Google allows 90 reads a minute.
_PER_MINUTE: Final = 60
_PAGE: Final = 1000
_MOST_PAGES: Final = 500
#: Google itself keeps 25,000.
MOST_CONTACTS: Final = 100_000
#: How a token that has ended is refused: 400 (EXPIRED_SYNC_TOKEN) today, 410 where the documents say so.
_ENDED: Final = frozenset({400, 410})
#: Google wants each request that goes on with a token to ask for just what the first one did.
_ASKED: Final[Mapping[str, Any]] = {
    "resourceName": "people/me",
    "personFields": PERSON_FIELDS,
    "sources": ["READ_SOURCE_TYPE_CONTACT"],
    "requestSyncToken": True,
    "pageSize": _PAGE,
    "fields": FIELDS,
}


class GoogleContactsSettings(GoogleSettings, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """``requests_per_minute`` is how many requests may be made."""

    requests_per_minute: int = _PER_MINUTE


class Place(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A cursor: the sync token from which changes are told.

    While everything is being listed there is none yet: ``page`` names the page that comes next, and ``read`` says how
    many contacts were listed before it.
    """

    token: str
    page: str = ""
    read: int = 0


class GoogleContactsConnector:
    """Reads the address book of one login."""

    def __init__(self, settings: GoogleContactsSettings, around: Surroundings, *, pace: Pace | None = None) -> None:
        self._tokens = GoogleTokens(settings, around, WANTS)
        self.api = GoogleApi(PEOPLE, self._tokens, per_minute=settings.requests_per_minute, pace=pace)

    def streams(self) -> Sequence[Stream]:
        """The address book. Asks Google for nothing but a new token where that is due.

        Raises:
            NeedsOwner: there is no login, or Google no longer accepts it.
            Transient: Google cannot be reached.
        """
        self._tokens.authorization()
        return [Stream(name="contacts", holds="contacts")]

    def own_streams(self) -> Sequence[str]:
        """None: an address book is no mail."""
        return []

    def abilities(self) -> Sequence[str]:
        """How many contacts Google has, which shows that it lets the login read them; costs one request.

        Raises:
            ConnectorError: as its subclasses say.
        """
        asked = {**_ASKED, "requestSyncToken": False, "pageSize": 1, "fields": "totalItems"}
        total = _total(self.api.call(self.api.service.people().connections().list(**asked), 1)[1])
        return [] if total is None else [f"Google Contacts holds {total}, those without an address too"]

    def close(self) -> None:
        """Give the connections back."""
        self.api.close()

    def pull(self, stream: Stream, since: Cursor | None) -> Iterator[Batch]:
        """What changed in the address book, or all of it.

        Raises:
            CursorExpired: Google no longer knows the cursor.
            ConnectorError: as its subclasses say.
        """
        place = _place(since)
        pull = _Pull(self.api)
        yield from pull.changes(place) if place.token else pull.whole(place)


class _Pull:
    """One pull of the address book."""

    def __init__(self, api: GoogleApi) -> None:
        self._api = api
        self._told: dict[str, Change] = {}
        self._read = 0
        self._token = ""

    def whole(self, place: Place) -> Iterator[Batch]:
        """Every contact, on from the page where it stopped."""
        self._read = place.read
        for answer, following in self._pages(place.page, ended=_ENDED if place.page else frozenset()):
            changes = tuple(self._news(list_of(answer, "connections"), fresh=True))
            cursor = cursor_of(Place(token=self._token, page=following, read=self._read if following else 0))
            # A pull that goes on in the middle cannot tell how much of it is left.
            yield Batch(changes=changes, cursor=cursor, total=None if place.page else _total(answer))

    def changes(self, place: Place) -> Iterator[Batch]:
        """What changed since the sync token."""
        for answer, _ in self._pages(ended=_ENDED, syncToken=place.token):
            changes = tuple(self._news(list_of(answer, "connections"), fresh=False))
            if changes:
                yield Batch(changes=changes)
        if self._token and self._token != place.token:
            yield Batch(changes=(), cursor=cursor_of(Place(token=self._token)))
        elif self._told:
            yield Batch(changes=(), cursor=cursor_of(place))

    def _news(self, people: Sequence[dict[str, Any]], *, fresh: bool) -> Iterator[Change]:
        """What the people of one page come to; what was told in this pull already is told once."""
        self._read += len(people)
        if self._read > MOST_CONTACTS:
            raise ProtocolViolation(f"Google Contacts lists more than {MOST_CONTACTS} contacts")
        for person in people:
            for change in _changes(person, fresh=fresh):
                if self._told.get(change.key) != change:
                    self._told[change.key] = change
                    yield change

    def _pages(self, page: str = "", *, ended: frozenset[int], **more: str) -> Iterator[tuple[dict[str, Any], str]]:
        """The answers and the token of the page after each; on the last, ``_token`` is the next sync token.

        Raises:
            CursorExpired: the answer is one of the statuses ``ended``.
        """
        connections = self._api.service.people().connections()
        token, seen = page, {page}
        for _ in range(_MOST_PAGES):
            asked = {**_ASKED, **more, **({"pageToken": token} if token else {})}
            status, answer = self._api.call(connections.list(**asked), 1, also=ended)
            if status in ended:
                raise CursorExpired("Google Contacts no longer knows what changed: the address book is read anew")
            token = text_of(answer.get("nextPageToken"))
            if not token:
                self._token = text_of(answer.get("nextSyncToken"))
            elif token in seen:
                raise ProtocolViolation("Google's list of contacts goes round in circles")
            seen.add(token)
            yield answer, token
            if not token:
                return
        raise ProtocolViolation("Google's list of contacts has no end")


def _changes(person: Mapping[str, Any], *, fresh: bool) -> Iterator[Change]:
    """What one person comes to. Where everything is listed, what is not told is gone by that."""
    contact = None if is_deleted(person) else contact_of(person)
    if not fresh:
        yield from (Removed(key=key) for key in former_keys(person))
    if contact is not None:
        yield contact
    elif not fresh:
        yield Removed(key=key_of(person))


def _total(answer: Mapping[str, Any]) -> int | None:
    """How many contacts there are, those without an address too."""
    text = text_of(answer.get("totalItems"))
    return min(int(text), MOST_CONTACTS) if text.isdecimal() and len(text) < 12 else None


def _place(since: Cursor | None) -> Place:
    """The place of a cursor; that of no cursor is the beginning.

    Raises:
        CursorExpired: it is not understood, or there is nothing to go on from.
    """
    place = place_of(since, Place, "what was read of Google Contacts")
    if place is None:
        return Place(token="")
    if not place.token and not place.page:
        raise CursorExpired("Google Contacts gave no sync token: the address book is read anew")
    return place


def whose(api: GoogleApi) -> str:
    """The owner's address, where Google tells it to a login that may read contacts; else the name; else nothing."""
    fields = "emailAddresses(value),names(displayName)"
    request = api.service.people().get(resourceName="people/me", personFields="emailAddresses,names", fields=fields)
    answer = api.call(request, 1, also=frozenset({404}))[1]
    said = [text_of(each.get("value")) for each in list_of(answer, "emailAddresses")]
    said += [text_of(each.get("displayName")) for each in list_of(answer, "names")]
    return next((one_line(each, 200) for each in said if each), "")


def _who(tokens: GoogleTokens) -> str:
    api = GoogleApi(PEOPLE, tokens, per_minute=_PER_MINUTE)
    try:
        return whose(api)
    finally:
        api.close()


WANTS: Final = Wants(product="Google Contacts", scopes=(READ,), who=_who)


def open_google_contacts(settings: GoogleContactsSettings, around: Surroundings) -> GoogleContactsConnector:
    """A connector for the address book of one login. Nothing is asked before its streams are."""
    return GoogleContactsConnector(settings, around)


def login(settings: GoogleContactsSettings, around: Surroundings) -> GoogleLogin:
    """The login of one account."""
    return GoogleLogin(settings, around, WANTS)


CONNECTOR = ConnectorSpec(
    kind="google_contacts", settings=GoogleContactsSettings, open=open_google_contacts, login=login
)
