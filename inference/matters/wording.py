"""Words in, as the ledger's sentences or its patterns want them out."""

from __future__ import annotations

import re
from typing import Final

from inference.acts.act import FavorType
from inference.words import fold

#: How much of a sentence patterns look at, in characters.
_LONGEST: Final = 600


#: What is asked for, in the sentences of the ledger.
SOUGHT: Final[dict[FavorType, str]] = {
    FavorType.INTRO: "an introduction",
    FavorType.ADVICE: "advice",
    FavorType.REFERRAL: "a recommendation",
    FavorType.FEEDBACK: "feedback",
    FavorType.INFO: "information",
    FavorType.ACTION: "a hand with something",
    FavorType.TIME: "time",
    FavorType.SUPPORT: "support",
    FavorType.RESOURCE: "something to use",
}
_ASKED_FOR = re.compile(rf" for (?:{'|'.join(SOUGHT.values())})\.$")
_INTRODUCED = re.compile(r"(?<! so) made the introduction\.$")


def retold(because: str, kind: FavorType) -> str:
    """A sentence of the ledger as it reads for a favor of type ``kind``, whatever it was first taken for."""
    told = _ASKED_FOR.sub(f" for {SOUGHT[kind]}.", because)
    return told if kind is FavorType.INTRO else _INTRODUCED.sub(" did that.", told)


def capital(text: str) -> str:
    """``text`` with its first letter in upper case."""
    return text[:1].upper() + text[1:]


def folded(quote: str) -> str:
    """The beginning of a sentence as patterns read it: folded, with straight apostrophes."""
    return fold(quote[:_LONGEST]).replace("’", "'")


_DAYS = (
    "monday|tuesday|wednesday|thursday|friday|saturday|sunday|montag|dienstag|mittwoch|donnerstag|freitag|samstag|sonntag"
    "|lundi|mardi|mercredi|jeudi|vendredi|samedi|dimanche|lunes|martes|miercoles|jueves|viernes|sabado|domingo"
)
_AHEAD = re.compile(
    rf"\b(?:(?:i|we|you)(?:'ll| will| shall)|going to|tomorrow|tonight|soon|shortly|next (?:week|month|{_DAYS})"
    rf"|(?:by|before|until) (?:the |next )?(?:end|weekend|{_DAYS})|at the weekend|later (?:today|this)|as soon as"
    rf"|morgen|nachste woche|(?:bis|am) (?:ende|wochenende|{_DAYS})|heute abend|bald|demnachst|sobald|werde ich|ich werde"
    rf"|demain|ce soir|semaine prochaine|d'ici|avant (?:la fin|{_DAYS})|bientot|des que|je vais"
    rf"|manana|semana que viene|proxim[ao]|antes del? (?:fin|{_DAYS})|pronto|en cuanto|voy a)\b"
)


def lies_ahead(quote: str) -> bool:
    """Whether a sentence names a time to come, or says in so many words that something will be done."""
    return _AHEAD.search(folded(quote)) is not None
