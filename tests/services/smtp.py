"""A mail server on loopback, started by the tests, that takes letters in, refuses them, or breaks off.

``Smtp(folder)`` starts it; ``.mails`` is what it took, ``.answers`` what it answers instead at a stage (``MAIL``, ``RCPT``,
``DATA``: a list of lines, used up one a time), ``.cut`` how often it cuts the connection after the mail was handed over. The
user is maya with the password ``PASSWORD``; a token for XOAUTH2 is ``TOKEN``.
"""

from __future__ import annotations

import asyncio
import base64
import shutil
import ssl
import subprocess
import threading
from email import message_from_bytes, policy

import pytest
from aiosmtpd.smtp import SMTP, AuthResult

from tests.conftest import missing

USER = "maya@lindqvist.example"
PASSWORD = "pässword-0451"
TOKEN = "tok-maya"


class Smtp:
    """One server. ``security``: starttls (offered), tls (from the start), none. ``login``: whether one must log in."""

    def __init__(self, folder, security="starttls", *, login=True, mechanisms=("PLAIN", "LOGIN")):
        self.security, self.login, self.mechanisms = security, login, mechanisms
        self.certificate = folder / "smtp-cert.pem"
        self._key = folder / "smtp-key.pem"
        self.mails, self.envelopes, self.logins, self.answers = [], [], [], {}
        self.cut = 0
        if security != "none":
            self._make_certificate()
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever)
        self._thread.start()
        self._listening = asyncio.run_coroutine_threadsafe(self._listen(), self._loop).result(10)
        self.port = self._listening.sockets[0].getsockname()[1]

    def stop(self):
        """End it."""
        asyncio.run_coroutine_threadsafe(self._end(), self._loop).result(10)
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(10)
        self._loop.close()

    async def _listen(self):
        context = self._context() if self.security == "tls" else None
        return await self._loop.create_server(self._session, "127.0.0.1", 0, ssl=context)

    async def _end(self):
        self._listening.close()
        rest = asyncio.all_tasks() - {asyncio.current_task()}
        for task in rest:
            task.cancel()
        await asyncio.gather(*rest, return_exceptions=True)

    def _session(self):
        return SMTP(
            self,
            hostname="localhost",
            tls_context=self._context() if self.security == "starttls" else None,
            authenticator=self.authenticate,
            auth_require_tls=False,
            auth_exclude_mechanism={"PLAIN", "LOGIN", "XOAUTH2"} - set(self.mechanisms),
            loop=self._loop,
        )

    def _context(self):
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(self.certificate, self._key)
        return context

    def _make_certificate(self):
        if self.certificate.exists():
            return
        if shutil.which("openssl") is None:
            missing("needs the program openssl")
        make = ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "30", "-subj", "/CN=localhost",
                "-addext", "subjectAltName=DNS:localhost", "-keyout", self._key, "-out", self.certificate]  # fmt: skip
        subprocess.run(make, check=True, capture_output=True)

    # What aiosmtpd asks.

    async def handle_MAIL(self, server, session, envelope, address, options):  # noqa: N802
        if self.login and not session.authenticated:
            return "530 5.7.0 Authentication required"
        answer = self._answer("MAIL")
        if answer.startswith("250"):
            envelope.mail_from = address
        return answer

    async def handle_RCPT(self, server, session, envelope, address, options):  # noqa: N802
        answer = self._answer("RCPT")
        if answer.startswith("250"):
            envelope.rcpt_tos.append(address)
        return answer

    async def handle_DATA(self, server, session, envelope):  # noqa: N802
        answer = self._answer("DATA")
        if answer.startswith("250"):
            self.mails.append(message_from_bytes(envelope.original_content, policy=policy.default))
            self.envelopes.append((envelope.mail_from, envelope.rcpt_tos))
        if self.cut:
            self.cut -= 1
            server.transport.abort()
        return answer

    async def auth_XOAUTH2(self, server, args):  # noqa: N802
        said = base64.b64decode(args[1]).decode()
        self.logins.append(said)
        if said == f"user={USER}\1auth=Bearer {TOKEN}\1\1":
            return AuthResult(success=True)
        await server.challenge_auth('{"status":"401"}')
        return AuthResult(success=False, handled=False)

    def authenticate(self, server, session, envelope, mechanism, data):
        """Whether a password is right."""
        self.logins.append(mechanism)
        right = (data.login.decode(), data.password.decode()) == (USER, PASSWORD)
        return AuthResult(success=right, handled=False)

    def _answer(self, stage):
        waiting = self.answers.get(stage)
        return waiting.pop(0) if waiting else "250 OK"


@pytest.fixture
def smtp_servers(tmp_path):
    """``smtp_servers(security=…)`` starts a server; all are ended afterwards."""
    started = []

    def start(security="starttls", **more):
        started.append(Smtp(tmp_path, security, **more))
        return started[-1]

    yield start
    for server in started:
        server.stop()
