"""Text in, content words and their hashes out: by these, matters are matched without keeping any text."""

from __future__ import annotations

import re
import unicodedata
import zlib
from collections.abc import Iterable
from functools import lru_cache
from typing import Final

_WORD = re.compile(r"[^\W\d_][\w'’-]*")
# A longer word is no word of a language, and is read as several.
_LETTERS = re.compile(r"[^\W\d_]{1,40}")

#: How much of one text ``topic`` looks at, in characters.
TOPIC_CHARS: Final = 4000
#: How many stems a topic holds at most.
TOPIC_SIZE: Final = 24
_SHORTEST: Final = 3
_STEM_FLOOR: Final = 4

#: Words that say nothing of the matter: function words of English, German, French and Spanish, and mail's own words.
STOPWORDS: Final = frozenset(
    re.findall(
        r"\S+",
        """
    a about above after again all also always am an and another any anyone anything are as ask asked at away back be because
    been before being below best better between both but by call came can cannot come could day days dear did do does doing
    done down each either else email even ever every everyone everything few find first for from get getting give given go
    going good got great had happy has have having he hello help her here hers hey hi him his hope how however i if in into is
    it its just keep kind know last later least let like little look looking lot made mail make many may maybe me mean might
    mine more morning most much must my need never new next no nor not nothing now of off often ok okay on once one only or
    other our ours out over own people per please put quick quite rather re really regards right said same say see seems send
    sent shall she should since so some someone something soon sorry still such sure take tell than thank thanks that the
    their them then there these they thing things think this those though through time to today together tomorrow tonight too
    try two under until up upon us use used very via want was way we week weeks well were what when where whether which while
    who whom whose why will wish with within without work would yes yesterday yet you your yours fwd fw aw wg tr rv sv antw
    cheers best sincerely hi hope monday tuesday wednesday thursday friday saturday sunday january february march april june
    july august september october november december attached don didn doesn isn wasn won can ll ve

    aber alle allem allen aller alles als also am an andere anderen auch auf aus bei beim bin bis bist bitte da dabei dafur
    damit dann daran darauf das dass davon dazu dein deine deinem deinen deiner dem den denn der des dich die dies diese
    diesem diesen dieser dieses dir doch dort du durch ein eine einem einen einer eines einfach einmal er es etwas euch euer
    eure fur ganz gar geben gehen geht gerade gern gerne gibt gruss grusse gut gute habe haben hallo hat hatte hatten herr
    frau herzlich hier hin ich ihm ihn ihnen ihr ihre ihrem ihren ihrer im immer in ins ist ja jede jeder jetzt kann kannst
    kein keine keinen konnen konnte konnten kurz leider liebe lieber liegt machen mal man mehr mein meine meinem meinen meiner
    mich mir mit mochte morgen muss mussen nach nicht nichts noch nun nur ob oder ohne schon sehr sein seine seinem seinen
    seiner selbst sich sie sind so soll sollte sollten sondern uber um und uns unser unsere unter vielen viel viele vom von vor
    wann war waren warum was weil wenn wer werde werden wie wieder will wir wird wo wollte wurde wurden zu zum zur zwei dank
    danke vielen heute montag dienstag mittwoch donnerstag freitag samstag sonntag guten tag

    ai ainsi alors amicalement apres as assez au aucun aujourd aussi autre aux avait avant avec avez avoir avons beaucoup bien
    bientot bon bonjour bonne car ce cela celle celui ces cet cette chaque cher chere chez comme comment contre cordialement
    dans de deja demain depuis des deux devant dire dit doit donc dont du elle elles en encore entre es est et etait etaient
    ete etes etre eu eux faire fais fait faut fois hier hui il ils jamais je jour jours la le les leur leurs lui ma mais meme
    merci mes mieux moi moins mon ne ni non nos notre nous on ont ou oui par parce pas pendant peu peut peux plus plutot pour
    pourquoi pouvez pres puis quand que quel quelle quelque quelques qui quoi rien sa salut sans savoir se semaine sera ses si
    sien sinon soit son sont sous suis sur ta tant te tel tes toi ton toujours tous tout toute toutes tres trop tu un une vais
    va vers veux voici voila voir vois vos votre vous vraiment lundi mardi mercredi jeudi vendredi samedi dimanche bises

    ahi ahora al algo alguien algun alguna algunos alli antes aqui asi aun aunque bastante bien buen buena buenas bueno buenos
    cada casi como con contra cosa cosas cual cuando cuanto de del dentro desde despues dia dias donde dos el ella ellas ellos
    en entonces entre era eran eres es esa esas ese eso esos esta estaba estado estamos estan estar estas este esto estos
    estoy fue fueron gracias ha habia hace hacer hacia han has hasta hay he hemos hola hoy igual incluso ir jueves la las le
    les lo los luego lunes manana martes mas me mejor menos mi miercoles mientras mis mismo mucha muchas mucho muchos muy nada
    nadie ni ningun no nos nosotros nuestra nuestro nunca os otra otras otro otros para pero poco poder podria por porque
    pues puede puedo que quien quiere quiero quieres sabado sabe se sea seguro semana ser si siempre sido sin sobre solo somos
    son soy su sus tal tambien tampoco tan tanto te tengo tenemos tener tiene tienen tienes toda todas todavia todo todos tras
    tu tus un una unas uno unos usted ustedes va vamos van veces ver vez vosotros voy ya yo domingo viernes saludos abrazo
    """,
    )
)

_ENDING_LIST: Final = re.findall(
    r"\S+",
    "'s s es ed ing ings ies er ers ly e en n em ern ung ungen a o as os ion ions ions ment ments iones ando iendo",
)
# The endings that a stem loses, by their lengths, longest first: inflections of the four languages, no word formation.
_ENDINGS: Final = tuple(
    (size, frozenset(ending for ending in _ENDING_LIST if len(ending) == size))
    for size in sorted({len(ending) for ending in _ENDING_LIST}, reverse=True)
)


def fold(text: str) -> str:
    """``text`` in lower case, without accents."""
    if text.isascii():
        return text.lower()
    decomposed = unicodedata.normalize("NFKD", text.casefold())
    return "".join([char for char in decomposed if not unicodedata.combining(char)])


def word_hash(word: str) -> int:
    """A 32-bit hash of a folded word, the same on every machine."""
    return zlib.crc32(word.encode("utf-8", "replace"))


def name_hash(name: str) -> int:
    """The hash by which a full name (``Aoife Brennan``) is found in texts that mention it."""
    return word_hash(" ".join(_WORD.findall(fold(name))))


def stem(word: str) -> str:
    """A folded word without its inflection, roughly: ``reports``, ``reported`` and ``report`` are one.

    One list of endings for all languages, so that nobody has to know the language of a text; a stem keeps at
    least four letters.
    """
    for size, endings in _ENDINGS:
        if word[-size:] in endings and len(word) - size >= _STEM_FLOOR:
            return word[:-size]
    return word


def topic(*texts: str, limit: int = TOPIC_SIZE) -> tuple[int, ...]:
    """Hashed stems of the content words of ``texts``, each once, the first ``limit`` in the order of the texts.

    Of each text the first ``TOPIC_CHARS`` characters are looked at.
    """
    return topic_of_words(*(_LETTERS.findall(fold(text[:TOPIC_CHARS])) for text in texts), limit=limit)


def topic_of_words(*runs: Iterable[str], limit: int = TOPIC_SIZE) -> tuple[int, ...]:
    """``topic`` of texts that are folded words already."""
    found: dict[int | None, None] = {}
    for run in runs:
        found.update(dict.fromkeys(map(_content, run)))
        if len(found) > limit:
            break
    return tuple([each for each in found if each is not None][:limit])


@lru_cache(maxsize=1 << 14)
def _content(word: str) -> int | None:
    """The hash of the stem of a word that says something of the matter; None for another word."""
    if len(word) < _SHORTEST or word in STOPWORDS or word[0] == "0":
        return None
    return word_hash(stem(word))
