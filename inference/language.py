"""A text in, the language it is written in out: by the function words of seven languages, "" when unsure."""

from __future__ import annotations

import re
from typing import Final

from inference.words import fold

#: How much of a text is looked at, in characters.
_CHARS: Final = 320
_WORD = re.compile(r"[^\W\d_]+")
# Function words that are frequent in their own language and rare in the others, folded.
_FUNCTION_WORDS: Final = {
    "en": "the and of to is it you that for with this have are we be your my will was not but from they can what if would "
    "there their has i'm about just all so at by been thanks thank please an our could should were which who how when his her "
    "them let know get any do did don it's i'll hi dear sorry good today tomorrow sent attached up out or as on congrats "
    "congratulations yes great meeting week call need help i'd hello hey",
    "de": "der die das und ist nicht ich du sie wir ihr zu den mit auf fur von dem ein eine einen einem einer im auch sich dass "
    "wie bei aus noch nach wenn aber hat haben kann wird mir mich dir dich uns ihnen euch habe bin bist sind war schon gern "
    "danke bitte heute morgen hallo liebe lieber grusse gruss viele oder doch mal was zum zur um am kein keine vielen dank "
    "ihre ihren deine dein mein meine es er an als nur werden weil dann",
    "fr": "le la les des est et je tu vous nous il elle un une du au aux pas pour que qui dans sur avec ce cette ces mon ma mes "
    "ton ta tes votre vos notre nos ne se te me sont suis ai as avez avons fait bien merci bonjour salut mais ou plus tres "
    "tout tous si en par sans chez encore deja bises cordialement j'ai c'est d'un qu'il peux peut etre lundi mardi jeudi",
    "es": "el la los las es y yo que de un una en por para con no se te le lo su sus mi mis tu del al como mas pero muy esta este "
    "esto eso hay he ha han gracias hola por favor cuando donde si ya nos os usted ustedes tengo tiene puedo puedes soy estoy "
    "son era fue todo todos tambien porque saludos abrazo manana hoy bien estamos vamos va",
    "it": "il lo gli di che e un una per con non sono della del dei delle nel alla al ho hai ha abbiamo questo questa mi ti ci vi "
    "come piu anche grazie ciao buongiorno perche quando se ma tutto molto essere cosa sei io tu lei noi voi saluti domani",
    "pt": "o os um uma de do da dos das em no na que e para com nao se por mais como mas ao pelo pela voce eu ele ela meu minha "
    "seu sua obrigado obrigada ola bom dia esta sao muito tambem foi ser ter tem amanha abracos isso",
    "nl": "de het een en van ik je is dat niet op te zijn met voor in aan er maar om ook als dan bij nog naar heb hebt heeft kan "
    "wij we jij jullie mijn ons wat hoi groet groeten bedankt dank alvast even morgen graag wel deze dit zal worden geen",
}
_LANGUAGES: Final = tuple(_FUNCTION_WORDS)
_LANE: Final = 16


def _hits() -> dict[str, int]:
    """For each function word, one counter a language in lanes of 16 bits, so that one sum counts them all."""
    found: dict[str, int] = {}
    for lane, words in enumerate(_FUNCTION_WORDS.values()):
        for word in set(_WORD.findall(words)):
            found[word] = found.get(word, 0) + (1 << (_LANE * lane))
    return found


_HITS: Final = _hits()


def language(text: str) -> str:
    """The ISO 639-1 code of the language of the first 320 characters, or "" when unsure.

    Known are English, German, French, Spanish, Italian, Portuguese and Dutch. Sure means: at least a tenth of the
    words (and one word) are function words of the language, and a quarter more than of any other.
    """
    words = _WORD.findall(fold(text[:_CHARS]))
    total = sum([_HITS.get(word, 0) for word in words])
    if not total:
        return ""
    mask = (1 << _LANE) - 1
    counts = [total >> (_LANE * lane) & mask for lane in range(len(_LANGUAGES))]
    best = max(counts)
    runner_up = sorted(counts)[-2]
    if best * 10 < len(words) or best * 4 < runner_up * 5 or best == runner_up:
        return ""
    return _LANGUAGES[counts.index(best)]
