"""Shared: what products have in common, as nodes."""

from graph.nodes import NodeKind, Product, Relation

__all__ = ["SHARED", "shared_name"]

SHARED = (
    (Relation.IN_DEPARTMENT, NodeKind.DEPARTMENT, "department"),
    (Relation.IN_CATEGORY, NodeKind.CATEGORY, "category"),
    (Relation.IN_SUBCATEGORY, NodeKind.SUBCATEGORY, "subcategory"),
    (Relation.OF_BRAND, NodeKind.BRAND, "brand"),
    (Relation.MADE_BY, NodeKind.MANUFACTURER, "manufacturer"),
)
"""The relation, the kind of node it leads to, and the field of the product that names it."""
_MAX_CHARACTERS = 1_000


def shared_name(product: Product, field: str) -> str:
    """The name of the node a field of a product leads to; "" for none, and for a text too long to be a name."""
    name: str = getattr(product, field)
    return name if len(name) <= _MAX_CHARACTERS else ""
