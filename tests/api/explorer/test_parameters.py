"""Parameters: each wrong one is a 422 that names field, value and what was expected; an unknown node is a 404."""

import pytest

from api.explorer.node_text import node_of, node_text
from api.explorer.parameters import Parameters
from graph import InvalidValue
from tests.api.served import Served

NODE = "node=customer:dairy-lover-1"
WRONG = [
    ("overview?limit=0", "limit", "from 1 to 10000"),
    ("overview?limit=10001", "limit", "from 1 to 10000"),
    ("search", "q", "a text of 1 to 256 characters"),
    ("search?q=%20", "q", "a text of 1 to 256 characters"),
    ("search?q=x%00y", "q", "none of them a null"),
    (f"search?q={'x' * 257}", "q", "a text of 1 to 256 characters"),
    ("search?q=x&kind=planet", "kind", "one of brand, campaign"),
    ("search?q=x&limit=201", "limit", "from 1 to 200"),
    ("search?q=%ff", "query", "percent-encoded UTF-8"),
    ("node", "node", "a node as kind:id"),
    ("node?node=dairy-01", "node", "a node as kind:id"),
    ("node?node=planet:earth", "node", "a node as kind:id"),
    ("node?node=product:", "node", "a node as kind:id"),
    ("node?node=brand:a%00b", "node", "a node as kind:id"),
    (f"node?node=product:{'x' * 257}", "node", "at most 256 characters"),
    (f"node?node=brand:{'x' * 2000}", "node", "a node as kind:id"),
    (f"neighbours?{NODE}&limit=1001", "limit", "from 1 to 1000"),
    (f"neighbours?{NODE}&limit=many", "limit", "a whole number"),
    (f"neighbours?{NODE}&relation=liked", "relation", "one of added_to_cart"),
    (f"neighbours?{NODE}&since=2024-01-01", "since", "with its zone"),
    (f"neighbours?{NODE}&as_of=soon", "as_of", "ISO 8601"),
    ("view", "node", "1 to 50 nodes"),
    ("view?" + "&".join(f"node=product:{number}" for number in range(51)), "node", "1 to 50 nodes"),
    (f"view?{NODE}&depth=4", "depth", "from 0 to 3"),
    (f"view?{NODE}&limit=10001", "limit", "from 1 to 10000"),
    ("paths?from=product:dairy-01", "to", "a node as kind:id"),
    ("paths?from=product:dairy-01&to=product:dairy-02&max_length=7", "max_length", "from 1 to 6"),
    ("compare?a=product:dairy-01&b=customer:dairy-lover-1", "b", "a product, as a is"),
    ("similar?customer=", "customer", "a text of 1 to 256 characters"),
    ("similar?customer=x&k=0", "k", "from 1 to 200"),
    ("central?kind=brand", "kind", "one of customer, product"),
]
UNKNOWN = [
    ("node?node=product:nothing", "node", "product:nothing"),
    ("node?node=customer:nobody", "node", "customer:user:nobody"),
    ("node?node=category:NONE", "node", "category:NONE"),
    ("neighbours?node=product:nothing", "node", "product:nothing"),
    ("view?node=product:dairy-01&node=product:nothing", "node", "product:nothing"),
    ("paths?from=product:dairy-01&to=product:nothing", "to", "product:nothing"),
    ("compare?a=product:nothing&b=product:dairy-01", "a", "product:nothing"),
    ("similar?customer=nobody", "customer", "customer:user:nobody"),
]


@pytest.mark.parametrize(("path", "field", "expected"), WRONG)
def test_a_wrong_value_is_refused_by_name(explored: Served, path: str, field: str, expected: str) -> None:
    answer = explored.http.get(f"/v1/graph/{path}")
    problem = answer.json()
    assert (answer.status_code, answer.headers["content-type"]) == (422, "application/problem+json"), problem
    assert problem["field"] == field and expected in problem["expected"]
    assert len(answer.content) < 2000


@pytest.mark.parametrize(("path", "field", "value"), UNKNOWN)
def test_an_unknown_node_is_not_found(explored: Served, path: str, field: str, value: str) -> None:
    answer = explored.http.get(f"/v1/graph/{path}")
    problem = answer.json()
    assert (answer.status_code, problem["field"], problem["value"]) == (404, field, value)


def test_a_relation_or_kind_may_be_repeated_and_counts_once() -> None:
    asked = Parameters(b"relation=viewed&relation=purchased&relation=viewed")
    assert asked.relations() == ["viewed", "purchased"] and asked.kinds() is None


@pytest.mark.parametrize(
    "text", ["customer:user:31", "customer:anon:a:b", "product:a:b", "coupon:13/0001", "brand:50% off"]
)
def test_a_node_is_written_as_it_is_read(text: str) -> None:
    assert node_text(node_of(text)) == text


def test_a_node_of_no_kind_is_refused_under_its_own_name() -> None:
    with pytest.raises(InvalidValue, match="from: got 'x:y'"):
        node_of("x:y", "from")
