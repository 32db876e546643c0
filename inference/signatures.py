"""The lines an author left after quotes are gone in, the lines they wrote themselves out.

Taken off: signatures, the block of name and numbers after a sign-off, mobile footers, legal notices, list footers,
adverts of free mail services, and warnings that a mail gateway put on top.
"""

from __future__ import annotations

import re

#: A signature after "-- " has at most this many lines; more text than that is not one.
SIGNATURE_LINES = 25
#: How far from the end a sign-off is looked for, in lines that are not blank.
SIGN_OFF_REACH = 14
_LIMIT = 300
# A mobile footer is at most this long, with the address of an app in it.
_MOBILE_LENGTH = 160

_DELIMITER = frozenset({"--", "—", "–", "-- --"})
# These also divide a text, so what is below has to look like a signature.
_SOFT_DELIMITER = frozenset({"---", "—-", "__"})
_MOBILE = re.compile(
    r"(?:<?(?:sent|written|typed|posted|envoyé|envoye|gesendet|verschickt|enviado|enviada|inviato|verzonden|verstuurd|"
    r"skickat|skickades|sendt|sent fra|lähetetty|wysłane|wysłano)\s+(?:from|via|by|with|using|on|depuis|de|avec|à partir de|"
    r"von|vom|mit|über|aus|desde|do|da|dal|dall|vanaf|van|met|från|fra|via|z)\b[^,.;:!?<(]{2,70}(?:\.\s*)?>?"
    r"|von (?:meinem|unterwegs)\b[^,.;:!?]{2,50} (?:gesendet|verschickt)"
    r"|(?:get|téléchargez|obtenir|holen sie sich|obtener|obtenga|scarica|ottieni|baixar|obter|download|télécharger) "
    r"outlook (?:for|pour|für|para|per|voor)\b.{2,80}"
    r"|(?:mit (?:freundlichen grüßen )?gesendet von .{2,60})"
    r"|please (?:excuse|pardon|forgive) (?:any |the |my )?(?:brevity|typos|errors|mistakes|spelling).{0,80}"
    r"|diese nachricht wurde von meinem [^,.;:!?<(]{2,60}gesendet\.?)"
    r"(?:\s*[<(\[]\s*https?://[^\s<>]{3,200}[>)\]]?)?\s*$",
    re.IGNORECASE,
)
_LEGAL = re.compile(
    r"[\s*>_\-#]{0,80}(?:"
    r"(?:confidentiality|privacy|privileged|legal)(?: (?:notice|note|information|disclaimer|statement|warning))"
    r"|important(?: notice)?\s{0,3}[:\-–]\s{0,3}this (?:e-?mail|message|communication)"
    r"|disclaimer\b|e-?mail (?:disclaimer|confidentiality)|haftungsausschluss|vertraulichkeitshinweis|avis de confidentialité"
    r"|aviso (?:legal|de confidencialidad|de confidencialidade)|avvertenza|informativa (?:privacy|sulla)"
    r"|confidential\s*(?::|-|--|–)\s*(?:this|the)\b"
    r"|(?:this|the information (?:contained )?in this|the contents of this|information in this|any information in this)"
    r"(?: electronic)?(?: internet)? ?(?:e-?mail|message|communication|transmission|mail)\b"
    r".{0,160}\b(?:confidential|privileged|intended|property of|proprietary|attachments?|addressee|scanned)\b"
    r"|the information (?:contained|transmitted|in this)\b.{0,160}\b(?:confidential|privileged|intended)\b"
    r"|this (?:e-?mail|message|communication)(?: and any| \(including)\b"
    r"|this (?:e-?mail|message) (?:has been|was) (?:scanned|checked|sent to)\b"
    r"|if you (?:are not|have received) (?:the intended|this)\b"
    r"|(?:any unauthorized|unauthorised|unauthorized) (?:review|use|disclosure)\b"
    r"|diese (?:e-?mail|nachricht)\b.{0,160}\b(?:vertraulich|ausschließlich|bestimmt)"
    r"|der inhalt dieser e-?mail\b|ce (?:message|courriel|mail)\b.{0,160}\b(?:confidentiel|destiné|exclusif|destinataire)"
    r"|este (?:mensaje|correo|e-?mail)\b.{0,160}\b(?:confidencial|dirigid|destinatari)"
    r"|esta mensagem\b.{0,160}\b(?:confidencia|destin)"
    r"|(?:questo messaggio|questa e-?mail|le informazioni contenute)\b.{0,160}\b(?:riservat|confidenzial|destinat)"
    r"|(?:dit bericht|deze e-?mail|de informatie)\b.{0,160}\b(?:vertrouwelijk|bestemd|geadresseerde)"
    r"|please consider the environment|think before (?:you )?print|bitte denken sie an die umwelt"
    r"|pensez à l['’]environnement|before printing, think)",
    re.IGNORECASE | re.DOTALL,
)
_BANNER = re.compile(
    r"[\s*\[(]{0,6}(?:caution|warning|external(?: e-?mail| sender| message)?|achtung|vorsicht|attention|extern|external)"
    r"\b[\s\])*]{0,4}[:\]!\-–]?\s*.{0,60}(?:this (?:e-?mail|message|mail)|originat|outside|external|extern|do not click|diese e-?mail)",
    re.IGNORECASE,
)
_FOOTER = re.compile(
    r"[\s*>\-_|]{0,12}(?:"
    r"you (?:are )?(?:receiv(?:ed|ing)|got) this (?:message|e-?mail|mail|because)\b"
    r"|to (?:unsubscribe|subscribe|post|be removed|leave|opt[- ]out|change your (?:options|subscription|settings))\b"
    r".{0,80}(?:group|list|e-?mail|mail|visit|click|send|go to|http|here|:)"
    r"|unsubscribe(?: from| here|:|\s*<|$)|manage (?:your )?(?:subscription|preferences)"
    r"|reply to this (?:e-?mail|message) directly|view (?:it|this (?:message|e-?mail)) (?:on|in|online)"
    r"|[\w.+-]+ mailing list(?:\s*[-–—<:].*)?$|mailing list\s*[-–:]|.{0,60}/mailman/(?:listinfo|options)"
    r"|your use of yahoo! groups|yahoo! groups (?:links|sponsor)"
    r"|do you yahoo|get your (?:private|free|own)\b.{0,40}(?:e-?mail|hotmail)|get free e-?mail|free e-?mail at"
    r"|join the world['’]s largest|chat with friends online|send and receive hotmail|msn (?:photos|messenger|explorer)"
    r"|(?:try|protect|express|add|stay|never|help) .{0,60}\bhttps?://\S*(?:msn|hotmail|yahoo)\.com"
    r"|get (?:250|more|the best).{0,60}(?:business cards|from msn|msn)|yahoo! (?:mail|messenger|photos|auctions|shopping|tax)"
    r"|original message processed by|scanned by|virus-free\.|diese e-?mail wurde von avast|avast|checked by avg"
    r"|for more options, visit|archives?: https?://|list (?:archive|info|help)s?:"
    r")",
    re.IGNORECASE,
)
_SIGN_OFF = re.compile(
    r"(?:(?:with )?(?:(?:very |my |our |all |the )*(?:best|kind|kindest|warm|warmest|cordial|sincere)(?: personal)?)"
    r"(?:\s+(?:regards|wishes|greetings))?(?: to (?:you|all)(?: all)?)?(?: from .{2,30})?|(?:with )?regards|b\.?r\.?|rgds|brgds|cordially(?: yours)?"
    r"|(?:yours )?(?:very )?(?:sincerely|truly|faithfully|respectfully)(?: yours)?|yours|respectfully(?: submitted)?|cheers(?: mate)?|ciao"
    r"|love|lots of love|much love|xx+|xo+x*o*|hugs|take care|best|all best|all my best|warmly|greetings|in solidarity|onward|peace"
    r"|mit (?:freundlichen|freundlichem|besten|herzlichen|lieben|vielen|schönen|kollegialen) gr(?:ü|ue)(?:ß|ss)(?:en)?(?: aus .{2,30})?"
    r"|(?:freundliche|viele|beste|liebe|herzliche|schöne|ganz liebe) gr(?:ü|ue)(?:ß|ss)e(?: (?:aus|von|an) .{2,40})?|gr(?:u|ü|ue)(?:ß|ss)e?|lg|vg|mfg|bg|hg|hochachtungsvoll"
    r"|cordialement|bien (?:cordialement|à (?:vous|toi))|très cordialement|amicalement|amitiés|sincèrement|salutations(?: distinguées)?|bises|bisous|je t'embrasse"
    r"|meilleures salutations|bien amicalement|bonne (?:journée|soirée|semaine)|à (?:bientôt|plus)"
    r"|(?:un )?(?:cordial )?saludos?(?: cordiales?)?|(?:un )?(?:fuerte |gran )?abrazos?(?: fuerte)?|atentamente|atte|besos|cordialmente|muy atentamente"
    r"|(?:cordiali|distinti|cari|un caro|tanti) saluti|saluti|un abbraccio|a presto|atenciosamente|att|abraços|abraço|cumprimentos|com os melhores cumprimentos|um abraço"
    r"|met vriendelijke groet(?:en)?|vriendelijke groet(?:en)?|hartelijke groet(?:en)?|groet(?:en|jes)?|mvg|gr"
    r"|med venlig hilsen|venlig hilsen|mvh|hilsen|kh|med vänlig hälsning|vänliga hälsningar|hälsningar|med vennlig hilsen|vennlig hilsen|pozdrawiam|terveisin|ystävällisin terveisin)"
    r"[\s,.!;:–—-]{0,4}[^\w\s]{0,4}\s*",
    re.IGNORECASE,
)
#: A sign-off that may be thanks in earnest: the word stays, only the block after it goes.
_THANKS_OFF = re.compile(
    r"(?:(?:many |much |big |huge |sincere )?(?:thanks|thank you|thx|tks|thnx|ta)(?: (?:again|so much|very much|a lot|a million|kindly|and regards|& regards))?"
    r"(?:[ ,&]+(?:and )?(?:best|kind|warm)?\s?(?:regards|wishes))?|thanks?(?: you)? in advance|(?:vielen|besten|herzlichen|lieben|tausend) dank|danke(?: (?:dir|ihnen|schön|sehr))?"
    r"|merci(?: (?:beaucoup|d'avance|encore))?|(?:muchas |mil )?gracias(?: (?:de antemano|por todo))?|(?:molte |mille )?grazie(?: mille)?|(?:muito )?obrigad[oa]"
    r"|(?:hartelijk |alvast )?(?:bedankt|dank je)|(?:mange )?tak|tack(?: så mycket)?)\s*[,.!;:–—-]{0,3}\s*",
    re.IGNORECASE,
)
_CONTACT = re.compile(
    r"(?:\+?\(?\d{1,4}\)?[\s./-]){1,4}\d{3,}|\b\d{3}[-. ]\d{4}\b|[\w.+-]{1,64}@[\w-]{1,64}\.\w|\bhttps?://|\bwww\.|"
    r"\b(?:tel|fax|phone|mobile|mob|cell|office|direct|ext|pager|voice|telefon|handy|tél|móvil|cel)\b\.?\s*[:.#)]|"
    r"^\s*[oftmcpwh]\s*[:.)]\s*[+(]?\d",
    re.IGNORECASE,
)
# What every contact has one of; much cheaper to look for.
_MAYBE_CONTACT = re.compile(r"[\d@]|www\.|://")
_NAME_LINE = re.compile(
    r"[-–—~*\s\"]{0,4}[^\W\d_a-z][\w.'’-]*(?:,?\s+(?:[^\W\d_a-z][\w.'’-]*|van|von|de|der|den|del|la|le|du|of|and|&|bin|al)){0,5}\s*[,.]?\s*$"
)
_SIGNED_NAME = re.compile(r"\s*[-–—~/]{1,2}\s?[^\W\d_a-z][\w.'’-]*(?:\s+[^\W\d_a-z][\w.'’-]*){0,2}\s*$")
_ATTACHED = re.compile(
    r"\s*(?:- \S.{0,80}\.\w{2,4}|<<.{1,120}>>|\[(?:image|cid|inline image).{0,120}\]|\(see attached file:.{1,120}\)|"
    r"<(?:image|att)\w*\.\w{3,4}>)\s*$",
    re.IGNORECASE,
)
_RULE = re.compile(r"\s*[-_=*#~+–—]{5,}\s*$")
_POSTSCRIPTS = ("PS", "P.S", "P.s", "p.s", "ps ", "ps:", "(PS", "(P.S", "- ", "* ", "NB", "N.B")
_SENTENCE_END = re.compile(r"[.!?][\"')\]]*\s*$")


# The first words of the lines that the long patterns above can match: looking a word up is much cheaper.
_FOOTER_WORDS = frozenset(
    re.findall(
        r"\S+",
        """
        confidentiality confidential privacy privileged legal important disclaimer e-mail email haftungsausschluss
        vertraulichkeitshinweis avis aviso avvertenza informativa this the information any unauthorized unauthorised if
        diese der ce este esta questo questa le dit deze de please think bitte pensez before you to unsubscribe manage reply
        view mailing your yahoo do get free join chat send msn try protect express add stay never help original scanned
        virus-free avast checked for archive archives list
        sent written typed posted envoyé envoye gesendet verschickt enviado enviada inviato verzonden verstuurd skickat
        skickades sendt lähetetty wysłane wysłano von téléchargez obtenir holen obtener obtenga scarica ottieni baixar obter
        download télécharger mit
        """,
    )
)
_BANNER_WORDS = frozenset({"caution", "warning", "external", "achtung", "vorsicht", "attention", "extern"})
_CLOSING_WORDS = frozenset(
    re.findall(
        r"\S+",
        """
        with very my our all the best kind kindest warm warmest cordial sincere regards b.r br b.r. rgds brgds cordially yours
        sincerely truly faithfully respectfully cheers ciao love lots much hugs take warmly greetings in onward peace mit
        freundliche viele beste liebe herzliche schöne ganz gruss gruß grüße gruesse grüsse lg vg mfg bg hg hochachtungsvoll
        cordialement bien très amicalement amitiés sincèrement salutations bises bisous je meilleures bonne à un saludo saludos
        um cordial fuerte gran abrazo abrazos atentamente atte besos cordialmente muy cordiali distinti cari tanti saluti a
        atenciosamente att abraços abraço cumprimentos com met vriendelijke hartelijke groet groeten groetjes mvg gr med venlig
        mvh hilsen kh vänliga hälsningar vennlig pozdrawiam z terveisin ystävällisin
        many big huge thanks thank thx tks thnx ta vielen besten herzlichen lieben tausend danke merci muchas mil gracias molte
        mille grazie muito obrigado obrigada alvast bedankt mange tak tack
        """,
    )
)
_RULE_STARTS = frozenset("-_=*#~+–— \t")
_RULE_ENDS = frozenset(5 * char for char in "-_=*#~+–—")
_MARK_STARTS = frozenset("-_=*#~+–—<[(")
_TRIM = "*_-–—<>[]()#!,.;:~| \t"


def _first_word(line: str) -> str:
    """The first word of a line, folded for a lookup."""
    return line[:80].lstrip(_TRIM).partition(" ")[0].rstrip(_TRIM).lower()


def own_lines(lines: list[str]) -> list[str]:
    """``lines`` (without white space at their right) without what the author did not write for this mail.

    Blank lines at both ends are gone.
    """
    lines = _without_banner(lines)
    end = _content_end(lines)
    end = _footer_start(lines, end)
    end = _drop_mobile(lines, _before_delimiter(lines, end))
    end = _before_block(lines, end)
    start = 0
    while start < end and not lines[start].strip():
        start += 1
    return lines[start:end]


def is_sign_off(line: str) -> bool:
    """Whether a line is nothing but a sign-off ("Best regards,", "Thanks,")."""
    line = line.strip()
    return len(line) <= 60 and bool(_sign_off(line))


def _without_banner(lines: list[str]) -> list[str]:
    """Without the paragraph in which a mail gateway warns on top."""
    for start, line in enumerate(lines[:6]):
        stripped = line.strip()
        if not stripped or _RULE.match(line[:_LIMIT]):
            continue
        if _first_word(stripped) not in _BANNER_WORDS:
            break
        head = " ".join(part.strip() for part in lines[start : start + 2])[:_LIMIT]
        if not _BANNER.match(head):
            break
        end = start
        while end < min(len(lines), start + 8) and lines[end].strip():
            end += 1
        return lines[end:]
    return lines


def _content_end(lines: list[str]) -> int:
    """The index after the last line with content (blank lines, rules and attachment marks at the end are none)."""
    end = len(lines)
    while end:
        line = lines[end - 1]
        stripped = line.strip()
        if stripped and (
            stripped[0] not in _MARK_STARTS or len(line) > _LIMIT or not (_RULE.match(line) or _ATTACHED.match(line))
        ):
            break
        end -= 1
    return end


def _footer_start(lines: list[str], end: int) -> int:
    """Where notices, list footers and mobile footers begin: at the start of a paragraph, below some text."""
    above = ""
    paragraph = first = -1
    for index in range(end):
        line = lines[index]
        if line and (not above or above[-5:] in _RULE_ENDS):
            paragraph = index
            if first >= 0 and _opens_footer(lines, index):
                return _content_end(lines[:index])
        if line and first < 0:
            first = index
        if "ntended recipient" in line and paragraph > first:
            return _content_end(lines[:paragraph])
        above = line
    return _drop_mobile(lines, end)


def _opens_footer(lines: list[str], index: int) -> bool:
    line = lines[index].strip()
    if _first_word(line) not in _FOOTER_WORDS:
        return "mailing list" in line[:80] or "/mailman/" in line[:120]
    if _FOOTER.match(line[:_LIMIT]) or (len(line) <= _MOBILE_LENGTH and _MOBILE.match(line)):
        return True
    paragraph = " ".join(part.strip() for part in lines[index : index + 3])[:_LIMIT]
    return bool(_LEGAL.match(paragraph))


def _drop_mobile(lines: list[str], end: int) -> int:
    """Without "Sent from my phone" lines at the very end."""
    for _ in range(4):
        end = _content_end(lines[:end])
        line = lines[end - 1].strip() if end else ""
        if not line or len(line) > _MOBILE_LENGTH or not _MOBILE.match(line):
            break
        end -= 1
    return _content_end(lines[:end])


def _before_delimiter(lines: list[str], end: int) -> int:
    """The end without a signature that "-- " or a long rule opens."""
    seen = 0
    for index in range(end - 1, -1, -1):
        line = lines[index].strip()
        if not line:
            continue
        if line in _DELIMITER:
            return _content_end(lines[:index])
        if _is_divider(line) and _looks_like_block(lines[index + 1 : end]):
            return _content_end(lines[:index])
        seen += 1
        if seen > SIGNATURE_LINES:
            break
    return end


def _is_divider(line: str) -> bool:
    return line in _SOFT_DELIMITER or (line[0] in _RULE_STARTS and bool(_RULE.match(line[:_LIMIT])))


def _before_block(lines: list[str], end: int) -> int:
    """The end without a sign-off and the names and numbers after it."""
    seen = 0
    for index in range(end - 1, -1, -1):
        line = lines[index].strip()
        if not line:
            continue
        seen += 1
        if seen > SIGN_OFF_REACH or len(line) > 140:
            break
        if len(line) <= 60 and (match := _sign_off(line)) and _looks_like_block(lines[index + 1 : end]):
            return _after_sign_off(lines, index, match)
    return _before_signed_name(lines, _before_contact(lines, end))


def _before_signed_name(lines: list[str], end: int) -> int:
    """The end without a last line such as "-Maya" or "/Maya"."""
    if end > 1 and _SIGNED_NAME.match(lines[end - 1][:_LIMIT]):
        return _content_end(lines[: end - 1]) or end
    return end


def _sign_off(line: str) -> str:
    if _first_word(line) not in _CLOSING_WORDS and line[:1].lower() != "x":
        return ""
    if _SIGN_OFF.fullmatch(line):
        return "closing"
    return "thanks" if _THANKS_OFF.fullmatch(line) else ""


def _after_sign_off(lines: list[str], index: int, kind: str) -> int:
    """The sign-off goes too, unless it is thanks or all that the mail says."""
    before = _content_end(lines[:index])
    return before if kind == "closing" and before else index + 1


def _looks_like_block(lines: list[str]) -> bool:
    """Whether lines look like a name with title, address and numbers, not like sentences."""
    filled = [line.strip() for line in lines if line.strip()]
    if len(filled) > SIGN_OFF_REACH:
        return False
    return not any(map(_is_prose, filled))


def _is_prose(line: str) -> bool:
    """Whether a line is said to somebody, rather than being a part of a name, a title, an address or a motto."""
    words = line.count(" ") + 1
    if line.startswith(_POSTSCRIPTS) or (line[0].islower() and words >= 5):
        return True
    said = (
        len(line) > 75 or (words >= 5 and bool(_SENTENCE_END.search(line[-4:]))) or (line[0].islower() and words >= 4)
    )
    return said and not _has_contact(line)


def _has_contact(line: str) -> bool:
    """Whether a line holds a number to call or an address."""
    return bool(_MAYBE_CONTACT.search(line, 0, _LIMIT) and _CONTACT.search(line, 0, _LIMIT))


def _before_contact(lines: list[str], end: int) -> int:
    """The end without a last paragraph that is a name with numbers or addresses, unless the text leads up to it."""
    start = end
    while start and lines[start - 1].strip():
        start -= 1
    block = lines[start:end]
    if not 2 <= len(block) <= 10 or not _looks_like_block(block) or not _NAME_LINE.match(block[0][:_LIMIT]):
        return end
    if not any(_has_contact(line) for line in block[1:]):
        return end
    before = _content_end(lines[:start])
    if not before or lines[before - 1].rstrip().endswith(":"):
        return end
    return before
