"""A sentence in, the type of favor that it speaks of out; and how well two types go together."""

from __future__ import annotations

import re
from functools import lru_cache

from inference.acts.act import FavorType
from inference.words import fold

T = FavorType

#: Types that routine coordination has; they weigh little where nobody asked.
MINOR = frozenset({T.INFO, T.ACTION})
#: Types of which nobody tells how they turned out.
NO_OUTCOME = frozenset({T.INFO})
#: Types whose favor usually is a document or an answer that can be attached.
DOCUMENTS = frozenset({T.FEEDBACK, T.INFO, T.RESOURCE, T.ACTION, T.REFERRAL})
#: Types that a good answer in words delivers at once.
ANSWERED_IN_WORDS = frozenset({T.INFO, T.ADVICE, T.FEEDBACK})

_KIN: tuple[frozenset[FavorType], ...] = (
    frozenset({T.INFO, T.ADVICE}),
    frozenset({T.ADVICE, T.FEEDBACK}),
    frozenset({T.ADVICE, T.TIME}),
    frozenset({T.ACTION, T.RESOURCE}),
    frozenset({T.ACTION, T.SUPPORT}),
    frozenset({T.ACTION, T.INFO}),
    frozenset({T.INFO, T.RESOURCE}),
    frozenset({T.INTRO, T.REFERRAL}),
    frozenset({T.REFERRAL, T.SUPPORT}),
    frozenset({T.ACTION, T.TIME}),
    frozenset({T.ACTION, T.FEEDBACK}),
    frozenset({T.ACTION, T.REFERRAL}),
)

# Offers, promises and thanks carry no type of their own. Folded words, most telling type first.
_CUES: tuple[tuple[FavorType, str], ...] = (
    (
        T.INTRO,
        (
            r"introduc\w+|intro|intros|put (?:you|me|us|them|the two) (?:\w+ ){0,3}in touch|connect(?:ed|ing)? (?:you|me|us|the two|them)\b"
            r"|vorstell\w*|bekannt ?mach\w*|presente[rz]?\b|mettre en (?:contact|relation)|mis en (?:contact|relation)"
            r"|te presento|presentar\w*|poner\w* en contacto|puesto en contacto|ponerte en contacto"
        ),
    ),
    (
        T.REFERRAL,
        (
            r"recommend\w*|refer(?:red|ring|ral)?\b|reference|put(?:ting)? in a (?:good )?word|vouch\w*|your name to|testimonial"
            r"|empfehl\w*|empfohlen|referenz\w*|lettre de recommandation|recommand\w*|recomend\w*|carta de recomendacion"
        ),
    ),
    (
        T.FEEDBACK,
        (
            r"feedback|comments?|proofread\w*|look(?:ing)? over|look(?:ing)? through|go(?:ing)? through|went through"
            r"|read(?:ing)? (?:it|the|your|my|through|over)|review\w*|draft|manuscript|red pen|notes on"
            r"|korrektur\w*|gegenles\w*|durchles\w*|relire|relu|relecture|revisar\w*|leer\w*|correg\w*"
        ),
    ),
    (
        T.RESOURCE,
        (
            r"borrow\w*|lend\w*|lent|loan\w*|spare (?:room|bed|ticket|key|set|copy)s?|sofa|couch|guest ?room|flat|apartment"
            r"|your (?:van|car|truck|flat|house|room|studio|tools?|kit|drill|ladder|projector)|my (?:van|car|truck|flat|house|room|studio|tools?|ladder)"
            r"|tickets?|equipment|crutches|leih\w*|ausleih\w*|geliehen|pret(?:er|e)\b|emprunt\w*|prest(?:ar|o|e|aste|ado)\w*"
        ),
    ),
    (
        T.SUPPORT,
        (
            r"support\w*|endors\w*|back(?:ed|ing)? (?:you|me|us)|vote\w*|donat\w*|sponsor\w*|stand(?:ing)? by|cover(?:ed|ing)? for"
            r"|sat with|speak at|spoke at|being there|been there for|unterstutz\w*|soutien|soutenir|apoy\w*"
        ),
    ),
    (
        T.TIME,
        (
            r"(?:your|my|some|any) time|coffee|a call|hop on|chat|half an hour|an hour|minutes|over lunch|for lunch|sit down with|pick (?:your|my) brain"
            r"|deine zeit|ihre zeit|kaffee|ton temps|votre temps|un cafe|tu tiempo|su tiempo"
        ),
    ),
    (
        T.ADVICE,
        (
            r"advice|advis\w*|your (?:thoughts|opinion|view|take)|tips?|guidance|suggest\w*|rat\b|ratschlag\w*|tipps?"
            r"|conseil\w*|avis\b|consejo\w*|opinion"
        ),
    ),
    (
        T.INFO,
        (
            r"let you know|tell you|the (?:link|number|address|name|details|contact|recipe|answer|info\w*)|look (?:it|that) up|find out"
            r"|forward(?:ing)? (?:you|me)|bescheid|auskunft|renseign\w*|averigu\w*"
        ),
    ),
)
_CUE_PATTERNS = tuple((kind, re.compile(rf"\b(?:{pattern})")) for kind, pattern in _CUES)
_LONGEST = 600


@lru_cache(maxsize=4096)
def spoken_of(quote: str) -> FavorType | None:
    """The type of favor that the words of ``quote`` name, None where they name none."""
    folded = fold(quote[:_LONGEST])
    for kind, pattern in _CUE_PATTERNS:
        if pattern.search(folded):
            return kind
    return None


def kinship(one: FavorType | None, other: FavorType | None) -> float:
    """How well two types go together: 1 equal, 0.5 easily taken for each other or unknown, 0 hardly."""
    if one is None or other is None:
        return 0.5
    if one is other:
        return 1.0
    return 0.5 if any(one in pair and other in pair for pair in _KIN) else 0.0


_ACCEPTS = re.compile(
    r"\b(?:yes|please|gladly|love (?:that|to|it)|would be (?:great|lovely|wonderful|perfect|brilliant|fantastic|amazing)"
    r"|take you up|that works|count me in|i'?ll take|sounds (?:great|good|perfect)|deal|si por favor|encantad\w*|con gusto"
    r"|gern\w*|ja bitte|bitte|volontiers|avec plaisir|oui|claro)\b"
)
_AHEAD = re.compile(
    r"\b(?:in advance|for agreeing|for offering|for the offer|for being willing|for considering|if you c(?:an|ould)|that(?:'d| would) be"
    r"|im voraus|vorab|schon mal|d'avance|par avance|de antemano|por adelantado)\b"
)


def accepts(quote: str) -> bool:
    """Whether the words take up what was offered."""
    return _ACCEPTS.search(fold(quote[:_LONGEST])) is not None


def thanks_ahead(quote: str) -> bool:
    """Whether the thanks are for something that is still to come."""
    return _AHEAD.search(fold(quote[:_LONGEST])) is not None


_DEED = re.compile(
    r"\b(?:for (?:\w+ )?\w{2,}ing|you \w+ed|hast|habt|haben|d'avoir|m'avoir|t'avoir|pour avoir|por haber\w*)\b"
)


def thanks_for_deed(quote: str) -> bool:
    """Whether the thanks name something that was done ("for ringing them", "por haberme puesto en contacto")."""
    return _DEED.search(fold(quote[:_LONGEST])) is not None and not thanks_ahead(quote)
