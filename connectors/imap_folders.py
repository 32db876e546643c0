"""A session and an account's wishes in, the folders to read out, each with what a listing says of its state.

Left out are junk, trash, drafts and what lies below them, folders that cannot be opened, other people's, and views in
which all mail shows twice. On Gmail it is the other way round: there *All Mail* has each mail once and everything else
is a label on it, so it alone is read, and the labels say what a mail is.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Final

from connectors.errors import ProtocolViolation
from connectors.folders import fits, is_own, use_of
from connectors.harmless import one_line
from connectors.imap_client import NOT_UNDERSTOOD, Refused
from connectors.imap_grammar import Record, Unparsable, Value, atoms, bytes_of, folder_name, values
from connectors.imap_session import Said, Session, refusal, string

INBOX: Final = "INBOX"
MOST_FOLDERS: Final = 10_000
_LONGEST_NAME: Final = 1000
#: Commands that are sent before their answers are read; with very many both sides would wait for each other.
_ASKED_AT_ONCE: Final = 100
_STATE: Final = b"(MESSAGES UIDNEXT UIDVALIDITY)"
_LEFT_OUT: Final = frozenset({"\\JUNK", "\\TRASH", "\\DRAFTS"})
_VIEWS: Final = frozenset({"\\ALL", "\\FLAGGED", "\\IMPORTANT"})
_CLOSED: Final = frozenset({"\\NOSELECT", "\\NONEXISTENT"})
#: What Gmail's labels for its own folders are called as folders.
_SYSTEM_LABELS: Final = {"\\INBOX": INBOX, "\\SENT": "Sent", "\\DRAFT": "", "\\IMPORTANT": "", "\\STARRED": ""}


@dataclass(frozen=True, slots=True, kw_only=True)
class State:
    """What a folder held when it was looked at: nothing came or went where all three are the same."""

    validity: int
    next_uid: int
    messages: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Folder:
    """One folder to read. ``raw`` is its name for the server, ``name`` for people, with ``/`` between its levels.

    ``labelled`` says that its mails bear Gmail's labels, ``everything`` that it stands for all other folders.
    """

    raw: bytes
    name: str
    own: bool = False
    labelled: bool = False
    everything: bool = False
    state: State | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Wishes:
    """Globs on names of folders: those to read (none: all), those not to, and those of the owner's own mail."""

    include: tuple[str, ...] = ()
    exclude: tuple[str, ...] = ()
    sent: tuple[str, ...] = ()

    def chosen(self, name: str) -> bool:
        """Whether the folder ``name`` is among those to read, as far as the globs say."""
        return (not self.include or matches(name, self.include)) and not matches(name, self.exclude)

    def names(self, name: str) -> bool:
        """Whether the folder ``name`` is asked for in so many words, not by a glob that fits everything."""
        last = name.rpartition("/")[2].casefold()
        return any(glob.casefold() in (name.casefold(), last) for glob in self.include)

    def labels_chosen(self, labels: Sequence[str]) -> bool:
        """The same for a mail of *All Mail* with these labels: one folder in which it may be read is enough."""
        if "\\DRAFT" in map(str.upper, labels):
            return False
        names = [_SYSTEM_LABELS.get(label.upper(), label) for label in labels]
        names = [name for name in names if name]
        return any(map(self.chosen, names)) if names else not self.include

    def labels_own(self, labels: Sequence[str]) -> bool:
        """Whether such labels prove that the owner sent a mail."""
        return any(label.upper() == "\\SENT" or matches(label, self.sent) for label in labels)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Listed:
    raw: bytes
    name: str
    delimiter: str
    attributes: frozenset[str]


def matches(name: str, globs: Iterable[str]) -> bool:
    """Whether a glob is or fits the name of a folder, or its last part; case does not matter."""
    folded = name.casefold()
    forms = (folded, folded.rpartition("/")[2])
    return any(fits(form, glob.casefold()) for glob in globs for form in forms)


def folders(session: Session, wishes: Wishes) -> list[Folder]:
    """The folders to read, in the order in which they are best read: own mail, the inbox, the others by name.

    Raises:
        ConnectorError: as its subclasses say.
    """
    try:
        session.leave_folder()
        listed, states = _listing(session)
        foreign = _foreign(session)
    except Refused as refused:
        raise refusal(session.wire.host, refused) from refused
    kept = [each for each in listed if each.raw not in states or states[each.raw] is not None]
    chosen = list(_chosen(kept, foreign, wishes, labelled=session.can("X-GM-EXT-1")))
    chosen = _with_states(session, chosen, states)
    return sorted(chosen, key=lambda each: (not each.own, each.name != INBOX, each.name))


def state_of(session: Session, raw: bytes) -> State | None:
    """What a folder holds now; None where the server does not say.

    Raises:
        ConnectorError: as its subclasses say.
    """
    with contextlib.suppress(Refused):
        session.leave_folder()
    return _states(session, [raw]).get(raw)


def _chosen(listed: Sequence[_Listed], foreign: Sequence[str], wishes: Wishes, *, labelled: bool) -> Iterator[Folder]:
    out = [each for each in listed if _is_left_out(each)]
    below = tuple(each.name + "/" for each in out if each.delimiter)
    everything = next((each for each in listed if labelled and "\\ALL" in each.attributes), None)
    if everything is not None and not matches(everything.name, wishes.exclude):
        own = is_own(everything.name, wishes.sent) if wishes.sent else False
        yield Folder(raw=everything.raw, name=everything.name, own=own, labelled=True, everything=True)
        return
    for each in listed:
        aside = each in out or each.name.startswith((*below, *foreign)) or each.attributes & _VIEWS
        if not wishes.chosen(each.name) or (aside and not wishes.names(each.name)):
            continue
        sent = is_own(each.name, wishes.sent) or (not wishes.sent and "\\SENT" in each.attributes)
        yield Folder(raw=each.raw, name=each.name, own=sent, labelled=labelled)


def _is_left_out(each: _Listed) -> bool:
    if "\\SENT" in each.attributes:
        return False
    return bool(each.attributes & _LEFT_OUT) or use_of(each.name) == "left out"


# -- what the server says --------------------------------------------------------------------------------------------


def _listing(session: Session) -> tuple[list[_Listed], dict[bytes, State | None]]:
    """All folders that can be opened, and the states that came with the listing."""
    wanted = [b"SPECIAL-USE"] if session.can("SPECIAL-USE") else []
    wanted += [b"STATUS " + _STATE] if session.can("LIST-STATUS") else []
    plain = b'LIST "" "*"'
    extended = plain + b" RETURN (" + b" ".join(wanted) + b")"
    try:
        said = session.run(extended if wanted and session.can("LIST-EXTENDED") else plain)
    except Refused:
        said = session.run(plain)
    listed: dict[str, _Listed] = {}
    for each in said:
        found = _listed(each.records) if each.kind == "LIST" and not each.cut else None
        if found is not None:
            if found.name in listed:  # told apart by nothing but the sign between levels
                found = replace(found, name=one_line(folder_name(found.raw), _LONGEST_NAME) + " (2)")
            listed.setdefault(found.name, found)
        if len(listed) > MOST_FOLDERS:
            raise ProtocolViolation(f"{session.wire.host} lists more than {MOST_FOLDERS} folders")
    return list(listed.values()), dict(_said_states(said))


def _listed(records: Sequence[Record]) -> _Listed | None:
    try:
        attributes, delimiter, called, *_ = values(records)
    except (Unparsable, ValueError):
        return None
    name = bytes_of(called)
    if not isinstance(attributes, tuple) or not name or len(name) > _LONGEST_NAME:
        return None
    marks = frozenset(atoms(attributes))
    if marks & _CLOSED or b"\r" in name or b"\n" in name or b"\0" in name:
        return None
    sign = delimiter.decode("latin-1") if isinstance(delimiter, bytes) else ""
    shown = folder_name(name)
    if sign and sign != "/":
        shown = "/".join(part.replace("/", "∕") for part in shown.split(sign))
    shown = one_line(shown, _LONGEST_NAME)
    if name.upper() == b"INBOX":
        shown = INBOX
    return _Listed(raw=name, name=shown, delimiter=sign, attributes=marks) if shown else None


def _foreign(session: Session) -> list[str]:
    """The beginnings of the names of folders that are other people's, or everybody's."""
    if not session.can("NAMESPACE"):
        return []
    try:
        personal, *others = session.client.namespace()
    except NOT_UNDERSTOOD:
        return []  # what is no answer says of no folder that it is somebody else's
    mine = {prefix for prefix, _ in personal or ()}
    return [
        prefix.replace(sign, "/") if isinstance(sign, str) and sign else prefix
        for group in others
        for prefix, sign in group or ()
        if isinstance(prefix, str) and prefix and prefix not in mine
    ]


def _with_states(session: Session, chosen: Sequence[Folder], known: dict[bytes, State | None]) -> list[Folder]:
    missing = [each.raw for each in chosen if each.raw not in known]
    states = {**known, **_states(session, missing)}
    return [replace(each, state=states.get(each.raw)) for each in chosen]


def _states(session: Session, names: Sequence[bytes]) -> dict[bytes, State | None]:
    """The states of these folders, asked for without waiting in between; what is refused is left out."""
    found: dict[bytes, State | None] = {}
    for start in range(0, len(names), _ASKED_AT_ONCE):
        tags = [session.send(b"STATUS ", string(name), b" ", _STATE) for name in names[start : start + _ASKED_AT_ONCE]]
        for tag in tags:
            with contextlib.suppress(Refused):
                found.update(_said_states(session.until(tag)))
    return found


def _said_states(said: Iterable[Said]) -> Iterator[tuple[bytes, State | None]]:
    for each in said:
        try:
            pairs = values(each.records) if each.kind == "STATUS" and not each.cut else ()
        except Unparsable:
            continue
        for name, items in zip(pairs[::2], pairs[1::2], strict=False):
            if isinstance(items, tuple):
                yield bytes_of(name), _state(items)


def _state(items: Sequence[Value]) -> State | None:
    numbers = {}
    for key, value in zip(items[::2], items[1::2], strict=False):
        if isinstance(key, bytes) and isinstance(value, int):
            numbers[key.upper()] = value
    try:
        return State(validity=numbers[b"UIDVALIDITY"], next_uid=numbers[b"UIDNEXT"], messages=numbers[b"MESSAGES"])
    except KeyError:
        return None
