"""Settings of the neighbours, chosen by what they find in sessions they have not seen."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import Any

from embeddings.sessions.neighbours import NeighbourSettings, SessionNeighbours
from embeddings.sessions.prefixes import Found, Prefixes, found_in

__all__ = ["Trial", "choose_neighbours"]

K = 20


@dataclass(frozen=True)
class Trial:
    """Settings that were tried, and what they found."""

    settings: NeighbourSettings
    found: Found


def choose_neighbours(
    index: SessionNeighbours, prefixes: Prefixes, now: int, time_left: Callable[[], bool] = lambda: True
) -> list[Trial]:
    """What was tried, the best first; one setting is changed after the other, and kept where it finds more.

    prefixes: of sessions that came after those of the index, the first at `now`.
    """
    trials: list[Trial] = []

    def tried(settings: NeighbourSettings) -> Trial:
        changed = replace(index, settings=settings)
        trials.append(Trial(settings, found_in(prefixes, lambda products: changed.scores(products, now=now, k=K))))
        return trials[-1]

    best = tried(index.settings)
    for changes in _steps(index):
        for change in changes:
            if time_left():
                best = max(best, tried(replace(best.settings, **change)), key=lambda trial: trial.found.gain)
    return sorted(trials, key=lambda trial: -trial.found.gain)


def _steps(index: SessionNeighbours) -> Iterator[list[dict[str, Any]]]:
    at = index.sessions.at
    span = float(at[-1] - at[0]) if len(at) else 0.0
    yield [{"recency_half_life": span / part} for part in (2.0, 4.0, 8.0) if span]
    yield [{"before": before} for before in (0.5, 0.75)]
    yield [{"rarity_power": power} for power in (0.5, 1.0)]
    yield [{"age_half_life": steps} for steps in (0.7, 1.5, 3.0)]
    yield [{"distance_half_life": steps} for steps in (1.0, 4.0)]
    yield [{"length_power": power} for power in (0.25, 0.75)]
    yield [{"neighbours": number} for number in (200, 1500)]
