"""Corrections by reply: from any mail program, from the owner's own Sent mail only, each once."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, timedelta
from email.message import EmailMessage
from email.policy import SMTP
from zoneinfo import ZoneInfo

import pytest

from connectors.mime import parse
from connectors.protocol import Stream
from daemon.config import load
from daemon.digest.deliver import compose, written
from daemon.digest.render import render
from daemon.pipeline import sync_account
from daemon.refresh import refresh
from daemon.reinfer import reinfer
from daemon.store import CorrectionKind
from tests.daemon.store_sample import AOIFE, DANA, MAYA, NOW, TOMAS, batch, feed, mail, own, read

ZONE = ZoneInfo("Europe/Stockholm")
SENT = NOW + timedelta(days=2)


@pytest.fixture
def config(tmp_path):
    path = tmp_path / "kith.toml"
    path.write_text(
        f'[owner]\nname = "Maya Lindqvist"\naddresses = ["{MAYA.email}"]\ntimezone = "Europe/Stockholm"\n'
        '[smtp]\nhost = "localhost"\n[digest]\nreply_to = "maya+kith@lindqvist.example"\n',
        encoding="utf-8",
    )
    return load(path)


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
def letter(letters, config):
    """The letter that was sent from it, as the store keeps it."""
    made, told = compose(config, letters, at=NOW, period="2026-W23", to=config.digest.to, now=NOW)
    assert letters.claim_letter("2026-W23", made, told, NOW)
    letters.letter_sent("2026-W23", NOW)
    assert [(item.section, item.emails) for item in made.items] == [
        ("answer", (DANA.email,)),
        ("thank", (AOIFE.email,)),
        ("waiting_on", (TOMAS.email,)),
    ]
    return made


@pytest.fixture
def plain_text(letters, config, letter):
    """The letter's text, as it is quoted."""
    document, _ = written(config, letters, at=NOW, token=letter.token)
    return render(document, "text")


def reply(letter, text="", *, html="", subject="Re: Your network, week of 1 June 2026", answers=True, to="", **more):
    """A mail as a program writes it, read back from its bytes."""
    made = EmailMessage(policy=SMTP)
    made["From"] = f"{MAYA.name} <{MAYA.email}>"
    made["To"] = to or "Kithkeeper <maya+kith@lindqvist.example>"
    made["Date"] = SENT
    made["Subject"] = subject
    made["Message-ID"] = f"<{abs(hash((text, html, subject)))}@lindqvist.example>"
    if answers:
        made["In-Reply-To"] = f"<{letter.message_id}>"
        made["References"] = f"<{letter.message_id}>"
    made.set_content(text or " ")
    if html:
        made = _with_html(made, text, html)
    more.setdefault("own", True)
    return parse(made.as_bytes(), key=more.pop("key", "reply"), now=SENT, zone=UTC, **more)


def _with_html(made, text, html):
    if text:
        made.add_alternative(html, subtype="html")
    else:
        made.set_content(html, subtype="html")
    return made


class Box:
    """A folder that holds these mails."""

    def __init__(self, *mails):
        self.mails = mails

    def streams(self):
        return [Stream(name="Sent", holds="mail")]

    def pull(self, stream, since):
        yield batch(*self.mails, cursor="end")


def come(store, *mails, account="post", **more):
    """What the corrections are once these mails were read."""
    more.setdefault("read", read)
    outcome = sync_account(account, "fake", Box(*mails), store, now=lambda: SENT, zone=ZONE, **more)
    assert outcome.problem is None
    return [(each.kind.value, each.verdict, each.email or each.subject[0]) for each in store.corrections()]


REJECTED = [("favor", "reject", DANA.email)]


# Mail programs.


def quoted(text):
    return "".join(f"> {line}".rstrip() + "\n" for line in text.splitlines())


def test_thunderbird_below_the_quote(letters, letter, plain_text):
    text = f"Kithkeeper wrote on 01.06.26 07:30:\n{quoted(plain_text)}\nwrong 1\n"
    assert come(letters, reply(letter, text)) == REJECTED


def test_inline_between_the_quoted_lines(letters, letter, plain_text):
    head, tail = plain_text.split("“Could you look", 1)
    text = f"On 01/06/2026 07:30, Kithkeeper wrote:\n{quoted(head)}\nwrong 1\n\n{quoted(tail)}\n"
    assert come(letters, reply(letter, text)) == REJECTED


def test_gmail_on_the_web_above_the_quote(letters, letter, plain_text):
    text = f"wrong 1\n\nOn Mon, 1 Jun 2026 at 07:30, Kithkeeper <{MAYA.email}> wrote:\n\n{quoted(plain_text)}"
    page = (
        '<div dir="ltr">wrong 1</div><br><div class="gmail_quote"><div dir="ltr" class="gmail_attr">On Mon, 1 Jun 2026 at '
        f'07:30, Kithkeeper wrote:<br></div><blockquote class="gmail_quote">{plain_text}</blockquote></div>'
    )
    assert come(letters, reply(letter, text, html=page)) == REJECTED


def test_apple_mail_on_a_phone(letters, letter, plain_text):
    text = (
        "wrong 1\n\nSent from my iPhone\n\n> On 1 Jun 2026, at 07:30, Kithkeeper "
        f"<{MAYA.email}> wrote:\n> \n> \ufeff{quoted(plain_text)}"
    )
    assert come(letters, reply(letter, text)) == REJECTED


def test_outlook_with_its_header_block(letters, letter, plain_text):
    text = (
        f"wrong 1\n\nMaya Lindqvist\nConservator\n\n________________________________\nFrom: Kithkeeper <{MAYA.email}>\n"
        f"Sent: Monday, 1 June 2026 07:30\nTo: Maya Lindqvist <{MAYA.email}>\n"
        f"Subject: Your network, week of 1 June 2026\n\n{plain_text}"
    )
    assert come(letters, reply(letter, text)) == REJECTED


def test_outlook_in_html_alone(letters, config, letter):
    document, _ = written(config, letters, at=NOW, token=letter.token)
    page = (
        '<html><body><div class="WordSection1"><p class="MsoNormal">wrong 1</p><div><div style="border:none;border-top:'
        'solid #E1E1E1 1.0pt;padding:3.0pt 0cm 0cm 0cm"><p class="MsoNormal"><b>From:</b> Kithkeeper<br><b>Sent:</b> '
        "Monday, 1 June 2026 07:30<br><b>To:</b> Maya<br><b>Subject:</b> Your network, week of 1 June 2026</p></div></div>"
        f"{render(document, 'html').partition('<body')[2].partition('>')[2]}"
    )
    assert come(letters, reply(letter, html=page)) == REJECTED


def test_a_program_whose_quote_is_not_known_for_one(letters, letter, plain_text):
    text = f"wrong 1\n\nGonderen: Kithkeeper\n{plain_text}"
    assert come(letters, reply(letter, text))[:1] == REJECTED
    assert letters.unconfirmed_replies()[0].applied == 1


def test_a_tap_on_a_link_of_the_letter(letters, letter):
    link = reply(letter, "wrong 1", subject=f"wrong 1 kith-{letter.token}", answers=False)
    assert come(letters, link) == REJECTED


def test_a_tap_where_the_program_drops_the_text(letters, letter):
    assert come(letters, reply(letter, "", subject=f"wrong 1 kith-{letter.token}", answers=False)) == REJECTED


def test_the_text_of_a_link_that_was_changed_holds_not_its_subject(letters, letter):
    changed = reply(letter, "done 3", subject=f"wrong 1 kith-{letter.token}", answers=False)
    assert come(letters, changed) == [("favor", "done", TOMAS.email)]


def test_a_provider_that_changes_message_ids_is_answered_by_the_quoted_secret(letters, letter, plain_text):
    strange = replace(letter, message_id="0102018f-rewritten@ses.example")
    assert (
        come(letters, reply(strange, f"wrong 1\n\nOn 1 Jun 2026 Kithkeeper wrote:\n{quoted(plain_text)}")) == REJECTED
    )


# What it means.


def test_each_word_means_what_settles_the_line(letters, letter, owner):
    answer = reply(letter, "done 1, 2, 3\n")
    come(letters, answer)
    assert {(each.email, each.verdict, each.letter) for each in letters.corrections()} == {
        (DANA.email, "done", letter.token),
        (AOIFE.email, "thanked", letter.token),
        (TOMAS.email, "done", letter.token),
    }
    refresh(letters, owner)
    assert sections(letters) == ["showed_up"]


def sections(store, at=SENT):
    from daemon.digest.build import build
    from daemon.digest.section import Thresholds

    document = build(store.network(at, ZONE, "Maya"), Thresholds())
    return [section.id for section in document.sections if section.shown]


def test_a_snoozed_line_comes_back(letters, letter, owner):
    come(letters, reply(letter, "snooze 1 30d"))
    refresh(letters, owner)
    assert "answer" not in sections(letters)
    assert "answer" not in sections(letters, SENT + timedelta(days=30))
    assert "answer" in sections(letters, SENT + timedelta(days=31))
    (kept,) = letters.corrections()
    letters.remove_correction(kept.id)
    assert "answer" in sections(letters)


def test_a_snooze_holds_when_everything_is_inferred_anew(letters, letter, owner):
    come(letters, reply(letter, "snooze 1 30d"))
    reinfer(letters, owner, read=read)
    assert "answer" not in sections(letters)


def test_whoever_is_no_person_is_in_no_letter_and_no_ledger(letters, letter, owner):
    assert come(letters, reply(letter, "not a person 1")) == [("machine", "", DANA.email)]
    refresh(letters, owner)
    network = letters.network(SENT, ZONE, "Maya")
    assert DANA.email not in {email for view in network.people.values() for email in view.emails}
    assert all(favor.person in network.people for favor in letters.favors())
    assert "answer" not in sections(letters)


def test_a_muted_person_is_not_named(letters, letter, owner):
    assert come(letters, reply(letter, "mute 1")) == [("mute", "", DANA.email)]
    refresh(letters, owner)
    assert "answer" not in sections(letters)


def test_a_line_about_no_favor_rests_with_its_person(letters, config, owner):
    from daemon.store import Letter, LetterItem

    drifting = LetterItem(code=1, section="drifting", emails=(DANA.email,))
    made = Letter(token="ab" * 8, message_id="kithkeeper.x.y@z", at=NOW, addresses=(MAYA.email,), items=(drifting,))
    letters.keep_letter(made)
    text = "done 1\n"
    assert come(letters, reply(made, text, subject=f"Re: kith-{made.token}", to=MAYA.email)) == [
        ("snooze_person", "2026-07-03", DANA.email)
    ]
    assert letters.network(SENT, ZONE, "Maya").silent == {("drifting", DANA.email)}


def test_the_next_letter_says_what_came_of_it_once(letters, config, letter):
    come(letters, reply(letter, "wrong 1\nwrnog 2\ndone 99"))
    document, told = written(config, letters, at=SENT)
    line = "Your corrections of 3 June: one applied; two not understood: “wrnog 2”, “done 99”."
    assert line in " ".join(render(document, "text").split())
    made, told = compose(config, letters, at=SENT, period="2026-W24", to=MAYA.email, now=SENT)
    letters.claim_letter("2026-W24", made, told, SENT)
    assert written(config, letters, at=SENT)[0].heard == ()


def test_a_pass_says_how_much_of_an_answer_was_applied(letters, letter):
    outcome = sync_account(
        "post", "fake", Box(reply(letter, "wrong 1\nwrnog 2")), letters, now=lambda: SENT, zone=ZONE, read=read
    )
    assert outcome.notes == (
        "your answer of 2026-06-03 to a letter: 1 applied, 1 not understood: the next letter quotes it",
    )


# Once, and nothing of it in the ledger.


def test_a_reply_in_two_folders_or_read_again_is_applied_once(letters, letter):
    answer = reply(letter, "wrong 1")
    assert come(letters, answer, replace(answer, key="again")) == REJECTED
    (kept,) = letters.corrections()
    letters.remove_correction(kept.id)
    assert come(letters, answer, full=True) == []
    assert come(letters, answer, account="other") == []
    assert len(letters.unconfirmed_replies()) == 1


def test_a_pass_that_dies_right_after_a_reply_was_heard_applies_it_once(letters, letter, monkeypatch):
    answer = reply(letter, "wrong 1")

    def die(*_args, **_more):
        raise KeyboardInterrupt

    with monkeypatch.context() as dying:
        dying.setattr(type(letters), "apply", die)
        with pytest.raises(KeyboardInterrupt):
            come(letters, answer)
    assert come(letters, answer) == REJECTED
    assert len(letters.unconfirmed_replies()) == 1


def test_the_reply_itself_is_no_favor_and_no_contact(letters, letter, owner):
    text = "wrong 1\n[ask advice]Could you look at 2?"
    before = len(letters.people())
    come(letters, reply(letter, text, to="Kithkeeper <maya+kith@lindqvist.example>"), keep_text=True)
    refresh(letters, owner)
    assert [each.acts for each in letters.exported_mails() if each.kind == "own_digest"] == [()]
    reinfer(letters, owner, read=read)
    assert [each.acts for each in letters.exported_mails() if each.kind == "own_digest"] == [()]
    assert len(letters.people()) == before


def test_the_letter_itself_in_the_sent_folder_says_nothing(letters, letter):
    from connectors.records import Message

    copy = parse(letter.mail, key="letter", own=True, now=SENT, zone=UTC)
    assert isinstance(copy, Message)
    bare = replace(copy, headers={})
    other = replace(copy, message_id="rewritten@ses.example")
    assert come(letters, copy, bare, other) == []
    assert letters.unconfirmed_replies() == []


# Forged ones.


@pytest.mark.parametrize(
    "forge",
    [
        lambda letter: reply(letter, "wrong 1", own=False),
        lambda letter: replace(reply(letter, "wrong 1", own=False), authenticated=True),
        lambda letter: replace(reply(letter, "wrong 1", own=False), sender=DANA),
        lambda letter: replace(reply(letter, "wrong 1"), authenticated=False),
        lambda letter: reply(letter, "wrong 1", answers=False),
        lambda letter: reply(letter, "wrong 1", subject="wrong 1 kith-0123456789abcdef", answers=False),
        lambda letter: reply(letter, "wrong 1", to=DANA.email),
        lambda letter: reply(replace(letter, message_id="kithkeeper.2026-W23.0123456789abcdef@x"), "wrong 1"),
        lambda letter: reply(letter, f"> wrong 1\n> kith-{letter.token}\n"),
    ],
    ids=[
        "received",
        "received, authenticated as the owner's",
        "received from a stranger",
        "own, but failing authentication",
        "own without the secret",
        "own with a secret that is none",
        "own, to somebody else",
        "own, answering a letter that is none",
        "own, with the correction only quoted",
    ],
)  # fmt: skip
def test_what_is_not_the_owners_answer_changes_nothing(letters, letter, forge):
    assert come(letters, forge(letter)) == []
    assert letters.unconfirmed_replies() == []


def test_a_reply_that_names_two_letters_is_not_applied_but_told_of(letters, config, letter):
    other, _ = compose(config, letters, at=SENT, period="2026-W24", to=MAYA.email, now=SENT)
    letters.claim_letter("2026-W24", other, (), SENT)
    both = reply(letter, "wrong 1", subject=f"Re: kith-{other.token}")
    assert come(letters, both) == []
    assert letters.unconfirmed_replies()[0].puzzling == ("wrong 1",)


def test_two_stores_do_not_hear_each_others_letters(sqlite_stores, letters, letter):
    assert come(sqlite_stores(), reply(letter, "wrong 1")) == []


def test_kinds_of_corrections_that_replies_bring_are_those_of_the_command_line():
    assert {"machine", "human", "snooze", "snooze_person", "mute"} <= set(CorrectionKind)
