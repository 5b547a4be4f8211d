"""What the generated markets are about: events, questions, slugs, tags, fees.

Names come from a random source of their own, so that they change nothing at the books. Markets
whose outcomes exclude each other (neg-risk) share an event; of the others some do. The first
event of either kind is about the Fed's rate, so that a search for it finds something at any seed.
"""

import re
from collections import deque
from datetime import UTC, datetime
from random import Random
from typing import Final, NamedTuple

MS_PER_DAY: Final = 86_400_000
DAYS: Final = (2, 400)
"""Within so many days a question is answered, as its end date says."""


class Category(NamedTuple):
    """A tag, and the fees that come with it (protocol, section 4.6)."""

    tag: str
    rate: str
    """Of `shares x rate x p(1 - p)`; `"0"`: no fee."""
    rebate: str
    """The share of makers in it."""
    fee_type: str


CATEGORIES: Final = {
    "crypto": Category("Crypto", "0.07", "0.2", "crypto_fees_v2"),
    "sports": Category("Sports", "0.05", "0.15", "sports_fees_v2"),
    "politics": Category("Politics", "0.04", "0.25", "politics_fees_v2"),
    "tech": Category("Tech", "0.04", "0.25", "tech_fees_v2"),
    "economics": Category("Economics", "0.05", "0.25", "economics_fees_v2"),
    "weather": Category("Weather", "0.05", "0.25", "weather_fees_v2"),
    "geopolitics": Category("Geopolitics", "0", "0", ""),
}


class Tag(NamedTuple):
    """A tag of Gamma."""

    id: int
    label: str

    @property
    def slug(self) -> str:
        """The label as it stands in an address."""
        return slug_of(self.label)


class Series(NamedTuple):
    """Events that follow each other."""

    id: int
    slug: str
    title: str
    recurrence: str


class EventName(NamedTuple):
    """A question with one answer or several markets about one thing."""

    id: int
    slug: str
    title: str
    category: str
    tags: tuple[Tag, ...]
    neg_risk: bool
    ends_ms: int
    series: Series | None = None
    starts_ms: int = 0
    """When the time begins that the question is about; 0: when the market does."""


class Name(NamedTuple):
    """What one market asks."""

    question: str
    slug: str
    group: str
    """What tells it from the other markets of its event; `""` where it is alone."""
    event: EventName


class Plan(NamedTuple):
    """An event before it has a number: `{}` in a question is where its group stands."""

    category: str
    title: str
    question: str
    groups: tuple[str, ...]
    tags: tuple[str, ...]
    series: str = ""


EXCLUSIVE: Final = (
    Plan(
        "economics",
        "Fed rate decision in {month}?",
        "Will the Fed rate decision in {month} be: {group}?",
        ("50+ bps decrease", "25 bps decrease", "No change", "25+ bps increase"),
        ("Fed", "Fed Rates"),
        "fomc",
    ),
    Plan(
        "politics",
        "Democratic presidential nominee {year}",
        "Will {group} win the {year} Democratic presidential nomination?",
        ("Gavin Newsom", "Pete Buttigieg", "Josh Shapiro", "Gretchen Whitmer", "Wes Moore"),
        ("Elections", "US Election"),
    ),
    Plan(
        "sports",
        "{year} NBA champion",
        "Will the {group} win the {year} NBA Finals?",
        ("Oklahoma City Thunder", "Denver Nuggets", "Boston Celtics", "New York Knicks"),
        ("NBA", "Basketball"),
        "nba",
    ),
    Plan(
        "weather",
        "Highest temperature in London on {day}?",
        "Will the highest temperature in London be {group} on {day}?",
        ("11 °C or below", "12 °C", "13 °C", "14 °C or higher"),
        ("London", "Daily Temperature"),
    ),
)
OPEN: Final = (
    Plan("economics", "Fed rate hike by {month}?", "", (), ("Fed", "Fed Rates"), "fomc"),
    Plan(
        "crypto",
        "Bitcoin above ___ on {day}?",
        "Will the price of Bitcoin be above ${group} on {day}?",
        ("90,000", "100,000", "110,000", "120,000"),
        ("Bitcoin", "Multi Strikes"),
    ),
    Plan("crypto", "Will Ethereum reach $6,000 by {month}?", "", (), ("Ethereum",)),
    Plan("geopolitics", "Russia x Ukraine ceasefire by {month}?", "", (), ("Ukraine", "World")),
    Plan("economics", "US recession by {month}?", "", (), ("Economy",)),
    Plan("tech", "Will Apple release a foldable iPhone by {month}?", "", (), ("Apple", "Big Tech")),
    Plan("sports", "Will the Lakers beat the Celtics on {day}?", "", (), ("NBA", "Basketball")),
    Plan("politics", "Will a US government shutdown begin by {month}?", "", (), ("Congress",)),
)


def slug_of(text: str) -> str:
    """Return a text as it stands in an address.

    >>> slug_of("Fed rate hike by March 2027?")
    'fed-rate-hike-by-march-2027'
    """
    return re.sub(r"[^a-z0-9]+", "-", text.lower()).strip("-")


def tag_of(label: str) -> Tag:
    """Return a tag with the number that its label always has."""
    return Tag(100 + sum(ord(each) * (at + 1) for at, each in enumerate(label)), label)


def series_of(slug: str, title: str, recurrence: str) -> Series:
    """Return a series with the number that its slug always has."""
    return Series(tag_of(slug).id, slug, title, recurrence)


class Names:
    """Names market after market, always the same ones for a seed."""

    def __init__(self, seed: int, start_ms: int) -> None:
        self._rng = Random(f"{seed}/names")  # noqa: S311 - a seed must give the same names again
        self._start_ms = start_ms
        self._events = 0
        self._slugs: set[str] = set()
        self._waiting: dict[bool, deque[Name]] = {True: deque(), False: deque()}
        self._begun: set[bool] = set()

    def name(self, *, neg_risk: bool) -> Name:
        """Return the name of the next market; those of one event follow each other."""
        waiting = self._waiting[neg_risk]
        if not waiting:
            waiting.extend(self._plan(neg_risk=neg_risk))
        return waiting.popleft()

    def number(self) -> int:
        """Return the number of the next event."""
        self._events += 1
        return self._events

    def _plan(self, *, neg_risk: bool) -> list[Name]:
        plans = EXCLUSIVE if neg_risk else OPEN
        plan = self._rng.choice(plans) if neg_risk in self._begun else plans[0]
        self._begun.add(neg_risk)
        ends_ms = self._start_ms + self._rng.randint(*DAYS) * MS_PER_DAY
        ends_ms -= ends_ms % MS_PER_DAY
        end = datetime.fromtimestamp(ends_ms / 1000, UTC)
        when = {"year": f"{end:%Y}", "month": f"{end:%B %Y}", "day": f"{end:%B} {end.day}"}
        title = plan.title.format(**when)
        category = CATEGORIES[plan.category]
        event = EventName(
            self.number(),
            self._unique(slug_of(title)),
            title,
            plan.category,
            tuple(map(tag_of, (category.tag, *plan.tags))),
            neg_risk,
            ends_ms,
            series_of(plan.series, plan.series.upper(), "monthly") if plan.series else None,
        )
        if not plan.groups:
            return [Name(title, event.slug, "", event)]
        questions = [(plan.question.format(group=group, **when), group) for group in plan.groups]
        return [
            Name(question, self._unique(slug_of(question)), group, event)
            for question, group in questions
        ]

    def _unique(self, slug: str) -> str:
        while slug in self._slugs:
            slug = f"{slug}-{self._rng.randrange(1_000)}"
        self._slugs.add(slug)
        return slug


def plain_name(number: int, question: str) -> Name:
    """Return the name of a market of which nothing more is known, as in a recording."""
    slug = f"{slug_of(question)}-{number}"
    event = EventName(number, slug, question, "crypto", (tag_of("Crypto"),), False, 0)  # noqa: FBT003
    return Name(question, slug, "", event)
