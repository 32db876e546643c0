"""A subject, an address or a text in, the wording by which programs show themselves out.

The patterns run in an engine that stays linear and reads a whole mail in microseconds; where several of them look at
the same text, one search for any of them comes first.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache
from typing import Any

import re2


def _options() -> Any:
    options = re2.Options()
    options.case_sensitive = False
    options.never_capture = True
    return options


def _pattern(pattern: str) -> Any:
    return re2.compile(f"(?m:{pattern})", _options())


def _any(*patterns: Any) -> Any:
    """One pattern that is found wherever one of ``patterns`` is."""
    return re2.compile("|".join(f"(?:{pattern.pattern})" for pattern in patterns), _options())


ROBOT = _pattern(
    r"(?:.*[._+-])?(?:no|not|do-?not|dont|never|keine?|ne-?pas|sin)[._-]?(?:reply|response|antwort(?:en)?|repondre|responder|respuesta)\b.*"
    r"|(?:no-?reply|noreply|donotreply|nicht-?antworten|nepasrepondre|noresponder|naoresponda|mailer-daemon|postmaster|bounces?|"
    r"daemon|listserv|majordomo|mailman|robot|auto-?(?:mailer|confirm|reply|notify|notification|responder)|system|sysadmin-notify|cron|root|"
    r"notifications?|notify|notice|notices|alerts?|reminders?|calendar-notification|calendar-server|drive-shares-.*|comments-noreply|"
    r"invitations?|updates?|digest|receipts?|order-?(?:update|confirm\w*)|auto|automated|mail-?delivery|jira|jenkins|buildbot|ci|"
    r"shipment-tracking|security-noreply|account-update|billing-noreply|statements?|critical\.notice)(?:[+_-].*)?"
)
BULK_MAILBOX = _pattern(
    r"(?:news|newsletters?|marketing|promo(?:tions?)?|offers?|deals?|campaigns?|mailing|mailings|specials|rewards|announce(?:ments?)?|"
    r"subscriptions?|dailynews|bulletin|press-?releases?|e-?news|surveys?)(?:[+._-].*)?"
)
LIST_PROGRAM = _pattern(r"(?:[^@]*-(?:bounces|owner|request|admin)|owner-[^@]*|bounce[^@]*)@")

OUT_OF_OFFICE_SUBJECT = _pattern(
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
ABSENCE_SUBJECT = _pattern(r"\s*(?:out of (?:the )?office|away|abwesend|absent|ausente|assente|afwezig)\b")
OUT_OF_OFFICE_TEXT = _pattern(
    r"(?:\bi(?:['’]m| am| will be|['’]ll be) (?:currently |now |presently )?(?:out of (?:the )?office|away from (?:the|my) (?:office|desk)|on (?:annual |maternity |parental |paternity )?(?:leave|vacation|holiday))\b"
    r"|\bich bin (?:derzeit|momentan|zurzeit|bis|vom|ab)?.{0,40}\b(?:nicht im (?:büro|haus)|abwesend|außer haus|im urlaub)\b"
    r"|\bje suis (?:actuellement )?(?:absente?|en congés?)\b|\b(?:estoy|estaré|me encuentro) (?:actualmente )?(?:fuera de (?:la )?oficina|de vacaciones|ausente)\b"
    r"|\bsono (?:attualmente )?(?:fuori (?:ufficio|sede)|assente|in ferie)\b|\b(?:estou|estarei) (?:fora do escritório|ausente|de férias)\b"
    r"|\bik ben (?:momenteel |tot .{0,20}|van .{0,30})?(?:afwezig|niet op kantoor|met vakantie)\b)"
)
RETURNS = _pattern(
    r"\b(?:(?:limited|no|without|intermittent) (?:e-?mail )?access|will (?:be back|return|respond|reply|get back)|return(?:ing)? (?:on|to the office)|in my absence|if (?:this is|your (?:matter|request|message) is|it is|you need).{0,40}(?:urgent|immediate|assistance)|please (?:contact|call|reach|direct)"
    r"|wieder (?:erreichbar|im (?:büro|haus)|zurück|da)|dringend|vertretung|nicht weitergeleitet|de retour|en cas d['’]urgence|mon absence|regres[oa]|urgencia|urgente|rientro|ritorno|in caso di|retorno|em caso de|terug|dringende)"
)
CALENDAR_SUBJECT = _pattern(
    r"\s*(?:accepted|declined|tentative(?:ly accepted)?|invitation|updated invitation(?: with note)?|cancel+ed(?: event| invitation)?|new time proposed|canceled event with note|"
    r"forwarded invitation|reminder|notification|meeting (?:forward notification|invitation|reminder)|"
    r"angenommen|zugesagt|abgelehnt|abgesagt|mit vorbehalt(?: angenommen)?|einladung|aktualisierte einladung|termin abgesagt|"
    r"accepté|refusé|provisoire|invitation mise à jour|annulé|aceptad[oa]|rechazad[oa]|cancelad[oa]|invitación(?: actualizada)?|provisional|"
    r"accettato|rifiutato|annullato|invito(?: aggiornato)?|aceite|recusado|convite(?: atualizado)?|geaccepteerd|geweigerd|geannuleerd|uitnodiging|"
    r"accepteret|afvist|aflyst|godkänt|avböjt|inställt)\s*(?::|@)"
)
CALENDAR_BODY = _pattern(
    r"(?:you have been invited to the following event|going\?\s*(?:\(|yes|-)|invitation from google calendar|join (?:on your computer|zoom meeting|the meeting|with google meet)|microsoft teams (?:meeting|need help)|reply for \S+@\S+|this is an? (?:automatic|automated) (?:calendar|meeting)|view all guest info|dial in by phone|calendar entry|has accepted this invitation|has declined this invitation)"
)
ROBOT_SUBJECT = _pattern(
    r"\s*(?:undeliver(?:able|ed)|delivery (?:status notification|failure|has failed|report|notification)|returned mail|mail delivery (?:failed|system)|nondeliverable mail|failure notice|read(?: receipt)?:|not read:|gelesen:|lu\s*:|"
    r"(?:your )?(?:order|receipt|invoice|payment|shipment|delivery|booking|reservation|ticket|subscription|password|verification|security)(?: \S+){0,3} (?:confirm(?:ation|ed)|receipt|has (?:been )?(?:shipped|received|processed|confirmed)|reset|alert|code|reminder)|"
    r"(?:confirm|verify) your (?:e-?mail|account|address)|your verification code|new (?:sign-?in|login|device)|password reset|bestellbestätigung|auftragsbestätigung|versandbestätigung|ihre (?:bestellung|rechnung)|confirmation de (?:commande|votre)|votre (?:commande|facture)|confirmación de (?:pedido|compra|reserva)|conferma (?:d['’])?ordine|(?:request submitted|approval is overdue|access request)\b)"
)
ROBOT_TEXT = _pattern(
    r"(?:(?:please )?do not (?:reply|respond) (?:directly )?to this (?:\w+ )?(?:e-?mail|message|notification|mail|automated)|this (?:is an? )?(?:mailbox|address|e-?mail address|inbox) is (?:not|un)[ -]?(?:monitored|attended)|"
    r"this is an? (?:automat(?:ed|ic)|auto-?generated|system[- ]generated|computer[- ]generated) (?:e-?mail|message|notification|mail|notice|reply|response)|(?:automatically|auto)[ -]generated (?:e-?mail|message|by|notification)|"
    r"replies to this (?:e-?mail|message|address) (?:are not|will not be|go)|diese (?:e-?mail|nachricht) wurde automatisch (?:erstellt|generiert|versandt)|bitte antworten sie nicht auf diese|"
    r"(?:ceci est un|cet?) (?:e-?mail|message) (?:automatique|a été (?:envoyé|généré) automatiquement)|merci de ne pas répondre|no responda a este|este (?:es un )?(?:mensaje|correo)(?: es| ha sido)? (?:generado )?automátic|non rispondere a quest|questa è una mail automatica|não responda a este)"
)
UNSUBSCRIBE = _pattern(
    r"(?:to (?:unsubscribe|opt[- ]?out|be removed|stop receiving|remove yourself)\b.{0,90}(?:click|visit|reply|send|here|http|e-?mail|follow|go to|subject|write|please)|click here to (?:unsubscribe|be removed|opt)|unsubscribe (?:here|at any time|from (?:this|these|our|future)|instantly|now)|(?:\||·|•|^|\]|>)\s*unsubscribe\b\s*(?:$|[|·•<\[(]|https?:)|"
    r"(?:don['’]t|do not|no longer|rather not|not) (?:want|wish|like|hear)(?: to)? (?:to )?(?:receive|hear|get).{0,60}(?:click|reply|let me know with|unsubscribe|opt)|(?:rather not|don['’]t want to|prefer not to) hear from (?:me|us)|you(?:['’]re| are)? (?:receiv(?:ing|ed?)) this (?:e-?mail|newsletter|message|mail) because (?:you|your)|manage (?:your )?(?:e-?mail )?preferences|view (?:this (?:e-?mail|message) )?in (?:your |a )?browser|"
    r"newsletter (?:abbestellen|abmelden)|(?:hier|vom newsletter) abmelden|se désabonner|se désinscrire|vous désabonner|cancelar (?:la |tu |su )?suscripción|darse de baja|annulla(?:re)? (?:l['’])?iscrizione|disiscri|cancelar (?:a )?inscrição|uitschrijven|afmelden voor|remove(?:d)? from (?:our|this|future) (?:mailing|mailings|list|distribution))"
)
PETITION = _pattern(
    r"sign (?:the|this|our) petition|add your (?:name|signature) (?:to|below|and)|more signatures|sign now\b|please sign\b[^.?!]{0,40}petition|"
    r"forward (?:this|it)(?: (?:e-?mail|message|petition))? (?:on )?to (?:everyone|all your|as many|at least \w+|ten|\d+ )|"
    r"^\s*(?:dear|to) (?:mr|ms|mrs|senator|governor|representative|congress\w+|president|secretary|minister)\b[^\n]{0,60}\s+i(?:'m| am) writing to (?:strongly )?urge you to"
)
LIST_FOOTER = _pattern(
    r"[\w.+-]+-unsubscribe@(?:yahoogroups|egroups|groups)\.|yahoo! groups|groups\.google\.com|groups\.io|/mailman/(?:listinfo|options)/|"
    r"mailing list\s*\n\S+@|subscribed to the google groups"
)
LIST_DOMAIN = _pattern(
    r"[^@]+@(?:(?:yahoo|google|e)groups\.(?:com|co\.uk|de|fr)|(?:[\w-]+\.)?groups\.io|lists?\..+|(?:www\.)?freelists\.org|listserv\..+|mailman\..+)"
)
# Where somebody else's words begin, roughly: what a program says below that was forwarded or answered by a person.
OTHERS = _pattern(
    r"^[ \t]*(?:>|[-_=* ?]{2,}[ \t]*(?:forwarded|original|weitergeleitet|ursprüngliche|message (?:transféré|d.origine)|mensaje|messaggio|doorgestuurd)|"
    r"begin forwarded|(?:from|von|de|da|van):[^\n]*\n[^\n]*\n?[ \t]*(?:sent|date|to|cc|gesendet|envoyé|enviado|inviato|verzonden):|to:[^\n]*\n(?:[^\n]*\n){0,8}[ \t]*(?:cc|subject):)"
)
ANSWER_SUBJECT = _pattern(r"\s*(?:\[[^\]]{1,40}\]\s*)?(?:re|aw|fwd?|wg|tr|rv|sv|vs|antw|r|i|enc|odp)\s*(?:\[\d+\])?:")
SEQUENCE_MAILER = _pattern(
    r"(?:sequence|outreach|mail ?merge|lemlist|salesloft|reply\.io|mailshake|woodpecker|yesware|apollo|instantly|smartlead|hubspot|mailchimp|campaign|phpmailer|phplist|sendy|mailerlite|constant contact)"
)
# The stock phrases of cold sales mail; a person may use one or two of them, a template strings them together.
_SALES = (
    r"\b(?:companies|teams|practices|firms|businesses|agencies|brands|clinics|founders|leaders) (?:like|such as) (?:yours|\w+)|\b\w{3,}s like yours\b",
    r"\b\d{1,3} ?%|\b\d+x\b|\bROI\b",
    r"\b(?:not|aren't|isn't) the (?:right|best) person\b|\bright person to (?:talk|speak)|\bwhoever (?:is|handles|decides|runs|owns)\b|\bpoint me (?:to|in)\b",
    r"\b(?:10|15|20)[- ]min(?:ute)?s?\b|\bquick (?:call|chat|demo|question)\b",
    r"\b(?:bump|float|circl)ing (?:this|back)\b|\btop of your inbox\b|\bmy (?:last|previous) (?:e-?mail|note|message)s?\b",
    r"\bclose your file\b|\bnot (?:interested|a priority)\b|\bbad (?:moment|time)\b|\breply (?:with )?(?:1|\"?stop|\"?no)\b",
    r"\bbook a (?:time|demo|slot|call)\b|\bcalendly\b|\bsee a demo\b|\bfree (?:trial|audit|demo)\b",
    r"\bwe(?:'ve)? help(?:ed)?\b|\bour (?:platform|solution|software|tool)\b|\bcase study\b",
    r"\b(?:i came across|i noticed) (?:your|that (?:you|your))\b|\breaching out (?:because|to see|as)\b",
    r"\b(?:leads|pipeline|conversion|no-shows|churn|revenue|bookings)\b",
    r"\b(?:you be|are you) open to\b|\bworth (?:a (?:quick|short|brief)|exploring)\b|\b(?:gift|coffee) card\b",
    r"\b(?:growth|sales|business development|account|partnerships?) (?:associate|executive|representative|rep|lead)\b|\b[SB]DR\b",
)


def _set(patterns: Iterable[str]) -> Any:
    found = re2.Set.SearchSet(_options())
    for pattern in patterns:
        found.Add(pattern)
    found.Compile()
    return found


_SALES_SET = _set(_SALES)

#: Matches the subjects that any rule about subjects is interested in.
ANY_SUBJECT = _any(OUT_OF_OFFICE_SUBJECT, ABSENCE_SUBJECT, CALENDAR_SUBJECT, ROBOT_SUBJECT)
_ANY_TEXT = _any(ROBOT_TEXT, UNSUBSCRIBE, PETITION)


def has_wording(text: str) -> bool:
    """Whether any of the wordings about robots, unsubscribing and petitions is in ``text``."""
    return bool(_ANY_TEXT.search(text))


def sales_phrases(text: str) -> int:
    """How many different stock phrases of cold sales mail are in ``text``."""
    return len(_SALES_SET.Match(text) or ())


@lru_cache(maxsize=4_096)
def is_robot(local: str) -> bool:
    """Whether the local part of an address names a mailbox that nobody reads."""
    return bool(ROBOT.fullmatch(local))


@lru_cache(maxsize=4_096)
def is_mass_mailbox(local: str) -> bool:
    """Whether the local part of an address names a mailbox for mass mail."""
    return bool(BULK_MAILBOX.fullmatch(local))


@lru_cache(maxsize=4_096)
def is_list(email: str) -> bool:
    """Whether an address is a mailing list's, by its domain."""
    return bool(LIST_DOMAIN.fullmatch(email))
