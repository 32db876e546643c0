"""The tables of the store as they are now; the migrations lead here (a test compares).

Numbers of rows (``id``) are the store's own and mean nothing outside, except a person's: it is the number that their
public key spells, so it does not depend on the order in which mail arrived. Times are microseconds since 1970, flags
are 0 or 1, compound values are JSON as bytes (``encoding``).
"""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Column,
    Float,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    SmallInteger,
    Table,
    Text,
    UniqueConstraint,
)

METADATA = MetaData()


def _key(
    name: str, kind: type[BigInteger | Integer | LargeBinary | SmallInteger | Text] = BigInteger
) -> Column[object]:
    """A column of a primary key whose values the program chooses."""
    return Column(name, kind, primary_key=True, autoincrement=False)


def _narrow(name: str, *columns: Column[object]) -> Table:
    """A table that is nothing but its primary key and a value or two: SQLite keeps it in the index alone."""
    return Table(name, METADATA, *columns, sqlite_with_rowid=False)


# What is known about the store itself, the accounts and their streams.
Table("meta", METADATA, _key("name", Text), Column("value", Text, nullable=False))
Table(
    "accounts",
    METADATA,
    _key("name", Text),
    Column("kind", Text, nullable=False),
    Column("last_attempt", BigInteger),
    Column("last_success", BigInteger),
    Column("problem", Text),
    Column("error", Text),
)
Table(
    "streams",
    METADATA,
    _key("id", Integer),
    Column("account", Text, nullable=False),
    Column("name", Text, nullable=False),
    Column("cursor", Text),
    Column("pull", Integer, nullable=False),
    Column("under_way", SmallInteger, nullable=False),
    UniqueConstraint("account", "name"),
)
Table(
    "rejections",
    METADATA,
    _key("stream", Integer),
    _key("key", Text),
    Column("reason", Text, nullable=False),
    Column("at", BigInteger, nullable=False),
)

# Who is seen: addresses, the names beside them (one of which is ""), and how often.
Table(
    "addresses",
    METADATA,
    _key("id", Integer),
    Column("email", Text, nullable=False, unique=True),
    Column("person", BigInteger, index=True),
    Column("sent", Integer, nullable=False),
    Column("received", Integer, nullable=False),
)
Table(
    "spellings",
    METADATA,
    _key("id", Integer),
    Column("address", Integer, nullable=False),
    Column("name", Text, nullable=False),
    Column("seen", Integer, nullable=False),
    Column("own", Integer, nullable=False),
    UniqueConstraint("address", "name"),
)

# The owner's address books: what the owner calls whom.
_narrow(
    "cards",
    _key("stream", Integer),
    _key("key"),
    Column("pull", Integer, nullable=False),
    Column("name", Text, nullable=False),
    Column("emails", LargeBinary, nullable=False),
)

# Mail: what each shows by itself, where it was seen, which conversation it is of.
Table(
    "messages",
    METADATA,
    _key("id", Integer),
    Column("identity", LargeBinary, nullable=False, unique=True),
    Column("version", BigInteger, nullable=False),
    Column("message_id", Text),
    Column("parent", BigInteger),
    Column("at", BigInteger, nullable=False),
    Column("sender", Integer, nullable=False),
    Column("readers", LargeBinary, nullable=False),
    Column("thread", Integer, nullable=False, index=True),
    Column("subject", Text, nullable=False),
    Column("kind", Text, nullable=False),
    Column("kind_because", Text, nullable=False),
    Column("findings", LargeBinary, nullable=False),
    Column("own", SmallInteger, nullable=False),
    Column("authenticated", SmallInteger),
    Column("news", SmallInteger, nullable=False),
    Column("link", Text),
)
_messages = METADATA.tables["messages"]
Index(
    "ix_messages_news",
    _messages.c.at,
    sqlite_where=_messages.c.news == 1,
    postgresql_where=_messages.c.news == 1,
)
Table("texts", METADATA, _key("message", Integer), Column("content", LargeBinary, nullable=False))
_narrow("sightings", _key("stream", Integer), _key("key"), Column("message", Integer, nullable=False))
_narrow("links", _key("hash"), Column("thread", Integer, nullable=False))
_narrow("aliases", _key("thread", Integer), Column("root", Integer, nullable=False, index=True))
_narrow(
    "appearances",
    _key("address", Integer),
    _key("message", Integer),
    Column("part", SmallInteger, nullable=False),
)
Table(
    "statements",
    METADATA,
    _key("message", Integer),
    _key("kind", Text),
    _key("subject", Text),
    Column("quote", Text, nullable=False),
)
_narrow("mentions", _key("hash"), _key("message", Integer))

# Meetings: every version seen, and what these come to.
Table(
    "meeting_versions",
    METADATA,
    _key("source", Integer),
    _key("key"),
    _key("meeting"),
    Column("removed", SmallInteger, nullable=False),
    Column("voice", SmallInteger, nullable=False),
    Column("pull", Integer, nullable=False),
    Column("content", LargeBinary, nullable=False),
    Index("ix_meeting_versions_meeting", "meeting"),
)
Table(
    "meetings",
    METADATA,
    _key("id"),
    Column("uid", Text, nullable=False),
    Column("recurrence_id", Text, nullable=False),
    Column("start", BigInteger, nullable=False, index=True),
    Column("finish", BigInteger, nullable=False),
    Column("all_day", SmallInteger, nullable=False),
    Column("status", Text, nullable=False),
    Column("organizer", Integer),
    Column("attendees", LargeBinary, nullable=False),
    Column("in_calendar", SmallInteger, nullable=False),
    Column("own", SmallInteger, nullable=False),
    Column("summary", Text, nullable=False),
    Column("topic", LargeBinary, nullable=False),
    Column("link", Text),
)
_narrow("invitations", _key("address", Integer), _key("meeting"))

# People and what was worked out about them.
Table(
    "persons",
    METADATA,
    _key("id"),
    Column("key", Text, nullable=False),
    Column("name", Text, nullable=False),
    Column("names", LargeBinary, nullable=False),
    Column("emails", LargeBinary, nullable=False),
    Column("role", SmallInteger, nullable=False),
    Column("because", LargeBinary, nullable=False),
    Column("first_at", BigInteger),
)
_narrow("person_names", _key("hash"), _key("person"))
Table("suggestions", METADATA, _key("one", Text), _key("other", Text), Column("because", Text, nullable=False))
_narrow("stirred", _key("kind", SmallInteger), _key("value"))
_narrow("touched", _key("person"))
Table(
    "favors",
    METADATA,
    _key("person"),
    _key("id", Text),
    Column("status", Text, nullable=False),
    Column("open", SmallInteger, nullable=False),
    Column("opened_at", BigInteger, nullable=False),
    Column("confidence", Float, nullable=False),
    Column("content", LargeBinary, nullable=False),
    Index("ix_favors_id", "id"),
)
Table("contacts", METADATA, _key("person"), Column("content", LargeBinary, nullable=False))

# The owner's word, letters with the replies to them, and whom to forget.
Table(
    "corrections",
    METADATA,
    _key("id", Integer),
    Column("kind", Text, nullable=False),
    Column("subject", LargeBinary, nullable=False),
    Column("verdict", Text, nullable=False),
    Column("type", Text),
    Column("email", Text, nullable=False),
    Column("at", BigInteger, nullable=False),
    Column("example", LargeBinary),
    Column("letter", Text, nullable=False, server_default=""),
)
Table(
    "digests",
    METADATA,
    _key("period", Text),
    Column("message_id", Text, nullable=False),
    Column("claimed_at", BigInteger, nullable=False),
    Column("sent_at", BigInteger),
)
Table(
    "letters",
    METADATA,
    _key("token", Text),
    Column("message_id", Text, nullable=False, unique=True),
    Column("at", BigInteger, nullable=False),
    Column("addresses", LargeBinary, nullable=False),
    Column("items", LargeBinary, nullable=False),
    Column("mail", LargeBinary),
)
Table(
    "replies",
    METADATA,
    _key("identity", LargeBinary),
    Column("letter", Text, nullable=False),
    Column("sent_at", BigInteger, nullable=False),
    Column("read_at", BigInteger, nullable=False),
    Column("applied", Integer, nullable=False),
    Column("puzzling", LargeBinary, nullable=False),
    Column("told", Text),
)
_narrow("forgotten", _key("hash", LargeBinary), Column("address", Integer, nullable=False))
