"""The explorer within a period: what is drawn is of it, and what cannot be is said to be of all time."""

import re
from typing import Any

from tests.pages.explored import Explored

LOVER, OTHER = "customer:user:dairy-lover-3", "customer:user:dairy-lover-4"
NEVER = "since=2030-01-01"
MARCH = "until=2024-03-31"
EDGES = (
    "() => fetch('/v1/graph/overview', {headers: {Authorization: `Bearer ${sessionStorage.getItem('patron.key')}`}})"
)


def test_the_map_has_the_relations_last_seen_in_the_period_and_says_so(exploring: Explored) -> None:
    exploring.view(f"do=overview~2000&{MARCH}")
    answer: Any = exploring.page.evaluate(f"{EDGES}.then((answer) => answer.json())")
    edges = answer["edges"]
    seen = [edge for edge in edges if edge["last"] < "2024-04-01"]
    assert 0 < len(seen) < len(edges)
    words = f"Relations last seen until Mar 31, 2024: {len(seen)} of {len(edges)}; places, sizes and communities are"
    assert words in exploring.page.locator("#truncated").inner_text()
    assert exploring.page.locator("#counts").inner_text() == f"{len(answer['nodes'])} nodes, {len(seen)} relations"


def test_choosing_a_period_asks_for_it_and_all_time_takes_it_back(exploring: Explored) -> None:
    exploring.view()
    exploring.page.locator("#period [name=since]").fill("2030-01-01")
    exploring.page.locator("#counts", has_text=re.compile(r"\b0 relations")).wait_for()
    exploring.page.locator("#period [type=reset]").click()
    exploring.page.locator("#counts", has_text=re.compile(r"\b[1-9]\d* relations")).wait_for()
    assert "last seen" not in exploring.page.locator("#truncated").inner_text()


def test_paths_are_those_of_the_period(exploring: Explored) -> None:
    exploring.view(f"do=path~{LOVER}~{OTHER}&panel=0")
    assert exploring.panel("dairy-lover-4").locator(".chain").count() > 0
    exploring.view(f"do=path~{LOVER}~{OTHER}&panel=0&{NEVER}")
    panel = exploring.panel("dairy-lover-4")
    assert panel.locator(".chain").count() == 0
    assert "By what happened since Jan 1, 2030." in panel.inner_text()


def test_a_comparison_is_of_what_both_did_in_the_period(exploring: Explored) -> None:
    taken = []
    for period in ("", f"&{MARCH}", f"&{NEVER}"):
        exploring.view(f"do=compare~{LOVER}~{OTHER}&panel=0{period}")
        panel = exploring.panel("dairy-lover-3 and dairy-lover-4")
        words = panel.inner_text()
        numbers = [re.search(rf"{title}:? (\d+)", words) for title in ("Both took", "Only dairy-lover-3")]
        taken.append(sum(int(number[1]) for number in numbers if number))
        if period:
            assert "the embedding is of all time" in words
    assert taken[0] > taken[1] > taken[2] == 0


def test_what_knows_no_period_is_said_to_be_of_all_time(exploring: Explored) -> None:
    exploring.view(f"do=similar~{LOVER}~10&panel=0&{NEVER}")
    assert "of all time" in exploring.page.locator("#truncated").inner_text()
    exploring.view(f"do=near~{LOVER}~~~50&select={LOVER}&{NEVER}")
    words = exploring.panel("dairy-lover-3").locator(".within").inner_text()
    assert words == "Counted over all time; expanding adds what happened since Jan 1, 2030."
