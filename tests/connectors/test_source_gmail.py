"""Gmail: in which order it is read and what that costs, what changes come to, what bad servers come to."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from connectors.errors import CursorExpired, MaybeSent, NeedsOwner, ProtocolViolation, Transient
from connectors.google_api import Pace
from connectors.passwords import Secret
from connectors.protocol import Surroundings
from connectors.records import Cursor, Message, Rejected, Removed
from connectors.sources import gmail
from tests.services.google import GMAIL_SCOPES, SCOPE, google  # noqa: F401

NOW = datetime(2030, 6, 1, 12, tzinfo=UTC)


def mail(name, *, day=1, sender="ada@quist.example", to="maya@lindqvist.example", answers="", more=""):
    above = f"In-Reply-To: <{answers}@x.example>\r\nReferences: <{answers}@x.example>\r\n" if answers else ""
    at = datetime(2029, 1, 1, 9, tzinfo=UTC) + timedelta(days=day)
    return (
        f"Message-ID: <{name}@x.example>\r\nDate: {at:%a, %d %b %Y %H:%M:%S} +0000\r\nFrom: {sender}\r\nTo: {to}\r\n"
        f"Subject: {name}\r\n{above}{more}\r\nText of {name}\r\n"
    ).encode()


class Clock:
    """A clock that sleeping moves."""

    def __init__(self):
        self.at, self.slept = 0.0, []

    def time(self):
        return self.at

    def sleep(self, seconds):
        self.slept.append(seconds)
        self.at += seconds


class Post:
    """A mailbox at the fake Google, and an account that reads it."""

    def __init__(self, server, folder):
        self.fake, self.box, self.url = server.fake, server.fake.mailbox, server.url
        self.clock = Clock()
        self.fake.now = lambda: NOW + timedelta(seconds=self.clock.at)
        self.around = Surroundings(
            base=folder, now=self.fake.now, zone=ZoneInfo("UTC"), account="post", tokens=folder / "logins"
        )
        self.keep(self.fake.login(GMAIL_SCOPES))
        self.connectors = []

    def keep(self, login):
        with self.around.logins.changing("post") as slot:
            slot.write(Secret(login))

    def connector(self, **settings):
        pace = Pace(clock=self.clock.time, sleep=self.clock.sleep, chance=lambda: 0.5)
        settings = {"endpoint": self.url, "units_per_minute": 10**6, **settings}
        self.connectors.append(gmail.GmailConnector(gmail.GmailSettings(**settings), self.around, pace=pace))
        return self.connectors[-1]

    def batches(self, since=None, **settings):
        return list(self.connector(**settings).pull(gmail.STREAM, since))

    def read(self, since=None, **settings):
        """All changes, and the last cursor."""
        batches = self.batches(since, **settings)
        cursors = [batch.cursor for batch in batches if batch.cursor is not None]
        return [change for batch in batches for change in batch.changes], cursors[-1] if cursors else since

    def ask_anew(self):
        """Forget what was asked and spent so far."""
        self.fake.asked.clear()
        self.fake.units = self.fake.requests = 0


@pytest.fixture
def post(google, tmp_path):  # noqa: F811
    found = Post(google, tmp_path)
    yield found
    for each in found.connectors:
        each.close()


def subjects(changes):
    return [change.subject for change in changes if isinstance(change, Message)]


# -- the first import ------------------------------------------------------------------------------------------------


def test_threads_in_which_the_owner_wrote_come_first_and_the_newest_first(post):
    post.box.deliver(mail("old-ask", day=1))
    post.box.deliver(mail("news", day=5))
    post.box.deliver(mail("answer", day=2, answers="old-ask"), ("SENT",))
    post.box.deliver(mail("alone", day=9), ("SENT",))
    post.box.deliver(mail("notice", day=10, more="List-Unsubscribe: <x>\r\n"), ("INBOX", "CATEGORY_UPDATES"))
    assert subjects(post.read()[0]) == ["alone", "answer", "old-ask", "news", "notice"]


def test_advertising_is_not_read_unless_the_owner_answered_it(post):
    post.box.deliver(mail("sale"), ("INBOX", "CATEGORY_PROMOTIONS"))
    post.box.deliver(mail("friend-in-the-wrong-tray"), ("INBOX", "CATEGORY_PROMOTIONS"))
    post.box.deliver(mail("thanks", answers="friend-in-the-wrong-tray"), ("SENT",))
    assert sorted(subjects(post.read()[0])) == ["friend-in-the-wrong-tray", "thanks"]
    assert len(subjects(post.read(skip=())[0])) == 3


def test_drafts_spam_trash_and_chats_are_left_out(post):
    for label in ("DRAFT", "SPAM", "TRASH", "CHAT"):
        post.box.deliver(mail(label), (label,))
    assert post.read()[0] == []


def test_the_text_is_fetched_only_where_it_can_matter(post):
    bulk = post.box.deliver(mail("bulk", more="List-Unsubscribe: <x>\r\n"), ("CATEGORY_UPDATES",))
    human = post.box.deliver(mail("human"), ("CATEGORY_UPDATES",))
    plain = post.box.deliver(mail("plain", day=3), ("INBOX",))
    texts = {change.subject: change.text for change in post.read()[0]}
    assert texts == {"bulk": "", "human": "Text of human\n", "plain": "Text of plain\n"}
    forms = [
        (each.parameters["id"], each.parameters["format"])
        for each in post.fake.asked
        if each.id.endswith("messages.get")
    ]
    assert sorted(forms) == sorted([(bulk, "metadata"), (human, "metadata"), (human, "full"), (plain, "full")])


def test_a_thread_of_three_costs_less_than_its_messages(post):
    for number in range(5):
        post.box.deliver(mail(f"m{number}", day=number, answers="m0" if number else ""))
    changes, _ = post.read()
    assert len(changes) == 5
    assert (post.fake.count("threads.get"), post.fake.count("messages.get")) == (1, 0)


def test_the_history_is_pinned_before_anything_is_listed(post):
    post.box.deliver(mail("one"))
    post.read()
    names = [each.id.rpartition(".")[2] for each in post.fake.asked]
    assert names.index("getProfile") < names.index("list")


def test_attachments_are_never_fetched_but_a_text_that_is_kept_apart_is(post):
    raw = mail("letter", more="MIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=b\r\n").replace(
        b"Text of letter\r\n",
        b"--b\r\nContent-Type: text/plain\r\n\r\nlong text\r\n--b\r\nContent-Type: application/pdf; name=a.pdf\r\n"
        b"Content-Disposition: attachment; filename=a.pdf\r\n\r\nJVBERi0=\r\n--b--\r\n",
    )
    name = post.box.deliver(raw)
    post.box.get(id=name)
    post.box.messages[name]["payload"]["parts"][0]["body"] = {"attachmentId": "part-1", "size": 9}
    [read] = post.read()[0]
    assert (read.text, read.attachments) == ("long text", ("a.pdf",))
    assert [each.parameters["id"] for each in post.fake.asked if "attachments" in each.id] == ["part-1"]


def test_whatever_is_not_two_hex_words_is_read_all_the_same(post):
    first = post.box.deliver(mail("one"))
    for name in ("msg/ü 1", "2"):
        post.box.messages[name] = post.box.messages[first] | {"id": name, "thread": f"t-{name}"}
    changes, cursor = post.read()
    assert len({change.key for change in changes}) == len(changes) == 3
    assert post.read(cursor)[0] == []


# -- quota -----------------------------------------------------------------------------------------------------------


def test_the_quota_is_kept_and_a_stop_is_heard_while_waiting(post):
    post.fake.per_minute = 1000
    for number in range(120):
        post.box.deliver(mail(f"m{number}"))
    batches = post.batches(units_per_minute=1000)
    assert len([change for batch in batches for change in batch.changes]) == 120
    assert max(post.clock.slept) <= 5.0
    assert 120 <= sum(post.clock.slept) <= 190
    assert sum(batch.changes == () for batch in batches) > 20


def test_a_short_pause_that_google_asks_for_is_kept_and_a_long_one_is_the_daemons(post):
    post.box.deliver(mail("one"))
    post.fake.trouble("429-after", where="getProfile", seconds=7)
    post.connector().streams()
    assert post.clock.slept == [7.0]
    post.fake.trouble("429-after", where="getProfile", seconds=120)
    with pytest.raises(Transient) as raised:
        post.connector().streams()
    assert raised.value.retry_after == timedelta(seconds=120)


@pytest.mark.parametrize(
    ("kind", "error", "says"),
    [
        ("403-rate", Transient, "asked too often"),
        ("429", Transient, "asked too often"),
        ("403-quota", Transient, "for today is spent"),
        ("403-scope", NeedsOwner, "kith login post, and tick every box"),
        ("403-off", NeedsOwner, "enable it at console.cloud.google.com"),
        ("500", Transient, "fault of its own"),
        ("html", Transient, "web page"),
        ("garbled", Transient, "cut off or no JSON"),
    ],
)
def test_refusals_are_told_apart(post, kind, error, says):
    post.fake.trouble(kind, times=9, where="getProfile")
    with pytest.raises(error, match=says):
        post.connector().streams()


def test_a_scope_that_is_missing_at_google_is_the_owners(post):
    post.fake.lasting = dict.fromkeys(post.fake.lasting, (f"{SCOPE}gmail.send",))
    with pytest.raises(NeedsOwner, match="may not"):
        post.connector().streams()


@pytest.mark.parametrize("kind", ["429", "500", "503", "403-rate", "garbled", "html", "401"])
def test_parts_of_a_batch_that_fail_are_asked_for_again(post, kind):
    for number in range(60):
        post.box.deliver(mail(f"m{number}"))
    post.fake.trouble(kind, times=25, where="messages.get")
    assert len(subjects(post.read()[0])) == 60
    assert post.fake.count("messages.get") == 85


def test_batches_are_smaller_for_a_while_where_many_at_once_are_refused(post):
    for number in range(200):
        post.box.deliver(mail(f"m{number}"))
    post.fake.trouble("429", times=30, where="messages.get")
    connector = post.connector()
    sizes = []
    for batch in connector.pull(gmail.STREAM, None):
        sizes += [connector.api.most] if batch.changes else []
    assert sizes[0] < 50
    assert sizes == sorted(sizes)


@pytest.mark.parametrize("kind", ["cut", "slow", "html", "500", "garbled"])
@pytest.mark.parametrize("after", [0, 1, 4])
def test_answers_that_are_cut_or_no_answers_are_asked_for_again(post, kind, after):
    for number in range(60):
        post.box.deliver(mail(f"m{number}"))
    post.fake.trouble(kind, times=2, after=after)
    assert len(subjects(post.read()[0])) == 60


@pytest.mark.parametrize("lengthless", [False, True])
@pytest.mark.parametrize("keep", [0, 1, 9, 40, 200, 700, 1500, 4000])
def test_no_answer_that_is_cut_anywhere_is_taken_for_whole(post, keep, lengthless):
    for number in range(30):
        post.box.deliver(mail(f"m{number}", day=number, more=f"X-Filler: {'ab' * number}\r\n"))
    for after in range(4):
        post.fake.trouble("cut", after=after, keep=keep, lengthless=lengthless)
    changes, cursor = post.read()
    assert sorted(subjects(changes)) == sorted(f"m{number}" for number in range(30))
    assert [change for change in changes if not isinstance(change, Message)] == []
    assert post.read(cursor)[0] == []


def test_a_slow_answer_is_waited_for(post):
    post.box.deliver(mail("one"))
    post.fake.trouble("slow", times=3, seconds=0.05)
    assert len(post.read()[0]) == 1


def test_what_was_read_before_a_lasting_trouble_is_kept(post):
    for number in range(200):
        post.box.deliver(mail(f"m{number}"))
    post.fake.trouble("500", times=10**6, where="messages.get", after=70)
    read, cursor = [], None
    pull = post.connector().pull(gmail.STREAM, None)
    with pytest.raises(Transient):  # noqa: PT012  what came before it is looked at
        for batch in pull:
            read += batch.changes
            cursor = batch.cursor or cursor
    assert len(read) == 70
    post.fake.troubles.clear()
    post.ask_anew()
    more, cursor = post.read(cursor)
    assert sorted(subjects(read + more)) == sorted(f"m{number}" for number in range(200))
    assert post.fake.count("messages.get") == 130


def test_a_server_that_knows_no_batches_is_asked_one_by_one(post):
    for number in range(5):
        post.box.deliver(mail(f"m{number}"))
    post.fake.trouble("404", times=1, where="/batch")
    assert len(subjects(post.read()[0])) == 5
    assert not any(each.batched for each in post.fake.asked)


@pytest.mark.parametrize("kind", ["400", "404", "501"])
def test_a_server_that_knows_no_threads_is_asked_for_messages(post, kind):
    for thread in range(4):
        for number in range(3):
            post.box.deliver(mail(f"m{thread}-{number}", answers=f"m{thread}-0" if number else ""))
    post.fake.trouble(kind, times=10**6, where="threads.get")
    assert len(subjects(post.read()[0])) == 12


def test_a_refusal_of_everything_is_not_the_messages_fault(post):
    for number in range(5):
        post.box.deliver(mail(f"m{number}"))
    post.fake.trouble("400", times=10**6, where="messages.get")
    with pytest.raises(ProtocolViolation):
        post.read()


def test_the_only_new_message_may_be_refused(post):
    _, cursor = post.read()
    bad = post.box.deliver(mail("bad"))
    post.fake.trouble("400", times=10**6, where=f"messages/{bad}")
    changes, cursor = post.read(cursor)
    assert [type(change) for change in changes] == [Rejected]
    assert post.read(cursor)[0] == []


@pytest.mark.parametrize("kind", ["garbled", "400"])
def test_one_message_that_is_never_given_out_stops_nothing(post, kind):
    bad = [post.box.deliver(mail(f"m{number}")) for number in range(5)][2]
    post.fake.trouble(kind, times=99, where=f"messages/{bad}")
    changes, cursor = post.read()
    assert len(subjects(changes)) == 4
    assert [change.reason for change in changes if isinstance(change, Rejected)] == [
        "came garbled from Gmail, again and again"
    ]
    assert post.read(cursor)[0] == []


# -- what changed ----------------------------------------------------------------------------------------------------


def test_nothing_new_costs_three_requests_at_most(post):
    post.box.deliver(mail("one"))
    _, cursor = post.read()
    post.ask_anew()
    post.clock.at += 7200  # the token has to be renewed too
    connector = post.connector()
    connector.streams()
    assert list(connector.pull(gmail.STREAM, cursor)) == []
    assert post.fake.requests <= 3
    assert post.fake.units <= 3


def test_what_came_and_went_is_told(post):
    one, two = post.box.deliver(mail("one")), post.box.deliver(mail("two"))
    changes, cursor = post.read()
    keys = {change.subject: change.key for change in changes}
    post.box.deliver(mail("three"))
    post.box.delete(one)
    post.box.label(two, add=["TRASH"], remove=["INBOX"])
    changes, cursor = post.read(cursor)
    assert subjects(changes) == ["three"]
    assert {change.key for change in changes if isinstance(change, Removed)} == {keys["one"], keys["two"]}
    post.box.label(two, add=["INBOX"], remove=["TRASH"])
    changes, cursor = post.read(cursor)
    assert [(change.subject, change.key) for change in changes] == [("two", keys["two"])]
    assert post.read(cursor)[0] == []


def test_mail_that_goes_from_spam_to_the_bin_is_gone(post):
    one = post.box.deliver(mail("one"))
    _, cursor = post.read()
    post.box.label(one, add=["SPAM"], remove=["INBOX"])
    post.box.label(one, add=["TRASH"], remove=["SPAM"])
    assert [type(change) for change in post.read(cursor)[0]] == [Removed]
    post.box.label(one, add=["INBOX"], remove=["TRASH"])
    assert post.read(cursor)[0] == []


def test_flags_and_own_labels_cost_nothing(post):
    one = post.box.deliver(mail("one"))
    _, cursor = post.read()
    post.ask_anew()
    post.box.label(one, add=["STARRED", "Label_7"], remove=["UNREAD", "INBOX"])
    changes, moved = post.read(cursor)
    assert (changes, post.fake.count("messages.get")) == ([], 0)
    assert moved != cursor


def test_mail_that_comes_and_goes_between_two_passes_is_nothing(post):
    _, cursor = post.read()
    post.box.delete(post.box.deliver(mail("gone")))
    post.box.deliver(mail("spam"), ("SPAM",))
    post.box.deliver(mail("draft"), ("DRAFT",))
    assert post.read(cursor)[0] == []


def test_a_draft_that_is_sent_is_the_owners_mail(post):
    draft = post.box.deliver(mail("letter"), ("DRAFT",))
    _, cursor = post.read()
    post.box.label(draft, add=["SENT"], remove=["DRAFT"])
    [change], _ = post.read(cursor)
    assert (change.subject, change.own) == ("letter", True)


def test_mail_that_turns_out_to_be_sent_is_told_again_as_the_owners(post):
    one = post.box.deliver(mail("one"))
    _, cursor = post.read()
    post.box.label(one, add=["SENT"])
    [change], cursor = post.read(cursor)
    assert change.own
    assert post.read(cursor)[0] == []


def test_advertising_matters_from_the_day_on_which_the_owner_answers_it(post):
    post.box.deliver(mail("friend"), ("INBOX", "CATEGORY_PROMOTIONS"))
    changes, cursor = post.read()
    assert changes == []
    post.box.deliver(mail("sale"), ("INBOX", "CATEGORY_PROMOTIONS"))
    post.box.deliver(mail("answer", day=2, answers="friend"), ("SENT",))
    changes, cursor = post.read(cursor)
    assert sorted(subjects(changes)) == ["answer", "friend"]
    post.box.deliver(mail("again", day=3, answers="friend"), ("INBOX", "CATEGORY_PROMOTIONS"))
    assert subjects(post.read(cursor)[0]) == ["again"]


def test_mail_that_is_moved_out_of_advertising_is_read(post):
    sale = post.box.deliver(mail("sale"), ("INBOX", "CATEGORY_PROMOTIONS"))
    _, cursor = post.read()
    post.box.label(sale, add=["CATEGORY_PERSONAL"], remove=["CATEGORY_PROMOTIONS"])
    assert subjects(post.read(cursor)[0]) == ["sale"]


def test_a_message_that_is_not_there_yet_is_asked_for_once_more_and_then_passed(post):
    post.box.hiccups = {post.box.deliver(mail("late")): 1, post.box.deliver(mail("never")): 9}
    changes, cursor = post.read()
    assert subjects(changes) == ["late"]
    assert post.read(cursor)[0] == []


def test_pages_without_history_and_empty_pages_are_turned(post):
    _, cursor = post.read()
    post.box.page, post.box.empty_pages, post.box.duplicates = 2, True, True
    names = [f"m{number}" for number in range(7)]
    for name in names:
        post.box.deliver(mail(name))
    changes, cursor = post.read(cursor)
    assert sorted(subjects(changes)) == names
    assert sorted(subjects(post.read()[0])) == names


def test_lists_in_another_order_are_read_whole(post):
    post.box.reordered = True
    for number in range(9):
        post.box.deliver(mail(f"m{number}", day=number))
    assert len(post.read()[0]) == 9


def test_pages_that_go_round_in_circles_are_not_turned_for_ever(post):
    post.box.deliver(mail("one"))
    _, cursor = post.read()
    post.box.loops = True
    post.box.deliver(mail("two"))
    for since in (None, cursor):
        with pytest.raises(ProtocolViolation, match="in circles"):
            post.read(since)


# -- a history that is no longer known -------------------------------------------------------------------------------


def test_a_forgotten_history_costs_a_list_and_what_is_new(post):
    ids = [post.box.deliver(mail(f"m{number}")) for number in range(30)]
    changes, cursor = post.read()
    keys = {change.subject: change.key for change in changes}
    post.box.delete(ids[3])
    post.box.label(ids[4], add=["TRASH"])
    post.box.deliver(mail("new"))
    post.box.forget_history()
    post.ask_anew()
    changes, cursor = post.read(cursor)
    assert subjects(changes) == ["new"]
    assert {change.key for change in changes if isinstance(change, Removed)} == {keys["m3"], keys["m4"]}
    assert post.fake.units < 100
    assert post.read(cursor)[0] == []


def test_a_history_that_is_forgotten_between_its_pages_loses_nothing(post):
    _, cursor = post.read()
    post.box.page = 2
    for number in range(9):
        post.box.deliver(mail(f"m{number}"))
    post.fake.trouble("404", where="history.list", after=2)
    changes, _ = post.read(cursor)
    assert len(subjects(changes)) == 9


def test_an_import_goes_on_whatever_came_and_went_meanwhile(post):
    ids = [post.box.deliver(mail(f"m{number}", day=number)) for number in range(150)]
    pull = post.connector().pull(gmail.STREAM, None)
    first = next(batch for batch in pull if batch.changes)
    pull.close()
    read = subjects(first.changes)
    gone = ids[10]
    post.box.delete(gone)  # not read yet
    post.box.delete(ids[149])  # read
    post.box.deliver(mail("new", day=400))
    post.box.deliver(mail("answer", day=401, answers="m20"), ("SENT",))
    post.ask_anew()
    changes, cursor = post.read(first.cursor)
    assert sorted(read + subjects(changes)) == sorted([f"m{n}" for n in range(150) if n != 10] + ["new", "answer"])
    assert [type(change) for change in changes if not isinstance(change, Message)] == [Removed]
    assert post.read(cursor)[0] == []


def test_a_login_that_ends_under_way_keeps_what_was_read(post):
    for number in range(200):
        post.box.deliver(mail(f"m{number}"))
    pull = post.connector().pull(gmail.STREAM, None)
    first = next(batch for batch in pull if batch.changes)
    post.fake.revoke_all()
    with pytest.raises(NeedsOwner, match="kith login post"):
        list(pull)
    post.keep(post.fake.login())
    changes, _ = post.read(first.cursor)
    assert len(changes) + len(first.changes) == 200


def test_a_mailbox_that_is_suddenly_empty_is_not_believed(post):
    post.box.deliver(mail("one"))
    _, cursor = post.read()
    post.box.messages.clear()
    post.box.forget_history()
    with pytest.raises(CursorExpired) as raised:
        post.read(cursor)
    assert raised.value.fewer


def test_a_mailbox_in_which_everything_was_deleted_is_not_believed_either(post):
    ids = [post.box.deliver(mail(f"m{number}")) for number in range(12)]
    _, cursor = post.read()
    for name in ids[:11]:
        post.box.delete(name)
    assert len(post.read(cursor)[0]) == 11
    post.box.delete(ids[11])
    with pytest.raises(CursorExpired) as raised:
        post.read(cursor)
    assert raised.value.fewer


@pytest.mark.parametrize("value", ['{"history":"1","known":"AA="}', '{"history":"1","known":"AAA="}', "[]"])
def test_a_cursor_that_is_broken_is_expired(post, value):
    with pytest.raises(CursorExpired):
        post.read(Cursor(value=value))


def test_a_server_that_ignores_labels_does_not_hide_the_mailbox(post):
    listed = post.box.list
    post.box.list = lambda **asked: listed(**{name: value for name, value in asked.items() if name != "labelIds"})
    post.box.deliver(mail("one"))
    post.box.deliver(mail("two"))
    assert len(post.read()[0]) == 2


def test_the_letter_is_sent_as_it_is(post):
    letter = mail("letter", sender="maya@lindqvist.example")
    with pytest.raises(NeedsOwner, match="kith login post --sending"):
        gmail.send(gmail.GmailSettings(endpoint=post.url), post.around, letter)
    post.keep(post.fake.login((*GMAIL_SCOPES, f"{SCOPE}gmail.send")))
    gmail.send(gmail.GmailSettings(endpoint=post.url), post.around, letter)
    assert post.box.sent == [letter]


def test_a_letter_that_may_have_gone_out_is_told_from_one_that_did_not(post):
    post.keep(post.fake.login((*GMAIL_SCOPES, f"{SCOPE}gmail.send")))
    settings = gmail.GmailSettings(endpoint=post.url)
    for kind, error in (("cut", MaybeSent), ("500", MaybeSent), ("403-rate", Transient), ("403-scope", NeedsOwner)):
        post.fake.trouble(kind, where="messages/send")
        with pytest.raises(error) as raised:
            gmail.send(settings, post.around, mail("letter"))
        assert type(raised.value) is error
    post.fake.trouble("500", where="/token")
    post.keep(post.fake.login((*GMAIL_SCOPES, f"{SCOPE}gmail.send")))
    with pytest.raises(Transient) as raised:
        gmail.send(settings, post.around, mail("letter"))
    assert type(raised.value) is Transient
    assert len(post.box.sent) == 1  # the one whose answer was cut did go out


def test_the_doctor_hears_whose_mailbox_it_is_and_that_sent_mail_is_known(post):
    connector = post.connector()
    connector.streams()
    assert connector.own_streams() == ["All Mail"]
    assert connector.abilities() == ["it is the mailbox of maya@lindqvist.example"]
