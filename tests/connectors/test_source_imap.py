"""A mailbox on a real Dovecot: what is read of it, and what a later pull brings."""

from __future__ import annotations

import re

import pytest

from connectors import imap_fetch
from connectors.errors import CursorExpired, NeedsOwner, Transient
from connectors.mime import parse
from connectors.records import IDENTIFYING_TEXT, Message
from tests.connectors.imap_sample import (
    NOW,
    VARIABLE,
    imap_connector,
    names,
    pulled,
    pulled_as_by_daemon,
    rejected,
    removed,
    rich,
)
from tests.contract.contract_mail import mail
from tests.services.dovecot import PASSWORD, any_dovecot, dovecot  # noqa: F401  # fixtures are found by their names


@pytest.fixture
def connect(tmp_path, monkeypatch):
    """``connect(server, **settings)`` is a connector for alice's mailbox; all are closed in the end."""
    monkeypatch.setenv(VARIABLE, PASSWORD)
    opened = []

    def connect(server, **settings):
        opened.append(imap_connector(server.port, tmp_path, **settings))
        return opened[-1]

    yield connect
    for connector in opened:
        connector.close()


def expunge(server, *query, folder="INBOX"):
    with server.client() as client:
        client.select(folder)
        _, found = client.uid("SEARCH", *query)
        client.uid("STORE", found[0].decode().replace(" ", ","), "+FLAGS", r"(\Deleted)")
        client.expunge()


def forget_uids(server, folder=""):
    """Let a folder be made anew, as by a restored backup."""
    server.stop()
    box = server.folder / "mail/alice/Maildir" / folder
    for path in [*box.glob("dovecot.index*"), *box.glob("dovecot-uidlist*")]:
        path.unlink()
    server.start()


# -- what is read ----------------------------------------------------------------------------------------------------


def test_the_newest_mail_comes_first(any_dovecot, connect):  # noqa: F811
    any_dovecot.append(mail(f"m{number}@x.example") for number in range(5))
    changes, _ = pulled(connect(any_dovecot))
    assert names(changes) == [f"m{number}@x.example" for number in (4, 3, 2, 1, 0)]


def test_a_mail_is_the_same_as_its_copy_in_a_file(dovecot, connect):  # noqa: F811
    long = "Grüße — 東京 🙂 " * 9000
    sample = [
        mail("plain@x.example"),
        rich("rich@x.example"),
        rich("long@x.example", text=long),
        rich("notice@x.example").replace(b"Could you have a look?\r\n--a", b"Your mail program cannot display HTML.\r\n--a", 1),
    ]  # fmt: skip
    dovecot.append(sample)
    changes, _ = pulled(connect(dovecot))
    around = {"key": "", "now": NOW, "zone": None}
    assert [change.identity for change in changes] == [parse(raw, **around).identity for raw in reversed(sample)]
    notice, _long, whole, _plain = changes
    assert notice.html
    assert not notice.text
    assert whole.attachments == ("plan.pdf",)


def test_a_long_text_is_told_by_its_beginning_alone():
    def identity(text):
        return parse(rich("long@x.example", text=text), key="", now=NOW, zone=None).identity

    beginning = "word " * (IDENTIFYING_TEXT // 5)
    assert identity(beginning + "one end") == identity(beginning.replace(" ", "  ") + "another end")
    assert identity("x" + beginning) != identity(beginning)
    assert identity("short") != identity("short one")


@pytest.mark.parametrize("encoding", ["8bit", "base64", "quoted-printable"])
@pytest.mark.parametrize("charset", ["utf-8", "iso-8859-1", "utf-16", "shift_jis", "iso-2022-jp"])
def test_a_text_that_is_cut_anywhere_ends_with_a_whole_character(charset, encoding):
    import base64
    import quopri

    from connectors import imap_structure

    letters = (
        "déjà vu "
        if charset == "iso-8859-1"
        else "日本語テキスト "
        if "jp" in charset or "jis" in charset
        else "aé日🙂 "
    )
    content = (letters * 30).encode(charset)
    encoded = {"8bit": bytes, "base64": base64.encodebytes, "quoted-printable": quopri.encodestring}[encoding](content)
    node = imap_structure.Node(
        section="1", kind=b"text/plain", encoding=encoding.encode(), size=len(encoded), charset=charset,
        parameters=((b"charset", charset.encode()),),
    )  # fmt: skip
    head = b"From: a@x.example\r\nDate: Tue, 05 Mar 2024 10:00:00 +0100\r\n"
    for end in range(20, 90):
        raw = imap_structure.mail(head, node, {"1": encoded[:end]})
        text = parse(raw, key="", now=NOW, zone=None).text
        assert (letters * 30).startswith(text.strip("\ufeff")), (end, text)


def test_no_attachment_is_fetched_and_little_else(dovecot, connect):  # noqa: F811
    dovecot.append(rich(f"m{number}@x.example", attachment=b"y" * 200_000) for number in range(5))
    connector = connect(dovecot)
    pulled(connector)
    assert connector._session.wire.received < 20_000


def test_folders_are_chosen_by_their_marks_and_names_sent_first(dovecot, connect):  # noqa: F811
    for folder in ("Archive/2019", "Clients/Sent", "Spam", "Trash/Old", "Entw&APw-rfe", "Arbeit &- Spa&AN8-"):
        dovecot.append([mail(f"{folder}@x.example")], folder=f'"{folder}"')
    dovecot.append([mail("sent@x.example")], folder="Sent")
    connector = connect(dovecot)
    found = [stream.name for stream in connector.streams()]
    assert found == ["Sent", "INBOX", "Arbeit & Spaß", "Archive/2019", "Clients/Sent"]
    assert pulled(connector, "Sent")[0][0].own
    assert not pulled(connector, "Clients/Sent")[0][0].own
    assert names(pulled(connector, "Arbeit & Spaß")[0]) == ["Arbeit&-Spa&AN8-@x.example"]


def test_globs_say_which_folders_are_read_and_which_are_the_owners(any_dovecot, connect):  # noqa: F811
    for folder in ("Work/Sent", "Work/Lists", "Trash", "Private"):
        any_dovecot.append([mail(f"{folder}@x.example")], folder=folder)

    def streams(**settings):
        return [stream.name for stream in connect(any_dovecot, **settings).streams()]

    assert {*streams(include=["Work/*"])} >= {"Work/Sent", "Work/Lists"}
    assert not {*streams(include=["Work/*"])} & {"INBOX", "Private", "Trash"}
    assert "Trash" not in streams(include=["*"])
    assert streams(include=["trash"]) == ["Trash"]
    assert "Work/Lists" not in streams(exclude=["lists"])
    own = connect(any_dovecot, sent=["Work/Sent"])
    assert pulled(own, "Work/Sent")[0][0].own
    with pytest.raises(NeedsOwner, match="include"):
        streams(include=["Nowhere"])


def test_since_leaves_out_what_arrived_before_and_may_be_moved_either_way(any_dovecot, connect):  # noqa: F811
    with any_dovecot.client() as client:
        for year in (2015, 2019, 2023):
            client.append("INBOX", "", f'"05-Mar-{year} 10:00:00 +0100"', mail(f"of{year}@x.example"))
        client.append("INBOX", r"(\Draft)", None, mail("draft@x.example"))
    changes, cursor = pulled(connect(any_dovecot, since="2019-01-01"))
    assert names(changes) == ["of2023@x.example", "of2019@x.example"]
    assert pulled(connect(any_dovecot, since="2019-01-01"), since=cursor) == ([], cursor)
    changes, cursor = pulled(connect(any_dovecot), since=cursor)
    assert names(changes) == ["of2015@x.example"]
    changes, cursor = pulled(connect(any_dovecot, since="2022-01-01"), since=cursor)
    assert changes == []
    with pytest.raises(NeedsOwner, match="2019-01-31"):
        connect(any_dovecot, since="long ago")


def test_a_mail_that_nobody_can_date_is_dated_by_its_arrival(dovecot, connect):  # noqa: F811
    undated = mail("undated@x.example").replace(b"Date:", b"X-Date:")
    passed = b"Received: by mx.example; Mon, 04 Mar 2024 08:00:00 +0000\n" + undated.replace(b"undated@", b"passed@")
    with dovecot.client() as client:
        for raw in (undated, passed):
            client.append("INBOX", "", '"05-Mar-2024 10:00:00 +0000"', raw)
    changes, _ = pulled(connect(dovecot))
    assert {change.message_id: change.sent_at.day for change in changes} == {
        "undated@x.example": 5,
        "passed@x.example": 4,
    }


# -- what comes later ------------------------------------------------------------------------------------------------


def test_only_what_came_or_went_is_told_later(any_dovecot, connect):  # noqa: F811
    any_dovecot.append(mail(f"m{number}@x.example") for number in range(5))
    connector = connect(any_dovecot)
    first, cursor = pulled(connector)
    assert pulled(connector, since=cursor) == ([], cursor)
    any_dovecot.append([mail("late@x.example")])
    expunge(any_dovecot, "HEADER", "Message-ID", "m1@x.example")
    keys = {change.message_id: change.key for change in first}
    changes, cursor = pulled(connector, since=cursor)
    assert names(changes) == ["late@x.example"]
    assert removed(changes) == [keys["m1@x.example"]]
    assert pulled(connector, since=cursor) == ([], cursor)


def test_a_changed_flag_is_no_news_and_costs_nothing(any_dovecot, connect):  # noqa: F811
    any_dovecot.append(mail(f"m{number}@x.example") for number in range(5))
    connector = connect(any_dovecot)
    _, cursor = pulled(connector)
    with any_dovecot.client() as client:
        client.select("INBOX")
        client.store("1:*", "+FLAGS", r"(\Seen \Flagged)")
    before = connector._session.wire.received
    assert pulled(connector, since=cursor) == ([], cursor)
    assert connector._session.wire.received - before < 1500


def test_a_moved_mail_keeps_what_it_is(any_dovecot, connect):  # noqa: F811
    any_dovecot.append([mail("moves@x.example"), mail("stays@x.example")])
    any_dovecot.append([], folder="Archive")
    connector = connect(any_dovecot)
    there, inbox = pulled(connector)
    _, archive = pulled(connector, "Archive")
    with any_dovecot.client() as client:
        client.select("INBOX")
        client.copy("1", "Archive")
    expunge(any_dovecot, "HEADER", "Message-ID", "moves@x.example")
    gone, _ = pulled(connector, since=inbox)
    came, _ = pulled(connector, "Archive", since=archive)
    assert removed(gone) == [there[1].key]
    assert [change.identity for change in came] == [there[1].identity]


def test_a_folder_made_anew_is_read_again_and_every_mail_recognised(any_dovecot, connect):  # noqa: F811
    any_dovecot.append(mail(f"m{number}@x.example") for number in range(5))
    before, cursor = pulled(connect(any_dovecot))
    forget_uids(any_dovecot)
    with pytest.raises(CursorExpired, match="INBOX") as expired:
        pulled(connect(any_dovecot), since=cursor)
    assert not expired.value.fewer
    after, _ = pulled_as_by_daemon(connect(any_dovecot), since=cursor)
    assert {change.identity for change in after} == {change.identity for change in before}
    assert not {change.key for change in after} & {change.key for change in before}


def test_a_folder_made_anew_in_the_middle_of_a_pull_is_noticed(dovecot, connect, monkeypatch):  # noqa: F811
    monkeypatch.setattr(imap_fetch, "BATCH_MAILS", 2)
    dovecot.append(mail(f"m{number}@x.example") for number in range(9))
    connector = connect(dovecot)
    pull = connector.pull(connector.streams()[1], None)
    cursor = next(pull).cursor
    pull.close()
    forget_uids(dovecot)
    after, _ = pulled_as_by_daemon(connect(dovecot), since=cursor)
    assert len(names(after)) == 9


def test_what_goes_and_comes_in_a_long_first_pull_is_told_by_the_next(any_dovecot, connect, monkeypatch):  # noqa: F811
    monkeypatch.setattr(imap_fetch, "BATCH_MAILS", 2)
    any_dovecot.append(mail(f"m{number}@x.example") for number in range(9))
    connector = connect(any_dovecot)
    stream = next(stream for stream in connector.streams() if stream.name == "INBOX")
    pull = connector.pull(stream, None)
    batches = [next(pull)]
    any_dovecot.append([mail("meanwhile@x.example")])
    expunge(any_dovecot, "HEADER", "Message-ID", "m8@x.example")
    batches += pull
    first = [change for batch in batches for change in batch.changes]
    keys = {change.message_id: change.key for change in first}
    changes, _ = pulled(connector, since=batches[-1].cursor)
    assert names(changes) == ["meanwhile@x.example"]
    assert removed(changes) == [keys["m8@x.example"]]


def test_a_long_empty_line_of_uids_is_no_trouble(dovecot, connect):  # noqa: F811
    dovecot.append(mail(f"m{number}@x.example") for number in range(30))
    connector = connect(dovecot)
    first, cursor = pulled(connector)
    expunge(dovecot, "1:30", "NOT", "UID", "3,7,11,30")
    changes, cursor = pulled(connector, since=cursor)
    assert len(removed(changes)) == 26
    assert re.search(r'"known":"3,7,11,30"', cursor.value)
    assert isinstance(first[0], Message)


def test_a_folder_renamed_between_listing_and_reading_is_one_line(dovecot, connect):  # noqa: F811
    dovecot.append([mail("a@x.example")], folder="Old")
    connector = connect(dovecot)
    stream = next(stream for stream in connector.streams() if stream.name == "Old")
    with dovecot.client() as client:
        client.rename("Old", "New")
    with pytest.raises(Transient, match="Old"):
        list(connector.pull(stream, None))
    assert names(pulled(connector, "New")[0]) == ["a@x.example"]


def test_a_session_that_the_server_ended_in_between_is_opened_again(dovecot, connect):  # noqa: F811
    dovecot.append([mail("a@x.example")])
    connector = connect(dovecot)
    _, cursor = pulled(connector)
    dovecot.kick()
    assert pulled(connector, since=cursor) == ([], cursor)


def test_bad_mail_is_rejected_with_what_it_is_called(dovecot, connect):  # noqa: F811
    dovecot.append([b"Subject: nobody wrote this\r\n\r\nx\r\n", mail("good@x.example")])
    changes, _ = pulled(connect(dovecot))
    assert names(changes) == ["good@x.example"]
    assert rejected(changes) == ["has no readable address in its From field (subject “nobody wrote this”)"]
