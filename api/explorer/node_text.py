"""Node texts: a node as the explorer writes it, `kind:id`, and back."""

from graph import CustomerId, InvalidValue, NodeKind, NodeRef, customer_id, product_id, public_id

__all__ = ["node_of", "node_text", "shown_id"]

MAX_LENGTH = 1024
EXPECTED = "a node as kind:id, such as customer:user:31 or product:1082185; kinds are " + ", ".join(NodeKind)


def node_of(text: str, field: str = "node") -> NodeRef:
    """The node a text names; InvalidValue where it names none.

    >>> node_of("department:DAIRY")
    NodeRef(kind=<NodeKind.DEPARTMENT: 'department'>, id='DAIRY')
    """
    kind, colon, name = text.partition(":")
    if not colon or kind not in set(NodeKind) or not name.strip() or len(text) > MAX_LENGTH or "\x00" in name:
        raise InvalidValue(field, text, EXPECTED)
    match NodeKind(kind):
        case NodeKind.CUSTOMER:
            return NodeRef(NodeKind.CUSTOMER, customer_id(name, field))
        case NodeKind.PRODUCT:
            return NodeRef(NodeKind.PRODUCT, product_id(name, field))
        case other:
            return NodeRef(other, name)


def node_text(node: NodeRef) -> str:
    return f"{node.kind}:{node.id}"


def shown_id(node: NodeRef) -> str:
    """The id as a label: a known customer's without its ``user:``."""
    return public_id(CustomerId(node.id)) if node.kind is NodeKind.CUSTOMER else node.id
