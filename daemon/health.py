"""A running service in; the pages that tell how it is out: /healthz for whoever restarts it, /metrics for graphs."""

from __future__ import annotations

import msgspec

from daemon.metrics import TYPE, metrics
from daemon.service import Service
from daemon.store import StoreError
from daemon.web import Page, Pages


class Health(msgspec.Struct, frozen=True, kw_only=True):
    """``ok`` is whether the daemon itself works: an account that waits for its owner is not mended by a restart."""

    ok: bool
    stuck: list[str]
    accounts: int
    in_trouble: list[str]
    letter: str | None


def pages(service: Service) -> Pages:
    """What is served."""

    def healthz() -> Page:
        now, stuck = service.desk.now(), service.stuck()
        health = Health(
            ok=not stuck and not service.stopping,
            stuck=stuck,
            accounts=len(now.accounts),
            in_trouble=[each.name for each in now.accounts if each.problem],
            letter=now.letter,
        )
        text = msgspec.json.encode(health).decode() + "\n"
        return Page(status=200 if health.ok else 503, type="application/json", text=text)

    def figures() -> Page:
        try:
            states = service.store.account_states()
        except StoreError as error:
            return Page(status=503, type="text/plain", text=f"{error}\n")
        return Page(status=200, type=TYPE, text=metrics(service.desk.now(), states, len(service.stuck())))

    return {"/healthz": healthz, "/metrics": figures}
