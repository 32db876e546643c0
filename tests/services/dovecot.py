"""A private Dovecot on loopback, started by the tests as an ordinary user, with mailboxes that tests fill.

``Dovecot(folder)`` starts it; ``.append`` and ``.deliver`` put mail in; ``.stop`` and ``.start`` are an outage. Users are alice
and bob with the password "secret"; with ``oauth`` a token ``tok-alice`` is alice's.
"""

from __future__ import annotations

import imaplib
import json
import os
import pwd
import shutil
import signal
import socket
import ssl
import subprocess
import tempfile
import threading
import time
import urllib.parse
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from tests.conftest import missing

PASSWORD = "secret"
#: What a server of before 2008 can do.
OLD_CAPABILITIES = "IMAP4rev1 UIDPLUS"

_CONFIG = """
protocols = imap
listen = 127.0.0.1
base_dir = {folder}/run
state_dir = {folder}/state
instance_name = test-{port}
log_path = {folder}/dovecot.log
auth_verbose = yes
default_login_user = {user}
default_internal_user = {user}
default_internal_group = {group}
first_valid_uid = 1
mail_uid = {user}
mail_gid = {group}
mail_fsync = never
ssl = yes
ssl_cert = <{folder}/cert.pem
ssl_key = <{folder}/key.pem
disable_plaintext_auth = no
auth_mechanisms = plain login {mechanisms}
auth_failure_delay = 0
passdb {{
  driver = passwd-file
  args = {folder}/users
  mechanisms = plain login
}}
{oauth}
userdb {{
  driver = static
  args = uid={uid} gid={gid} home={folder}/mail/%u
}}
mail_home = {folder}/mail/%u
mail_location = maildir:~/Maildir
mailbox_list_index = yes
mail_plugins = $mail_plugins zlib
imap_idle_notify_interval = 29 mins
imap_hibernate_timeout = 0
namespace inbox {{
  inbox = yes
  separator = /
  mailbox Drafts {{
    special_use = \\Drafts
    auto = create
  }}
  mailbox Sent {{
    special_use = \\Sent
    auto = create
  }}
  mailbox Trash {{
    special_use = \\Trash
    auto = create
  }}
  mailbox Junk {{
    special_use = \\Junk
    auto = create
  }}
}}
protocol imap {{
  mail_plugins = $mail_plugins imap_zlib
  mail_max_userip_connections = 50
  {capabilities}
}}
service imap-login {{
  chroot =
  inet_listener imap {{
    address = 127.0.0.1
    port = {port}
  }}
  inet_listener imaps {{
    address = 127.0.0.1
    port = {tls_port}
    ssl = yes
  }}
}}
service anvil {{
  chroot =
  unix_listener anvil-auth-penalty {{
    mode = 0
  }}
}}
service stats {{
  chroot =
}}
"""
_OAUTH = """
passdb {{
  driver = oauth2
  mechanisms = xoauth2 oauthbearer
  args = {folder}/oauth2.conf.ext
}}
"""
_READY_S = 20.0


def free_port() -> int:
    """A port of loopback that nobody listens on now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


class Dovecot:
    """A server, started; ``port`` speaks plain and STARTTLS, ``tls_port`` TLS with the certificate ``ca``."""

    def __init__(self, *, capabilities: str = "", oauth: bool = False) -> None:
        """Start it, with ``capabilities`` only where they are given."""
        self._program = shutil.which("dovecot", path=f"{os.environ.get('PATH', '')}:/usr/sbin:/usr/local/sbin")
        if self._program is None or shutil.which("openssl") is None:
            missing("needs the programs dovecot and openssl (Debian: dovecot-imapd)")
        # Not below pytest's own folders: root alone may enter them, and Dovecot does not run as root.
        self.folder = Path(tempfile.mkdtemp(prefix="kith-dovecot-"))
        self.port, self.tls_port = free_port(), free_port()
        self.ca = self.folder / "cert.pem"
        self._introspection = _introspection() if oauth else None
        self._user = pwd.getpwnam("nobody") if os.getuid() == 0 else pwd.getpwuid(os.getuid())
        self._process: subprocess.Popen[bytes] | None = None
        self._write(capabilities)
        self.start()

    def _write(self, capabilities: str) -> None:
        for name in ("run", "state", "mail"):
            (self.folder / name).mkdir()
        make = ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "30", "-subj", "/CN=localhost",
                "-addext", "subjectAltName=DNS:localhost,IP:127.0.0.1", "-keyout", str(self.folder / "key.pem"),
                "-out", str(self.ca)]  # fmt: skip
        subprocess.run(make, check=True, capture_output=True)
        (self.folder / "users").write_text("".join(f"{user}:{{PLAIN}}{PASSWORD}::::::\n" for user in ("alice", "bob")))
        if self._introspection is not None:
            (self.folder / "oauth2.conf.ext").write_text(
                f"introspection_mode = post\nintrospection_url = {self._introspection}\n"
                "username_attribute = username\nactive_attribute = active\nactive_value = true\n"
            )
        group = subprocess.run(["id", "-gn", self._user.pw_name], check=True, capture_output=True, text=True)
        config = _CONFIG.format(
            folder=self.folder,
            user=self._user.pw_name,
            group=group.stdout.strip(),
            uid=self._user.pw_uid,
            gid=self._user.pw_gid,
            port=self.port,
            tls_port=self.tls_port,
            mechanisms="xoauth2 oauthbearer" if self._introspection else "",
            oauth=_OAUTH.format(folder=self.folder) if self._introspection else "",
            capabilities=f"imap_capability = {capabilities}" if capabilities else "",
        )
        (self.folder / "dovecot.conf").write_text(config)
        for path in (self.folder, *self.folder.rglob("*")):
            os.chown(path, self._user.pw_uid, self._user.pw_gid)
        (self.folder / "run").chmod(0o755)
        self.folder.chmod(0o755)

    def start(self) -> None:
        """Start the server and wait until it answers."""
        words = [str(self._program), "-F", "-c", str(self.folder / "dovecot.conf")]
        if os.getuid() == 0:
            words = ["setpriv", "--reuid", str(self._user.pw_uid), "--regid", str(self._user.pw_gid), "--clear-groups",
                     "--no-new-privs", *words]  # fmt: skip
        self._process = subprocess.Popen(
            words, env={"HOME": str(self.folder), "PATH": os.environ["PATH"]}, stderr=subprocess.DEVNULL
        )
        until = time.monotonic() + _READY_S
        while True:
            try:
                with self.client():
                    return
            except OSError:
                if self._process.poll() is not None or time.monotonic() > until:
                    raise AssertionError(f"dovecot does not start: {self.log()[-2000:]}") from None
                time.sleep(0.05)

    def stop(self) -> None:
        """Stop the server, its sessions too; the mail stays."""
        if self._process is not None:
            self._process.send_signal(signal.SIGTERM)
            self._process.wait(20)
            self._process = None
            until = time.monotonic() + 5
            while (self.folder / "run/master.pid").exists() and time.monotonic() < until:
                time.sleep(0.02)

    def close(self) -> None:
        """Stop it and remove everything."""
        self.stop()
        shutil.rmtree(self.folder, ignore_errors=True)

    def log(self) -> str:
        """What the server has written to its log."""
        path = self.folder / "dovecot.log"
        return path.read_text(errors="replace") if path.exists() else ""

    def kick(self, user: str = "alice") -> None:
        """End a user's sessions with a BYE."""
        words = ["doveadm", "-c", str(self.folder / "dovecot.conf"), "kick", user]
        subprocess.run(words, check=True, capture_output=True)

    @contextmanager
    def client(self, user: str = "alice") -> Iterator[imaplib.IMAP4]:
        """A logged-in client of the standard library, for filling and changing the mailbox."""
        client = imaplib.IMAP4("127.0.0.1", self.port, timeout=20)
        try:
            client.login(user, PASSWORD)
            yield client
        finally:
            client.shutdown() if client.state == "NONAUTH" else client.logout()

    def append(self, mails: Iterable[bytes], folder: str = "INBOX", user: str = "alice") -> None:
        """Put mails into a folder, which is made where it is missing, over IMAP."""
        with self.client(user) as client:
            client.create(folder)
            for mail in mails:
                status, said = client.append(folder, "", None, mail)  # type: ignore[arg-type]
                assert status == "OK", said

    def load(self, mails: Iterable[bytes], folder: str = "INBOX", user: str = "alice") -> None:
        """Put very many mails into a folder as files, where Dovecot finds them: much faster than ``append``."""
        top = self.folder / "mail" / user / "Maildir"
        box = top if folder == "INBOX" else top / f".{folder.replace('/', '.')}"
        for name in ("cur", "new", "tmp"):
            (box / name).mkdir(parents=True, exist_ok=True)
        for number, mail in enumerate(mails):
            (box / "cur" / f"{time.time_ns()}.M{number}.loaded,S={len(mail)}:2,S").write_bytes(mail)
        for path in (self.folder / "mail").rglob("*"):
            os.chown(path, self._user.pw_uid, self._user.pw_gid)

    def tls(self) -> ssl.SSLContext:
        """A context that trusts the server's own certificate."""
        return ssl.create_default_context(cafile=str(self.ca))


def _introspection() -> str:
    """The address of a server that says whose an access token is: ``tok-alice`` is alice's, others are nobody's."""

    class Introspection(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            form = urllib.parse.parse_qs(self.rfile.read(int(self.headers.get("Content-Length") or 0)).decode())
            token = form.get("token", [""])[0]
            known = token.startswith("tok-")
            said = {"active": "true", "username": token[4:], "scope": "imap"} if known else {"active": "false"}
            body = json.dumps(said).encode()
            self.send_response(200)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Introspection)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    return f"http://127.0.0.1:{server.server_port}/"


@pytest.fixture
def dovecot() -> Iterator[Dovecot]:
    """A server with everything: CONDSTORE, QRESYNC, IDLE, COMPRESS, SPECIAL-USE."""
    server = Dovecot()
    yield server
    server.close()


@pytest.fixture
def old_dovecot() -> Iterator[Dovecot]:
    """A server that can do no more than one of 2005."""
    server = Dovecot(capabilities=OLD_CAPABILITIES)
    yield server
    server.close()


@pytest.fixture(params=["new server", "old server"])
def any_dovecot(request: pytest.FixtureRequest) -> Iterator[Dovecot]:
    """Either of them."""
    server = Dovecot(capabilities=OLD_CAPABILITIES if request.param == "old server" else "")
    yield server
    server.close()
