"""The letter's own words around its items, the same in text and HTML."""

from __future__ import annotations

import re
from datetime import date, timedelta

from daemon.digest import phrases
from daemon.digest.document import ACCOUNTS, Document, Item, Section
from daemon.digest.plain import inert, one_line, shortened
from inference.acts.act import FavorType
from inference.health import Figure, Month

#: What the subject begins with; a date follows.
TITLE = "Your network, week of"
#: What the letter's secret begins with wherever it is shown.
TOKEN_PREFIX = "kith-"  # noqa: S105  # no password
#: Sections whose items are done with by doing something.
_TO_BE_DONE = frozenset({"answer", "keep_promise", "thank", "tell_outcome", "waiting_on", "drifting", "share_news"})
#: So many days of replies and lines that were not understood are named.
_DAYS, _PUZZLING = 3, 3
_NAME, _MATTER, _SENTENCE = 60, 80, 400
_SHOWN_FIGURES = ("roster", "ties", "alive", "new_ties", "drifting", "given", "received", "hours")
_SAFETY_NET = (FavorType.INTRO, FavorType.ADVICE, FavorType.REFERRAL, FavorType.FEEDBACK, FavorType.SUPPORT)
_ANSWERED = re.compile(r"^(?:(?:re|fwd?|aw|wg|sv|vs|antw|tr|rv|enc)\s*(?:\[\d+\])?\s*:\s*)+", re.IGNORECASE)


def title(document: Document) -> str:
    """The subject: fixed words and a date, nothing that anybody else wrote."""
    return f"{TITLE} {full_day(document.as_of - timedelta(days=document.as_of.weekday()))}"


def full_day(on: date) -> str:
    """``1 June 2026``."""
    return f"{phrases.day(on, on)} {on.year}"


def salutation(document: Document) -> str:
    """``Dear Maya,`` for a name of two words, else the whole name: which part is the given name is not known."""
    words = inert(document.owner_name, _NAME).split(" ")
    called = words[0] if len(words) == 2 else " ".join(words)
    return f"Dear {called}," if called else "Good morning,"


def name(item: Item) -> str:
    """Whom the item is about, as one short line."""
    return inert(item.person.name, _NAME) or "somebody without a name"


def sentence(words: str) -> str:
    """An item's own words (nothing a sender wrote), keeping the spaces that join them to the name."""
    start = " " if words.startswith(" ") else ""
    end = " " if words.endswith(" ") and words.strip() else ""
    return f"{start}{shortened(one_line(words), _SENTENCE)}{end}"


def attribution(item: Item, today: date) -> str:
    """Who wrote the quoted sentence, when, and under which subject."""
    matter = inert(_ANSWERED.sub("", item.matter.strip()), _MATTER)
    quote = item.quote
    if quote is None:
        return f"In “{matter}”" if matter else ""
    if not quote.by:
        return f"Meeting on {phrases.day(quote.on, today)}"
    who = "You" if quote.by == "You" else inert(quote.by, _NAME)
    where = f", in “{matter}”" if matter else ""
    return f"{who}, {phrases.day(quote.on, today)}{where}"


def link_words(item: Item) -> str:
    """What the link of an item opens."""
    return "open the event" if item.link and "calendar" in item.link else "open the mail"


def quiet_accounts(document: Document) -> str:
    """How the reading goes, where that is no news; trouble stands at the head of the letter."""
    troubled = any(section.id == ACCOUNTS and section.shown for section in document.sections)
    return "" if troubled else document.accounts_line


def figures(document: Document) -> tuple[Figure, ...]:
    """The few figures that the letter shows, in its order."""
    found = {figure.id: figure for figure in document.health.figures}
    return tuple(found[id_] for id_ in _SHOWN_FIGURES if id_ in found)


def figure_value(figure: Figure) -> str:
    """``34``, ``12.5 h``, ``80 %``."""
    return _value(figure.now, figure.unit)


def figure_before(figure: Figure) -> str:
    """The same a month ago: ``36``, or nothing where it cannot be known."""
    return "" if figure.before is None else _value(figure.before, figure.unit)


def _value(amount: float, unit: str) -> str:
    said = f"{amount:,.0f}" if amount == int(amount) or abs(amount) >= 100 else f"{amount:.1f}"
    return f"{said} {unit}".strip()


def month_name(month: Month) -> str:
    """``Jun``."""
    return phrases.day(month.start, month.start).split(" ")[1][:3]


def running(document: Document, month: Month) -> bool:
    """Whether a month of the picture is not over yet and may still grow."""
    return (month.start.year, month.start.month) == (document.as_of.year, document.as_of.month)


def picture_title(document: Document) -> str:
    """What the picture of twelve months shows."""
    so_far = [month_name(month) for month in document.health.months if running(document, month)]
    return "People in two-way contact, month by month" + (f" ({so_far[0]} so far)" if so_far else "")


def picture_in_words(document: Document) -> str:
    """The picture for those who cannot see it."""
    months = ", ".join(f"{month_name(month)} {month.alive}" for month in document.health.months)
    return f"{picture_title(document)}: {months}."


def holes(document: Document) -> str:
    """A sentence on the kinds of help that nobody has given yet, or nothing."""
    given = {cover.type for cover in document.health.coverage if cover.givers}
    missing = [phrases.thing(kind) for kind in _SAFETY_NET if kind not in given]
    if not given or not missing:
        return ""
    return f"So far nobody has given you {_either(missing)}."


def _either(words: list[str]) -> str:
    return words[0] if len(words) == 1 else ", ".join(words[:-1]) + " or " + words[-1]


def left_out(document: Document) -> str:
    """``And seven more: kith digest --all``, or nothing."""
    return f"And {phrases.number(document.left_out)} more: kith digest --all" if document.left_out else ""


def marker(document: Document) -> str:
    """The letter's secret as a reply must bring it along."""
    return f"{TOKEN_PREFIX}{document.token}"


def by_reply(document: Document) -> bool:
    """Whether the letter can be corrected by reply."""
    return bool(document.reply_to and document.token)


def answers(section: Section, item: Item) -> tuple[tuple[str, str], ...]:
    """What a tap on an item says: the words to tap on, and the line that they write."""
    offered = [("wrong", "wrong {0}"), ("done", "done {0}"), ("later", "snooze {0} 30d")]
    if section.id not in _TO_BE_DONE:
        offered.pop(1)
    return tuple((words, line.format(item.code)) for words, line in offered) if item.code is not None else ()


def corrections(document: Document) -> str:
    """How to put a line right, or nothing where there is no line.

    The examples stand in quotation marks, so that none of them is a correction wherever a mail program quotes them.
    """
    numbered = [item for item in document.shown if item.code is not None]
    if by_reply(document) and numbered:
        return (
            "A line is wrong, or done with? Answer this letter with its number, a line for each: “wrong 1”, “done 2”, "
            "“snooze 3 30d”, “not a person 4”, “mute 5”. It is read from your Sent mail, nowhere else."
        )
    if not any(item.favor_ids for item in numbered):
        return ""
    return "A line is wrong? kith explain shows why it is here, kith correct puts it right:"


def signature(document: Document) -> str:
    """What tells this letter from every other, wherever it is quoted; nothing where no reply is read."""
    return f"Letter {marker(document)}" if by_reply(document) else ""


def heard(document: Document) -> str:
    """What came of the owner's replies since the last letter, or nothing."""
    if not document.heard:
        return ""
    days = sorted({each.on for each in document.heard})
    named = phrases.listed([phrases.day(on, document.as_of) for on in days[-_DAYS:]])
    applied = sum(each.applied for each in document.heard)
    puzzling = [line for each in document.heard for line in each.puzzling]
    said = [f"{phrases.number(applied)} applied"] if applied or not puzzling else []
    if puzzling:
        quoted = ", ".join(f"“{inert(line, _MATTER)}”" for line in puzzling[:_PUZZLING])
        said.append(f"{phrases.number(len(puzzling))} not understood: {quoted}")
    return f"Your corrections of {named}: {'; '.join(said)}."


def references(document: Document) -> tuple[str, ...]:
    """Number and favor of each line, for the command line; empty where a reply does the same."""
    if by_reply(document):
        return ()
    return tuple(f"{item.code} is {item.favor_ids[0]}" for item in document.shown if item.code and item.favor_ids)
