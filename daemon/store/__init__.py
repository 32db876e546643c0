"""The only user of SQLAlchemy: records, findings and conclusions in and out of SQLite or PostgreSQL."""

from __future__ import annotations

from daemon.store.accounts import Rejection
from daemon.store.applying import Applied
from daemon.store.corrections import Correction, CorrectionKind
from daemon.store.errors import StoreBusy, StoreError
from daemon.store.exporting import ExportedMail, ExportedMeeting
from daemon.store.findings import WorkedOut
from daemon.store.letters import Claim, Letter, LetterItem, Meant, Reply
from daemon.store.people import StoredPerson
from daemon.store.records import best_copies
from daemon.store.store import Store, open_store
from daemon.store.streams import Place, UnderWay
from daemon.store.views import LeftOut

__all__ = [
    "Applied",
    "Claim",
    "Correction",
    "CorrectionKind",
    "ExportedMail",
    "ExportedMeeting",
    "LeftOut",
    "Letter",
    "LetterItem",
    "Meant",
    "Place",
    "Rejection",
    "Reply",
    "Store",
    "StoreBusy",
    "StoreError",
    "StoredPerson",
    "UnderWay",
    "WorkedOut",
    "best_copies",
    "open_store",
]
