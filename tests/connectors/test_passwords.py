"""Where settings say that a password is in, the password or a line for the owner out."""

from __future__ import annotations

import pickle
from pathlib import Path

import pytest

from connectors.errors import NeedsOwner
from connectors.passwords import PasswordSettings, Secret, password


def found(base: Path, **places: str) -> str:
    secret = password(PasswordSettings(**places), base=base, username="maya")
    assert secret is not None
    return secret.reveal()


def private(path: Path, text: str) -> Path:
    path.write_text(text)
    path.chmod(0o600)
    return path


def test_a_file_gives_its_first_line(tmp_path: Path) -> None:
    private(tmp_path / "secret", "s3cret pass\r\nsecond line\n")
    assert found(tmp_path, password_file="secret") == "s3cret pass"


def test_a_file_that_others_may_read_is_refused(tmp_path: Path) -> None:
    private(tmp_path / "secret", "s3cret\n").chmod(0o644)
    with pytest.raises(NeedsOwner, match="chmod 600"):
        found(tmp_path, password_file="secret")


def test_a_command_gives_the_first_line_that_it_prints(tmp_path: Path) -> None:
    assert found(tmp_path, password_command="printf 'from a command\\nmore'") == "from a command"


def test_a_command_goes_to_no_shell(tmp_path: Path) -> None:
    assert found(tmp_path, password_command="echo $(id)") == "$(id)"


@pytest.mark.parametrize("command", ["false", "/not/there", "echo 'unclosed"])
def test_a_command_that_fails_needs_the_owner(tmp_path: Path, command: str) -> None:
    with pytest.raises(NeedsOwner, match="password_command"):
        found(tmp_path, password_command=command)


def test_the_environment_gives_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KITH_TEST_PASSWORD", "from outside")
    assert found(tmp_path, password_env="KITH_TEST_PASSWORD") == "from outside"
    monkeypatch.delenv("KITH_TEST_PASSWORD")
    with pytest.raises(NeedsOwner, match="KITH_TEST_PASSWORD is not set"):
        found(tmp_path, password_env="KITH_TEST_PASSWORD")


def test_a_systemd_credential_gives_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    private(tmp_path / "imap", "credible\n")
    monkeypatch.setenv("CREDENTIALS_DIRECTORY", str(tmp_path))
    assert found(tmp_path / "elsewhere", password_credential="imap") == "credible"
    for wrong in ("other", "../imap"):
        with pytest.raises(NeedsOwner, match="LoadCredential"):
            found(tmp_path, password_credential=wrong)


def test_two_places_are_one_too_many(tmp_path: Path) -> None:
    with pytest.raises(NeedsOwner, match="password_file and password_env"):
        found(tmp_path, password_file="a", password_env="B")


def test_no_place_is_no_password(tmp_path: Path) -> None:
    assert password(PasswordSettings(), base=tmp_path, username="maya") is None


def test_an_empty_password_needs_the_owner(tmp_path: Path) -> None:
    private(tmp_path / "secret", "\n")
    with pytest.raises(NeedsOwner, match="empty password"):
        found(tmp_path, password_file="secret")


def test_a_secret_does_not_show_itself() -> None:
    secret = Secret("hunter2")
    assert "hunter2" not in f"{secret} {secret!r} {[secret]}"
    with pytest.raises(TypeError):
        pickle.dumps(secret)
