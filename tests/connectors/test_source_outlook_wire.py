"""What goes over the wire to Microsoft, call by call, against cassettes in ``tests/cassettes``.

The cassettes were recorded from the fake in ``tests/services/microsoft.py``, as their first line says, because nobody's
mailbox belongs into a repository. ``KITH_RECORD=1`` records them anew.
"""

from __future__ import annotations

import base64
import copy
import json
import os
import re
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

import msgspec
import pytest
import vcr
from vcr.stubs.urllib3_stubs import VCRRequestsHTTPSConnection

from connectors import http_wire
from connectors.microsoft_login import MicrosoftLogin
from connectors.passwords import Secret
from connectors.protocol import Surroundings
from connectors.records import Contact, Meeting, Message, Removed
from connectors.sources import outlook, outlook_calendar, outlook_contacts
from tests.contract.contract_mail import mail
from tests.services.microsoft import CLIENT, running
from tests.services.microsoft_box import Box

CASSETTES = Path(__file__).parent.parent / "cassettes"
ORIGIN = "https://microsoft.example"
NOW = datetime(2026, 3, 20, 12, tzinfo=UTC)
RECORDING = os.environ.get("KITH_RECORD") == "1"
FROM_THE_FAKE = "# Recorded from the fake in tests/services/microsoft.py, not from Microsoft.\n"
_CLAIMS = {"aud": CLIENT, "iss": "x", "sub": "s", "oid": "o", "tid": "t", "exp": 4102444800, "iat": 1}
_ID = base64.urlsafe_b64encode(json.dumps({**_CLAIMS, "preferred_username": "maya@lindqvist.example"}).encode())
SCRUBBED = {
    "access_token": "SCRUBBED-ACCESS",
    "refresh_token": "SCRUBBED-REFRESH",
    "device_code": "SCRUBBED-DEVICE",
    "id_token": f"e30.{_ID.rstrip(b'=').decode()}.",
}


@contextmanager
def cassette(name, folder, box=None, scope="Mail.Read Calendars.Read"):
    """Settings and surroundings whose requests are played from a cassette, or recorded into it."""
    around = Surroundings(base=folder, now=lambda: NOW, zone=ZoneInfo("Europe/Stockholm"), account="work")
    path = CASSETTES / f"microsoft-{name}.yaml"
    with ExitStack() as stack:
        root, settings = ORIGIN, {"client_id": CLIENT, "authority": ORIGIN, "endpoint": f"{ORIGIN}/v1.0"}
        login = json.dumps(_kept(scope))
        if RECORDING:
            fake = stack.enter_context(running(folder, now=lambda: NOW))
            fake.box = box or fake.box
            fake.page_limit = 3
            root, settings = fake.root, fake.settings()
            login = fake.login(scope)
            path.unlink(missing_ok=True)
        with around.logins.changing("work") as slot:
            slot.write(Secret(login))
        stack.enter_context(_player(root).use_cassette(str(path)))
        yield settings, around
    if RECORDING:
        path.write_text(FROM_THE_FAKE + path.read_text(encoding="utf-8"), encoding="utf-8")


def _player(root):
    player = vcr.VCR(
        record_mode="all" if RECORDING else "none",
        match_on=("method", "scheme", "host", "path", "query", "prefer", "kind"),
        filter_headers=["authorization", "user-agent", "x-client-sku", "x-client-os", "x-client-ver", "x-client-cpu"],
        filter_post_data_parameters=[(name, "SCRUBBED") for name in ("refresh_token", "device_code", "code")],
        before_record_request=lambda request: _at_home(request, root),
        before_record_response=lambda response: _scrubbed(response, root),
        custom_patches=((http_wire._TlsPool, "ConnectionCls", VCRRequestsHTTPSConnection),),
    )
    player.register_matcher("prefer", lambda one, other: _same(one.headers.get("Prefer"), other.headers.get("Prefer")))
    kind = "Content-Type"
    player.register_matcher("kind", lambda one, other: _same(one.headers.get(kind), other.headers.get(kind)))
    return player


def _same(one, other):
    assert one == other


def _at_home(request, root):
    request = copy.deepcopy(request)
    request.uri = request.uri.replace(root, ORIGIN)
    return request


def _scrubbed(response, root):
    response = copy.deepcopy(response)
    body = response["body"]["string"].replace(root.encode(), ORIGIN.encode())
    for name, value in SCRUBBED.items():
        body = re.sub(rf'"{name}": "[^"]*"'.encode(), f'"{name}": "{value}"'.encode(), body)
    response["body"]["string"] = body
    kept = ("content-type", "retry-after")
    response["headers"] = {name: value for name, value in response["headers"].items() if name.lower() in kept}
    response["headers"]["Content-Length"] = [str(len(body))]
    return response


def _kept(scope):
    """A login whose tokens are those of the cassettes."""
    import msal

    cache = msal.SerializableTokenCache()
    response = {
        "access_token": SCRUBBED["access_token"],
        "refresh_token": SCRUBBED["refresh_token"],
        "expires_in": 3600,
        "scope": scope,
        "id_token_claims": {**_CLAIMS, "preferred_username": "maya@lindqvist.example"},
        "client_info": base64.urlsafe_b64encode(b'{"uid":"o","utid":"t"}').decode(),
    }
    event = {
        "client_id": CLIENT,
        "scope": scope.split(),
        "token_endpoint": f"{ORIGIN}/common/oauth2/v2.0/token",
        "response": response,
    }
    cache.add(event, now=int(NOW.timestamp()))
    return json.loads(cache.serialize())


def everything(connector, cursors):
    """All changes since ``cursors``, which are moved on."""
    found = []
    for stream in connector.streams():
        for batch in connector.pull(stream, cursors.get(stream.name)):
            found += batch.changes
            cursors[stream.name] = batch.cursor or cursors.get(stream.name)
    return found


class Terminal:
    def say(self, line):
        self.said = line

    def browse(self, url):
        return False


def test_login_by_code_and_refresh(tmp_path):
    with cassette("login", tmp_path) as (settings, around):
        login = MicrosoftLogin(
            msgspec.convert(settings, outlook.OutlookSettings), around, ("Mail.Read",), sleep=lambda seconds: None
        )
        terminal = Terminal()
        state = login.log_in(terminal, browser=False, sending=False)
        assert terminal.said.endswith("enter the code KITHABCDE")
        assert (state.logged_in, state.who) == (True, "maya@lindqvist.example")


def test_mail(tmp_path):
    box = Box()
    for number in range(5):
        box.deliver("inbox", mail(f"m{number}@quist.example"))
    with cassette("mail", tmp_path, box) as (settings, around):
        connector = outlook.CONNECTOR.open(msgspec.convert(settings, outlook.OutlookSettings), around)
        cursors = {}
        found = everything(connector, cursors)
        assert [change.message_id for change in found if isinstance(change, Message)] == [
            f"m{number}@quist.example" for number in (4, 3, 2, 1, 0)
        ]
        connector.close()


def test_calendar(tmp_path):
    box = Box()
    for number in range(4):
        box.meet(f"e{number}@quist.example", NOW + timedelta(days=number), attendees={"ada@quist.example": "accepted"})
    box.series("AB12CD34EF56AB78", [NOW + timedelta(days=7), NOW + timedelta(days=14)])
    with cassette("calendar", tmp_path, box) as (settings, around):
        spec = outlook_calendar.CONNECTOR
        connector = spec.open(msgspec.convert(settings, spec.settings), around)
        cursors = {}
        found = everything(connector, cursors)
        assert len([change for change in found if isinstance(change, Meeting)]) == 6
        assert not [change for change in found if isinstance(change, Removed)]
        connector.close()


def test_contacts(tmp_path):
    box = Box()
    family = box.contact_folder("Family")
    box.know("Ada Quist", "ada@quist.example", "ada@home.example")
    box.know("", "leo@quist.example", folder=family, givenName="Leo", surname="Quist")
    with cassette("contacts", tmp_path, box, scope="Contacts.Read") as (settings, around):
        spec = outlook_contacts.CONNECTOR
        connector = spec.open(msgspec.convert(settings, spec.settings), around)
        found = [change for change in everything(connector, {}) if isinstance(change, Contact)]
        assert [change.name for change in found] == ["Ada Quist", "Leo Quist"]
        connector.close()


def test_the_letter(tmp_path):
    with cassette("send", tmp_path, scope="Mail.Read Mail.Send") as (settings, around):
        outlook.send(msgspec.convert(settings, outlook.OutlookSettings), around, mail("letter@kith.example"))


SECRETS = re.compile(
    r"Bearer |\b[ar]t-[0-9a-f]{24}|\bdc-[0-9a-f]{16}|127\.0\.0\.1|(?:access|refresh)_token\W+(?!SCRUBBED)\w",
    re.IGNORECASE,
)


@pytest.mark.parametrize("path", sorted(CASSETTES.glob("microsoft-*.yaml")), ids=lambda path: path.stem)
def test_a_cassette_holds_no_secret_and_says_where_it_comes_from(path):
    text = path.read_text(encoding="utf-8")
    assert text.startswith("# Recorded from")
    assert SECRETS.search(text.replace("grant_type=refresh_token", "")) is None
    hosts = {urlsplit(found).hostname for found in re.findall(r"https://[^\s\"'\\]+", text)}
    assert all(host.endswith((".example", ".test")) for host in hosts)
