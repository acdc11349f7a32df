"""ProfileStore: what every place that profiles are kept in can do, reading apart from writing."""

from collections.abc import Collection, Iterable, Iterator
from typing import Protocol

from msgspec import Struct

from graph.ids import CustomerId
from graph.log.event_log import Position
from graph.nodes import Product
from graph.profile.profile import Dated, Profile

__all__ = ["Choices", "ProfileReader", "ProfileStore", "ProfileWriter"]


class Choices(Struct, frozen=True):
    """Of a profile what it allows and whom it is linked to: a fraction of the time that reading it whole takes."""

    seq: int = 0
    consents: dict[str, Dated] = {}
    linked: dict[CustomerId, Dated] = {}


class ProfileReader(Protocol):
    """Every method raises StoreUnavailable where the store cannot be used now."""

    def read(self, customer: CustomerId) -> Profile | None: ...

    def read_all(self, customers: Collection[CustomerId]) -> dict[CustomerId, Profile]:
        """The profile of each of these who has one, in one round trip for up to 500."""
        ...

    def seqs(self, customers: Collection[CustomerId]) -> dict[CustomerId, int]:
        """The number of the newest event in the profile of each of these who has one."""
        ...

    def choices(self, customer: CustomerId) -> Choices | None:
        """What a customer's profile allows; None where there is no profile."""
        ...

    def linking(self) -> Iterator[tuple[CustomerId, Choices]]:
        """Every customer who was ever linked to somebody, with what they allow; one may come twice."""
        ...

    def choosing(self) -> Iterator[tuple[CustomerId, Choices]]:
        """Every customer who ever allowed or refused a purpose, with what they allow; one may come twice."""
        ...

    def products(self) -> Iterator[tuple[Product, int]]:
        """Every catalogue entry with the number of the event that set it, in the order they were first set."""
        ...

    def position(self) -> Position:
        """Where in the log these profiles stand: everything before it is in them; START where nothing is."""
        ...


class ProfileWriter(Protocol):
    """Every method raises StoreUnavailable where the store cannot be used now."""

    def write(self, profiles: Iterable[Profile], products: Iterable[tuple[Product, int]], position: Position) -> None:
        """Replace profiles and catalogue entries, each whole or not at all, and only after them move to `position`.

        A profile with a greater seq and a product with a later stamp than the one given stay, and no partition's number
        in the position becomes less: so any number of writers of one log may write at once.
        """
        ...

    def checkpoint(self) -> bool:
        """Let the store's files forget what was overwritten, such as the erased; False where it must be asked again."""
        ...


class ProfileStore(ProfileReader, ProfileWriter, Protocol):
    """A store that is opened."""

    @property
    def name(self) -> str:
        """What the store is called in messages."""
        ...

    def features(self, fingerprint: str) -> str:
        """The fingerprint of the feature table these profiles are folded with: the one given where none is folded yet.

        Another one than that of the table in use means that features lack what happened before, until a rebuild.
        """
        ...

    @property
    def lives(self) -> int:
        """How often the store was found to have been started anew, and so perhaps without the last it was told."""
        ...

    def close(self) -> None: ...
