"""Who or what wrote a mail. All mails are invented."""

import gzip
from datetime import UTC, datetime
from email.parser import BytesHeaderParser

import pytest

from connectors.records import AUTOMATION_HEADERS, Address, Meeting, Message
from inference.automation import mail_kind
from inference.findings import MailKind
from inference.new_text import new_text


def mail(text="Could you look at the draft?", *, sender="dana@acme.example", **fields):
    return Message(
        key="k",
        message_id=fields.pop("message_id", "m1@acme.example"),
        sent_at=datetime(2026, 3, 3, tzinfo=UTC),
        sender=Address(email=sender),
        subject=fields.pop("subject", "Draft"),
        text=text,
        **fields,
    )


def kind(message):
    return mail_kind(message, new_text(message.text, message.html).text)[0]


def meeting():
    start = datetime(2026, 3, 10, 15, tzinfo=UTC)
    return Meeting(key="u/", uid="u", start=start, end=start.replace(hour=16))


def test_a_plain_mail_is_personal():
    assert kind(mail()) is MailKind.PERSONAL


def test_every_verdict_says_why():
    assert mail_kind(mail(headers={"auto-submitted": "auto-generated"}), "x") == (
        MailKind.BOT,
        "Auto-Submitted: auto-generated",
    )


@pytest.mark.parametrize(
    ("headers", "expected"),
    [
        ({"auto-submitted": "auto-generated"}, MailKind.BOT),
        ({"auto-submitted": "no"}, MailKind.PERSONAL),
        ({"auto-submitted": "auto-replied"}, MailKind.AUTO_REPLY),
        ({"auto-submitted": "auto-replied (vacation)"}, MailKind.AUTO_REPLY),
        ({"x-autoreply": "yes"}, MailKind.AUTO_REPLY),
        ({"x-autorespond": ""}, MailKind.AUTO_REPLY),
        ({"precedence": "auto_reply"}, MailKind.AUTO_REPLY),
        ({"precedence": "bulk"}, MailKind.BULK),
        ({"precedence": "junk"}, MailKind.BULK),
        ({"precedence": "list"}, MailKind.LIST),
        ({"list-id": "<river.lists.example>", "list-post": "<mailto:river@lists.example>"}, MailKind.LIST),
        (
            {"list-id": "<river.lists.example>", "precedence": "list", "list-unsubscribe": "<mailto:u@lists.example>"},
            MailKind.LIST,
        ),
        (
            {"list-id": "<123.campaigns.example>", "list-unsubscribe": "<https://x.example>", "x-mc-user": "1"},
            MailKind.BULK,
        ),
        ({"list-unsubscribe": "<https://acme.example/u/1>"}, MailKind.BULK),
        (
            {"list-unsubscribe": "<https://acme.example/u/1>", "list-unsubscribe-post": "List-Unsubscribe=One-Click"},
            MailKind.BULK,
        ),
        ({"x-campaign-id": "7"}, MailKind.BULK),
        ({"x-mailer": "SequenceCannon 4.2"}, MailKind.BULK),
        ({"x-mailer": "Apple Mail (2.3774)"}, MailKind.PERSONAL),
        ({"return-path": "<>"}, MailKind.BOT),
        ({"return-path": "<dana@acme.example>"}, MailKind.PERSONAL),
        ({"x-auto-response-suppress": "All"}, MailKind.BOT),
        ({"x-auto-response-suppress": "DR, OOF"}, MailKind.PERSONAL),
        ({"feedback-id": "1:2:acme"}, MailKind.PERSONAL),
        ({"x-kithkeeper": "2026-W23", "auto-submitted": "auto-generated"}, MailKind.OWN_DIGEST),
        ({"x-kithkeeper": "2026-W23"}, MailKind.PERSONAL),
    ],
)
def test_headers_tell(headers, expected):
    assert kind(mail(headers=headers)) is expected


def test_own_digests_are_known_by_their_message_id_as_well():
    assert kind(mail(message_id="kithkeeper.2026-W10.ab12@maya.example", own=True)) is MailKind.OWN_DIGEST


@pytest.mark.parametrize(
    "sender",
    [
        "noreply@shop.example",
        "no-reply@jobs.shop.example",
        "no.reply@shop.example",
        "orders-noreply@shop.example",
        "donotreply@bank.example",
        "do-not-reply@bank.example",
        "notifications@forge.example",
        "notification+ab12@social.example",
        "mailer-daemon@mx.example",
        "postmaster@mx.example",
        "alerts@bank.example",
        "nicht-antworten@bahn.example",
        "jira@acme.example",
    ],
)
def test_mailboxes_that_nobody_reads_belong_to_programs(sender):
    assert kind(mail(sender=sender)) is MailKind.BOT


@pytest.mark.parametrize("sender", ["newsletter@museum.example", "news@mail.museum.example", "marketing@shop.example"])
def test_mailboxes_for_mass_mail_send_mass_mail(sender):
    assert kind(mail(sender=sender)) is MailKind.BULK


@pytest.mark.parametrize(
    "sender",
    [
        "nora.reply@acme.example",
        "newsome@acme.example",
        "autumn@acme.example",
        "system.lee@acme.example",
        "support@acme.example",
        "info@acme.example",
        "alerton@acme.example",
    ],
)
def test_people_with_such_names_and_shared_mailboxes_stay_personal(sender):
    assert kind(mail(sender=sender)) is MailKind.PERSONAL


@pytest.mark.parametrize(
    "subject",
    [
        "Out of Office: Draft",
        "Out of Office AutoReply: Draft",
        "Automatic reply: Draft",
        "Re: Auto-Reply: Draft",
        "Abwesenheitsnotiz: Entwurf",
        "Automatische Antwort: Entwurf",
        "Réponse automatique : Projet",
        "Absence du bureau : Projet",
        "Respuesta automática: Borrador",
        "Fuera de la oficina: Borrador",
        "Risposta automatica: Bozza",
        "Resposta automática: Rascunho",
        "Automatisch antwoord: Concept",
        "Autosvar: Udkast",
    ],
)
def test_out_of_office_subjects_tell_in_many_languages(subject):
    assert kind(mail("Back on Monday.", subject=subject)) is MailKind.AUTO_REPLY


@pytest.mark.parametrize(
    "text",
    [
        "I am out of the office until Monday and have limited access to e-mail.",
        "Ich bin bis Montag nicht im Büro. In dringenden Fällen wenden Sie sich an meine Vertretung.",
        "Je suis absente du 3 au 7 mars. En cas d'urgence, appelez le standard.",
        "Estoy fuera de la oficina hasta el lunes; en caso de urgencia, llame a Abel.",
        "Sono fuori ufficio fino a lunedì; in caso di urgenza chiamate Abel.",
        "Estou de férias; em caso de urgência, ligue para Abel.",
        "Ik ben momenteel afwezig en ben maandag terug.",
    ],
)
def test_out_of_office_wording_tells_where_the_mail_asks_for_no_answer(text):
    assert kind(mail(text, headers={"x-auto-response-suppress": "DR, OOF"})) is MailKind.AUTO_REPLY
    assert kind(mail(text)) is MailKind.PERSONAL


def test_a_person_who_announces_an_absence_stays_a_person():
    assert kind(mail("I will be in Oslo from Wednesday on.", subject="Out of the office")) is MailKind.PERSONAL


def test_the_owner_s_own_auto_reply_is_one():
    assert kind(mail("Back on Monday.", own=True, headers={"auto-submitted": "auto-replied"})) is MailKind.AUTO_REPLY


@pytest.mark.parametrize(
    "subject",
    [
        "Accepted: Coffee",
        "Invitation: Coffee @ Tue Mar 10",
        "Zugesagt: Kaffee",
        "Refusé : Café",
        "Cancelada: Café",
        "Geaccepteerd: Koffie",
    ],
)
def test_a_calendar_s_answers_and_invitations_are_its_own(subject):
    assert kind(mail("", subject=subject, meetings=(meeting(),))) is MailKind.CALENDAR
    assert kind(mail("", subject=subject)) is MailKind.CALENDAR


def test_an_invitation_under_a_plain_title_is_a_calendar_s_own():
    assert (
        kind(mail("Join on your computer or mobile app", subject="Coffee", meetings=(meeting(),))) is MailKind.CALENDAR
    )


def test_a_letter_that_carries_an_invitation_stays_personal():
    text = (
        "Hi Maya, "
        + "it was good to talk, and I would be glad of your advice on the second chapter before we meet. " * 3
    )
    assert kind(mail(text, subject="Coffee", meetings=(meeting(),))) is MailKind.PERSONAL


def test_a_person_who_writes_about_an_invitation_stays_personal():
    text = "Thanks for asking me. I would love to come, could you tell me where it is and whom else you invited?"
    assert kind(mail(text, subject="Invitation: a question")) is MailKind.PERSONAL


@pytest.mark.parametrize(
    "text",
    [
        "Your parcel has left.\n\nPlease do not reply to this email.",
        "This is an automatically generated message.",
        "This mailbox is not monitored.",
        "Diese E-Mail wurde automatisch erstellt.",
        "Ceci est un message automatique.",
        "Este mensaje es generado automáticamente.",
    ],
)
def test_mail_that_says_a_program_wrote_it_is_believed(text):
    assert kind(mail(text)) is MailKind.BOT


@pytest.mark.parametrize(
    "subject",
    [
        "Your order confirmation",
        "Undeliverable: Draft",
        "Delivery Status Notification (Failure)",
        "Password reset",
        "Ihre Rechnung 7",
    ],
)
def test_subjects_of_receipts_and_bounces_tell(subject):
    assert kind(mail("Number 12345.", subject=subject)) is MailKind.BOT


def test_a_person_who_greets_stays_a_person_under_such_a_subject():
    assert (
        kind(mail("Hi Maya,\nhere is the invoice for the roof.\nAbel", subject="Your invoice confirmation"))
        is MailKind.PERSONAL
    )


@pytest.mark.parametrize(
    "footer",
    [
        "To unsubscribe, click here: https://museum.example/u/1",
        "News | Unsubscribe",
        "If you'd rather not hear from me, click here.",
        "You are receiving this newsletter because you registered as a reader.",
        "Newsletter abbestellen",
        "Se désabonner",
        "Darse de baja",
    ],
)
def test_a_way_to_unsubscribe_makes_mass_mail(footer):
    assert kind(mail(f"In this issue: a new reading room.\n\n{footer}")) is MailKind.BULK
    assert kind(mail("", html=f"<p>In this issue: a new reading room.</p><p>{footer}</p>")) is MailKind.BULK


def test_who_forwards_mass_mail_or_answers_it_is_a_person():
    newsletter = "In this issue.\n\nTo unsubscribe, click here: https://museum.example/u/1"
    forwarded = (
        f"Have you seen this?\n\n---------- Forwarded message ---------\nFrom: Museum\nSubject: News\n\n{newsletter}"
    )
    assert kind(mail(forwarded)) is MailKind.PERSONAL
    assert kind(mail(f"Take me off, please.\n\n{newsletter}", subject="Re: News")) is MailKind.PERSONAL
    assert kind(mail(f"Take me off, please.\n\n{newsletter}", in_reply_to=("x@museum.example",))) is MailKind.PERSONAL


def test_a_person_who_speaks_of_unsubscribing_is_no_newsletter():
    assert kind(mail("How do I unsubscribe from that choir list? Do you know?")) is MailKind.PERSONAL


def test_petitions_are_mass_mail():
    assert (
        kind(mail("Only 88 more signatures by Sunday. Please sign the petition and tell your friends."))
        is MailKind.BULK
    )
    assert kind(mail("The petition for rulemaking is attached; please forward it to Abel.")) is MailKind.PERSONAL


def test_letters_of_a_campaign_are_mass_mail():
    text = (
        "Anya Holm\n9 Lime Street\nRiverside\n\nTo Mr. Falk,\n\nI'm writing to urge you to save the eleven lime trees."
    )
    assert kind(mail(text)) is MailKind.BULK
    assert kind(mail("Hi Abel,\n\nI urge you to see that film.")) is MailKind.PERSONAL


def test_cold_sales_templates_are_mass_mail_even_without_headers():
    text = (
        "Hi Joyce, could I have 15 minutes to share how practices like yours are cutting no-shows by 38%? "
        "If you are not the right person, who is? I know my last note came at a bad time. Our platform does the rest."
    )
    assert kind(mail(text)) is MailKind.BULK


def test_a_person_who_follows_up_is_no_template():
    text = "Hi Joyce, did you get my last email? Could we have a quick call about the roof? 20 minutes would do."
    assert kind(mail(text)) is MailKind.PERSONAL


def test_a_post_to_a_group_s_address_or_with_its_footer_is_a_list_s():
    footer = "\n\nTo unsubscribe from this group, send an email to: river-unsubscribe@yahoogroups.com"
    assert kind(mail("Does anybody know a plumber?" + footer)) is MailKind.LIST
    assert kind(mail(to=(Address(email="river@lists.river.example"),))) is MailKind.LIST


@pytest.mark.parametrize(
    "headers",
    [{"precedence": "bulk"}, {"list-unsubscribe": "<x>"}, {"auto-submitted": "auto-generated"}, {"return-path": "<>"}],
)
def test_mail_that_the_owner_provably_sent_is_never_mass_mail(headers):
    text = "Please do not reply to this email. To unsubscribe, click here."
    assert kind(mail(text, own=True, sender="noreply@maya.example", headers=headers)) is MailKind.PERSONAL


def test_posts_of_people_on_a_real_list_are_list_mail(shared):
    with gzip.open(shared / "data" / "mail" / "usrp-users-1500.mbox.gz") as box:
        mails = box.read(1_000_000).split(b"\nFrom ")[:-1]
    for raw in mails:
        found = BytesHeaderParser().parsebytes(raw.partition(b"\n")[2])
        headers = {name.lower(): str(value) for name, value in found.items() if name.lower() in AUTOMATION_HEADERS}
        assert kind(mail(sender="usrp-users@lists.ettus.com", headers=headers)) is MailKind.LIST
    assert len(mails) > 50
