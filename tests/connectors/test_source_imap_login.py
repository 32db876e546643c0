"""Getting into a real Dovecot: passwords, tokens, certificates; what the owner is told where it fails. And waiting in it."""

from __future__ import annotations

import base64
import threading
import time

import pytest

from connectors.errors import ConnectorError, NeedsOwner, Transient
from tests.connectors.imap_sample import VARIABLE, imap_connector, names, pulled
from tests.contract.contract_mail import mail
from tests.services.dovecot import PASSWORD, Dovecot
from tests.services.fake_imap import FakeImap


@pytest.fixture(scope="module")
def server():
    """A server that takes tokens too."""
    server = Dovecot(oauth=True)
    server.append([mail("a@x.example")])
    yield server
    server.close()


@pytest.fixture
def connect(server, tmp_path, monkeypatch):
    """``connect(**settings)`` is a connector for alice's mailbox; all are closed in the end."""
    monkeypatch.setenv(VARIABLE, PASSWORD)
    opened = []

    def connect(port=None, **settings):
        opened.append(imap_connector(port or server.port, tmp_path, **settings))
        return opened[-1]

    yield connect
    for connector in opened:
        connector.close()


def refused(connector, error=NeedsOwner):
    with pytest.raises(error) as told:
        connector.streams()
    assert "\n" not in str(told.value)
    assert PASSWORD not in str(told.value)
    return str(told.value)


def test_a_wrong_password_is_the_owners_to_mend(connect, monkeypatch):
    monkeypatch.setenv(VARIABLE, "wrong")
    said = refused(connect())
    assert "does not take the password of alice" in said
    assert "app password" in said


def test_without_a_place_of_the_password_it_says_which_there_are(connect):
    assert "password_file" in refused(connect(password_env=""))


@pytest.mark.parametrize("auth", ["xoauth2", "oauthbearer"])
def test_a_token_lets_in_and_an_expired_one_is_the_owners_to_renew(connect, monkeypatch, auth):
    monkeypatch.setenv(VARIABLE, "tok-alice")
    assert names(pulled(connect(auth=auth))[0]) == ["a@x.example"]
    monkeypatch.setenv(VARIABLE, "expired")
    said = refused(connect(auth=auth))
    assert "does not take the token of alice" in said
    assert "expired" in said


def test_neither_secrets_nor_mail_are_logged_whatever_is_logged(connect, monkeypatch, caplog):
    caplog.set_level("DEBUG")
    assert names(pulled(connect())[0]) == ["a@x.example"]
    monkeypatch.setenv(VARIABLE, "tok-alice")
    assert names(pulled(connect(auth="xoauth2"))[0]) == ["a@x.example"]
    monkeypatch.setenv(VARIABLE, "wrong")
    refused(connect())
    for secret in (PASSWORD, "tok-alice", "wrong", "a@x.example"):
        assert secret not in caplog.text
        assert base64.b64encode(f"\0alice\0{secret}".encode()).decode() not in caplog.text


def test_a_command_may_print_the_token(connect, tmp_path):
    connector = connect(auth="xoauth2", password_command="printf tok-alice")
    assert names(pulled(connector)[0]) == ["a@x.example"]


def test_tls_works_both_ways_with_the_own_ca_and_not_without(server, connect):
    both = [{"tls": "implicit", "port": server.tls_port}, {"tls": "starttls"}]
    for way in both:
        assert names(pulled(connect(**way, host="localhost", ca_file=str(server.ca)))[0]) == ["a@x.example"]
        said = refused(connect(**way, host="localhost"))
        assert "certificate of localhost is not trusted" in said
        assert "ca_file" in said


def test_the_name_in_the_certificate_must_be_the_servers(server, connect):
    said = refused(
        connect(tls="implicit", port=server.tls_port, host="127.0.0.2", ca_file=str(server.ca)), ConnectorError
    )
    assert "127.0.0.2" in said


def test_tls_on_a_plain_port_is_explained(connect):
    assert 'tls = "starttls"' in refused(connect(tls="implicit"))


def test_a_plain_connection_to_a_port_of_tls_ends_in_time(server, connect):
    assert "127.0.0.1" in refused(connect(port=server.tls_port, tls="none", read_timeout=1), ConnectorError)


def test_a_file_that_holds_no_certificates_is_named(connect, tmp_path):
    (tmp_path / "ca.pem").write_text("no certificate")
    assert "ca.pem" in refused(connect(tls="implicit", ca_file="ca.pem"))


def test_nobody_there_is_for_later(connect):
    assert "cannot be reached" in refused(connect(port=1), Transient)
    assert "cannot be reached" in refused(connect(host="nobody.invalid"), Transient)


@pytest.mark.parametrize(
    "settings", [{"host": ""}, {"username": ""}, {"port": 99_999}, {"max_text": 10}, {"read_timeout": 0}], ids=str
)
def test_settings_that_cannot_be_meant_are_refused(connect, settings):
    with pytest.raises(NeedsOwner):
        connect(**settings)


def test_compression_saves_most_of_the_bytes(server, connect):
    server.append([mail(f"b{number}@x.example") for number in range(50)], folder="Many")
    sizes = []
    for compress in (False, True):
        connector = connect(compress=compress)
        assert len(pulled(connector, "Many")[0]) == 50
        sizes.append(connector._session.wire.received)
    assert sizes[1] < sizes[0] / 3


# -- waiting ---------------------------------------------------------------------------------------------------------


def later(seconds, do):
    timer = threading.Timer(seconds, do)
    timer.start()
    return timer


def test_new_mail_wakes_who_waits(server, connect):
    connector = connect()
    _, cursor = pulled(connector)
    timer = later(0.5, lambda: server.append([mail("wakes@x.example")]))
    assert connector.watch(60, lambda: False)
    timer.join()
    assert "wakes@x.example" in names(pulled(connector, since=cursor)[0])


def test_what_came_before_waiting_began_wakes_at_once(server, connect):
    connector = connect()
    pulled(connector)
    server.append([mail("before@x.example")])
    assert connector.watch(60, lambda: False)


def test_nothing_new_ends_the_wait_in_time_and_so_does_being_woken(server, connect):
    connector = connect()
    _, cursor = pulled(connector)
    assert not connector.watch(1, lambda: False)
    woken = threading.Event()
    timer = later(0.5, woken.set)
    assert not connector.watch(600, woken.is_set)
    timer.join()
    assert pulled(connector, since=cursor) == ([], cursor)


def test_a_session_kicked_while_it_waits_is_opened_again_and_nothing_missed(server, connect):
    connector = connect()
    pulled(connector)

    def kick():
        server.kick()
        server.append([mail("after@x.example")])

    timer = later(0.7, kick)
    assert connector.watch(60, lambda: False)
    timer.join()


def test_a_server_that_is_gone_while_one_waits_is_for_later(tmp_path, monkeypatch):
    monkeypatch.setenv(VARIABLE, PASSWORD)
    server = Dovecot(capabilities="")
    connector = imap_connector(server.port, tmp_path)
    pulled(connector)
    timer = later(0.5, server.stop)
    with pytest.raises(Transient):
        connector.watch(60, lambda: False)
    timer.join()
    connector.close()
    server.close()


def test_idle_is_begun_anew_before_the_server_tires(server, connect, monkeypatch):
    monkeypatch.setattr("connectors.imap_watch._IDLE_S", 0.2)
    connector = connect()
    pulled(connector)
    began = time.monotonic()
    assert not connector.watch(2, lambda: False)
    assert time.monotonic() - began < 20


def test_without_idle_the_wait_ends_in_time(tmp_path, monkeypatch):
    monkeypatch.setenv(VARIABLE, PASSWORD)
    server = FakeImap()
    connector = imap_connector(server.port, tmp_path)
    assert not connector.watch(0.2, lambda: False)
    server.answers["CAPABILITY"] = b"* CAPABILITY IMAP4rev1 AUTH=PLAIN SASL-IR IDLE\r\n"
    server.answers["IDLE"] = b"{tag} OK that was it\r\n"
    connector.close()
    with pytest.raises(ConnectorError, match="waiting"):
        connector.watch(5, lambda: False)
    connector.close()
    server.close()
