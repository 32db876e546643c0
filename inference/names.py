"""Display names as mail shows them in, the person's own name and its comparable form out."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Final

from inference.scripts import is_native, plain, sound, spelled_out
from inference.words import fold

#: Longer display names are cut here; nobody's name is, and hostile ones would only cost time.
MAX_NAME: Final = 120


def word_set(text: str) -> frozenset[str]:
    """The words of ``text``, for lists that read better as prose."""
    return frozenset(text.split())


_TITLES: Final = word_set(
    "dr prof professor mr mrs ms miss mx sir dame rev revd fr sr herr frau hr fru m mme mlle sra srta dott dottssa "
    "ing dipl dipling mag don dona lic arq adv hon capt col maj lt sgt"
)
_SUFFIXES: Final = word_set("jr sr ii iii iv phd md mba cpa cfa esq rn dds msc bsc ma ba frcp frs pe llm jd obe mbe")
_PARTICLES: Final = word_set(
    "de da do dos das del della di du la le van von der den ten ter zu zum zur af av al el bin ibn"
)
#: Words that say that a "name" is an organisation, a service or a function.
_NOT_PEOPLE: Final = word_set(
    "inc ltd llc gmbh ag ab plc corp company team support service services sales info newsletter news notification "
    "notifications alerts billing accounts admin office helpdesk help desk customer care noreply no-reply mailer "
    "daemon postmaster calendar group list department committee careers jobs events store shop online digest "
    "updates bot system university bank foundation institute association society club"
)
#: Surnames that many thousands bear in one country; sharing a first name and one of these is no coincidence to build on.
_COMMON_SURNAMES: Final = word_set(
    "smith jones williams brown taylor davies wilson johnson miller davis garcia rodriguez martinez hernandez lopez "
    "gonzalez perez sanchez anderson thomas jackson martin lee thompson white harris clark lewis robinson walker hall "
    "young king wright scott green baker adams nelson hill evans roberts edwards hughes patel khan singh kumar sharma "
    "gupta ali ahmed hussain chen wang li zhang liu yang huang zhao wu zhou kim park choi nguyen tran tanaka sato suzuki "
    "muller mueller schmidt schneider fischer weber meyer wagner becker schulz hoffmann dubois bernard petit durand "
    "silva santos oliveira souza costa ferreira rossi russo ferrari johansson andersson karlsson nilsson eriksson "
    "larsson hansen jensen nielsen olsen ivanov kowalski novak nowak jansen bakker"
)
#: Stands first in keys that say how a name sounds; no word of a name is like it.
SOUND: Final = "~"
_BRACKETED: Final = re.compile(r"\s*[(\[{][^()\[\]{}]*[)\]}]")
_TAIL: Final = re.compile(
    r"\s+(?:via|through|on behalf of|c/o|über|par|por)\s.*$|\s*[|•·–—/\\@].*$|\s+-\s.*$", re.IGNORECASE
)
_SPACE: Final = re.compile(r"\s+")
_WORD: Final = re.compile(r"[^\W\d_]+(?:['’.-][^\W\d_]+)*\.?")


def clean(name: str) -> str:
    """The person's name in a display name, or "" where it is an address or holds no name.

    Brackets, "via X", "| X" and " - X" tails, titles and degrees go; "Last, First" is turned round.
    """
    text = _SPACE.sub(" ", name[:MAX_NAME]).strip(" '\"`´‘’“”<>,;:")
    if "@" in text.split(" ")[0]:
        return ""
    text = _TAIL.sub("", _BRACKETED.sub("", text)).strip(" '\"‘’“”,;:")
    words = _turned(text).split(" ")
    while words and _plain(words[0]) in _TITLES and len(words) > 1:
        words = words[1:]
    while words and _plain(words[-1]) in _SUFFIXES and len(words) > 1:
        words = words[:-1]
    return " ".join(words).strip(" ,;:")


def _turned(text: str) -> str:
    """ "Whitfield, Dana" as "Dana Whitfield"; what follows a comma and is a degree goes."""
    last, comma, first = text.partition(",")
    if not comma:
        return text
    rest = [word for word in first.replace(",", " ").split(" ") if word and _plain(word) not in _SUFFIXES]
    if not rest or not last.strip():
        return last.strip() or " ".join(rest)
    return f"{' '.join(rest)} {last.strip()}"


def _plain(word: str) -> str:
    return fold(word).strip(".").replace(".", "").replace("-", "")


def tokens(name: str) -> tuple[str, ...]:
    """The folded words of a clean name without initials (unless nothing else would be left)."""
    words = tuple(word.strip(".") for word in _WORD.findall(fold(name)))
    return tuple(word for word in words if len(word) > 1 or not word.isascii()) or words


def full_name_key(name: str) -> tuple[str, ...]:
    """What two spellings of one full name have in common; () for what is no full name of a person.

    A full name has at least two words that are not initials; the order of the words does not matter.
    """
    words = tokens(clean(name))
    if not 2 <= len(words) <= 6 or not _NOT_PEOPLE.isdisjoint(words):
        return ()
    if all(len(word) == 1 for word in words):
        return ()
    return tuple(sorted(words))


def name_keys(name: str) -> tuple[tuple[str, ...], ...]:
    """Everything that two spellings of one full name may have in common, ``full_name_key`` first; () as there.

    Jürgen Müller is also jurgen muller and juergen mueller; a name in Cyrillic or Greek letters is also what it sounds
    like (``sound_key``).
    """
    key = full_name_key(name)
    if not key or name.isascii():
        return (key,) if key else ()
    if is_native(key):
        return (key, sound_key(key))
    written = clean(name)
    return tuple(dict.fromkeys((key, full_name_key(plain(written)), full_name_key(spelled_out(written)))))


def sound_key(key: tuple[str, ...]) -> tuple[str, ...]:
    """The key by which a full name meets itself in another script; it is no ``full_name_key``."""
    return (SOUND, *sorted(map(sound, key)))


def first_and_last(name: str) -> tuple[str, str]:
    """Folded first and last word of a clean full name ("", "" where there are not two), particles passed over."""
    words = [word for word in tokens(clean(name)) if word not in _PARTICLES]
    return (words[0], words[-1]) if len(words) >= 2 else ("", "")


def is_common_surname(name: str) -> bool:
    """Whether the surname of a full name is so frequent that two people may well share the whole name."""
    return first_and_last(name)[1] in _COMMON_SURNAMES


def best(seen: Mapping[str, int]) -> str:
    """The name to show for somebody seen under ``seen`` (display name -> times), "" where none of them is a name.

    Full names before single words, then the one most seen (so of two scripts the usual one), then the spelling
    with proper capitals; ties go to the alphabet, so that the same names give the same answer.
    """
    spellings: dict[tuple[str, ...], dict[str, int]] = {}
    for name, times in sorted(seen.items()):
        cleaned = clean(name)
        words = tokens(cleaned)
        if words:
            group = spellings.setdefault(tuple(sorted(words)), {})
            group[cleaned] = group.get(cleaned, 0) + max(times, 1)
    if not spellings:
        return ""
    usual = max(spellings.values(), key=_weight)
    return _capitalised(max(usual, key=lambda name: (_proper(name), usual[name], name)))


def _weight(spellings: Mapping[str, int]) -> tuple[bool, int, str]:
    return any(full_name_key(name) for name in spellings), sum(spellings.values()), max(spellings)


def _proper(name: str) -> bool:
    return name != name.lower() and name != name.upper()


def _capitalised(name: str) -> str:
    """``name`` with capitals where it was shouted or all in lower case; scripts without case stay as they are."""
    if _proper(name) or name.lower() == name.upper():
        return name
    return " ".join(word if fold(word) in _PARTICLES else word.title() for word in name.lower().split(" "))
