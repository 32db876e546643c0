"""The acts by which one mail answers an open favor in, what the answer comes to and how likely that is out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from inference.acts.act import Act, ActName, FavorType
from inference.favor import Status
from inference.matters.book import Draft
from inference.matters.matching import near_by_thread
from inference.matters.odds import shifted, together
from inference.matters.reading import Reading
from inference.matters.types import ANSWERED_IN_WORDS, DOCUMENTS, kinship, spoken_of

#: From this probability on, an answer is taken for what it seems to be.
_ENOUGH = 0.6
# Log-odds that an answer gains by its place: most where words alone are what was asked for, and for a refusal, which
# is hardly said to anything else than what was asked.
_DIRECT, _IN_THREAD = 1.0, 0.6
_FOR_DEEDS, _FOR_PROMISES, _FOR_REFUSALS = 0.6, 0.7, 1.0
_EXPLAINED = 0.5  # who refuses says why
_RARELY_REFUSED = -0.4  # hardly anybody refuses plain information
_A_FEW_WORDS, _MANY_WORDS = 4, 40
# An answer of another type than the ask counts less; little less where it answers the very mail, at some length: then
# rather one of the types was misread.
_OTHER_KIND, _OTHER_KIND_AT_LENGTH = -1.5, -0.4
_MEETS_INSTEAD = 0.6  # who names a time more surely than an answer will answer then
_SECOND = 0.4  # what a second sentence that does the same adds
_PLAIN_DELIVERY = 0.75  # from here on, what is delivered is not also still promised
#: A direct answer of some length in which no act was recognised: how often it holds what was asked for.
_UNRECOGNISED = {FavorType.INFO: 0.6, FavorType.ADVICE: 0.5, FavorType.FEEDBACK: 0.35}
_WITH_ATTACHMENT = 0.65
_PROMISES = {FavorType.INFO: 0.7}  # who is asked something and speaks of the future has mostly answered
_MUCH_SURER = 0.1  # a promise this much surer than the delivery of another kind of thing is what the answer is
_SOMETHING_ELSE = 0.3  # a promise or refusal this likely is not passed over for an unrecognised answer


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """What an answer comes to; ``act`` shows it best, None where only the whole mail does."""

    what: Literal["delivered", "promised", "declined"]
    odds: float
    act: Act | None


def verdict(reading: Reading, draft: Draft, acts: Sequence[Act]) -> Verdict | None:
    """What ``acts`` of the giver's mail, which are about ``draft``, come to; None where they settle nothing."""
    given = _pooled(acts, (ActName.DELIVER, ActName.INTRO))
    promised = _pooled(acts, (ActName.COMMIT, ActName.OFFER, ActName.SCHEDULE))
    refused = _pooled(acts, (ActName.DECLINE,))
    found = [
        _delivered(reading, draft, given, promised),
        _promised(reading, draft, promised, given),
        _declined(reading, draft, refused, given),
        _in_other_words(reading, draft, promised, refused),
    ]
    verdicts = [each for each in found if each is not None]
    if not verdicts:
        return None
    best = max(verdicts, key=lambda each: (each.odds, each.what))
    delivered = found[0]
    if delivered is not None and best.what == "promised" and _is_plain(delivered, promised, draft):
        best = delivered
    return best if best.odds >= _ENOUGH else None


def _is_plain(delivered: Verdict, promised: _Pool | None, draft: Draft) -> bool:
    """Whether what was asked for is so plainly handed over that what is promised beside it is something else."""
    if delivered.act is None or delivered.odds < _PLAIN_DELIVERY or not _kin(delivered, draft):
        return False
    much_surer = promised is not None and promised.confidence - delivered.act.confidence >= _MUCH_SURER
    return delivered.act.type is draft.type or not much_surer


@dataclass(frozen=True, slots=True, kw_only=True)
class _Pool:
    """The acts of one sort in an answer: the one that shows it best, and the confidence of all together."""

    act: Act
    confidence: float


def _pooled(acts: Sequence[Act], names: tuple[ActName, ...]) -> _Pool | None:
    ranked = sorted((act for act in acts if act.act in names), key=lambda act: (-act.confidence, act.start))
    if not ranked:
        return None
    others = [ranked[1].confidence * _SECOND] if len(ranked) > 1 else []
    return _Pool(act=ranked[0], confidence=together([ranked[0].confidence, *others]))


def _kin(found: Verdict, draft: Draft) -> bool:
    return found.act is not None and kinship(found.act.type, draft.type) > 0


def _place(reading: Reading, draft: Draft) -> float:
    """How much the place of the answer speaks for its being one."""
    if reading.mail.answers in draft.mails:
        return _DIRECT
    return _IN_THREAD if near_by_thread(draft, reading.mail) else 0.0


def _delivered(reading: Reading, draft: Draft, given: _Pool | None, promised: _Pool | None) -> Verdict | None:
    """How likely the mail hands over what was asked for."""
    if given is None:
        return None
    mail = reading.mail
    kind = draft.type if spoken_of(given.act.quote) is draft.type else given.act.type
    if draft.type is FavorType.TIME and not _helps_in_words(given, mail.words):
        return None
    shifts = [_place(reading, draft) * (1.0 if draft.type in ANSWERED_IN_WORDS else _FOR_DEEDS)]
    if given.act.act is ActName.INTRO or kind is draft.type:
        shifts.append(0.4)
    elif kinship(kind, draft.type) == 0.0:
        shifts.append(
            _OTHER_KIND_AT_LENGTH if mail.answers in draft.mails and mail.words >= _MANY_WORDS else _OTHER_KIND
        )
    if mail.attachments and draft.type in DOCUMENTS:
        shifts.append(0.8)
    if mail.words >= _MANY_WORDS and draft.type in ANSWERED_IN_WORDS:
        shifts.append(0.5)
    if _only_informs(given, promised, draft):
        shifts.append(-3.0)
    if mail.words < _A_FEW_WORDS and not mail.attachments:
        shifts.append(-0.8)
    if given.confidence < _MEETS_INSTEAD <= reading.strongest(ActName.SCHEDULE):
        shifts.append(-1.0)
    return Verdict(what="delivered", odds=shifted(given.confidence, *shifts), act=given.act)


def _helps_in_words(given: _Pool, words: int) -> bool:
    """Whether somebody asked for time has helped by mail at once."""
    return given.act.type in ANSWERED_IN_WORDS and given.confidence >= 0.6 and words >= _MANY_WORDS


def _only_informs(given: _Pool, promised: _Pool | None, draft: Draft) -> bool:
    """Whether the mail gives information about a thing that it promises: the thing itself is still to come."""
    if promised is None or promised.act.act is not ActName.COMMIT or promised.confidence < 0.5:
        return False
    return given.act.type is FavorType.INFO and draft.type not in ANSWERED_IN_WORDS


def _promised(reading: Reading, draft: Draft, promised: _Pool | None, given: _Pool | None) -> Verdict | None:
    """How likely the mail promises what was asked for; a yes to an ask for time is a promise of it."""
    place = _FOR_PROMISES * _place(reading, draft)
    if promised is not None:
        if draft.type is FavorType.INFO and promised.confidence < _PROMISES[FavorType.INFO]:
            place -= 0.7
        weight = 1.0 if promised.act.act is ActName.COMMIT else 0.85
        return Verdict(what="promised", odds=shifted(promised.confidence * weight, place), act=promised.act)
    if draft.type is FavorType.TIME and given is not None:
        return Verdict(what="promised", odds=shifted(given.confidence * 0.9, place), act=given.act)
    return None


def _declined(reading: Reading, draft: Draft, refused: _Pool | None, given: _Pool | None) -> Verdict | None:
    """How likely the mail refuses what was asked for; doing it all the same speaks against that."""
    if refused is None or draft.status is Status.OFFERED:
        return None
    shifts = [_place(reading, draft) * _FOR_REFUSALS]
    if draft.type is FavorType.INFO:
        shifts.append(_RARELY_REFUSED)
    if reading.mail.words >= _MANY_WORDS:
        shifts.append(_EXPLAINED)
    if given is not None and given.act.certain and kinship(given.act.type, draft.type) > 0:
        shifts.append(-1.0)
    if draft.status is Status.PROMISED:
        shifts.append(-0.5)
    return Verdict(what="declined", odds=shifted(refused.confidence, *shifts), act=refused.act)


def _in_other_words(reading: Reading, draft: Draft, promised: _Pool | None, refused: _Pool | None) -> Verdict | None:
    """How likely a direct answer of some length holds what was asked for though no act in it shows that."""
    mail = reading.mail
    if mail.answers not in draft.mails or draft.status is not Status.ASKED:
        return None
    if promised is not None and promised.confidence >= _PROMISES.get(draft.type, _SOMETHING_ELSE):
        return None
    if refused is not None and refused.confidence >= _SOMETHING_ELSE and draft.type is not FavorType.INFO:
        return None
    odds = _UNRECOGNISED.get(draft.type, 0.0)
    if mail.attachments and draft.type in DOCUMENTS:
        odds = max(odds, _WITH_ATTACHMENT)
    elif mail.words < (_A_FEW_WORDS if draft.type is FavorType.INFO else 2 * _A_FEW_WORDS):
        return None
    if reading.strongest(ActName.ASK, ActName.SCHEDULE) >= 0.5:
        odds = shifted(odds, -1.0)
    if draft.type in ANSWERED_IN_WORDS and mail.words >= _MANY_WORDS:
        odds = shifted(odds, 0.4)
    return Verdict(what="delivered", odds=odds, act=None)
