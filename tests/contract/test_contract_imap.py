"""The imap source keeps the connector contract, on a server that can do everything and on one that can do little."""

from __future__ import annotations

import pytest

from connectors.sources import imap
from tests.contract.contract_mail import BAD_MAIL, mail
from tests.contract.contract_suite import PROMISES, Case
from tests.services.dovecot import OLD_CAPABILITIES, PASSWORD, Dovecot


class ImapCase(Case):
    """The inbox of one user of a running server."""

    def __init__(self, folder, server, user):
        self.server, self.user = server, user
        self.opened = []
        super().__init__(folder)

    def connector(self):
        settings = imap.ImapSettings(
            host="127.0.0.1", port=self.server.port, tls="none", username=self.user, password_env="IMAP_PASSWORD",
            include=("INBOX",),
        )  # fmt: skip
        self.opened.append(imap.CONNECTOR.open(settings, self.surroundings()))
        return self.opened[-1]

    def add(self, names):
        self.server.load(map(mail, names), user=self.user)
        self.items.extend(names)

    def add_bad(self):
        self.server.load([BAD_MAIL], user=self.user)

    def take_out(self, name):
        self.items.remove(name)
        self.expunge("HEADER", "Message-ID", name)

    def empty(self):
        self.expunge("ALL")

    def expunge(self, *query):
        with self.server.client(self.user) as client:
            client.select("INBOX")
            _, found = client.uid("SEARCH", *query)
            client.uid("STORE", found[0].decode().replace(" ", ","), "+FLAGS", r"(\Deleted)")
            client.expunge()

    def vanish(self):
        self.server.stop()
        self.server.stopped = True

    def close(self):
        for connector in self.opened:
            connector.close()


@pytest.fixture(scope="module", params=["new server", "old server"])
def server(request):
    """One server for all promises; ``stopped`` is whether one of them has stopped it."""
    server = Dovecot(capabilities=OLD_CAPABILITIES if request.param == "old server" else "")
    server.stop()  # it need not notice a change of the file otherwise
    with (server.folder / "users").open("a") as users:
        users.writelines(f"user{number}:{{PLAIN}}{PASSWORD}::::::\n" for number in range(len(PROMISES)))
    server.stopped = True
    yield server
    server.close()


@pytest.fixture
def case(server, tmp_path, monkeypatch, request):
    """A mailbox of its own for each promise."""
    monkeypatch.setenv("IMAP_PASSWORD", PASSWORD)
    user = f"user{PROMISES.index(request.getfixturevalue('promise'))}"
    if server.stopped:
        server.start()
        server.stopped = False
    case = ImapCase(tmp_path, server, user)
    yield case
    case.close()


@pytest.mark.parametrize("promise", PROMISES, ids=lambda promise: promise.__name__)
def test_imap_keeps_the_contract(promise, case):
    promise(case)
