"""Mail addresses in; which mailbox, organisation and kind of mailbox they belong to, and which only look alike, out."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache
from typing import Final

from inference.names import first_and_last, tokens, word_set
from inference.words import fold

_GMAIL: Final = frozenset({"gmail.com", "googlemail.com"})
#: Domains at which strangers have neighbouring addresses: being there together says nothing.
_FREE_MAIL: Final = word_set(
    "gmail.com googlemail.com yahoo.com ymail.com rocketmail.com hotmail.com outlook.com live.com msn.com aol.com "
    "icloud.com me.com mac.com gmx.de gmx.net gmx.at gmx.com gmx.ch web.de t-online.de freenet.de posteo.de mailbox.org "
    "proton.me protonmail.com pm.me fastmail.com fastmail.fm zoho.com yandex.ru yandex.com mail.ru qq.com 163.com 126.com "
    "naver.com daum.net hanmail.net orange.fr wanadoo.fr free.fr laposte.net sfr.fr libero.it virgilio.it tin.it "
    "telia.com hey.com tutanota.com tuta.io comcast.net verizon.net att.net sbcglobal.net bellsouth.net cox.net "
    "charter.net earthlink.net juno.com btinternet.com sky.com talktalk.net virginmedia.com ntlworld.com blueyonder.co.uk "
    "bigpond.com optusnet.com.au rogers.com shaw.ca sympatico.ca uol.com.br bol.com.br terra.com.br rediffmail.com "
    "hushmail.com mail.com email.com inbox.com seznam.cz wp.pl o2.pl onet.pl interia.pl"
)
_FREE_MAIL_NAMES: Final = frozenset(
    {"gmail", "googlemail", "yahoo", "hotmail", "outlook", "live", "icloud", "gmx", "protonmail"}
)
_FAMOUS: Final = ("gmail.com", "outlook.com", "hotmail.com", "yahoo.com", "icloud.com")
_SECOND_LEVEL: Final = word_set("co com ac org gov net edu or ne go gob gouv nom ltd plc sch")

_ROLES: Final = word_set(
    "support sales team noreply donotreply nicht-antworten help helpdesk admin administrator billing accounts "
    "accounting invoice invoices newsletter newsletters notification notifications notify alert alerts update updates "
    "marketing press media jobs careers career hr recruiting recruitment service services customerservice customercare "
    "webmaster postmaster hostmaster mailerdaemon daemon root abuse security privacy legal compliance events order orders "
    "booking bookings reservations reservation reception enquiries enquiry inquiries inquiry feedback bounce bounces reply "
    "listserv majordomo subscribe unsubscribe digest calendar receipts receipt shop store members membership community "
    "survey surveys rewards claims campaigns announcements announce notices notice kundenservice buchhaltung sekretariat "
    "rechnung comptabilite facturation payroll welcome hello info mail post contact office kontakt contacto contato contatti "
    "bonjour hola buero invitations messages studio news system bot robot automated autoreply"
)
#: Words of roles that are also surnames: they make a role mailbox only if they are all of its name.
_SURNAMES: Final = word_set("post mail legal media press news store order booking bot hello root service welcome")
_ROLE_PARTS: Final = frozenset({"noreply", "donotreply", "unsubscribe", "bounce", "bounces", "mailerdaemon"})
_LISTS: Final = ("lists.", "list.", "groups.", "googlegroups.", "listserv.")
_SEPARATORS: Final = re.compile(r"[._\-]+")
_DIGITS: Final = re.compile(r"\d+$")

#: Latin-looking letters of other scripts and the pairs that print alike (Unicode TR39, the ones that mail tricks use).
_CONFUSABLE: Final = str.maketrans(
    {
        **dict(zip("аеорсухіјѕԁһԛԝкмтнвгп", "aeopcyxijsdhqwkmthbrn", strict=True)),
        **dict(zip("αεορυιντκω", "aeopuivtkw", strict=True)),
        **dict(zip("0135|", "olesl", strict=True)),
        "ı": "i",
        "ɡ": "g",
        "ɑ": "a",
        "ł": "l",
        "ø": "o",
        "ß": "b",
    }
)


def split(email: str) -> tuple[str, str]:
    """Local part and domain; the domain is "" where there is no ``@``."""
    local, _, domain = email.rpartition("@")
    return (local, domain) if local else (email, "")


def domain_of(email: str) -> str:
    """The domain of an address."""
    return split(email)[1]


def mailbox(email: str) -> str:
    """The address by which all spellings of one mailbox are equal: no plus-tag, Gmail without dots."""
    local, domain = split(email)
    plain = local.partition("+")[0] or local
    if domain in _GMAIL:
        return f"{plain.replace('.', '')}@gmail.com"
    return f"{plain}@{domain}"


def organisation(email: str) -> str:
    """The domain that an organisation registers (``mail.acme.co.uk`` -> ``acme.co.uk``); "" for free mail.

    The last two labels, or three under a known second level of a country; no list of all public suffixes is
    needed, because a wrong answer here only makes a suggestion where a merge was possible, or keeps apart.
    """
    domain = split(email)[1].strip(".")
    labels = domain.split(".")
    if domain in _FREE_MAIL or labels[0] in _FREE_MAIL_NAMES:
        return ""
    keep = 3 if len(labels) > 2 and len(labels[-1]) == 2 and labels[-2] in _SECOND_LEVEL else 2
    found = ".".join(labels[-keep:])
    return "" if found in _FREE_MAIL else found


def is_role(email: str, name: str) -> bool:
    """Whether a mailbox belongs to a function or a mailing list and not to a person.

    ``hello@`` and the like are a person's where the domain carries that person's name (``hello@janedoe.example``).
    """
    local, domain = split(email)
    if domain.startswith(_LISTS):
        return True
    parts = _SEPARATORS.split(local.partition("+")[0])
    joined = _DIGITS.sub("", "".join(parts))
    if any(part in joined for part in _ROLE_PARTS):
        return True
    own = set(tokens(name))
    if joined not in _ROLES and not any(part in _ROLES - _SURNAMES and part not in own for part in parts):
        return False
    last = first_and_last(name)[1]
    return not (last and last in fold(domain))


def carries_full_name(email: str, name: str) -> bool:
    """Whether the local part is made of first and last name in full (``dana.whitfield``, ``whitfielddana2``)."""
    first, last = map(_letters, first_and_last(name))
    local = _local_letters(email)
    if not first or not last or first not in local or last not in local:
        return False
    rest = local.replace(first, "", 1).replace(last, "", 1)
    return len(rest) <= 1 or rest in {_letters(word) for word in fold(name).split()}


def carries_name(email: str, name: str) -> bool:
    """Whether the address shows the surname and the first name or its initial.

    The surname may stand in the domain (``zainab@malikweb.example``, ``zmalik88@mail.example``).
    """
    first, last = map(_letters, first_and_last(name))
    if len(last) < 3 or not first:
        return False
    local = _local_letters(email)
    short = {first[0] + last, last + first[0], first + last, last + first}
    if local in short:
        return True
    label = _letters(organisation(email).partition(".")[0])
    return last in label and local in {first, first[0]}


def name_in(email: str) -> str:
    """The full name that a local part like ``dana.whitfield`` spells, "" where it spells none."""
    words = [word for word in _SEPARATORS.split(_DIGITS.sub("", split(email)[0].partition("+")[0])) if word]
    if (
        not 2 <= len(words) <= 3
        or not all(re.sub("['’]", "", word).isalpha() for word in words)
        or len(words[0]) + len(words[-1]) < 5
    ):
        return ""
    return " ".join(word.title() for word in words) if min(len(words[0]), len(words[-1])) > 1 else ""


def _letters(text: str) -> str:
    return re.sub(r"[\W\d_]", "", fold(text))


def _local_letters(email: str) -> str:
    return _letters(split(email)[0].partition("+")[0])


def in_disguise(domain: str) -> bool:
    """Whether a domain is written in other scripts, or looks like one of the large mail services without being it."""
    if not domain.isascii() or "xn--" in domain:
        return True
    return domain not in _FREE_MAIL and any(looks_like(domain, famous) for famous in _FAMOUS)


@lru_cache(maxsize=4096)
def skeleton(domain: str) -> str:
    """What a domain looks like to a hasty reader: punycode read, letters that print alike made equal."""
    labels = []
    for label in domain.split("."):
        if label.startswith("xn--"):
            try:
                label = label[4:68].encode("ascii", "ignore").decode("punycode")
            except UnicodeError:
                label = label[4:]
        labels.append(label)
    shown = unicodedata.normalize("NFKC", ".".join(labels)).translate(_CONFUSABLE)
    return fold(shown).replace("rn", "m").replace("vv", "w").replace("cl", "d")


def looks_like(one: str, other: str) -> bool:
    """Whether two different domains could be taken for each other: equal skeletons, or one edit apart."""
    if one == other or (one in _FREE_MAIL and other in _FREE_MAIL):
        return False
    left, right = skeleton(one), skeleton(other)
    return left == right or _one_edit(left, right) or _one_edit(one, other)


def _one_edit(left: str, right: str) -> bool:
    """Whether one insertion, removal, replacement or swap of neighbours makes ``left`` into ``right``."""
    if abs(len(left) - len(right)) > 1:
        return False
    start = 0
    while start < min(len(left), len(right)) and left[start] == right[start]:
        start += 1
    left, right = left[start:], right[start:]
    while left and right and left[-1] == right[-1]:
        left, right = left[:-1], right[:-1]
    return (len(left) <= 1 and len(right) <= 1) or (len(left) == 2 and left == right[::-1])
