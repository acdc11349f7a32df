"""Opening: an Engine over a data folder, caught up with its log."""

import asyncio
import logging
from collections.abc import Callable, Sequence

from api.clock import now
from api.engine import Engine
from api.profile_store import profile_store
from api.settings import Settings
from api.telemetry import Telemetry
from embeddings.snapshot.holder import SnapshotHolder
from embeddings.versions import Versions
from graph import Catalogue, LoggedEvent
from graph.data_folder import DataFolder
from graph.identity.contacts import Contacts
from graph.identity.marking import Marking
from graph.identity.people import People
from graph.intake import Intake
from graph.log.answers import AnswerLedger
from graph.log.dead_letters import DeadLetters
from graph.log.opening import open_log
from graph.profile.features.table_file import read_feature_table
from graph.profile.live import LiveProfiles
from graph.profile.reading.reading import FeatureReader
from graph.quality import Quality
from recommend.placements import Placements
from recommend.recommender import Recommender

__all__ = ["open_engine"]

_log = logging.getLogger("patron.engine")


def open_engine(settings: Settings) -> Engine:
    """Open a data folder and catch up in memory with the end of its log; to be called on the running event loop."""
    loop = asyncio.get_running_loop()
    folder = DataFolder(settings.data)
    table = read_feature_table(settings.profile_file)
    stored = profile_store(settings, timeout_seconds=settings.profiles_timeout_ms / 1000)
    catalogue = Catalogue()
    for product, seq in stored.products():
        catalogue.put(product, seq)
    engine: Engine

    def on_commit(logged: Sequence[LoggedEvent]) -> None:
        engine.on_commit(logged)

    def deliver(finish: Callable[[], None]) -> None:
        loop.call_soon_threadsafe(finish)

    log = open_log(folder.log, settings.log, partitions=settings.log_partitions, on_commit=on_commit, deliver=deliver)
    dead_letters, quality = DeadLetters(log), Quality(lambda product: catalogue.row(product) is not None)
    profiles = LiveProfiles(stored, table=table)
    people, consent = People(profiles.get), settings.consent_defaults
    features = FeatureReader(table, catalogue)
    engine = Engine(
        settings=settings,
        log=log,
        ledger=AnswerLedger(log),
        intake=Intake(log, dead_letters, Marking(people.consents, consent, people.zone), quality),
        dead_letters=dead_letters,
        quality=quality,
        stored=stored,
        profiles=profiles,
        people=people,
        features=features,
        catalogue=catalogue,
        snapshots=SnapshotHolder(Versions(folder.embeddings)),
        recommender=Recommender(
            Placements.read(settings.placements_file), consent=consent, contacts=Contacts(features), zone=table.timezone
        ),
        telemetry=Telemetry(quality),
        now=now,
    )
    engine.profiles.replay(log, also=catalogue.apply)
    engine.snapshots.refresh()
    if engine.snapshots.version:
        engine.announce()
    else:
        _log.warning("no embeddings are published yet: answers are degraded until `patron train` and `patron publish`")
    return engine
