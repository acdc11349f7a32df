"""Feature: one named value of the table, with where its state lies."""

from dataclasses import dataclass, field

from graph.profile.features.condition import Narrowing
from graph.profile.features.kinds import Kind
from graph.profile.features.plan import MarkPlan, Need
from graph.profile.features.window import Window

__all__ = ["Feature"]


@dataclass(frozen=True)
class Feature:
    """One feature: a kind in one window and one segment, such as ``spent.dairy.30d``.

    need: of which series. mark: or of which mark. narrowing: which groups of the series count;
    `narrowed` is its name, "" for all.
    of, to: for a rate, the names of the two features it compares.
    """

    name: str
    kind: Kind
    window: Window | None = None
    need: Need | None = None
    mark: MarkPlan | None = None
    narrowing: Narrowing = ()
    narrowed: str = field(init=False, compare=False)
    of: str = ""
    to: str = ""

    def __post_init__(self) -> None:
        object.__setattr__(self, "narrowed", repr(self.narrowing) if self.narrowing else "")
