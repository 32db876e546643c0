"""The letter by mail: handed over once, to a server that is who it says it is, and what to do where it was not."""

from __future__ import annotations

import logging
import re
import socket
import threading
from contextlib import suppress
from datetime import UTC
from email import message_from_bytes, policy
from html import unescape

import pytest

from connectors.errors import NeedsOwner, Transient
from daemon.config import ConfigError, load
from daemon.digest.deliver import SENDING, period_of, send_letter
from daemon.digest.smtp import Unsure
from daemon.refresh import refresh
from tests.daemon.store_sample import AOIFE, MAYA, NOW, TOMAS, feed, mail, own
from tests.services.smtp import PASSWORD, TOKEN, USER, smtp_servers

__all__ = ["smtp_servers"]
WEEK = "2026-W23"


@pytest.fixture
def letters(store, owner):
    """A store from which there is something to say."""
    feed(
        store,
        own("hello", day=1, text="Hello."),
        mail("hello-back", day=2, text="Hello.", in_reply_to=("hello@lindqvist.example",)),
        mail("ask", day=135, text="[ask advice]Could you look at the harbour plan?"),
        own("tomas", to=(TOMAS,), day=136, text="[ask feedback]What do you think of my talk?"),
        mail("aoife", sender=AOIFE, day=138, text="[deliver intro]I have introduced you to the museum."),
    )
    refresh(store, owner)
    return store


@pytest.fixture
def config_for(tmp_path):
    """``config_for(server)`` is a config that sends by it; more keys of [smtp] and [digest] as text."""

    def make(server, smtp="", digest="", *, login=True, ca=True, security=""):
        (tmp_path / "password").write_text(PASSWORD + "\n", encoding="utf-8")
        (tmp_path / "password").chmod(0o600)
        lines = ["[owner]", 'name = "Maya Lindqvist"', f'addresses = ["{MAYA.email}"]', 'timezone = "Europe/Stockholm"']
        lines += ["[digest]", digest, "[smtp]", 'host = "localhost"', f"port = {server.port}"]
        lines += [f'security = "{security or server.security}"', "timeout = 5.0"]
        if login:
            lines += [f'username = "{USER}"', *([] if "password" in smtp else ['password_file = "password"'])]
        if ca and server.security != "none":
            lines.append(f'ca_file = "{server.certificate}"')
        path = tmp_path / "kith.toml"
        path.write_text("\n".join([*lines, smtp]), encoding="utf-8")
        return load(path)

    return make


def send(config, store, **more):
    return send_letter(config, store, at=NOW, now=lambda: NOW, **more)


@pytest.mark.parametrize("security", ["starttls", "tls", "none"])
def test_the_letter_is_handed_over_once_a_week(letters, config_for, smtp_servers, security):
    server = smtp_servers(security)
    config = config_for(server)
    done = send(config, letters)
    assert (done.outcome, done.to, done.period) == ("sent", MAYA.email, WEEK)
    again = send(config, letters)
    assert (again.outcome, again.at) == ("sent before", NOW)
    assert len(server.mails) == 1
    assert server.envelopes == [(USER, [MAYA.email])]


def test_the_mail_says_what_it_is_in_its_headers_and_nothing_else(letters, config_for, smtp_servers):
    server = smtp_servers()
    config = config_for(server, digest='reply_to = "maya+kith@lindqvist.example"')
    done = send(config, letters)
    (taken,) = server.mails
    token = letters.letter_called(done.message_id).token
    assert dict(taken.items()) | {"Content-Type": ""} == {
        "From": "Kithkeeper <maya@lindqvist.example>",
        "To": MAYA.email,
        "Reply-To": "maya+kith@lindqvist.example",
        "Subject": "Your network, week of 1 June 2026",
        "Date": "Mon, 01 Jun 2026 12:00:00 +0000",
        "Message-ID": f"<kithkeeper.2026-W23.{token}@lindqvist.example>",
        "Auto-Submitted": "auto-generated",
        "X-Kithkeeper": WEEK,
        "X-Auto-Response-Suppress": "All",
        "List-Unsubscribe": "<mailto:maya%2Bkith@lindqvist.example?subject=To%20stop%20the%20letter%2C%20take%20%5Bsmtp%5D%20out%20of%20kith.toml>",
        "MIME-Version": "1.0",
        "Content-Type": "",
    } | ({"X-Peer": taken["X-Peer"]} if taken["X-Peer"] else {})
    text, page = taken.get_body(("plain",)), taken.get_body(("html",))
    assert taken.get_content_type() == "multipart/alternative"
    assert "Could you look at the harbour plan?" in text.get_content()
    assert "Could you look at the harbour plan?" in page.get_content()
    assert len(taken.as_bytes()) < 40_000


def test_a_trial_is_always_sent_and_claims_nothing(letters, config_for, smtp_servers):
    server = smtp_servers()
    config = config_for(server)
    for _ in range(2):
        assert send(config, letters, to="other@lindqvist.example").outcome == "sent"
    assert letters.claims() == []
    assert send(config, letters).outcome == "sent"
    assert [envelope[1] for envelope in server.envelopes] == [["other@lindqvist.example"]] * 2 + [[MAYA.email]]


@pytest.mark.parametrize(
    ("answers", "error", "says"),
    [
        ({"MAIL": ["550 5.7.1 Not your address"]}, NeedsOwner, "takes no mail from maya@lindqvist.example (550 5.7.1 Not your address): set sender in [smtp]"),
        ({"RCPT": ["550 5.1.1 No such user"]}, NeedsOwner, "takes no mail for maya@lindqvist.example (550 5.1.1 No such user): correct to in [digest]"),
        ({"RCPT": ["553 5.7.1 Relaying denied"]}, NeedsOwner, "Relaying denied"),
        ({"RCPT": ["552 5.2.2 Mailbox full"]}, NeedsOwner, "make room in the mailbox of maya@lindqvist.example"),
        ({"DATA": ["552 5.3.4 Too large"]}, NeedsOwner, "has no room for the letter (552 5.3.4 Too large)"),
        ({"DATA": ["554 5.7.1 Looks like spam"]}, NeedsOwner, "refused the letter (554 5.7.1 Looks like spam)"),
        ({"MAIL": ["451 4.3.0 Busy"]}, Transient, "(451 4.3.0 Busy): it usually passes by itself"),
        ({"RCPT": ["450 4.2.1 Greylisted"]}, Transient, "450 4.2.1 Greylisted"),
        ({"DATA": ["451 4.7.1 Later"]}, Transient, "451 4.7.1 Later"),
    ],
)  # fmt: skip
def test_a_refusal_says_what_to_do_and_gives_the_period_back(letters, config_for, smtp_servers, answers, error, says):
    server = smtp_servers()
    server.answers = answers
    config = config_for(server)
    with pytest.raises(error, match=re.escape(says)) as raised:
        send(config, letters)
    assert "\n" not in str(raised.value)
    assert (letters.claims(), server.mails) == ([], [])
    assert send(config, letters).outcome == "sent"
    assert len(server.mails) == 1


def test_a_busy_server_is_asked_again_with_growing_pauses(letters, config_for, smtp_servers):
    server = smtp_servers()
    server.answers = {"MAIL": ["451 4.3.0 Busy"], "DATA": ["452 4.3.1 Full"]}
    pauses = []
    assert send(config_for(server), letters, tries=3, sleep=pauses.append).outcome == "sent"
    assert len(server.mails) == 1
    assert 1 < pauses[0] < 3 < pauses[1] < 8


def test_a_refusal_for_good_is_not_repeated(letters, config_for, smtp_servers):
    server = smtp_servers()
    server.answers = {"RCPT": ["550 No such user"]}
    with pytest.raises(NeedsOwner):
        send(config_for(server), letters, tries=3, sleep=pytest.fail)


@pytest.mark.parametrize("mechanisms", [("PLAIN",), ("LOGIN",), ("PLAIN", "LOGIN")])
def test_a_wrong_password_is_told_with_what_to_do_and_never_shown(
    letters, config_for, smtp_servers, caplog, tmp_path, mechanisms
):
    caplog.set_level(logging.DEBUG)
    server = smtp_servers(mechanisms=mechanisms)
    config = config_for(server)
    (tmp_path / "password").write_text("another-secret\n", encoding="utf-8")
    with pytest.raises(NeedsOwner, match=r"refused the login of maya@lindqvist.example \(535 .*app password") as raised:
        send(config, letters)
    shown = f"{raised.value!r} {raised.value} {raised.value.__cause__!r} {caplog.text} {config!r}"
    assert "another-secret" not in shown
    (tmp_path / "password").write_text(PASSWORD + "\n", encoding="utf-8")
    assert send(config, letters).outcome == "sent"
    assert server.logins[-1] == mechanisms[0]


def test_a_server_that_repeats_the_password_does_not_bring_it_into_the_message(letters, config_for, speaker):
    server = speaker(b"220 hi", b"250-hi\r\n250 AUTH PLAIN", f"535 no, {PASSWORD} is wrong".encode())
    with pytest.raises(NeedsOwner) as raised:
        send(config_for(server), letters)
    assert "no, … is wrong" in str(raised.value)
    assert PASSWORD not in str(raised.value)


def test_a_token_logs_in_where_the_config_says_so(letters, config_for, smtp_servers, monkeypatch):
    server = smtp_servers(mechanisms=("XOAUTH2",))
    config = config_for(server, 'auth = "xoauth2"\npassword_env = "MAYAS_TOKEN"')
    monkeypatch.setenv("MAYAS_TOKEN", "expired")
    with pytest.raises(NeedsOwner, match="get a new token"):
        send(config, letters)
    monkeypatch.setenv("MAYAS_TOKEN", TOKEN)
    assert send(config, letters).outcome == "sent"


def test_a_server_that_wants_a_login_says_so(letters, config_for, smtp_servers):
    with pytest.raises(NeedsOwner, match=r"wants a login \(530 .*add username to \[smtp\]"):
        send(config_for(smtp_servers(), login=False), letters)


def test_a_server_without_a_login_needs_none(letters, config_for, smtp_servers):
    server = smtp_servers("none", login=False)
    assert send(config_for(server, login=False), letters).outcome == "sent"
    assert server.logins == []


def test_a_username_without_a_password_is_pointed_out(letters, config_for, smtp_servers):
    server = smtp_servers()
    config = config_for(server, 'password_env = ""')
    with pytest.raises(NeedsOwner, match="has a username and no password: add password_file"):
        send(config, letters)


def test_nothing_is_sent_where_starttls_is_not_offered(letters, config_for, smtp_servers):
    server = smtp_servers("none")
    with pytest.raises(NeedsOwner, match="offers no STARTTLS, so nothing was sent"):
        send(config_for(server, security="starttls"), letters)
    assert (server.mails, server.logins) == ([], [])


@pytest.mark.parametrize("security", ["starttls", "tls"])
def test_nothing_is_sent_to_a_server_whose_certificate_is_not_to_be_trusted(
    letters, config_for, smtp_servers, security
):
    server = smtp_servers(security)
    with pytest.raises(NeedsOwner, match=r"certificate of localhost:\d+ is not to be trusted .*ca_file"):
        send(config_for(server, ca=False), letters)
    assert (server.mails, server.logins) == ([], [])


def test_tls_from_the_start_at_a_port_that_wants_starttls_is_pointed_out(letters, config_for, smtp_servers):
    with pytest.raises(NeedsOwner, match="does not speak TLS from the start"):
        send(config_for(smtp_servers(), security="tls"), letters)


def test_no_password_goes_to_another_machine_unencrypted(letters, config_for, smtp_servers, monkeypatch):
    server = smtp_servers("none")
    config = config_for(server)
    monkeypatch.setattr("daemon.digest.smtp._loopback", lambda host: False)
    with pytest.raises(NeedsOwner, match=r"would go to localhost:.* unencrypted"):
        send(config, letters)
    assert server.logins == []


def test_a_server_that_is_not_there_is_tried_again_later(letters, config_for, speaker):
    server = speaker()
    server.close()
    with pytest.raises(Transient, match=r"localhost:\d+ cannot be reached \(Connection refused\)"):
        send(config_for(server), letters)
    assert letters.claims() == []


@pytest.mark.parametrize(
    ("lines", "says"),
    [
        ((b"554 go away",), "does not accept mail now (554 go away)"),
        ((b"421 busy",), "does not accept mail now (421 busy)"),
        ((b"HTTP/1.1 400 Bad Request",), "does not accept mail now"),
        ((b"220 hi", None), "the connection was closed"),
        ((b"220 hi", b"250-more\r\n" * 100_000), "the connection was closed"),
        ((b"220 hi", b"250 " + b"x" * 100_000), "the connection was closed"),
    ],
)
def test_garbage_from_a_server_ends_in_one_line(letters, config_for, speaker, lines, says):
    server = speaker(*lines)
    with pytest.raises((NeedsOwner, Transient), match=re.escape(says)) as raised:
        send(config_for(server, login=False), letters)
    assert len(str(raised.value)) < 400
    assert letters.claims() == []


@pytest.mark.parametrize(("security", "lines"), [("none", (b"220 hi", ...)), ("tls", (...,))])
def test_a_server_that_answers_for_ever_is_cut_off(letters, config_for, speaker, monkeypatch, security, lines):
    monkeypatch.setattr("daemon.digest.smtp._PATIENCE", 0.1)
    server = speaker(*lines)
    server.drip = b"250-x\r\n" if security == "none" else b"\x16\x03\x03\x40\x00\x02\x00\x3f\xfc" + bytes(40)
    with pytest.raises(Transient, match="ended the conversation"):
        send(config_for(server, security=security, login=False, ca=False), letters)


# Where the end is not known.


def test_a_letter_cut_off_after_the_data_is_looked_for_before_it_is_sent_again(letters, config_for, smtp_servers):
    server = smtp_servers()
    server.cut = 1
    config = config_for(server)
    with pytest.raises(Unsure, match="may have arrived: it is looked for in your mail, and sent again where it is not"):
        send(config, letters, tries=3, sleep=pytest.fail)
    with pytest.raises(Unsure, match=r"run kith sync, and ask again in 10 min"):
        send(config, letters)
    (taken,) = server.mails
    feed(letters, arrived(taken))
    assert send(config, letters).outcome == "found"
    assert send(config, letters).outcome == "sent before"
    assert len(server.mails) == 1


def test_a_letter_that_is_not_found_is_sent_again_the_same_with_the_same_message_id(
    letters, config_for, smtp_servers, owner
):
    server = smtp_servers()
    server.cut = 1
    config = config_for(server)
    with pytest.raises(Unsure):
        send(config, letters)
    feed(letters, mail("late", sender=TOMAS, day=140, text="[ask intro]Could you introduce me to Dana?"))
    refresh(letters, owner)
    later = NOW + SENDING
    assert send_letter(config, letters, at=later, period=WEEK, now=lambda: later).outcome == "sent"
    first, second = server.mails
    assert first.as_bytes() == second.as_bytes()
    assert letters.letter_called(first["Message-ID"].strip("<>")).mail == b""


def test_a_refusal_after_an_unknown_end_keeps_the_letter_that_may_have_arrived(letters, config_for, smtp_servers):
    server = smtp_servers()
    server.cut = 1
    config = config_for(server)
    with pytest.raises(Unsure):
        send(config, letters)
    server.answers = {"RCPT": ["550 No such user"]}
    later = NOW + SENDING
    with pytest.raises(NeedsOwner):
        send_letter(config, letters, at=later, period=WEEK, now=lambda: later)
    assert letters.letter_called(letters.claims()[0].message_id).items


def test_a_stranger_who_forges_the_header_makes_no_letter_be_taken_for_sent(letters, config_for, smtp_servers):
    server = smtp_servers()
    server.cut = 1
    config = config_for(server)
    with pytest.raises(Unsure):
        send(config, letters)
    feed(letters, mail("forged", headers={"x-kithkeeper": WEEK, "auto-submitted": "auto-generated"}))
    with pytest.raises(Unsure):
        send(config, letters)


def test_a_crash_between_sending_and_recording_is_settled_by_the_mail_that_came(
    letters, config_for, smtp_servers, monkeypatch
):
    server = smtp_servers()
    config = config_for(server)

    def crash(*_):
        raise KeyboardInterrupt

    with monkeypatch.context() as broken:
        broken.setattr(type(letters), "letter_sent", crash)
        with pytest.raises(KeyboardInterrupt):
            send(config, letters)
    (taken,) = server.mails
    feed(letters, arrived(taken))
    assert send(config, letters).outcome == "found"
    assert len(server.mails) == 1


def test_a_trial_of_which_the_end_is_not_known_may_be_answered(letters, config_for, smtp_servers):
    server = smtp_servers()
    server.cut = 1
    with pytest.raises(Unsure, match=r"so it may have arrived$"):
        send(config_for(server), letters, to=MAYA.email)
    (taken,) = server.mails
    assert letters.letter_called(taken["Message-ID"].strip("<>")).items


def test_two_processes_send_one_letter(letters, config_for, smtp_servers, monkeypatch):
    server = smtp_servers()
    config = config_for(server)
    claim = type(letters).claim_letter

    def after_another(store, *args):
        assert claim(store, *args[:1], own_letter("other"), (), NOW)
        return claim(store, *args)

    monkeypatch.setattr(type(letters), "claim_letter", after_another)
    with pytest.raises(Transient, match="being sent by another Kithkeeper"):
        send(config, letters)
    assert server.mails == []


def own_letter(token):
    from daemon.store import Letter

    return Letter(token=token, message_id=f"kithkeeper.x.{token}@lindqvist.example", at=NOW)


def arrived(taken):
    """The letter as it comes into the owner's mailbox."""
    from connectors.mime import parse

    return parse(taken.as_bytes(), key="letter", now=NOW, zone=UTC)


# The rest.


def test_the_way_must_be_one_that_there_is(letters, config_for, smtp_servers, tmp_path):
    config = config_for(smtp_servers(), digest='via = "gmail"')
    with pytest.raises(ConfigError, match=r"via = 'gmail' in \[digest\] is no way to send letters in this version"):
        send(config, letters)
    path = tmp_path / "plain.toml"
    path.write_text(f'[owner]\nname = "Maya"\naddresses = ["{MAYA.email}"]\n', encoding="utf-8")
    with pytest.raises(ConfigError, match=r"plain.toml has no \[smtp\] table"):
        send(load(path), letters)


def test_a_page_goes_as_it_is_however_its_lines_are(letters):
    from daemon.digest.mail import Envelope, whole_mail

    envelope = Envelope(
        sender=MAYA.email, to=MAYA.email, reply_to=MAYA.email, message_id="a@b", subject="s", period="p", at=NOW
    )  # fmt: skip
    for page in ("<p>“Grüße” 你好 \U0001f600</p>\n", f"<p>{'你好' * 400}</p>\n", "<p>.</p>\n.\n..\n"):
        raw = whole_mail(envelope, f"text {page}", page)
        assert max(map(len, raw.split(b"\r\n"))) < 998
        assert raw.isascii()
        read = message_from_bytes(raw, policy=policy.default)
        shown = read.get_body(("html",))
        assert shown.get_content_charset() in ("us-ascii", "utf-8")
        assert unescape(shown.get_content()).replace("\r\n", "\n") == page
        assert read.get_body(("plain",)).get_content().replace("\r\n", "\n") == f"text {page}"


def test_a_whole_mail_is_small():
    from daemon.digest.build import build
    from daemon.digest.mail import Envelope, whole_mail
    from daemon.digest.render import render
    from daemon.digest.section import Thresholds
    from tests.daemon.digest_sample import crowded, failing, sample

    envelope = Envelope(
        sender=MAYA.email, to=MAYA.email, reply_to=MAYA.email, message_id="a@b", subject="s", period="p", at=NOW
    )  # fmt: skip
    for network in (sample(), failing(), crowded()):
        document = build(network, Thresholds(), reply_to=MAYA.email, token="0123456789abcdef")
        assert len(whole_mail(envelope, render(document, "text"), render(document, "html"))) < 40_000


def test_an_address_in_other_letters_is_written_as_servers_take_it(letters):
    from daemon.digest.mail import ascii_address

    assert ascii_address("maya@bücher.example") == "maya@xn--bcher-kva.example"
    with pytest.raises(NeedsOwner, match="few mail servers take mail for"):
        ascii_address("mäya@lindqvist.example")
    for odd in (
        "a..b@x.example",
        ".a@x.example",
        "a(b@x.example",
        "a\\b@x.example",
        "a:b@x.example",
        "a@x]y",
        "a@x..y",
    ):
        with pytest.raises(NeedsOwner, match="is no address that mail can be sent to or from"):
            ascii_address(odd)


def test_lines_that_begin_with_a_dot_arrive_as_they_are(config_for, smtp_servers):
    from daemon.digest import smtp

    server = smtp_servers("none", login=False)
    to = smtp.Server(host="127.0.0.1", port=server.port, security="none")
    smtp.send(to, b"Subject: x\r\n\r\n.\r\n..\r\n.end", sender=MAYA.email, recipient=MAYA.email)
    assert server.mails[0].get_content().split() == [".", "..", ".end"]


def test_weeks_are_those_of_the_owners_calendar(config_for, smtp_servers):
    from zoneinfo import ZoneInfo

    sunday_night = NOW.replace(day=7, hour=22, minute=30)
    assert period_of(sunday_night, ZoneInfo("Europe/Stockholm")) == "2026-W24"
    assert period_of(sunday_night, ZoneInfo("UTC")) == WEEK
    assert period_of(NOW.replace(year=2027, month=1, day=1), ZoneInfo("UTC")) == "2026-W53"


class Speaker:
    """A server that says these lines whatever it hears; None cuts the connection, ... drips for ever."""

    security = "none"
    drip = b"250-x\r\n"

    def __init__(self, *lines):
        self._lines, self._ended = lines, threading.Event()
        self._socket = socket.create_server(("127.0.0.1", 0))
        self.port = self._socket.getsockname()[1]
        self._thread = threading.Thread(target=self._serve, daemon=True)
        self._thread.start()

    def _serve(self):
        with suppress(OSError):
            taken, _ = self._socket.accept()
            with taken:
                self._say(taken)

    def _say(self, taken):
        for number, line in enumerate(self._lines):
            if number:
                taken.recv(65536)
            if line is None:
                return
            if line is ...:
                taken.sendall(self.drip)
                while not self._ended.wait(0.02):
                    taken.sendall(self.drip[-1:] if self.drip.startswith(b"\x16") else self.drip)
                return
            taken.sendall(line + b"\r\n")
        taken.recv(65536)

    def close(self):
        self._ended.set()
        with suppress(OSError):
            self._socket.shutdown(socket.SHUT_RDWR)
        self._socket.close()
        self._thread.join(10)


@pytest.fixture
def speaker():
    """``speaker(b"220 hi", …)`` starts a ``Speaker``; all are ended afterwards."""
    opened = []

    def start(*lines):
        opened.append(Speaker(*lines))
        return opened[-1]

    yield start
    for each in opened:
        each.close()
