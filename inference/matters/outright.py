"""The words of an ask in, the type of favor that they name outright out: "would you refer me", "könntest du es gegenlesen".

Most asks name nothing outright, and then the recogniser's own type stands. Where one does, that is plainer than a
model's guess: on labelled mails of today three in four such words tell the type truly.
"""

from __future__ import annotations

import re
from functools import lru_cache

from inference.acts.act import Act, FavorType
from inference.matters.wording import folded
from inference.words import stem, word_hash

# Folded words in English, German, French, Spanish; the first type that is named counts.
_NAMED: tuple[tuple[FavorType, tuple[str, ...]], ...] = (
    (
        FavorType.INTRO,
        (
            r"introduce (?:me|us|him|her|them|my|our)\b",
            r"\bintro(?:duction)?s? (?:to|with)\b",
            r"\b(?:put|get|bring) (?:\S+ ){1,3}in (?:touch|contact)\b",
            r"\bconnect (?:me|us|him|her|them|\w+) (?:with|to)\b",
            r"\b(?:link|hook) (?:me|us) up with\b",
            r"\bput (?:me|us) on to\b",
            r"\b(?:know|think of|point me to) (?:anyone|anybody|someone|somebody)\b",
            r"\b(?:vorstellen|bekannt ?machen|kontakt (?:herstellen|vermitteln))\b",
            r"\bkenn(?:st|en) (?:du|ihr|sie) (?:\w+ )?(?:jemand|wen)",
            r"\b(?:me|nous) presenter\b|\ben (?:contact|relation) avec\b",
            r"\bconnai(?:s|ssez)(?:-tu|-vous)? (?:\w+ )?quelqu'un",
            r"\bme (?:lo |la )?present(?:as|arias|es)\b|\bpresentarme\b|\bpone\w* en contacto|\bconoces a alguien",
        ),
    ),
    (
        FavorType.REFERRAL,
        (
            r"\b(?:refer|recommend|mention|nominate) (?:me|him|her|us|my)\b",
            r"\b(?:write|give|be|provide|act as|serve as) (?:\S+ ){0,4}(?:referee|reference|recommendation|testimonial)\b",
            r"\bletter of (?:recommendation|reference)\b|\b(?:reference|recommendation) letter\b",
            r"\b(?:put(?:ting)?|say|drop) (?:in )?(?:a|your) (?:\w+ )?word (?:in|for|with|to)\b|\bput in (?:a|your) (?:\w+ )?word\b|\bvouch for\b",
            r"\b(?:pass|forward|hand|send) (?:on |along )?my (?:cv|resume|name|application)\b",
            r"\bempfehlungsschreiben\b|\breferenzschreiben\b|\bgutes wort\b",
            r"\blettre de recommandation\b|\bme recommander\b|\bglisser un mot\b",
            r"\bcarta de recomendacion\b|\brecomendarme\b",
        ),
    ),
    (
        FavorType.FEEDBACK,
        (
            r"\bfeedback\b|\bcritique\b|\bred pen\b|\bproof-?read\w*|\bcomment(?:s)? on\b|\byour comments\b",
            r"\b(?:read|look|go) (?:it |this |that |them |these |my \w+ |the \w+ )?(?:over|through)\b",
            r"\b(?:read|look|listen|watch|cast an eye)\b[^.?!]{0,120}\band (?:\w+ )?(?:say|tell me|let me know)\b",
            r"\bread (?:my|this|it|our|chapter|a draft|the (?:draft|chapter|piece|text))\b",
            r"\bgegenles\w*|\bkorrekturles\w*|\bdruber ?(?:schau|les|guck)\w*|\bruckmeldung\b",
            r"\brelire\b|\brelecture\b|\brevisar(?:lo|la|me)?\b|\bechar(?:le)? una? (?:vistazo|ojeada|ojo)\b",
        ),
    ),
    (
        FavorType.TIME,
        (
            r"\bof (?:your|ihrer|deiner) (?:time|zeit)\b|\bde (?:votre|ton) temps\b|\bde (?:su|tu) tiempo\b",
            r"\bpick your brains?\b|\b(?:hop|jump|get) on (?:a|the) (?:call|phone|zoom)\b",
            r"\b(?:spare|give|lend) (?:\S+ ){0,3}(?:minutes|half an hour|an hour)\b|\bborrow you\b",
            r"\b(?:buy|stand) you (?:a |an )?(?:\w+ )?(?:coffee|lunch|drink|beer|dinner)\b",
            r"\bhalbe stunde zeit\b|\bkurz zeit\b",
        ),
    ),
    (
        FavorType.RESOURCE,
        (
            r"\bborrow\b|\blend\b|\bthe loan\b|\b(?:i|we) (?:\w+ )?use your\b|\buse of your\b",
            r"\b(?:aus)?leih(?:en|st|t)\b|\bborgen\b|\bpret(?:er|es|ez)\b|\bemprunter\b|\bprest(?:ar|as|arme|arnos|arias)\b",
        ),
    ),
    (
        FavorType.SUPPORT,
        (
            r"\bendorse\b|\bsponsor\b|\bdonate\b|\bvote for\b|\bco-?sign\b|\b(?:speak|stand) up for\b|\bsupport (?:me|us|our|my)\b",
            r"\bsoutenir\b",
        ),
    ),
    (
        FavorType.ADVICE,
        (
            r"\bwhat would you (?:do|change|say|suggest|recommend)\b|\bwhat do you (?:suggest|recommend)\b|\bhow would you\b",
            r"\bshould (?:i|we)\b|\bwould you\b[^?]{0,200}\bor (?:wait|leave|go|stick|keep|rather|should|do)\b",
            r"\byour advice\b|\bwhat you think (?:i|we) should\b|\bwas wurd(?:est du|en sie)\b|\bdeinen? (?:rat|meinung)\b",
            r"\bton avis\b|\bvotre avis\b|\bque ferais-tu\b|\bme conseill\w+|\bque harias\b|\bme aconsej\w+",
        ),
    ),
)
_PATTERNS = tuple((kind, re.compile("|".join(patterns))) for kind, patterns in _NAMED)


_WRITE = re.compile(r"\b(?:write|writing|schreib\w*|ecrire|ecris|ecriv\w+|escrib\w+)\b")
_REFERENCES = frozenset(
    word_hash(stem(word))
    for word in [
        "reference",
        "recommendation",
        "recommendations",
        "testimonial",
        "empfehlung",
        "empfehlungsschreiben",
        "referenz",
        "referenzschreiben",
        "recommandation",
        "recomendacion",
    ]
)
_SAME = re.compile(
    r"\b(?:the same|same again|once again|once more|another one|one more|nochmal|noch einmal|dasselbe|la meme chose"
    r"|encore une fois|lo mismo|otra vez)\b"
)


def asked_nearby(act: Act) -> FavorType | None:
    """The type that only the sentences beside the ask name: "They want a letter of reference. Would you write it?\""""
    writes = _WRITE.search(folded(act.quote)) is not None
    return FavorType.REFERRAL if writes and not _REFERENCES.isdisjoint(act.topic) else None


def asked_again(quote: str) -> bool:
    """Whether the ask is for the same kind of thing as the last one."""
    return _SAME.search(folded(quote)) is not None


_COUNTS = re.compile(
    r"^\W*(?:(?:and|und|et|y) )?(?:second(?:ly)?|third(?:ly)?|another thing|one more thing|also|separately|ps|p\.s\.?|besides"
    r"|zweitens|drittens|ausserdem|noch etwas|deuxiemement|ensuite|par ailleurs|autre chose|segundo|ademas|otra cosa)\b"
)


def counts_on(quote: str) -> bool:
    """Whether the sentence begins a matter of its own ("And second, …", "Another thing: …")."""
    return _COUNTS.match(folded(quote)) is not None


_EACH = re.compile(
    r"\b(?:each of you|you each|each (?:read|take|send|write|give|do|bring)|all (?:three|four|five) of you|both of you|your own"
    r"|jede[rs]? von euch|jede[rs]? von ihnen|ihr beide|sie beide|chacune? (?:de|d')|tous les (?:deux|trois)|chacune?"
    r"|cada un[oa]|los (?:dos|tres)|las (?:dos|tres))\b"
)


def of_each(quote: str) -> bool:
    """Whether the ask to several people wants something of each: no one's answer is then good for the others."""
    return _EACH.search(folded(quote)) is not None


_MARKS = re.compile(
    r"\b(?:january|february|march|april|june|july|august|september|october|november|december|januar|februar|marz|mai|juni|juli"
    r"|oktober|dezember|janvier|fevrier|mars|avril|juin|juillet|aout|septembre|octobre|novembre|decembre|enero|febrero|marzo"
    r"|abril|mayo|junio|julio|agosto|septiembre|octubre|noviembre|diciembre|q[1-4]|\d+(?:st|nd|rd|th)?)\b"
)


def tells_apart(one: str, other: str) -> bool:
    """Whether two asks name different months or numbers: the April invoice is not the March invoice."""
    left, right = set(_MARKS.findall(folded(one))), set(_MARKS.findall(folded(other)))
    return bool(left) and bool(right) and left.isdisjoint(right)


@lru_cache(maxsize=4096)
def asked_outright(quote: str) -> FavorType | None:
    """The type of favor that the sentence asks for by name, None where it names none."""
    words = folded(quote)
    for kind, pattern in _PATTERNS:
        if pattern.search(words):
            return kind
    return None
