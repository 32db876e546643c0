"""The HTTP client: what it sends to whom, how much and how long it reads, and what it makes of every failure."""

from __future__ import annotations

import gzip
import socket
import ssl
import subprocess
import threading
import time
import traceback
import zlib
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from connectors.errors import ConnectorError, NeedsOwner, ProtocolViolation, Transient
from connectors.http import Http, Limits, check, shown
from connectors.http import _same_or_safer as same_or_safer
from connectors.http_wire import TooLarge
from connectors.passwords import Secret
from tests.services.fake_http import FakeServer, reply

NOW = datetime(2030, 6, 1, 12, tzinfo=UTC)
TOKEN = "Bearer very-secret-token"
QUICK = Limits(connect_s=5, read_s=5, whole_s=20, body=2**20)


@pytest.fixture(autouse=True)
def no_proxies(monkeypatch):
    for name in ("http_proxy", "https_proxy", "all_proxy", "REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.upper(), raising=False)


def client(*urls, **more):
    more.setdefault("limits", QUICK)
    return Http(authorization=lambda: Secret(TOKEN), origins=urls, now=lambda: NOW, **more)


def failure(answer, kind, match=None, **more):
    """The error that an answer leads to, which tells no secret anywhere."""
    with FakeServer(answer if callable(answer) else lambda request: answer) as server:
        http = client(server.url, **more)
        with pytest.raises(kind, match=match) as raised:
            http.request("REPORT", f"{server.url}place?key=hidden", body=b"x")
        http.close()
    told = "".join(traceback.format_exception(raised.value))
    assert "very-secret" not in told
    assert "hidden" not in str(raised.value)
    assert "\n" not in str(raised.value)
    return raised.value


# -- what is sent ----------------------------------------------------------------------------------------------------


def test_a_request_is_sent_with_credentials_and_the_answer_comes_back_whole():
    with FakeServer(lambda request: reply(207, b'{"a": [1]}', X_Some="thing")) as server:
        http = client(server.url)
        answer = http.request("REPORT", server.url, headers={"Depth": "1"}, body=b"<x/>", allow=frozenset({207}))
        http.close()
    assert (answer.status, answer.body, answer.headers["x-some"]) == (207, b'{"a": [1]}', "thing")
    assert answer.json() == {"a": [1]}
    (sent,) = server.requests
    assert (sent.method, sent.body, sent.headers["depth"]) == ("REPORT", b"<x/>", "1")
    assert sent.headers["authorization"] == TOKEN
    assert sent.headers["user-agent"].startswith("kithkeeper/")


def test_the_credentials_are_asked_for_before_every_request():
    tokens = iter(["Bearer one", "Bearer two"])
    with FakeServer(lambda request: reply()) as server:
        http = Http(authorization=lambda: Secret(next(tokens)), origins=[server.url])
        for _ in range(2):
            http.request("GET", server.url)
        http.close()
    assert [request.headers["authorization"] for request in server.requests] == ["Bearer one", "Bearer two"]


def test_cookies_and_netrc_are_not_used(tmp_path, monkeypatch):
    (tmp_path / "netrc").write_text("machine 127.0.0.1 login someone password else\n")
    (tmp_path / "netrc").chmod(0o600)
    monkeypatch.setenv("NETRC", str(tmp_path / "netrc"))
    with FakeServer(lambda request: reply(Set_Cookie="a=b; Path=/")) as server:
        http = Http(origins=[server.url])
        for _ in range(2):
            http.request("GET", server.url)
        http.close()
    assert not any({"authorization", "cookie"} & request.headers.keys() for request in server.requests)


def test_a_proxy_of_the_environment_is_used(monkeypatch):
    with FakeServer(lambda request: reply(200, b"by proxy")) as proxy:
        monkeypatch.setenv("http_proxy", proxy.url)
        http = Http(origins=["http://dav.example.org/"])
        assert http.request("GET", "http://dav.example.org/x").body == b"by proxy"
        http.close()
    assert proxy.requests[0].path == "http://dav.example.org/x"


def test_nothing_goes_to_an_origin_that_is_not_trusted():
    with FakeServer(lambda request: reply()) as server, FakeServer(lambda request: reply()) as other:
        http = client(server.url)
        with pytest.raises(ProtocolViolation, match="not to get your login"):
            http.request("GET", other.url)
        http.trust(other.url)
        http.request("GET", other.url)
        http.close()
    assert len(other.requests) == 1


def test_a_password_goes_nowhere_in_the_clear_but_within_this_machine():
    http = client("http://dav.example.org/")
    with pytest.raises(NeedsOwner, match=r"in the clear: use https, or set allow_plain"):
        http.request("GET", "http://dav.example.org/")


@pytest.mark.parametrize(
    "url", ["", "dav.example.org", "ftp://dav.example.org/", "https://", "https://[x/", "https://a:b/"]
)
def test_what_is_no_web_address_is_said_to_be_none(url):
    with pytest.raises(NeedsOwner, match=r"no web address|the url"):
        check(url)


def test_a_url_with_a_password_in_it_is_refused_without_showing_it():
    with pytest.raises(NeedsOwner) as refused:
        check("https://ada:very-secret@dav.example.org/x")
    assert str(refused.value).startswith("https://dav.example.org/x: leave user and password out")
    assert shown("https://[::1]:8443/x") == "https://[::1]:8443/x"
    assert shown("https://ada:very-secret@dav.example.org/x?token=very-secret") == "https://dav.example.org/x"


@pytest.mark.parametrize("token", ["Bearer a\nX: y", "Bearer ä", "Bearer a "])
def test_a_token_that_is_none_is_refused_without_showing_it(token):
    http = Http(authorization=lambda: Secret(token), origins=["https://dav.example.org"])
    with pytest.raises(NeedsOwner, match="characters that no token has") as refused:
        http.request("GET", "https://dav.example.org")
    assert token not in str(refused.value)


def test_a_kept_connection_that_the_server_has_closed_is_opened_again():
    answers = iter([b"", reply(200, b"at last")])
    with FakeServer(lambda request: next(answers)) as server:
        http = client(server.url)
        assert http.request("GET", server.url).body == b"at last"
        http.close()


def test_what_must_not_be_sent_twice_is_not():
    with FakeServer(lambda request: b"") as server:
        http = client(server.url)
        with pytest.raises(Transient, match="closed the connection"):
            http.request("POST", server.url, body=b"x")
        http.close()
    assert len(server.requests) == 1


# -- redirects -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("status", [301, 302, 307, 308])
def test_a_redirect_within_the_origin_keeps_method_body_and_login(status):
    def answer(request):
        return reply(status, Location="/there?x=1") if request.path == "/" else reply(200, b"there")

    with FakeServer(answer) as server:
        http = client(server.url)
        found = http.request("PROPFIND", server.url, body=b"<x/>")
        http.close()
    assert (found.body, found.url) == (b"there", f"{server.url}there?x=1")
    assert [(sent.method, sent.body) for sent in server.requests] == [("PROPFIND", b"<x/>")] * 2
    assert server.requests[1].headers["authorization"] == TOKEN


def test_see_other_is_got():
    with FakeServer(lambda request: reply(303, Location="/b") if request.path == "/a" else reply()) as server:
        http = client(server.url)
        http.request("POST", f"{server.url}a", body=b"x")
        http.close()
    assert [(sent.method, sent.body) for sent in server.requests] == [("POST", b"x"), ("GET", b"")]


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_a_redirect_to_another_host_sends_nothing_there(status):
    with FakeServer(lambda request: reply()) as other:
        error = failure(reply(status, Location=other.url), NeedsOwner, "if you trust it, write that url")
    assert other.requests == []
    assert shown(other.url) in str(error)


@pytest.mark.parametrize("there", ["http://a\r\nb/", "//[", "https://u:very-secret@127.0.0.1/", "javascript:alert(1)"])
def test_a_redirect_to_nowhere_is_an_error_of_the_tree(there):
    failure(lambda request: reply(302, Location=there.replace("\r\n", " ")), ConnectorError)


def test_redirects_in_circles_end():
    failure(reply(302, Location="/place"), ProtocolViolation, "in circles")


def test_only_the_same_origin_or_the_same_host_with_tls_is_home():
    assert same_or_safer("http://a.example/x", "https://a.example/y")
    assert same_or_safer("https://a.example/x", "https://A.example:443/y")
    for old, new in [("https://a.example", "http://a.example"), ("http://a.example", "https://b.example"),
                     ("https://a.example", "https://a.example:8443"), ("https://a.example", "https://a.example.evil.example")]:  # fmt: skip
        assert not same_or_safer(old, new)


# -- how much and how long -------------------------------------------------------------------------------------------


def test_a_packed_answer_is_unpacked():
    packed = gzip.compress(b"hello ") + gzip.compress(b"world")
    with FakeServer(lambda request: reply(200, packed, Content_Encoding="gzip")) as server:
        http = client(server.url)
        assert http.request("GET", server.url).body == b"hello world"
        http.close()
    assert server.requests[0].headers["accept-encoding"] == "gzip"


def chunked(*pieces, end=b"0\r\n\r\n"):
    body = b"".join(b"%x\r\n%b\r\n" % (len(piece), piece) for piece in pieces)
    return reply(200, body + end, length=-1, Transfer_Encoding="chunked")


ZEROS = gzip.compress(bytes(50 * 2**20))
TOO_LARGE = {
    "said before": reply(200, b"x", length=2**30),
    "as it comes": reply(200, bytes(2**21), length=-1),
    "in chunks": chunked(*[bytes(2**18)] * 8),
    "unpacked": reply(200, ZEROS, Content_Encoding="gzip"),
    "packed twice": reply(200, gzip.compress(ZEROS) * 30, Content_Encoding="gzip"),
}


@pytest.mark.parametrize("name", TOO_LARGE)
def test_an_answer_that_is_too_large_is_not_read(name):
    failure(TOO_LARGE[name], TooLarge, "is larger than 1 MB")


def test_an_answer_without_end_is_not_read():
    with FakeServer(
        lambda request: (reply(200, b"", length=-1) if n == 0 else bytes(65536) for n in range(10**6))
    ) as server:
        http = client(server.url)
        with pytest.raises(TooLarge):
            http.request("GET", server.url)
        http.close()


WHOLE = gzip.compress(b"<multistatus/>" * 100)


@pytest.mark.parametrize("kept", [0, 1, 5, 12, 30, len(WHOLE) // 2, len(WHOLE) - 1])
def test_a_packed_answer_that_is_cut_off_is_no_answer(kept):
    part = WHOLE[:kept]
    if part:
        failure(reply(200, part, Content_Encoding="gzip"), Transient, "cut off")
        failure(reply(200, part, length=-1, Content_Encoding="gzip"), Transient, "cut off")
    failure(reply(200, part, length=len(WHOLE), Content_Encoding="gzip"), Transient)


def test_an_answer_that_is_cut_anywhere_is_transient():
    whole = reply(200, b"0123456789", X_Long="y" * 30)
    for kept in range(0, len(whole), 7):
        failure(whole[:kept], Transient)
    pieces = chunked(b"0123456789", b"abc")
    for kept in range(len(pieces) - 24, len(pieces) - 4):
        failure(pieces[:kept], Transient)


def test_a_refusal_that_is_cut_off_is_a_refusal_all_the_same():
    failure(reply(404, b"x", length=10), NeedsOwner, "is not there")
    failure(reply(429, b"x", length=2**30, Retry_After="7"), Transient, "is busy")
    failure(reply(403, b"x", length=10), Transient, "broke off|cut off")  # why it was forbidden is not known


def test_an_answer_that_is_packed_strangely_is_a_violation():
    failure(reply(200, b"x", Content_Encoding="br"), ProtocolViolation, "not asked for")
    failure(reply(200, b"no gzip", Content_Encoding="gzip"), ProtocolViolation, "is broken")
    failure(reply(200, zlib.compress(b"x"), Content_Encoding="gzip"), ProtocolViolation, "is broken")


SLOW = Limits(connect_s=5, read_s=5, whole_s=0.4, body=2**20)


def drip(start, piece):
    def pieces(request):
        yield start
        while True:
            time.sleep(0.02)
            yield piece

    return pieces


@pytest.mark.parametrize(
    ("start", "piece"),
    [(b"HTTP/1.1 200 OK\r\n", b"X"), (b"", b"H"), (reply(200, length=1000), b"x"), (reply(200, length=-1), b"x"),
     (chunked(end=b""), b"1\r\nx\r\n"), (reply(200, WHOLE[:20], length=5000, Content_Encoding="gzip"), b"")],
)  # fmt: skip
def test_who_sends_a_byte_at_a_time_is_left_after_the_whole_time(start, piece):
    failure(drip(start, piece), Transient, "took longer than 0.4 s", limits=SLOW)


def test_a_request_under_way_ends_when_the_client_is_closed_by_another_thread():
    def slow(request):
        threading.Timer(0.2, http.close).start()
        return drip(reply(200, length=1000), b"x")(request)

    with FakeServer(slow) as server:
        http = client(server.url)
        with pytest.raises(Transient, match="was left before it had answered"):
            http.request("GET", server.url)
        http.close()


def test_who_says_nothing_is_left():
    failure(drip(b"", b""), Transient, "does not answer in time", limits=Limits(read_s=0.2))


def test_who_is_not_there_is_transient():
    with FakeServer(lambda request: reply()) as server:
        pass
    with pytest.raises(Transient, match="cannot be reached"):
        client(server.url).request("GET", server.url)
    with pytest.raises(Transient, match="is not found"):
        client("https://nowhere.invalid").request("GET", "https://nowhere.invalid/x")


@pytest.mark.parametrize("junk", [b"\x00" * 100, b"SSH-2.0-x\r\n", b"HTTP/1.1 abc\r\n\r\n", b"HTTP/1.1 200 OK\r\n" + b"A: b\r\n" * 500,
                                  b"HTTP/1.1 200 OK\r\nX: " + b"y" * 200_000])  # fmt: skip
def test_what_is_not_http_is_an_error_of_the_tree(junk):
    failure(junk, ConnectorError)


# -- what answers mean -----------------------------------------------------------------------------------------------

MEANINGS = [
    (401, NeedsOwner, "refuses the login"),
    (403, NeedsOwner, "does not allow"),
    (404, NeedsOwner, "is not there"),
    (407, NeedsOwner, "proxy"),
    (408, Transient, "fault of its own"),
    (410, NeedsOwner, "is not there"),
    (418, ProtocolViolation, "unexpected way"),
    (429, Transient, "is busy"),
    (500, Transient, "fault of its own"),
    (502, Transient, "fault of its own"),
    (503, Transient, "is busy"),
    (304, ProtocolViolation, "unexpected way"),
]


@pytest.mark.parametrize(("status", "kind", "says"), MEANINGS)
def test_every_status_has_a_meaning(status, kind, says):
    failure(reply(status), kind, says)


def test_a_server_that_only_knows_digest_is_named_as_such():
    failure(reply(401, WWW_Authenticate='Digest realm="x", nonce="Basic"'), NeedsOwner, "wants Digest")
    failure(reply(401, WWW_Authenticate='Digest realm="x", Basic realm="y"'), NeedsOwner, "app password")


@pytest.mark.parametrize(
    ("said", "wait"),
    [("120", timedelta(seconds=120)), ("0", timedelta()), ("Sat, 01 Jun 2030 12:10:00 GMT", timedelta(minutes=10)),
     ("Sat, 01 Jun 2030 11:00:00 GMT", timedelta()), ("999999999999", timedelta(days=1)), ("-5", None), ("soon", None),
     ("Sat, 01 Jun 2099 12:10:00 GMT", timedelta(days=1)), ("", None), ("Sat, 99 Jun 2030", None)],
)  # fmt: skip
@pytest.mark.parametrize("status", [429, 503])
def test_the_time_that_a_busy_server_names_is_told(status, said, wait):
    assert failure(reply(status, Retry_After=said), Transient).retry_after == wait


PAGE = b"<!DOCTYPE html><html><body>Welcome to the hotel</body></html>"


def test_a_web_page_where_none_is_expected_is_transient():
    with FakeServer(lambda request: reply(200, PAGE, Content_Type="text/html")) as server:
        http = client(server.url)
        with pytest.raises(Transient, match="answered with a web page"):
            http.request("GET", server.url, allow=frozenset({207}))
        with pytest.raises(Transient, match="answered with a web page"):
            http.request("GET", server.url).json()
        http.close()


@pytest.mark.parametrize("body", [b"", b"{", b"[" * 100_000, b"\xff"])
def test_what_is_no_json_is_a_violation(body):
    with FakeServer(lambda request: reply(200, body)) as server:
        http = client(server.url)
        with pytest.raises(ProtocolViolation, match="no JSON"):
            http.request("GET", server.url).json()
        http.close()


# -- TLS -------------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def certificate(tmp_path_factory):
    """Makes a server's context and its own certificate for a name."""
    import shutil

    from tests.conftest import missing

    if shutil.which("openssl") is None:
        missing("needs the program openssl")
    folder = tmp_path_factory.mktemp("tls")

    def made(name):
        key, pem = folder / f"{name}.key", folder / f"{name}.pem"
        make = ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "30", "-subj", "/CN=test",
                "-addext", f"subjectAltName={name}", "-keyout", str(key), "-out", str(pem)]  # fmt: skip
        subprocess.run(make, check=True, capture_output=True)
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(pem, key)
        return context, pem

    return made


def test_the_certificates_of_ca_file_are_the_only_ones(certificate, monkeypatch):
    context, pem = certificate("IP:127.0.0.1")
    _, other = certificate("DNS:other.example")
    with FakeServer(lambda request: reply(200, b"safe"), tls=context) as server:
        for trusted in (None, other):
            http = client(server.url, ca_file=trusted)
            with pytest.raises(NeedsOwner, match=r"is not accepted .*certificate"):
                http.request("GET", server.url)
            http.close()
        http = client(server.url, ca_file=pem)
        assert http.request("GET", server.url).body == b"safe"
        http.close()
        monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(other))
        http = client(server.url, ca_file=pem)
        assert http.request("GET", server.url).body == b"safe"
        http.close()
    assert len(server.requests) == 2


def test_a_certificate_for_another_host_is_not_accepted(certificate):
    context, pem = certificate("DNS:elsewhere.example")
    with FakeServer(lambda request: reply(), tls=context) as server:
        http = client(server.url, ca_file=pem)
        with pytest.raises(NeedsOwner, match="is not accepted"):
            http.request("GET", server.url)
        http.close()
    assert server.requests == []


def test_a_ca_file_that_is_not_there_needs_the_owner():
    http = client("https://127.0.0.1:1/", ca_file=Path("/nowhere/ca.pem"))
    with pytest.raises(NeedsOwner, match=r"ca\.pem is not there: correct ca_file"):
        http.request("GET", "https://127.0.0.1:1/")


def test_a_slow_answer_over_tls_is_left_too(certificate):
    context, pem = certificate("IP:127.0.0.1")
    with FakeServer(drip(reply(200, length=1000), b"x"), tls=context) as server:
        http = client(server.url, ca_file=pem, limits=SLOW)
        with pytest.raises(Transient, match="took longer"):
            http.request("GET", server.url)
        http.close()


def test_a_server_without_tls_on_an_https_url_is_named():
    with socket.create_server(("127.0.0.1", 0)) as listening:

        def answer_in_plain_words():
            connection, _ = listening.accept()
            with connection:
                connection.recv(1 << 16)
                connection.sendall(b"HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n")

        answering = threading.Thread(target=answer_in_plain_words)
        answering.start()
        url = f"https://127.0.0.1:{listening.getsockname()[1]}/"
        http = client(url)
        with pytest.raises(ConnectorError, match="TLS"):
            http.request("GET", url)
        http.close()
        answering.join()
