"""The bodies of the explorer's answers, as `/openapi.json` describes them."""

from typing import Any

from msgspec import UNSET, Struct, UnsetType

from graph import Trait

__all__ = [
    "Central",
    "Communities",
    "Community",
    "Compared",
    "Comparison",
    "Edge",
    "Found",
    "NodeAnswer",
    "Overview",
    "PathsAnswer",
    "Related",
    "Shared",
    "Similar",
    "SimilarNodes",
    "TopProduct",
    "View",
    "ViewNode",
    "Walk",
]


class ViewNode(Struct, frozen=True, kw_only=True):
    """A node as it is drawn. `node` is how it is asked for again: ``kind:id``.

    degree: distinct partners. degree, community, centrality: of the last analysis, null before it or for a node newer
    than it. x, y: in the overview alone.
    """

    node: str
    kind: str
    id: str
    label: str
    department: str = ""
    traits: dict[str, Trait] = {}
    degree: int | None = None
    community: int | None = None
    centrality: float | None = None
    x: float | UnsetType = UNSET
    y: float | UnsetType = UNSET


class Edge(Struct, frozen=True):
    """What joins two nodes: from customers to what they did it with, from coupons to products and campaigns, from
    products to what they share. last: ISO 8601, null for what has no time."""

    source: str
    target: str
    relation: str
    times: int
    last: str | None


class View(Struct, frozen=True, kw_only=True):
    """Nodes and what joins them; `truncated` where more was found than asked for."""

    nodes: list[ViewNode]
    edges: list[Edge]
    truncated: bool


class TopProduct(Struct, frozen=True):
    node: str
    label: str


class Community(Struct, frozen=True, kw_only=True):
    """Customers and products that keep to each other: how many of each, and the products that stand for it."""

    community: int
    customers: int
    products: int
    label: str
    top_products: list[TopProduct]


class Overview(View, frozen=True, kw_only=True):
    """The answer of ``GET /v1/graph/overview``. traits, departments: what the nodes here can be coloured by."""

    communities: list[Community]
    traits: list[str]
    departments: list[str]
    analysed_at: str | None


class Communities(Struct, frozen=True):
    """The answer of ``GET /v1/graph/communities``, the largest first."""

    communities: list[Community]
    analysed_at: str | None


class Found(Struct, frozen=True):
    """The answer of ``GET /v1/graph/search``."""

    nodes: list[ViewNode]


class Central(Struct, frozen=True):
    """The answer of ``GET /v1/graph/central``: by centrality, the greatest first."""

    nodes: list[ViewNode]


class Related(Struct, frozen=True):
    """How many nodes of one kind a relation joins to a node, and how many times in all."""

    relation: str
    kind: str
    nodes: int
    times: int


class NodeAnswer(Struct, frozen=True, kw_only=True):
    """The answer of ``GET /v1/graph/node``. entry: what is stated of it; money in minor units, times in ISO 8601.

    truncated: only the first 100,000 partners were counted.
    """

    node: ViewNode
    entry: dict[str, Any]
    relations: list[Related]
    truncated: bool


class Walk(Struct, frozen=True):
    """A path: ``relations[i]`` joins ``nodes[i]`` and ``nodes[i + 1]``."""

    nodes: list[str]
    relations: list[str]


class PathsAnswer(View, frozen=True, kw_only=True):
    """The answer of ``GET /v1/graph/paths``: the paths, shortest first, and the view they make together."""

    paths: list[Walk]


class Shared(Struct, frozen=True):
    """A partner of both, and how many times of each."""

    node: ViewNode
    times_a: int
    times_b: int


class Compared(Struct, frozen=True):
    """A partner of one of them alone."""

    node: ViewNode
    times: int


class Comparison(Struct, frozen=True, kw_only=True):
    """The answer of ``GET /v1/graph/compare``.

    history_similarity: cosine of the distinct partners they have by purchase within the window. vector_similarity:
    cosine of their published vectors, whatever the window; null where one has none or does not permit personalization.
    """

    a: ViewNode
    b: ViewNode
    shared: list[Shared]
    only_a: list[Compared]
    only_b: list[Compared]
    shared_total: int
    only_a_total: int
    only_b_total: int
    history_similarity: float
    vector_similarity: float | None


class Similar(Struct, frozen=True):
    """A customer who bought the same: cosine of distinct products, and how many they share."""

    node: ViewNode
    similarity: float
    shared: int


class SimilarNodes(Struct, frozen=True):
    """The answer of ``GET /v1/graph/similar``."""

    customer: ViewNode
    similar: list[Similar]
