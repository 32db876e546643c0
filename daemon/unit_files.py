"""Where kith and its config are in; systemd units for them out, as texts and as files that an owner's edits survive.

The files of ``systemd/`` in the sources are these texts for usual places; a test compares.
"""

from __future__ import annotations

import hashlib
import os
import re
import shutil
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from daemon.failure import Failure

#: The first line of a file that may be replaced: the digest is of what follows, so an edit shows.
_HEAD: Final = "# Written by kith init --systemd ({}); your own edits are kept: change this file, or systemctl edit."
_WRITTEN: Final = re.compile(r"# Written by kith init --systemd \(([0-9a-f]{12})\)[^\n]*\n")

_HARDENED: Final = """\
# Nothing of the machine beyond what reading mail takes.
CapabilityBoundingSet=
NoNewPrivileges=yes
ProtectSystem=strict
ProtectHome=read-only
PrivateTmp=yes
PrivateDevices=yes
PrivateUsers=yes
PrivateMounts=yes
ProtectClock=yes
ProtectControlGroups=yes
ProtectHostname=yes
ProtectKernelLogs=yes
ProtectKernelModules=yes
ProtectKernelTunables=yes
ProtectProc=invisible
ProcSubset=pid
RemoveIPC=yes
RestrictAddressFamilies=AF_UNIX AF_INET AF_INET6
RestrictNamespaces=yes
RestrictRealtime=yes
RestrictSUIDSGID=yes
LockPersonality=yes
MemoryDenyWriteExecute=yes
SystemCallArchitectures=native
SystemCallFilter=@system-service
SystemCallFilter=~@privileged @resources
SystemCallErrorNumber=EPERM
MemoryMax=512M
LimitCORE=0
"""
_SYSTEM: Final = """\
# A user of its own. It reads a copy of the config (systemctl restart after a change), and keeps the store in
# /var/lib/kithkeeper: say url = "sqlite:////var/lib/kithkeeper/kith.db" in [store], and write other paths in full.
# To read mail files that only you can read, put User=YOU here instead of DynamicUser=yes.
DynamicUser=yes
StateDirectory=kithkeeper
StateDirectoryMode=0700
WorkingDirectory=%S/kithkeeper
UMask=0077
LoadCredential=kith.toml:{config}
# Passwords: password_credential = "imap" in an account (or in [smtp]) reads the credential of that name, which is a file
# that only root can read, or one that systemd-creds encrypt has made for this machine alone:
#LoadCredential=imap:/etc/kithkeeper/imap.password
#LoadCredentialEncrypted=imap:/etc/kithkeeper/imap.password.encrypted
"""
_USER: Final = """\
UMask=0077
# Passwords: password_file, password_command and password_keyring work here as in a terminal; password_credential reads:
#LoadCredential=imap:%h/.config/kithkeeper/imap.password
# What a service manager of one user may take away without root. Namespaces and writable code are left, for programs
# that password_command starts may need them.
NoNewPrivileges=yes
RestrictAddressFamilies=AF_UNIX AF_INET AF_INET6
RestrictRealtime=yes
RestrictSUIDSGID=yes
LockPersonality=yes
SystemCallArchitectures=native
MemoryMax=512M
LimitCORE=0
"""
_ONLINE: Final = "After=network-online.target\nWants=network-online.target\n"


@dataclass(frozen=True, slots=True, kw_only=True)
class Machine:
    """Where things are: the ``kith`` to start, the config, and whether the system starts it or the user's manager.

    ``letter`` is when the letter goes, as systemd writes it.
    """

    kith: Path
    config: Path
    system: bool
    letter: str = "Mon 07:30"


def units(machine: Machine) -> dict[str, str]:
    """The units by file name: the daemon, and for machines without it a pass and a letter with their timers."""
    start = f"ExecStart={_word(_plain(str(machine.kith)))} --config {_config(machine)}"
    box = _SYSTEM.format(config=_plain(str(machine.config))) + _HARDENED if machine.system else _USER
    online = _ONLINE if machine.system else ""
    target = "multi-user.target" if machine.system else "default.target"
    return {
        "kithkeeper.service": (
            "[Unit]\nDescription=Kithkeeper: reads your mail and calendars, keeps the favor ledger, mails the letter\n"
            f"{online}\n[Service]\nType=notify\nNotifyAccess=main\n{start} run\n"
            "ExecReload=/bin/kill -HUP $MAINPID\n"
            "# It says that it moves; if it has not for so long, it is started anew, and goes on where it was.\n"
            "WatchdogSec=5min\nRestart=on-failure\nRestartSec=30\n"
            "# A wrong config is mended by its owner, not by another start.\nRestartPreventExitStatus=2\n"
            "# A new version may have to rebuild the store first.\nTimeoutStartSec=15min\nTimeoutStopSec=15\n"
            f"{box}\n[Install]\nWantedBy={target}\n"
        ),
        "kithkeeper-sync.service": (
            f"[Unit]\nDescription=Kithkeeper: one pass over all accounts\n{online}\n"
            f"[Service]\nType=oneshot\n{start} sync\nTimeoutStartSec=6h\n{box}"
        ),
        "kithkeeper-sync.timer": (
            "[Unit]\nDescription=Kithkeeper: a pass every hour, for machines that do not run the daemon\n\n"
            "[Timer]\nOnCalendar=hourly\nRandomizedDelaySec=10min\nPersistent=yes\n\n[Install]\nWantedBy=timers.target\n"
        ),
        "kithkeeper-digest.service": (
            "[Unit]\nDescription=Kithkeeper: this week's letter, by mail\nAfter=kithkeeper-sync.service\n"
            f"{online}\n[Service]\nType=oneshot\n{start} digest --send\nTimeoutStartSec=30min\n{box}"
        ),
        "kithkeeper-digest.timer": (
            "[Unit]\nDescription=Kithkeeper: the weekly letter, for machines that do not run the daemon\n\n"
            f"[Timer]\nOnCalendar={machine.letter}\nPersistent=yes\n\n[Install]\nWantedBy=timers.target\n"
        ),
    }


def _config(machine: Machine) -> str:
    return "%d/kith.toml" if machine.system else _word(_plain(str(machine.config)).replace("$", "$$"))


def _plain(path: str) -> str:
    """A path where a whole line is one: specifiers are not meant."""
    return path.replace("%", "%%")


def _word(path: str) -> str:
    """One word of a command line of a unit."""
    if re.fullmatch(r"[\w./%$@:+,=-]+", path, re.ASCII):
        return path
    return '"' + path.replace("\\", "\\\\").replace('"', '\\"') + '"'


def this_machine(config: Path, *, letter: str) -> Machine:
    """This machine, for root the system's manager and for others their own.

    Raises:
        Failure: a service could not start this kith.
    """
    beside = Path(sys.executable).with_name("kith")
    found = beside if beside.exists() else shutil.which("kith")
    if found is None:
        raise Failure(
            "there is no kith beside this Python or on the PATH: install kithkeeper, then run kith init --systemd"
        )
    system = os.geteuid() == 0
    kith = Path(found).absolute()
    if re.search(r"[\\'\"\x00-\x1f]", str(kith)):
        raise Failure(
            f"systemd starts no program whose path has quotes in it: install kithkeeper elsewhere than {kith}"
        )
    if system and any(kith.is_relative_to(home) for home in ("/root", "/home")):
        raise Failure(
            f"{kith} lies in a home folder, where a service of the system does not get: install kithkeeper for all, "
            "e.g. in /opt/kithkeeper, or run kith init --systemd as yourself"
        )
    return Machine(kith=kith, config=config.absolute(), system=system, letter=letter)


def folder(machine: Machine) -> Path:
    """Where the service manager looks for units."""
    if machine.system:
        return Path("/etc/systemd/system")
    base = Path(os.environ.get("XDG_CONFIG_HOME", ""))
    return (base if base.is_absolute() else Path.home() / ".config") / "systemd" / "user"


def written(machine: Machine, where: Path, *, force: bool) -> list[Path]:
    """Write the units into ``where``; the files that were.

    Raises:
        Failure: one of them was edited (or is another's) and ``force`` does not hold, or cannot be written. Then none
            of them is.
    """
    texts = {where / name: text for name, text in units(machine).items()}
    edited = [path for path in texts if path.exists() and not _is_ours(path)]
    if edited and not force:
        raise Failure(f"{', '.join(map(str, edited))}: edited by hand, so left as it is; --force replaces it")
    try:
        where.mkdir(parents=True, exist_ok=True)
        for path, text in texts.items():
            fresh = path.with_name(f".{path.name}.new")
            fresh.write_text(f"{_HEAD.format(_digest(text))}\n{text}")
            fresh.chmod(0o644)
            fresh.replace(path)
    except OSError as error:
        raise Failure(f"cannot write {error.filename or where}: {error.strerror}") from error
    return list(texts)


def next_steps(machine: Machine) -> str:
    """What the owner does next, as lines."""
    if machine.system:
        return (
            "Next:\n  systemctl daemon-reload\n  systemctl enable --now kithkeeper\n"
            f'The service reads a copy of {machine.config}; its [store] url must be "sqlite:////var/lib/kithkeeper/kith.db".'
        )
    return (
        "Next:\n  systemctl --user daemon-reload\n  systemctl --user enable --now kithkeeper\n"
        "To have it run while you are not logged in: loginctl enable-linger"
    )


def _is_ours(path: Path) -> bool:
    """Whether a file is as it was written."""
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError):
        return False
    head = _WRITTEN.match(text)
    return head is not None and head[1] == _digest(text[head.end() :])


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:12]
