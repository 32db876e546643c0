"""A message in, who or what wrote it and why that is thought so out.

Precision first: a person's mail that is taken for a machine's vanishes from the ledger, so every rule rests on a
header that people's mail programs do not write, on a mailbox that nobody reads, or on wording in which only programs
write. Mail that the owner's Sent folder proves to be their own is never bulk.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

import re2

from connectors.records import Message
from inference.findings import MailKind

#: The local part of the Message-ID of this program's letters begins so.
DIGEST_ID_PREFIX = "kithkeeper."
_TAIL = 4_000


def _pattern(pattern: str) -> Any:
    """A pattern without regard to case, for an engine that stays linear and reads a whole mail in microseconds."""
    options = re2.Options()
    options.case_sensitive = False
    options.never_capture = True
    return re2.compile(f"(?m:{pattern})", options)


_ROBOT = _pattern(
    r"(?:.*[._+-])?(?:no|not|do-?not|dont|never|keine?|ne-?pas|sin)[._-]?(?:reply|response|antwort(?:en)?|repondre|responder|respuesta)\b.*"
    r"|(?:no-?reply|noreply|donotreply|nicht-?antworten|nepasrepondre|noresponder|naoresponda|mailer-daemon|postmaster|bounces?|"
    r"daemon|listserv|majordomo|mailman|robot|auto-?(?:mailer|confirm|reply|notify|notification|responder)|system|sysadmin-notify|cron|root|"
    r"notifications?|notify|notice|notices|alerts?|reminders?|calendar-notification|calendar-server|drive-shares-.*|comments-noreply|"
    r"invitations?|updates?|digest|receipts?|order-?(?:update|confirm\w*)|auto|automated|mail-?delivery|jira|jenkins|buildbot|ci|"
    r"shipment-tracking|security-noreply|account-update|billing-noreply|statements?|critical\.notice)(?:[+_-].*)?"
)
_BULK_MAILBOX = _pattern(
    r"(?:news|newsletters?|marketing|promo(?:tions?)?|offers?|deals?|campaigns?|mailing|mailings|specials|rewards|announce(?:ments?)?|"
    r"subscriptions?|dailynews|bulletin|press-?releases?|e-?news|surveys?)(?:[+._-].*)?"
)
_LIST_PROGRAM = _pattern(r"(?:[^@]*-(?:bounces|owner|request|admin)|owner-[^@]*|bounce[^@]*)@")

_OUT_OF_OFFICE_SUBJECT = _pattern(
    r"\s*(?:(?:re|aw|fw|fwd)\s*:\s*)*(?:"
    r"(?:auto(?:mat(?:ic|ed|ed email))?[ -]?(?:reply|response|answer|generated reply))\b|auto(?:reply|response)\s*[:\-]|out of (?:the )?office(?:\s*[:\-]|\s+auto[ -]?(?:reply|response))"
    r"|ooo\s*[:\-]|(?:abwesenheits(?:notiz|meldung|nachricht|assistent)?|abwesend|automatische (?:antwort|abwesenheit))\b|nicht im (?:büro|haus)\b"
    r"|(?:réponse automatique|absence du bureau|message d['’]absence|en congés?\s*:|absent(?:e)? du bureau)"
    r"|(?:respuesta automática|fuera de (?:la )?oficina|ausente de la oficina|ausencia\s*:)"
    r"|(?:risposta automatica|fuori (?:sede|ufficio)|assenza dall['’]ufficio)"
    r"|(?:resposta automática|fora do escritório|ausência temporária|ausência do escritório)"
    r"|(?:automatisch antwoord|afwezigheid(?:smelding|sbericht|sassistent)?|niet op kantoor)"
    r"|(?:autosvar|automatisk svar|frånvaromeddelande|fraværsmelding|ikke på kontoret))"
)
# A person may announce an absence under such a subject; the text decides.
_ABSENCE_SUBJECT = _pattern(r"\s*(?:out of (?:the )?office|away|abwesend|absent|ausente|assente|afwezig)\b")
_OUT_OF_OFFICE_TEXT = _pattern(
    r"(?:\bi(?:['’]m| am| will be|['’]ll be) (?:currently |now |presently )?(?:out of (?:the )?office|away from (?:the|my) (?:office|desk)|on (?:annual |maternity |parental |paternity )?(?:leave|vacation|holiday))\b"
    r"|\bich bin (?:derzeit|momentan|zurzeit|bis|vom|ab)?.{0,40}\b(?:nicht im (?:büro|haus)|abwesend|außer haus|im urlaub)\b"
    r"|\bje suis (?:actuellement )?(?:absente?|en congés?)\b|\b(?:estoy|estaré|me encuentro) (?:actualmente )?(?:fuera de (?:la )?oficina|de vacaciones|ausente)\b"
    r"|\bsono (?:attualmente )?(?:fuori (?:ufficio|sede)|assente|in ferie)\b|\b(?:estou|estarei) (?:fora do escritório|ausente|de férias)\b"
    r"|\bik ben (?:momenteel |tot .{0,20}|van .{0,30})?(?:afwezig|niet op kantoor|met vakantie)\b)"
)
_RETURNS = _pattern(
    r"\b(?:(?:limited|no|without|intermittent) (?:e-?mail )?access|will (?:be back|return|respond|reply|get back)|return(?:ing)? (?:on|to the office)|in my absence|if (?:this is|your (?:matter|request|message) is|it is|you need).{0,40}(?:urgent|immediate|assistance)|please (?:contact|call|reach|direct)"
    r"|wieder (?:erreichbar|im (?:büro|haus)|zurück|da)|dringend|vertretung|nicht weitergeleitet|de retour|en cas d['’]urgence|mon absence|regres[oa]|urgencia|urgente|rientro|ritorno|in caso di|retorno|em caso de|terug|dringende)"
)
_CALENDAR_SUBJECT = _pattern(
    r"\s*(?:accepted|declined|tentative(?:ly accepted)?|invitation|updated invitation(?: with note)?|cancel+ed(?: event| invitation)?|new time proposed|canceled event with note|"
    r"forwarded invitation|reminder|notification|meeting (?:forward notification|invitation|reminder)|"
    r"angenommen|zugesagt|abgelehnt|abgesagt|mit vorbehalt(?: angenommen)?|einladung|aktualisierte einladung|termin abgesagt|"
    r"accepté|refusé|provisoire|invitation mise à jour|annulé|aceptad[oa]|rechazad[oa]|cancelad[oa]|invitación(?: actualizada)?|provisional|"
    r"accettato|rifiutato|annullato|invito(?: aggiornato)?|aceite|recusado|convite(?: atualizado)?|geaccepteerd|geweigerd|geannuleerd|uitnodiging|"
    r"accepteret|afvist|aflyst|godkänt|avböjt|inställt)\s*(?::|@)"
)
_CALENDAR_BODY = _pattern(
    r"(?:you have been invited to the following event|going\?\s*(?:\(|yes|-)|invitation from google calendar|join (?:on your computer|zoom meeting|the meeting|with google meet)|microsoft teams (?:meeting|need help)|reply for \S+@\S+|this is an? (?:automatic|automated) (?:calendar|meeting)|view all guest info|dial in by phone|calendar entry|has accepted this invitation|has declined this invitation)"
)
_ROBOT_SUBJECT = _pattern(
    r"\s*(?:undeliver(?:able|ed)|delivery (?:status notification|failure|has failed|report|notification)|returned mail|mail delivery (?:failed|system)|nondeliverable mail|failure notice|read(?: receipt)?:|not read:|gelesen:|lu\s*:|"
    r"(?:your )?(?:order|receipt|invoice|payment|shipment|delivery|booking|reservation|ticket|subscription|password|verification|security)(?: \S+){0,3} (?:confirm(?:ation|ed)|receipt|has (?:been )?(?:shipped|received|processed|confirmed)|reset|alert|code|reminder)|"
    r"(?:confirm|verify) your (?:e-?mail|account|address)|your verification code|new (?:sign-?in|login|device)|password reset|bestellbestätigung|auftragsbestätigung|versandbestätigung|ihre (?:bestellung|rechnung)|confirmation de (?:commande|votre)|votre (?:commande|facture)|confirmación de (?:pedido|compra|reserva)|conferma (?:d['’])?ordine|(?:request submitted|approval is overdue|access request)\b)"
)
_ROBOT_TEXT = _pattern(
    r"(?:(?:please )?do not (?:reply|respond) (?:directly )?to this (?:\w+ )?(?:e-?mail|message|notification|mail|automated)|this (?:is an? )?(?:mailbox|address|e-?mail address|inbox) is (?:not|un)[ -]?(?:monitored|attended)|"
    r"this is an? (?:automat(?:ed|ic)|auto-?generated|system[- ]generated|computer[- ]generated) (?:e-?mail|message|notification|mail|notice|reply|response)|(?:automatically|auto)[ -]generated (?:e-?mail|message|by|notification)|"
    r"replies to this (?:e-?mail|message|address) (?:are not|will not be|go)|diese (?:e-?mail|nachricht) wurde automatisch (?:erstellt|generiert|versandt)|bitte antworten sie nicht auf diese|"
    r"(?:ceci est un|cet?) (?:e-?mail|message) (?:automatique|a été (?:envoyé|généré) automatiquement)|merci de ne pas répondre|no responda a este|este (?:es un )?(?:mensaje|correo)(?: es| ha sido)? (?:generado )?automátic|non rispondere a quest|questa è una mail automatica|não responda a este)"
)
_UNSUBSCRIBE = _pattern(
    r"(?:to (?:unsubscribe|opt[- ]?out|be removed|stop receiving|remove yourself)\b.{0,90}(?:click|visit|reply|send|here|http|e-?mail|follow|go to|subject|write|please)|click here to (?:unsubscribe|be removed|opt)|unsubscribe (?:here|at any time|from (?:this|these|our|future)|instantly|now)|(?:\||·|•|^|\]|>)\s*unsubscribe\b\s*(?:$|[|·•<\[(]|https?:)|"
    r"(?:don['’]t|do not|no longer|rather not|not) (?:want|wish|like|hear)(?: to)? (?:to )?(?:receive|hear|get).{0,60}(?:click|reply|let me know with|unsubscribe|opt)|(?:rather not|don['’]t want to|prefer not to) hear from (?:me|us)|you(?:['’]re| are)? (?:receiv(?:ing|ed?)) this (?:e-?mail|newsletter|message|mail) because (?:you|your)|manage (?:your )?(?:e-?mail )?preferences|view (?:this (?:e-?mail|message) )?in (?:your |a )?browser|"
    r"newsletter (?:abbestellen|abmelden)|(?:hier|vom newsletter) abmelden|se désabonner|se désinscrire|vous désabonner|cancelar (?:la |tu |su )?suscripción|darse de baja|annulla(?:re)? (?:l['’])?iscrizione|disiscri|cancelar (?:a )?inscrição|uitschrijven|afmelden voor|remove(?:d)? from (?:our|this|future) (?:mailing|mailings|list|distribution))"
)
_PETITION = _pattern(
    r"sign (?:the|this|our) petition|add your (?:name|signature) (?:to|below|and)|more signatures|sign now\b|please sign\b[^.?!]{0,40}petition|"
    r"forward (?:this|it)(?: (?:e-?mail|message|petition))? (?:on )?to (?:everyone|all your|as many|at least \w+|ten|\d+ )|"
    r"^\s*(?:dear|to) (?:mr|ms|mrs|senator|governor|representative|congress\w+|president|secretary|minister)\b[^\n]{0,60}\s+i(?:'m| am) writing to (?:strongly )?urge you to"
)
_LIST_FOOTER = _pattern(
    r"[\w.+-]+-unsubscribe@(?:yahoogroups|egroups|groups)\.|yahoo! groups|groups\.google\.com|groups\.io|/mailman/(?:listinfo|options)/|"
    r"mailing list\s*\n\S+@|subscribed to the google groups"
)
_LIST_DOMAIN = _pattern(
    r"[^@]+@(?:(?:yahoo|google|e)groups\.(?:com|co\.uk|de|fr)|(?:[\w-]+\.)?groups\.io|lists?\..+|(?:www\.)?freelists\.org|listserv\..+|mailman\..+)"
)
# The stock phrases of cold sales mail; a person may use one or two of them, a template strings them together.
_SALES = tuple(
    _pattern(pattern)
    for pattern in (
        r"\b(?:companies|teams|practices|firms|businesses|agencies|brands|clinics|founders|leaders) (?:like|such as) (?:yours|\w+)",
        r"\b\d{1,3} ?%|\b\d+x\b|\bROI\b",
        r"\b(?:not|aren't|isn't) the (?:right|best) person\b|\bright person to (?:talk|speak)|\bwhoever (?:is|handles)",
        r"\b(?:10|15|20)[- ]min(?:ute)?s?\b|\bquick (?:call|chat|demo|question)\b",
        r"\b(?:bump|float|circl)ing (?:this|back)\b|\btop of your inbox\b|\bmy (?:last|previous) (?:e-?mail|note|message)s?\b",
        r"\bclose your file\b|\bnot (?:interested|a priority)\b|\bbad (?:moment|time)\b|\breply (?:with )?(?:1|\"?stop|\"?no)\b",
        r"\bbook a (?:time|demo|slot|call)\b|\bcalendly\b|\bsee a demo\b|\bfree (?:trial|audit|demo)\b",
        r"\bwe(?:'ve)? help(?:ed)?\b|\bour (?:platform|solution|software|tool)\b|\bcase study\b",
        r"\b(?:i came across|i noticed) (?:your|that (?:you|your))\b|\breaching out (?:because|to see|as)\b",
        r"\b(?:leads|pipeline|conversion|no-shows|churn|revenue|bookings)\b",
    )
)
#: So many different stock phrases make a mail a template.
SALES_PHRASES = 4
# Where somebody else's words begin, roughly: what a program says below that was forwarded or answered by a person.
_OTHERS = _pattern(
    r"^[ \t]*(?:>|[-_=* ?]{2,}[ \t]*(?:forwarded|original|weitergeleitet|ursprüngliche|message (?:transféré|d.origine)|mensaje|messaggio|doorgestuurd)|"
    r"begin forwarded|(?:from|von|de|da|van):[^\n]*\n[^\n]*\n?[ \t]*(?:sent|date|to|cc|gesendet|envoyé|enviado|inviato|verzonden):|to:[^\n]*\n(?:[^\n]*\n){0,8}[ \t]*(?:cc|subject):)"
)
_ANSWER_SUBJECT = _pattern(r"\s*(?:\[[^\]]{1,40}\]\s*)?(?:re|aw|fwd?|wg|tr|rv|sv|vs|antw|r|i|enc|odp)\s*(?:\[\d+\])?:")
_SEQUENCE_MAILER = _pattern(
    r"(?:sequence|outreach|mail ?merge|lemlist|salesloft|reply\.io|mailshake|woodpecker|yesware|apollo|instantly|smartlead|hubspot|mailchimp|campaign|phpmailer|phplist|sendy|mailerlite|constant contact)"
)

_ESP_HEADERS = ("x-campaign-id", "x-mc-user", "x-sg-eid", "x-mailgun-sid", "feedback-id", "list-unsubscribe-post")


def mail_kind(message: Message, text: str) -> tuple[MailKind, str]:
    """Who or what wrote ``message``.

    Args:
        message: the mail.
        text: its author's own new text.

    Returns:
        The kind, and a phrase for the owner that says why.
    """
    headers = message.headers
    if "x-kithkeeper" in headers or (message.message_id or "").startswith(DIGEST_ID_PREFIX):
        return MailKind.OWN_DIGEST, "this program's own letter"
    for rule in (_auto_reply, _calendar):
        found = rule(message, text)
        if found:
            return found
    if message.own:
        return MailKind.PERSONAL, "the owner sent it"
    for rule in (_robot_headers, _mailing_list, _bulk_headers, _mailbox, _wording):
        found = rule(message, text)
        if found:
            return found
    return MailKind.PERSONAL, "nothing says that a program wrote it"


def _auto_reply(message: Message, text: str) -> tuple[MailKind, str] | None:
    headers = message.headers
    automatic = headers.get("auto-submitted", "").lower()
    if automatic.startswith("auto-replied"):
        return MailKind.AUTO_REPLY, "Auto-Submitted: auto-replied"
    for name in ("x-autoreply", "x-autorespond"):
        if headers.get(name, "no").strip().lower() not in ("no", "false", "0"):
            return MailKind.AUTO_REPLY, f"the header {name}"
    if headers.get("precedence", "").strip().lower() == "auto_reply":
        return MailKind.AUTO_REPLY, "Precedence: auto_reply"
    if _OUT_OF_OFFICE_SUBJECT.match(message.subject) and (not message.own or len(text.split()) < 120):
        return MailKind.AUTO_REPLY, "the subject of an out-of-office reply"
    if not message.own and _absent(text) and (_suppresses(headers) or _ABSENCE_SUBJECT.match(message.subject)):
        return MailKind.AUTO_REPLY, "the wording of an out-of-office reply"
    return None


def _absent(text: str) -> bool:
    return len(text) < 1_500 and bool(_OUT_OF_OFFICE_TEXT.search(text) and _RETURNS.search(text))


def _suppresses(headers: Mapping[str, str]) -> bool:
    return (
        "x-auto-response-suppress" in headers
        or headers.get("return-path", "x").strip() in ("", "<>")
        or headers.get("auto-submitted", "no").lower() != "no"
    )


def _calendar(message: Message, text: str) -> tuple[MailKind, str] | None:
    titled = _CALENDAR_SUBJECT.match(message.subject)
    words = len(text.split())
    boilerplate = bool(_CALENDAR_BODY.search(text[:_TAIL]))
    if message.meetings and (titled or words < 25 or boilerplate):
        return MailKind.CALENDAR, "an invitation or answer that a calendar sent"
    if titled and not message.own and (words <= 8 or boilerplate):
        return MailKind.CALENDAR, "a calendar's own notice"
    if message.sender.email.startswith(("calendar-notification@", "calendar-server@")):
        return MailKind.CALENDAR, "a calendar program's mailbox"
    return None


def _robot_headers(message: Message, text: str) -> tuple[MailKind, str] | None:
    headers = message.headers
    automatic = headers.get("auto-submitted", "no").strip().lower()
    if automatic and not automatic.startswith("no"):
        return MailKind.BOT, f"Auto-Submitted: {automatic[:40]}"
    if "return-path" in headers and headers["return-path"].strip() in ("", "<>"):
        return MailKind.BOT, "an empty Return-Path, as bounces have"
    if "all" in headers.get("x-auto-response-suppress", "").lower() and not message.in_reply_to:
        return MailKind.BOT, "it forbids automatic answers, as programs do"
    return None


def _mailing_list(message: Message, text: str) -> tuple[MailKind, str] | None:
    headers = message.headers
    if _ROBOT.fullmatch(_local(message)) or any(name in headers for name in _ESP_HEADERS):
        return None
    name = headers.get("list-id", "")[:60]
    if "list-post" in headers or headers.get("precedence", "").strip().lower() == "list":
        return MailKind.LIST, f"a post to the mailing list {name}".strip()
    if _BULK_MAILBOX.fullmatch(_local(message)):
        return None
    if name and "list-unsubscribe" not in headers:
        return MailKind.LIST, f"a post to the mailing list {name}"
    if _LIST_FOOTER.search(message.text[-_TAIL:]) and not name:
        return MailKind.LIST, "the footer of a mailing list"
    addressed = any(_LIST_DOMAIN.fullmatch(address.email) for address in (*message.to, *message.cc)[:20])
    if addressed and not _UNSUBSCRIBE.search(_own_part(message)):
        return MailKind.LIST, "a post to a mailing list's address"
    return None


def _bulk_headers(message: Message, text: str) -> tuple[MailKind, str] | None:
    headers = message.headers
    robot = _ROBOT.fullmatch(_local(message))
    if "list-unsubscribe" in headers or "list-unsubscribe-post" in headers:
        return (MailKind.BOT if robot else MailKind.BULK), "it offers to unsubscribe, as mass mail does"
    precedence = headers.get("precedence", "").strip().lower()
    if precedence in ("bulk", "junk"):
        return (MailKind.BOT if robot else MailKind.BULK), f"Precedence: {precedence}"
    if _SEQUENCE_MAILER.search(headers.get("x-mailer", "")):
        return MailKind.BULK, f"sent by {headers['x-mailer'][:40]}"
    if "x-campaign-id" in headers or "x-mc-user" in headers:
        return MailKind.BULK, "the headers of a mass mailing service"
    if any(name in headers for name in _ESP_HEADERS) and not message.in_reply_to:
        if robot or _ROBOT_SUBJECT.match(message.subject) or _ROBOT_TEXT.search(_own_part(message)):
            return MailKind.BOT, "the headers of a mailing service and the wording of a notice"
        if _UNSUBSCRIBE.search(_own_part(message)):
            return MailKind.BULK, "the headers of a mailing service and a way to unsubscribe"
    return None


def _mailbox(message: Message, text: str) -> tuple[MailKind, str] | None:
    local = _local(message)
    if _ROBOT.fullmatch(local):
        return MailKind.BOT, f"nobody reads the mailbox {local[:40]}"
    if _LIST_PROGRAM.match(message.sender.email) and not message.in_reply_to:
        return MailKind.BOT, "a list program's mailbox"
    if _BULK_MAILBOX.fullmatch(local) and not message.in_reply_to:
        return MailKind.BULK, f"a mailbox for mass mail: {local[:40]}"
    return None


def _wording(message: Message, text: str) -> tuple[MailKind, str] | None:
    if message.in_reply_to or not text or _ANSWER_SUBJECT.match(message.subject):
        return None
    own = _own_part(message)
    if _ROBOT_SUBJECT.match(message.subject) and _is_whole(own, message) and not _addresses_somebody(text):
        return MailKind.BOT, "the subject of a receipt or notice"
    if _ROBOT_TEXT.search(own):
        return MailKind.BOT, "it says that a program wrote it"
    if _UNSUBSCRIBE.search(own):
        return MailKind.BULK, "it tells how to unsubscribe"
    if _PETITION.search(text[:_TAIL]):
        return MailKind.BULK, "a petition or chain letter"
    if sum(1 for phrase in _SALES if phrase.search(text[:_TAIL])) >= SALES_PHRASES:
        return MailKind.BULK, "the stock phrases of cold sales mail"
    return None


def _addresses_somebody(text: str) -> bool:
    """Whether a short text opens with a plain greeting, as people's mail does."""
    return (
        bool(
            re.match(r"(?:hi|hello|hey|dear|hallo|liebe[r]?|bonjour|hola|ciao|olá)\b[^\n]{1,40}\n", text, re.IGNORECASE)
        )
        and len(text) < 600
    )


def _local(message: Message) -> str:
    return message.sender.email.partition("@")[0]


def _own_part(message: Message) -> str:
    """The beginning and the end of a mail down to what its author forwarded or answered."""
    body = message.text or _visible(message.html)
    others = _OTHERS.search(body)
    if others:
        body = body[: others.start()]
    return body if len(body) <= 2 * _TAIL else body[:_TAIL] + "\n" + body[-_TAIL:]


def _is_whole(own: str, message: Message) -> bool:
    """Whether nothing in a mail was forwarded or quoted, as far as ``own`` tells: programs comment on nothing."""
    return len(own) >= min(len(message.text), 2 * _TAIL)


def _visible(html: str) -> str:
    """Enough of a page's text to find wording in it."""
    part = html if len(html) <= 4 * _TAIL else html[: 2 * _TAIL] + html[-2 * _TAIL :]
    return re.sub(r"<[^<>]{0,2000}>", " ", part)
