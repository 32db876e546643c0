"""Lines of a mail in, where somebody else's words begin out: attribution lines, header blocks, forward marks.

Every recogniser looks at a bounded number of lines of bounded length, so that a scan over a mail stays linear
whatever a sender writes.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

#: How much of one line a recogniser looks at, in characters.
LINE_LIMIT = 400
#: How many lines a block of headers may have (lists of recipients are long).
BLOCK_LINES = 400
#: How many lines a heading above such a block may have.
HEADING_LINES = 12
#: How many lines an attribution ("On … wrote:") may be wrapped over.
ATTRIBUTION_LINES = 4

_WROTE = (
    r"(?:wrote|writes|said|schrieb|schrieben|a écrit|a ecrit|écrivait|escribió|escribio|ha scritto|ha escrit|"
    r"escreveu|schreef(?: het volgende)?|geschreven|skrev|skreiv|kirjoitti|napisał(?:\(a\))?|napisal|pisze|"
    r"написал(?:\(а\))?|пишет|написав|написала|yazdı)"
)
# What an attribution starts with, up to where the date or the name begins.
_ATTRIBUTION = re.compile(
    r"(?:[-_*\s]*)(?:On|Am|Le|El|Il|Em|Op|Den|På|Dnia|W dniu|Dne|Pada|Le :|Il giorno|Em qua)\b"
    r"(?=.*[\d@<]).{3,}?\W" + _WROTE + r"\b\s*(?:\([^)]*\)\s*)?(?::|-{2,}|$)",
    re.DOTALL,
)
_STARTS = re.compile(r"(?:On|Am|Le|El|Il|Em|Op|Den|På) .{0,30}\d")
# "am 3. Mai um 10:00 schrieb …" has its verb before the name.
_VERB_FIRST = re.compile(
    r"(?:[-_*\s]*)(?:Am|Op|Den|På|Il|Le|Em|El)\b(?=.*\d).{3,}?\b(?:schrieb|schreef|skrev)\b.{1,200}?:\s*$",
    re.DOTALL,
)
# "Maya Example <maya@example.org> wrote:", "--- Maya <maya@example.org> wrote:", "Maya Example writes:"
_NAME_WROTE = re.compile(
    r"(?=.*[@<\d])[^\n]{2,250}?[\s>\")\]]"
    + _WROTE
    + r"(?:\s+(?:on|in|am|le|el|il|em|op|den)\b[^\n:]{0,120}[^\n]{0,20})?:\s*$"
)
_BARE_WROTE = re.compile(r"[^\n]{2,120}\s" + _WROTE + r"\s*:\s*$")
# "2014-03-20 10:00 GMT+01:00 Maya <maya@example.org>:" and the like, in any script, with a verb after it or none
_DATED_ADDRESS = re.compile(
    r"(?=.*(?:\d{1,2}[:.h]\d{2}|\d{4})).{8,}<?\s*[^<>\s]{1,100}@[^<>\s]{1,100}>\s?[^\s<>@]{0,14}\s?[^\s<>@]{0,14}\s*[:：]\s*$",
    re.DOTALL,
)
# The first line of such an attribution where it is wrapped: a date with a time and no end of a sentence
_DATED_LINE = re.compile(r"(?=.{0,40}\d{1,2}[:.h]\d{2}|.{0,40}\b\d{4}\b).{8,120}[^.!?:;]$")

_ORIGINAL = (
    r"original message|original appointment|original[- ]nachricht|originalnachricht|originalmeddelande|"
    r"ursprüngliche nachricht|urspruengliche nachricht|ursprünglicher termin|message d['’]origine|message original|"
    r"mensaje original|messaggio originale|mensagem original|oorspronkelijk bericht|oorspronkelijke bericht|"
    r"oprindelig meddelelse|oprindelig besked|ursprungligt meddelande|opprinnelig melding|alkuperäinen viesti|"
    r"reply separator|wiadomość oryginalna|původní zpráva|reply message|исходное сообщение"
)
_FORWARD = (
    r"forwarded by|forwarded message|forward message|forwarded|weitergeleitete nachricht|weitergeleitet von|"
    r"message transféré|message transfere|message réexpédié|mensaje reenviado|messaggio inoltrato|"
    r"mensagem encaminhada|doorgestuurd bericht|videresendt|videresendt meddelelse|videresendt besked|"
    r"vidarebefordrat meddelande|videresendt melding|wiadomość przekazana"
)
_ORIGINAL_LINE = re.compile(
    r"(?:[?\s]{0,9}[-_=*\s]{2,}(?:" + _ORIGINAL + r")|original message follows)(?![^\W_]).{0,80}$", re.IGNORECASE
)
_FORWARD_LINE = re.compile(r"[-_=*\s]{2,}(?:" + _FORWARD + r")\b", re.IGNORECASE)
_FORWARD_PHRASE = re.compile(
    r"(?:begin forwarded message|anfang der weitergeleiteten (?:nachricht|e-mail)|début du message (?:transféré|réexpédié)|"
    r"inicio del mensaje reenviado|inizio messaggio inoltrato|início da mensagem (?:encaminhada|reencaminhada)|"
    r"begin doorgestuurd bericht|start på videresendt besked|vidarebefordrat brev|videresendt melding)\s*:?\s*$",
    re.IGNORECASE,
)

# One key of a header block as clients print it: "From:", "*Von:*", "Enviado el:", "cc:"; the value may be empty.
_KEY = re.compile(
    r"[*_\s|>?]{0,16}(?:(?P<sender>From|Von|De|Da|Van|Fra|Från|Od|Lähettäjä|发件人|寄件者|差出人|보낸사람|От|Від|Expéditeur|Mittente|Remitente)"
    r"|(?P<to>To|An|À|A|Para|Aan|Til|Till|Do|收件人|收件者|宛先|받는사람|Кому|Vastaanottaja|Destinataire|Destinatario|Per)"
    r"|(?P<cc>cc|Cc|CC|Copie à|Copie|Kopie|Kopi|Kopia|bcc|Bcc)"
    r"|(?P<date>Sent|Date|Gesendet|Datum|Envoyé|Envoyé le|Enviado|Enviado el|Enviada em|Fecha|Data|Inviato|Data invio|"
    r"Verzonden|Sendt|Dato|Skickat|Wysłano|Lähetetty|Sent on|Message du|发送时间|日期|寄件日期|送信日時|보낸날짜|Отправлено|Дата|Posted At|Date Sent|Sent time)"
    r"|(?P<subject>Subject|Betreff|Objet|Asunto|Oggetto|Assunto|Onderwerp|Emne|Ämne|Temat|Aihe|主题|主旨|件名|제목|Тема|Subj)"
    r"|(?P<other>Sent by|Please respond to|Respond to|Reply-To|Reply to|Importance|Sensitivity|Attachments|Anlagen|"
    r"Posted To|Conversation|Organization|Mime-Version|Content-Type|X-Mailer|Message-ID|Wichtigkeit|Priority|"
    r"Sender|Prioriteit|Importancia))\s{0,3}\*?\s?[:：]"
)
_CONTINUES = re.compile(r".*[@,;/<>]|\s{2,}\S|.{0,40}>?$")
_DATE_LINE = re.compile(
    r"[\s\"]*(?:\d{1,2}[/.-]\d{1,2}[/.-]\d{2,4}|\d{4}-\d\d-\d\d)[,\s]+\d{1,2}:\d\d(?::\d\d)?(?:\s*[AP]M)?(?:\s*[A-Z]{2,4})?\s*$",
    re.IGNORECASE,
)
_ON_DATE = re.compile(
    r".{2,200}\bon\s+\d{1,2}/\d{1,2}/\d{2,4}(?:\s+\d{1,2}:\d\d(?::\d\d)?(?:\s*[AP]M)?(?:\s*[A-Z]{2,4})?)?\s*$",
    re.DOTALL,
)
_DATE_END = re.compile(r"(?:on )?(?:\d{1,2}/\d{1,2}/\d{2,4} )?\d{1,2}:\d\d(?::\d\d)?(?:\s*[AP]M)?(?:\s*[A-Z]{2,4})?$")
_TIME = re.compile(r"\d{1,2}/\d{1,2}/\d{2,4}\s+\d{1,2}:\d\d")
_RULE_CHARS = frozenset("-_=*")
_ORIGINAL_CHARS = _RULE_CHARS | frozenset("?oO")
# No phrase above is longer.
_PHRASE_LENGTH = 60
_RULE = re.compile(r"[-_=*–—~\s]{3,}$")
_NAME = re.compile(r"[\s\"'*]*[^\W\d_][^:!?;]{0,89}[^:!?;.,]$")


def attribution_end(lines: Sequence[str], start: int) -> int:
    """The index after an attribution ("On … wrote:") that begins on line ``start``; ``start`` where none does."""
    joined = ""
    for index in range(start, min(len(lines), start + ATTRIBUTION_LINES)):
        line = lines[index].strip()[:LINE_LIMIT]
        if not line or (index > start and (line[0] == ">" or _STARTS.match(line))):
            break
        joined = f"{joined} {line}" if joined else line
        if line[-1] in ":：-)" or line.endswith(("wrote", "writes", "schrieb", "écrit")):
            if _is_attribution(joined, lines, index + 1):
                return index + 1
            if line[-1] in ":：":
                break
    return start


def _is_attribution(joined: str, lines: Sequence[str], after: int) -> bool:
    if _ATTRIBUTION.match(joined) or _VERB_FIRST.match(joined):
        return True
    if joined[-1] not in ":：":
        return False
    if ("@" in joined or "<" in joined) and (_NAME_WROTE.match(joined) or _DATED_ADDRESS.match(joined)):
        return True
    return next_is_quoted(lines, after) and bool(_NAME_WROTE.match(joined) or _BARE_WROTE.match(joined))


def dangling_attribution(line: str) -> bool:
    """Whether a line that stands right above an attribution's end looks like its beginning ("tir. 18. apr. kl. 13:09 …")."""
    return bool(_DATED_LINE.match(line.strip()[:LINE_LIMIT]))


def next_is_quoted(lines: Sequence[str], start: int) -> bool:
    """Whether the next line that is not blank (within five lines) is a ``>`` line."""
    for line in lines[start : start + 5]:
        stripped = line.lstrip()
        if stripped:
            return stripped[0] == ">"
    return False


def is_forward(line: str) -> bool:
    """Whether a line says that a forwarded mail follows."""
    line = line.strip()[:LINE_LIMIT]
    if line[:1] in _RULE_CHARS:
        return bool(_FORWARD_LINE.match(line))
    return len(line) <= _PHRASE_LENGTH and bool(_FORWARD_PHRASE.match(line))


def is_original(line: str) -> bool:
    """Whether a line says that the answered mail follows ("-----Original Message-----")."""
    line = line.strip()[:LINE_LIMIT]
    return line[:1] in _ORIGINAL_CHARS and bool(_ORIGINAL_LINE.match(line))


def is_rule(line: str) -> bool:
    """Whether a line is only dashes, underscores and the like."""
    return bool(_RULE.match(line[:LINE_LIMIT]))


def header_block_end(lines: Sequence[str], start: int) -> int:
    """The index after a block of mail headers in the body that begins on line ``start``; ``start`` where none does.

    A block has at least three different keys, or two of which one is the subject or the recipient and one the
    sender, no more than four lines apart unless the lines between look like a list of recipients; a sender alone
    is enough with a date and time on the same line, or where nothing follows.
    """
    if start >= len(lines) or not _KEY.match(lines[start][:LINE_LIMIT]):
        return start
    keys: set[str] = set()
    end, gap, index = start, 0, start
    while index < len(lines) and gap < 4 and index - start < BLOCK_LINES:
        line = lines[index][:LINE_LIMIT]
        match = _KEY.match(line)
        if match:
            key = match.lastgroup or ""
            if key in keys:
                key += "+"
                if key in keys or key not in ("cc+", "other+"):
                    break
            keys.add(key)
            end, gap = index + 1, 0
        elif not line.strip() or not _CONTINUES.match(line) or "subject" in keys:
            gap += 1
        index += 1
    if len(keys) >= 3 or ("sender" in keys and keys & {"subject", "to", "date"}) or {"to", "subject"} <= keys:
        return _after_wrapped_subject(lines, end)
    if "sender" in keys and (_TIME.search(lines[start][:LINE_LIMIT]) or not any(map(str.strip, lines[end : end + 8]))):
        return end
    return start


def _after_wrapped_subject(lines: Sequence[str], end: int) -> int:
    """A long subject goes on over the next line, which is followed by a blank one."""
    if end < len(lines) - 1 and len(lines[end - 1]) > 60 and lines[end].strip() and not lines[end + 1].strip():
        return end + 1
    return end


def heading_start(lines: Sequence[str], floor: int, block: int) -> int:
    """Where the heading above a header block begins: names, dates and rules that belong to it (Lotus Notes).

    ``block`` is the first line of the block; no line before ``floor`` is looked at.
    """
    start = index = block
    if block < len(lines) and lines[block].lstrip().startswith("Sent by:"):
        start = index = _above_date(lines, floor, block)
    for _ in range(HEADING_LINES):
        index -= 1
        if index < floor:
            break
        line = lines[index].strip()[:LINE_LIMIT]
        if not line:
            continue
        if is_rule(line) or (start < block and line == lines[start].strip()):
            start = index
        elif _DATE_LINE.match(line):
            start = index = _above_date(lines, floor, index)
        elif _ON_DATE.match(line) or (
            _DATE_END.match(line) and index > floor and _ON_DATE.match(lines[index - 1].strip() + " " + line)
        ):
            start = index
        else:
            break
    return start


def is_stub(lines: Sequence[str], start: int) -> bool:
    """Whether a date line and names alone end a mail from line ``start`` on: the heading of a quote that was deleted."""
    if not _DATE_LINE.match(lines[start][:LINE_LIMIT]):
        return False
    below = [line.strip() for line in lines[start + 1 : start + 30] if line.strip()]
    if len(below) > 4 or any(map(str.strip, lines[start + 30 : start + 60])):
        return False
    return all(len(line) < 60 and _NAME.match(line) for line in below)


def _above_date(lines: Sequence[str], floor: int, date: int) -> int:
    """The line with the name above a date line of a Notes heading (blank lines between them at most one)."""
    for index in range(date - 1, max(floor, date - 2) - 1, -1):
        line = lines[index].strip()[:LINE_LIMIT]
        if line:
            return index if _NAME.match(line) or _KEY.match(line) else date
    return date
