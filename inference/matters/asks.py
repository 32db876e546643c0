"""The asks of one mail in, favors opened, taken up, asked again or asked once more out."""

from __future__ import annotations

from dataclasses import replace

from inference.acts.act import Act, ActName, FavorType
from inference.favor import FAVOR_THRESHOLD, Status
from inference.matters.book import Book, Draft, act_evidence
from inference.matters.matching import best, days_between, near_by_thread
from inference.matters.outright import asked_again, asked_nearby, asked_outright, counts_on, of_each, tells_apart
from inference.matters.reading import Reading
from inference.matters.types import MINOR, kinship
from inference.matters.vocabulary import said
from inference.matters.wording import SOUGHT, capital
from inference.timeline import OWNER, Mail

_SAME_MATTER_CHARS = 400  # asks of one mail closer than this, of kindred types, are one matter
# "I'd need them by Friday", beside what is plainly asked for, asks for no more; less so where it is a question of its own.
_ELABORATES, _STATED, _PLAINLY_ASKS = 0.6, 0.75, 0.9
_FOLLOW_UP_DAYS = 21.0
_OFFER_LASTS_DAYS = 180.0
_ROUTINE, _ASKED_BACK = 0.6, 0.3
_OF_WEIGHT, _BY_NAME = 0.25, 1.0  # what a favor of weight, or one asked for by name, has ahead of routine
_BESIDE = 0.3  # how loud an ask beside the opening one says what type it is
_NUDGE = 0.5  # what asking again adds
_WORTH = 0.3  # a draft below this is too doubtful to make other asks routine


def asks(book: Book, reading: Reading, weight: float) -> set[int]:
    """Bring the asks of ``reading`` into the book; the numbers of the drafts that they are about.

    A favor that they open counts at ``weight`` (0–1).
    """
    touched: set[int] = set()
    for matter in matters(reading.of(ActName.ASK)):
        touched.add(_ask(book, reading, matter, weight))
    return touched


def matters(acts: tuple[Act, ...]) -> list[list[Act]]:
    """The asks of one mail, those about one matter together."""
    found: list[list[Act]] = []
    for act in acts:
        for group in found:
            if _one_matter(group, act):
                group.append(act)
                break
        else:
            found.append([act])
    return found


def _one_matter(group: list[Act], act: Act) -> bool:
    """Whether ``act`` asks for what ``group`` asks for: the same type, a small part of it, or the same words."""
    first = lead(group)
    kind, other = _kind(first), _kind(act)
    if other is kind or not act.certain or not any(a.certain for a in group):
        return True
    if counts_on(act.quote):
        return False
    close = act.start - group[-1].end < _SAME_MATTER_CHARS
    weaker, stronger = sorted((act, first), key=lambda each: each.confidence)
    states = "?" in stronger.quote and "?" not in weaker.quote
    if close and weaker.confidence < (_STATED if states else _ELABORATES) and stronger.confidence >= _PLAINLY_ASKS:
        return True
    if kind in MINOR or other in MINOR:
        return close or _words_shared(group, act) >= 2
    return close and kinship(kind, other) > 0 and _words_shared(group, act) >= 1


def _words_shared(group: list[Act], act: Act) -> int:
    return len(set(act.topic) & {word for member in group for word in member.topic})


def lead(group: list[Act]) -> Act:
    """The act that says best what is asked: the surest, where a favor of weight goes before routine.

    What a sentence asks for by name is the matter, however sure the sentences around it are; that something is
    asked for is as sure as the surest of them.
    """
    best = max(group, key=lambda a: (a.confidence + _telling(a), -a.start))
    return replace(best, confidence=max(a.confidence for a in group)) if _telling(best) == _BY_NAME else best


def _telling(act: Act) -> float:
    if _kind(act) in MINOR:
        return 0.0
    return _BY_NAME if asked_outright(act.quote) else _OF_WEIGHT


def _kind(act: Act) -> FavorType:
    """What is asked for: what the words name outright, else what the recogniser takes it for."""
    return asked_outright(act.quote) or asked_nearby(act) or act.type or FavorType.ACTION


def _kind_here(book: Book, reading: Reading, act: Act) -> FavorType:
    """The same; who asks for "the same again" without saying what means what was given last."""
    kind = _kind(act)
    if (kind in MINOR or asked_outright(act.quote) is None) and asked_again(act.quote):
        for draft in reversed(book.recent(reading.other)):
            if draft.confidence >= FAVOR_THRESHOLD:
                return draft.type
    return kind


def _ask(book: Book, reading: Reading, group: list[Act], weight: float) -> int:
    """One matter asked for; the number of its draft."""
    act, mail, giver = lead(group), reading.mail, reading.other
    kind = _kind_here(book, reading, act)
    draft, _ = best(book, giver, mail, act, kind, lambda d: _still_about(d, reading, act, kind))
    draft = draft or _offered_before(book, giver, mail, kind)
    evidence = act_evidence(mail, act, act.confidence)
    if draft is None:
        draft = _open(book, reading, act, kind, weight)
        _let_vote(draft, [other for other in group if other.start != act.start])
        return draft.number
    asker, asked = book.called(reading.author), book.called(giver)
    if draft.status is Status.OFFERED:
        because = f"{capital(asker)} took up what {asked} had offered."
        book.take(draft, "asked", mail, evidence, reading.weight, because, said(act))
    elif draft.status is Status.DECLINED:
        because = f"{capital(asker)} asked {asked} once more after the refusal."
        book.take(draft, "reopened", mail, evidence, _NUDGE, because, said(act))
    else:
        book.note(draft, mail, evidence, _NUDGE * reading.weight, said(act))
    if kinship(kind, draft.type) > 0:
        _let_vote(draft, group)
    return draft.number


def _offered_before(book: Book, giver: int, mail: Mail, kind: FavorType) -> Draft | None:
    """The last offer of just this kind of help: an ask for it takes the offer up, in whatever words."""
    if kind in MINOR:
        return None
    for draft in reversed(book.recent(giver)):
        if draft.status is Status.OFFERED and draft.type is kind and not draft.lapsed:
            return draft if days_between(draft.touched, mail.at) <= _OFFER_LASTS_DAYS else None
    return None


def _let_vote(draft: Draft, beside: list[Act]) -> None:
    """Let asks that did not open the favor have a say in its type."""
    for act in beside:
        draft.vote(_kind(act), act.confidence * _BESIDE)


def _still_about(draft: Draft, reading: Reading, act: Act, kind: FavorType) -> bool:
    """Whether an ask can be one more word about ``draft`` and not a new favor."""
    mail = reading.mail
    kin = kinship(kind, draft.type)
    same_thread = near_by_thread(draft, mail)
    if draft.lapsed or draft.thanked or draft.told:
        return False
    if not same_thread and tells_apart(act.quote, draft.evidence[0].quote):
        return False
    if draft.status is Status.DELIVERED:
        recent = days_between(draft.touched, mail.at) <= _FOLLOW_UP_DAYS
        thanks_too = reading.strongest(ActName.THANKS) >= 0.5
        unasked = draft.steps[0].what == "delivered" and act.certain
        return same_thread and recent and kin > 0 and not thanks_too and not unasked
    if draft.status is Status.DECLINED:
        return same_thread and kin > 0 and act.certain
    if draft.status is Status.OFFERED:
        return kin > 0
    if same_thread:
        return kin > 0 or kind in MINOR or not act.certain
    return kin == 1.0 or (kin > 0 and kind in MINOR)


def _open(book: Book, reading: Reading, act: Act, kind: FavorType, weight: float) -> Draft:
    mail, giver = reading.mail, reading.other
    because = f"{book.calls(reading.author)} asked {book.called(giver)} for {SOUGHT[kind]}."
    draft = book.start(
        giver=giver, kind=kind, status=Status.ASKED, reading=reading, act=act, because=because,
        weight=weight * reading.weight * _routine(book, reading, kind),
    )  # fmt: skip
    if not any(of_each(other.quote) for other in reading.of(ActName.ASK)):
        draft.also_asked = frozenset(mail.to) - {giver, OWNER, book.person}
    return draft


def _routine(book: Book, reading: Reading, kind: FavorType) -> float:
    """What is left of an ask's weight where it is a question inside a conversation about something else."""
    if kind not in MINOR and kind is not FavorType.TIME:
        return 1.0
    here = book.of_thread(reading.mail.thread)
    if any(draft.giver == reading.author and draft.confidence >= _WORTH for draft in here):
        return _ASKED_BACK
    return _ROUTINE if here and reading.direct else 1.0
