"""A mail account's boxes and its ``sent`` setting in, which of them hold the owner's own mail out."""

from __future__ import annotations

from collections.abc import Sequence

from connectors.folders import is_own
from connectors.protocol import Stream

_SHOWN = 8


def sent_globs(settings: object) -> tuple[str, ...]:
    """What an account's settings name as boxes of sent mail; nothing where they name none, or have no such setting."""
    return tuple(getattr(settings, "sent", ()))


def own_boxes(streams: Sequence[Stream], globs: Sequence[str]) -> list[str]:
    """The names of the boxes whose mail counts as written by the owner."""
    # Maildir++ writes the folder Sent/2024 as .Sent.2024.
    return [
        each.name
        for each in streams
        if is_own(each.name, globs) or is_own(each.name.lstrip(".").replace(".", "/"), globs)
    ]


def listed(streams: Sequence[Stream]) -> str:
    """The names of the boxes, the first few of many."""
    return ", ".join(each.name for each in streams[:_SHOWN]) + (", …" if len(streams) > _SHOWN else "")


def unmatched(streams: Sequence[Stream], globs: Sequence[str]) -> str | None:
    """A line for the owner where ``sent`` names boxes and none of them is there, so that nothing counts as theirs."""
    if not globs or not streams or any(each.holds != "mail" for each in streams) or own_boxes(streams, globs):
        return None
    named = ", ".join(f'"{glob}"' for glob in globs)
    return (
        f"sent = [{named}] matches no box, so nothing you wrote counts: correct it in the config "
        f"(there are {listed(streams)}) and run kith sync --full"
    )
