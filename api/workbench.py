"""Workbench: a data folder as a data scientist works on it; the commands of a version's life do what it does."""

import shutil
import sqlite3
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Literal, Self

from api.clock import now
from api.learning.existing_folder import existing_folder
from api.learning.leaderboard import Leaderboard
from api.learning.learning_data import LearningData
from api.processes.local_server import LocalServer
from api.settings import Settings, loaded_settings
from embeddings import ServingSnapshot, open_snapshot
from embeddings.artifacts.backtest import Backtest, read_backtest
from embeddings.artifacts.report import Report
from embeddings.registry import Registry
from graph import NotFound, PatronError
from graph.data_folder import DataFolder

if TYPE_CHECKING:
    from embeddings.gnn.config import GnnConfig

__all__ = ["TUNING_SECONDS", "SplitName", "Workbench"]

TUNING_SECONDS = 600.0

SplitName = Literal["time", "leave-last-out"]


@dataclass(frozen=True)
class Workbench:
    """A data folder: read what is known, train, evaluate, publish, open what serves, and ask a server of it.

    Versions are named `v0007`, or by the aliases `champion` (the one that serves) and `candidate` (trained last).
    docs/python-api.md goes through all of it.
    """

    settings: Settings

    @classmethod
    def open(cls, data: Path | str | None = None) -> Self:
        """The data folder at `data`, else the one that ``PATRON_DATA`` names; the other settings are the environment's.

        PatronError where there is none.
        """
        settings = loaded_settings(data=Path(data) if data is not None else None)
        existing_folder(settings)
        return cls(settings)

    @property
    def registry(self) -> Registry:
        """The versions of this folder: what there is, what each says of itself, what was done with it."""
        return Registry(existing_folder(self.settings).embeddings)

    def learning_data(self) -> LearningData:
        """What customers did up to the newest purchase, products, and campaigns; PatronError where nothing was done."""
        return LearningData.read(self.settings)

    def train(
        self, config: "GnnConfig | None" = None, *, start_from: str = "", fresh: bool = False, device: str = "cpu"
    ) -> str:
        """Train on everything and write the next version, the candidate then; its name. Nothing is published.

        config: the defaults where it is None. start_from: a version to learn on from, of as many dimensions. fresh:
        forget a training that was ended instead of going on with it. A twin of the version is trained too, without the
        last days. device: cpu, or an accelerator of this machine such as cuda, which learns with scores in bfloat16.
        PatronError where there is nothing to learn from, or while another training goes on.
        """
        from api.learning.training import DEFAULTS, train_into  # it loads torch, which takes seconds: only to train

        return train_into(self.settings, config or DEFAULTS, parent=start_from, fresh=fresh, device=device)

    def evaluate(
        self,
        *,
        k: int = 20,
        seed: int = 0,
        split: SplitName = "time",
        quick: bool = False,
        tuning_seconds: float = TUNING_SECONDS,
        reference: str | None = None,
    ) -> Leaderboard:
        """Every method on one split of this folder, learnt anew without what is held out; minutes on a large graph.

        quick: baselines with fixed settings instead of chosen ones, a choice that `tuning_seconds` cut short.
        reference: the line every other is held against, else the best baseline on each task. NothingToEvaluate where
        too little was bought, InvalidValue where the reference is no line.
        """
        from api.learning.evaluating import SPLITS, evaluated  # it loads torch: only to train

        chosen = SPLITS[split]
        return evaluated(
            self.settings, k, seed, split=chosen, quick=quick, tuning_seconds=tuning_seconds, reference=reference
        )

    def version(self, name: str = "") -> str:
        """The version that a name or an alias stands for, "" for the candidate, else the newest.

        PatronError where there is none.
        """
        registry = self.registry
        versions = registry.versions()
        if not versions:
            raise PatronError(f"no version is trained in {str(registry.folder)!r}: `patron train` makes one")
        try:
            return registry.resolve(name or registry.candidate() or versions[-1])
        except NotFound:
            known = ", ".join(versions)
            raise PatronError(f"VERSION: got {name or registry.candidate()!r}, expected one of {known}") from None

    def snapshot(self, version: str = "champion") -> ServingSnapshot:
        """A version as it serves: vectors, indexes, neighbour lists; read-only."""
        return open_snapshot(self.registry.path(self.version(version)))

    def backtest(self, version: str = "") -> Backtest | None:
        """A version's twin, which has not seen the last days, and what was bought in them; None where it has none."""
        return read_backtest(self.registry.path(self.version(version)))

    def examine(self, version: str = "") -> Report:
        """What the gate says of a version beside the champion; nothing is published."""
        return self.registry.examine(self.version(version))

    def publish(self, version: str = "", *, force: str = "") -> Report:
        """Make a version the champion once it has passed the gate; running servers swap to it within a second.

        force: a reason to publish it although the gate refuses. PublicationRefused says which check, and by how much.
        """
        return self.registry.publish(self.version(version), now=now(), force=force)

    def rollback(self) -> str:
        """Make the champion before this one the champion again; its name. NotFound where there was none."""
        return self.registry.rollback(now=now())

    def serve(self) -> LocalServer:
        """A server of this folder in a process of its own, on a free port of this machine, without a key; it is ready.

        End it with `stop()`, or use it as a context manager.
        """
        return LocalServer(self.settings, port=0)

    def copy(self, to: Path | str) -> "Workbench":
        """A copy to try things on, whole though a server may be writing; an analysis of the graph is left behind."""
        source, target = DataFolder(self.settings.data), DataFolder(Path(to))
        for name in ("graph", "profiles", "log"):  # the log last: the others are read from it
            ours, theirs = getattr(source, name), getattr(target, name)
            if ours.exists():
                with closing(sqlite3.connect(ours)) as opened, closing(sqlite3.connect(theirs)) as written:
                    opened.backup(written)
        shutil.copytree(source.embeddings, target.embeddings, dirs_exist_ok=True)
        return Workbench(self.settings.model_copy(update={"data": target.path}))
