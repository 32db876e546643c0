"""A document in, the letter as one HTML page for mail programs out: tables, inline styles, nothing remote.

Everything is escaped on its way in (autoescape is on for every template), links go only to pages of known providers
and to the owner's own correction address. The page stays below what mail programs clip.
"""

from __future__ import annotations

from functools import cache, partial
from urllib.parse import quote

from jinja2 import Environment, PackageLoader, StrictUndefined, Template

from daemon.digest import phrases, wording
from daemon.digest.document import Document, Item, Section
from daemon.digest.plain import inert, safe_link
from inference.health import Month

#: Gmail clips at 102 KB, but a letter needs no more than this.
LARGEST = 40_000
#: Quotes are cut shorter and shorter until the page is small enough.
_QUOTES = (240, 120, 40)
_PICTURE_HEIGHT = 72


def html(document: Document) -> str:
    """The whole letter as a page of less than ``LARGEST`` bytes; with everything that is due it may be larger."""
    for limit in _QUOTES:
        page = _page(document, limit)
        if document.everything or len(page.encode()) < LARGEST:
            return page
    return page


def _page(document: Document, quote_limit: int) -> str:
    return _template().render(
        document=document,
        today=document.as_of,
        words=wording,
        quoted=partial(inert, limit=quote_limit),
        started=phrases.started,
        safe_link=safe_link,
        links=partial(_links, document),
        height=partial(_height, max((month.alive for month in document.health.months), default=0)),
    )


@cache
def _template() -> Template:
    environment = Environment(
        loader=PackageLoader("daemon.digest"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    return environment.get_template("letter.html.j2")


def _links(document: Document, section: Section, item: Item) -> list[tuple[str, str]]:
    """What the owner may say about ``item``, each as words and the mail that says it; empty where no reply is read.

    The line is both the subject and the text: some programs drop the text, some ask whether it may be empty.
    """
    if not document.reply_to or not document.token:
        return []
    to, marker = quote(document.reply_to, safe="@"), wording.marker(document)
    return [
        (words, f"mailto:{to}?subject={quote(f'{line} {marker}')}&body={quote(line)}")
        for words, line in wording.answers(section, item)
    ]


def _height(most: int, month: Month) -> int:
    """The height of a month's bar in pixels: at least a line, so that an empty month is seen to be empty."""
    return max(1, round(_PICTURE_HEIGHT * month.alive / most)) if most else 1
