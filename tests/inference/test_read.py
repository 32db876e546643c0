"""What one message shows by itself. All mails are invented."""

from dataclasses import dataclass, field
from datetime import UTC, datetime

import pytest

from connectors.records import Address, Message
from inference.acts.act import Act, ActName
from inference.acts.recogniser import Context
from inference.findings import MailKind
from inference.read import CROWD, MAX_ACTS, MAX_MENTIONS, mentions, read
from inference.words import name_hash, topic


@dataclass
class Finder:
    """Takes every question for an ask, and remembers what it was given."""

    seen: list[tuple[str, Context]] = field(default_factory=list)

    def acts(self, text, context):
        self.seen.append((text, context))
        at = text.find("?")
        return () if at < 0 else (Act(act=ActName.ASK, start=0, end=at + 1, quote=text[: at + 1], confidence=0.9),)


def mail(text, **fields):
    fields.setdefault("subject", "The second draft")
    fields.setdefault("to", (Address(email="maya@lindqvist.example"),))
    return Message(
        key="k",
        message_id="m1@acme.example",
        sent_at=datetime(2026, 3, 3, tzinfo=UTC),
        sender=Address(email="dana@acme.example", name="Dana Whitfield"),
        text=text,
        **fields,
    )


ANSWER = "I will.\n\nOn 2 Mar 2026, Maya wrote:\n> Could you read it?\n"


def test_the_acts_of_a_personal_mail_stand_in_its_new_text():
    found = read(mail("Hi Maya,\nCould you read it?\n\nBest,\nDana"), Finder())
    assert found.kind is MailKind.PERSONAL
    assert found.text == "Hi Maya,\nCould you read it?"
    assert [act.quote for act in found.acts] == [found.text]
    assert found.words == 6


def test_the_recogniser_is_told_what_is_known_of_the_mail():
    finder = Finder()
    read(mail(ANSWER), finder)
    text, context = finder.seen[0]
    assert text == "I will."
    assert context.subject == "The second draft"
    assert context.recipients == ("maya@lindqvist.example",)
    assert context.quoted == "Could you read it?"


@pytest.mark.parametrize("subject", ["Fwd: Draft", "FW: Draft", "WG: Entwurf", "TR: Projet", "RV: Borrador"])
def test_what_is_forwarded_is_not_what_a_mail_answers(subject):
    finder = Finder()
    read(mail(ANSWER, subject=subject), finder)
    assert finder.seen[0][1].quoted == ""


@pytest.mark.parametrize(
    ("headers", "kind"),
    [
        ({"precedence": "bulk"}, MailKind.BULK),
        ({"auto-submitted": "auto-generated"}, MailKind.BOT),
        ({"auto-submitted": "auto-replied"}, MailKind.AUTO_REPLY),
        ({"x-kithkeeper": "2026-W23", "auto-submitted": "auto-generated"}, MailKind.OWN_DIGEST),
    ],
)
def test_mail_that_no_person_wrote_has_no_acts(headers, kind):
    finder = Finder()
    found = read(mail("Could you, Abel Okoro, read it?", headers=headers), finder)
    assert (found.kind, found.acts, found.mentions, finder.seen) == (kind, (), (), [])
    assert found.kind_because


def test_posts_to_lists_have_acts():
    found = read(mail("Could you read it?", headers={"precedence": "list"}), Finder())
    assert (found.kind, len(found.acts)) == (MailKind.LIST, 1)


def test_a_mail_without_new_text_is_read_without_the_recogniser():
    finder = Finder()
    found = read(mail("\n\n"), finder)
    assert (found.acts, found.words, found.text, finder.seen) == ((), 0, "", [])


def test_html_mail_is_read_as_well():
    found = read(mail("", html="<p>Could you read it?</p><blockquote type=cite>Send it.</blockquote>"), Finder())
    assert found.text == "Could you read it?"


def test_the_topic_is_that_of_the_subject():
    assert read(mail("x", subject="Re: The second draft"), Finder()).topic == topic("The second draft")


def test_the_language_is_that_of_the_new_text():
    text = "Könntest du dir bitte den Entwurf ansehen und mir sagen, was du davon hältst?"
    assert (
        read(
            mail(f"{text}\n\nOn 2 Mar 2026, Maya wrote:\n> Here is the draft that you wanted to see.\n"), Finder()
        ).language
        == "de"
    )


def test_full_names_in_the_new_text_are_mentions():
    text = "Please ask Aoife Brennan or Jean-Luc van der Berg; Dana knows them.\nAlso Ingrid\nFalk."
    found = mentions(text)
    assert {name_hash("Aoife Brennan"), name_hash("Jean-Luc van der Berg"), name_hash("Ingrid Falk")} <= set(found)
    assert name_hash("Dana") not in found


def test_a_name_below_another_capital_word_is_found():
    assert name_hash("Aoife Brennan") in mentions("Dear Aoife Brennan,")


def test_only_so_many_names_are_kept():
    text = ". ".join(f"I met Ann{chr(97 + n)} Smith{chr(97 + n)}" for n in range(26))
    assert len(mentions(text)) == MAX_MENTIONS


def test_quoted_names_are_no_mentions():
    found = read(mail("I will.\n\nOn 2 Mar 2026, Maya wrote:\n> Ask Aoife Brennan.\n"), Finder())
    assert found.mentions == ()


def test_a_name_with_a_word_of_one_letter_is_found():
    assert name_hash("Colm Ó Direáin") in mentions("You toured with Colm Ó Direáin for years.")


def test_capitals_without_end_are_no_names_and_no_work():
    """A search that began anew at each letter would take minutes here, so a timeout of the run would show it."""
    assert mentions("A’" * 200_000) == ()


def test_of_very_many_acts_the_surest_are_kept_in_their_order():
    class Many:
        def acts(self, text, context):
            return tuple(
                Act(act=ActName.ASK, start=n, end=n + 1, quote=text[n], confidence=0.9 if n >= 10 else 0.3)
                for n in range(MAX_ACTS + 10)
            )

    found = read(mail("x" * 200), Many())
    assert [act.start for act in found.acts] == list(range(10, MAX_ACTS + 10))


def test_mail_to_a_crowd_has_no_acts():
    crowd = tuple(Address(email=f"p{number}@acme.example") for number in range(CROWD + 1))
    assert read(mail("Could you read it?", to=crowd[:CROWD]), Finder()).acts
    assert not read(mail("Could you read it?", to=crowd), Finder()).acts
    assert not read(mail("Could you read it?", to=crowd[:13], cc=crowd[13:]), Finder()).acts
