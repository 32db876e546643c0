"""Every command on the sample network: what it prints, keeps and leaves alone."""

from __future__ import annotations

import csv
import io
import json
import os
import shutil
import signal
import stat
import subprocess
import sys
import time
from pathlib import Path

import pytest

from daemon.cli import run
from daemon.demo import AS_OF, write_sample
from tests.conftest import missing

KITH = Path(sys.executable).parent / "kith"
DAY = AS_OF.isoformat()
FAVOR_KEYS = [
    "id", "type", "giver", "receiver", "status", "opened_at", "asked_at", "promised_at", "delivered_at", "declined_at",
    "thanked_at", "outcome_told_at", "confidence", "evidence",
]  # fmt: skip
SECTIONS = {
    "answer", "keep_promise", "thank", "tell_outcome", "waiting_on", "drifting", "give_back", "share_news", "showed_up",
    "one_sided", "accounts",
}  # fmt: skip


@pytest.fixture(scope="module")
def synced(tmp_path_factory) -> Path:
    """A folder with the sample network, read and worked out."""
    folder = tmp_path_factory.mktemp("sample")
    assert run(["--config", str(write_sample(folder)), "sync"]) == 0
    return folder


@pytest.fixture
def sample(synced, tmp_path) -> Path:
    """A copy of it that a test may change."""
    folder = tmp_path / "sample"
    shutil.copytree(synced, folder)
    return folder


@pytest.fixture
def kith(capsys):
    """``kith(folder, "ledger", …)`` is what the command prints; ``code`` is what it must exit with."""

    def command(folder: Path, *arguments: object, code: int = 0) -> str:
        capsys.readouterr()
        found = run(["--config", str(folder / "kith.toml"), *map(str, arguments)])
        shown = capsys.readouterr()
        assert found == code, shown.err
        return shown.out if code == 0 else shown.err

    return command


def ledger(kith, folder: Path, *arguments: object) -> list[dict]:
    return json.loads(kith(folder, "ledger", "--format", "json", *arguments))


def test_sync_says_a_line_an_account_and_nothing_is_new_the_second_time(sample, kith):
    said = kith(sample, "sync").splitlines()
    assert [line.split(" in ")[0] for line in said] == [
        "mail: 0 new, 0 changed, 0 removed, 0 rejected",
        "calendar: 0 new, 0 changed, 0 removed, 0 rejected",
    ]


def test_sync_as_json_has_the_same_counts(tmp_path, kith):
    write_sample(tmp_path)
    report = json.loads(kith(tmp_path, "sync", "--json"))
    assert [account["name"] for account in report["accounts"]] == ["mail", "calendar"]
    assert report["accounts"][0]["new"] > 300
    assert report["people"] > 30


def test_sync_reads_only_the_account_that_is_named(tmp_path, kith):
    write_sample(tmp_path)
    assert kith(tmp_path, "sync", "--account", "calendar").startswith("calendar: ")
    assert "the config has mail, calendar" in kith(tmp_path, "sync", "--account", "nail", code=2)


def test_reading_everything_again_changes_nothing(sample, kith):
    before = kith(sample, "ledger", "--all", "--as-of", DAY, "--format", "json")
    kith(sample, "sync", "--full")
    assert kith(sample, "ledger", "--all", "--as-of", DAY, "--format", "json") == before


def test_an_account_whose_files_are_gone_is_said_on_stderr_alone_and_the_rest_is_read(tmp_path, kith, capsys):
    write_sample(tmp_path)
    shutil.rmtree(tmp_path / "mail")
    assert run(["--config", str(tmp_path / "kith.toml"), "sync"]) == 1
    shown = capsys.readouterr()
    assert shown.err.startswith("kith: account mail: ")
    assert shown.out.startswith("calendar: ")
    assert json.loads(kith(tmp_path, "digest", "--format", "json"))["sections"][0]["items"]


def misnamed(folder: Path) -> Path:
    """The sample with a typo in the name of its box of sent mail."""
    path = write_sample(folder)
    path.write_text(path.read_text().replace('sent = ["Sent.mbox"]', 'sent = ["Snet*"]'))
    assert "Snet" in path.read_text()
    return path


def test_names_of_sent_boxes_that_match_none_are_said_by_sync_letter_and_doctor(tmp_path, kith, capsys):
    path = misnamed(tmp_path)
    assert run(["--config", str(path), "sync"]) == 0
    (said,) = capsys.readouterr().err.splitlines()
    assert said.startswith('kith: account mail: sent = ["Snet*"] matches no box, so nothing you wrote counts')
    assert "Sent.mbox" in said
    accounts = json.loads(kith(tmp_path, "digest", "--format", "json"))["sections"][0]
    assert accounts["id"] == "accounts"
    assert [(item["says"], "matches no box" in item["because"]) for item in accounts["items"]] == [
        ("mail was last read today.", True)
    ]
    assert 'warn  account mail: sent = ["Snet*"] matches no box' in kith(tmp_path, "doctor")
    path.write_text(path.read_text().replace("Snet", "Sent"))
    assert run(["--config", str(path), "sync", "--full"]) == 0
    assert capsys.readouterr().err == ""
    assert json.loads(kith(tmp_path, "digest", "--format", "json"))["sections"][0]["items"] == []
    assert len(ledger(kith, tmp_path)) > 10


@pytest.mark.parametrize("loss", ["is shorter than it was", "is empty now", "is gone"])
def test_a_box_that_lost_mail_is_said_once_and_what_was_read_is_kept(sample, kith, capsys, loss):
    before = ledger(kith, sample, "--as-of", DAY)
    box = sample / "mail/Inbox.mbox"
    if loss == "is gone":
        box.unlink()
    else:
        os.truncate(box, 0 if "empty" in loss else box.stat().st_size // 2)
    assert run(["--config", str(sample / "kith.toml"), "sync"]) == 0
    (said,) = capsys.readouterr().err.splitlines()
    assert said.startswith("kith: account mail: Inbox.mbox")
    assert said.endswith(f"{loss}; what was read from it before is kept")
    assert run(["--config", str(sample / "kith.toml"), "sync"]) == 0
    assert capsys.readouterr().err == ""
    assert ledger(kith, sample, "--as-of", DAY) == before


def test_a_box_that_comes_back_is_read_on(sample, kith, tmp_path):
    box = sample / "mail/Inbox.mbox"
    kept = box.rename(tmp_path / "kept")
    kith(sample, "sync")
    kept.rename(box)
    with box.open("a") as more:
        more.write(
            "\nFrom x Mon Jun  1 08:00:00 2026\nFrom: a@b.example\nDate: Mon, 1 Jun 2026 08:00:00 +0000\n\nHello\n"
        )
    assert kith(sample, "sync").startswith("mail: 1 new, 0 changed, 0 removed, 0 rejected")


def unprivileged(*command, **options):
    """Run a command that may do no more than its files allow, also as root."""
    rights = "-dac_override,-dac_read_search"
    able = ["setpriv", f"--inh-caps={rights}", f"--bounding-set={rights}"] if os.getuid() == 0 else []
    return subprocess.run([*able, *command], capture_output=True, text=True, timeout=120, check=False, **options)


@pytest.mark.parametrize("folder_too", [False, True])
def test_a_store_that_may_only_be_read_can_be_read(sample, folder_too):
    if os.getuid() == 0 and not shutil.which("setpriv"):
        missing("needs the program setpriv (Debian: util-linux)")
    program = [KITH, "--config", sample / "kith.toml"]
    usual = [unprivileged(*program, name).stdout for name in ("ledger", "digest")]
    for path in sample.glob("kith.db*"):
        path.chmod(0o400)
    sample.chmod(0o500 if folder_too else 0o700)
    try:
        read = [unprivileged(*program, name) for name in ("ledger", "digest")]
        refused = unprivileged(*program, "sync")
    finally:
        sample.chmod(0o700)
    assert [(done.returncode, done.stderr) for done in read] == [(0, "")] * 2
    assert [done.stdout for done in read] == usual
    assert refused.returncode == 1
    assert (
        refused.stderr
        == f"kith: the store {sample / 'kith.db'} may only be read: allow writing to it, or name another file\n"
    )


def test_a_sync_that_is_interrupted_says_how_to_go_on(tmp_path):
    program = [KITH, "--config", write_sample(tmp_path), "sync"]
    running = subprocess.Popen(program, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    while not (tmp_path / "kith.db-wal").exists():
        time.sleep(0.01)
    running.send_signal(signal.SIGINT)
    _, said = running.communicate(timeout=60)
    assert (running.returncode, said) == (130, "kith: stopped; run kith sync again to go on\n")
    letter, favors, people = (
        subprocess.run([*program[:-1], name], capture_output=True, text=True, timeout=60, check=False)
        for name in ("digest", "ledger", "people")
    )
    assert "No account is set up" not in letter.stdout
    assert "mail has not been read completely yet." in letter.stdout
    for found in (favors, people):
        assert "not been read completely yet: kith sync starts, or goes on where it stopped" in found.stderr
    assert subprocess.run(program, capture_output=True, timeout=120, check=False).returncode == 0


def test_the_ledger_as_json_is_what_scripts_rely_on(synced, kith):
    favors = ledger(kith, synced, "--as-of", DAY)
    assert len(favors) > 20
    for favor in favors:
        assert list(favor)[: len(FAVOR_KEYS)] == FAVOR_KEYS
        owner, other = (favor["giver"], favor["receiver"])
        if not owner.get("is_owner"):
            owner, other = other, owner
        assert owner == {"name": "Maya Lindqvist", "addresses": owner["addresses"], "is_owner": True}
        assert set(other) == {"name", "addresses"}
        assert favor["evidence"]
        for evidence in favor["evidence"]:
            assert set(evidence) == {"act", "at", "message_id", "meeting_uid", "quote"}
            assert not (evidence["message_id"] or "").startswith("<")
            assert evidence["at"] <= f"{DAY}T22:00:00Z"


def test_the_ledger_of_an_earlier_day_knows_nothing_later(synced, kith):
    early, late = (ledger(kith, synced, "--as-of", day) for day in ("2025-12-31", DAY))
    assert 0 < len(early) < len(late)
    assert all(time is None or time < "2026" for favor in early for time in (favor["opened_at"], favor["delivered_at"]))


def test_a_bare_date_means_the_end_of_that_day_for_the_owner(synced, kith):
    favor = ledger(kith, synced, "--as-of", DAY)[5]
    day = favor["opened_at"][:10]
    ids = [each["id"] for each in ledger(kith, synced, "--as-of", day)]
    assert favor["id"] in ids


def test_open_favors_are_those_that_are_not_settled(synced, kith):
    found = ledger(kith, synced, "--open", "--as-of", DAY)
    assert found
    assert {favor["status"] for favor in found} <= {"offered", "asked", "promised"}


def test_the_ledger_with_one_person_is_found_by_name_address_or_key(synced, kith):
    by_name = ledger(kith, synced, "--person", "ingrid sorbye", "--as-of", DAY)
    assert by_name
    assert ledger(kith, synced, "--person", "Ingrid", "--as-of", DAY) == by_name
    assert ledger(kith, synced, "--person", "INGRID.sorbye@fjordpost.example", "--as-of", DAY) == by_name


def test_a_name_that_several_bear_is_answered_with_all_of_them(sample, kith):
    with (sample / "mail/Inbox.mbox").open("a") as box:
        box.write(
            "\nFrom x Mon Jun  1 08:00:00 2026\nFrom: Ingrid Holm <ingrid@holm.example>\nTo: maya@lindqvist.example\n"
            "Date: Mon, 01 Jun 2026 08:00:00 +0000\nSubject: Hej\nMessage-ID: <i1@holm.example>\n"
            "Authentication-Results: mx.lindqvist.example; dmarc=pass header.from=holm.example\n\nHow are you?\n"
        )
    kith(sample, "sync")
    said = kith(sample, "ledger", "--person", "ingrid", code=2)
    assert "ingrid@holm.example" in said
    assert "ingrid.sorbye@fjordpost.example" in said


def test_the_tables_fit_80_columns(synced, kith):
    for command in (["ledger", "--all"], ["people", "--all"], ["show", "--filtered"]):
        shown = kith(synced, *command)
        assert len(shown.splitlines()) > 10
        assert max(map(len, shown.splitlines())) <= 80


def test_the_ledger_as_csv_has_a_row_a_favor(synced, kith):
    rows = list(csv.DictReader(io.StringIO(kith(synced, "ledger", "--format", "csv", "--as-of", DAY))))
    assert len(rows) == len(ledger(kith, synced, "--as-of", DAY))
    assert {row["status"] for row in rows} >= {"delivered", "asked"}


def test_people_are_ordered_as_asked(synced, kith):
    def names(order: str) -> list[dict]:
        return json.loads(kith(synced, "people", "--sort", order, "--format", "json", "--as-of", DAY))

    strengths = [line["strength"] for line in names("strength")]
    assert strengths == sorted(strengths, reverse=True)
    assert [line["balance"] for line in names("balance")] == sorted(line["balance"] for line in names("name"))
    assert [line["last_contact"] for line in names("last")] == sorted(
        (line["last_contact"] for line in names("name")), reverse=True
    )
    assert all(line["two_way"] and line["because"]["strength"] for line in names("silent"))


def test_a_list_of_people_for_a_spreadsheet_runs_nothing(sample, kith):
    with (sample / "mail/Inbox.mbox").open("a") as box:
        box.write(
            "\nFrom x Mon Jun  1 08:00:00 2026\nFrom: =?utf-8?q?=3DHYPERLINK=28=22http=3A//x=22=29?= <evil@x.example>\n"
            "To: maya@lindqvist.example\nDate: Mon, 01 Jun 2026 08:00:00 +0000\nMessage-ID: <e@x.example>\nSubject: a\n\nHello\n"
        )
    kith(sample, "sync")
    rows = list(csv.DictReader(io.StringIO(kith(sample, "people", "--all", "--format", "csv"))))
    (row,) = (row for row in rows if row["address"] == "evil@x.example")
    assert row["name"].lower().startswith("'=hyperlink")


def test_show_tells_why_each_number_is_what_it_is(synced, kith):
    shown = kith(synced, "show", "Ingrid", "--as-of", DAY)
    for part in ("Tie: ", "strength ", "Usually in touch", "Give and take", "Ledger: ", "Timeline: "):
        assert part in shown


def test_show_says_for_whom_an_assistant_writes(sample, kith):
    with (sample / "mail/Inbox.mbox").open("a") as box:
        box.write(
            "\nFrom x Mon Jun  1 08:00:00 2026\nFrom: Ruth Okafor <ruth@harbour.example>\nTo: maya@lindqvist.example\n"
            "Date: Mon, 01 Jun 2026 08:00:00 +0000\nMessage-ID: <r@harbour.example>\nSubject: Monday\n"
            "Authentication-Results: mx.lindqvist.example; dmarc=pass header.from=harbour.example\n\n"
            "Dear Maya,\n\nMonday at ten suits Dana.\n\nBest regards,\nRuth Okafor\nAssistant to Dana Whitfield\n"
        )
    kith(sample, "sync")
    assert "writes for Dana Whitfield, say the signatures of their mails (1)" in kith(sample, "show", "Ruth Okafor")


def test_show_filtered_says_who_was_left_out_and_why(synced, kith):
    shown = kith(synced, "show", "--filtered")
    assert "noreply@" in shown
    assert "bulk" in shown


def test_explain_shows_sentences_and_steps_of_a_favor(synced, kith):
    favor = next(each for each in ledger(kith, synced, "--as-of", DAY) if each["delivered_at"])
    for id_ in (favor["id"], favor["id"][:8]):
        shown = kith(synced, "explain", id_)
        assert "Steps" in shown
        assert "delivered" in shown
        assert "confidence" in shown
        quote = favor["evidence"][0]["quote"].split()[0]
        assert quote in shown


def test_explain_shows_what_was_found_in_a_mail(synced, kith):
    favor = next(each for each in ledger(kith, synced, "--as-of", DAY) if each["evidence"][0]["message_id"])
    shown = kith(synced, "explain", f"<{favor['evidence'][0]['message_id']}>")
    assert "taken for personal" in shown
    assert favor["evidence"][0]["act"] in shown
    assert kith(synced, "explain", shown.split()[0]) == shown


def test_explain_of_nothing_says_where_ids_come_from(synced, kith):
    assert "kith ledger --all" in kith(synced, "explain", "zzzz", code=2)


def test_the_digest_has_all_sections_and_three_forms(synced, kith, tmp_path):
    letter = json.loads(kith(synced, "digest", "--as-of", DAY, "--format", "json"))
    assert letter["as_of"] == DAY
    assert {section["id"] for section in letter["sections"]} == SECTIONS
    assert "Dear Maya" in kith(synced, "digest", "--as-of", DAY)
    page = tmp_path / "new" / "letter.html"
    assert kith(synced, "digest", "--as-of", DAY, "--format", "html", "--output", page) == ""
    assert page.read_text().startswith("<!DOCTYPE html>")
    assert stat.S_IMODE(page.stat().st_mode) == 0o600


def test_the_digest_shows_all_that_the_letter_leaves_out(synced, kith):
    letter, whole = kith(synced, "digest", "--as-of", DAY), kith(synced, "digest", "--as-of", DAY, "--all")
    assert "more: kith digest --all" in letter
    assert "more: kith digest --all" not in whole
    assert len(whole) > len(letter)


def test_sending_needs_a_server_and_the_letter_as_it_is(synced, kith):
    assert "has no [smtp] table" in kith(synced, "digest", "--send", code=2)
    assert "leave out --output, --format and --all" in kith(synced, "digest", "--send", "--all", code=2)
    assert "'you' is no mail address" in kith(synced, "digest", "--send", "--to", "you", code=2)
    assert "--to is for --send" in kith(synced, "digest", "--to", "maya@lindqvist.example", code=2)


def test_a_rejected_favor_stays_away_until_that_is_taken_back(sample, kith):
    favor = ledger(kith, sample, "--as-of", DAY)[0]

    def there() -> bool:
        return favor["id"] in {each["id"] for each in ledger(kith, sample, "--all", "--as-of", DAY)}

    kith(sample, "correct", "reject", favor["id"][:8])
    assert not there()
    kith(sample, "reinfer")
    assert not there()
    number = kith(sample, "correct", "list").split()[0]
    kith(sample, "correct", "undo", number)
    assert there()


def test_a_favor_is_retyped_done_and_thanked_by_the_owners_word(sample, kith):
    favor = ledger(kith, sample, "--open", "--as-of", DAY)[0]
    kith(sample, "correct", "retype", favor["id"], "support")
    kith(sample, "correct", "done", favor["id"], "--on", "2026-05-30")
    kith(sample, "correct", "thanked", favor["id"], "--on", "2026-05-31")
    (now,) = (each for each in ledger(kith, sample, "--as-of", DAY) if each["id"] == favor["id"])
    assert (now["type"], now["status"]) == ("support", "delivered")
    assert now["delivered_at"].startswith("2026-05-30")
    assert now["thanked_at"].startswith("2026-05-31")


def test_explain_of_a_retyped_favor_says_that_type_and_certainty_come_from_the_owner(sample, kith):
    favor = next(each for each in ledger(kith, sample, "--as-of", DAY) if each["type"] == "intro")
    before = kith(sample, "explain", favor["id"])
    assert "You said" not in before
    kith(sample, "correct", "retype", favor["id"], "advice")
    shown = kith(sample, "explain", favor["id"])
    assert "You said that it was advice." in shown
    assert f"confidence 1.00 by your own word, {favor['confidence']:.2f} without it" in shown
    kith(sample, "correct", "undo", "1")
    assert kith(sample, "explain", favor["id"]) == before


def test_the_list_of_corrections_shows_types_people_and_sentences(sample, kith):
    favor = next(each for each in ledger(kith, sample, "--as-of", DAY) if each["type"] == "intro")
    other = favor["receiver"] if favor["giver"].get("is_owner") else favor["giver"]
    kith(sample, "correct", "retype", favor["id"], "advice")
    kith(sample, "correct", "reject", favor["id"])
    lines = kith(sample, "correct", "list").splitlines()
    quote = favor["evidence"][0]["quote"][:40]
    assert [line.split("  ")[-1].partition(quote)[0] for line in lines] == [
        f"it was advice, not intro with {other['name']}: “",
        f"there was no intro with {other['name']}: “",
    ]


def test_what_is_said_twice_is_kept_once_and_again_where_it_was_taken_back(sample, kith):
    favor = ledger(kith, sample, "--open", "--as-of", DAY)[0]["id"]
    said = [
        ("confirm", favor), ("confirm", favor), ("done", favor), ("confirm", favor), ("done", favor), ("undone", favor),
        ("done", favor), ("done", favor, "--on", "2026-05-30"), ("done", favor, "--on", "2026-05-30"),
        ("retype", favor, "info"), ("retype", favor, "time"), ("retype", favor, "info"), ("retype", favor, "info"),
        ("mute", "Ingrid"), ("mute", "Ingrid"), ("unmute", "Ingrid"), ("mute", "Ingrid"),
    ]  # fmt: skip
    for each in said:
        kith(sample, "correct", *each)
    kept = [line.split("  ")[-1].partition(" ")[0] for line in kith(sample, "correct", "list").splitlines()]
    assert [each.rstrip(":") for each in kept] == [
        "there", "done", "not", "done", "done", "it", "it", "it", "mute", "unmute", "mute",
    ]  # fmt: skip


def test_a_domain_is_muted_with_its_at_sign(sample, kith):
    assert "kith correct mute @fjordpost.example" in kith(sample, "correct", "mute", "fjordpost.example", code=2)
    assert "nobody is known" in kith(sample, "correct", "mute", "nowhere.example", code=2)


def test_corrections_teach_explain_says_so_and_the_examples_are_exported(sample, kith, tmp_path):
    def asks() -> list[dict]:
        found = ledger(kith, sample, "--as-of", DAY)
        return [each for each in found if each["evidence"][0]["act"] == "ask" and each["confidence"] < 1]

    before = asks()
    wrong = before[:6]
    for each in wrong:
        kith(sample, "correct", "reject", each["id"])
    left = {each["id"] for each in asks()}
    shown = kith(sample, "explain", next(iter(left)))
    assert "You rejected 6 of 6 favors that began with such an ask, so asks now need 0." in shown
    assert left <= {each["id"] for each in before}
    kith(sample, "reinfer")
    assert {each["id"] for each in asks()} == left
    assert kith(sample, "explain", next(iter(left))) == shown
    kith(sample, "export", tmp_path / "mine")
    kept = json.loads((tmp_path / "mine/corrections.json").read_text())
    assert [(each["verdict"], each["example"]["act"]) for each in kept] == [("reject", "ask")] * 6
    assert [each["example"]["quote"] for each in kept] == [each["evidence"][0]["quote"] for each in wrong]
    for _ in wrong:
        kith(sample, "correct", "undo", kith(sample, "correct", "list").split()[0])
    assert asks() == before


def test_a_favor_rests_and_whoever_is_no_person_goes_from_ledger_and_people(sample, kith):
    def due():
        letter = json.loads(kith(sample, "digest", "--as-of", DAY, "--format", "json"))
        return {favor for section in letter["sections"] for item in section["items"] for favor in item["favor_ids"]}

    found = ledger(kith, sample, "--as-of", DAY)
    favor = next(each for each in found if each["id"] in due())
    kith(sample, "correct", "snooze", favor["id"][:8], "2 weeks")
    shown = kith(sample, "correct", "list")
    assert "left out until" in shown
    assert "letters leave it out until" in kith(sample, "explain", favor["id"])
    assert "is no time to come" in kith(sample, "correct", "snooze", favor["id"][:8], "soon", code=2)
    kith(sample, "correct", "undo", shown.split()[0])
    assert favor["id"] in due()

    other = next(each for each in (favor["giver"], favor["receiver"]) if not each.get("is_owner"))
    kith(sample, "correct", "not-a-person", other["addresses"][0])
    assert favor["id"] not in {each["id"] for each in ledger(kith, sample, "--as-of", DAY)}
    assert other["addresses"][0] not in kith(sample, "people")
    assert "is no person" in kith(sample, "correct", "list")
    kith(sample, "correct", "a-person", other["addresses"][0])
    assert ledger(kith, sample, "--as-of", DAY) == found


def test_two_people_are_merged_and_split_again(sample, kith):
    people = json.loads(kith(sample, "people", "--format", "json", "--as-of", DAY))
    one, other = people[0], people[1]
    kith(sample, "correct", "merge", one["addresses"][0], other["key"])
    merged = json.loads(kith(sample, "people", "--format", "json", "--as-of", DAY))
    (person,) = (each for each in merged if one["addresses"][0] in each["addresses"])
    assert set(person["addresses"]) == {*one["addresses"], *other["addresses"]}
    kith(sample, "correct", "split", other["addresses"][0])
    apart = json.loads(kith(sample, "people", "--format", "json", "--as-of", DAY))
    assert {each["key"]: each["strength"] for each in apart} == {each["key"]: each["strength"] for each in people}


def test_a_muted_person_leaves_the_letter(sample, kith):
    def named() -> str:
        return kith(sample, "digest", "--as-of", DAY, "--format", "json")

    assert "Ingrid" in named()
    kith(sample, "correct", "mute", "Ingrid")
    assert "Ingrid" not in named()
    kith(sample, "correct", "unmute", "@fjordpost.example")
    kith(sample, "correct", "unmute", "ingrid.sorbye@fjordpost.example")
    assert "Ingrid" in named()


def test_an_address_is_said_to_be_mine_or_not(sample, kith):
    kith(sample, "correct", "me", "ingrid.sorbye@fjordpost.example")
    assert "nobody is known" in kith(sample, "show", "Ingrid", code=2)
    kith(sample, "correct", "not-me", "ingrid.sorbye@fjordpost.example")
    assert "Ingrid" in kith(sample, "show", "Ingrid")
    assert "take it out there" in kith(sample, "correct", "not-me", "maya@lindqvist.example", code=2)


def test_a_forgotten_person_is_gone_and_a_sync_does_not_bring_them_back(sample, kith):
    kith(sample, "forget", "Ingrid", "--yes")
    kith(sample, "sync", "--full")
    assert "nobody is known" in kith(sample, "show", "Ingrid", code=2)
    dumped = b"".join(path.read_bytes() for path in sample.glob("kith.db*"))
    assert b"ingrid.sorbye" not in dumped.lower()


def test_forgetting_asks_first(sample, kith, monkeypatch):
    monkeypatch.setattr("sys.stdin", io.StringIO("n\n"))
    assert "nothing was erased" in kith(sample, "forget", "Ingrid", code=2)
    assert "Ingrid" in kith(sample, "show", "Ingrid")


def test_rebuilding_from_what_was_read_changes_nothing(sample, kith):
    before = kith(sample, "ledger", "--all", "--as-of", DAY, "--format", "json")
    assert "worked out anew" in kith(sample, "reinfer")
    assert kith(sample, "ledger", "--all", "--as-of", DAY, "--format", "json") == before


def test_kept_mails_are_read_anew_without_their_files(tmp_path, kith):
    path = write_sample(tmp_path)
    path.write_text(
        path.read_text().replace('url = "sqlite:///kith.db"', 'url = "sqlite:///kith.db"\nkeep_text = "full"')
    )
    kith(tmp_path, "sync")
    before = kith(tmp_path, "ledger", "--all", "--as-of", DAY, "--format", "json")
    shutil.rmtree(tmp_path / "mail")
    assert "acts found anew in 3" in kith(tmp_path, "reinfer")
    assert kith(tmp_path, "ledger", "--all", "--as-of", DAY, "--format", "json") == before


def test_everything_is_exported_for_the_owners_eyes_only(synced, kith, tmp_path):
    folder = tmp_path / "mine"
    kith(synced, "export", folder)
    names = {path.name for path in folder.iterdir()}
    assert {"people.json", "people.csv", "ledger.json", "ledger.csv", "mails.jsonl", "meetings.jsonl"} <= names
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert {stat.S_IMODE(path.stat().st_mode) for path in folder.iterdir()} == {0o600}
    for path in folder.glob("*.json"):
        json.loads(path.read_text())
    mails = [json.loads(line) for line in (folder / "mails.jsonl").read_text().splitlines()]
    assert len(mails) > 300
    assert "is not empty" in kith(synced, "export", folder, code=2)


def test_the_doctor_finds_nothing_wrong_with_a_good_setup(sample, kith):
    lines = kith(sample, "doctor").splitlines()
    assert {line.split()[0] for line in lines} == {"ok"}
    assert any("your own mail is in Sent.mbox" in line for line in lines)


def test_the_doctor_says_what_to_do(sample, kith, capsys):
    (sample / "kith.toml").chmod(0o644)
    (sample / "mail/Sent.mbox").rename(sample / "mail/Elsewhere.mbox")
    shown = kith(sample, "doctor")
    assert "warn  config permissions" in shown
    assert "chmod 600" in shown
    assert "nothing you wrote counts" in shown
    (sample / "calendar.ics").unlink()
    capsys.readouterr()
    assert run(["--config", str(sample / "kith.toml"), "doctor"]) == 1
    assert "fail  account calendar: " in capsys.readouterr().out
    (sample / "kith.toml").write_text("[owner]\n")
    assert run(["--config", str(sample / "kith.toml"), "doctor"]) == 2


def test_the_doctor_lists_what_could_not_be_read(sample, kith):
    with (sample / "mail/Inbox.mbox").open("a") as box:
        box.write("\nFrom x Mon Jun  1 08:00:00 2026\nSubject: no sender, Ingrid\n\nHello\n")
    kith(sample, "sync")
    (line,) = (line for line in kith(sample, "doctor").splitlines() if "was left out" in line)
    assert line.startswith("warn  mail, Inbox.mbox: item ")
    assert line.endswith("has no readable address in its From field (subject “no sender, Ingrid”)")
    kith(sample, "forget", "Ingrid", "--yes")
    assert "has no readable address in its From field\n" in kith(sample, "doctor")


def test_login_says_that_files_need_none(synced, kith):
    assert kith(synced, "login") == "No account in the config needs a login.\n"
    assert kith(synced, "login", "mail") == "mail needs no login.\n"
    assert "the config has mail, calendar" in kith(synced, "login", "gmail", code=2)


def test_the_demo_does_the_whole_job_and_does_it_again(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    assert run(["demo"]) == 0
    first = capsys.readouterr().out
    assert "Dear Maya" in first
    assert "kith init" in first
    assert Path("digest.html").read_text().startswith("<!DOCTYPE html>")
    for command in (line.split()[1:] for line in first.splitlines() if line.startswith("  kith --config")):
        assert run(command) == 0
        assert DAY in command
    assert run(["--config", "kith-demo/kith.toml", "doctor"]) == 0
    assert "warn" not in capsys.readouterr().out
    assert {stat.S_IMODE(path.stat().st_mode) for path in Path("kith-demo").rglob("*") if path.is_file()} == {0o600}
    assert "were read today" not in first
    capsys.readouterr()
    assert run(["demo"]) == 0
    again = capsys.readouterr().out
    assert _letter(again) == _letter(first)


def _letter(said: str) -> str:
    """The letter without what depends on the clock."""
    return "\n".join(line for line in said.splitlines() if "were read" not in line and not line.startswith("Read: "))


def test_the_demo_leaves_a_folder_with_other_things_alone(tmp_path, capsys):
    (tmp_path / "diary.txt").write_text("mine")
    assert run(["demo", str(tmp_path)]) == 2
    assert "holds something else" in capsys.readouterr().err


def test_without_a_sync_the_ledger_says_that_nothing_is_known(tmp_path, capsys):
    path = write_sample(tmp_path)
    assert run(["--config", str(path), "ledger"]) == 0
    shown = capsys.readouterr()
    assert shown.out == ""
    assert "kith sync" in shown.err
