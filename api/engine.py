"""Engine: the parts of one server, wired together; the fast loop from an event to the answer that shows it."""

import asyncio
import logging
import secrets
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from msgspec.structs import replace

from api.awaiting import awaited
from api.processes.graph_state import GraphReach, StateFile
from api.processes.supervisor import WorkerState
from api.settings import Settings
from api.streams import Streams
from api.telemetry import Telemetry
from embeddings.artifacts.nothing_learnt import empty_snapshot
from embeddings.snapshot.holder import SnapshotHolder
from embeddings.snapshot.serving_snapshot import ServingSnapshot
from graph import (
    MINUTE,
    Catalogue,
    CustomerId,
    EventId,
    Instant,
    InvalidValue,
    LoggedEvent,
    NotFound,
    Product,
    ProductId,
    Profile,
    StoreUnavailable,
    anonymous,
    customer_id,
    public_id,
)
from graph.data_folder import DataFolder
from graph.events.family import Erased
from graph.events.refusal import Parsed
from graph.identity.consent import Purpose
from graph.identity.people import People
from graph.identity.person import MAX_OWNERS, Person
from graph.identity.wishes import Wishes
from graph.intake import Intake, IntakeResult
from graph.log.answers import AnswerLedger
from graph.log.dead_letters import DeadLetters, Retention
from graph.log.file_log import FileLog
from graph.profile.live import LiveProfiles
from graph.profile.reading.reading import FeatureReader
from graph.profile.stores.profile_store import ProfileStore
from graph.quality import Quality
from recommend.answers import Item, Recommendation, RecommendationRequest
from recommend.page_views import PageViews
from recommend.recommender import Recommender, recorded_row
from recommend.similar import SimilarCustomer, similar_customers, similar_products

__all__ = ["Engine"]

_log = logging.getLogger("patron.engine")


@dataclass
class Engine:
    """One server's parts. Everything here runs on the event loop, except the log's writer thread."""

    settings: Settings
    log: FileLog
    ledger: AnswerLedger
    intake: Intake
    dead_letters: DeadLetters
    quality: Quality
    stored: ProfileStore
    profiles: LiveProfiles
    features: FeatureReader
    people: People
    catalogue: Catalogue
    snapshots: SnapshotHolder
    recommender: Recommender
    telemetry: Telemetry
    now: Callable[[], Instant]
    nothing_learnt: ServingSnapshot = field(default_factory=empty_snapshot)
    worker: WorkerState = WorkerState.OFF
    graph: GraphReach = GraphReach.UNKNOWN

    def __post_init__(self) -> None:
        self._consent = self.settings.consent_defaults
        self._erasures = self.log.erasures()
        self._pruned = Instant(0)
        self.page_views, self.streams = PageViews(), Streams(self.settings.streams, self.telemetry.streams)
        self.opened = self.now()
        self._graph_state = StateFile(DataFolder(self.settings.data).graph_state)

    # ── from events to what is known ──────────────────────────────────────────────────────────────────────────────

    def on_commit(self, logged: Sequence[LoggedEvent]) -> None:
        """What the log calls with every durable event, in order, before its sender is answered."""
        self.profiles.apply(logged)
        self.catalogue.apply(logged)
        for _, event in logged:
            if isinstance(event, Erased):
                self._erasures[event.customer] = max(event.at, self._erasures.get(event.customer, event.at))
                self.page_views.forget(event.customer)
        self.streams.wake(logged)

    def new_event_id(self) -> EventId:
        """An id for an event that comes from a route of our own."""
        return EventId(secrets.token_hex(16))

    async def take(self, parsed: Parsed, source: str) -> IntakeResult:
        """Make events durable and visible; LogUnavailable where that cannot be done now."""
        result = await awaited(self.intake.submit(parsed, source=source, received=self.now()))
        for outcome in ("accepted", "duplicates", "withheld"):
            if count := getattr(result, outcome):
                self.telemetry.events.labels(source, outcome).inc(count)
        if result.refused:
            self.telemetry.events.labels(source, "refused").inc(len(result.refused))
        return result

    async def erase(self, erased: Erased) -> None:
        """Remove a customer from the log, with recorded answers and refusals, and from the live profiles, now."""
        await self.take(Parsed(events=(erased,)), erased.source)

    # ── from what is known to answers ─────────────────────────────────────────────────────────────────────────────

    def recommend(self, asked: RecommendationRequest) -> Recommendation:
        """The lists asked for, recorded unless it is a dry run; InvalidValue for a product nobody knows."""
        answer = self.answer(asked)
        return answer if asked.dry_run else self.recorded(asked, answer)

    def answer(self, asked: RecommendationRequest) -> Recommendation:
        """The lists asked for, which nobody has seen yet: `recorded` is for whoever shows them."""
        now = self.now()
        self._check_products(asked)
        who = self.asking(asked)
        wishes: Wishes | None = None
        missing = [] if self.snapshots.version else ["embeddings"]
        try:
            profile = self.profile(who)
        except StoreUnavailable as error:  # what they permit cannot be looked up either
            _log.warning("answering without the profile: %s", error)
            profile, wishes = None, Wishes.unreadable()
            missing.append("profile")
        page = self.page_views.look(asked, self._read_of(who, profile), now) if asked.page_view_id else None
        try:
            answer = self.recommender.recommend(
                asked,
                profile=profile,
                snapshot=self.snapshot,
                catalogue=self.catalogue,
                now=now,
                recommendation_id="r" + secrets.token_hex(12),
                deadline_ms=asked.deadline_ms or self.settings.deadline_ms,
                wishes=wishes,
                held=page.shown if page is not None else (),
            )
        except InvalidValue as error:
            raise _placed(error, asked) from None
        if missing:
            answer = replace(answer, degraded=(*answer.degraded, *missing))
        if page is not None and not asked.dry_run and "profile" not in missing:
            self.page_views.keep(page, answer, now)
        for what in answer.degraded:
            self.telemetry.degraded.labels(what).inc()
        return answer

    def recorded(self, asked: RecommendationRequest, answer: Recommendation) -> Recommendation:
        """The same answer, which the ledger is going to hold, or which says that it is not."""
        who = self.asking(asked)
        row = recorded_row(asked, answer)
        if self.ledger.record(answer.recommendation_id, who[0] if who else None, self.now(), row):
            return answer
        self.telemetry.degraded.labels("recording").inc()
        return replace(answer, degraded=(*answer.degraded, "recording"))

    def leaves_of(self, asked: RecommendationRequest) -> frozenset[CustomerId]:
        """The leaves whose events change what is answered; StoreUnavailable where they cannot be looked up."""
        who = self.asking(asked)
        person = self.people.asking(who)
        people = [] if person is None else [person, *self.people.owners(person)]
        return frozenset((*who, *(leaf for each in people for leaf in (*each.leaves, *each.shared))))

    def _read_of(self, who: tuple[CustomerId, ...], profile: Profile | None) -> frozenset[CustomerId]:
        """The leaves of which more than the dislikes is read for an answer."""
        if profile is None or not self._consent.permit(profile.consents, Purpose.PERSONALIZATION):
            return frozenset()
        person = self.people.asking(who)
        return frozenset() if person is None else frozenset((*person.leaves, *person.shared))

    def similar_products(self, product: ProductId, k: int) -> list[Item]:
        """The sellable products nearest to one; NotFound where nobody knows it."""
        assortment = self.recommender.assortment(self.snapshot, self.catalogue)
        return similar_products(assortment, product, k, self.recommender.placements.customers)

    def similar_customers(self, customer: CustomerId, k: int) -> list[SimilarCustomer]:
        """The customers nearest to one by all they did; NotFound where nobody knows the customer.

        Those erased since the version was trained are still among its vectors, with what they bought then; they are
        passed over here, whatever they did since, and so are those who refused personalization.
        """
        profile = self.known_profile(customer)
        assortment = self.recommender.assortment(self.snapshot, self.catalogue)
        visitor = self.recommender.visitor(profile, assortment, self.now())
        return similar_customers(self.snapshot, visitor, k, self._may_be_named)

    def _may_be_named(self, customer: CustomerId) -> bool:
        erased = self._erasures.get(customer)
        if erased is not None and erased >= self.snapshot.set.manifest.as_of:
            return False
        return self._consent.permit(self.people.consents(customer), Purpose.PERSONALIZATION)

    def _check_products(self, asked: RecommendationRequest) -> None:
        for place, wanted in enumerate(asked.placements):
            named = [("product_id", wanted.product_id)]
            named += [(f"seeds[{position}]", seed) for position, seed in enumerate(wanted.seeds)]
            for name, product in named:
                if product is not None and self.catalogue.row(product) is None:
                    expected = "the id of a product in the catalogue"
                    raise InvalidValue(f"placements[{place}].{name}", product, expected)

    def asking(self, asked: RecommendationRequest) -> tuple[CustomerId, ...]:
        """The leaf identities of whoever asks: the known customer, the visitor, both or neither."""
        leaves = []
        if asked.customer_id is not None:
            leaves.append(customer_id(asked.customer_id))
        if asked.anonymous_id is not None:
            leaves.append(anonymous(asked.anonymous_id))
        return tuple(leaves)

    def is_stranger(self, asked: RecommendationRequest) -> bool:
        """Whether whoever asks is a visitor of whom no customer is known."""
        try:
            person = self.people.asking(self.asking(asked))
        except StoreUnavailable:
            return asked.customer_id is None
        return person is None or not (person.customers or person.owners)

    def profile(self, leaves: tuple[CustomerId, ...]) -> Profile | None:
        """What is known of whoever these leaves are, seen as one; None where nothing is."""
        self.profiles.fetch(leaves)
        person = self.people.asking(leaves)
        if person is None:
            return None
        if person.owners:
            self.profiles.fetch(person.owners[:MAX_OWNERS])
        return self.people.view(person)

    def known_profile(self, customer: CustomerId) -> Profile:
        """A profile that must be there; NotFound otherwise, also for one that was erased."""
        profile = self.profile((customer,))
        if profile is None or not profile.counts:
            raise NotFound("customer", public_id(customer))
        return profile

    def leaf_profiles(self, person: Person) -> list[Profile]:
        """The profiles of the leaves of a person, of the devices they share, and of whom those name, each by itself."""
        own = (*person.leaves, *person.shared)
        self.profiles.fetch(own)
        linked = dict.fromkeys(own)
        for profile in filter(None, map(self.profiles.get, own)):
            linked |= dict.fromkeys(profile.linked)
        self.profiles.fetch(list(linked))
        return list(filter(None, map(self.profiles.get, linked)))

    def knows(self, customer: CustomerId) -> bool:
        """Whether anything is in the profile of this leaf itself."""
        profile = self.profiles.get(customer)
        return profile is not None and bool(profile.counts)

    def known_product(self, product: ProductId) -> Product:
        """A catalogue entry that must be there; NotFound otherwise."""
        entry = self.catalogue.get(product)
        if entry is None:
            raise NotFound("product", product)
        return entry

    @property
    def snapshot(self) -> ServingSnapshot:
        """The version being served; one without products until the first is published."""
        return self.snapshots.current if self.snapshots.version else self.nothing_learnt

    # ── beside the requests ───────────────────────────────────────────────────────────────────────────────────────

    async def watch(self) -> None:
        """Look for a newly published version and for how far worker and graph have come, until cancelled."""
        while True:
            await asyncio.sleep(self.settings.poll_seconds)
            try:
                if await asyncio.to_thread(self.snapshots.refresh, self._prepare):
                    self.announce()
                    await asyncio.to_thread(self.recommender.let_go)
                self.telemetry.dirty.set(self.profiles.settle())
                self._let_go_of_dead_letters()
                if self.profiles.behind:
                    await self._recover_profiles()
                self._look_at_graph()
            except Exception:  # whatever it was, the next look may do better, and what serves goes on serving
                _log.exception("looking for a new version failed")

    def _let_go_of_dead_letters(self) -> None:
        now = self.now()
        if now - self._pruned >= MINUTE:
            self._pruned = now
            self.dead_letters.prune(Retention(self.settings.dead_letters, self.settings.dead_letter_days), now)

    async def _recover_profiles(self) -> None:
        """Count again, between the answers, what the stored profiles may lack after an outage."""
        try:
            for _ in self.profiles.recover(self.log):
                await asyncio.sleep(0)
        except StoreUnavailable as error:
            _log.warning("the profiles are behind still: %s", error)
        else:
            _log.warning("the profiles are up with the log again")

    def _prepare(self, fresh: ServingSnapshot) -> None:
        self.recommender.prepare(fresh, self.catalogue)

    def _look_at_graph(self) -> None:
        """Hear from the worker how the graph is; its store is never asked from here."""
        state, now = self._graph_state.read(), self.now()
        if state is None:
            return
        self.graph = state.reach(now)
        self.telemetry.graph_events.set(state.events)
        self.telemetry.graph_seconds.set(state.lag_seconds(now))
        self.telemetry.graph_reachable.set(self.graph in (GraphReach.UP, GraphReach.BEHIND))

    def say_worker(self, state: WorkerState) -> None:
        """How the worker is, for whoever asks whether the server is ready."""
        self.worker = state

    def announce(self) -> None:
        """Prepare for the version being served and say which it is."""
        self.recommender.assortment(self.snapshot, self.catalogue)
        self.telemetry.version.clear()
        self.telemetry.version.labels(self.snapshot.version).set(1)
        _log.info("serving embeddings %s", self.snapshot.version)

    def close(self) -> None:
        """Make durable what was accepted and let go of the files."""
        self.log.close()
        self.stored.close()


def _placed(error: InvalidValue, asked: RecommendationRequest) -> InvalidValue:
    """What the Recommender refuses, with the place in the request where it stands."""
    name = {"filter": "filter", "placements.name": "name"}.get(error.field, "")
    for place, wanted in enumerate(asked.placements):
        if name and getattr(wanted, name) == error.value:
            return InvalidValue(f"placements[{place}].{name}", error.value, error.expected)
    return error
