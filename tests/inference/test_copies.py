"""One mail kept twice is one mail."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import permutations

from inference.acts.act import Act, ActName
from inference.copies import without_copies
from inference.timeline import OWNER, Mail, Timeline

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
ASK = Act(act=ActName.ASK, start=0, end=18, quote="Could you send it?", confidence=0.9)


def mail(identity, **changes):
    return replace(
        Mail(
            identity=identity,
            message_id=identity,
            at=NOON,
            thread=1,
            author=7,
            to=(OWNER,),
            subject="Plan",
            acts=(ASK,),
        ),
        **changes,
    )


def timeline(*mails):
    return Timeline(person=7, key="dana", names=("Dana Whitfield",), mails=mails, encounters=())


def test_copies_of_one_mail_under_other_message_ids_are_one_in_any_order():
    copies = [mail("a"), mail("b", thread=2), mail("c", thread=3)]
    found = {without_copies(timeline(*order)).mails for order in permutations(copies)}
    assert found == {(mail("a"),)}


def test_a_trusted_copy_stays_rather_than_one_that_is_not():
    assert without_copies(timeline(mail("a", trusted=False), mail("b"))).mails == (mail("b"),)


def test_an_answer_to_a_copy_answers_the_mail_that_stays():
    answer = mail("z", author=OWNER, to=(7,), at=NOON + timedelta(days=1), answers="b", acts=())
    found = without_copies(timeline(mail("a"), mail("b"), answer)).mails
    assert [(each.identity, each.answers) for each in found] == [("a", None), ("z", "a")]


def test_another_second_another_author_or_another_sentence_is_another_mail():
    others = (
        mail("b", at=NOON + timedelta(seconds=1)),
        mail("c", author=8),
        mail("d", acts=(replace(ASK, quote="Could you bring it?"),)),
    )
    assert len(without_copies(timeline(mail("a"), *others)).mails) == 4
