"""A favor, a mail or a meeting in; the lines that explain it out: sentences, scores, steps, contact, and what came of it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from typing import TYPE_CHECKING, Final

from daemon.dates import day
from daemon.digest import phrases
from daemon.digest.plain import one_line, safe_link, shortened
from daemon.entries import Ledger, Party
from daemon.ledger_table import ID_SHOWN, in_words
from inference.corrections import opening
from inference.debts import surely_stands
from inference.favor import FAVOR_THRESHOLD, Evidence, Favor, State, Status, bar
from inference.favors import proof, state
from inference.interactions import MAX_COUNTERPARTS, days, took_place
from inference.timeline import OWNER, Encounter, Timeline

if TYPE_CHECKING:
    from datetime import datetime
    from zoneinfo import ZoneInfo

    from daemon.config import Config
    from daemon.store import ExportedMail, ExportedMeeting, Store, StoredPerson

_QUOTE: Final = 600
#: So many people of one mail or meeting are looked at.
_MOST_PEOPLE: Final = 10
_VERDICTS: Final = {
    "confirm": "this is right",
    "reject": "there was no such favor",
    "retype": "it was {0}",
    "done": "it was done",
    "undone": "it was not done",
    "thanked": "thanks were given for it",
    "told": "the outcome was told",
}


def of_favor(config: Config, store: Store, favor: Favor, now: datetime) -> Iterator[str]:
    """What the favor is and how sure that is, its steps, and the evidence for each."""
    book = Ledger.of(store.people(), config.owner, store.owner_emails())
    entries = book.entries([favor], now, least=0.0)
    title = in_words(entries[0]) if entries else f"{favor.type.value}, settled by somebody else"
    yield f"{favor.id}  {one_line(title)}" + (f": {entries[0].said}" if entries else "")
    if favor.matter:
        yield f"  in “{one_line(favor.matter)}”"
    word = list(_owners_word(config, store, favor))
    yield from _certainty(config, store, favor, by_own_word=bool(word), now=now)
    yield ""
    yield "Steps"
    for step in favor.steps:
        mark = f"[{step.evidence + 1}]" if step.evidence < len(favor.evidence) else ""
        yield f"  {day(step.at, config.owner.zone)}  {step.what.replace('_', ' '):<12} {one_line(step.because)} {mark}"
    yield from word
    yield ""
    yield "Evidence"
    proven = {id(each) for each in proof(favor)}
    for number, evidence in enumerate(favor.evidence, start=1):
        yield from _evidence(number, evidence, book.parties, config.owner.zone, doubtful=id(evidence) not in proven)
    yield ""
    yield f"Wrong? kith correct reject {favor.id[:8]}, or retype, done, undone, thanked, told (kith correct --help)"


def of_mail(config: Config, store: Store, mail: ExportedMail, now: datetime) -> Iterator[str]:
    """What kind of mail it is, the contact that it makes, the acts in it, and the favors that rest on it."""
    zone = config.owner.zone
    yield f"{mail.identity[:12]}  {day(mail.sent_at, zone)}  {one_line(mail.subject) or '(no subject)'}"
    yield f"  from {mail.sender}{' (you)' if mail.own else ''} to {', '.join((*mail.to, *mail.cc, *mail.bcc)) or 'nobody'}"
    yield f"  taken for {mail.kind}: {one_line(mail.kind_because)}"
    yield f"  {mail.words} words of new text, language {mail.language or 'unknown'}"
    yield from _contact_by_mail(store, mail)
    if not mail.acts:
        yield "  no acts were found"
    for act in mail.acts:
        kind = f" ({act.type.value})" if act.type else ""
        sure = "" if act.certain else ", below its threshold: counts only where the context calls for it"
        yield f"  {act.act.value}{kind}, confidence {act.confidence:.2f}{sure}"
        yield f"      “{shortened(one_line(act.quote), _QUOTE)}”"
        if act.reasons:
            yield f"      because {one_line('; '.join(act.reasons))}"
    resting = (favor for favor in store.favors() if any(each.message == mail.identity for each in favor.evidence))
    yield from _favors(config, store, resting, lambda evidence: evidence.message == mail.identity, now)


def of_meeting(config: Config, store: Store, meeting: ExportedMeeting, now: datetime) -> Iterator[str]:
    """When it was and with whom, the contact that it makes with each of them, and the favors that rest on it."""
    zone = config.owner.zone
    start, end = meeting.start.astimezone(zone), meeting.end.astimezone(zone)
    hours = "all day" if meeting.all_day else f"{start:%H:%M} to {end:%H:%M}"
    yield f"{one_line(meeting.uid)}  {day(meeting.start, zone)}, {hours}  {one_line(meeting.summary) or '(no title)'}"
    yield f"  {meeting.status}, organized by {meeting.organizer or 'nobody that is known'}"
    for email, answer in meeting.attendees:
        yield f"  {email}: {answer}"
    people = _people(store, (meeting.organizer or "", *(email for email, _ in meeting.attendees)))
    if not people:
        yield "  makes no contact: nobody in it is in your network"
    for person in people:
        timeline = store.timeline(person.id)
        found = [
            each
            for each in (timeline.encounters if timeline else ())
            if (each.uid, each.recurrence_id) == (meeting.uid, meeting.recurrence_id)
        ]
        if timeline is not None and found:
            yield f"  with {one_line(person.name)}: {_contact_by_meeting(timeline, found[0], now)}"
    resting = (favor for favor in store.favors() if any(each.meeting_uid == meeting.uid for each in favor.evidence))
    yield from _favors(config, store, resting, lambda evidence: evidence.meeting_uid == meeting.uid, now)


def _certainty(config: Config, store: Store, favor: Favor, *, by_own_word: bool, now: datetime) -> Iterator[str]:
    least = config.digest.thresholds.confidence
    needed = bar(least, favor.asked_more)
    where = "sure enough for the letter" if favor.reaches(least) else f"below {needed:g}, so not in the letter"
    source = f" by your own word, {store.inferred(favor).confidence:.2f} without it" if by_own_word else ""
    yield f"  confidence {favor.confidence:.2f}{source} ({where}; usually {FAVOR_THRESHOLD:g} is asked for)"
    then = state(favor, now)
    silence = _silence(favor, then, least) if then is not None and favor.reaches(least) else ""
    if silence:
        yield f"  {silence}"
    lesson = store.lessons().get(favor.evidence[0].act)
    if lesson is not None:
        yield f"  {lesson.because(least)}"


def _silence(favor: Favor, then: State, least: float) -> str:
    """Why the letter does not remind of what seems to be missing; "" where it may."""
    if then.status in (Status.ASKED, Status.PROMISED):
        if "maybe_delivered" in then.doubts:
            return "The letter does not remind of it: it may have been settled."
        if not surely_stands(favor, then, least):
            done = "promised" if then.status is Status.PROMISED else "asked for"
            return f"The letter does not remind of it: that it was {done} is not sure enough."
    if then.status is Status.DELIVERED and favor.receiver == OWNER:
        if not then.thanked_at and "maybe_thanked" in then.doubts:
            return "The letter does not miss your thanks: you may have said them."
        if not then.outcome_told_at and "maybe_told" in then.doubts:
            return "The letter does not miss the outcome: you may have told it."
    return ""


def _owners_word(config: Config, store: Store, favor: Favor) -> Iterator[str]:
    """What the owner said about this favor, as steps, in the order in which it holds."""
    names = opening(favor)
    about = [each for each in store.corrections() if each.verdict and each.subject and each.subject[0] == names[0]]
    letters = store.letter_days()
    for each in sorted(about, key=lambda said: (said.at, said.verdict)):
        snoozed = f"letters leave it out until {each.verdict}"
        words = _VERDICTS.get(each.verdict, snoozed).format(phrases.thing(each.type) if each.type else "")
        at = letters.get(each.letter)
        where = "" if at is None else f", in your answer to the letter of {day(at, config.owner.zone)}"
        yield f"  {day(each.at, config.owner.zone)}  {'you said':<12} You said that {words}{where}."


def _evidence(
    number: int, evidence: Evidence, parties: dict[int, Party], zone: ZoneInfo, *, doubtful: bool
) -> Iterator[str]:
    by = parties.get(evidence.author)
    who = "you" if by and by.is_owner else one_line(by.name) if by else "somebody else"
    if doubtful:
        yield f"  [{number}] {day(evidence.at, zone)}  perhaps {evidence.act} by {who}, not understood"
    else:
        yield f"  [{number}] {day(evidence.at, zone)}  {evidence.act} by {who}, confidence {evidence.confidence:.2f}"
    if evidence.quote:
        yield f"      “{shortened(one_line(evidence.quote), _QUOTE)}”"
    if evidence.reasons:
        yield f"      because {one_line('; '.join(evidence.reasons))}"
    if evidence.message_id or evidence.meeting_uid:
        source = f"mail {evidence.message_id}" if evidence.message_id else f"meeting {evidence.meeting_uid}"
        yield f"      in {one_line(source)}"
    link = safe_link(evidence.link)
    if link:
        yield f"      {link}"


def _people(store: Store, emails: tuple[str, ...]) -> list[StoredPerson]:
    """The people behind addresses, in the order of these, at most ``_MOST_PEOPLE``."""
    by_email = {email: person for person in store.people() for email in person.emails}
    found = {by_email[email].id: by_email[email] for email in emails if email in by_email}
    return list(found.values())[:_MOST_PEOPLE]


def _contact_by_mail(store: Store, mail: ExportedMail) -> Iterator[str]:
    """How much contact with whom this one mail is."""
    counted = False
    emails = (*mail.to, *mail.cc, *mail.bcc) if mail.own else (mail.sender,)
    for person in _people(store, emails):
        timeline = store.timeline(person.id)
        alone = tuple(each for each in timeline.mails if each.identity == mail.identity) if timeline else ()
        if timeline is None or not alone:
            continue
        for on in days(replace(timeline, mails=alone, encounters=())):
            counted = True
            way, weight = ("sent", on.sent) if mail.own else ("received", on.received)
            yield f"  contact with {one_line(person.name)}: {way}, weight {weight:.2f}{_shared(weight)}"
    if not counted:
        yield "  makes no contact with anybody"


def _shared(weight: float) -> str:
    return "" if weight >= 1.0 else " (shared among its readers; Cc counts half)"


def _contact_by_meeting(timeline: Timeline, met: Encounter, now: datetime) -> str:
    """What a meeting counts between the owner and ``timeline.person``, or why it does not."""
    answers = {each.person: each.answer for each in met.participants}
    wrote = any(mail.author == OWNER for mail in timeline.mails)
    present = [person for person, answer in answers.items() if answer != "declined"]
    if met.status == "cancelled":
        return "no contact, it was cancelled"
    if met.all_day:
        return "no contact, what lasts the whole day is a note"
    if "declined" in (answers.get(OWNER), answers.get(timeline.person)):
        return f"no contact, {'you' if answers.get(OWNER) == 'declined' else 'they'} declined"
    if not took_place(met, timeline.person, known=wrote):
        return "no contact, you never answered the invitation and never wrote to them"
    if len(present) - 1 > MAX_COUNTERPARTS:
        return f"no contact, {len(present)} people are a crowd"
    minutes = round((met.end - met.start).total_seconds() / 60)
    when = "" if met.end <= now else " to come"
    if len(present) <= 2:
        return f"a meeting{when} of the two of you, {minutes} minutes"
    return f"a meeting{when} of {len(present)} people, {minutes} minutes, weight {1 / (len(present) - 1):.2f}"


def _favors(
    config: Config, store: Store, resting: Iterable[Favor], here: Callable[[Evidence], bool], now: datetime
) -> Iterator[str]:
    """The favors that rest on a mail or a meeting, each with the steps that it made there."""
    book = Ledger.of(store.people(), config.owner, store.owner_emails())
    for favor in resting:
        entries = book.entries([favor], now, least=0.0)
        title = f"{in_words(entries[0])}: {entries[0].said}" if entries else f"{favor.type.value}, settled since"
        yield f"  part of {favor.id[:ID_SHOWN]}, {one_line(title)}"
        for step in favor.steps:
            if step.evidence < len(favor.evidence) and here(favor.evidence[step.evidence]):
                yield f"      {step.what.replace('_', ' ')}: {one_line(step.because)}"
