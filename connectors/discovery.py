"""A package and a constant's name in, that constant of each of its modules out.

A new connector, digest section or cue is one new file with one typed constant; nothing else has to know of it.
"""

from __future__ import annotations

import importlib
import pkgutil
from types import ModuleType
from typing import TypeVar

Member = TypeVar("Member")


def members(package: ModuleType, name: str, kind: type[Member]) -> tuple[Member, ...]:
    """The constant ``name`` of every module of ``package``, in module-name order.

    Raises:
        TypeError: a module lacks the constant, or it has another type.
    """
    found = []
    for info in sorted(pkgutil.iter_modules(package.__path__), key=lambda info: info.name):
        module = importlib.import_module(f"{package.__name__}.{info.name}")
        member = getattr(module, name, None)
        if not isinstance(member, kind):
            raise TypeError(f"{module.__name__} must define {name}: {kind.__name__}")
        found.append(member)
    return tuple(found)
