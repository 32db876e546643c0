"""An HTML body in, its visible new text and the text it quotes out."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from selectolax.lexbor import LexborHTMLParser, LexborNode

#: What is read of a page, in characters.
HTML_LIMIT = 400_000
#: Deeper pages go to no parser (its time grows with the square of the depth).
DEPTH_LIMIT = 250

# Stands for a line break in the text of the parsed page; control characters never come through a parser of mails.
_BREAK = "\x1e"
# Everything after this mark is the answered mail.
_REST = "\x1d"

_QUOTES = (
    "div.gmail_quote, blockquote[type=cite], blockquote.gmail_quote, div.yahoo_quoted, div.protonmail_quote, "
    "blockquote.protonmail_quote, div.zmail_extra, div.moz-forward-container, div.tutanota_quote"
)
_HIDDEN = (
    "script, style, head, title, template, noscript, object, [hidden], [style*='display:none'], [style*='display: none'], "
    "[style*='mso-hide:all'], [style*='visibility:hidden']"
)
_SIGNATURES = ".gmail_signature, .gmail_signature_prefix, #Signature, .moz-signature, .protonmail_signature_block, #ms-outlook-mobile-signature"
_RESTS = "#appendonsend, #divRplyFwdMsg, #reply-intro, hr#stopSpelling, div[style*='border-top:solid #E1E1E1'], div[style*='border-top:solid #B5C4DF']"
_ALL = ", ".join((_QUOTES, _HIDDEN, _SIGNATURES, _RESTS))

# Tags that start a new line; a mark is put where a table would not throw it out.
_BLOCK = re.compile(
    r"<(?=/?(?:p|div|li|br|blockquote|h[1-6]|pre|hr|dt|dd|center|address|section|article)[\s/>]|/t[dh][\s>]|table[\s>])",
    re.IGNORECASE,
)
_TAG = re.compile(r"<(/?)([a-zA-Z][^\s/>]{0,40})")
_FLAT = frozenset(
    re.findall(
        r"\S+",
        "area base br col embed hr img input link meta param source track wbr p li td th tr dd dt option tbody thead tfoot",
    )
)
_ANY_TAG = re.compile(r"<(?:script|style)\b[^<>]{0,2000}>[^<]*|<!--[^<>]*>|</?[a-zA-Z!][^<>]{0,20000}>", re.IGNORECASE)


@dataclass(frozen=True, slots=True, kw_only=True)
class PageText:
    """``text`` is what a page shows without its quotes (a ``>`` stands where each was); ``quoted`` what these say."""

    text: str
    quoted: str = ""


def html_text(html: str) -> PageText:
    """Read a page. Pages that nest too deep are read by stripping tags only, which is linear."""
    html = html[:HTML_LIMIT].replace(_BREAK, "").replace(_REST, "").replace("\x00", "")
    if _too_deep(html):
        return PageText(text=_crude(html))
    from selectolax.lexbor import LexborHTMLParser

    tree = LexborHTMLParser(_BLOCK.sub(_BREAK + "<", " ".join(html.split())))
    quotes = _take_out(tree)
    text, rest, after = _text(tree).partition(_REST)
    if quotes and not (rest and "\n>" in after and "\n>" not in text):
        return PageText(text=text, quoted=_quote_text("".join(quotes)))
    return PageText(text=text, quoted=after)


def _take_out(tree: LexborHTMLParser) -> list[str]:
    """Drop hidden parts and signatures, and put marks in place of quotes, whose HTML is returned."""
    quotes: list[str] = []
    for node in list(_outermost(tree.css(_ALL))):
        if node.css_matches(_QUOTES):
            quotes.append(node.html or "")
            node.replace_with(f"{_BREAK}>{_BREAK}")
        elif node.css_matches(_RESTS):
            node.insert_before(_REST)
        elif node.tag not in ("html", "body"):
            node.decompose()
    return quotes


def _outermost(nodes: Iterable[LexborNode]) -> Iterator[LexborNode]:
    """The nodes (in document order) that lie in no other of them; every node above them is visited once."""
    taken: set[int] = set()
    free: set[int] = set()
    for node in nodes:
        path: list[int] = []
        above = node.parent
        while above is not None and above.mem_id not in taken and above.mem_id not in free:
            path.append(above.mem_id)
            above = above.parent
        if above is None or above.mem_id in free:
            free.update(path)
            taken.add(node.mem_id)
            yield node


def _quote_text(html: str) -> str:
    """The text of quotes without the quotes in them. The marks of line breaks are still in their HTML."""
    from selectolax.lexbor import LexborHTMLParser

    tree = LexborHTMLParser(html)
    body = tree.body
    outer = {node.mem_id for node in _outermost(tree.css(_QUOTES))} if body else set()
    inner = [node for node in tree.css(_ALL) if node.mem_id not in outer and not _is_body_of(node, outer)]
    for node in list(_outermost(inner)):
        if node.tag not in ("html", "body"):
            node.decompose()
    return _text(tree)


def _is_body_of(node: LexborNode, quotes: set[int]) -> bool:
    """Whether a block quote stands right in the division that holds one mail's quote, beside the attribution (Gmail)."""
    parent = node.parent
    return node.tag == "blockquote" and parent is not None and parent.tag == "div" and parent.mem_id in quotes


def _text(tree: LexborHTMLParser) -> str:
    body = tree.body
    text = body.text() if body else ""
    lines = (line.strip() for line in text.split(_BREAK))
    return _collapsed(lines)


def _collapsed(lines: Iterable[str]) -> str:
    """At most one blank line in a row: nested blocks would make many."""
    kept: list[str] = []
    for line in lines:
        if line or (kept and kept[-1]):
            kept.append(line)
    return "\n".join(kept)


def _too_deep(html: str) -> bool:
    """Whether elements may nest deeper than ``DEPTH_LIMIT``, judged from the tags alone and rather too strictly."""
    if html.count("<") - html.count("</") - html.count("<br") <= DEPTH_LIMIT:
        return False
    depth, still_open = 0, dict[str, int]()
    for closing, name in _TAG.findall(html):
        name = name.lower()
        if name in _FLAT:
            continue
        if not closing:
            still_open[name] = still_open.get(name, 0) + 1
            depth += 1
            if depth > DEPTH_LIMIT:
                return True
        elif still_open.get(name, 0):
            still_open[name] -= 1
            depth -= 1
    return False


def _crude(html: str) -> str:
    from html import unescape

    text = _ANY_TAG.sub("", _BLOCK.sub(_BREAK + "<", " ".join(html.split())))
    return _collapsed(line.strip() for line in unescape(text).split(_BREAK))
