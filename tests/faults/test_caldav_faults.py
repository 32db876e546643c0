"""A CalDAV server that cuts, lies, stalls and refuses: nothing is lost or twice, and every failure is one of the tree."""

from __future__ import annotations

import itertools
import shutil
import ssl
import subprocess
from collections import deque
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from connectors import caldav_server, http
from connectors.caldav_xml import NotXml, multistatus, tree
from connectors.errors import ConnectorError, CursorExpired, NeedsOwner, ProtocolViolation, Transient
from connectors.protocol import Stream, Surroundings
from connectors.records import Meeting, Rejected, Removed
from connectors.sources import caldav
from daemon.pipeline import sync_account
from tests.conftest import missing
from tests.contract.contract_mail import event
from tests.daemon.store_dump import dump
from tests.services.fake_caldav import FakeCaldav, answers, one
from tests.services.fake_http import FakeServer, reply

NOW = datetime(2030, 6, 1, 12, tzinfo=UTC)
WORK = Stream(name="work", holds="calendar")


class Fake:
    """A fake server that is running, its calendars, and connectors that read it."""

    def __init__(self, base):
        self.base, self.now = base, NOW
        self.dav = FakeCaldav()
        self.dav.change("work", **{f"e{number:02}": event(f"e{number:02}") for number in range(12)})

    def connector(self, **settings):
        surroundings = Surroundings(base=self.base, now=lambda: self.now, zone=ZoneInfo("Europe/Stockholm"))
        return caldav.CONNECTOR.open(caldav.CaldavSettings(url=self.server.url, **settings), surroundings)

    def pull(self, since=None, stream=WORK, **settings):
        connector = self.connector(**settings)
        batches = list(connector.pull(stream, since))
        connector.close()
        return [change for batch in batches for change in batch.changes], batches[-1].cursor if batches else since


@pytest.fixture
def fake(tmp_path, monkeypatch):
    monkeypatch.setattr(caldav, "BATCH_RESOURCES", 5)
    monkeypatch.setattr(caldav, "BATCH_MEETINGS", 3)
    for name in ("http_proxy", "https_proxy", "all_proxy"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.upper(), raising=False)
    found = Fake(tmp_path)
    with FakeServer(found.dav) as server:
        found.server = server
        yield found


def state(held, changes):
    """What a store holds after ``changes``."""
    held = dict(held)
    for change in changes:
        if isinstance(change, Removed):
            held.pop(change.key, None)
        elif isinstance(change, Meeting):
            held[change.key] = change.summary
    return held


def survive(fake, spoil_at, how):
    """A pull whose answer of that number is spoilt, then pulls until the end; the state and the error."""
    held, cursor, error = {}, None, None
    fake.dav.spoil(spoil_at, how)
    for _ in range(4):
        connector = fake.connector()
        try:
            for batch in connector.pull(WORK, cursor):
                held = state(held, batch.changes)
                cursor = batch.cursor or cursor
        except ConnectorError as raised:
            error = raised
        else:
            assert "\n" not in str(error)
            return held, error
        finally:
            connector.close()
    raise AssertionError(f"never comes to an end: {error}")


REQUESTS = 7  # of a first pull: itself, principal, home, sync-collection, three multigets


def test_a_first_pull_is_so_many_requests(fake):
    fake.pull()
    kinds = [fake.dav.kind(request) for request in fake.server.requests]
    assert kinds == ["propfind"] * 3 + ["sync"] + ["multiget"] * 3
    assert len(kinds) == REQUESTS


PAGE = reply(200, b"<html><body>Log in to this hotel's network</body></html>", Content_Type="text/html")
SPOILS = {
    "nothing": lambda whole: b"",
    "a cut header": lambda whole: whole[:30],
    "a cut head": lambda whole: whole[: whole.index(b"\r\n\r\n")],
    "a captive portal": lambda whole: PAGE,
    "a portal that says 207": lambda whole: PAGE.replace(b"200", b"207", 1),
    "busy": lambda whole: reply(503, Retry_After="17"),
    "too many": lambda whole: reply(429),
    "a fault": lambda whole: reply(502, b"<html>bad gateway</html>"),
    "a login that expired": lambda whole: reply(401),
    "garbage": lambda whole: reply(207, bytes(range(256))),
    "a redirect away": lambda whole: reply(302, Location="https://other.example/login"),
    "a bomb": lambda whole: reply(207, BOMBS["laughs"]),
}


@pytest.mark.parametrize("name", SPOILS)
def test_a_fault_at_any_request_costs_that_pull_only(fake, name):
    whole = state({}, fake.pull()[0])
    for number in range(REQUESTS):
        if name == "nothing":  # a dropped connection is tried once more
            fake.dav.spoil(number, SPOILS[name])
        held, error = survive(fake, number, SPOILS[name])
        assert held == whole
        fake.dav.spoils.clear()
        if name == "busy":
            assert isinstance(error, Transient)
            assert error.retry_after == timedelta(seconds=17)
        if name == "a login that expired":
            assert isinstance(error, NeedsOwner)


def test_a_cut_anywhere_costs_that_pull_only(fake):
    whole = state({}, fake.pull()[0])
    for number, part in itertools.product(range(REQUESTS), (0.02, 0.3, 0.6, 0.9, 0.999)):
        held, error = survive(fake, number, lambda sent, part=part: sent[: int(len(sent) * part)])
        assert held == whole
        assert isinstance(error, Transient), (number, part)


def test_a_cut_of_an_answer_without_a_length_costs_that_pull_only(fake):
    def cut(sent, part):
        head, _, body = sent.partition(b"\r\n\r\n")
        return head.replace(b"Content-Length", b"X-Length") + b"\r\n\r\n" + body[: int(len(body) * part)]

    whole = state({}, fake.pull()[0])
    for number, part in itertools.product(range(REQUESTS), (0.0, 0.1, 0.5, 0.8, 0.99)):
        held, error = survive(fake, number, lambda sent, part=part: cut(sent, part))
        assert held == whole
        assert isinstance(error, Transient), (number, part)


@pytest.mark.parametrize("name", ["a cut head", "a captive portal", "busy", "a login that expired"])
def test_the_store_after_a_fault_at_any_request_is_that_of_an_undisturbed_sync(fake, sqlite_stores, name):
    def sync(into):
        connector = fake.connector()
        outcome = sync_account("calendars", "caldav", connector, into, now=lambda: NOW)
        connector.close()
        return outcome

    undisturbed = sqlite_stores()
    assert sync(undisturbed).problem is None
    for number in range(REQUESTS):
        disturbed = sqlite_stores()
        fake.dav.spoil(number, SPOILS[name])
        assert sync(disturbed).problem is not None
        assert sync(disturbed).problem is None
        assert dump(disturbed) == dump(undisturbed)


def test_an_endless_answer_and_one_that_never_comes_are_left(fake, monkeypatch):
    quick = http.Limits(read_s=1.0, whole_s=2.0, body=2**20)
    monkeypatch.setattr(http, "Limits", lambda **_: quick)
    whole = state({}, fake.pull()[0])
    head = reply(207, length=-1)

    def endless(_sent):
        yield head
        for _ in range(100_000):
            yield b"<response/>" * 1000

    def silent(_sent):
        yield head
        while not fake.server.closing:
            import time

            time.sleep(0.02)
            yield b""

    for how in (endless, silent):
        for number in (0, 3):
            held, error = survive(fake, number, how)
            assert held == whole
            assert isinstance(error, ConnectorError)


# -- protocols -------------------------------------------------------------------------------------------------------


def test_changes_that_come_in_pages_are_read_to_the_end(fake):
    fake.dav.pages = 5
    changes, cursor = fake.pull()
    assert [change.uid for change in changes] == [f"e{number:02}" for number in range(12)]
    fake.dav.change("work", e00=None, e01=event("new"), e02=None, e03=event("e03"), e99=event("e99"), e98=event("e98"))
    changes, cursor = fake.pull(cursor)
    assert sorted(type(change).__name__ for change in changes) == ["Meeting"] * 3 + ["Removed"] * 3
    assert fake.pull(cursor)[0] == []


def test_what_comes_on_one_page_and_goes_on_the_next_is_not_there(fake):
    more = "<response><href>/home/work/</href><status>HTTP/1.1 507 More</status></response>"
    here, gone = one("/home/work/e00.ics", "<getetag>1</getetag>"), "<response><href>/home/work/e00.ics</href>"
    pages = iter([
        answers(f"{here}{more}<sync-token>token-1</sync-token>"),
        answers(f"{gone}<status>HTTP/1.1 404 Not Found</status></response><sync-token>token-2</sync-token>"),
    ])  # fmt: skip
    fake.dav.by_kind["sync"] = lambda request: next(pages)
    assert fake.pull()[0] == []


@pytest.mark.parametrize("token", ["token-0", "same", ""])
def test_pages_that_never_end_are_a_violation(fake, token):
    more = "<response><href>/home/work/</href><status>HTTP/1.1 507 More</status></response>"
    fake.dav.by_kind["sync"] = lambda request: answers(f"{more}<sync-token>{token}</sync-token>")
    with pytest.raises(ProtocolViolation, match="pages that never end"):
        fake.pull()


def test_pages_with_ever_new_tokens_end_too(fake, monkeypatch):
    monkeypatch.setattr("connectors.caldav_reports._MOST_PAGES", 20)
    numbers = itertools.count()
    more = "<response><href>/home/work/</href><status>HTTP/1.1 507 More</status></response>"
    fake.dav.by_kind["sync"] = lambda request: answers(f"{more}<sync-token>{next(numbers)}</sync-token>")
    with pytest.raises(ProtocolViolation, match="pages that never end"):
        fake.pull()


@pytest.mark.parametrize("ctags", [True, False])
def test_a_server_without_sync_collection_is_read_by_etags(fake, ctags):
    fake.dav.syncs, fake.dav.ctags = False, ctags
    changes, cursor = fake.pull()
    assert len(changes) == 12
    fake.server.requests.clear()
    assert fake.pull(cursor) == ([], cursor)
    assert len(fake.server.requests) == (3 if ctags else 4)
    fake.dav.change("work", e00=None, e01=event("e01").replace("About", "More about"), e50=event("e50"))
    fake.server.requests.clear()
    changes, cursor = fake.pull(cursor)
    assert [getattr(change, "uid", "gone") for change in changes] == ["e01", "e50", "gone"]
    assert sum(fake.dav.kind(request) == "multiget" for request in fake.server.requests) == 1
    assert fake.pull(cursor) == ([], cursor)


def test_a_token_in_the_list_that_never_changes_does_not_hide_what_does(fake):
    fake.dav.ctags = False
    _, cursor = fake.pull()
    token = fake.dav.token("work")
    fake.dav.change("work", e50=event("e50"))
    found = fake.dav._found
    fake.dav.by_kind["propfind"] = lambda request: found(request).replace(b"token-13", token.encode())
    assert [change.uid for change in fake.pull(cursor)[0]] == ["e50"]


def test_a_server_that_learns_sync_collection_is_not_read_anew(fake):
    fake.dav.syncs = False
    _, cursor = fake.pull()
    fake.dav.syncs = True
    changes, cursor = fake.pull(cursor)
    assert changes == []
    fake.dav.change("work", e50=event("e50"))
    assert [change.uid for change in fake.pull(cursor)[0]] == ["e50"]


@pytest.mark.parametrize("status", [400, 403, 405, 415, 501, 507])
def test_a_server_that_only_believes_to_know_sync_collection_is_read_by_etags(fake, status):
    fake.dav.by_kind["sync"] = lambda request: reply(status)
    changes, cursor = fake.pull()
    assert len(changes) == 12
    assert fake.pull(cursor)[0] == []


@pytest.mark.parametrize(
    "refusal",
    [reply(403, b'<error xmlns="DAV:"><valid-sync-token/></error>'), reply(412), reply(410), reply(409), reply(400), reply(507),
     reply(403, b'<D:error xmlns:D="DAV:"><D:valid-sync-token>old</D:valid-sync-token></D:error>')],
)  # fmt: skip
def test_every_way_to_refuse_a_token_means_that_it_is_expired(fake, refusal):
    _, cursor = fake.pull()
    fake.dav.change("work", e50=event("e50"))
    fake.dav.by_kind["sync"] = lambda request: refusal
    with pytest.raises(CursorExpired):
        fake.pull(cursor)


def test_a_calendar_that_may_no_longer_be_read_is_not_a_token_that_is_expired(fake):
    _, cursor = fake.pull()
    fake.dav.change("work", e50=event("e50"))
    fake.dav.by_kind["sync"] = lambda request: reply(403, b'<error xmlns="DAV:"><need-privileges/></error>')
    with pytest.raises(NeedsOwner, match="does not allow this"):
        fake.pull(cursor)


def test_a_calendar_that_may_not_be_read_does_not_stop_the_others(fake, store):
    fake.dav.calendars |= {"closed": {}, "open": {}}
    fake.dav.change("closed", a=event("a"))
    fake.dav.change("open", b=event("b"))

    def refuse(request):
        return reply(403) if "closed" in request.path else None

    fake.dav.by_kind |= {"sync": refuse, "multiget": refuse}
    etags = fake.dav._found
    fake.dav.by_kind["propfind"] = lambda request: refuse(request) or etags(request)
    connector = fake.connector()
    outcome = sync_account("calendars", "caldav", connector, store, now=lambda: NOW)
    connector.close()
    assert outcome.applied.new == 13
    assert outcome.needs_owner
    assert "does not allow this" in outcome.problem


def test_calendars_that_only_show_when_somebody_is_busy_are_left_out(fake):
    rights = "<current-user-privilege-set><privilege>{}</privilege></current-user-privilege-set>"
    kind = "<resourcetype><collection/><C:calendar/></resourcetype>"
    fake.dav.by_kind["propfind"] = lambda request: (
        None if request.path != "/home/" else answers(
            one("/home/busy/", kind + rights.format("<C:read-free-busy/>"))
            + one("/home/mine/", kind + rights.format("<all/>"))
            + one("/home/shared/", kind + rights.format("<read/>"))
            + one("/home/unsaid/", kind + "<current-user-privilege-set/>")
            + one("/home/inbox/", "<resourcetype><collection/><C:schedule-inbox/></resourcetype>")
            + one("/home/subscribed/", "<resourcetype><collection/><S:subscribed/></resourcetype>")
        )
    )  # fmt: skip
    assert [stream.name for stream in fake.connector().streams()] == ["mine", "shared", "unsaid"]


# -- items -----------------------------------------------------------------------------------------------------------


def test_one_event_that_the_server_chokes_on_is_rejected_and_the_others_are_read(fake):
    fake.dav.by_kind["multiget"] = lambda request: reply(500) if b"e07" in request.body else None
    fake.dav.by_kind["get"] = lambda request: reply(500)
    changes, cursor = fake.pull()
    rejected = [change.reason for change in changes if isinstance(change, Rejected)]
    assert rejected == ["resource 'e07.ics': status 500 from the server"]
    assert len(changes) == 12
    assert fake.pull(cursor)[0] == []
    fake.dav.by_kind.clear()
    fake.now += timedelta(days=14)  # it is asked for again when the window moves on
    changes, cursor = fake.pull(cursor)
    assert [getattr(change, "uid", "gone") for change in changes] == ["e07"] or len(changes) == 2


def test_a_server_that_chokes_on_everything_is_in_trouble_itself(fake):
    fake.dav.by_kind |= {"multiget": lambda request: reply(500), "get": lambda request: reply(500)}
    with pytest.raises(Transient, match="fault of its own"):
        fake.pull()


def test_a_server_that_gives_no_event_at_all_needs_the_owner(fake):
    fake.dav.by_kind |= {"multiget": lambda request: answers(""), "get": lambda request: reply(403)}
    with pytest.raises(NeedsOwner, match="does not allow this"):
        fake.pull()


def test_a_server_that_lists_events_under_paths_that_are_not_there_is_told_so(fake):
    fake.dav.by_kind |= {"multiget": lambda request: answers(""), "get": lambda request: reply(404)}
    with pytest.raises(ProtocolViolation, match="lists events that it does not give"):
        fake.pull()


def test_an_event_that_the_report_leaves_out_is_got_by_itself(fake):
    fake.dav.by_kind["multiget"] = lambda request: answers("")
    changes, cursor = fake.pull()
    assert len(changes) == 12
    assert fake.pull(cursor)[0] == []


def test_a_server_without_the_report_is_read_event_by_event(fake):
    fake.dav.by_kind["multiget"] = lambda request: reply(501)
    assert len(fake.pull()[0]) == 12


def test_an_event_that_goes_between_list_and_report_is_no_failure(fake):
    def take_out(request):
        fake.dav.calendars["work"].pop("e03", None)

    fake.dav.by_kind["multiget"] = take_out
    changes, _ = fake.pull()
    assert len(changes) == 11


def test_an_event_that_is_too_large_is_rejected_and_its_neighbours_are_read(fake, monkeypatch):
    monkeypatch.setattr(caldav, "_LARGEST_ANSWER", 20_000)
    fake.dav.change("work", e05=event("e05").replace("SUMMARY", f"DESCRIPTION:{'x' * 40_000}\r\nSUMMARY"))
    changes, cursor = fake.pull()
    rejected = [change.reason for change in changes if isinstance(change, Rejected)]
    assert rejected == ["resource 'e05.ics': is larger than can be read"]
    assert len(changes) == 12
    assert fake.pull(cursor)[0] == []


def test_a_calendar_with_more_meetings_than_anybody_has_is_left(fake, monkeypatch):
    monkeypatch.setattr(caldav, "MOST_MEETINGS", 8)
    with pytest.raises(ProtocolViolation, match="the calendar Work has more than 8 meetings: exclude it"):
        fake.pull()


def test_a_resource_without_an_etag_is_not_a_resource_that_is_gone(fake):
    changes, cursor = fake.pull()
    lacks = "<propstat><prop><getetag/></prop><status>HTTP/1.1 404 Not Found</status></propstat>"
    fake.dav.change("work", e05=event("e05").replace("About", "More about"))
    fake.dav.by_kind["sync"] = lambda request: answers(
        f"<response><href>/home/work/e05.ics</href>{lacks}</response><sync-token>token-99</sync-token>"
    )
    changes, _ = fake.pull(cursor)
    assert [change.summary for change in changes] == ["More about e05"]


def test_an_event_with_characters_that_xml_forbids_is_read(fake):
    fake.dav.change("work", e05=event("e05").replace("About", "A\x0bb\x01out"))
    changes, _ = fake.pull()
    assert [change.summary for change in changes if change.uid == "e05"] == ["About e05"]


def test_an_event_that_was_good_and_is_no_calendar_any_more_is_kept(fake):
    changes, cursor = fake.pull()
    bad = one("/home/work/e05.ics", '<getetag>"new"</getetag><C:calendar-data>gone wrong</C:calendar-data>')
    fake.dav.change("work", e05="other")
    fake.dav.by_kind["multiget"] = lambda request: answers(bad)
    changes, cursor = fake.pull(cursor)
    assert [change.reason for change in changes] == ["resource 'e05.ics': is no calendar"]


def test_a_host_in_the_names_of_resources_is_not_gone_to(fake):
    def elsewhere(request):
        return answers(
            one("http://other.example/home/work/e00.ics", '<getetag>"x"</getetag>')
            + one("//other.example/home/work/e01.ics", '<getetag>"x"</getetag>')
            + one("http://[broken/e02.ics", '<getetag>"x"</getetag>')
            + "<sync-token>token-1</sync-token>"
        )

    fake.dav.by_kind["sync"] = elsewhere
    fake.dav.by_kind["multiget"] = lambda request: answers("")
    assert [change.uid for change in fake.pull()[0]] == ["e00", "e01"]


SISTERS = {
    ("https://caldav.icloud.com/", "https://p42-caldav.icloud.com:443/1/calendars/"): True,
    ("https://example.org/", "https://dav.example.org/"): True,
    ("https://dav.example.org/", "https://example.org/"): True,
    ("https://a.dav.example.co.uk/", "https://b.dav.example.co.uk/"): True,
    ("http://dav.example.org/", "https://dav.example.org/"): True,
    ("https://dav.example.org/", "http://dav.example.org/"): False,
    ("https://dav.example.org/", "https://dav.example.org:8443/"): False,
    ("https://dav.example.org/", "https://evilexample.org/"): False,
    ("https://dav.example.org/", "https://example.org.evil.test/"): False,
    ("https://example.co.uk/", "https://evil.co.uk/"): False,
    ("https://example.org/", "https://evil.org/"): False,
    ("https://localhost/", "https://evil.localhost/"): False,
    ("https://dav.example.org/", "https://u:p@dav2.example.org/"): False,
    ("https://dav.example.org/", "https://[broken/"): False,
}


@pytest.mark.parametrize(("url", "there"), SISTERS)
def test_only_a_host_of_the_same_provider_gets_the_login_too(url, there):
    assert caldav_server._sisters(url, there) is SISTERS[url, there]


def test_a_site_for_people_at_the_root_does_not_hide_the_server_behind_it(fake):
    def site(request):
        if request.path == "/":
            return PAGE
        return reply(301, Location="/me/") if request.path == "/.well-known/caldav" else None

    fake.dav.by_kind["propfind"] = site
    assert [stream.name for stream in fake.connector().streams()] == ["work"]
    fake.dav.by_kind["propfind"] = lambda request: PAGE if request.path == "/" else reply(404)
    with pytest.raises(Transient, match="answered with a web page"):
        fake.connector().streams()
    fake.dav.by_kind["propfind"] = lambda request: reply(404)
    with pytest.raises(NeedsOwner, match="there is no CalDAV at"):
        fake.connector().streams()


def test_calendars_of_several_homes_have_their_whole_path_for_a_name(fake):
    homes = "<C:calendar-home-set><href>/home/</href><href>/team/</href><href>/gone/</href></C:calendar-home-set>"
    kind = "<resourcetype><collection/><C:calendar/></resourcetype>"

    def told(request):
        if request.path == "/team/":
            return answers(one("/team/work/", kind))
        return {"/me/": answers(one("/me/", homes)), "/gone/": reply(404)}.get(request.path)

    fake.dav.by_kind["propfind"] = told
    assert [stream.name for stream in fake.connector().streams()] == ["home/work", "team/work"]


def test_a_home_on_a_strange_host_gets_no_login(fake):
    home = "<C:calendar-home-set><href>https://other.example/home/</href></C:calendar-home-set>"
    fake.dav.by_kind["propfind"] = lambda request: answers(one(request.path, home))
    with pytest.raises(NeedsOwner, match=r"leads to https://other\.example/home/: if you trust it, write that url"):
        fake.connector().streams()


# -- logins ----------------------------------------------------------------------------------------------------------


def test_a_bearer_token_is_sent_and_never_shown(fake):
    fake.dav.login = "Bearer tok-alice"
    for name, token in (("good", "tok-alice"), ("bad", "tok-mallory")):
        (fake.base / name).touch(mode=0o600)
        (fake.base / name).write_text(f"{token}\n")
    assert len(fake.pull(auth="bearer", password_file="good")[0]) == 12
    with pytest.raises(NeedsOwner, match="refuses the login") as refused:
        fake.pull(auth="bearer", password_file="bad")
    assert "mallory" not in str(refused.value)
    with pytest.raises(NeedsOwner, match="config names no password"):
        fake.pull(auth="bearer")


def test_a_server_with_an_authority_of_its_own_is_trusted_by_ca_file(fake, tmp_path):
    if shutil.which("openssl") is None:
        missing("needs the program openssl")
    make = ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "30", "-subj", "/CN=test", "-addext",
            "subjectAltName=IP:127.0.0.1", "-keyout", str(tmp_path / "key.pem"), "-out", str(tmp_path / "ca.pem")]  # fmt: skip
    subprocess.run(make, check=True, capture_output=True)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(tmp_path / "ca.pem", tmp_path / "key.pem")
    with FakeServer(fake.dav, tls=context) as server:
        fake.server = server
        assert len(fake.pull(ca_file="ca.pem")[0]) == 12
        with pytest.raises(NeedsOwner, match="if the server has an authority of its own, set ca_file"):
            fake.pull()
        with pytest.raises(NeedsOwner, match=r"nowhere\.pem is not there: correct ca_file"):
            fake.pull(ca_file="nowhere.pem")


# -- XML -------------------------------------------------------------------------------------------------------------

BOMBS = {
    "laughs": b'<?xml version="1.0"?><!DOCTYPE l [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">'
    b'<!ENTITY c "&b;&b;&b;&b;&b;&b;&b;&b;">]><multistatus xmlns="DAV:">&c;</multistatus>',
    "a file": b'<!DOCTYPE m [<!ENTITY x SYSTEM "file:///etc/passwd">]><multistatus xmlns="DAV:">&x;</multistatus>',
    "a host": b'<!DOCTYPE m SYSTEM "http://other.example/x.dtd"><multistatus xmlns="DAV:"/>',
    "a parameter": b'<!DOCTYPE m [<!ENTITY % x SYSTEM "file:///etc/passwd">%x;]><multistatus xmlns="DAV:"/>',
    "depth": b"<a>" * 100_000 + b"</a>" * 100_000,
    "an unknown entity": b'<multistatus xmlns="DAV:">&nbsp;</multistatus>',
    "an encoding": b'<?xml version="1.0" encoding="x-unheard-of"?><multistatus xmlns="DAV:"/>',
    "no multistatus": b'<error xmlns="DAV:"/>',
    "not XML": b"BEGIN:VCALENDAR\r\nEND:VCALENDAR",
    "two tops": b'<multistatus xmlns="DAV:"/><multistatus xmlns="DAV:"/>',
}


@pytest.mark.parametrize("name", BOMBS)
def test_hostile_xml_is_refused(name):
    with pytest.raises(NotXml):
        multistatus(BOMBS[name], "the server")


def test_more_elements_than_any_calendar_has_are_not_kept():
    with pytest.raises(NotXml, match="too deeply or too long"):
        tree(b'<multistatus xmlns="DAV:">' + b"<a/>" * 2_100_000, "the server")


def test_text_in_many_pieces_is_put_together_in_time():
    pieces = b"<a>" + b"x&amp;<b/>" * 200_000 + b"</a>"
    assert len(tree(pieces, "the server").text) == 400_000


def test_an_answer_of_every_length_is_read_or_cut_off():
    whole = reply(207).partition(b"\r\n\r\n")[2] + answers(one("/a", "<getetag>x</getetag>")).partition(b"\r\n\r\n")[2]
    for length in range(len(whole)):
        with pytest.raises((Transient, NotXml)):
            multistatus(whole[:length], "the server")
    deque([multistatus(whole, "the server")], maxlen=0)
