"""Logins in files: encrypted, the owner's alone, and never half of one."""

from __future__ import annotations

import multiprocessing
import os
import signal
import stat
from pathlib import Path

import pytest

from connectors.errors import NeedsOwner, Transient
from connectors.passwords import Secret
from connectors.tokens import TokenStore


def kept(store: TokenStore, account: str = "work") -> str | None:
    login = store.read(account)
    return None if login is None else login.reveal()


def keep(store: TokenStore, text: str, account: str = "work") -> None:
    with store.changing(account) as slot:
        slot.write(Secret(text))


@pytest.fixture
def store(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> TokenStore:
    monkeypatch.delenv("CREDENTIALS_DIRECTORY", raising=False)
    return TokenStore(tmp_path / "logins", patience_s=0.2)


def test_a_login_comes_back_and_is_gone_when_removed(store: TokenStore) -> None:
    assert kept(store) is None
    keep(store, "refresh-token-1")
    keep(store, "another", "home")
    assert (kept(store), kept(store, "home")) == ("refresh-token-1", "another")
    with store.changing("work") as slot:
        slot.remove()
    assert (kept(store), kept(store, "home")) == (None, "another")


def test_nothing_on_the_disk_shows_it_and_only_the_owner_may_look(store: TokenStore, tmp_path: Path) -> None:
    keep(store, "refresh-token-1")
    files = [path for path in (tmp_path / "logins").iterdir() if path.is_file()]
    assert files
    assert not any(b"refresh-token-1" in path.read_bytes() for path in files)
    assert {stat.S_IMODE(path.stat().st_mode) for path in files} == {0o600}
    assert stat.S_IMODE((tmp_path / "logins").stat().st_mode) == 0o700


def test_the_key_of_a_credential_comes_first(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "kithkeeper-token-key").write_text("a long and random text\n")
    monkeypatch.setenv("CREDENTIALS_DIRECTORY", str(tmp_path))
    store = TokenStore(tmp_path / "logins")
    keep(store, "secret")
    assert kept(store) == "secret"
    assert not (tmp_path / "logins" / "key").exists()
    monkeypatch.delenv("CREDENTIALS_DIRECTORY")
    with pytest.raises(NeedsOwner, match="another key"):
        kept(store)


def test_names_of_accounts_never_meet_in_one_file(store: TokenStore, tmp_path: Path) -> None:
    names = ["a/b", "a%2f%b", "a b", "../a", "A", "ä"]
    for name in names:
        keep(store, f"login of {name}", name)
    assert [kept(store, name) for name in names] == [f"login of {name}" for name in names]
    assert {path.parent for path in tmp_path.rglob("*.login")} == {tmp_path / "logins"}


def test_a_damaged_login_needs_the_owner(store: TokenStore, tmp_path: Path) -> None:
    keep(store, "secret")
    (tmp_path / "logins" / "work.login").write_bytes(b"damaged")
    with pytest.raises(NeedsOwner, match="log in again"):
        kept(store)


def test_whoever_changes_a_login_keeps_others_out(store: TokenStore) -> None:
    with store.changing("work"), pytest.raises(Transient, match="another kith"), store.changing("work"):
        pass
    with store.changing("work"), store.changing("home"):
        pass


def rotate_for_ever(folder: Path, started: multiprocessing.synchronize.Event) -> None:
    store = TokenStore(folder)
    number = 0
    while True:
        with store.changing("work") as slot:
            number += 1
            slot.write(Secret(f"token-{number}"))
            started.set()


@pytest.mark.parametrize("moment", range(8))
def test_a_kill_at_any_moment_leaves_the_old_login_or_the_new(store: TokenStore, tmp_path: Path, moment: int) -> None:
    keep(store, "token-0")
    context = multiprocessing.get_context("spawn")
    started = context.Event()
    process = context.Process(target=rotate_for_ever, args=(tmp_path / "logins", started))
    process.start()
    started.wait(30)
    signal.sigtimedwait([], moment * 0.0037)
    assert process.pid is not None
    os.kill(process.pid, signal.SIGKILL)
    process.join()
    process.close()
    found = kept(store)
    assert found is not None
    assert found.startswith("token-")
    keep(store, "after")
    assert kept(store) == "after"
