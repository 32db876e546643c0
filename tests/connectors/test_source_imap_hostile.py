"""Servers that are broken, hostile or peculiar: every one ends in one line, in time, or is read as it is meant."""

from __future__ import annotations

import contextlib
import itertools
from datetime import UTC

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from connectors.errors import ConnectorError, NeedsOwner, ProtocolViolation, Transient
from connectors.imap_grammar import Unparsable, folder_name, values
from connectors.imap_structure import mail as mail_of
from connectors.imap_structure import structure, wanted, wanted_instead
from connectors.imap_uids import Uids
from connectors.mime import parse
from connectors.mime_tree import OverCap
from connectors.records import Message, Rejected
from tests.connectors.imap_sample import NOW, VARIABLE, imap_connector, names, pulled
from tests.contract.contract_mail import mail
from tests.services.fake_imap import FakeImap


@pytest.fixture
def serve(monkeypatch):
    """``serve({...})`` is a connector to a fake server with these answers, which it has as ``server``."""
    monkeypatch.setenv(VARIABLE, "secret")
    made = []

    def serve(answers=None, **chosen):
        server = FakeImap(answers)
        connector = imap_connector(server.port, **{"read_timeout": 2, **chosen})
        made.append((server, connector))
        return connector, server

    yield serve
    for server, connector in made:
        connector.close()
        server.close()


def fetch_answer(uid, raw, *, structure=None, more=b""):
    """What a server says of a mail of one text part, whatever part of it was asked for."""
    header, _, body = raw.replace(b"\r\n", b"\n").replace(b"\n", b"\r\n").partition(b"\r\n\r\n")
    header += b"\r\n\r\n"
    structure = structure or b'("TEXT" "PLAIN" NIL NIL NIL "7BIT" %d 1)' % len(body)

    def answer(command):
        if "BODYSTRUCTURE" in command:
            return b'* 1 FETCH (UID %d INTERNALDATE "05-Mar-2024 10:00:00 +0000" BODYSTRUCTURE %s %s BODY[HEADER.FIELDS (DATE)] {%d}\r\n%s)\r\n' % (uid, structure, more, len(header), header)  # fmt: skip
        return b"* 1 FETCH (UID %d BODY[1]<0> {%d}\r\n%s)\r\n" % (uid, len(body), body)

    return answer


def with_mail(uid=1, raw=None, **kwargs):
    """The answers of a server with one mail."""
    return {
        "STATUS": b"* STATUS INBOX (MESSAGES 1 UIDNEXT %d UIDVALIDITY 7)\r\n" % (uid + 1),
        "EXAMINE": b"* 1 EXISTS\r\n* OK [UIDVALIDITY 7] ok\r\n* OK [UIDNEXT %d] ok\r\n" % (uid + 1),
        "UID SEARCH": b"* SEARCH\r\n",
        "UID SEARCH ALL": b"* SEARCH %d\r\n" % uid,
        "UID FETCH": fetch_answer(uid, raw or mail("one@x.example"), **kwargs),
    }


def test_a_server_of_little_words_is_read(serve):
    connector, _ = serve(with_mail())
    changes, cursor = pulled(connector)
    assert names(changes) == ["one@x.example"]
    assert pulled(connector, since=cursor) == ([], cursor)


def test_a_server_that_writes_small_letters_is_read(serve):
    answers = with_mail()
    fetched = answers["UID FETCH"]
    answers["LIST"] = b'* list () "/" INBOX\r\n{tag} ok\r\n'
    answers["UID SEARCH ALL"] = b"* search 1\r\n{tag} OK\r\n"
    answers["UID FETCH"] = lambda command: fetched(command).replace(b"FETCH", b"fetch", 1)
    assert names(pulled(serve(answers)[0])[0]) == ["one@x.example"]


@pytest.mark.parametrize(
    ("command", "answer"),
    [
        ("NAMESPACE", b"* NAMESPACE NIL\r\n"),
        ("NAMESPACE", b'* NAMESPACE (("" 7)) ((8 9)) NIL\r\n'),
        ("NAMESPACE", b"* NAMESPACE " + b"(" * 5000 + b"\r\n"),
        ("NAMESPACE", b""),
        ("ID", b"* ID (((\r\n"),
        ("ID", b"{tag} BAD what\r\n"),
        ("ENABLE", b"* ENABLED {3}\r\nabc\r\n"),
        ("ENABLE", b"{tag} NO not now\r\n"),
        ("ENABLE", b""),
    ],
    ids=repr,
)  # fmt: skip
def test_an_extension_that_is_answered_with_nonsense_is_left_alone(serve, command, answer):
    offers = b"* CAPABILITY IMAP4rev1 AUTH=PLAIN SASL-IR NAMESPACE ID ENABLE CONDSTORE QRESYNC\r\n"
    connector, _ = serve({**with_mail(), "CAPABILITY": offers, "NAMESPACE": b"", command: answer})
    assert names(pulled(connector)[0]) == ["one@x.example"]


@pytest.mark.parametrize(
    "greeting",
    [b"220 mail.example ESMTP\r\n", b"HTTP/1.1 400 Bad Request\r\n\r\n", b"\r\n", b"\0\0\0\n", b"* BYE too many\r\n", b"\xff\xfe" * 9 + b"\n"],
)  # fmt: skip
def test_what_greets_otherwise_is_no_imap_server(serve, greeting):
    with pytest.raises(ConnectorError) as told:
        serve({"GREETING": greeting})[0].streams()
    assert str(told.value).isprintable()


@pytest.mark.parametrize(
    ("command", "answer"),
    [
        ("LIST", b"* LIST {2147483648}\r\nabc"),
        ("LIST", b"* LIST {9999999999}\r\nabc"),
        ("LIST", b"* OK \r\n" + b"x" * 90_000_000),
        ("LIST", b"nonsense\r\n"),
        ("LIST", b"\0\0\0\r\n\0 OK\r\n"),
        ("LIST", b"k99 OK not yet\r\n"),
        ("LIST", b"{tag} MAYBE\r\n"),
        ("LIST", b"{tag}\r\n"),
        ("LIST", b"{tag} BAD never heard of it\r\n"),
        ("EXAMINE", b"* 4 EXISTS\r\n"),
        ("EXAMINE", b"* 4 EXISTS\r\n* OK [UIDVALIDITY 99999999999999999999999] x\r\n"),
        ("UID SEARCH ALL", b"* SEARCH 0 0 0\r\n"),
        ("UID SEARCH ALL", b"* SEARCH " + b" ".join(b"%d" % number for number in range(1, 9000)) + b"\r\n"),
        ("UID FETCH", b"* 1 FETCH (UID 1 BODY[1] {2147483648}\r\nabc"),
        ("UID FETCH", b"* 1 FETCH ((((UID 1\r\n"),
        ("UID FETCH", b"* 1 FETCH " + b"(" * 100_000 + b"\r\n"),
        ("UID FETCH", b"* 1 FETCH )\r\n"),
        ("UID FETCH", b"* BYE I am tired\r\n"),
        ("UID FETCH", b"* 1 FETCH (UID 1"),
        ("EXAMINE", b"{tag} NO [NOPERM] not for you\r\n"),
        ("EXAMINE", b"{tag} NO [NONEXISTENT] gone\r\n"),
        ("CAPABILITY", b"* CAPABILITY IMAP4rev1 LOGINDISABLED\r\n"),
        ("AUTHENTICATE", b"+ more\r\n+ more\r\n+ more\r\n{tag} NO [AUTHENTICATIONFAILED] \x1b[31mno\r\n"),
        ("AUTHENTICATE", b"* BYE\r\n"),
    ],
    ids=lambda value: value[:40] if isinstance(value, str) else repr(value[:40]),
)  # fmt: skip
def test_garbage_anywhere_is_an_error_of_one_line(serve, command, answer):
    connector, _ = serve({**with_mail(), command: answer})
    with pytest.raises(ConnectorError) as told:
        pulled(connector)
    assert str(told.value).isprintable()
    assert "secret" not in str(told.value)


def test_a_login_refused_for_the_moment_is_not_the_owners_fault(serve):
    for said in (b"[UNAVAILABLE] later", b"[INUSE] busy", b"[LIMIT] x", b"[ALERT] Too many simultaneous connections"):
        with pytest.raises(Transient):
            serve({"AUTHENTICATE": b"{tag} NO " + said + b"\r\n"})[0].streams()
    with pytest.raises(NeedsOwner):
        serve({"AUTHENTICATE": b"{tag} NO [AUTHENTICATIONFAILED] Invalid credentials\r\n"})[0].streams()


def test_plain_text_after_starttls_is_somebody_in_between(serve):
    answers = {"CAPABILITY": b"* CAPABILITY IMAP4rev1 STARTTLS\r\n", "STARTTLS": b"{tag} OK go\r\n* PREAUTH hello\r\n"}
    with pytest.raises(ProtocolViolation, match="in between"):
        serve(answers, tls="starttls")[0].streams()
    with pytest.raises(ProtocolViolation, match="in between"):
        serve({"GREETING": b"* PREAUTH hello\r\n"}, tls="starttls")[0].streams()
    with pytest.raises(NeedsOwner, match="no STARTTLS"):
        serve({}, tls="starttls")[0].streams()


def test_a_password_with_any_letter_gets_through(serve, monkeypatch):
    monkeypatch.setenv(VARIABLE, 'pä"ß\\ wörd')
    connector, server = serve({"CAPABILITY": b"* CAPABILITY IMAP4rev1\r\n", "LOGIN": lambda line: b"+ go on\r\n" if line.endswith("}") else b""})  # fmt: skip
    with pytest.raises(ConnectorError):
        connector.streams()
    assert server.commands[1].startswith('LOGIN "alice" {')


def test_what_the_server_cannot_hand_out_is_rejected_and_the_others_are_read(serve):
    good = {uid: fetch_answer(uid, mail(f"m{uid}@x.example")) for uid in range(1, 10)}

    def answer(command):
        uids = list(Uids.parsed(command.split()[2]).newest_first())
        if 5 in uids:
            return b"{tag} NO [SERVERBUG] Internal error occurred\r\n"
        return b"".join(good[uid](command) for uid in uids)

    connector, _ = serve({**with_mail(9), "EXAMINE": b"* 9 EXISTS\r\n* OK [UIDVALIDITY 7] x\r\n", "UID SEARCH ALL": b"* SEARCH 1 2 3 4 5 6 7 8 9\r\n", "UID FETCH": answer})  # fmt: skip
    changes, _ = pulled(connector)
    assert names(changes) == [f"m{uid}@x.example" for uid in (9, 8, 7, 6, 4, 3, 2, 1)]
    bad = [change for change in changes if isinstance(change, Rejected)]
    assert [change.key for change in bad] == ["7/5"]
    assert "Internal error" in bad[0].reason


def test_a_server_that_hands_out_nothing_rejects_nothing(serve):
    numbers = b" ".join(b"%d" % number for number in range(1, 60))
    answers = {**with_mail(60), "EXAMINE": b"* 59 EXISTS\r\n* OK [UIDVALIDITY 7] x\r\n", "UID SEARCH ALL": b"* SEARCH " + numbers + b"\r\n"}  # fmt: skip
    connector, _ = serve({**answers, "UID FETCH": b"{tag} NO [SERVERBUG] broken\r\n"})
    with pytest.raises(Transient, match="broken"):
        pulled(connector)


def test_mail_that_went_between_two_questions_is_asked_for_again_next_time(serve):
    connector, server = serve({**with_mail(), "UID FETCH": b""})
    changes, cursor = pulled(connector)
    assert changes == []
    server.answers["UID FETCH"] = fetch_answer(1, mail("one@x.example"))
    assert names(pulled(connector, since=cursor)[0]) == ["one@x.example"]


@pytest.mark.parametrize(
    "structure",
    [
        b"NIL", b'"TEXT"', b"()", b"(())", b'("TEXT")', b'("TEXT" "PLAIN" NIL NIL NIL "7BIT" "many" 1)',
        b'(("TEXT" "PLAIN" NIL NIL NIL "7BIT" 10 1) "MIXED" ("BOUNDARY" {4}\r\na\r\nb) NIL)',
        b'("TEXT" "PLAIN" ("CHARSET" "x\\"; evil=\\"y") NIL NIL "base64" 9999999999999999999 1)',
        b"(" * 120 + b'"TEXT" "PLAIN" NIL NIL NIL "7BIT" 10 1' + b")" * 120,
        b"(" + b'("TEXT" "PLAIN" NIL NIL NIL "7BIT" 1 1)' * 5000 + b'"MIXED")',
        b'("TEXT" "PLAIN" ("NAME" "' + b"x" * 17_000_000 + b'") NIL NIL "7BIT" 1 1)',
        b'("TEXT" "PLAIN" ("NAME" "' + b"x" * 2_000_000 + b'") NIL NIL "7BIT" 1 1)',
        b'("TEXT" "PLAIN" ("NAME" {3000000}\r\n' + b"x" * 3_000_000 + b') NIL NIL "7BIT" 1 1)',
    ],
    ids=lambda value: repr(value[:40]),
)  # fmt: skip
def test_any_structure_gives_a_mail_or_a_reason(serve, structure):
    connector, _ = serve(with_mail(structure=structure))
    changes, cursor = pulled(connector)
    assert all(isinstance(change, Message | Rejected) for change in changes)
    assert cursor is not None
    assert len(changes) <= 1


def test_names_of_folders_may_be_anything(serve):
    listed = [
        b'* LIST () "/" INBOX', b'* LIST () "." "a.b"', b'* LIST () "." "a/b"', b'* LIST () "/" "a/b"', b'* LIST () NIL "flat"',
        b'* LIST () "/" "&Jjo-!"', b'* LIST () "/" "&****-"', b'* LIST () "/" "&AAoACg-x"', b'* LIST () "/" "\\"quoted\\""',
        b'* LIST () "/" {5}\r\nwi\r\nd', b'* LIST () "/" {4}\r\nlite', b'* LIST (\\Noselect) "/" "shut"', b'* LIST (\\Junk) "/" "Bulk"',
        b'* LIST () "/" "Bulk/below"', b'* LIST () "/" ""', b'* LIST () "/" ' + b"n" * 2000, b"* LIST nonsense", b'* LIST () "/" 2019',
    ]  # fmt: skip
    connector, server = serve({"LIST": b"\r\n".join(listed) + b"\r\n"})
    found = [stream.name for stream in connector.streams()]
    assert len(set(found)) == len(found)
    assert {"INBOX", "2019", "flat", "☺!", "&****-", '"quoted"', "lite", "a/b"} <= set(found)
    assert not {"shut", "Bulk", "Bulk/below", ""} & set(found)
    assert all(name.isprintable() for name in found)
    assert 'STATUS "\\"quoted\\"" (MESSAGES UIDNEXT UIDVALIDITY)' in server.commands


def test_shared_folders_are_read_only_where_they_are_named(serve):
    answers = {
        "CAPABILITY": b"* CAPABILITY IMAP4rev1 AUTH=PLAIN SASL-IR NAMESPACE\r\n",
        "NAMESPACE": b'* NAMESPACE (("" "/")) (("user/" "/")) (("shared." "."))\r\n',
        "LIST": b'* LIST () "/" INBOX\r\n* LIST () "/" "user/bob"\r\n* LIST () "." "shared.team"\r\n',
    }
    assert [stream.name for stream in serve(answers)[0].streams()] == ["INBOX"]
    assert [stream.name for stream in serve(answers, include=["shared/team"])[0].streams()] == ["shared/team"]


GMAIL = {
    "CAPABILITY": b"* CAPABILITY IMAP4rev1 AUTH=PLAIN SASL-IR X-GM-EXT-1 SPECIAL-USE\r\n",
    "LIST": b'* LIST () "/" INBOX\r\n* LIST (\\All) "/" "[Gmail]/Alle Nachrichten"\r\n* LIST (\\Sent) "/" "[Gmail]/Gesendet"\r\n'
    b'* LIST (\\Flagged) "/" "[Gmail]/Markiert"\r\n* LIST () "/" "Work"\r\n',
}


def gmail(labels):
    more = b"X-GM-THRID 1278455344230334865 X-GM-LABELS (" + labels + b")"
    everything = {**with_mail(more=more), **GMAIL}
    return {**everything, "STATUS": b'* STATUS "[Gmail]/Alle Nachrichten" (MESSAGES 1 UIDNEXT 2 UIDVALIDITY 7)\r\n'}


ALL = "[Gmail]/Alle Nachrichten"


def test_on_gmail_each_mail_is_read_once_and_its_labels_say_what_it_is(serve):
    connector, _ = serve(gmail(rb'"\\Sent" "\\Inbox" Work "&Jjo-"'))
    assert [stream.name for stream in connector.streams()] == [ALL]
    [sent] = pulled(connector, ALL)[0]
    assert sent.own
    assert sent.labels == ("\\Sent", "\\Inbox", "Work", "☺")
    assert sent.provider_thread == "1278455344230334865"
    [other] = pulled(serve(gmail(rb'"\\Inbox" Sent'))[0], ALL)[0]
    assert not other.own
    assert pulled(serve(gmail(rb'"\\Draft"'))[0], ALL)[0] == []


def test_on_gmail_globs_are_about_labels(serve):
    for labels, globs, count in (
        (b"Work", {"exclude": ["Work"]}, 0),
        (rb'Work "\\Inbox"', {"exclude": ["Work"]}, 1),
        (b"", {"exclude": ["Work"]}, 1),
        (b"Work", {"include": ["Work"]}, 1),
        (b"", {"include": ["Work"]}, 0),
    ):
        connector, _ = serve(gmail(labels), **globs)
        changes, cursor = pulled(connector, ALL)
        assert len(changes) == count, (labels, globs)
        assert cursor is not None
    folders = [stream.name for stream in serve(gmail(b""), exclude=[ALL])[0].streams()]
    assert folders == ["[Gmail]/Gesendet", "INBOX", "Work"]


# -- the pieces ------------------------------------------------------------------------------------------------------


def test_sets_of_uids_are_what_sets_are():
    few = [Uids.of(number for number in range(1, 8) if bits >> number & 1) for bits in range(0, 256, 3)]

    def members(uids):
        return set(uids.newest_first())

    for one, other in itertools.product(few, repeat=2):
        assert members(one | other) == members(one) | members(other)
        assert members(one & other) == members(one) & members(other)
        assert members(one - other) == members(one) - members(other)
    assert all(Uids.parsed(str(one)) == one and len(one) == len(members(one)) for one in few)
    assert str(Uids.parsed("9:7,1,2,8:12")) == "1:2,7:12"
    for text in ("0", "1:*", "a", "1,", "1:2:3", "4294967296"):
        with pytest.raises(ValueError, match="UID"):
            Uids.parsed(text)


def test_values_are_read_by_the_grammar():
    records = [(b'(a "q\\"\\\\" NIL {3}', b"(l)"), b' BODY[HEADER.FIELDS (A B)]<0> () "2019") 7']
    assert values(records) == ((b"a", b'q"\\', None, b"(l)", b"BODY[HEADER.FIELDS (A B)]<0>", (), b"2019"), 7)
    for broken in ([b"("], [b'"a'], [b"{3}"], [(b"{4}", b"(l)")], [b"(" * 100_000]):
        with pytest.raises(Unparsable):
            values(broken)


def test_folder_names_are_decoded_or_left_as_they_are():
    assert folder_name(b"&U,BTFw-/&ZeVnLIqe-") == "台北/日本語"
    assert folder_name(b"R&-D") == "R&D"
    assert folder_name(b"AT&T") == "AT&T"
    assert folder_name("Grün".encode()) == "Grün"
    assert folder_name(b"\xff&x") == "ÿ&x"


@settings(max_examples=300, deadline=None)
@given(
    st.recursive(
        st.none() | st.sampled_from([b"TEXT", b"HTML", 7, b"MIXED", b"ALTERNATIVE", b"message", b"rfc822", b"base64"]) | st.binary(max_size=9),
        lambda inner: st.lists(inner, max_size=9).map(tuple),
        max_leaves=40,
    ),
    st.binary(max_size=60),
)  # fmt: skip
def test_a_mail_is_put_together_from_anything_or_refused(value, content):
    try:
        root = structure(value)
    except (OverCap, ValueError):
        return
    parts = wanted(root, 24_000).parts
    fetched = {section: content for section, _ in parts}
    wanted_instead(root, fetched, 24_000)
    header = b"From: ada@quist.example\r\nDate: Tue, 05 Mar 2024 10:00:00 +0100\r\n"
    read = parse(mail_of(header, root, fetched), key="", now=NOW, zone=UTC)
    assert isinstance(read, Rejected) or read.sender.email == "ada@quist.example"


@settings(max_examples=300, deadline=None)
@given(st.lists(st.binary(max_size=80) | st.tuples(st.binary(max_size=80).map(lambda line: line + b"{3}"), st.binary(max_size=4)), min_size=1, max_size=4))  # fmt: skip
def test_any_bytes_are_values_or_none(records):
    with contextlib.suppress(Unparsable):
        values(records)
