"""Recommender: from a request and all that is known to lists with reasons, in one function that reads top to bottom."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from time import perf_counter, sleep
from typing import NamedTuple

import numpy as np

from embeddings.snapshot.serving_snapshot import ServingSnapshot
from graph import Catalogue, Instant, InvalidValue, ProductId, Profile, Trait
from graph.identity.consent import DEFAULTS, ConsentDefaults, Purpose
from graph.identity.wishes import Wishes
from recommend.answers import (
    Item,
    Placement,
    PlacementRequest,
    Recommendation,
    RecommendationRequest,
    Versions,
)
from recommend.asked import Asked, Crowd, asked_for, nearest_customers
from recommend.assortment import Assortment, Rows, among
from recommend.candidates import CHEAP, Source, gather
from recommend.explanations.reasons import Explainer
from recommend.explanations.trace import Course
from recommend.filtering import sieve_for
from recommend.history import Rhythm
from recommend.narrowing import narrowing_for
from recommend.placements import Place, Placements, SourceName
from recommend.record import recorded_row
from recommend.scoring import Scored, leading, score
from recommend.selection import Selection, pins_for, select, staying
from recommend.sources import SOURCES
from recommend.visitor import NOBODY, Histories, Visitor, dislikes, visitor_of

__all__ = ["Recommender", "recorded_row"]

RHYTHM = Rhythm()

Contacted = Callable[[Profile, int, Instant], Sequence[Instant] | None]
"""When somebody was sent messages in so many days before an instant; None where that cannot be told."""

NO_ROWS: Rows = np.empty(0, dtype=np.int64)

GRACE_MS = 10.0
"""How long any list may check its conditions, past the deadline too: the fallback is filtered as well."""


WARMED = 512
"""How many of those who asked last have their histories made over a new version before it serves."""

REST = 3.0
"""How long the thread that makes them rests after each, in times of what it took: the requests go on meanwhile."""


class _Joined(NamedTuple):
    """A snapshot joined with the catalogue, and the histories made over it."""

    assortment: Assortment
    histories: Histories


class Recommender:
    """Answers requests; holds nothing but its configuration and what it can make again at any time."""

    def __init__(
        self,
        placements: Placements,
        *,
        sources: Mapping[SourceName, Source] = SOURCES,
        crowd: Crowd = nearest_customers,
        rhythm: Rhythm = RHYTHM,
        consent: ConsentDefaults = DEFAULTS,
        contacts: Contacted | None = None,
        zone: str = "UTC",
        stopwatch: Callable[[], float] = perf_counter,
    ) -> None:
        """consent: what counts for those who made no choice. contacts: counts messages; without it, nobody can tell.

        zone: where those live who said nothing of it. stopwatch: seconds, for traces and deadlines.
        """
        self.placements = placements
        self._sources, self._crowd, self._rhythm = sources, crowd, rhythm
        self._consent, self._stopwatch = consent, stopwatch
        self._contacts, self._zone = contacts, zone
        self._serving: _Joined | None = None
        self._prepared: _Joined | None = None
        self._left: list[_Joined] = []

    def recommend(
        self,
        request: RecommendationRequest,
        *,
        profile: Profile | None,
        snapshot: ServingSnapshot,
        catalogue: Catalogue,
        now: Instant,
        recommendation_id: str,
        rng: np.random.Generator | None = None,
        deadline_ms: float | None = None,
        wishes: Wishes | None = None,
        held: Sequence[Sequence[ProductId]] = (),
    ) -> Recommendation:
        """The lists asked for; no product stands in two of them.

        A placement that is a message the customer does not want, or not at `now`, is empty and says why. wishes: what
        counts where the profile cannot be read. held: by placement, what the page shows already: what may still be
        shown of it stays, and what is ranked anew follows. Raises InvalidValue for a placement the file does not have,
        for a filter that is no condition and for a region in the context that is no name. `degraded` may say
        "deadline" (popular products instead) and "filter" (not everything could be checked).
        """
        places = [self.placements.place(wanted.name) for wanted in request.placements]
        assortment = self.assortment(snapshot, catalogue)
        began = self._stopwatch()
        visitor = self.visitor(profile, assortment, now)
        hydrated = self._stopwatch()

        def late() -> bool:
            return deadline_ms is not None and (self._stopwatch() - began) * 1000 > deadline_ms

        shown = NO_ROWS
        before = [assortment.rows(products) for products in held] if any(held) else [NO_ROWS] * len(places)
        degraded: dict[str, None] = {}
        answers = []
        for number, (wanted, place) in enumerate(zip(request.placements, places, strict=True)):
            if place.kind is not None:
                wishes = wishes or Wishes.of(profile, self._consent, self._zone)
                why = wishes.objections(place.kind, place.channel, place.topic)
                if why := why + wishes.untimely(place.kind, now, self._sent(wishes, profile, now)):
                    answers.append(Placement(wanted.name, (), withheld=why))
                    continue
            answer, rows, lacks = self._list(
                wanted,
                place,
                visitor,
                assortment,
                _taken(shown, before, number) if any(held) else shown,
                before[number],
                now,
                request.explain,
                hydrated - began,
                late,
                _region(place, request.context, visitor),
            )
            degraded |= dict.fromkeys(lacks)
            shown = np.concatenate([shown, rows])
            answers.append(answer)
        versions = Versions(snapshot.version, catalogue.version, self.placements.version)
        return Recommendation(recommendation_id, tuple(answers), versions, tuple(degraded))

    def prepare(self, snapshot: ServingSnapshot, catalogue: Catalogue, rest: Callable[[float], None] = sleep) -> None:
        """Do now, in whichever thread, what the first answers from a snapshot would else take the time for.

        The rows are joined with the catalogue's, and the histories of those who asked last are made. rest: called with
        the seconds to leave to the requests that go on.
        """
        joined = _Joined(Assortment(snapshot, catalogue), Histories())
        if snapshot.intent is not None:
            snapshot.intent.neighbours.prepare()
        as_of = Instant(snapshot.set.manifest.as_of)
        for profile in self._serving.histories.newest(WARMED) if self._serving is not None else ():
            began = self._stopwatch()
            joined.histories.of(profile, joined.assortment, as_of, self._rhythm)
            rest(REST * (self._stopwatch() - began))
        self._prepared = joined

    def let_go(self) -> None:
        """Free what served before, in whichever thread: tens of thousands of objects, which take a while."""
        self._left.clear()

    def assortment(self, snapshot: ServingSnapshot, catalogue: Catalogue) -> Assortment:
        """The products of a snapshot and a catalogue: made on a swap, unless `prepare` did before, and then held."""
        return self._joined(snapshot, catalogue).assortment

    def visitor(self, profile: Profile | None, assortment: Assortment, now: Instant) -> Visitor:
        """What is read of a customer; of one who does not permit personalization, what they do not want to see."""
        if profile is None:
            return NOBODY
        if not self._consent.permit(profile.consents, Purpose.PERSONALIZATION):
            return replace(NOBODY, **dislikes(profile))
        histories = self._joined(assortment.snapshot, assortment.catalogue).histories
        return visitor_of(profile, assortment, now, histories, self._rhythm)

    def _sent(self, wishes: Wishes, profile: Profile | None, now: Instant) -> Sequence[Instant] | None:
        """When messages went out, where that decides anything."""
        if wishes.frequency is None or profile is None or self._contacts is None:
            return None
        return self._contacts(profile, wishes.frequency.days, now)

    def _joined(self, snapshot: ServingSnapshot, catalogue: Catalogue) -> _Joined:
        held = self._serving
        if held is None or not held.assortment.joins(snapshot, catalogue):
            if held is not None:
                self._left.append(held)
            held, self._prepared = self._prepared, None
            if held is None or not held.assortment.joins(snapshot, catalogue):
                held = _Joined(Assortment(snapshot, catalogue), Histories())
            self._serving = held
        held.assortment.follow()
        return held

    def _list(
        self,
        wanted: PlacementRequest,
        place: Place,
        visitor: Visitor,
        assortment: Assortment,
        shown: Rows,
        before: Rows,
        now: Instant,
        explain: bool,
        hydrating: float,
        late: Callable[[], bool],
        region: str,
    ) -> tuple[Placement, Rows, list[str]]:
        k = wanted.k or place.k
        laps = [self._stopwatch()]
        hurried = late()
        if hurried:
            place = _fallback(place)
        narrowing = narrowing_for(
            place,
            wanted.filter,
            assortment,
            late=lambda: late() and (self._stopwatch() - laps[0]) * 1000 > GRACE_MS,
            region=region,
        )
        asked = asked_for(place, visitor, narrowing, wanted.product_id, wanted.seeds, self._crowd)

        found = gather(asked, self._sources, late)
        laps.append(self._stopwatch())

        sieve = sieve_for(asked, now=now, exclude=wanted.exclude, shown=shown)
        candidates = found.only(sieve.keep(found.rows))
        pins = pins_for(asked, candidates.rows, sieve, now)
        candidates = candidates.joined(np.array([pin.row for pin in pins], dtype=np.int64))
        if len(before):
            unfound = np.setdiff1d(before, found.rows)
            candidates = candidates.joined(unfound[sieve.keep(unfound)])
            before = before[among(before, candidates.rows)]
        if len(candidates) < k:
            candidates = candidates.joined(sieve.refill(found.rows, k))
        hurried |= len(found.sources) < len(place.sources) or (sieve.exhausted and late())
        lacks = ["deadline"] * hurried + ["filter"] * sieve.exhausted
        laps.append(self._stopwatch())

        scored = score(asked, candidates, now)
        laps.append(self._stopwatch())

        selection = select(asked, scored, pins, k)
        if len(before):
            selection = staying(selection, scored, before, k)
        laps.append(self._stopwatch())

        items = self._explained(asked, scored, selection, now)
        laps.append(self._stopwatch())

        trace = None
        if explain or wanted.why_not:
            stages = ("sources", "filter", "score", "select", "explain")
            milliseconds = {"hydrate": round(hydrating * 1000, 3)}
            for stage, start, end in zip(stages, laps, laps[1:], strict=False):
                milliseconds[stage] = round((end - start) * 1000, 3)
            trace = Course(asked, found, sieve, scored, selection).trace(milliseconds, wanted.why_not)
        return Placement(wanted.name, items, trace), scored.rows[selection.places], lacks

    def _explained(self, asked: Asked, scored: Scored, selection: Selection, now: Instant) -> tuple[Item, ...]:
        rows = tuple(scored.rows[selection.places].tolist())
        scores, parts = scored.scores[selection.places].tolist(), scored.parts[selection.places].tolist()
        explainer = Explainer(asked, rows, self.placements.customers, now)
        items = []
        for rank, (place, row, total, adding) in enumerate(zip(selection.places, rows, scores, parts, strict=True), 1):
            rule = selection.pins.get(place)
            source = leading(adding) if rule is None else "rule"
            reasons = explainer.reasons(row, adding, rule)
            items.append(Item(asked.assortment.ids[row], round(total, 6), rank, source, reasons))
        return tuple(items)


def _taken(shown: Rows, before: Sequence[Rows], number: int) -> Rows:
    """What a list may not show: what earlier lists of the call do, and what later ones of the page show already."""
    later = np.concatenate([NO_ROWS, *before[number + 1 :]])
    return np.concatenate([shown, np.setdiff1d(later, before[number])])


def _region(place: Place, context: Mapping[str, Trait], visitor: Visitor) -> str:
    """Where whoever asks is, as the context or else a trait of theirs says; "" where neither does."""
    name = place.filters.region
    if name is None:
        return ""
    if name in context:
        said = context[name]
        if isinstance(said, bool | float):
            raise InvalidValue(f"context.{name}", said, "the name of a region, a text or a whole number")
        return str(said)
    known = None if visitor.profile is None else visitor.profile.traits.get(name)
    return "" if known is None or isinstance(known.value, bool | float | list) else str(known.value)


def _fallback(place: Place) -> Place:
    """The same placement with its cheap sources only."""
    sources = {name: limit for name, limit in place.sources.items() if name in CHEAP}
    return replace(place, sources=sources or {SourceName.POPULAR: 200})
