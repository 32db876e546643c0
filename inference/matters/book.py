"""Moves in, drafts of favors out: the working ledger of one pair, with indexes that keep every look-up bounded."""

from __future__ import annotations

from collections import defaultdict, deque
from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from datetime import datetime

from inference.acts.act import Act, ActName, FavorType
from inference.favor import Evidence, Status, Step, StepName
from inference.matters.odds import together
from inference.matters.reading import Reading
from inference.matters.vocabulary import Words, around, said
from inference.matters.wording import capital
from inference.timeline import OWNER, Mail

_TOPIC_KEPT = 96  # hashes a draft is recognised by
_PER_THREAD, _PER_TOPIC, _PER_MAIL, _RECENT = 12, 4, 8, 10
_COMMON = 6.0  # a word seen in more mails of the pair than this loses weight
_EVIDENCE_KEPT = 60
# "Could you …" of any kind is easily taken for information or an action, seldom for an introduction.
_TELLING = {FavorType.INFO: 0.55, FavorType.ACTION: 0.7, FavorType.ADVICE: 0.8}
_NO_WORDS: Words = {}
_SURELY_ASKED = 0.35  # what answers a sentence that hardly asks proves as little
_ROUTINE_BELOW = 0.65  # a favor opened at less weight than this is routine, and stays it
_MEANING: dict[StepName, Status] = {
    "offered": Status.OFFERED,
    "asked": Status.ASKED,
    "promised": Status.PROMISED,
    "delivered": Status.DELIVERED,
    "declined": Status.DECLINED,
    "reopened": Status.ASKED,
}


@dataclass(slots=True, kw_only=True, eq=False)
class Draft:
    """A favor in the making; only ever grows, as mails and meetings come by in order of time."""

    giver: int
    receiver: int
    type: FavorType
    matter: str
    number: int
    status: Status
    opened: datetime
    touched: datetime
    evidence: list[Evidence] = field(default_factory=list)
    steps: list[Step] = field(default_factory=list)
    threads: set[int] = field(default_factory=set)
    topic: dict[int, float] = field(default_factory=dict)  # words in order of arrival, and what they say
    mails: dict[str, Status] = field(default_factory=dict)  # mail → what the favor was after it
    strengths: dict[str, float] = field(default_factory=dict)
    votes: dict[FavorType, float] = field(default_factory=dict)  # what says which type it is, and how loud
    scale: float = 1.0  # what later evidence counts for: less for a favor that began as routine
    own_scale: float = 1.0  # what more of it counts for from whoever opened the favor
    also_asked: frozenset[int] = frozenset()
    addressed: frozenset[int] = frozenset()  # who got the mail that opened it
    thanked: bool = False
    told: bool = False
    lapsed: bool = False
    doubts: set[StepName] = field(default_factory=set)
    passed_over: int = 0  # mails by who waits for it since, without a word of it

    @property
    def open(self) -> bool:
        """Whether something is still to come from the giver."""
        return not self.lapsed and self.status in (Status.OFFERED, Status.ASKED, Status.PROMISED)

    @property
    def confidence(self) -> float:
        """Noisy-or over kinds of evidence, each at its strongest: repeating one thing proves nothing new."""
        return together(self.strengths.values())

    def vote(self, kind: FavorType, weight: float) -> None:
        """Let an act of type ``kind`` speak for the favor's type: the loudest wins, vague types speak low."""
        self.votes[kind] = self.votes.get(kind, 0.0) + weight * _TELLING.get(kind, 1.0)
        if self.votes[kind] > self.votes.get(self.type, 0.0):
            self.type = kind

    def weigh(self, evidence: Evidence, weight: float) -> None:
        """Let ``evidence`` count at ``weight`` (0–1) of its confidence."""
        kind = str(evidence.act)
        if self.evidence:
            weight *= self.scale * (self.own_scale if evidence.author == self.evidence[0].author else 1.0)
        self.strengths[kind] = max(self.strengths.get(kind, 0.0), evidence.confidence * weight)
        self.touched = max(self.touched, evidence.at)

    def keep(self, evidence: Evidence) -> int:
        """Keep ``evidence`` to be shown; its index."""
        self.evidence.append(evidence)
        return len(self.evidence) - 1

    def move(self, what: StepName, at: datetime, index: int, because: str) -> None:
        """Record a step and what the favor is from then on."""
        self.steps.append(Step(what=what, at=at, evidence=index, because=because))
        if what in _MEANING:
            self.status = _MEANING[what]
            self.lapsed = False
        elif what == "lapsed":
            self.lapsed = True
        elif what == "thanked":
            self.thanked = True
        elif what == "outcome_told":
            self.told = True


class Book:
    """All drafts of one pair, found again by mail, thread, topic or recency (each look-up bounded)."""

    def __init__(self, person: int, name: str, called: Collection[int] = ()) -> None:
        """``called``: the hashed words of both people's names, which name no matter."""
        self.person = person
        self.name = name or "this person"
        self.drafts: list[Draft] = []
        self.written_to: bool = False  # the owner has written to the person
        self._by_mail: dict[str, deque[int]] = defaultdict(lambda: deque(maxlen=_PER_MAIL))
        self._by_thread: dict[int, deque[int]] = defaultdict(lambda: deque(maxlen=_PER_THREAD))
        self._by_topic: dict[int, deque[int]] = defaultdict(lambda: deque(maxlen=_PER_TOPIC))
        self._recent: dict[int, deque[int]] = defaultdict(lambda: deque(maxlen=_RECENT))
        self._seen_words: dict[int, int] = defaultdict(int)
        self.names = frozenset(called)

    def called(self, who: int) -> str:
        """What a sentence for the owner calls them."""
        return "you" if who == OWNER else self.name

    def calls(self, who: int) -> str:
        """The same at the beginning of a sentence."""
        return capital(self.called(who))

    def start(
        self, *, giver: int, kind: FavorType, status: Status, reading: Reading, act: Act, weight: float, because: str
    ) -> Draft:
        """Open a favor by ``act``, which makes its status ``status``."""
        receiver = self.person if giver == OWNER else OWNER
        draft = Draft(
            giver=giver,
            receiver=receiver,
            type=kind,
            matter=reading.mail.subject,
            number=len(self.drafts),
            status=status,
            opened=reading.mail.at,
            touched=reading.mail.at,
            addressed=frozenset((*reading.mail.to, *reading.mail.cc)),
        )
        draft.vote(kind, act.confidence)
        self.drafts.append(draft)
        self._recent[giver].append(draft.number)
        self.take(
            draft, _STEP_OF[status], reading.mail, act_evidence(reading.mail, act, act.confidence), weight, because,
            said(act),
        )  # fmt: skip
        draft.scale = weight if weight < _ROUTINE_BELOW else 1.0
        if status is Status.ASKED:
            draft.scale *= min(1.0, act.confidence / _SURELY_ASKED)
        return draft

    def note(
        self, draft: Draft, mail: Mail, evidence: Evidence, weight: float, words: Words = _NO_WORDS
    ) -> None:  # fmt: skip
        """Let ``evidence`` of ``mail`` count for ``draft``, which changes no status."""
        draft.weigh(evidence, weight)
        if len(draft.evidence) < _EVIDENCE_KEPT:
            draft.keep(evidence)
        self._index(draft, mail, words)

    def take(
        self, draft: Draft, what: StepName, mail: Mail, evidence: Evidence, weight: float, because: str,
        words: Words = _NO_WORDS,
    ) -> None:  # fmt: skip
        """Let ``evidence`` of ``mail`` count, and make the step that it shows."""
        draft.weigh(evidence, weight)
        draft.move(what, mail.at, draft.keep(evidence), because)
        self._index(draft, mail, words)

    def _index(self, draft: Draft, mail: Mail, words: Words) -> None:
        """Let ``draft`` be found by this mail, its thread and its words."""
        for word, weight in (*words.items(), *around(mail.topic).items()):
            if word in draft.topic:
                draft.topic[word] = max(draft.topic[word], weight)
            elif len(draft.topic) < _TOPIC_KEPT:
                draft.topic[word] = weight
                self._by_topic[word].append(draft.number)
        if mail.identity not in draft.mails:
            self._by_mail[mail.identity].append(draft.number)
        draft.mails[mail.identity] = draft.status
        if mail.thread not in draft.threads:
            draft.threads.add(mail.thread)
            self._by_thread[mail.thread].append(draft.number)

    def of_mail(self, identity: str | None) -> list[Draft]:
        """The drafts that a mail is evidence of, latest last."""
        return [self.drafts[n] for n in self._by_mail.get(identity, ())] if identity else []

    def of_thread(self, thread: int) -> list[Draft]:
        """The latest drafts of a conversation, in order of opening."""
        return [self.drafts[n] for n in self._by_thread.get(thread, ())]

    def recent(self, giver: int) -> list[Draft]:
        """The drafts opened last in one direction."""
        return [self.drafts[n] for n in self._recent.get(giver, ())]

    def near(self, giver: int, mail: Mail, topic: Iterable[int]) -> list[Draft]:
        """The drafts of ``giver`` that ``mail`` may be about, latest first: by answer, thread, word or recency."""
        numbers: set[int] = set(self._by_mail.get(mail.answers, ())) if mail.answers else set()
        numbers.update(self._by_thread.get(mail.thread, ()))
        numbers.update(self._recent.get(giver, ()))
        for word in topic:
            if self._seen_words.get(word, 0) <= _COMMON * 4:
                numbers.update(self._by_topic.get(word, ()))
        return [self.drafts[n] for n in sorted(numbers, reverse=True) if self.drafts[n].giver == giver]

    def shared_words(self, draft: Draft, words: Words) -> float:
        """How much of ``words`` the draft has: up to 1 a word, less where it is common or only stood nearby."""
        known = draft.topic
        return sum(
            weight * known[word] * min(1.0, _COMMON / max(1, self._seen_words.get(word, 1)))
            for word, weight in words.items()
            if word in known
        )

    def saw(self, mail: Mail) -> None:
        """Count the words of ``mail`` after it was dealt with, so that common ones come to weigh less."""
        words = set(mail.topic)
        for act in mail.acts:
            words.update(act.topic)
        for word in words:
            self._seen_words[word] += 1
        self.written_to = self.written_to or mail.author == OWNER


_STEP_OF: dict[Status, StepName] = {
    Status.OFFERED: "offered",
    Status.ASKED: "asked",
    Status.PROMISED: "promised",
    Status.DELIVERED: "delivered",
    Status.DECLINED: "declined",
}


def delivered_at(draft: Draft) -> datetime:
    """When the favor was done (last); of one that was not, when it was opened."""
    return max((step.at for step in draft.steps if step.what == "delivered"), default=draft.opened)


def act_evidence(mail: Mail, act: Act, confidence: float, *reasons: str) -> Evidence:
    """``act`` of ``mail`` as evidence, at the ``confidence`` that it has in its context."""
    return Evidence(
        act=act.act,
        at=mail.at,
        author=mail.author,
        message=mail.identity,
        message_id=mail.message_id,
        quote=act.quote,
        confidence=min(confidence, 0.99),
        reasons=(*act.reasons, *reasons),
        link=mail.link,
    )


def mail_evidence(mail: Mail, act: ActName, confidence: float, *reasons: str) -> Evidence:
    """A whole mail as evidence of ``act`` where no single sentence of it shows that."""
    return Evidence(
        act=act,
        at=mail.at,
        author=mail.author,
        message=mail.identity,
        message_id=mail.message_id,
        quote=max(mail.acts, key=lambda a: (a.confidence, -a.start)).quote if mail.acts else "",
        confidence=confidence,
        reasons=reasons,
        link=mail.link,
    )
