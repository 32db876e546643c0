"""How often a long pass looks for garbage in cycles: seldom, for it makes hardly any and holds many small things."""

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
