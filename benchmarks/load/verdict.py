"""What is known of shoppers in each place, held against what they did: what is missing, and what is there too often."""

from collections import Counter
from collections.abc import Hashable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from benchmarks.load.clickstream import Expected, differences
from graph import CustomerId, GraphReader, InteractionKind, Position, Profile, known
from graph.log.log_file import LogFile

__all__ = ["Verdict", "edges_of", "logged_since", "profile_answer"]


@dataclass
class Verdict:
    """Counts by place: how many are missing there, how many are there too often; and the first sentences of what else
    is otherwise."""

    lost: dict[str, int] = field(default_factory=dict)
    doubled: dict[str, int] = field(default_factory=dict)
    otherwise: list[str] = field(default_factory=list)

    def hold(self, place: str, wanted: Counter[Hashable], found: Counter[Hashable]) -> None:
        """Add a place to what was compared."""
        self.lost[place] = (wanted - found).total()
        self.doubled[place] = (found - wanted).total()

    def hold_profiles(
        self, place: str, expected: Mapping[str, Expected], answers: Mapping[str, Mapping[str, Any]]
    ) -> None:
        """Hold profiles, as ``GET /v1/customers/{id}`` tells them, against what each shopper did."""
        wanted, found = Counter[Hashable](), Counter[Hashable]()
        for shopper, did in expected.items():
            answer = dict(answers[shopper])
            wanted.update({(shopper, name): times for name, times in did.counts.items()})
            found.update({(shopper, name): times for name, times in answer.get("counts", {}).items()})
            self.otherwise += [f"{place}: {sentence}" for sentence in differences(shopper, did, answer)]
        self.hold(place, wanted, found)


def profile_answer(profile: Profile | None) -> dict[str, Any]:
    """Of a profile what `differences` compares."""
    if profile is None:
        return {}
    return {"counts": profile.counts, "spent": profile.spent, "products_bought": len(profile.bought.value)}


def logged_since(log: LogFile, position: Position) -> Counter[Hashable]:
    """How often the log holds each event id after a position."""
    ids: Counter[Hashable] = Counter()
    while True:
        logged, position = log.read(position)
        if not logged:
            return ids
        ids.update(one.event.id for one in logged)


def edges_of(graph: GraphReader, shoppers: Iterable[str]) -> Counter[Hashable]:
    """How often the graph has each (shopper, kind, product) of these shoppers."""
    arrays, kinds = graph.edges(), list(InteractionKind)
    names: dict[CustomerId, str] = {known(shopper): shopper for shopper in shoppers}
    theirs = np.array([customer in names for customer in arrays.customers], dtype=bool)
    kept = arrays.where(theirs[arrays.customer])
    rows = zip(kept.customer.tolist(), kept.kind.tolist(), kept.target.tolist(), strict=True)
    return Counter((names[arrays.customers[row]], kinds[kind], arrays.targets[target]) for row, kind, target in rows)
