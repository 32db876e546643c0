"""The unit files: those of the sources are what kith init --systemd writes, valid, and an owner's edits survive."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from daemon.failure import Failure
from daemon.unit_files import Machine, folder, this_machine, units, written

CHECKOUT = Path(__file__).resolve().parents[2]
SYSTEM = Machine(kith=Path("/opt/kithkeeper/bin/kith"), config=Path("/etc/kithkeeper/kith.toml"), system=True)
USER = Machine(kith=Path("/opt/kithkeeper/bin/kith"), config=Path("CONFIG"), system=False)


@pytest.mark.parametrize(("machine", "where"), [(SYSTEM, "systemd"), (USER, "systemd/user")], ids=["system", "user"])
def test_the_files_of_the_sources_are_what_is_written_for_usual_places(machine, where):
    there = {
        path.name: path.read_text() for path in (CHECKOUT / where).iterdir() if path.suffix in (".service", ".timer")
    }
    made = {name: text.replace("CONFIG", "%h/.config/kithkeeper/kith.toml") for name, text in units(machine).items()}
    assert made == there


@pytest.mark.parametrize("system", [True, False])
def test_strange_paths_stay_one_word_and_the_units_are_valid(tmp_path, program, system):
    kith = tmp_path / "a $HOME of 100%" / "ki th"
    kith.parent.mkdir()
    shutil.copy(shutil.which("true"), kith)
    machine = Machine(
        kith=kith, config=tmp_path / 'my "$HOME" config%.toml', system=system, letter="Tue 08:00 Europe/Stockholm"
    )
    analyze = program("systemd-analyze")
    for path in written(machine, tmp_path / "units", force=False):
        done = subprocess.run(
            [analyze, "--system" if system else "--user", "verify", "--man=no", path],
            capture_output=True,
            text=True,
            check=False,
            env={"XDG_RUNTIME_DIR": str(tmp_path), "PATH": "/usr/bin:/bin", "HOME": str(tmp_path)},
        )
        assert (path.name, done.returncode, done.stderr) == (path.name, 0, "")


def test_what_was_written_is_written_anew_and_what_was_edited_is_left(tmp_path):
    first = written(USER, tmp_path, force=False)
    assert written(USER, tmp_path, force=False) == first
    unit = tmp_path / "kithkeeper.service"
    unit.write_text(unit.read_text().replace("RestartSec=30", "RestartSec=5"))
    (tmp_path / "kithkeeper-sync.timer").unlink()
    with pytest.raises(Failure, match=r"kithkeeper\.service: edited by hand.*--force"):
        written(USER, tmp_path, force=False)
    assert "RestartSec=5" in unit.read_text()
    assert not (tmp_path / "kithkeeper-sync.timer").exists()
    written(USER, tmp_path, force=True)
    assert "RestartSec=30" in unit.read_text()


def test_a_file_of_somebody_elses_is_left(tmp_path):
    (tmp_path / "kithkeeper.service").write_text("[Service]\nExecStart=/bin/true\n")
    with pytest.raises(Failure, match="edited by hand"):
        written(USER, tmp_path, force=False)


def test_this_machine_starts_the_kith_of_this_environment(monkeypatch, tmp_path):
    monkeypatch.setattr("os.geteuid", lambda: 1000)
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))
    machine = this_machine(tmp_path / "kith.toml", letter="Mon 07:30")
    assert machine.kith == Path(sys.executable).with_name("kith")
    assert folder(machine) == tmp_path / "systemd" / "user"


def test_root_is_told_where_a_service_of_the_system_cannot_get(monkeypatch, tmp_path):
    monkeypatch.setattr("os.geteuid", lambda: 0)
    kith = Path("/home/maya/.venv/bin/kith")
    monkeypatch.setattr("sys.executable", str(kith.with_name("python")))
    monkeypatch.setattr("daemon.unit_files.shutil.which", lambda name: str(kith))
    with pytest.raises(Failure, match="lies in a home folder"):
        this_machine(tmp_path / "kith.toml", letter="Mon 07:30")


def test_the_documents_name_the_units_that_there_are():
    text = (CHECKOUT / "docs/systemd.md").read_text()
    assert {"kithkeeper-sync.timer", "kithkeeper-digest.timer"} <= set(units(USER))
    for name in ("kithkeeper-sync.timer", "kithkeeper-digest.timer", "enable-linger", "LoadCredentialEncrypted"):
        assert name in text


def test_init_writes_the_units_for_the_config_that_is_there(tmp_path, monkeypatch):
    from daemon.commands.init import _units

    monkeypatch.setattr("os.geteuid", lambda: 1000)
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))
    path = tmp_path / "kithkeeper" / "kith.toml"
    path.parent.mkdir()
    path.write_text(
        '[owner]\nname = "M"\naddresses = ["m@x.example"]\ntimezone = "Europe/Stockholm"\n[digest]\nevery = "Tue 08:15"\n'
    )
    said = _units(path, force=False)
    where = tmp_path / "systemd" / "user"
    assert "OnCalendar=Tue 08:15 Europe/Stockholm\n" in (where / "kithkeeper-digest.timer").read_text()
    assert f"--config {path} run\n" in (where / "kithkeeper.service").read_text()
    assert said.splitlines()[-3:-1] == [
        "  systemctl --user daemon-reload",
        "  systemctl --user enable --now kithkeeper",
    ]
    (where / "kithkeeper.service").write_text("mine")
    with pytest.raises(Failure, match="edited by hand"):
        _units(path, force=False)
