"""A TOML file in, a frozen ``Config`` out; whatever is wrong with it is one line that names the place."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from dataclasses import fields
from datetime import timedelta
from difflib import get_close_matches
from ipaddress import ip_address
from pathlib import Path
from typing import Any, Final, Literal
from zoneinfo import ZoneInfo, available_timezones

import msgspec

import connectors.sources
from connectors.discovery import members
from connectors.passwords import PasswordSettings
from connectors.protocol import ConnectorSpec
from daemon.digest.section import Thresholds
from daemon.failure import ConfigError
from daemon.schedule import duration, weekly
from daemon.toml_tables import Place, check_keys, fill, read_toml

_ADDRESS: Final = re.compile(r"[^@\s<>,;\"]+@[^@\s<>,;\"]+")
_SQLITE: Final = "sqlite:///"
_STORES: Final = (_SQLITE, "postgresql+psycopg://")
_SHORTEST_POLL: Final = timedelta(seconds=5)
_CLOSE_LAYERS: Final = (5, 15, 50, 150)
_PORTS: Final = {"starttls": 587, "tls": 465, "none": 25}
_LONGEST_TIMEOUT: Final = 600


class OwnerConfig(msgspec.Struct, frozen=True, kw_only=True):
    """Whose network it is. ``timezone`` is an IANA name; days begin there."""

    name: str
    addresses: tuple[str, ...]
    timezone: str = "UTC"

    @property
    def zone(self) -> ZoneInfo:
        """The time zone itself."""
        return ZoneInfo(self.timezone)


class StoreConfig(msgspec.Struct, frozen=True, kw_only=True):
    """Where everything is kept; a relative SQLite path starts at the config file."""

    url: str = ""
    keep_text: Literal["evidence", "full"] = "evidence"


class DigestConfig(msgspec.Struct, frozen=True, kw_only=True):
    """To whom and when the letter goes, by which way, and from when on something is due in it.

    ``to`` is the owner's first address unless the config says otherwise; so is ``reply_to``, where corrections go:
    they are read from the owner's Sent mail, wherever they are sent.
    """

    to: str = ""
    reply_to: str = ""
    every: str = "Mon 07:30"
    via: str = "smtp"
    thresholds: Thresholds = Thresholds()


class SmtpConfig(PasswordSettings, frozen=True, kw_only=True):
    """The mail server that takes the letter.

    ``port`` is the usual one of ``security`` unless given. Without a ``username`` nobody logs in. ``auth``: what the
    password is, a password or an OAuth token. ``sender`` is the From address: the username where that is an
    address, else the owner's. ``ca_file`` names an authority beside those of the system. ``timeout`` is in seconds,
    for each answer of the server.
    """

    host: str
    port: int = 0
    security: Literal["starttls", "tls", "none"] = "starttls"
    username: str = ""
    auth: Literal["password", "xoauth2"] = "password"
    sender: str = ""
    ca_file: str = ""
    timeout: float = 30.0


class RunConfig(msgspec.Struct, frozen=True, kw_only=True):
    """How ``kith run`` works: ``poll`` is how often it looks for what is new.

    ``listen`` is the address of /healthz and /metrics, nowhere where empty; ``listen_public`` allows one that other
    machines reach.
    """

    poll: str = "5m"
    listen: str = ""
    listen_public: bool = False

    @property
    def every(self) -> timedelta:
        """``poll`` as a duration."""
        return duration(self.poll)

    @property
    def address(self) -> tuple[str, int] | None:
        """``listen`` as an IP address and a port; None where it is empty.

        Raises:
            ValueError: it is not written so, or other machines reach it and ``listen_public`` does not allow that.
        """
        if not self.listen:
            return None
        host, _, port = self.listen.rpartition(":")
        if not port.isdecimal() or not 0 < int(port) < 65536:
            raise ValueError(f'write it like "127.0.0.1:9464", not {self.listen!r}')
        try:
            address = ip_address(host.removeprefix("[").removesuffix("]"))
        except ValueError as error:
            raise ValueError(f'write an IP address and a port, like "127.0.0.1:9464", not {self.listen!r}') from error
        if not address.is_loopback and not self.listen_public:
            raise ValueError(
                f"other machines may reach {host}, and anybody there sees the names of your accounts: use 127.0.0.1, "
                "or allow it with listen_public = true"
            )
        return str(address), int(port)


class Account(msgspec.Struct, frozen=True, kw_only=True):
    """One mailbox or calendar: the settings are those of its kind."""

    name: str
    spec: ConnectorSpec
    settings: Any

    @property
    def kind(self) -> str:
        """What kind of source it is."""
        return self.spec.kind


class Config(msgspec.Struct, frozen=True, kw_only=True):
    """Everything that the owner decided. ``path`` is the file it came from."""

    path: Path
    owner: OwnerConfig
    store: StoreConfig
    accounts: tuple[Account, ...]
    digest: DigestConfig
    smtp: SmtpConfig | None
    run: RunConfig

    @property
    def folder(self) -> Path:
        """Where relative paths start."""
        return self.path.parent

    @property
    def courier(self) -> Account | None:
        """The account that sends the letter, None where ``via`` names none that can."""
        named = (each for each in self.accounts if each.name == self.digest.via and each.spec.send is not None)
        return next(named, None)

    @property
    def mailed(self) -> bool:
        """Whether it is said how the letter is sent."""
        return self.smtp is not None if self.digest.via == "smtp" else self.courier is not None

    @property
    def data_folder(self) -> Path:
        """Where what belongs to the store lies: beside its file, or in the platform's data folder."""
        if not self.store.url.startswith(_SQLITE):
            return _data_folder()
        return (self.folder / Path(self.store.url.removeprefix(_SQLITE)).expanduser()).parent


def default_path() -> Path:
    """``$KITH_CONFIG``, else ``kith.toml`` in the platform's config folder."""
    named = os.environ.get("KITH_CONFIG")
    return Path(named).expanduser() if named else _xdg("XDG_CONFIG_HOME", ".config") / "kith.toml"


def default_store_url() -> str:
    """A SQLite file in the platform's data folder."""
    return f"{_SQLITE}{_data_folder() / 'kith.db'}"


def _data_folder() -> Path:
    return _xdg("XDG_DATA_HOME", ".local/share")


def _xdg(variable: str, otherwise: str) -> Path:
    """The program's own folder below an XDG base folder; a relative base is to be ignored, says the standard."""
    base = Path(os.environ.get(variable, ""))
    return (base if base.is_absolute() else Path.home() / otherwise) / "kithkeeper"


def is_address(text: str) -> bool:
    """Whether ``text`` is a bare mail address."""
    return bool(_ADDRESS.fullmatch(text))


def load(path: Path) -> Config:
    """Read and check a config.

    Raises:
        ConfigError: it is missing or wrong; one line that says where and what to do.
    """
    file = read_toml(path.absolute())
    top = Place(file=file)
    check_keys(file.tables, (name for name in Config.__struct_fields__ if name != "path"), top)
    if "owner" not in file.tables:
        raise top.error("the table [owner] is missing: it names you, your addresses and your timezone")
    owner = _owner(file.tables["owner"], Place(file=file, name="owner"))
    return Config(
        path=file.path,
        owner=owner,
        store=_store(file.tables.get("store", {}), Place(file=file, name="store")),
        accounts=_accounts(file.tables.get("accounts", []), top),
        digest=_digest(file.tables.get("digest", {}), Place(file=file, name="digest"), owner),
        smtp=_smtp(file.tables.get("smtp"), Place(file=file, name="smtp")),
        run=_run(file.tables.get("run", {}), Place(file=file, name="run")),
    )


def _owner(table: object, place: Place) -> OwnerConfig:
    owner = fill(table, OwnerConfig, place)
    if not owner.name.strip():
        raise place.error("'name' is empty: write how you sign your mails", "name")
    if not owner.addresses:
        raise place.error("'addresses' is empty: name at least one address of yours", "addresses")
    for address in owner.addresses:
        if not _ADDRESS.fullmatch(address):
            raise place.error(f"{address!r} is no mail address", "addresses")
    try:
        owner.zone.key  # noqa: B018  # a name that is none fails when it is looked up
    except (ValueError, OSError, KeyError) as error:
        near = get_close_matches(owner.timezone, available_timezones(), n=1)
        hint = f"did you mean {near[0]!r}?" if near else 'write it like "Europe/Stockholm"'
        raise place.error(f"{owner.timezone!r} is no time zone; {hint}", "timezone") from error
    return msgspec.structs.replace(owner, addresses=tuple(address.lower() for address in owner.addresses))


def _store(table: object, place: Place) -> StoreConfig:
    store = fill(table, StoreConfig, place)
    if not store.url:
        return msgspec.structs.replace(store, url=default_store_url())
    if not store.url.startswith(_STORES):
        raise place.error("'url' must begin with sqlite:/// (and a file) or postgresql+psycopg://", "url")
    return store


def _accounts(tables: object, top: Place) -> tuple[Account, ...]:
    if not isinstance(tables, list):
        raise top.error("accounts are written [[accounts]], with two brackets, once for each", "accounts")
    specs = {spec.kind: spec for spec in members(connectors.sources, "CONNECTOR", ConnectorSpec)}
    accounts: list[Account] = []
    for number, table in enumerate(tables):
        account = _account(table, specs, Place(file=top.file, name="accounts", number=number))
        if account.name in (other.name for other in accounts):
            place = Place(file=top.file, name="accounts", number=number)
            raise place.error(f"there are two accounts called {account.name!r}: rename one", "name")
        accounts.append(account)
    return tuple(accounts)


def _account(table: object, specs: Mapping[str, ConnectorSpec], place: Place) -> Account:
    if not isinstance(table, Mapping):
        raise place.error("an account is a table: [[accounts]] and then a line for each key")
    for key in ("name", "kind"):
        if not isinstance(table.get(key), str) or not table[key].strip():
            raise place.error(f"the key {key!r} is missing, or no text in quotes", key)
    kind = table["kind"]
    if kind not in specs:
        near = get_close_matches(kind, specs, n=1)
        hint = f"did you mean {near[0]!r}?" if near else f"available are {', '.join(specs)}"
        raise place.error(f"there is no kind {kind!r}; {hint}", "kind")
    check_keys(table, ("name", "kind", *specs[kind].settings.__struct_fields__), place)
    settings = {key: value for key, value in table.items() if key not in ("name", "kind")}
    return Account(name=table["name"].strip(), spec=specs[kind], settings=fill(settings, specs[kind].settings, place))


def _digest(table: object, place: Place, owner: OwnerConfig) -> DigestConfig:
    inner = Place(file=place.file, name="digest.thresholds")
    plain = {key: value for key, value in table.items() if key != "thresholds"} if isinstance(table, Mapping) else table
    digest = fill(plain, DigestConfig, place)
    if isinstance(table, Mapping) and "thresholds" in table:
        thresholds = _checked(fill(table["thresholds"], Thresholds, inner), inner)
        digest = msgspec.structs.replace(digest, thresholds=thresholds)
    for key in ("to", "reply_to"):
        _check_address(getattr(digest, key), key, place)
    try:
        weekly(digest.every)
    except ValueError as error:
        raise place.error(f"'every': {error}", "every") from error
    to = digest.to or owner.addresses[0]
    return msgspec.structs.replace(digest, to=to, reply_to=digest.reply_to or owner.addresses[0])


def _check_address(address: str, key: str, place: Place) -> None:
    if address and not _ADDRESS.fullmatch(address):
        raise place.error(f"{address!r} is no mail address", key)


def _checked(thresholds: Thresholds, place: Place) -> Thresholds:
    for field in fields(thresholds):
        value = getattr(thresholds, field.name)
        if field.name == "give_back_balance":
            good, wanted = value < 0, "below 0"
        elif field.name == "confidence":
            good, wanted = 0 <= value <= 1, "from 0 to 1"
        elif field.name == "close_layer":
            good, wanted = value in _CLOSE_LAYERS, "5, 15, 50 or 150"
        else:
            good, wanted = 0 <= value <= 10_000, "from 0 to 10000"
        if not good:
            raise place.error(f"{field.name!r} must be {wanted}, not {value}", field.name)
    return thresholds


def _smtp(table: object, place: Place) -> SmtpConfig | None:
    if table is None:
        return None
    smtp = fill(table, SmtpConfig, place)
    if not smtp.host.strip():
        raise place.error("'host' is empty: name your provider's server for outgoing mail", "host")
    if not 0 <= smtp.port < 65536:
        raise place.error(f"{smtp.port} is no port", "port")
    if smtp.port == _PORTS["tls"] and smtp.security == "starttls":
        raise place.error('port 465 speaks TLS from the start: write security = "tls"', "port")
    if not 1 <= smtp.timeout <= _LONGEST_TIMEOUT:
        raise place.error(f"'timeout' must be from 1 to {_LONGEST_TIMEOUT} seconds", "timeout")
    _check_address(smtp.sender, "sender", place)
    return msgspec.structs.replace(smtp, host=smtp.host.strip(), port=smtp.port or _PORTS[smtp.security])


def _run(table: object, place: Place) -> RunConfig:
    run = fill(table, RunConfig, place)
    try:
        every = run.every
    except ValueError as error:
        raise place.error(f"'poll': {error}", "poll") from error
    if every < _SHORTEST_POLL:
        raise place.error(f"'poll' must be {_SHORTEST_POLL.seconds}s at least", "poll")
    try:
        run.address  # noqa: B018  # one that is none fails when it is looked at
    except ValueError as error:
        raise place.error(f"'listen': {error}", "listen") from error
    return run


__all__ = ["Account", "Config", "ConfigError", "default_path", "default_store_url", "is_address", "load"]
