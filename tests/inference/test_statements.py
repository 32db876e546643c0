"""What authors say about their own addresses, and for whom they write. All mails are invented."""

from __future__ import annotations

import pytest

from inference.statements import MAX_QUOTE, Statement, statements

SENDER = "dana@acme.example"
X = "dana.whitfield@orbital.example"


def found(text, whole=None, sender=SENDER):
    return [(each.kind.value, each.subject) for each in statements(text, whole or text, sender)]


@pytest.mark.parametrize(
    "text",
    [
        f"Hi Maya,\nmy new address is {X}.\nDana",
        f"Please use {X} from now on.",
        f"From now on please use {X.title()}.",
        f"I have moved to {X}, so write to me there.",
        f"I've just switched from Acme Mail to <{X}>.",
        f"You can now reach me at {X}!",
        f"This is my new email address:\n\n{X}",
        f"My new e-mail is below. {X}",
        f"Hallo Maya, meine neue Adresse ist {X}. Gruß, Dana",
        f"Meine neue E-Mail-Adresse lautet:\n{X}",
        f"Ab sofort erreichst du mich unter {X}.",
        f"Bonjour, ma nouvelle adresse est {X}.",
        f"Désormais, merci de m'écrire à {X}.",
        f"Hola, mi nueva dirección es {X}.",
        f"A partir de ahora escríbeme a {X}, por favor.",
    ],
)
def test_a_new_address_is_found(text):
    assert found(text) == [("new_address", X)]


@pytest.mark.parametrize(
    "text",
    [
        "This is my new address. My old address, dana@acme.example, no longer works.",
        "I am writing from my new email address; dana@acme.example will be closed in May.",
        "Please use my new account instead of dana@acme.example.",
        "Dies ist meine neue Adresse. Die alte Adresse dana@acme.example wird abgeschaltet.",
        "Voici ma nouvelle adresse. Mon ancienne adresse dana@acme.example ne fonctionne plus.",
        "Esta es mi nueva dirección. Mi antigua dirección dana@acme.example ya no funciona.",
    ],
)
def test_an_old_address_is_found_where_the_mail_comes_from_the_new_one(text):
    assert found(text, sender=X) == [("old_address", SENDER)]


@pytest.mark.parametrize(
    "text",
    [
        "Ruth is the one to ask: ruth@museum.example knows the new curator.",
        "The new brochure is out. Write to ruth@museum.example for a copy.",
        "I have moved to Berlin last week. Tickets are at box@hall.example.",
        f"My new address is 12 Harbour Street. Mail me at the usual {SENDER}.",
        "I changed the text. Could you send it to ruth@museum.example?",
        "We moved house and have a new kitchen.",
        "Please direct any email to his new address: ruth@museum.example",
        "@everyone: the new address list is in the folder.",
    ],
)
def test_other_addresses_and_other_news_are_no_change_of_address(text):
    assert found(text) == []


def test_the_sentence_is_kept_and_cut():
    (said,) = statements(f"Hello.\nPlease use\n{X} from now on.", "", SENDER)
    assert said.quote == f"Please use {X} from now on."
    (long,) = statements(f"My new address is {X} and {'very ' * 100} nice.", "", SENDER)
    assert len(long.quote) == MAX_QUOTE


def test_hostile_text_is_read_in_bounded_time_and_gives_few_statements():
    assert len(found("my new address is " + " ".join(f"a{n}@b.example" for n in range(5000)))) <= 4
    assert found("new@" * 50_000) == []
    assert len(found("".join(f"My new address is a{n}@b.example.\n" for n in range(5000)))) <= 4


BODY = "Dana can see you on Monday."


@pytest.mark.parametrize(
    "line",
    [
        "Assistant to Dana Whitfield",
        "Executive Assistant to Dana Whitfield",
        "Ruth Okafor, PA to Dana Whitfield",
        "on behalf of Dana Whitfield",
        "Assistentin von Dana Whitfield",
    ],
)
def test_a_signature_says_for_whom_somebody_writes(line):
    (said,) = statements(BODY, f"{BODY}\n\nBest,\nRuth Okafor\n{line}\n+46 8 123 456", "ruth@acme.example")
    assert said == Statement(kind="writes_for", subject="Dana Whitfield", quote=line)


@pytest.mark.parametrize(
    "rest",
    [
        "\n> Ruth\n> Assistant to Dana Whitfield",
        "\n\nOn Monday, Ruth wrote:\nAssistant to Dana Whitfield",
        "\n\nFrom: Ruth\nAssistant to Dana Whitfield",
        "\n\ni.A. Dana Whitfield",
        "\n\non behalf of the whole crew",
        "\n\nOn behalf of Acme Support Team",
        "\n\nI used to be an assistant to Dana Whitfield in those days.",
    ],
)
def test_what_is_quoted_or_told_says_nothing_of_who_writes_for_whom(rest):
    assert statements(BODY, BODY + rest, "ruth@acme.example") == ()
