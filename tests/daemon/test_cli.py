"""The command line itself: help at once, one line for what is wrong, the exit codes of the contract."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from daemon.cli import run
from daemon.menu import COMMANDS, help_text

KITH = Path(sys.executable).parent / "kith"


def kith(*arguments: str, **options: object) -> subprocess.CompletedProcess[str]:
    """The installed program, as a user runs it."""
    return subprocess.run([KITH, *arguments], capture_output=True, text=True, timeout=120, check=False, **options)


@pytest.fixture
def nowhere(tmp_path, monkeypatch):
    """A place without any config."""
    monkeypatch.delenv("KITH_CONFIG", raising=False)
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data"))
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.mark.parametrize("arguments", [[], ["--help"], ["-h"], ["--verbose", "--help"]])
def test_help_lists_every_command(arguments):
    done = kith(*arguments)
    assert done.returncode == 0
    assert done.stdout == help_text() + "\n"
    for entry in COMMANDS:
        assert f"\n  {entry.name} " in done.stdout


def test_help_imports_nothing_but_the_menu():
    script = (
        "import sys; before = set(sys.modules); sys.argv = ['kith', '--help']\n"
        "from daemon.cli import main\n"
        "try: main()\n"
        "except SystemExit: pass\n"
        "new = {name.partition('.')[0] for name in set(sys.modules) - before}\n"
        "print(sorted(new - sys.stdlib_module_names), file=sys.stderr)\n"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, timeout=60, check=True)
    assert done.stderr.strip() == "['daemon']"


@pytest.mark.parametrize("entry", COMMANDS, ids=lambda entry: entry.name)
def test_every_command_has_a_help_of_its_own(entry, capsys):
    assert run([entry.name, "--help"]) == 0
    assert f"Usage: kith {entry.name}" in capsys.readouterr().out


def test_the_version_is_that_of_the_package():
    from importlib.metadata import version

    assert kith("--version").stdout == f"kith {version('kithkeeper')}\n"


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["snc"], "No such command 'snc'. Did you mean 'sync'?"),
        (["sync", "--ful"], "No such option"),
        (["explain"], "Missing argument"),
        (["digest", "--format", "pdf"], "'pdf' is not one of"),
        (["correct"], "Missing command"),
        (["sync"], "make one with kith init"),
        (["acts"], "--jsonl"),
        (["acts", "none.eml"], "cannot read none.eml"),
        (["show"], "no config"),
    ],
)
def test_a_wrong_command_line_is_one_line_and_code_2(nowhere, capsys, arguments, says):
    assert run(arguments) == 2
    shown = capsys.readouterr()
    assert shown.out == ""
    assert shown.err.startswith("kith: ")
    assert shown.err.count("\n") == 1
    assert (says if says != "no config" else "name one person") in shown.err


def test_verbose_shows_where_it_went_wrong(nowhere):
    quiet, loud = kith("sync"), kith("--verbose", "sync")
    assert "Traceback" not in quiet.stderr
    assert "Traceback" in loud.stderr
    assert (quiet.returncode, loud.returncode) == (2, 2)
    assert "make one with kith init" in loud.stderr


def test_what_nobody_foresaw_is_one_line_too(nowhere):
    script = "import sys, daemon.cli, daemon.menu\ndef broken(): raise KeyError('gate')\ndaemon.cli.help_text = broken\ndaemon.cli.main()"
    quiet = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, timeout=60, check=False)
    assert quiet.returncode == 1
    assert quiet.stderr.startswith("kith: unexpected KeyError: 'gate'; kith --verbose")
    assert quiet.stderr.count("\n") == 1


def test_a_reader_that_leaves_early_hears_no_complaint():
    reading, writing = os.pipe()
    os.close(reading)
    done = subprocess.run([KITH, "--help"], stdout=writing, stderr=subprocess.PIPE, text=True, timeout=60, check=False)
    os.close(writing)
    assert done.stderr == ""
    assert done.returncode == 1


def test_acts_reads_json_lines_without_config_or_store(nowhere, capsys):
    text = "Hi Dana,\n\nCould you introduce me to Priya? Thank you so much for the notes you sent.\n\nMaya"
    lines = [
        {"id": "one", "from": "maya@x.example", "to": ["dana@y.example"], "subject": "Priya", "text": text},
        {"id": "two", "text": "", "answers": "Could you send me the slides?"},
    ]
    Path("mails.jsonl").write_text("".join(json.dumps(line) + "\n" for line in lines))
    assert run(["acts", "--jsonl", "mails.jsonl"]) == 0
    one, two = map(json.loads, capsys.readouterr().out.splitlines())
    assert one["id"] == "one"
    assert {"ask", "thanks"} <= {act["act"] for act in one["acts"]}
    for act in one["acts"]:
        assert set(act) == {"act", "type", "quote", "start", "end", "confidence"}
        assert act["quote"] == text[act["start"] : act["end"]]
    assert two == {"id": "two", "acts": []}
    assert sorted(path.name for path in nowhere.iterdir()) == ["mails.jsonl"]


def test_acts_reads_mail_files(nowhere, capsys):
    Path("ask.eml").write_bytes(
        b"From: Dana <dana@y.example>\r\nTo: maya@x.example\r\nDate: Mon, 02 Mar 2026 09:12:00 +0000\r\n"
        b"Subject: Priya\r\n\r\nCould you introduce me to Priya?\r\n\r\n> Thanks a lot for the slides.\r\n"
    )
    assert run(["acts", "ask.eml"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert found["id"] == "ask.eml"
    assert [act["act"] for act in found["acts"]] == ["ask"]


def test_a_broken_line_is_named_by_its_number(nowhere, capsys):
    Path("mails.jsonl").write_text('{"id": "a", "text": ""}\n{"id": 3}\n')
    assert run(["acts", "--jsonl", "mails.jsonl"]) == 2
    assert "mails.jsonl, line 2" in capsys.readouterr().err


def test_a_number_is_an_id_too_and_comes_back_as_it_was(nowhere, capsys):
    ids = ["7", "-1.50", "123456789012345678901234567890", '"\u00e9 7"']
    Path("mails.jsonl").write_text("".join(f'{{"id": {id_}, "text": ""}}\n' for id_ in ids), encoding="utf-8")
    assert run(["acts", "--jsonl", "mails.jsonl"]) == 0
    assert [line.split(",")[0] for line in capsys.readouterr().out.splitlines()] == [f'{{"id":{id_}' for id_ in ids]


def test_broken_lines_do_not_lose_the_rest(nowhere, capsys):
    broken = [b'{"id": 2', b'{"id": [3], "text": ""}', b'{"id": "\xff", "text": ""}', b'{"id": null, "text": ""}', b"5"]
    lines = [b'{"id": 1, "text": ""}', *broken, b'{"id": 7, "text": "Thank you so much for the notes."}']
    Path("mails.jsonl").write_bytes(b"\n".join(lines))
    assert run(["acts", "--jsonl", "mails.jsonl"]) == 2
    shown = capsys.readouterr()
    assert [json.loads(line)["id"] for line in shown.out.splitlines()] == [1, 7]
    assert json.loads(shown.out.splitlines()[1])["acts"]
    assert [line.split(":")[1] for line in shown.err.splitlines()] == [f" mails.jsonl, line {n}" for n in range(2, 7)]


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs /dev/full, a disk without room")
def test_output_that_cannot_be_written_is_one_line():
    with Path("/dev/full").open("w") as full:
        done = subprocess.run([KITH, "--help"], stdout=full, stderr=subprocess.PIPE, text=True, timeout=60, check=False)
    assert (done.returncode, done.stderr) == (1, "kith: cannot write the output: No space left on device\n")
