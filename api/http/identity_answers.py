"""The body of the answer that says which leaves a person is made of, and by which evidence."""

from collections.abc import Iterable

from msgspec import Struct

from graph import Profile, iso, public_id
from graph.identity.person import Person
from graph.interactions import key_parts
from graph.nodes import LinkKind

__all__ = ["Identities", "Identity", "LinkEvidence", "identities_answer"]


class Identity(Struct, frozen=True):
    """A leaf of the person. shared: a device that others use too, of which only their turns are theirs."""

    id: str
    shared: bool


class LinkEvidence(Struct, frozen=True):
    """What was said last of two leaves: the event, its source, and when.

    `holds` is False once it was taken back, and where the other end does not say the same, as after its erasure.
    """

    id: str
    other: str
    kind: str
    source: str
    event: str
    at: str
    holds: bool


class Identities(Struct, frozen=True):
    """The answer of ``GET /v1/customers/{id}/identities``.

    owners: of a shared device that was asked for, its customers that are not erased. left_out: links beyond the most
    that are followed.
    """

    customer_id: str
    identities: list[Identity]
    links: list[LinkEvidence]
    owners: list[str]
    left_out: int


def identities_answer(asked: str, person: Person, profiles: Iterable[Profile]) -> Identities:
    """A person as it is shown; `profiles`: of their leaves, of the devices they share, and of whom those name."""
    linked = {profile.customer: profile.linked for profile in profiles}
    own = {leaf for leaf in (*person.leaves, *person.shared) if leaf in linked}
    links = []
    for leaf in sorted(own):
        for other, link in sorted(linked[leaf].items()):
            back = linked.get(other, {}).get(leaf)
            if other in own and other < leaf and back is not None:
                continue  # told from the other end
            source, event = key_parts(link.stamp.event)
            links.append(
                LinkEvidence(
                    public_id(leaf),
                    public_id(other),
                    str(link.value or LinkKind.UNMERGED.value),
                    source,
                    event,
                    iso(link.stamp.at),
                    bool(link.value) and back is not None and bool(back.value),
                )
            )
    shown = [Identity(public_id(leaf), False) for leaf in person.leaves]
    shown += [Identity(public_id(leaf), True) for leaf in person.shared]
    return Identities(asked, shown, links, [public_id(owner) for owner in sorted(person.owners)], person.left_out)
