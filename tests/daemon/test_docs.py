"""The documents say what the program does: help, config keys, links."""

from __future__ import annotations

import re
import tomllib
from dataclasses import fields
from pathlib import Path

import pytest

import connectors.sources
from connectors.discovery import members
from connectors.protocol import ConnectorSpec
from daemon.config import DigestConfig, OwnerConfig, RunConfig, SmtpConfig, StoreConfig, load
from daemon.digest.section import Thresholds
from daemon.menu import help_text

CHECKOUT = Path(__file__).resolve().parents[2]
EXAMPLE = CHECKOUT / "config.example.toml"
README = CHECKOUT / "README.md"
DOCUMENTS = sorted([*CHECKOUT.glob("*.md"), *CHECKOUT.glob("docs/**/*.md")])
#: A key of the example that is commented out: "# key = value", not prose.
_COMMENTED = re.compile(r"# ([a-z_]+ = )")


def uncommented() -> str:
    """The example with every commented key in force."""
    return "\n".join(_COMMENTED.sub(r"\1", line, count=1) for line in EXAMPLE.read_text().splitlines())


def test_the_example_is_a_good_config(tmp_path):
    kinds = {account.kind for account in load(EXAMPLE).accounts}
    assert kinds == {spec.kind for spec in members(connectors.sources, "CONNECTOR", ConnectorSpec)}
    path = tmp_path / "kith.toml"
    path.write_text(uncommented())
    assert load(path).smtp.username == "maya@lindqvist.example"


def test_the_example_names_every_key():
    tables = tomllib.loads(uncommented())
    thresholds = tables["digest"].pop("thresholds")
    assert set(thresholds) == {field.name for field in fields(Thresholds)}
    for name, kind in (
        ("owner", OwnerConfig),
        ("store", StoreConfig),
        ("digest", DigestConfig),
        ("smtp", SmtpConfig),
        ("run", RunConfig),
    ):
        assert set(tables[name]) == set(kind.__struct_fields__) - {"thresholds"}
    specs = {spec.kind: spec for spec in members(connectors.sources, "CONNECTOR", ConnectorSpec)}
    assert {account["kind"] for account in tables["accounts"]} == set(specs)
    for account in tables["accounts"]:
        assert set(account) == {"name", "kind", *specs[account["kind"]].settings.__struct_fields__}


def test_the_example_shows_the_defaults(tmp_path):
    path = tmp_path / "kith.toml"
    path.write_text(uncommented())
    shown, plain = load(path), Thresholds()
    assert shown.digest.thresholds == plain
    assert (shown.digest.every, shown.digest.via) == (DigestConfig().every, DigestConfig().via)
    assert shown.run == RunConfig()
    assert shown.store.keep_text == StoreConfig().keep_text
    smtp = SmtpConfig(host="h")
    assert shown.smtp.port == 587
    assert (shown.smtp.security, shown.smtp.auth, shown.smtp.timeout) == (smtp.security, smtp.auth, smtp.timeout)


def test_the_readme_shows_the_help_as_it_is():
    shown = README.read_text().partition("<!-- help -->")[2].partition("<!-- /help -->")[0]
    assert help_text() in shown


def test_the_config_of_the_readme_works(tmp_path):
    (config,) = re.findall(r"```toml\n(.*?)```", README.read_text(), re.DOTALL)
    path = tmp_path / "kith.toml"
    path.write_text(config)
    assert load(path).owner.name == "Maya Lindqvist"


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.name)
def test_links_between_documents_lead_somewhere(document):
    for target in re.findall(r"\]\(([^)\s#]+)[^)]*\)", document.read_text()):
        if "://" not in target and not target.startswith("mailto:"):
            assert (document.parent / target).exists(), target


def test_the_help_fits_a_narrow_terminal():
    assert max(map(len, help_text().splitlines())) <= 80
