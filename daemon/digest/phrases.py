"""Days, counts and favors in, the words of the letter out. All dates are on the owner's calendar."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from inference.acts.act import FavorType

_NUMBERS = ["no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve"]
_MONTHS = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
]
_WEEKDAYS = ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"]

#: What somebody asks for or promises.
_THING = {
    FavorType.INTRO: "an introduction",
    FavorType.ADVICE: "advice",
    FavorType.REFERRAL: "a referral",
    FavorType.FEEDBACK: "feedback",
    FavorType.INFO: "information",
    FavorType.ACTION: "help with something",
    FavorType.TIME: "some time",
    FavorType.SUPPORT: "support",
    FavorType.RESOURCE: "something useful",
}
#: What somebody did for the owner.
_DEED = {
    FavorType.INTRO: "made an introduction for you",
    FavorType.ADVICE: "gave you advice",
    FavorType.REFERRAL: "referred you",
    FavorType.FEEDBACK: "gave you feedback",
    FavorType.INFO: "answered a question of yours",
    FavorType.ACTION: "did something for you",
    FavorType.TIME: "made time for you",
    FavorType.SUPPORT: "supported you",
    FavorType.RESOURCE: "sent you something useful",
}
#: One and several, for counting.
_COUNTED = {
    FavorType.INTRO: ("an introduction", "introductions"),
    FavorType.ADVICE: ("advice", "pieces of advice"),
    FavorType.REFERRAL: ("a referral", "referrals"),
    FavorType.FEEDBACK: ("feedback", "rounds of feedback"),
    FavorType.INFO: ("an answer", "answers"),
    FavorType.ACTION: ("a hand", "helping hands"),
    FavorType.TIME: ("some time", "meetings"),
    FavorType.SUPPORT: ("support", "acts of support"),
    FavorType.RESOURCE: ("something useful", "useful things"),
}


def thing(kind: FavorType) -> str:
    """What is asked for: ``an introduction``."""
    return _THING[kind]


def deed(kind: FavorType) -> str:
    """What was done for the owner: ``made an introduction for you``."""
    return _DEED[kind]


def number(count: int) -> str:
    """``count`` in words up to twelve, in figures above: ``three``, ``14``."""
    return _NUMBERS[count] if 0 <= count < len(_NUMBERS) else str(count)


def counted(count: int, one: str, several: str) -> str:
    """``one ask``, ``three asks``, ``no asks``."""
    return f"{number(count)} {one if count == 1 else several}"


def times(count: int) -> str:
    """``never``, ``once``, ``twice``, ``four times``."""
    return {0: "never", 1: "once", 2: "twice"}.get(count) or f"{number(count)} times"


def listed(parts: Sequence[str]) -> str:
    """``a``, ``a and b``, ``a, b and c``."""
    return parts[0] if len(parts) == 1 else ", ".join(parts[:-1]) + " and " + parts[-1] if parts else ""


def kinds(types: Sequence[FavorType]) -> str:
    """Favors by type, most frequent first: ``two introductions, advice and feedback``."""
    found = sorted(set(types), key=lambda kind: (-types.count(kind), list(FavorType).index(kind)))
    return listed([_kind(kind, types.count(kind)) for kind in found])


def _kind(kind: FavorType, count: int) -> str:
    one, several = _COUNTED[kind]
    return one if count == 1 else f"{number(count)} {several}"


def day(on: date, today: date) -> str:
    """A date as it is said: ``4 May``, with the year unless it is this one."""
    said = f"{on.day} {_MONTHS[on.month - 1]}"
    return said if on.year == today.year else f"{said} {on.year}"


def month(on: date, today: date) -> str:
    """``in March``, with the year unless it is this one."""
    said = f"in {_MONTHS[on.month - 1]}"
    return said if on.year == today.year else f"{said} {on.year}"


def ago(on: date, today: date) -> str:
    """How long ago: ``today``, ``12 days ago``, ``five weeks ago``, ``over a year ago``."""
    days = (today - on).days
    if days <= 0:
        return "today"
    if days == 1:
        return "yesterday"
    return f"{duration(days)} ago" if days < 365 else f"over {duration(days)} ago"


def duration(days: int) -> str:
    """A stretch of time: ``12 days``, ``five weeks``, ``four months``, ``a year``, ``two years``."""
    if days < 35:
        return f"{number(days)} {'day' if days == 1 else 'days'}"
    if days < 63:
        return f"{number(round(days / 7))} weeks"
    if days < 365:
        return f"{number(round(days / 30.44))} months"
    return "a year" if days < 730 else f"{number(days // 365)} years"


def lately(on: date, today: date) -> str:
    """A day of the last week by its name: ``today``, ``yesterday``, ``on Tuesday``, else ``on 4 May``.

    So is a day after ``today``, which is one of the past where a letter of an earlier day is asked for.
    """
    days = (today - on).days
    if 0 <= days <= 1:
        return ago(on, today)
    return f"on {_WEEKDAYS[on.weekday()]}" if 0 < days < 7 else f"on {day(on, today)}"


def started(sentence: str) -> str:
    """``sentence`` with a capital letter."""
    return sentence[:1].upper() + sentence[1:]
