"""A document in, the letter as text, HTML or JSON out."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Literal

from daemon.digest.document import Document
from daemon.digest.render_html import html
from daemon.digest.render_json import json
from daemon.digest.render_text import text

Format = Literal["text", "html", "json"]

_RENDERERS: Mapping[Format, Callable[[Document], str]] = {"text": text, "html": html, "json": json}


def render(document: Document, form: Format) -> str:
    """The letter in one of its three forms; every form ends with a line break."""
    return _RENDERERS[form](document)
