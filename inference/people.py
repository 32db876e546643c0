"""Addresses with the names seen beside them in; people, the owner's own addresses and suggestions out.

Addresses become one person only on strong evidence: the same mailbox (plus-tags, Gmail's dots), the same full name at
one organisation, the same full name where both addresses are made of it, or the owner's word. Weaker evidence is a
suggestion with its reason. A wrong merge costs trust, a missed one costs a keystroke.

Everything is decided from sorted evidence, so the order of the input does not matter; the work grows linearly with
the addresses (apart from sorting them).
"""

from __future__ import annotations

import hashlib
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import combinations
from typing import Final

from inference.cards import Card, joined, named
from inference.mailboxes import (
    carries_full_name,
    carries_name,
    domain_of,
    in_disguise,
    is_role,
    looks_like,
    mailbox,
    name_in,
    organisation,
)
from inference.moves import Bearer, Belief, Move, belief, most_telling
from inference.names import SOUND, best, clean, full_name_key, is_common_surname, name_keys, sound_key
from inference.scripts import is_native

#: No more suggestions than anybody would read.
MAX_SUGGESTIONS: Final = 50
#: Of hostile input only this much is looked at: names an address, addresses that share a name, names kept a person.
MAX_NAMES: Final = 20
MAX_NAMESAKES: Final = 40
MAX_KEPT_NAMES: Final = 5
#: A mailbox under at least so many full names, none of them with this share, belongs to several people.
_SHARED_NAMES: Final = 3
_SHARED_TOP: Final = 0.6
#: So many ways to write one name of another script in Latin letters are looked at.
_SPELLINGS: Final = 5

#: What spellings of one full name have in common (``inference.names.name_keys``).
_Key = tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Identity:
    """One address: ``names`` seen beside it (name -> times), mails ``sent`` from it and ``received`` from the owner."""

    email: str
    names: Mapping[str, int] = field(default_factory=dict)
    sent: int = 0
    received: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """One or more addresses of one person.

    ``key`` (12 hex digits) comes from the smallest address. ``names`` are the full names as people write them, the
    most seen first. ``role`` marks shared and functional mailboxes. ``because`` says why the addresses are one.
    """

    key: str
    name: str
    emails: tuple[str, ...]
    names: tuple[str, ...] = ()
    role: bool = False
    because: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Suggestion:
    """Two addresses, of two people so far, that may be one person's."""

    emails: tuple[str, str]
    because: str


@dataclass(frozen=True, slots=True, kw_only=True)
class People:
    """Everybody but the owner, by first address; the owner's addresses; what the owner may want to merge."""

    persons: tuple[Person, ...]
    owner_emails: tuple[str, ...]
    suggestions: tuple[Suggestion, ...] = ()


def resolve(
    identities: Iterable[Identity],
    *,
    owner_name: str,
    owner_addresses: Sequence[str],
    own_sent: Sequence[str],
    merged: Iterable[tuple[str, str]] = (),
    split: Iterable[tuple[str, str]] = (),
    not_me: Iterable[str] = (),
    moves: Iterable[Move] = (),
    cards: Iterable[Card] = (),
) -> People:
    """Who is who.

    Args:
        identities: every address seen; one that comes twice is added up.
        owner_name: how the owner signs; nobody becomes the owner by bearing that name.
        owner_addresses: the configured addresses.
        own_sent: From addresses of mail that is proven to be the owner's.
        merged, split: the owner's corrections as pairs of addresses; where they contradict, ``split`` holds.
        moves: what mails say about changes of address.
        cards: what the owner's address books say.
        not_me: addresses that are not the owner's whatever the Sent mail says (configured ones stay the owner's).
    """
    entries = sorted(cards)
    known = _with_names(_added_up(identities), named(entries))
    sets = _Sets(_lowered(split))
    for one, other in _lowered(merged):
        sets.join(one, other, "you said so")
    own = _own(known, sets, owner_addresses, own_sent, {email.lower() for email in not_me})
    others = {email: _described(known[email]) for email in sorted(known.keys() - own)}
    for one, other, name in joined(entries, {email for email, each in others.items() if not each.role}, own):
        sets.join(one, other, f"your address book has both under {name}")
    _join_mailboxes(others, sets)
    suggestions = _of_the_owners_name(others, sorted(own), owner_name)
    heard = _in_both_scripts(others)
    for key, group in sorted(_namesakes(heard).items()):
        suggestions += _join_namesakes(key, group, sets)
    suggestions += _join_moved(moves, heard, sets)
    return People(
        persons=_persons(others, sets), owner_emails=tuple(sorted(own)), suggestions=_most_telling(suggestions, sets)
    )


def _most_telling(found: Iterable[tuple[int, Suggestion]], sets: _Sets) -> tuple[Suggestion, ...]:
    """The suggestions with most traffic, one a pair; none about addresses that have become one person's since."""
    pairs: dict[tuple[str, str], Suggestion] = {}
    for _, suggestion in sorted(found, key=lambda each: (-each[0], each[1].emails, each[1].because)):
        if sets.find(suggestion.emails[0]) != sets.find(suggestion.emails[1]):
            pairs.setdefault(suggestion.emails, suggestion)
    return tuple(pairs.values())[:MAX_SUGGESTIONS]


def person_key(emails: Iterable[str]) -> str:
    """The public key of the person with these addresses: 12 hex digits."""
    return hashlib.blake2b(min(emails).encode("utf-8", "surrogatepass"), digest_size=6).hexdigest()


@dataclass(frozen=True, slots=True, kw_only=True)
class _Described:
    """An address with what its names say: the full names people use (key -> spelling), and how much mail there was."""

    email: str
    names: Mapping[str, int]
    full: Mapping[_Key, str]
    role: bool
    traffic: int
    received: int
    #: The full name is only read from the local part; a number behind it tells namesakes apart.
    weak: bool
    numbered: bool


class _Sets:
    """Addresses that are one person's, kept apart where the owner said so (union-find with forbidden pairs)."""

    def __init__(self, apart: Iterable[tuple[str, str]]) -> None:
        self._parent: dict[str, str] = {}
        self._because: dict[str, set[str]] = {}
        self._enemies: dict[str, set[str]] = {}
        for one, other in apart:
            self._enemies.setdefault(one, set()).add(other)
            self._enemies.setdefault(other, set()).add(one)

    def find(self, email: str) -> str:
        root = email
        while (parent := self._parent.get(root, root)) != root:
            root = parent
        while (parent := self._parent.get(email, email)) != root:
            self._parent[email] = root
            email = parent
        return root

    def join(self, one: str, other: str, because: str) -> None:
        left, right = sorted((self.find(one), self.find(other)))
        if left == right or self.apart(left, right):
            return
        self._parent[right] = left
        self._because.setdefault(left, set()).update({because}, self._because.pop(right, ()))
        if right in self._enemies:
            self._enemies.setdefault(left, set()).update(self._enemies.pop(right))

    def apart(self, one: str, other: str) -> bool:
        """Whether the owner said that these two are different people."""
        left, right = self.find(one), self.find(other)
        return any(self.find(enemy) == right for enemy in self._enemies.get(left, ())) or any(
            self.find(enemy) == left for enemy in self._enemies.get(right, ())
        )

    def because(self, email: str) -> tuple[str, ...]:
        return tuple(sorted(self._because.get(self.find(email), ())))[:MAX_NAMES]


def _lowered(pairs: Iterable[tuple[str, str]]) -> list[tuple[str, str]]:
    return sorted({(min(one, other).lower(), max(one, other).lower()) for one, other in pairs})


def _added_up(identities: Iterable[Identity]) -> dict[str, Identity]:
    known: dict[str, Identity] = {}
    for each in identities:
        email = each.email.lower()
        before = known.get(email, Identity(email=email))
        known[email] = Identity(
            email=email,
            names=Counter(before.names) + Counter(each.names) if before.names else dict(each.names),
            sent=before.sent + each.sent,
            received=before.received + each.received,
        )
    return known


def _with_names(known: dict[str, Identity], names: Mapping[str, str]) -> dict[str, Identity]:
    """The same addresses, what the owner's address book calls them outweighing every other name."""
    for email in known.keys() & names.keys():
        seen = known[email].names
        others = {name: times for name, times in seen.items() if name != names[email]}
        known[email] = replace(known[email], names={**others, names[email]: 2 * sum(seen.values()) + 1})
    return known


def _own(
    known: Mapping[str, Identity], sets: _Sets, configured: Sequence[str], own_sent: Sequence[str], not_me: set[str]
) -> set[str]:
    """The owner's addresses: configured, seen on own mail, plus-tags of these, and what the owner merged with them."""
    fixed = {email.lower() for email in configured}
    denied = not_me - fixed
    proven = fixed | ({email.lower() for email in own_sent} - denied)
    proven = {email for email in proven if email in fixed or not any(sets.apart(email, each) for each in fixed)}
    mailboxes = {mailbox(email) for email in proven}
    roots = {sets.find(email) for email in proven}
    also = {email for email in known if mailbox(email) in mailboxes or sets.find(email) in roots}
    return proven | {email for email in also - denied if not any(sets.apart(email, each) for each in fixed)}


def _described(identity: Identity) -> _Described:
    usual = sorted(identity.names.items(), key=lambda item: (-item[1], item[0]))[:MAX_NAMES]
    seen = _apart(usual)
    full: dict[_Key, str] = {}
    for name, _ in usual:
        for key in name_keys(name):
            full.setdefault(key, clean(name))
    spelled = name_in(identity.email)
    weak = not full and bool(full_name_key(spelled))
    if weak:
        full = {full_name_key(spelled): spelled}
    shared = len(seen) >= _SHARED_NAMES and max(seen.values()) < _SHARED_TOP * seen.total()
    return _Described(
        email=identity.email,
        names=dict(usual),
        full=full,
        role=shared or is_role(identity.email, next(iter(full.values()), "")),
        traffic=identity.sent + identity.received,
        received=identity.received,
        weak=weak,
        numbered=identity.email.partition("@")[0][-1:].isdigit(),
    )


def _apart(usual: Sequence[tuple[str, int]]) -> Counter[_Key]:
    """The full names beside one address and how often each was seen; in two scripts or with umlauts it is one name."""
    native = any(is_native(full_name_key(name)) for name, _ in usual)
    seen: Counter[_Key] = Counter()
    known: dict[_Key, _Key] = {}
    for name, times in usual:
        keys = name_keys(name)
        if keys and native:
            keys = (*keys, sound_key(keys[0]))
        if keys:
            first = next((known[key] for key in keys if key in known), keys[0])
            known.update(dict.fromkeys(keys, first))
            seen[first] += max(times, 1)
    return seen


def _in_both_scripts(others: Mapping[str, _Described]) -> dict[str, _Described]:
    """The same addresses; those named in other letters and those of one name in Latin letters that sounds so share a key.

    Names in Latin letters alone share none, however alike they sound.
    """
    heard = {key for each in others.values() if not each.role for key in each.full if key[0] == SOUND}
    if not heard:
        return dict(others)
    latin: dict[_Key, dict[_Key, str]] = {}
    for each in others.values():
        for key, name in each.full.items():
            if key[0] != SOUND and not is_native(key) and (sounds := sound_key(key)) in heard:
                written = latin.setdefault(sounds, {})
                written[key] = min(name, written.get(key, name))
    return {email: replace(each, full=_bridged(each.full, latin)) for email, each in others.items()}


def _bridged(full: Mapping[_Key, str], latin: Mapping[_Key, Mapping[_Key, str]]) -> dict[_Key, str]:
    """The names of one address; what sounds like Latin letters is found by each way of writing it, and named so."""
    own = {key: name for key, name in full.items() if key[0] != SOUND}
    found = dict(own)
    for key in own:
        for written, name in sorted(latin.get(sound_key(key), {}).items())[:_SPELLINGS]:
            if is_native(key) or key == written:
                found[SOUND, *written] = name
    return found


def _join_mailboxes(others: Mapping[str, _Described], sets: _Sets) -> None:
    first: dict[str, str] = {}
    for email in others:
        sets.join(first.setdefault(mailbox(email), email), email, f"one mailbox: {mailbox(email)}")


def _namesakes(others: Mapping[str, _Described]) -> dict[_Key, list[_Described]]:
    """The addresses that share a full name, the busiest first; role mailboxes have no name of their own."""
    groups: dict[_Key, list[_Described]] = {}
    for each in others.values():
        if not each.role:
            for key in each.full:
                groups.setdefault(key, []).append(each)
    return {
        key: sorted(group, key=lambda each: (-each.received, each.weak, -each.traffic, each.email))[:MAX_NAMESAKES]
        for key, group in groups.items()
        if len(group) > 1
    }


def _join_namesakes(key: _Key, group: Sequence[_Described], sets: _Sets) -> list[tuple[int, Suggestion]]:
    """Join what is surely one person; suggest the rest, with the traffic that makes a suggestion worth reading."""
    group = _without_lookalikes(group)
    at: dict[str, str] = {}
    for each in group:
        home = organisation(each.email)
        if home and not (each.weak and (each.numbered or is_common_surname(each.full[key]))):
            sets.join(at.setdefault(home, each.email), each.email, f"{_called(key, group)} has both at {home}")
    named = [each for each in group if not each.weak and _made_of(each.email, each.full[key])]
    homes = {home for each in named if (home := organisation(each.email))}
    if len(homes) <= 1 or not is_common_surname(named[0].full[key]):
        for each in named[1:]:
            sets.join(named[0].email, each.email, f"both addresses are made of the name {_called(key, group)}")
    return _left_apart(key, group, sets)


def _made_of(email: str, name: str) -> bool:
    return carries_full_name(email, name) or (carries_name(email, name) and not is_common_surname(name))


def _called(key: _Key, group: Sequence[_Described], one: _Described | None = None) -> str:
    """The name that ``group`` shares, as ``one`` of them spells it; one of two scripts in both."""
    name = (one or group[0]).full[key]
    if key[0] != SOUND:
        return name
    sounds = sound_key(key[1:])
    native = {name for each in group for own, name in each.full.items() if is_native(own) and sound_key(own) == sounds}
    return f"{name} ({min(native)})" if native else name


def _left_apart(key: _Key, group: Sequence[_Described], sets: _Sets) -> list[tuple[int, Suggestion]]:
    if not group:
        return []
    usual = group[0]
    found = {}
    for each in group[1:]:
        root = sets.find(each.email)
        if root == sets.find(usual.email) or root in found or sets.apart(usual.email, each.email):
            continue
        verb = "spells" if each.weak else "is used by"
        because = f"{each.email} {verb} {_called(key, group, each)}, like {usual.email}"
        found[root] = (min(each.traffic, usual.traffic), Suggestion(emails=(usual.email, each.email), because=because))
    return list(found.values())


def _without_lookalikes(group: Sequence[_Described]) -> list[_Described]:
    """The addresses whose domain cannot be taken for another one's.

    Of two domains that look alike the one that the owner writes to is real; the sender's own mails prove nothing.
    A domain in other scripts counts as real only if the owner writes to it.
    """
    wrote: dict[str, int] = {}
    for each in group:
        domain = organisation(each.email) or domain_of(each.email)
        wrote[domain] = wrote.get(domain, 0) + each.received
    fakes = {domain for domain in wrote if not wrote[domain] and in_disguise(domain)}
    for one, other in combinations(sorted(wrote), 2):
        if looks_like(one, other):
            fakes |= {domain for domain in (one, other) if wrote[domain] <= min(wrote[one], wrote[other])}
    return [each for each in group if (organisation(each.email) or domain_of(each.email)) not in fakes]


def _join_moved(moves: Iterable[Move], others: Mapping[str, _Described], sets: _Sets) -> list[tuple[int, Suggestion]]:
    """Join what a change of address surely makes one person's; suggest where it only may."""
    bearers = _bearers(others)
    found = []
    for move in most_telling(each for each in moves if each.old in others and each.new in others):
        old, new = others[move.old], others[move.new]
        together = {sets.find(old.email), sets.find(new.email)}
        if len(together) == 1 or sets.apart(old.email, new.email):
            continue
        one, other = _bearer(old), _bearer(new)
        same = set().union(*(bearers[key] for key in one.usual | other.usual))
        believed = belief(move, one, other, sum(sets.find(email) not in together for email in same))
        if believed is Belief.SURE:
            sets.join(old.email, new.email, move.because)
        elif believed is Belief.POSSIBLE:
            suggestion = Suggestion(emails=(old.email, new.email), because=move.because)
            found.append((min(old.traffic, new.traffic), suggestion))
    return found


def _bearers(others: Mapping[str, _Described]) -> Mapping[_Key, set[str]]:
    """The addresses that go by each full name, as many as are looked at."""
    found: defaultdict[_Key, set[str]] = defaultdict(set)
    for email, each in others.items():
        for key in each.full:
            if len(found[key]) < MAX_NAMESAKES:
                found[key].add(email)
    return found


def _bearer(described: _Described) -> Bearer:
    """An address with its names; a name that is only read from the address is none that it goes by."""
    usual = () if described.weak else name_keys(next((name for name in described.names if full_name_key(name)), ""))
    sounds = {sound_key(key) for key in usual if key[0] != SOUND}
    return Bearer(
        email=described.email,
        names=frozenset(described.full),
        usual=frozenset(
            key for key in described.full if key in usual or (key[0] == SOUND and sound_key(key[1:]) in sounds)
        ),
        role=described.role,
    )


def _of_the_owners_name(
    others: Mapping[str, _Described], own: Sequence[str], owner_name: str
) -> list[tuple[int, Suggestion]]:
    """Addresses under the owner's own name: never taken for the owner, but worth asking about."""
    homes = {organisation(email) or domain_of(email) for email in own}
    keys = set(name_keys(owner_name))
    keys |= {sound_key(key) for key in keys if key[0] != SOUND}
    found = []
    for email, each in others.items():
        home = organisation(email) or domain_of(email)
        if (
            own
            and not keys.isdisjoint(each.full)
            and not in_disguise(home)
            and not any(looks_like(home, h) for h in homes)
        ):
            because = f"{email} bears your own name; if it is yours, name it in the config"
            found.append((each.traffic, Suggestion(emails=(own[0], email), because=because)))
    return found


def _persons(others: Mapping[str, _Described], sets: _Sets) -> tuple[Person, ...]:
    together: dict[str, list[_Described]] = {}
    for email in sorted(others):
        together.setdefault(sets.find(email), []).append(others[email])
    return tuple(_person(group, sets) for _, group in sorted(together.items(), key=lambda item: item[1][0].email))


def _person(group: Sequence[_Described], sets: _Sets) -> Person:
    seen: Counter[str] = Counter()
    full: Counter[str] = Counter()
    for each in group:
        seen.update({name: max(times, 1) for name, times in each.names.items()})
        full.update({clean(name): max(times, 1) for name, times in each.names.items() if full_name_key(name)})
    emails = tuple(each.email for each in group)
    busiest = sorted(group, key=lambda each: (-each.traffic, each.email))
    spelled = next((found for each in busiest if (found := name_in(each.email))), emails[0])
    usual = sorted(full.items(), key=lambda item: (-item[1], item[0]))
    return Person(
        key=person_key(emails),
        name=best(seen) or spelled,
        emails=emails,
        names=tuple(name for name, _ in usual[:MAX_KEPT_NAMES]),
        role=all(each.role for each in group),
        because=sets.because(emails[0]) if len(emails) > 1 else (),
    )
