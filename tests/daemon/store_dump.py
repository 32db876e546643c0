"""A store in, everything that it holds out, without the numbers of rows: equal for stores that know the same."""

from __future__ import annotations

from collections import defaultdict
from itertools import chain

from daemon.store.encoding import READERS
from daemon.store.meetings import INVITED

WHOLE = {
    "persons": "SELECT * FROM persons",
    "person_names": "SELECT * FROM person_names",
    "favors": "SELECT * FROM favors",
    "contacts": "SELECT * FROM contacts",
    "suggestions": "SELECT * FROM suggestions",
    "corrections": "SELECT * FROM corrections",
    "digests": "SELECT * FROM digests",
    "touched": "SELECT * FROM touched",
}


def dump(store):
    """Sorted rows by table."""
    with store._database.reading() as access:
        found = {table: access.rows(query) for table, query in WHOLE.items()}
        spelled = _spelled(access)
        identities = {row[0]: bytes(row[1]).hex() for row in access.rows("SELECT id, identity FROM messages")}
        streams = {row[0]: row[1:] for row in access.rows("SELECT id, account, name FROM streams")}
        found |= {
            "messages": _messages(access, spelled),
            "threads": _threads(access, identities),
            "sightings": _keyed(access, "SELECT stream, key, message FROM sightings", streams, identities),
            "statements": [
                (identities[row], *said)
                for row, *said in access.rows("SELECT message, kind, subject, quote FROM statements")
            ],
            "mentions": [(name, identities[row]) for name, row in access.rows("SELECT hash, message FROM mentions")],
            "addresses": _addresses(access),
            "appearances": [
                (email, identities[row])
                for email, row in access.rows(
                    "SELECT email, message FROM appearances JOIN addresses ON id = appearances.address"
                )
            ],
            "invitations": access.rows(
                "SELECT email, meeting FROM invitations JOIN addresses ON id = invitations.address"
            ),
            "meetings": _meetings(access, spelled),
            "versions": _keyed(
                access,
                "SELECT source, key, meeting, removed, voice, content FROM meeting_versions",
                {0: "mail", **streams},
                {},
            ),
            "rejections": _keyed(access, "SELECT stream, key, reason FROM rejections", streams, {}),
            "texts": [(identities[row], content) for row, content in access.rows("SELECT message, content FROM texts")],
        }
        return {table: sorted(map(tuple, rows), key=repr) for table, rows in found.items()}


def _spelled(access):
    rows = access.rows("SELECT s.id, a.email, s.name FROM spellings s JOIN addresses a ON a.id = s.address")
    return {number: (email, name) for number, email, name in rows}


def _messages(access, spelled):
    rows = access.rows(
        "SELECT identity, version, message_id, parent, at, sender, readers, subject, kind, kind_because, findings, "
        "own, authenticated, news, link FROM messages"
    )
    for row in rows:
        who = READERS.decode(row[6])
        readers = tuple(tuple(spelled[each] for each in group) for group in (who.to, who.cc, who.bcc))
        yield (bytes(row[0]).hex(), *row[1:5], spelled[row[5]], readers, *row[7:])


def _threads(access, identities):
    groups = defaultdict(list)
    for row, thread in access.rows("SELECT id, thread FROM messages"):
        groups[thread].append(identities[row])
    return [tuple(sorted(group)) for group in groups.values()]


def _keyed(access, query, first, last):
    for row in access.rows(query):
        yield (first[row[0]], *row[1:-1], last.get(row[-1], row[-1]))


def _addresses(access):
    return access.rows(
        "SELECT a.email, a.person, a.sent, a.received, s.name, s.seen, s.own FROM addresses a "
        "JOIN spellings s ON s.address = a.id WHERE s.seen > 0"
    )


def _meetings(access, spelled):
    for row in access.rows(
        "SELECT organizer, attendees, id, uid, recurrence_id, start, finish, all_day, status, in_calendar, own, summary, "
        "topic, link FROM meetings"
    ):
        people = [(spelled[each.spelling], each.answer) for each in INVITED.decode(row[1])]
        yield (spelled.get(row[0]), *chain(people), *row[2:])
