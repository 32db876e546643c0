"""An invented network for the tests of the letter, and short ways to write networks by hand.

``sample()`` is Maya's network on a Monday: every section of the letter has something true to say about it.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from inference.acts.act import ActName, FavorType
from inference.favor import Evidence, Favor, Step
from inference.interactions import Day
from inference.network import AccountState, Ahead, Network, News, PersonView
from inference.timeline import OWNER

AS_OF = datetime(2026, 6, 1, 5, 30, tzinfo=UTC)
STOCKHOLM = ZoneInfo("Europe/Stockholm")
_ACTS = {
    "offered": ActName.OFFER,
    "asked": ActName.ASK,
    "promised": ActName.COMMIT,
    "delivered": ActName.DELIVER,
    "declined": ActName.DECLINE,
    "thanked": ActName.THANKS,
    "outcome_told": ActName.OUTCOME,
    "maybe_delivered": ActName.DELIVER,
    "maybe_thanked": ActName.THANKS,
    "maybe_told": ActName.OUTCOME,
}


def person(number, name, email=None, **more):
    """A person of the network."""
    email = email or name.lower().replace(" ", ".") + "@mail.example"
    return PersonView(id=number, key=f"{number:012x}", name=name, emails=(email,), **more)


def days_ago(days):
    """That many days before the letter, at noon."""
    return AS_OF.replace(hour=12, minute=0) - timedelta(days=days)


def favor(number, whose, kind, *steps, to_owner=True, matter="", confidence=0.9, link=None):
    """A favor between the owner and person ``whose``; a step is (what, days ago, sentence)."""
    giver, receiver = (whose, OWNER) if to_owner else (OWNER, whose)
    evidence, moves = [], []
    for index, (what, days, sentence) in enumerate(steps):
        author = receiver if what in ("asked", "thanked", "outcome_told") else giver
        evidence.append(
            Evidence(
                act=_ACTS[what],
                at=days_ago(days),
                author=author,
                message=f"{number:030x}{index:02x}",
                message_id=f"{number}.{index}@mail.example",
                quote=sentence,
                confidence=confidence,
                link=link,
            )
        )
        moves.append(Step(what=what, at=days_ago(days), evidence=index, because="hand-made"))
    return Favor(
        id=f"{number * 0x9E3779B97F4A % 2**48:012x}",
        person=whose,
        type=FavorType(kind),
        giver=giver,
        receiver=receiver,
        steps=tuple(moves),
        evidence=tuple(evidence),
        confidence=confidence,
        matter=matter,
    )


def network(*favors, people=(), **more):
    """A network of these favors; whoever is not given in ``people`` is called ``Person N``."""
    known = {each.id: each for each in people}
    for each in favors:
        known.setdefault(each.person, person(each.person, f"Person {each.person}"))
    defaults = {
        "as_of": AS_OF,
        "zone": STOCKHOLM,
        "owner_name": "Maya Lindqvist",
        "accounts": (AccountState(name="personal", kind="mbox", last_success=AS_OF - timedelta(minutes=28)),),
    }
    return Network(people=known, favors=tuple(favors), **{**defaults, **more})


def contact(*days_before, met=0.0, replies=()):
    """Days of contact both ways, that many days before the letter; ``met`` is minutes spent together each time."""
    today = AS_OF.date()
    return tuple(
        Day(
            on=today - timedelta(days=days),
            sent=1.0,
            received=1.0,
            own_mails=1,
            their_mails=1,
            met=1 if met else 0,
            met_minutes=met,
            reply_hours=replies,
        )
        for days in sorted(days_before, reverse=True)
    )


_NAMES = {
    1: "Kayla Ng",
    2: "Tunde Afolabi",
    3: "Dana Whitfield",
    4: "Marcus Oyelaran",
    5: "Rosa Quintero",
    6: "Nadeem Farooqi",
    7: "Celeste Aubert",
    8: "Greg Sandoval",
    9: "Ellen Brandvold",
    10: "Henrik Stålhammar",
    11: "Simone Achterberg",
    12: "Lena Petrov",
    13: "Wanjiru Kamau",
    14: "Benno Reiter",
    15: "Mags O’Dowd",
    16: "Rupert Gilchrist",
    17: "Aoife Brennan",
    18: "Jürgen Maas",
}
_THREAD = "https://mail.google.com/mail/u/0/#all/18f3a2b4c5d6e7f8"


def _favors():
    return (
        favor(
            1, 1, "advice", ("asked", 12, "Would you look over the lease before I sign it on the 9th?"),
            to_owner=False, matter="Re: The bakery lease", link=_THREAD,
        ),
        favor(
            2, 1, "intro",
            ("asked", 96, "Is there anybody at the housing board you could put me in touch with?"),
            ("delivered", 92, "Maya, meet Ines, who runs the permits desk."),
            ("thanked", 91, "That was quick, and just the right person."),
            ("outcome_told", 60, "Ines sorted the permit in a week."),
            matter="Housing board",
        ),
        favor(
            3, 13, "referral", ("asked", 4, "If you know anybody who hires analysts in Lund, please think of me."),
            to_owner=False, matter="Looking around", link=_THREAD,
        ),
        favor(
            4, 2, "intro",
            ("asked", 16, "Do you still know the people at the conservation lab?"),
            ("promised", 9, "I’ll write to Petra at the lab this week and copy you."),
            to_owner=False, matter="Re: Conservation lab", link=_THREAD,
        ),
        favor(
            5, 3, "referral",
            ("asked", 49, "Would you be willing to put my name forward at Northwind?"),
            ("delivered", 41, "I gave your portfolio to Ines in hiring and told her she would be lucky."),
            matter="Re: Quick question", link=_THREAD,
        ),
        favor(
            6, 4, "feedback",
            ("asked", 9, "Could you read the grant draft with your editor’s eye?"),
            ("delivered", 5, "Comments are in the margins; the second section is the strong one, lead with it."),
            matter="Grant draft v2", link=_THREAD,
        ),
        favor(
            7, 6, "intro",
            ("delivered", 58, "Maya, Pilar; Pilar, Maya: you two should compare notes on the archive."),
            ("thanked", 57, "Thank you for Pilar, we are meeting on Thursday."),
            matter="Pilar / Maya",
        ),
        favor(
            8, 8, "resource",
            ("asked", 11, "Could you send me the template you used for the budget?"),
            matter="Budget template", link=_THREAD,
        ),
        favor(
            9, 9, "time",
            ("asked", 23, "Do you have half an hour for me before the hearing?"),
            ("promised", 20, "Yes, I’ll find us a slot the week after next."),
            matter="Half an hour",
        ),
        *(
            favor(
                20 + index, 7, kind,
                ("asked", days + 3, "A short question, if I may."),
                ("delivered", days, sentence),
                ("thanked", days - 1, "Thank you, that is exactly what I needed."),
                ("outcome_told", days - 10, "It worked."),
                matter=matter,
            )
            for index, (kind, days, sentence, matter) in enumerate(
                (
                    ("intro", 200, "Copying Anouk, who knows everybody in Ghent.", "Ghent"),
                    ("advice", 140, "I would ask for the longer term and a lower deposit.", "The deposit"),
                    ("feedback", 90, "Cut the first page; the story begins on the second.", "Chapter three"),
                )
            )
        ),
        favor(
            30, 17, "support",
            ("delivered", 2, "I told the committee what you did last winter, and they listened."),
            ("thanked", 1, "I heard. That meant a great deal to me."),
            matter="The committee",
        ),
        *(
            favor(
                40 + index, 17, "info",
                ("asked", 100 - index * 20, "Do you remember the name of the binder?"),
                ("delivered", 99 - index * 20, "Arvid Holm, in Uppsala."),
                ("thanked", 98 - index * 20, "Perfect, thank you."),
                matter="The binder",
            )
            for index in range(3)
        ),
        *(
            favor(
                50 + index, 16, "action",
                ("asked", 150 - index * 30, "Can you send round the minutes once more?"),
                ("delivered", 148 - index * 30, "Attached."),
                to_owner=False, matter="Minutes",
            )
            for index in range(5)
        ),
        favor(
            60, 16, "advice", ("asked", 190, "How did you handle the insurer?"), matter="The insurer",
        ),
        favor(
            61, 10, "time",
            ("delivered", 80, "Good to see you at the café; the offer to read it stands."),
            ("thanked", 79, "Thank you for the whole afternoon."),
            ("outcome_told", 70, "I took your advice and moved the deadline."),
            matter="The café",
        ),
    )  # fmt: skip


def _contacts():
    """A year of contact: some close ties, some that began lately, two that went quiet, one that sleeps."""
    rhythm = {1: 21, 2: 30, 3: 26, 4: 24, 5: 33, 6: 29, 7: 18, 8: 40, 9: 35, 12: 7, 13: 45, 14: 28, 15: 60, 17: 14}
    began = {4: 150, 5: 120, 13: 200, 14: 250, 15: 300, 8: 90}
    found = {
        number: contact(*range(number % 6, began.get(number, 345), gap), met=45.0 if gap < 20 else 0.0)
        for number, gap in rhythm.items()
    }
    found[10] = contact(*range(70, 360, 11))
    found[11] = contact(*range(118, 350, 25))
    found[16] = contact(*range(20, 300, 33))
    found[18] = contact(*range(1240, 1500, 12), met=60.0)
    for number in range(101, 141):
        found[number] = contact(*(days for days in range(number % 29, 360, 61 + number % 13) if days % 3))
    return found


def sample():
    """Maya’s network on Monday, 1 June 2026."""
    people = [person(number, name, first_seen=date(2025, 5, 2)) for number, name in _NAMES.items()]
    others = [
        person(number, f"Acquaintance {number}", first_seen=AS_OF.date() - timedelta(days=(number * 37) % 420))
        for number in range(101, 260)
    ]
    return network(
        *_favors(),
        people=(*people, *others),
        contacts=_contacts(),
        news=(
            News(
                at=days_ago(10),
                quote="From August I will be running the paper conservation studio in Lund.",
                told=frozenset({1, 2, 3, 4, 5, 6, 9, 13, 15, 16, 17}),
            ),
        ),
        accounts=(
            AccountState(name="personal", kind="mbox", last_success=AS_OF - timedelta(minutes=28)),
            AccountState(name="studio", kind="maildir", last_success=AS_OF - timedelta(minutes=27)),
            AccountState(name="calendar", kind="ics", last_success=AS_OF - timedelta(minutes=27), rejected=2),
        ),
        ahead=(Ahead(person=14, start=AS_OF + timedelta(days=2)),),
    )


def quiet():
    """A network in which nothing is due."""
    return network(people=(person(1, "Kayla Ng"),), contacts={1: contact(3, 20, 41, 60)})


def failing():
    """The sample with two accounts that are not being read."""
    whole = sample()
    return replace(
        whole,
        accounts=(
            whole.accounts[0],
            AccountState(
                name="studio",
                kind="imap",
                last_success=AS_OF - timedelta(days=4),
                problem="The server refused the password: kith login studio.",
            ),
            AccountState(name="calendar", kind="ics", problem="The file calendar.ics is not there."),
        ),
    )


def crowded(favors=400):
    """A network in which far more is due than a letter can hold."""
    kinds = list(FavorType)
    return network(
        *(
            favor(
                1000 + number, number % 150 + 1, kinds[number % len(kinds)].value,
                ("asked", number % 120 + 6, f"Could you help me with matter number {number}? It has waited a while."),
                to_owner=number % 2 == 0, matter=f"Matter {number}", link=_THREAD,
            )
            for number in range(favors)
        )
    )  # fmt: skip
