"""What an author's mail ends with and nobody wrote for it: signatures, footers, notices. All mails are invented."""

import pytest

from inference.new_text import new_text
from inference.signatures import is_sign_off

BODY = "Hi Dana,\n\nI looked at the draft and like it."


@pytest.mark.parametrize(
    "ending",
    [
        "-- \nMaya Lindqvist\nHead of Drafts",
        "--\nMaya",
        "---\nMaya Lindqvist\nHead of Drafts",
        "Best regards,\nMaya",
        "Best regards,\n\nMaya Lindqvist\nHead of Drafts, Acme\nT: +46 8 555 01 99\nwww.acme.example",
        "Kind regards\nMaya",
        "Cheers,\nM.",
        "Cheers 🎉\nMaya",
        "Warmly,\nMaya",
        "Sincerely yours,\n\nMaya Lindqvist",
        "Mit freundlichen Grüßen\n\nMaya Lindqvist\nTelefon: 030 555 01 99",
        "Viele Grüße\nMaya",
        "LG\nMaya",
        "Cordialement,\nMaya Lindqvist",
        "Bien à vous,\nMaya",
        "Un saludo,\nMaya",
        "Abrazos\nMaya",
        "Cordiali saluti,\nMaya",
        "Um abraço,\nMaya",
        "Met vriendelijke groet,\nMaya",
        "Vänliga hälsningar\nMaya",
        "Venlig hilsen\nMaya",
        "-Maya",
        "/Maya",
        "Maya Lindqvist\nHead of Drafts\n+46 8 555 01 99",
        "______________\nMaya Lindqvist\nmaya@acme.example",
        "Sent from my iPhone",
        "Best,\nMaya\n\nSent from my iPhone",
        "Sent from my Samsung Galaxy smartphone.",
        "Von meinem iPhone gesendet",
        "Gesendet von Outlook für Android<https://aka.example/AAb9ysg>",
        "Envoyé de mon iPhone",
        "Enviado desde mi iPhone",
        "Inviato da iPhone",
        "Enviado do meu iPhone",
        "Verstuurd vanaf mijn iPhone",
        "Skickat från min iPhone",
        "Get Outlook for iOS",
        "Get Outlook for iOS<https://aka.example/o0ukef>",
        "CONFIDENTIALITY NOTICE: This e-mail is for its addressee only.\nDelete it otherwise.",
        "This e-mail and any attachments are confidential.\n\nIf you are not the intended recipient, delete it.",
        "**********************\nThis message contains privileged information.\n**********************",
        "Diese E-Mail enthält vertrauliche Informationen und ist nur für den Empfänger bestimmt.",
        "Ce message est confidentiel et destiné à son seul destinataire.",
        "Este mensaje es confidencial y se dirige solo a su destinatario.",
        "Please consider the environment before printing this e-mail.",
        "_______________________________________________\nriver mailing list\nriver@lists.river.example\nhttps://lists.river.example/mailman/listinfo/river",
        "You received this message because you are subscribed to the group River.",
        "To unsubscribe from this group, send an email to river-unsubscribe@groups.example",
        "Unsubscribe: https://lists.river.example/u/1",
    ],
)
def test_what_ends_a_mail_is_not_new_text(ending):
    assert new_text(f"{BODY}\n\n{ending}\n").text == BODY


def test_thanks_at_the_end_stay_without_the_block_below_them():
    assert new_text(f"{BODY}\n\nMany thanks,\nMaya Lindqvist\n+46 8 555 01 99").text == f"{BODY}\n\nMany thanks,"


def test_a_mail_that_is_nothing_but_a_sign_off_keeps_it():
    assert new_text("Best wishes,\nMaya").text == "Best wishes,"


def test_a_postscript_keeps_the_lines_above_it():
    text = f"{BODY}\n\nBest,\nMaya\n\nPS: The second page needs a number, and so do all the others."
    assert new_text(text).text == text


def test_an_address_that_the_text_leads_up_to_stays():
    text = "Hi Dana,\n\nYou asked how to reach him:\n\nAbel Okoro\n+234 1 555 0199"
    assert new_text(text).text == text


@pytest.mark.parametrize(
    "line",
    [
        "Sent from my desk, is much easier than my phone.",
        "The note was sent from my iPhone yesterday",
        "With regards to the draft, I agree.",
        "Best of luck with the talk!",
        "Thanks for the lovely dinner.",
        "This message is short.",
        "If you are free, come over.",
        "-- first point",
    ],
)
def test_sentences_that_look_like_endings_stay(line):
    assert new_text(f"{BODY}\n\n{line}").text == f"{BODY}\n\n{line}"


def test_a_divided_text_stays_whole():
    text = (
        f"{BODY}\n\n---\nAbel weaves furnishing cloth in Lagos. He would love to show you the autumn range this year."
    )
    assert new_text(text).text == text


def test_a_warning_that_a_gateway_put_on_top_is_dropped():
    banner = "CAUTION: This email originated from outside of the organisation. Do not click links\nunless you know the sender."
    assert new_text(f"{banner}\n\n{BODY}").text == BODY
    assert new_text(f"[EXTERNAL] This message comes from outside.\n\n{BODY}").text == BODY


def test_names_of_attached_files_at_the_end_are_dropped():
    assert new_text(f"{BODY}\n\n - draft.doc\n - plan.xls\n").text == BODY


@pytest.mark.parametrize(
    "line", ["Best,", "Kind regards", "thanks!", "Viele Grüße aus Berlin", "Merci beaucoup", "Un abrazo"]
)
def test_sign_offs_are_known(line):
    assert is_sign_off(line)


@pytest.mark.parametrize(
    "line", ["", "Best practice guide", "Thanks for the draft", "Regards the plan", "Love to come!"]
)
def test_other_lines_are_no_sign_offs(line):
    assert not is_sign_off(line)
