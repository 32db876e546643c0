"""Requests that the client library built in, decoded answers out: paced, batched, retried, renewed.

The library builds and checks every request by the discovery document that it ships; what is sent goes through the
project's own HTTP client, whose answers are bounded. Credentials are asked of ``GoogleTokens`` for each request.
"""

from __future__ import annotations

import json
import random
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import count
from typing import Any, Final
from urllib.parse import urlsplit

from connectors.errors import ConnectorError, MaybeSent, ProtocolViolation, Transient
from connectors.google_batch import BOUNDARY, MOST, Answer, batch_answers, batch_body
from connectors.google_errors import error_of, is_rate_limit
from connectors.google_quota import Quota
from connectors.google_tokens import GoogleTokens
from connectors.http import Http, Limits
from connectors.http_answers import page_instead, web_page

#: A pause that Google asks for, or that the quota needs, is waited out here up to so many seconds; more is the daemon's.
PATIENCE_S: Final = 20.0
_TRIES: Final = 4
_FEWEST: Final = 5
_MORE: Final = 5
#: So few items may all be refused without that being about more than them.
_FEW: Final = 3
_ANY: Final = frozenset(range(200, 600))
_LIMITS: Final = Limits(connect_s=15, read_s=60, whole_s=180, body=128 * 2**20)

Request = Any  # googleapiclient.http.HttpRequest, which is not typed
Answered = tuple[int, dict[str, Any]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Answers:
    """The answers to a batch: status (2xx or 404) and JSON each, None where there is none that can be read.

    ``trouble`` is why the requests without an answer have none, where asking again later may help.
    """

    found: list[Answered | None]
    trouble: ConnectorError | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Api:
    """One of Google's APIs: its name and version, and where it is."""

    name: str
    version: str
    root: str
    product: str
    path: str = ""
    batch: str = "batch"


@dataclass(slots=True, kw_only=True)
class Pace:
    """How waiting is done: the clock (monotonic, seconds), sleep, and chance from 0 to 1. Tests have their own."""

    clock: Callable[[], float] = time.monotonic
    sleep: Callable[[float], None] = time.sleep
    chance: Callable[[], float] = field(default=random.random)


class GoogleApi:
    """One account's access to one API. Used by one thread at a time."""

    def __init__(self, api: Api, tokens: GoogleTokens, *, per_minute: int, pace: Pace | None = None) -> None:
        """``per_minute`` is how many quota units may be spent a minute."""
        self._api, self._tokens = api, tokens
        self._pace = pace or Pace()
        self.quota = Quota(per_minute, self._pace.clock)
        self._root = (tokens.settings.endpoint or api.root).rstrip("/") + "/"
        self._http = Http(
            authorization=tokens.authorization, origins=(self._root,), limits=_LIMITS, now=tokens.around.now
        )
        self._service: Any = None
        self._batches = True
        #: How many parts the next batch may have: Google refuses many at once where it is busy.
        self.most = MOST

    @property
    def service(self) -> Any:
        """The client library's resources, which build requests."""
        if self._service is None:
            from googleapiclient.discovery import build

            self._service = build(
                self._api.name,
                self._api.version,
                http=_Nothing(),
                static_discovery=True,
                client_options={"api_endpoint": self._root + self._api.path},
                cache_discovery=False,
            )
        return self._service

    def close(self) -> None:
        """Give the connections back."""
        self._http.close()

    def pause(self, units: int) -> float:
        """Seconds until ``units`` may be spent."""
        return self.quota.wait(units)

    def rest(self, seconds: float) -> None:
        """Wait."""
        self._pace.sleep(seconds)

    def call(self, request: Request, units: int, *, also: frozenset[int] = frozenset()) -> Answered:
        """The status of an answer and its JSON.

        Args:
            request: one that ``service`` built.
            units: what it costs.
            also: statuses beside 2xx that are handed back (with what their JSON says, or nothing) and do not raise.

        Raises:
            ConnectorError: as its subclasses say.
        """
        for attempt in count():
            self._take(units)
            try:
                answer = self._sent(request.method, request.uri, request.body)
                if _is_good(answer):
                    return answer.status, self._json(answer)
                if answer.status in also and not is_rate_limit(answer.status, answer.body):
                    return answer.status, {}
                raise self._error(answer)
            except Transient as error:
                if not self._waited(attempt, error):
                    raise
        raise AssertionError("count() never ends")

    def once(self, request: Request, units: int) -> None:
        """Send a request that must not be sent twice.

        Raises:
            MaybeSent: nobody knows whether it worked.
            ConnectorError: it did not; as its subclasses say.
        """
        self._take(units)
        self._tokens.authorization()  # what fails here was not sent for sure
        try:
            answer = self._sent(request.method, request.uri, request.body)
        except Transient as error:
            raise MaybeSent(str(error)) from None
        if answer.status >= 500:
            raise MaybeSent(str(self._error(answer)))
        if not _is_good(answer):
            raise self._error(answer)

    def batch(self, requests: Sequence[Request], units: Sequence[int]) -> Answers:
        """The answers to several GET requests, in their order.

        Args:
            requests: at most ``most``.
            units: what each of them costs; they are spent for each part that is sent.

        Raises:
            NeedsOwner, ProtocolViolation: Google refuses one of them for good.
        """
        found: dict[int, Answered] = {}
        waiting = list(range(len(requests)))
        trouble: ConnectorError = Transient(f"{self._api.product} left out a part of its answer")
        for attempt in count():
            self._take(sum(units[index] for index in waiting))
            answers: list[Answer | None] = []
            try:
                answers = self._batched([requests[index] for index in waiting])
                refused = [self._settled(index, answer, found) for index, answer in zip(waiting, answers, strict=True)]
                trouble = next((each for each in refused if each is not None), trouble)
                self._adapt(answers)
            except Transient as error:
                trouble = error
            last = dict(zip(waiting, answers, strict=False))
            waiting = [index for index in waiting if index not in found]
            for_good = {index for index in waiting if _is_refused(last.get(index))}
            if len(for_good) == len(waiting) or not self._waited(attempt, trouble):
                break
        in_order = [found.get(index) for index in range(len(requests))]
        # What never is JSON, or always a 400, is that item's own trouble, unless it befalls all of many.
        its_own = all(_is_good(last.get(index)) or index in for_good for index in waiting)
        if its_own and (found or len(requests) <= _FEW) and (found or len(for_good) == len(waiting)):
            return Answers(found=in_order)
        return Answers(found=in_order, trouble=trouble if waiting else None)

    def _settled(self, index: int, answer: Answer | None, found: dict[int, Answered]) -> ConnectorError | None:
        """Put one part's answer into ``found``; why not, where it is to be asked again.

        Raises:
            ConnectorError: it is refused for good.
        """
        if answer is None:
            return Transient(f"{self._api.product} left out a part of its answer")
        if answer.status == 404:
            found[index] = (404, {})
            return None
        if _is_good(answer):
            try:
                found[index] = (answer.status, self._json(answer))
            except Transient as garbled:
                return garbled
            return None
        refused = self._error(answer)
        if answer.status == 401:
            self._tokens.renew()
            return refused
        if not isinstance(refused, Transient) and not (isinstance(refused, ProtocolViolation) and _is_refused(answer)):
            raise refused
        return refused

    def _adapt(self, answers: Sequence[Answer | None]) -> None:
        """Smaller batches where parts of one come too fast, larger ones again where none does."""
        hurried = any(each is not None and is_rate_limit(each.status, each.body) for each in answers)
        self.most = max(_FEWEST, self.most // 2) if hurried else min(MOST, self.most + _MORE)

    def _batched(self, requests: Sequence[Request]) -> list[Answer | None]:
        if not self._batches or len(requests) == 1:
            return [self._sent(each.method, each.uri, None) for each in requests]
        parts = [urlsplit(each.uri) for each in requests]
        body = batch_body([f"{part.path}?{part.query}" for part in parts])
        answer = self._sent("POST", self._root + self._api.batch, body, f"multipart/mixed; boundary={BOUNDARY}")
        if answer.status in (404, 405, 501):
            self._batches = False  # something stands between that knows no batches
            return self._batched(requests)
        if not 200 <= answer.status < 300:
            raise self._error(answer)
        content_type = answer.headers.get("content-type", "")
        if not content_type.lower().startswith("multipart/"):
            raise self._odd(answer)
        return batch_answers(content_type, answer.body, len(requests))

    def _sent(self, method: str, uri: str, body: bytes | str | None, kind: str = "application/json") -> Answer:
        """One answer, whatever its status; with another token where the first one is refused."""
        content = body.encode() if isinstance(body, str) else body
        headers = {"Accept": "application/json", **({"Content-Type": kind} if content is not None else {})}
        for renewed in (False, True):
            got = self._http.request(method, uri, headers=headers, body=content, allow=_ANY)
            if got.status != 401 or renewed:
                break
            self._tokens.renew()
        return Answer(status=got.status, headers=got.headers, body=got.body)

    def _json(self, answer: Answer) -> dict[str, Any]:
        """The JSON object of an answer; a body that is none may be cut off or a page, so it is asked for again."""
        if not answer.body.strip():
            return {}
        try:
            read = json.loads(answer.body)
        except (ValueError, RecursionError):
            raise self._odd(answer) from None
        if not isinstance(read, dict):
            raise self._odd(answer)
        return read

    def _odd(self, answer: Answer) -> Transient:
        if web_page(answer.headers, answer.body):
            return page_instead(self._api.product)
        return Transient(f"{self._api.product} sent an answer that is cut off or no JSON")

    def _error(self, answer: Answer) -> ConnectorError:
        around = self._tokens.around
        return error_of(
            answer.status,
            answer.headers,
            answer.body,
            product=self._api.product,
            account=around.account,
            now=around.now(),
        )

    def _take(self, units: int) -> None:
        """Wait for the quota, then spend.

        Raises:
            Transient: that would take longer than a connector waits.
        """
        while (wait := self.quota.wait(units)) > 0:
            self._pace.sleep(wait)
        self.quota.spend(units)

    def _waited(self, attempt: int, error: ConnectorError) -> bool:
        """Wait before another try; False where no other try is worth it."""
        if attempt + 1 == _TRIES:
            return False
        asked = error.retry_after if isinstance(error, Transient) else None
        seconds = asked.total_seconds() if asked is not None else 0.0
        if seconds > PATIENCE_S:
            return False
        self._pace.sleep(max(seconds, 2.0**attempt * (0.5 + self._pace.chance())))
        return True


class _Nothing:
    """Stands where the library wants its own HTTP client: nothing is sent by it."""

    def request(self, *_: object, **__: object) -> None:
        """Never called."""
        raise NotImplementedError

    def close(self) -> None:
        """Nothing is open."""


def _is_good(answer: Answer | None) -> bool:
    return answer is not None and 200 <= answer.status < 300


def _is_refused(answer: Answer | None) -> bool:
    """Whether an answer refuses the one item: nobody is locked out, limited or down."""
    return answer is not None and answer.status in (400, 405, 409, 410, 413, 501)


def text_of(value: object) -> str:
    """A JSON value that should be text or a number, as text that can be written anywhere; empty for anything else."""
    if isinstance(value, str):
        return value if value.isascii() else value.encode("utf-8", "replace").decode()  # JSON may hold half a character
    return str(value) if isinstance(value, int) and not isinstance(value, bool) else ""


def list_of(answer: Mapping[str, Any], name: str) -> list[dict[str, Any]]:
    """The objects of a list in an answer; nothing where it has none, or something else."""
    value = answer.get(name)
    return [each for each in value if isinstance(each, dict)] if isinstance(value, list) else []
