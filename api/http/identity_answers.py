"""The body of the answer that says which leaves a person is made of, and by which evidence."""

from collections.abc import Iterable

from msgspec import Struct

from graph import Profile, iso, public_id
from graph.identity.person import Person
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

    owners: of a shared device that was asked for, its customers. left_out: links beyond the most that are followed.
    """

    customer_id: str
    identities: list[Identity]
    links: list[LinkEvidence]
    owners: list[str]
    left_out: int


def identities_answer(asked: str, person: Person, profiles: Iterable[Profile]) -> Identities:
    """A person as it is shown; `profiles`: of their leaves and of the devices they share."""
    among = {profile.customer: profile for profile in profiles}
    links = []
    for leaf, profile in sorted(among.items()):
        for other, link in sorted(profile.linked.items()):
            if other in among and other < leaf and leaf in among[other].linked:
                continue  # told from the other end
            back = among[other].linked.get(leaf) if other in among else link
            source, _, event = link.stamp.event.partition("/")
            links.append(
                LinkEvidence(
                    public_id(leaf),
                    public_id(other),
                    str(link.value or LinkKind.UNMERGED.value),
                    _plain(source),
                    _plain(event),
                    iso(link.stamp.at),
                    bool(link.value) and back is not None and bool(back.value),
                )
            )
    shown = [Identity(public_id(leaf), False) for leaf in person.leaves]
    shown += [Identity(public_id(leaf), True) for leaf in person.shared]
    return Identities(asked, shown, links, [public_id(owner) for owner in person.owners], person.left_out)


def _plain(part: str) -> str:
    return part.replace("%2F", "/").replace("%25", "%")
