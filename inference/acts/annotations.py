"""Labels of published mails, kept without their text, and the folder of these mails in; labelled mails out.

The mails belong to whoever wrote them and are no part of this project; only what a reader found in them is. A line of
``annotations.jsonl`` names the box, the Message-ID, where the author's own text lies in the body, the spans of its
sentences and the acts in them.
"""

from __future__ import annotations

import gzip
import json
import re
import zlib
from collections.abc import Iterator
from email import message_from_bytes
from email.message import Message
from email.utils import getaddresses
from pathlib import Path
from typing import Final, NamedTuple

from inference.acts.labelled import Label, LabelledMail

_FROM: Final = re.compile(rb"(?m)^From (?=MAILER-DAEMON )")
_TRAILING: Final = re.compile(r"(?m)[ \t]+$")


class Annotation(NamedTuple):
    """One line: ``at`` and ``length`` are the place of the text in the body, ``check`` its CRC-32.

    Lines of the body end without blanks and in a line feed.
    """

    box: str
    id: str
    at: int
    length: int
    check: int
    spans: list[list[int]]
    acts: list[list[str | int]]  # sentence, act, type


def read(path: Path, folder: Path) -> list[LabelledMail]:
    """The mails that ``path`` has labels for, from the boxes (``NAME.mbox.gz``) in ``folder``, in the order of ``path``.

    Raises:
        OSError: a file cannot be read.
        ValueError: a mail is not in its box, or its text is not the one that was labelled.
    """
    wanted = [Annotation(*json.loads(line)) for line in path.read_text(encoding="utf-8").splitlines()]
    identities: dict[str, set[str]] = {}
    for each in wanted:
        identities.setdefault(each.box, set()).add(each.id)
    found = {mail[0]: mail[1:] for box, ids in identities.items() for mail in _mails(folder / f"{box}.mbox.gz", ids)}
    return [_labelled(each, *found.get(each.id, (Message(), ""))) for each in wanted]


def _mails(box: Path, identities: set[str]) -> Iterator[tuple[str, Message, str]]:
    """The mails of a box with these Message-IDs: identity, headers, body."""
    for raw in _FROM.split(gzip.decompress(box.read_bytes()))[1:]:
        head, _, body = raw.partition(b"\n")[2].partition(b"\n\n")
        headers = message_from_bytes(head + b"\n\n")
        identity = str(headers.get("Message-ID", "")).strip("<> \n")
        if identity in identities:
            yield identity, headers, _TRAILING.sub("", body.decode("ascii", "replace").replace("\r", ""))


def _labelled(each: Annotation, headers: Message, body: str) -> LabelledMail:
    text = body[each.at : each.at + each.length]
    if zlib.crc32(text.encode()) != each.check:
        raise ValueError(f"{each.box}: the text of {each.id} is not the one that was labelled")
    spans = tuple((start, end) for start, end in each.spans)
    return LabelledMail(
        identity=each.id,
        modern=False,
        language="",
        subject=" ".join(str(headers.get("Subject", "")).split()),
        recipients=tuple(address for _, address in getaddresses([str(headers.get("To", ""))]) if address),
        answers="",
        text=text,
        sentences=spans,
        acts=tuple(
            Label(act=str(act), type=str(kind), start=spans[int(number)][0], end=spans[int(number)][1])
            for number, act, kind in each.acts
        ),
    )
