"""How a long-lived process treats its memory.

A long pass looks for garbage in cycles seldom, for it makes hardly any and holds many small things. Threads share
what was allocated and given back, and what nobody needs goes back to the system.
"""

from __future__ import annotations

import gc
from typing import Final

#: Python's own is 700: then what one mail needs for a moment is looked through again and again.
_YOUNG: Final = 20_000
_OLDER: Final = 20


def collect_seldom() -> None:
    """From now on; what was loaded already (modules, tables) is never looked through again."""
    gc.freeze()
    gc.set_threshold(_YOUNG, _OLDER, _OLDER)


_M_ARENA_MAX: Final = -8


def few_arenas() -> None:
    """From now on all threads allocate from one place: what one gave back another takes (glibc; nothing elsewhere)."""
    _libc("mallopt", _M_ARENA_MAX, 1)


def give_back() -> None:
    """Give memory that nobody uses back to the system (glibc; elsewhere only what cycles hold)."""
    gc.collect()
    _libc("malloc_trim", 0)


def _libc(name: str, *numbers: int) -> None:
    """Call a function of the C library, where there is one of that name and it may be called."""
    try:
        import ctypes

        getattr(ctypes.CDLL(None), name)(*numbers)
    except (ImportError, OSError, AttributeError, MemoryError):
        return
