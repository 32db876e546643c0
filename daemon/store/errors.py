"""What can go wrong with the store; each message is one line for the owner: what happened and what to do next.

StoreError
└── StoreBusy   another Kithkeeper process is writing
"""

from __future__ import annotations


class StoreError(Exception):
    """The store cannot be opened, read or written. Nothing of the current batch was kept; what came before is safe."""


class StoreBusy(StoreError):
    """Another process holds the store for writing."""
