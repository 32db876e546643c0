"""One exchange of each kind with Google, recorded or replayed; nothing secret is ever written.

Usage: KITH_RECORD_CONFIG=kith.toml python -m tests.services.google_recording [--fake]
"""

from __future__ import annotations

import copy
import json
import os
import re
import sys
import tempfile
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from unittest.mock import patch
from urllib.parse import urlsplit, urlunsplit
from zoneinfo import ZoneInfo

import vcr
from requests.adapters import HTTPAdapter

from connectors import http_wire
from connectors.errors import CursorExpired
from connectors.http import Http
from connectors.passwords import Secret
from connectors.protocol import Surroundings
from connectors.records import Cursor
from connectors.sources import gmail, google_calendar, google_contacts

FOLDER = Path(__file__).resolve().parent.parent / "cassettes" / "google"
GONE = "left-out"
NOW = datetime(2030, 6, 1, 12, tzinfo=UTC)
_KEPT_HEADERS = {"content-type", "retry-after"}
_SECRET_FIELDS = (
    "access_token",
    "refresh_token",
    "id_token",
    "client_id",
    "client_secret",
    "code",
    "code_verifier",
    "token",
)
_HOSTS = {
    "/token": "oauth2.googleapis.com",
    "/gmail/": "gmail.googleapis.com",
    "/batch": "gmail.googleapis.com",
    "/calendar/": "www.googleapis.com",
    "/v1/people/": "people.googleapis.com",
}


def recorder(mode):
    """A VCR that scrubs; fakes are recorded under Google's own names."""
    return vcr.VCR(
        record_mode=mode,
        match_on=("method", "scheme", "host", "path", "query"),
        decode_compressed_response=True,
        filter_query_parameters=["key", "access_token", "code", "state"],
        filter_post_data_parameters=[(name, GONE) for name in _SECRET_FIELDS],
        before_record_request=_scrubbed_request,
        before_record_response=_scrubbed_response,
    )


def _scrubbed_request(request):
    parts = urlsplit(request.uri)
    host = next((host for start, host in _HOSTS.items() if parts.path.startswith(start)), parts.netloc)
    request.uri = urlunsplit(("https", host, parts.path, parts.query, ""))
    request.headers = {name: value for name, value in request.headers.items() if name.lower() in _KEPT_HEADERS}
    return request


def _scrubbed_response(response):
    response = copy.deepcopy(response)  # the other one goes on to whoever asked
    response["headers"] = {name: value for name, value in response["headers"].items() if name.lower() in _KEPT_HEADERS}
    text = response["body"]["string"].decode("utf-8", "replace")
    for name in _SECRET_FIELDS:
        text = re.sub(rf'("{name}"\s*:\s*)"[^"]*"', rf'\1"{GONE}"', text)
    response["body"]["string"] = text.encode()
    return response


@contextmanager
def seen_by_vcr():
    """Ask by requests' own connections, which VCR knows, for answers that are not packed: it unpacks them half."""
    asked = Http.request

    def request(self, method, url, *, headers=None, **more):
        return asked(self, method, url, headers={**(headers or {}), "Accept-Encoding": "identity"}, **more)

    with patch.object(Http, "request", request), patch.object(http_wire, "WatchedAdapter", HTTPAdapter):
        yield


def mail_calls(connector):
    """The answers to one request of each kind at Gmail."""
    api = connector.api
    messages = api.service.users().messages()
    profile = connector._asked_profile()
    page = api.call(messages.list(userId="me", maxResults=3, fields="messages(id,threadId),nextPageToken"), 5)[1]
    first = page["messages"][0]
    found = api.batch([connector._message(each["id"]) for each in page["messages"][:2]], [20, 20])
    thread = api.call(connector._thread(first["threadId"]), 40)[1]
    head = api.call(connector._message(first["id"], head=True), 20)[1]
    missing = api.call(connector._message("0000000000000001"), 20, also=frozenset({404}))[0]
    history = connector._history(profile["historyId"])
    return profile, page, found, thread, head, missing, history


def calendar_calls(connector):
    """The answers to one request of each kind at Google Calendar."""
    api = connector.api
    streams = connector.streams()
    events = api.service.events()
    window = {"timeMin": "2030-05-01T00:00:00Z", "timeMax": "2030-07-01T00:00:00Z"}
    asked = {"calendarId": streams[0].name, "singleEvents": True, "maxResults": 5, "fields": google_calendar.FIELDS}
    first = api.call(events.list(**asked, **window), 1)[1]
    refused = api.call(events.list(**asked, syncToken="s0"), 1, also=frozenset({400, 410}))[0]
    return streams, first, refused


def contact_calls(connector):
    """The answers to one request of each kind at Google Contacts: everything, nothing new, and a token that has ended."""
    batches = list(connector.pull(connector.streams()[0], None))
    later = list(connector.pull(connector.streams()[0], batches[-1].cursor))
    try:
        ended = list(connector.pull(connector.streams()[0], Cursor(value='{"token":"s0"}')))
    except CursorExpired as error:
        ended = error
    return batches, later, ended, connector.abilities(), google_contacts.whose(connector.api)


def around(folder, account):
    """Surroundings with a clock that stands, so that a replay asks what was asked."""
    return Surroundings(base=folder, now=lambda: NOW, zone=ZoneInfo("UTC"), account=account, tokens=folder / "logins")


def keep(where, login):
    """Put a login where the connector looks for it."""
    with where.logins.changing(where.account) as slot:
        slot.write(Secret(login))


#: The calls of each kind of account, by the name of its recording.
CALLS = {"gmail": mail_calls, "calendar": calendar_calls, "contacts": contact_calls}
_KINDS = {"gmail": "gmail", "google_calendar": "calendar", "google_contacts": "contacts"}


def _record(connectors, origin):
    """Record from opened connectors, by the names of the recordings; ``origin`` says where from."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    for name, connector in connectors.items():
        path = FOLDER / f"{name}.yaml"
        path.unlink(missing_ok=True)
        with seen_by_vcr(), recorder("once").use_cassette(str(path)):
            CALLS[name](connector)
        path.write_text(f"# Recorded from {origin}.\n{path.read_text()}")
        connector.close()


def _fake(folder):
    from tests.services.google import CALENDAR_SCOPES, CONTACTS_SCOPES, GMAIL_SCOPES, Google

    server = Google(now=lambda: NOW)
    fake = server.fake
    ask = b"Message-ID: <ask@quist.example>\r\nFrom: Ada Quist <ada@quist.example>\r\nTo: maya@lindqvist.example\r\n"
    date = b"Date: Sat, 01 Jun 2030 09:00:00 +0000\r\n"
    fake.mailbox.deliver(ask + date + b"Subject: The plan\r\n\r\nCould you look at the plan?\r\n")
    fake.mailbox.deliver(
        b"Message-ID: <answer@lindqvist.example>\r\nFrom: maya@lindqvist.example\r\nTo: ada@quist.example\r\nSubject: Re: The plan\r\n"
        b"In-Reply-To: <ask@quist.example>\r\n" + date + b"\r\nI would move the pier.\r\n",
        ("SENT",),
    )
    fake.calendars.put(
        {
            "id": "coffee",
            "summary": "Coffee",
            "start": {"dateTime": "2030-06-03T10:00:00+02:00", "timeZone": "Europe/Stockholm"},
            "end": {"dateTime": "2030-06-03T11:00:00+02:00"},
            "attendees": [{"email": "ada@quist.example", "responseStatus": "accepted"}],
        }
    )
    fake.calendars.forget()
    fake.people.put("Ada Quist", "ada@quist.example", "ada@work.example")
    fake.people.put("The Plumber")
    keep(around(folder, "mail"), fake.login(GMAIL_SCOPES))
    keep(around(folder, "diary"), fake.login(CALENDAR_SCOPES))
    keep(around(folder, "book"), fake.login(CONTACTS_SCOPES))
    mail = gmail.GmailConnector(gmail.GmailSettings(endpoint=server.url), around(folder, "mail"))
    diary = google_calendar.GoogleCalendarConnector(
        google_calendar.GoogleCalendarSettings(endpoint=server.url), around(folder, "diary")
    )
    book = google_contacts.GoogleContactsConnector(
        google_contacts.GoogleContactsSettings(endpoint=server.url), around(folder, "book")
    )
    return server, {"gmail": mail, "calendar": diary, "contacts": book}


def _real():
    from daemon.config import load
    from daemon.surroundings import surroundings

    config = load(Path(os.environ["KITH_RECORD_CONFIG"]).expanduser())
    found = {}
    for account in config.accounts:
        if account.kind in _KINDS:
            found[_KINDS[account.kind]] = account.spec.open(account.settings, surroundings(config, account.name))
    if not found:
        sys.exit("the config has no account at Google")
    return found


def main():
    """Record anew."""
    if "--fake" not in sys.argv[1:]:
        if not os.environ.get("KITH_RECORD_CONFIG"):
            sys.exit("set KITH_RECORD_CONFIG to a config with accounts at Google")
        _record(_real(), f"Google itself on {datetime.now(UTC):%Y-%m-%d}")
        return
    with tempfile.TemporaryDirectory() as folder:
        server, connectors = _fake(Path(folder))
        _record(connectors, "the fake Google in tests/services/google.py, not from Google itself")
        server.close()


def replayed(name, folder):
    """What the calls of a cassette came to, and how many exchanges it has."""
    login = json.dumps(
        {
            "refresh_token": GONE,
            "client_id": GONE,
            "token": GONE,
            "expiry": f"{NOW + timedelta(days=1):%Y-%m-%dT%H:%M:%SZ}",
        }
    )
    keep(around(folder, "mail"), login)
    path = FOLDER / f"{name}.yaml"
    module = {"gmail": gmail, "calendar": google_calendar, "contacts": google_contacts}[name]
    connector = module.CONNECTOR.open(module.CONNECTOR.settings(), around(folder, "mail"))
    with seen_by_vcr(), recorder("none").use_cassette(str(path)) as cassette:
        found = CALLS[name](connector)
        connector.close()
        return found, len(cassette)


if __name__ == "__main__":
    main()
