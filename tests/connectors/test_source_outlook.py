"""Mail at Microsoft 365: folders, changes, and everything that goes wrong on the way."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import msgspec
import pytest

from connectors.errors import CursorExpired, MaybeSent, NeedsOwner, ProtocolViolation, Transient
from connectors.http import Limits
from connectors.microsoft_mail import GraphMessage, message_of
from connectors.mime import parse
from connectors.records import Cursor, Message, Rejected, Removed
from connectors.sources import outlook
from tests.connectors.conftest import NOW, ZONE
from tests.contract.contract_mail import mail
from tests.services.microsoft import Fault, around, opened, running

INVITATION = b"""Message-ID: <invite@quist.example>
Date: Tue, 05 Mar 2024 10:00:00 +0100
From: Ada Quist <ada@quist.example>
To: Maya Lindqvist <maya@lindqvist.example>
Subject: Plans for May
MIME-Version: 1.0
Content-Type: multipart/alternative; boundary=b

--b
Content-Type: text/plain; charset=utf-8

Shall we meet?
--b
Content-Type: text/calendar; method=REQUEST; charset=utf-8

BEGIN:VCALENDAR
METHOD:REQUEST
BEGIN:VEVENT
UID:plans@quist.example
DTSTAMP:20240301T090000Z
DTSTART:20240506T080000Z
DTEND:20240506T090000Z
SUMMARY:Plans for May
ORGANIZER:mailto:ada@quist.example
ATTENDEE;PARTSTAT=NEEDS-ACTION:mailto:maya@lindqvist.example
END:VEVENT
END:VCALENDAR
--b--
"""

ANSWER = b"""Message-ID: <answer@lindqvist.example>
In-Reply-To: <m1@quist.example>
References: <m0@quist.example> <m1@quist.example>
Date: Wed, 06 Mar 2024 10:00:00 +0100
From: Maya Lindqvist <maya@lindqvist.example>
To: Ada Quist <ada@quist.example>
Subject: Re: The harbour

Here it is.
"""


@pytest.fixture
def fake(tmp_path):
    with running(tmp_path, now=lambda: NOW) as made:
        yield made


@pytest.fixture
def connector(fake, tmp_path):
    made = opened(fake, outlook.CONNECTOR, tmp_path)
    yield made
    made.close()


def stream_named(connector, name):
    return next(stream for stream in connector.streams() if stream.name == name)


def pulled(connector, name="Inbox", since=None):
    """The changes of a whole pull, and the cursor that it ends with."""
    batches = list(connector.pull(stream_named(connector, name), since))
    return [change for batch in batches for change in batch.changes], batches[-1].cursor


def ids(changes):
    return [change.message_id for change in changes]


# -- folders ---------------------------------------------------------------------------------------------------------


def test_folders_are_read_inbox_first_and_junk_trash_and_drafts_are_not(connector):
    assert [stream.name for stream in connector.streams()] == ["Inbox", "Sent Items", "Archive"]


def test_folders_in_folders_are_read_and_what_lies_in_the_trash_is_not(fake, connector):
    clients = fake.box.folder("Clients")
    fake.box.folder("ACME/Ltd", parent=clients)
    fake.box.folder("Old", parent=fake.box.folder_id("deleteditems"))
    names = [stream.name for stream in connector.streams()]
    assert names == ["Inbox", "Sent Items", "Archive", "Clients", "Clients/ACME∕Ltd"]


def test_a_mailbox_in_a_language_that_nobody_knows_is_asked_what_its_folders_are(fake, connector):
    for number, folder in enumerate(fake.box.folders.values()):
        folder.name = f"ⵣ{number}"
    fake.box.deliver("sentitems", ANSWER)
    assert [stream.name for stream in connector.streams()] == ["ⵣ5", "ⵣ0", "ⵣ3"]
    changes, _ = pulled(connector, "ⵣ5")
    assert [change.own for change in changes] == [True]


def test_two_folders_of_one_name_are_two_streams(fake, connector):
    fake.box.folder("Archive")
    names = [stream.name for stream in connector.streams()]
    assert len(set(names)) == 4


def test_a_folder_that_took_the_name_of_another_is_read_anew(fake, connector):
    fake.box.deliver("Archive", mail("a@quist.example"))
    _, cursor = pulled(connector, "Archive")
    fake.box.folders[fake.box.folder_id("Archive")].name = "Old"
    fake.box.deliver(fake.box.folder("Archive"), mail("b@quist.example"))
    with pytest.raises(CursorExpired):
        pulled(connector, "Archive", cursor)
    assert ids(pulled(connector, "Archive")[0]) == ["b@quist.example"]


def test_many_folders_come_in_pages(fake, connector):
    for number in range(600):
        fake.box.folder(f"Project {number:03}")
    assert len(connector.streams()) == 603
    assert fake.count("mailFolders?") == 3


# -- messages --------------------------------------------------------------------------------------------------------


def test_a_mail_is_the_same_mail_as_by_any_other_way(fake, connector):
    raw = mail("one@quist.example").replace(b"Message-ID", b"List-Id: <harbour.example>\nMessage-ID")
    fake.box.deliver("inbox", raw)
    (found,), _ = pulled(connector)
    other = parse(raw, key="k", now=NOW, zone=ZONE)
    assert found.identity == other.identity
    assert found.headers == other.headers
    assert (found.folder, found.own, found.provider_thread[:4]) == ("Inbox", False, "AAQk")
    assert found.link.startswith("https://outlook.office365.example/")


def test_own_mail_says_what_it_answers_although_it_has_no_header_fields(fake, connector):
    fake.box.deliver("sentitems", ANSWER)
    (found,), _ = pulled(connector, "Sent Items")
    assert found.own
    assert found.in_reply_to == ("m1@quist.example",)
    assert found.references == ("m0@quist.example", "m1@quist.example")
    assert found.identity == parse(ANSWER, key="k", now=NOW, zone=ZONE).identity


def test_a_server_that_does_not_expand_is_asked_without(fake, connector):
    fake.box.deliver("sentitems", ANSWER)
    fake.faults.append(Fault("error", "$expand", status=400))
    assert ids(pulled(connector, "Sent Items")[0]) == ["answer@lindqvist.example"]


def test_a_server_that_breaks_down_at_it_is_asked_without(fake, connector):
    fake.box.deliver("sentitems", ANSWER)
    fake.faults.append(Fault("error", "$expand", status=504, times=9))
    connector._graph._sleep = lambda seconds: None
    assert ids(pulled(connector, "Sent Items")[0]) == ["answer@lindqvist.example"]


def test_an_invitation_brings_its_meeting(fake, connector):
    fake.box.deliver("inbox", INVITATION)
    (found,), _ = pulled(connector)
    assert [meeting.uid for meeting in found.meetings] == ["plans@quist.example"]
    assert found.identity == parse(INVITATION, key="k", now=NOW, zone=ZONE).identity


def test_an_invitation_that_cannot_be_fetched_whole_is_read_as_the_list_tells_it(fake, connector):
    fake.box.deliver("inbox", INVITATION)
    fake.faults.append(Fault("error", "$value", status=404))
    (found,), _ = pulled(connector)
    assert (found.message_id, found.meetings) == ("invite@quist.example", ())


def test_attachments_are_known_to_be_there_and_never_fetched(fake, connector):
    key = fake.box.deliver("inbox", mail("one@quist.example"))
    fake.box.messages[key].told["hasAttachments"] = True
    (found,), _ = pulled(connector)
    assert found.attachments == ("attachment",)
    assert fake.count("ttachment") - fake.count("hasAttachments") == 0


def test_drafts_outside_the_drafts_folder_are_no_mail(fake, connector):
    fake.box.messages[fake.box.deliver("inbox", mail("draft@quist.example"))].told["isDraft"] = True
    assert pulled(connector)[0] == []


def test_that_a_mail_was_read_is_no_change_of_it(fake, connector):
    key = fake.box.deliver("inbox", mail("one@quist.example"))
    _, cursor = pulled(connector)
    fake.box.read(key)
    before = len(fake.requests)
    assert pulled(connector, since=cursor)[0] == []
    assert len(fake.requests) - before == 2


def test_a_mail_that_moves_is_gone_here_and_the_same_mail_there(fake, connector):
    key = fake.box.deliver("inbox", mail("one@quist.example"))
    fake.box.deliver("inbox", mail("two@quist.example"))
    first, inbox = pulled(connector)
    _, archive = pulled(connector, "Archive")
    fake.box.move(key, "archive")
    gone, _ = pulled(connector, since=inbox)
    there, _ = pulled(connector, "Archive", archive)
    assert gone == [Removed(key=key)]
    assert [change.identity for change in there] == [
        change.identity for change in first if change.message_id == "one@quist.example"
    ]


def test_a_mail_that_went_and_came_back_is_still_there(fake, connector):
    key = fake.box.deliver("inbox", mail("one@quist.example"))
    _, cursor = pulled(connector)
    fake.box.move(key, "archive")
    fake.box.move(key, "inbox")
    assert not any(isinstance(change, Removed) for change in pulled(connector, since=cursor)[0])


def test_a_sender_that_only_exchange_knows_is_rejected_with_a_reason(fake, connector):
    key = fake.box.deliver("sentitems", ANSWER)
    odd = {"emailAddress": {"name": "Old Boss", "address": "/O=EXCHANGELABS/OU=X/CN=RECIPIENTS/CN=OLD"}}
    fake.box.messages[key].told |= {"from": odd, "sender": odd}
    (found,), _ = pulled(connector, "Sent Items")
    assert isinstance(found, Rejected)
    assert "answer@lindqvist.example" in found.reason


RESULTS = "spf=pass (sender IP is 192.0.2.1) smtp.mailfrom=quist.example; dkim=none;dmarc=pass action=none header.from=quist.example"


SETTINGS = pytest.mark.parametrize(
    ("setting", "results", "proven"),
    [
        (None, RESULTS, None),
        ("microsoft", RESULTS, True),
        ("microsoft", RESULTS.replace("pass", "fail"), False),
        ("microsoft", "mx.evil.example; dmarc=pass header.from=quist.example", False),
        ("microsoft", "microsoft; dmarc=pass header.from=quist.example", False),
        ("mx.example.org", "mx.example.org; dmarc=pass header.from=quist.example", True),
    ],
)


def test_colleagues_are_who_they_say_they_are(fake, tmp_path):
    inside = b"X-MS-Exchange-Organization-AuthAs: Internal\nAuthentication-Results: dkim=none;dmarc=none\n"
    fake.box.deliver("inbox", inside + mail("one@quist.example"))
    made = opened(fake, outlook.CONNECTOR, tmp_path, authserv_id="microsoft")
    (found,), _ = pulled(made)
    made.close()
    assert found.authenticated is True


@SETTINGS
def test_exchange_online_is_believed_where_the_settings_say_so(fake, tmp_path, setting, results, proven):
    fake.box.deliver("inbox", b"Authentication-Results: " + results.encode() + b"\n" + mail("one@quist.example"))
    made = opened(fake, outlook.CONNECTOR, tmp_path, **({"authserv_id": setting} if setting else {}))
    (found,), _ = pulled(made)
    made.close()
    assert found.authenticated is proven


HOSTILE = [
    {
        "subject": "Hi\r\nBcc: victim@example.org",
        "from": {"emailAddress": {"name": 'x" <evil@x.example>', "address": "a@b.example"}},
    },
    {"subject": "\ud83d half", "from": {"emailAddress": {"name": "\u202eevil", "address": "a@b.example"}}},
    {"subject": "n", "from": {"emailAddress": {"name": "boss@corp.example", "address": "a@b.example"}}},
]


@pytest.mark.parametrize("told", HOSTILE)
def test_what_a_stranger_wrote_into_names_and_subjects_stays_there(told):
    plain = {"id": "k", "sentDateTime": "2024-03-05T09:00:00Z", "body": {"content": "x"}, **told}
    found = message_of(
        msgspec.convert(plain, GraphMessage), folder="Inbox", own=False, authserv_id=None, now=NOW, zone=ZONE
    )
    assert isinstance(found, Message)
    assert (found.sender.email, found.bcc, found.to) == ("a@b.example", (), ())
    assert found.subject.isprintable()
    assert found.sender.name.isprintable()
    assert "boss@corp" not in found.sender.name


@pytest.mark.parametrize(
    "odd",
    [
        {"id": "k"},
        {"id": "k", "subject": None, "from": None, "body": {"content": None}},
        {"id": "k", "from": {"emailAddress": None}, "toRecipients": [{"emailAddress": {}}], "body": {"content": "x"}},
        {"id": "k", "sentDateTime": "never", "from": {"emailAddress": {"address": "a@b.example"}}, "body": {}},
        {"id": "k", "internetMessageHeaders": [{"name": None}, {"name": "a b", "value": "x"}, {"name": "From"}]},
    ],
)
def test_a_message_of_which_little_is_told_is_rejected(odd):
    found = message_of(
        msgspec.convert(odd, GraphMessage), folder="Inbox", own=False, authserv_id=None, now=NOW, zone=ZONE
    )
    assert isinstance(found, Rejected)


# -- what goes wrong -------------------------------------------------------------------------------------------------


def filled(fake, count=90):
    fake.page_limit = 20
    for number in range(count):
        fake.box.deliver("inbox", mail(f"m{number:03}@quist.example"))


def everything(connector, attempts=12):
    """All changes, by a reader that goes on after every error as the daemon does."""
    found, cursor = {}, None
    for _ in range(attempts):
        try:
            for batch in connector.pull(stream_named(connector, "Inbox"), cursor):
                found.update({change.key: change for change in batch.changes})
                cursor = batch.cursor or cursor
        except CursorExpired:
            cursor = None
        except Transient:
            continue
        except ProtocolViolation:
            continue
        else:
            return list(found.values())
    raise AssertionError("it never ends")


FAULTS = [
    Fault("throttled", "delta", after=1, retry_after="120"),
    Fault("throttled", "delta", after=1, times=3),
    Fault("throttled", "delta", after=1, retry_after="0"),
    Fault("unavailable", "delta", times=4),
    Fault("error", "delta", after=1, times=7),
    Fault("error", "delta", after=1, times=4, status=504),
    Fault("cut", "delta", after=1, times=2),
    Fault("cut", "delta", after=1, times=2, keep=0.02),
    Fault("html", "delta", after=1),
    Fault("garbage", "delta", after=1),
    Fault("types", "delta", after=1),
    Fault("drop", "delta", after=1, times=4),
    Fault("expired", "delta", after=1),
    Fault("expired", "delta", after=1, status=404),
    Fault("expired", "delta", after=1, status=400, code="resyncRequired"),
    Fault("expired", "delta", after=2, status=403, code="SyncStateNotFound"),
    Fault("unauthorized", "delta", after=1),
    Fault("empty", "delta", times=3),
    Fault("duplicate", "delta", times=9),
    Fault("reorder", "delta", times=9),
    Fault("loop", "delta", after=1, times=3),
    Fault("elsewhere", "delta", after=1, times=2),
    Fault("cut", "mailFolders?", times=2),
    Fault("html", "mailFolders?", times=2),
]


@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: f"{fault.kind}-{fault.times}-{fault.code}-{fault.status}")
def test_whatever_goes_wrong_nothing_is_lost_and_nothing_doubled(fake, tmp_path, fault, monkeypatch):
    import copy

    filled(fake)
    undisturbed = opened(fake, outlook.CONNECTOR, tmp_path)
    expected = everything(undisturbed)
    undisturbed.close()
    fake.faults.append(copy.copy(fault))
    monkeypatch.setattr("connectors.sources.outlook.Graph.__init__", _hasty(outlook.Graph.__init__))
    made = opened(fake, outlook.CONNECTOR, tmp_path)
    found = []
    for _ in range(6):
        try:
            found = everything(made)
        except (Transient, ProtocolViolation):
            continue
        break
    made.close()
    assert sorted(found, key=lambda change: change.key) == sorted(expected, key=lambda change: change.key)


def _hasty(init):
    def made(self, *arguments, **named):
        init(self, *arguments, **named, sleep=lambda seconds: None)

    return made


def test_a_long_pause_is_left_to_the_daemon(fake, connector):
    filled(fake, 3)
    stream = stream_named(connector, "Inbox")
    fake.faults.append(Fault("throttled", "delta", retry_after="120"))
    with pytest.raises(Transient) as said:
        list(connector.pull(stream, None))
    assert said.value.retry_after == timedelta(seconds=120)


def test_a_token_that_ends_in_the_middle_is_refreshed_once(fake, connector):
    filled(fake)
    pull = connector.pull(stream_named(connector, "Inbox"), None)
    next(pull)
    fake.accounts.access.clear()
    assert len([change for batch in pull for change in batch.changes]) == 70
    assert fake.accounts.refreshed == 1


def test_a_login_that_is_revoked_in_the_middle_needs_the_owner(fake, connector):
    filled(fake)
    pull = connector.pull(stream_named(connector, "Inbox"), None)
    next(pull)
    fake.accounts.revoke()
    with pytest.raises(NeedsOwner, match="kith login work"):
        list(pull)


def test_a_right_that_is_missing_needs_the_owner(tmp_path):
    with running(tmp_path, now=lambda: NOW) as other:
        made = opened(other, outlook.CONNECTOR, tmp_path)
        for token, (ends, _) in list(other.accounts.access.items()):
            other.accounts.access[token] = (ends, "Calendars.Read")
        with pytest.raises(NeedsOwner, match=r"ErrorAccessDenied.*kith login work"):
            made.streams()
        made.close()


def test_an_account_without_a_mailbox_needs_the_owner(fake, connector):
    fake.faults.append(Fault("error", "mailFolders", status=404))
    fake.faults[0] = Fault("expired", "mailFolders", status=404, code="MailboxNotEnabledForRESTAPI")
    with pytest.raises(NeedsOwner, match="has no mailbox"):
        connector.streams()


def test_the_token_goes_nowhere_else(fake, connector):
    filled(fake, 3)
    stream = stream_named(connector, "Inbox")
    fake.faults.append(Fault("elsewhere", "delta"))
    with pytest.raises(ProtocolViolation, match=r"evil\.example.*not to get your login"):
        list(connector.pull(stream, None))
    elsewhere = Cursor(value='{"folder":"AAMkFOLDER3=","link":"https://graph.evil.example/v1.0/x"}')
    with pytest.raises(CursorExpired):
        list(connector.pull(stream, elsewhere))


def test_pages_that_run_in_circles_end(fake, connector):
    filled(fake)
    _, cursor = pulled(connector)
    fake.faults.append(Fault("loop", "delta", times=10**6))
    with pytest.raises(ProtocolViolation, match="circles"):
        pulled(connector)
    with pytest.raises(CursorExpired, match="circles"):
        pulled(connector, since=cursor)


def test_a_folder_that_vanishes_while_it_is_read_stops_only_itself(fake, connector):
    filled(fake, 3)
    stream = stream_named(connector, "Archive")
    del fake.box.folders[fake.box.folder_id("archive")]
    with pytest.raises(Transient, match="Archive is gone"):
        list(connector.pull(stream, None))


def test_a_pull_that_finds_nothing_new_costs_a_request_a_folder_that_has_mail(fake, connector):
    filled(fake)
    fake.box.deliver("sentitems", ANSWER)
    cursors = {}
    for stream in connector.streams():
        cursors[stream] = list(connector.pull(stream, None))[-1].cursor
    before = len(fake.requests)
    for stream in connector.streams():
        assert not any(batch.changes for batch in connector.pull(stream, cursors[stream]))
    assert len(fake.requests) - before == 3
    fake.box.deliver("archive", mail("new@quist.example"))
    found = [batch for stream in connector.streams() for batch in connector.pull(stream, cursors[stream])]
    assert ids(change for batch in found for change in batch.changes) == ["new@quist.example"]


def test_a_page_that_is_too_large_is_asked_for_in_smaller_ones(fake, connector):
    for number in range(30):
        fake.box.deliver("inbox", mail(f"m{number}@quist.example") + b"x" * 9000)
    connector._graph._http._limits = Limits(body=100_000)
    assert len(pulled(connector)[0]) == 30
    connector._graph._http._limits = Limits(body=10_000)
    with pytest.raises(ProtocolViolation):
        pulled(connector)


def test_it_is_said_how_many_mails_are_expected(fake, connector):
    filled(fake)
    pull = connector.pull(stream_named(connector, "Inbox"), None)
    assert next(pull).total == 90
    cursor = next(pull).cursor
    assert next(connector.pull(stream_named(connector, "Inbox"), cursor)).total == 50


def test_new_mail_is_newest_first(fake, connector):
    for day in (5, 9, 7):
        fake.box.deliver("inbox", mail(f"d{day}@quist.example"), at=datetime(2024, 3, day, tzinfo=UTC))
    assert ids(pulled(connector)[0]) == ["d9@quist.example", "d7@quist.example", "d5@quist.example"]


# -- the letter ------------------------------------------------------------------------------------------------------

LETTER = b"Message-ID: <letter@kith.example>\r\nFrom: maya@lindqvist.example\r\nTo: maya@lindqvist.example\r\nSubject: Week\r\n\r\nHello\r\n"


def sent(fake, tmp_path, scope):
    settings = msgspec.convert(fake.settings(), outlook.OutlookSettings)
    outlook.send(settings, around(fake, tmp_path, scope=scope), LETTER)


def test_the_letter_goes_out_as_it_is(fake, tmp_path):
    sent(fake, tmp_path, "Mail.Read Mail.Send")
    assert fake.sent == [LETTER]


def test_a_login_that_may_not_send_is_said_with_the_command(fake, tmp_path):
    with pytest.raises(NeedsOwner, match="kith login work --sending"):
        sent(fake, tmp_path, "Mail.Read")
    assert fake.sent == []


@pytest.mark.parametrize("kind", ["unavailable", "throttled", "error", "drop"])
def test_a_letter_is_handed_over_once_whatever_happens(fake, tmp_path, kind):
    fake.faults.append(Fault(kind, "sendMail", retry_after="5"))
    with pytest.raises(Transient) as said:
        sent(fake, tmp_path, "Mail.Read Mail.Send")
    assert isinstance(said.value, MaybeSent) is (kind in ("error", "drop"))
    assert fake.count("sendMail") == 1


def test_a_letter_that_cannot_be_handed_over_without_a_login_was_not(fake, tmp_path):
    settings = msgspec.convert(fake.settings(), outlook.OutlookSettings)
    surroundings = around(fake, tmp_path, scope="Mail.Read Mail.Send")
    fake.stop()
    fake.now = lambda: NOW + timedelta(hours=2)
    with pytest.raises(Transient) as said:
        outlook.send(settings, surroundings, LETTER)
    assert not isinstance(said.value, MaybeSent)


def test_a_letter_that_microsoft_does_not_take_needs_the_owner(fake, tmp_path):
    fake.faults.append(Fault("expired", "sendMail", status=400, code="ErrorSendAsDenied"))
    with pytest.raises(NeedsOwner, match="ErrorSendAsDenied"):
        sent(fake, tmp_path, "Mail.Read Mail.Send")
