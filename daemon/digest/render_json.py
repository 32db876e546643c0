"""A document in, JSON for programs out: every due item of every section, shown in the letter or not."""

from __future__ import annotations

import msgspec

from daemon.digest.document import Document, Item, Section
from daemon.digest.plain import one_line, safe_link
from inference.health import Figure, Health, Month


def json(document: Document) -> str:
    """The document as indented JSON; dates are days of the owner's calendar."""
    letter = {
        "as_of": document.as_of.isoformat(),
        "period": {"start": document.start.isoformat(), "end": document.end.isoformat()},
        "sections": [_section(section) for section in document.sections],
        "health": {"summary": document.accounts_line, **_health(document.health)},
    }
    return msgspec.json.format(msgspec.json.encode(letter), indent=2).decode() + "\n"


def _section(section: Section) -> dict[str, object]:
    return {"id": section.id, "title": section.title, "items": [_item(item) for item in section.items]}


def _item(item: Item) -> dict[str, object]:
    name = one_line(item.person.name)
    quote = item.quote
    return {
        "person": {"name": name, "addresses": item.person.addresses},
        "favor_ids": item.favor_ids,
        "says": one_line(f"{item.before}{name}{item.after}"),
        "because": one_line(item.because),
        "type": item.type,
        "since": item.since,
        "quote": None if quote is None else {"text": quote.text, "by": one_line(quote.by), "on": quote.on},
        "matter": one_line(item.matter),
        "link": safe_link(item.link),
        "code": item.code,
    }


def _health(health: Health) -> dict[str, object]:
    return {
        "figures": {figure.id: _figure(figure) for figure in health.figures},
        "months": [_month(month) for month in health.months],
        "coverage": {cover.type.value: len(cover.givers) for cover in health.coverage},
    }


def _figure(figure: Figure) -> dict[str, object]:
    return {
        "label": figure.label,
        "now": figure.now,
        "last_month": figure.before,
        "unit": figure.unit,
        "because": figure.because,
    }


def _month(month: Month) -> dict[str, object]:
    return {
        "month": f"{month.start:%Y-%m}",
        "alive": month.alive,
        "given": month.given,
        "received": month.received,
        "hours": month.hours,
    }
