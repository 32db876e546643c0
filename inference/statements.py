"""A mail and its new text in; what its author says about their own addresses, and for whom they write, out.

Only plain sentences count, in the author's own new text: "my new address is …", "please use … from now on". Whether
such a sentence is to be believed is not judged here (see ``inference.moves``).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from inference.names import full_name_key
from inference.sentences import sentences

#: Of one mail so much is looked at, in characters, and so many statements are kept.
_LIMIT: Final = 6_000
_MOST: Final = 4
#: How long a kept sentence may be.
MAX_QUOTE: Final = 300


class StatementKind(StrEnum):
    """What an author says: the subject is an address, or of ``WRITES_FOR`` a name."""

    NEW_ADDRESS = "new_address"  # the author can be reached at it from now on
    OLD_ADDRESS = "old_address"  # it was the author's
    WRITES_FOR = "writes_for"  # the author writes for this person


@dataclass(frozen=True, slots=True, kw_only=True)
class Statement:
    """What one sentence says about its author."""

    kind: StatementKind
    subject: str
    quote: str


_ADDRESS: Final = re.compile(
    r"(?<![\w.+@-])[a-z0-9][a-z0-9._%+-]{0,63}@(?:[a-z0-9-]{1,63}\.){1,6}[a-z]{2,24}(?![\w@-])", re.I
)
_REACH: Final = r"(?:use|write to|(?:reach|contact|e-?mail) me (?:at|on|under|via))"
#: What says that an address in the same sentence, or alone in the next one, is the author's new one.
_NEW: Final = re.compile(
    "|".join(
        (
            r"\b(?:my|our) new (?:personal |private |work |permanent |main )?(?:e-?mail |mail |contact )?(?:address|e-?mail|account)\b",
            r"(?<!\bhis )(?<!\bher )(?<!\btheir )(?<!\byour )\bnew (?:e-?mail |mail )?address(?: is| will be|:)",
            rf"\b{_REACH}\b.{{0,80}}\b(?:from now on|instead|in (?:the )?future|going forward|henceforth)\b",
            rf"\b(?:from now on|going forward|henceforth)\b.{{0,40}}\b{_REACH}\b",
            r"\b(?:you can )?now reach me (?:at|on|under|via)\b",
            r"\bmeine? neue[nrs]? (?:e-?mail-?|mail-?)?\s?(?:adresse|anschrift|mail)\b",
            r"\bneue (?:e-?mail-?|mail-?)?adresse(?: ist| lautet|:)",
            r"\b(?:ab (?:jetzt|sofort|heute)|künftig|zukünftig|in zukunft|von nun an)\b.{0,60}\b(?:unter|an|adresse)\b",
            r"\b(?:ma|mon) nouve(?:lle|l|au) (?:adresse|e-?mail|mail|courriel)\b",
            r"\b(?:désormais|dorénavant|à partir de maintenant|à l['’]avenir)\b.{0,80}\b(?:à|adresse|sur)\b",
            r"\bmi nuev[ao] (?:dirección|direccion|correo|e-?mail|mail)\b",
            r"\b(?:a partir de ahora|de ahora en adelante|desde ahora)\b.{0,80}\b(?:a|en|dirección|direccion|correo)\b",
        )
    ),
    re.IGNORECASE,
)
#: What says right before an address that it is new.
_MOVED: Final = re.compile(
    r"\b(?:i|we)(?:['’](?:ve|m|re)| have| am| are)? (?:now |just |recently )?(?:moved|moving|switched|switching|changed|changing)"
    r"\b[^.!?]{0,60}\bto[\s:<(\"']{0,4}$",
    re.IGNORECASE,
)
#: What says right before an address, or right behind it, that it is the old one.
_OLD_BEFORE: Final = re.compile(
    r"(?:\b(?:old|previous|former) (?:one|(?:e-?mail |mail |work )?(?:address|e-?mail|account|mailbox))\b(?: (?:is|was))?"
    r"|\b(?:instead of|rather than|not|no longer|replaces|anstelle von|statt|nicht mehr(?: unter)?|au lieu de|en lugar de|en vez de)"
    r"|\b(?:alte[nr]?|bisherige[nr]?) (?:e-?mail-?|mail-?)?(?:adresse|mail)|\bancien(?:ne)? (?:adresse|e-?mail|mail|courriel)"
    r"|\b(?:antigua|anterior|vieja|viejo|antiguo) (?:dirección|direccion|correo|e-?mail))[\s,:(<\"']{0,6}$",
    re.IGNORECASE,
)
_OLD_BEHIND: Final = re.compile(
    r"[\s,)>\"'-]{0,4}(?:(?:address |account |mailbox )?(?:(?:will |does |do |can )(?:no longer|not|soon be|be)|won['’]t|doesn['’]t"
    r"|is (?:no longer|going|being|closed|gone|dead)|no longer|stops|expires|goes away)"
    r"|(?:wird|ist|funktioniert|gilt)\b.{0,20}\b(?:abgeschaltet|nicht mehr|geschlossen|gelöscht)"
    r"|ne (?:fonctionne|marche|sera) plus|n['’]est plus|ya no|dejará)",
    re.IGNORECASE,
)
_NEAR: Final = 120
#: What is looked at around an address, in characters.
_BEFORE: Final = 400
_BEHIND: Final = 300
_MOST_LOOKED_AT: Final = 12
#: A statement of a new address or of an old one has one of these words; looking for them costs next to nothing.
_WORDS: Final = (
    "new", "moved", "moving", "switch", "chang", "from now on", "instead", "future", "going forward", "henceforth",
    "reach me", "neue", "ab jetzt", "ab sofort", "ab heute", "künftig", "von nun an", "zukunft", "nouve", "désormais",
    "dorénavant", "à partir de", "à l", "nuev", "a partir de", "de ahora", "desde ahora",
)  # fmt: skip

_NAME: Final = r"([^\W\d_][\w'’.-]{1,30}(?: (?:van|von|de|der|den|del|la|di)){0,2}(?: [^\W\d_][\w'’.-]{0,30}){1,3})"
#: Whole lines of a signature, beside or under the author's name. "i.A." and "p.p." stand beside the name of who signs, not
#: of whom they sign for, and so say nothing of use.
_FOR: Final = re.compile(
    r"(?:(?:[^\W\d_][\w'’.-]*,? ){1,3}(?:[-–—|/] )?)?(?:(?:executive |personal )?(?:assistant|secretary|pa|ea) (?:to|of)"
    r"|(?:signed |writing |sent )?on behalf of|(?:assistentin|assistent|sekretariat) von|au nom de|pour le compte de"
    r"|en nombre de|im (?:auftrag|namen) von) " + _NAME + r"[\s.,]*",
    re.IGNORECASE,
)
_FOR_WORDS: Final = (
    "ssistant to ", "ssistant of ", "ecretary to ", "ecretary of ", "PA to ", "EA to ", "n behalf of ", "ssistentin von ",
    "ssistent von ", "ekretariat von ", "u nom de ", "our le compte de ", "n nombre de ", "m Auftrag von ", "m Namen von ",
)  # fmt: skip
#: A signature has no more lines than this below the author's last words.
_SIGNATURE: Final = 12
_BELOW: Final = 1_000
#: Quotes between the author's lines are looked through so far.
_QUOTED: Final = 2_000


def statements(text: str, whole: str, sender: str) -> tuple[Statement, ...]:
    """What the author of a mail says about their addresses, and for whom they write.

    Args:
        text: the author's new text.
        whole: the mail's plain text, with the signature.
        sender: the address that it came from.
    """
    found: dict[tuple[str, str], Statement] = {}
    for said in (*_addresses(text[:_LIMIT], sender), *_written_for(text, whole)):
        found.setdefault((said.kind, said.subject), said)
    return tuple(found.values())[:_MOST]


def _addresses(text: str, sender: str) -> Iterator[Statement]:
    """The statements around the first few addresses of a text; nothing else of it is looked at."""
    at, looked = text.find("@"), 0
    while at >= 0 and looked < _MOST_LOOKED_AT:
        near = text[max(0, at - _BEFORE) : at + _BEHIND]
        low = near.lower()
        if any(word in low for word in _WORDS):
            yield from _near(near, sender)
        at, looked = text.find("@", at + _BEHIND // 2), looked + 1


def _near(text: str, sender: str) -> Iterator[Statement]:
    spans = sentences(text)
    for index, (start, end) in enumerate(spans):
        if "@" in text[start:end]:
            before = _plain(text, *spans[index - 1])[-_NEAR:] if index else ""
            behind = _plain(text, *spans[index + 1])[:_NEAR] if index + 1 < len(spans) else ""
            yield from _in_sentence(_plain(text, start, end)[: 2 * MAX_QUOTE], before, behind, sender)


def _plain(text: str, start: int, end: int) -> str:
    """A sentence on one line."""
    return " ".join(text[start:end].split())


def _in_sentence(sentence: str, before: str, behind: str, sender: str) -> Iterator[Statement]:
    """The statements of one sentence that holds an address; the sentences beside it may say what it means."""
    for match in list(_ADDRESS.finditer(sentence))[:_MOST]:
        email = match.group().lower()
        left, right = sentence[max(0, match.start() - _NEAR) : match.start()], sentence[match.end() :][:_NEAR]
        kind, quote = StatementKind.NEW_ADDRESS, sentence
        if _OLD_BEFORE.search(left) or _OLD_BEHIND.match(right):
            kind = StatementKind.OLD_ADDRESS
            told = any(_NEW.search(each) for each in (sentence, before, behind))
        elif _NEW.search(sentence) or _MOVED.search(left):
            told = True
        else:
            # The address stands alone on its line, or the line before is not the end of a sentence.
            goes_on = len(sentence) <= len(match.group()) + 12 or not before.endswith((".", "!", "?"))
            quote = f"{before} {sentence}"
            told = goes_on and _NEW.search(quote) is not None
        if told and email != sender:
            yield Statement(kind=kind, subject=email, quote=quote[:MAX_QUOTE])


def _written_for(text: str, whole: str) -> Iterator[Statement]:
    """For whom the signature says that the mail was written: the lines below the author's last words."""
    last = text.rpartition("\n")[2]
    start = max(0, len(text) - len(last))
    at = whole.find(last, start, start + len(text) + _QUOTED) if last else 0
    below = whole[at : at + _BELOW] if at >= 0 else ""
    if not any(word in below for word in _FOR_WORDS):
        return
    for line in below.split("\n")[: _SIGNATURE + 1]:
        stripped = line.strip(" \t\r*_")
        if stripped.startswith((">", "-----", "From:", "Von:", "De :", "De:")) or stripped.endswith(
            ("wrote:", "schrieb:", "écrit :")
        ):
            return
        match = _FOR.fullmatch(stripped[:160])
        name = " ".join(match[1].split()).rstrip(" .,") if match else ""
        if full_name_key(name) and name[0].isupper() and name.rpartition(" ")[2][0].isupper():
            yield Statement(kind=StatementKind.WRITES_FOR, subject=name, quote=stripped)
            return
