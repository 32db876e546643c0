"""From a mail address to its servers: bundled facts, DNS, autoconfig; all of it hostile, or not there at all."""

from __future__ import annotations

import contextlib
import socket
import ssl
from concurrent.futures import ThreadPoolExecutor

import pytest
import urllib3.util.connection
from hypothesis import given
from hypothesis import strategies as st

from daemon.servers.autoconfig import described
from daemon.servers.https import Https
from daemon.servers.lookup import Found, Lookup, at_once
from daemon.servers.providers import by_domain, by_exchangers, providers
from daemon.servers.records import Records
from daemon.servers.server import ImapServer, SmtpServer, domain_of, is_host, login_name
from tests.services.web import certificate, resolver, sites

ADDRESS = "maya@example.org"
CONFIG = b"""<?xml version="1.0"?>
<clientConfig version="1.1"><emailProvider id="example.org">
 <domain>example.org</domain>
 <incomingServer type="pop3"><hostname>pop.example.org</hostname><port>995</port><socketType>SSL</socketType></incomingServer>
 <incomingServer type="imap"><hostname>plain.example.org</hostname><port>143</port><socketType>plain</socketType>
  <username>%EMAILADDRESS%</username><authentication>password-cleartext</authentication></incomingServer>
 <incomingServer type="imap"><hostname>start.example.org</hostname><port>143</port><socketType>STARTTLS</socketType>
  <username>%EMAILADDRESS%</username><authentication>password-cleartext</authentication></incomingServer>
 <incomingServer type="imap"><hostname>imap.example.org</hostname><port>993</port><socketType>SSL</socketType>
  <username>%EMAILLOCALPART%</username><authentication>password-cleartext</authentication></incomingServer>
 <outgoingServer type="smtp"><hostname>smtp.example.org</hostname><port>587</port><socketType>STARTTLS</socketType>
  <username>%EMAILADDRESS%</username><authentication>password-cleartext</authentication></outgoingServer>
</emailProvider></clientConfig>"""
SRV = {
    ("_imaps._tcp.example.org.", "SRV"): ["10 1 993 second.example.net.", "0 5 993 imap.example.net."],
    ("_submission._tcp.example.org.", "SRV"): ["0 1 587 smtp.example.net."],
    ("_caldavs._tcp.example.org.", "SRV"): ["0 1 8443 dav.example.net."],
    ("_caldavs._tcp.example.org.", "TXT"): ['"path=/dav/"'],
}


class Silence(Https):
    """No web site answers."""

    def ask(self, url: str, *, method: str = "GET", depth: str | None = None) -> None:
        return None


@pytest.fixture(scope="module")
def keys(tmp_path_factory):
    return certificate(tmp_path_factory.mktemp("web"))


@pytest.fixture
def web(keys, monkeypatch):
    """Web sites on loopback, to which every connection of the HTTP client goes, whatever host it asks for."""
    with sites(*keys) as found:
        monkeypatch.setattr(
            urllib3.util.connection,
            "create_connection",
            lambda _place, timeout=None, **_: socket.create_connection(("127.0.0.1", found.port), timeout),
        )
        monkeypatch.delenv("HTTPS_PROXY", raising=False)
        monkeypatch.delenv("https_proxy", raising=False)
        yield found


@pytest.fixture
def lookup(keys):
    """``lookup(zone)`` asks a DNS with this zone, and the web sites."""
    opened = []

    def make(zone=None, *, https=None, silent=False):
        context = resolver(zone or {}, silent=silent)
        opened.append(context)
        return Lookup(records=Records(context.__enter__()), https=https or Https(keys[0]))

    yield make
    for context in opened:
        context.__exit__(None, None, None)


def test_the_bundled_facts_hold_together():
    seen = set()
    for each in providers():
        assert not seen & set(each.domains), each.name
        seen |= set(each.domains)
        assert each.domains or each.mx, each.name
        assert (each.imap is None) == (each.password == "no imap"), each.name
        for name in (*each.domains, *each.mx):
            assert is_host(name), name
        assert each.page.startswith("https://") or not each.page
        assert each.caldav.startswith("https://") or not each.caldav
        assert each.imap is None or each.imap.tls != "none"
        assert each.smtp is None or each.smtp.security != "none"
        assert each.password not in ("app", "refused", "no imap") or each.advice, each.name
    assert len(providers()) >= 40


@pytest.mark.parametrize(
    ("domain", "imap", "login"),
    [
        ("gmail.com", "imap.gmail.com", "maya@gmail.com"),
        ("web.de", "imap.web.de", "maya"),
        ("icloud.com", "imap.mail.me.com", "maya"),
        ("fastmail.com", "imap.fastmail.com", "maya@fastmail.com"),
    ],
)
def test_a_large_provider_is_known_without_asking_anybody(domain, imap, login):
    found = Lookup(https=Silence()).bundled(f"Maya@{domain}".lower())
    assert found.imap.host == imap
    assert login_name(found.imap.login, f"maya@{domain}") == login
    assert found.strangers(domain) == ()


def test_a_hosted_domain_is_known_by_its_mail_exchangers(lookup):
    found = lookup({("example.org.", "MX"): ["20 backup.example.com.", "10 aspmx.l.google.com."]}).domain(ADDRESS)
    assert found.provider.name == "Gmail"
    assert found.imap.host == "imap.gmail.com"
    assert "with Gmail" in found.says
    assert found.strangers("example.org") == ()


def test_the_longest_name_of_an_exchanger_decides():
    assert by_exchangers(["mx-aol.mail.gm0.yahoodns.net"]).name == "AOL Mail"
    assert by_exchangers(["mta5.am0.yahoodns.net"]).name == "Yahoo Mail"
    assert by_exchangers(["example-org.mail.protection.outlook.com"]).name == "Microsoft 365"
    assert by_exchangers(["notgoogle.com"]) is None


def test_who_takes_no_password_says_so_before_one_is_asked_for():
    found = Lookup(https=Silence()).bundled("maya@hotmail.com")
    assert not found.password
    assert "will refuse your password" in found.provider.advice[0]
    assert by_domain("tuta.com").imap is None


def test_srv_records_name_the_servers_the_preferred_first_and_strangers_are_marked(lookup):
    found = lookup(SRV, https=Silence()).domain(ADDRESS)
    assert found.imap == ImapServer(host="imap.example.net")
    assert found.smtp == SmtpServer(host="smtp.example.net", port=587, security="starttls")
    assert found.caldav == "https://dav.example.net:8443/dav/"
    assert set(found.strangers("example.org")) == {"imap.example.net", "smtp.example.net", "dav.example.net"}


def test_a_service_that_is_not_offered_is_not_found(lookup):
    zone = {
        ("_imaps._tcp.example.org.", "SRV"): ["0 0 0 ."],
        ("_imap._tcp.example.org.", "SRV"): ["0 0 143 i.example.org."],
    }
    assert lookup(zone, https=Silence()).domain(ADDRESS).imap == ImapServer(
        host="i.example.org", port=143, tls="starttls"
    )


@pytest.mark.parametrize(
    "target", ["bad_host.example.net.", "a\\032b.example.net.", "x\\010y.example.net.", f"{'a' * 60}..example.net."]
)
def test_a_name_that_no_machine_has_gets_nowhere(lookup, target):
    try:
        found = lookup({("_imaps._tcp.example.org.", "SRV"): [f"0 0 993 {target}"]}, https=Silence()).domain(ADDRESS)
    except ValueError:
        return
    assert found.imap is None


def test_autoconfig_of_the_domain_comes_before_its_records(lookup, web):
    web.put("autoconfig.example.org/mail/config-v1.1.xml", CONFIG)
    found = lookup(SRV).domain(ADDRESS)
    assert found.imap == ImapServer(host="imap.example.org", login="{local}")
    assert found.smtp == SmtpServer(host="smtp.example.org", port=587, security="starttls")
    assert found.caldav == "https://dav.example.net:8443/dav/"
    assert "autoconfig" in found.says
    assert ("GET", "autoconfig.example.org/mail/config-v1.1.xml?emailaddress=maya@example.org") in web.asked
    assert not any("thunderbird" in url for _, url in web.asked)


def test_autoconfig_is_found_under_well_known_and_by_a_redirect(lookup, web):
    web.put(
        "example.org/.well-known/autoconfig/mail/config-v1.1.xml", status=302, Location="https://cfg.example.net/c.xml"
    )
    web.put("cfg.example.net/c.xml", CONFIG)
    assert lookup().domain(ADDRESS).imap.host == "imap.example.org"


def test_no_question_leaves_https(lookup, web):
    web.put(
        "example.org/.well-known/autoconfig/mail/config-v1.1.xml", status=302, Location="http://cfg.example.net/c.xml"
    )
    web.put("cfg.example.net/c.xml", CONFIG)
    assert lookup().domain(ADDRESS) == Found()
    assert all("cfg" not in url for _, url in web.asked)


def test_redirects_in_circles_and_endless_answers_are_left(lookup, web):
    web.put(
        "autoconfig.example.org/mail/config-v1.1.xml",
        status=302,
        Location="https://autoconfig.example.org/mail/config-v1.1.xml",
    )
    web.put("example.org/.well-known/autoconfig/mail/config-v1.1.xml", CONFIG + b" " * 400_000)
    assert lookup().domain(ADDRESS) == Found()
    assert len(web.asked) < 12


def test_the_calendar_is_found_where_well_known_leads(lookup, web):
    web.put("example.org/.well-known/caldav", status=301, Location="https://dav.example.org/caldav/")
    web.put("dav.example.org/caldav/", status=401, WWW_Authenticate='Basic realm="x"')
    assert lookup().domain(ADDRESS).caldav == "https://dav.example.org/caldav/"
    assert ("PROPFIND", "dav.example.org/caldav/") in web.asked


def test_the_front_page_of_a_web_site_is_no_calendar(lookup, web):
    web.put("example.org/.well-known/caldav", status=301, Location="https://www.example.org/")
    web.put("www.example.org/", b"<html>Welcome</html>")
    assert lookup().domain(ADDRESS).caldav == ""


def test_a_certificate_of_somebody_else_is_not_believed(lookup, web):
    web.put("autoconfig.example.org/mail/config-v1.1.xml", CONFIG)
    assert lookup(https=Https()).domain(ADDRESS) == Found()


def test_mozillas_directory_is_asked_only_when_it_is_called(lookup, web):
    web.put("autoconfig.thunderbird.net/v1.1/example.org", CONFIG)
    finder = lookup()
    assert finder.domain(ADDRESS) == Found()
    assert finder.directory(ADDRESS).imap.host == "imap.example.org"
    assert [url for _, url in web.asked if "thunderbird" in url] == ["autoconfig.thunderbird.net/v1.1/example.org"]


def test_a_dns_that_says_nothing_is_not_waited_for(lookup, monkeypatch):
    monkeypatch.setattr("daemon.servers.lookup.DOMAIN_S", 0.2)
    assert lookup(SRV, https=Silence(), silent=True).domain(ADDRESS) == Found()


def test_a_machine_without_network_finds_nothing_and_says_nothing(monkeypatch):
    def none(*_: object, **__: object) -> None:
        raise OSError("Network is unreachable")

    monkeypatch.setattr(socket, "create_connection", none)
    monkeypatch.setattr(urllib3.util.connection, "create_connection", none)
    monkeypatch.setattr("dns.resolver.Resolver.resolve", none)
    finder = Lookup()
    assert finder.domain(ADDRESS) == finder.guesses(ADDRESS) == finder.directory(ADDRESS) == Found()


def test_what_takes_too_long_is_left_behind():
    from threading import Event

    gate = Event()
    assert at_once({"slow": gate.wait, "fast": lambda: 1}, 0.2) == {"fast": 1}
    gate.set()


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"<html></html>",
        b"\xff\xfe<\x00",
        b'<!DOCTYPE x [<!ENTITY a "aaaa">]><clientConfig>&a;</clientConfig>',
        CONFIG.replace(b"<clientConfig", b'<!doctype x SYSTEM "file:///etc/passwd"><clientConfig'),
        '<?xml version="1.0" encoding="utf-16"?><!DOCTYPE x><clientConfig/>'.encode("utf-16"),
        b"<clientConfig>" + b"<a>" * 200,
    ],
)
def test_what_is_no_description_is_none(content):
    assert described(content) is None


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (b"imap.example.org", b"imap.example.org\nevil"),
        (b"imap.example.org", b"-oProxyCommand"),
        (b"<port>993</port>", b"<port>99999</port>"),
        (b"<port>993</port>", "<port>٩٩٣</port>".encode()),
        (
            b"<socketType>SSL</socketType>\n  <username>%EMAILLOCALPART%",
            b"<socketType>plain</socketType>\n  <username>x",
        ),
    ],
)
def test_a_server_that_is_none_is_passed_over(old, new):
    assert described(CONFIG.replace(old, new)).imap.host == "start.example.org"


@pytest.mark.parametrize("url", ["https://[dav/", "http://dav.example.org/", "https://u@dav.example.org/", "https://dav.example.org:0/", "https://dav.example.org:99999/", "javascript:x", "https://-x/"])  # fmt: skip
def test_a_calendar_that_is_none_is_passed_over(url):
    told = described(
        CONFIG.replace(b"<domain>", b'<calendar type="caldav"><url>' + url.encode() + b"</url></calendar><domain>")
    )
    assert told.caldav == ""
    good = CONFIG.replace(
        b"<domain>", b'<calendar type="caldav"><url>https://dav.example.org/</url></calendar><domain>'
    )
    assert described(good).caldav == "https://dav.example.org/"


def test_a_description_nested_without_end_is_read_or_left():
    deep = b"<a>" * 60_000 + b"</a>" * 60_000
    assert described(b"<clientConfig>" + deep + b"</clientConfig>") is not None


@given(st.binary(max_size=400), st.integers(0, len(CONFIG)), st.integers(0, 60))
def test_no_bytes_break_the_reading_of_a_description(junk, at, gone):
    described(junk)
    told = described(CONFIG[:at] + junk + CONFIG[at + gone :])
    assert told is None or told.imap is None or (is_host(told.imap.host) and told.imap.tls != "none")


def test_a_server_that_takes_no_passwords_is_said():
    told = described(CONFIG.replace(b"password-cleartext", b"OAuth2"))
    assert told.imap.host == "imap.example.org"
    assert not told.password


def test_a_login_name_that_is_not_understood_is_the_address():
    told = described(CONFIG.replace(b"%EMAILLOCALPART%", b"%REALNAME%"))
    assert login_name(told.imap.login, ADDRESS) == ADDRESS
    told = described(CONFIG.replace(b"%EMAILLOCALPART%", b"%EMAILLOCALPART%#%EMAILDOMAIN%"))
    assert login_name(told.imap.login, ADDRESS) == "maya#example.org"


def test_an_international_domain_is_asked_for_as_dns_writes_it():
    assert domain_of("maya@Bücher.example") == "xn--bcher-kva.example"
    assert not is_host(domain_of("maya@exa mple.org"))
    assert Lookup(https=Silence()).domain("maya@localhost") == Found()


def test_usual_names_count_only_where_a_server_answers_that_proves_its_name(keys, monkeypatch):
    """One server greets as IMAP for every name and port; so only what greets right is taken."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(*keys)
    connect = socket.create_connection
    with socket.create_server(("127.0.0.1", 0)) as listening, ThreadPoolExecutor() as pool:
        listening.settimeout(10)

        def greet() -> None:
            plain, _ = listening.accept()
            with contextlib.suppress(OSError), context.wrap_socket(plain, server_side=True) as secure:
                secure.sendall(b"* OK ready\r\n")
                secure.recv(1)

        greeted = [pool.submit(greet) for _ in range(6)]
        monkeypatch.setattr(
            socket, "create_connection", lambda _place, timeout=None: connect(listening.getsockname(), timeout)
        )
        trusting = ssl.create_default_context(cafile=str(keys[0]))
        with monkeypatch.context() as trusted:
            trusted.setattr(ssl, "create_default_context", lambda: trusting)
            found = Lookup(https=Silence()).guesses(ADDRESS)
        for each in greeted:
            each.result()
        assert (found.imap, found.smtp) == (ImapServer(host="imap.example.org"), None)
        greeted = [pool.submit(greet) for _ in range(6)]
        assert Lookup(https=Silence()).guesses(ADDRESS) == Found()
        for each in greeted:
            each.result()
