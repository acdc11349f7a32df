"""Trace: how one list came about, and why a product is not in it."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from recommend.answers import Dropped, Trace, WhyNot
from recommend.asked import Asked
from recommend.candidates import Candidates
from recommend.filtering import Sieve
from recommend.scoring import SIGNALS, Scored
from recommend.selection import Selection

__all__ = ["Course"]

MAX_DROPPED = 500


@dataclass(frozen=True)
class Course:
    """All that happened on the way to one list. found: every candidate, before the filter."""

    asked: Asked
    found: Candidates
    sieve: Sieve
    scored: Scored
    selection: Selection

    def trace(self, milliseconds: dict[str, float], why_not: Sequence[str]) -> Trace:
        return Trace(
            candidates={name.value: count for name, count in zip(self.found.sources, self.found.counts, strict=True)},
            dropped=tuple(self._dropped())[:MAX_DROPPED],
            milliseconds=milliseconds,
            why_not=tuple(self.why_not(product) for product in why_not),
        )

    def why_not(self, product: str) -> WhyNot:
        """Why a product is not in the list, or where it stands if it is."""
        row = self.asked.assortment.row(product)
        if row < 0:
            return WhyNot(product, "nobody knows this product: neither the catalogue nor the embeddings have it")
        places = np.flatnonzero(self.scored.rows == row)
        if not len(places):
            return self._without_score(product, row)
        place = int(places[0])
        score, rank = float(self.scored.scores[place]), place + 1
        said = self._parts(place)
        if place in self.selection.places:
            shown = self.selection.places.index(place) + 1
            return WhyNot(product, f"it is in the list, at {shown}: {said}", score, shown)
        last = max(self.selection.places, default=0)
        if place < last:
            text = f"ranked {rank}, but diversity or a pinned product took its place: {said}"
        else:
            least = float(self.scored.scores[last])
            text = f"ranked {rank} with {score:.3f}, and the last item shown has {least:.3f}: {said}"
        return WhyNot(product, text, score, rank)

    def _without_score(self, product: str, row: int) -> WhyNot:
        self.sieve.removals.clear()
        if not self.sieve.keep(np.array([row]))[0]:
            why = "; ".join(removal.why for removal in self.sieve.removals)
            return WhyNot(product, f"filtered out: {why}")
        names = ", ".join(name.value for name in self.found.sources)
        asked = self.asked
        likeness = []
        vector = asked.assortment.vector(row)
        if vector.any():
            for name, direction in (("long-term", asked.visitor.history.vector), ("session", asked.session)):
                if direction is not None:
                    likeness.append(f"{name} similarity {float(vector @ direction):.3f}")
        likeness.append(f"popularity {float(asked.assortment.popularity[row]):.1f}")
        return WhyNot(product, f"no source found it ({names}); {', '.join(likeness)}")

    def _parts(self, place: int) -> str:
        parts = self.scored.parts[place]
        said = [f"{signal.value} {part:.3f}" for signal, part in zip(SIGNALS, parts.tolist(), strict=True) if part > 0]
        return ", ".join(said) or "no signal speaks for it"

    def _dropped(self) -> list[Dropped]:
        ids = self.asked.assortment.ids
        dropped = [
            Dropped(ids[row], self._source(row), "filter", removal.why)
            for removal in self.sieve.removals
            for row in removal.rows.tolist()
        ]
        chosen = set(self.selection.places)
        last = max(chosen, default=-1)
        for place, row in enumerate(self.scored.rows.tolist()):
            if place not in chosen:
                stage, why = (
                    ("select", "diversity") if place < last else ("score", "its score is below the last item's")
                )
                dropped.append(Dropped(ids[row], self.scored.source(place), stage, why))
        return dropped

    def _source(self, row: int) -> str:
        places = np.flatnonzero(self.found.rows == row)
        if not len(places):
            return "refill"
        return self.found.sources[int(self.found.scores[places[0]].argmax())].value
