"""Names in, small invented mails and events for the contract cases out."""

from __future__ import annotations


def mail(name: str) -> bytes:
    """A plain mail whose Message-ID is ``name``."""
    return (
        f"Message-ID: <{name}>\n"
        "Date: Tue, 05 Mar 2024 10:00:00 +0100\n"
        "From: Ada Quist <ada@quist.example>\n"
        "To: Maya Lindqvist <maya@lindqvist.example>\n"
        f"Subject: About {name}\n"
        "\n"
        f"Could you have a look at {name}?\n"
    ).encode()


#: A mail that nobody can date or ascribe.
BAD_MAIL = b"Subject: nobody wrote this\n\nNo sender, no date.\n"


def event(name: str) -> str:
    """A single event whose UID is ``name``."""
    return (
        "BEGIN:VEVENT\r\n"
        f"UID:{name}\r\n"
        "DTSTAMP:20240301T090000Z\r\n"
        "DTSTART;TZID=Europe/Stockholm:20240305T100000\r\n"
        "DTEND;TZID=Europe/Stockholm:20240305T110000\r\n"
        f"SUMMARY:About {name}\r\n"
        "ATTENDEE;PARTSTAT=ACCEPTED:mailto:ada@quist.example\r\n"
        "END:VEVENT\r\n"
    )


BAD_EVENT = "BEGIN:VEVENT\r\nUID:bad@source.example\r\nSUMMARY:no start\r\nEND:VEVENT\r\n"


def card(name: str) -> str:
    """A card whose only address is ``name``."""
    return f"BEGIN:VCARD\r\nVERSION:3.0\r\nUID:{name}\r\nFN:About {name}\r\nEMAIL:{name}\r\nEND:VCARD\r\n"


BAD_CARD = "BEGIN:VCARD\r\nVERSION:3.0\r\nUID:bad@source.example\r\nFN:cut off\r\n"
