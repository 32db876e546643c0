"""Own news that some people have been told, and close people have not."""

from __future__ import annotations

from collections.abc import Sequence

from daemon.digest import entries, phrases
from daemon.digest.document import Item, Quote
from daemon.digest.section import SectionSpec, Thresholds
from inference.network import Network, News
from inference.ties import Tie, ties


def _build(network: Network, thresholds: Thresholds) -> Sequence[Item]:
    """All recent news counts as one piece: who was told any of it is not named."""
    recent = [news for news in network.news if news.told and _recent(news, network, thresholds)]
    if not recent:
        return []
    told = frozenset[int]().union(*(news.told for news in recent))
    widest = max(recent, key=lambda news: (len(news.told), news.at))
    return [
        _item(network, tie, widest, len(told))
        for tie in ties(network.contacts, network.as_of.date()).values()
        if 0 < tie.layer <= thresholds.close_layer
        and tie.person not in told
        and entries.may_name(network, tie.person)
        and not _met_since(network, tie.person, min(recent, key=lambda news: news.at))
    ]


def _recent(news: News, network: Network, thresholds: Thresholds) -> bool:
    return news.at <= network.as_of and entries.age(network, news.at) <= thresholds.news_days


def _met_since(network: Network, person: int, news: News) -> bool:
    """Whether the two have met since, and will have talked about it."""
    return any(
        news.at.date() <= day.on <= network.as_of.date() and (day.met or day.group_met)
        for day in network.contacts.get(person, ())
    )


def _item(network: Network, tie: Tie, news: News, told: int) -> Item:
    on = entries.local_day(network, news.at)
    return Item(
        person=entries.who(network, tie.person),
        after=" is close to you and has not heard your news.",
        because=f"You have told {phrases.counted(told, 'person', 'people')} so far.",
        quote=Quote(text=news.quote, by="You", on=on),
        since=on,
        worth=0.4 + min(tie.strength, 4.0) * 0.15,
    )


SECTION = SectionSpec(id="share_news", title="Have not heard your news", order=80, build=_build)
