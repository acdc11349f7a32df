"""Search text: what of a node is searched, the same in every store.

A node is found by its id, its name and its traits, case folded. The text is lines: the id as people say it first (a
customer's without its namespace, then with it), then one line a value. It starts with what is sought where the id does.
"""

from collections.abc import Mapping

from graph.customer_graph import Entry
from graph.ids import ANONYMOUS, CustomerId, public_id
from graph.nodes import Customer, NodeKind, NodeRef, Product, Trait

__all__ = ["MIN_CHARACTERS", "folded", "search_text", "whole_ids"]

MIN_CHARACTERS = 3
"""A shorter text finds whole ids only."""
_MAX_CHARACTERS = 1_000
"""How much of a node's text is searched."""


def search_text(node: Entry | NodeRef) -> str:
    """The text of a customer, product or campaign as stated, or of a node of which nothing but the id is known."""
    values: list[object] = [node.id]
    match node:
        case Customer():
            values = [*_customer_ids(node.id), *_sorted(node.traits)]
        case Product():
            values += [node.name, node.department, node.category, node.subcategory, node.brand, node.manufacturer]
            values += _sorted(node.attributes)
        case NodeRef(kind=NodeKind.CUSTOMER):
            values = _customer_ids(node.id)
        case NodeRef():
            pass
        case _:
            values.append(node.kind)
    return "".join(f"{value}\n" for value in values if value != "")[:_MAX_CHARACTERS].casefold()


def _customer_ids(customer: str) -> list[object]:
    return [public_id(CustomerId(customer)).removeprefix(ANONYMOUS), customer]


def _sorted(traits: Mapping[str, Trait]) -> list[Trait]:
    """The values by their names, so that what is cut off does not depend on the order they were said in."""
    return [value for _, value in sorted(traits.items())]


def folded(text: str) -> str:
    """What is sought, as it stands in a search text."""
    return text.strip().casefold()


def whole_ids(text: str) -> list[str]:
    """The customers' ids `text` may be, whole: itself, or without the namespace."""
    return [text, f"user:{text}", f"anon:{text}"]
