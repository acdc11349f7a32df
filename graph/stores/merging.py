"""Merging: what becomes of the traits held of a customer once more are said; and what says nothing."""

from graph.customer_graph import Entry
from graph.nodes import Campaign, Customer, Product, Stamp

__all__ = ["is_bare", "merged"]

_NEVER = Stamp()


def merged(held: Customer, said: Customer) -> Customer:
    """The customer with what is said, trait by trait, except where the one held has a later stamp."""
    traits, stamps = dict(held.traits), dict(held.stamps)
    for name, value in said.traits.items():
        stamp = said.stamps.get(name, _NEVER)
        if stamp >= stamps.get(name, _NEVER):
            traits[name] = value
            stamps.pop(name, None)
            if stamp != _NEVER:
                stamps[name] = stamp
    return Customer(id=held.id, traits=traits, stamps=stamps)


def is_bare(entry: Entry) -> bool:
    """Whether an entry says nothing but its id."""
    match entry:
        case Customer():
            return not entry.traits
        case Product():
            return entry == Product(id=entry.id)
    return entry == Campaign(id=entry.id)
