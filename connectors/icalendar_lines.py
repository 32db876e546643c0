"""The text of a calendar in, its events and time zones as content lines out (RFC 5545, section 3.1).

One pass over the lines; a broken line or component costs only itself.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from connectors.charsets import text_of

#: A longer calendar is refused.
MAX_CALENDAR = 32 * 1024 * 1024
#: Characters of one unfolded line that are kept.
MAX_LINE = 64 * 1024
MAX_EVENTS = 50_000
#: Components in components deeper than this are skipped (an alarm stands in an event, no more).
MAX_DEPTH = 20

_FOLD = re.compile(r"\n[ \t]")
_LINE = re.compile(r'([A-Za-z0-9-]{1,100})((?:;[^":;]*(?:"[^"]*"[^":;]*)*)*):(.*)', re.DOTALL)
_PARAMETER = re.compile(r';([A-Za-z0-9-]{1,60})=((?:"[^"]*"|[^";])*)')
_SLASH = re.compile(r"\\(.)", re.DOTALL)
_CARET = re.compile(r"\^([n'^])")


@dataclass(frozen=True, slots=True, kw_only=True)
class Property:
    """One content line: ``parameters`` by upper-case name, without quotes; ``value`` as written."""

    value: str
    parameters: dict[str, str] = field(default_factory=dict)

    @property
    def text(self) -> str:
        """The value with the escapes of TEXT undone."""
        if "\\" not in self.value:
            return self.value
        return _SLASH.sub(lambda found: "\n" if found[1] in "nN" else found[1], self.value)


@dataclass(frozen=True, slots=True, kw_only=True)
class Component:
    """A VEVENT or VTIMEZONE: its own properties by upper-case name, its raw lines, and whether it was closed."""

    properties: dict[str, list[Property]]
    lines: tuple[str, ...]
    closed: bool

    def first(self, name: str) -> Property | None:
        """The first property ``name``, or None."""
        found = self.properties.get(name)
        return found[0] if found else None

    def value(self, name: str) -> str:
        """The value of the first property ``name`` without surrounding space, else an empty string."""
        found = self.properties.get(name)
        return found[0].value.strip() if found else ""

    def every(self, name: str) -> list[Property]:
        """All properties ``name``."""
        return self.properties.get(name, [])


@dataclass(frozen=True, slots=True, kw_only=True)
class CalendarText:
    """A calendar as text: what its head says, its events and time zones; ``complete`` unless it was cut off."""

    head: Component
    events: tuple[Component, ...]
    zones: tuple[Component, ...]
    complete: bool


def calendar_text(raw: bytes | str) -> CalendarText:
    """Split a calendar, or several in one file. Never raises."""
    text = raw if isinstance(raw, str) else text_of(raw[: MAX_CALENDAR + 1], "utf-8")
    text = text.removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n")
    reader = _Reader()
    for line in _FOLD.sub("", text).split("\n"):
        reader.take(line)
    return reader.finished()


class _Reader:
    """Collects components line by line."""

    def __init__(self) -> None:
        self.head: list[str] = []
        self.found: dict[str, list[Component]] = {"VEVENT": [], "VTIMEZONE": []}
        self.open: list[str] = []
        self.below = 0  # components open below the greatest depth
        self.lines: list[str] = []
        self.calendars = 0

    def take(self, line: str) -> None:
        begins = line[:6].upper() == "BEGIN:"
        if begins or line[:4].upper() == "END:":
            name = line.partition(":")[2].strip().upper()
            self._begin(name, line) if begins else self._end(name, line)
        elif not self.open:
            self.head.append(line)
        else:
            self.lines.append(line)

    def _begin(self, name: str, line: str) -> None:
        if name == "VCALENDAR":
            self.calendars += 1
        elif name in self.found and self.open:
            self._close(closed=False)  # the one before was never ended
            self.open, self.lines, self.below = [name], [line], 0
        elif len(self.open) >= MAX_DEPTH:
            self.below += 1
        else:
            if not self.open:
                self.lines = []
            self.open.append(name)
            self.lines.append(line)

    def _end(self, name: str, line: str) -> None:
        if name == "VCALENDAR":
            self.calendars -= 1
            if self.open:
                self._close(closed=False)
        elif self.below and name != self.open[0]:
            self.below -= 1
        elif name in self.open:
            self.lines.append(line)
            while self.open[-1] != name:
                self.open.pop()
            if len(self.open) == 1:
                self._close(closed=True)
            else:
                self.open.pop()

    def _close(self, *, closed: bool) -> None:
        kind = self.open[0]
        if kind in self.found and len(self.found[kind]) <= MAX_EVENTS:
            self.found[kind].append(
                Component(properties=_properties(_own(self.lines)), lines=tuple(self.lines), closed=closed)
            )
        self.open, self.lines, self.below = [], [], 0

    def finished(self) -> CalendarText:
        complete = not self.open and self.calendars == 0
        if self.open:
            self._close(closed=False)
        return CalendarText(
            head=Component(properties=_properties(self.head), lines=(), closed=True),
            events=tuple(self.found["VEVENT"]),
            zones=tuple(self.found["VTIMEZONE"]),
            complete=complete,
        )


def _own(lines: list[str]) -> Iterator[str]:
    """The lines of a component itself, without those of the components in it (alarms)."""
    depth = 0
    for line in lines:
        start = line[:6].upper()
        if start == "BEGIN:":
            depth += 1
        elif start.startswith("END:"):
            depth -= 1
        elif depth == 1:
            yield line


def _properties(lines: Iterable[str]) -> dict[str, list[Property]]:
    found: dict[str, list[Property]] = {}
    for line in lines:
        match = _LINE.fullmatch(line[:MAX_LINE])
        if match is None:
            continue
        name, parameters, value = match.groups()
        found.setdefault(name.upper(), []).append(
            Property(value=value, parameters=_parameters(parameters) if parameters else {})
        )
    return found


def _parameters(text: str) -> dict[str, str]:
    found: dict[str, str] = {}
    for name, value in _PARAMETER.findall(text):
        plain = value.replace('"', "").strip()
        if "^" in plain:
            plain = _CARET.sub(lambda sign: {"n": "\n", "'": '"', "^": "^"}[sign[1]], plain)
        found.setdefault(name.upper(), plain)
    return found
