"""Mails with three parties in, introductions out: asked for, unasked, or only seen from the introduced person's mail."""

from __future__ import annotations

import re
from collections import deque
from dataclasses import dataclass, field
from functools import lru_cache

from inference.acts.act import Act, ActName, FavorType
from inference.favor import Evidence, Status
from inference.findings import MailKind
from inference.matters.book import Book, Draft, act_evidence, mail_evidence
from inference.matters.matching import days_between
from inference.matters.odds import shifted, together
from inference.matters.reading import CROWD, Reading
from inference.matters.types import spoken_of
from inference.matters.wording import capital, folded
from inference.timeline import OWNER, Mail, Timeline
from inference.words import name_hash

#: What an ask weighs that only asks leave to introduce somebody.
SOUNDING = 0.4
_ENOUGH = 0.5
_THIRD_PRESENT = 1.0  # log-odds: the introduced person is among the recipients
_WAS_ASKED = 1.2
_UNRECOGNISED = 0.6  # an open introduction and a third person in To, but no act: mostly that is the introduction
_BY_THE_THIRD = 0.7  # somebody new writes to the asker and names the giver
_WEIGHT, _UNASKED = 0.6, 0.85
_SETTLED = 10.0  # an introduction that was made is the type, whatever the ask sounded like
_UNASKED_LEAST = 0.5  # an introduction that nobody asked for must be said to be one
_ASK_LASTS_DAYS = 180.0
_SOUNDING_DAYS = 45.0
_SOUNDS_ALIKE = frozenset({FavorType.INFO, FavorType.ACTION, FavorType.REFERRAL})
_ASKS_KEPT = 50

_CAPITALISED = re.compile(r"\w\W{1,3}[^\W\d_a-zß-öø-ÿ]\w|^\W*[^\W\d_a-zß-öø-ÿ]\w+[,:]")


_CONNECTS = re.compile(
    r"\b(?:introduc\w+|intro|intros|meet|this is|that's|here's|here is|that is|over to you|take it from here|you two|the two of you|both of you"
    r"|in copy|on copy|cc'?d|cc'?ing|cc|copied|copying|copy|loop\w*|connect\w*|in touch|acquaint\w*|put you|say hello|joining us"
    r"|told you about|mentioned to|i mentioned|bcc|know each other|should talk|should know|over to|leave you|let you"
    r"|vorstell\w*|vorgestellt|das ist|bekannt|in kopie|kontakt|ihr zwei|ihr beiden|sie beide|euch beide|kennenlern\w*|erzahlt"
    r"|presente\w*|voici|c'est|en copie|en contact|en relation|vous deux|je vous laisse|faire connaissance|parle"
    r"|presento|presentar\w*|este es|esta es|aqui (?:esta|tienes)|os dejo|los dejo|las dejo|en copia|en contacto|conoce\w*|hable)\b"
)


@dataclass(slots=True)
class Introductions:
    """What has been seen of asks by others, so that an introduction they asked for is not counted for the person."""

    timeline: Timeline
    _asked_by: deque[tuple[int, Mail]] = field(default_factory=lambda: deque(maxlen=_ASKS_KEPT))
    _sounded_out: deque[Mail] = field(default_factory=lambda: deque(maxlen=_ASKS_KEPT))
    _correspondents: set[int] = field(default_factory=set)
    _name_hashes: frozenset[int] = frozenset()

    def __post_init__(self) -> None:
        self._name_hashes = frozenset(name_hash(name) for name in self.timeline.names)

    def between(self, book: Book, reading: Reading) -> set[Act]:
        """Introductions that the owner and the person make for each other; the acts used up by that."""
        mail = reading.mail
        acts = _introducing(reading)
        thirds = [who for who in (*mail.to, *mail.cc) if who not in (OWNER, book.person)]
        if not thirds:
            if mail.mentions and _asks_leave(reading):
                self._sounded_out.append(mail)
            return set()
        odds = shifted(together(act.confidence for act in acts[:2]), _THIRD_PRESENT) if acts else 0.0
        draft = self._asked_for(book, reading) or (_meant_as_one(book, reading) if acts else None)
        if draft is not None:
            if acts:
                odds = shifted(odds, _WAS_ASKED)
            elif self._new_here(draft, mail, thirds):
                odds = _UNRECOGNISED
            if odds < _ENOUGH:
                return set()
            self._made(book, reading, draft, acts, odds)
            return set(acts)
        if odds < _ENOUGH:
            return set()
        titled = names_two(mail.subject)
        named = (
            act.confidence
            for act in acts
            if act.act is ActName.INTRO and _names(act) and (titled or connects(act.quote))
        )
        if max(named, default=0.0) >= _UNASKED_LEAST and not self._asked_by_another(book, mail, thirds):
            self._unasked(book, reading, acts, odds)
        return set(acts)

    def seen(self, book: Book, mail: Mail) -> None:
        """A mail by somebody else to the owner or the person: what it asks, and whether it shows an introduction."""
        if mail.kind is not MailKind.PERSONAL or len(mail.to) + len(mail.cc) > CROWD:
            return
        if OWNER in mail.to or OWNER in mail.cc:
            self._shows_introduction(book, mail)
            if any(self._asks_about_them(mail, act) for act in mail.acts):
                self._asked_by.append((mail.author, mail))
            self._correspondents.add(mail.author)

    def _leave_asked(self, mail: Mail) -> list[Mail]:
        """Its author's earlier mails that asked the other's leave for the introduction that ``mail`` makes."""
        named = set(mail.mentions) - self._name_hashes
        return [
            earlier
            for earlier in self._sounded_out
            if earlier.author == mail.author
            and named & set(earlier.mentions)
            and earlier.thread != mail.thread
            and days_between(earlier.at, mail.at) <= _SOUNDING_DAYS
        ]

    @staticmethod
    def _only_leave(book: Book, earlier: Mail, mail: Mail) -> None:
        """What ``earlier`` asked was only leave to introduce: nothing is owed for that."""
        other = book.called(book.person if earlier.author == OWNER else OWNER)
        because = f"That only asked whether {other} would like the introduction."
        for draft in book.of_mail(earlier.identity):
            asked = draft.giver != earlier.author and draft.evidence[0].message == earlier.identity
            if asked and not draft.lapsed:
                book.take(draft, "lapsed", mail, mail_evidence(mail, ActName.INTRO, _ENOUGH), 0.0, because)

    def _asks_about_them(self, mail: Mail, act: Act) -> bool:
        """Whether ``act`` asks to be introduced to the person: by its type, or because the mail names them."""
        if act.act is not ActName.ASK:
            return False
        return FavorType.INTRO in (act.type, spoken_of(act.quote)) or bool(set(mail.mentions) & self._name_hashes)

    def sounds_out(self, reading: Reading) -> bool:
        """Whether the owner asks the person about an introduction to them that somebody else has asked for."""
        return reading.author == OWNER and any(
            0.0 <= days_between(asked.at, reading.mail.at) <= _SOUNDING_DAYS for _, asked in self._asked_by
        )

    def _asked_for(self, book: Book, reading: Reading) -> Draft | None:
        """The open introduction that the author of ``reading`` owes the other, the latest first."""
        for draft in reversed(book.recent(reading.author)):
            if draft.type is FavorType.INTRO and draft.open:
                close = days_between(draft.touched, reading.mail.at) <= _ASK_LASTS_DAYS
                return draft if close else None
        return None

    @staticmethod
    def _new_here(draft: Draft, mail: Mail, thirds: list[int]) -> bool:
        """Whether the mail brings in somebody who was not addressed when the introduction was asked for."""
        return any(who in mail.to for who in thirds) and not set(thirds) & draft.also_asked

    def _asked_by_another(self, book: Book, mail: Mail, thirds: list[int]) -> bool:
        """Whether one of the others in the mail had asked for the introduction to the person.

        Seen from that ask, or because whoever introduces had asked leave for it and named the same people then.
        """
        sounded = self._leave_asked(mail)
        for earlier in sounded:
            self._only_leave(book, earlier, mail)
        if sounded:
            return True
        return mail.author == OWNER and any(
            who in thirds and days_between(asked.at, mail.at) <= _ASK_LASTS_DAYS and asked.at <= mail.at
            for who, asked in self._asked_by
        )

    @staticmethod
    def _made(book: Book, reading: Reading, draft: Draft, acts: list[Act], odds: float) -> None:
        because = f"{book.calls(reading.author)} wrote to both and so made the introduction."
        draft.vote(FavorType.INTRO, _SETTLED)
        book.take(draft, "delivered", reading.mail, _evidence(reading.mail, acts, odds), _WEIGHT, because)

    @staticmethod
    def _unasked(book: Book, reading: Reading, acts: list[Act], odds: float) -> None:
        giver, receiver = book.called(reading.author), book.called(reading.other)
        lead = max(acts, key=lambda act: (act.certain, act.confidence, -act.start))
        book.start(
            giver=reading.author, kind=FavorType.INTRO, status=Status.DELIVERED, reading=reading, act=lead,
            weight=_UNASKED * odds / max(lead.confidence, 0.01),
            because=f"{capital(giver)} introduced {receiver} to somebody unasked.",
        )  # fmt: skip

    def _shows_introduction(self, book: Book, mail: Mail) -> None:
        """Somebody new writes to the owner and names the person who had been asked to introduce or recommend them."""
        if mail.author in self._correspondents or not (set(mail.mentions) & self._name_hashes):
            return
        for draft in reversed(book.recent(book.person)):
            fits = draft.type in (FavorType.INTRO, FavorType.REFERRAL)
            if fits and draft.open and days_between(draft.touched, mail.at) <= _ASK_LASTS_DAYS:
                evidence = mail_evidence(mail, ActName.DELIVER, _BY_THE_THIRD, f"names {book.name}")
                because = f"Somebody new wrote to you and named {book.name}, so the word had been passed on."
                book.take(draft, "delivered", mail, evidence, _WEIGHT, because)
                return


def _asks_leave(reading: Reading) -> bool:
    """Whether the mail may ask leave for an introduction; somebody who offers one to the owner does not ask leave."""
    asks = reading.strongest(ActName.ASK)
    return asks > (0.0 if reading.author == OWNER else reading.strongest(ActName.OFFER))


def _meant_as_one(book: Book, reading: Reading) -> Draft | None:
    """What the mail answers, where that was an ask for an introduction in other words."""
    asked = [d for d in book.of_mail(reading.mail.answers) if d.giver == reading.author and d.open]
    worded = [d for d in asked if any(spoken_of(e.quote) is FavorType.INTRO for e in d.evidence)]
    if worded:
        return worded[-1]
    return asked[0] if len(asked) == 1 and asked[0].type in _SOUNDS_ALIKE else None


@lru_cache(maxsize=4096)
def connects(quote: str) -> bool:
    """Whether the words bring two people together: somebody who only writes to both introduces nobody."""
    return _CONNECTS.search(folded(quote)) is not None


_TWO = re.compile(
    r"^\W*[^\W\d_a-zß-öø-ÿ]\w+(?: [^\W\d_a-zß-öø-ÿ]\w+)?\s*(?:,|<-?>|/|&|\+|\||×|\b(?:x|and|und|et|y|meets?)\b)\s*"
    r"[^\W\d_a-zß-öø-ÿ]\w+(?: [^\W\d_a-zß-öø-ÿ]\w+)?\W*$"
)


def names_two(subject: str) -> bool:
    """Whether a subject is nothing but two names ("Jo <> Terrence"), as those of introductions are."""
    return _TWO.match(subject[:120]) is not None


def _names(act: Act) -> bool:
    """Whether the sentence names somebody: a capital letter that does not only begin it."""
    return _CAPITALISED.search(act.quote) is not None


def _introducing(reading: Reading) -> list[Act]:
    return [
        act
        for act in reading.acts
        if act.act is ActName.INTRO or (act.act is ActName.DELIVER and act.type is FavorType.INTRO)
    ]


def _evidence(mail: Mail, acts: list[Act], odds: float) -> Evidence:
    if not acts:
        return mail_evidence(mail, ActName.INTRO, odds, "a new person is addressed beside the one who asked")
    return act_evidence(mail, max(acts, key=lambda act: (act.confidence, -act.start)), odds)
