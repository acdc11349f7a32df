"""The explorer on the small shop: three aisles, and customers who keep to one of them."""

import csv
import re
from pathlib import Path

import networkx as nx

from tests.api.shop import CUSTOMERS, PRODUCTS
from tests.pages.conftest import HOSTILE, SECRET
from tests.pages.explored import Explored

LOVER, OTHER = "customer:user:dairy-lover-3", "customer:user:dairy-lover-4"
HOUSEHOLD = f"do=near~{LOVER}~purchased~product~50&select={LOVER}"
TYPED_ON = """(box, text) => {
  box.value += text;
  box.dispatchEvent(new Event("input"));
  box.dispatchEvent(new KeyboardEvent("keydown", { key: "Enter" }));
}"""
"""A text and Enter in one breath: no answer comes between."""


def test_the_overview_draws_the_shop_and_asks_nobody_else(exploring: Explored) -> None:
    exploring.view()
    assert exploring.page.locator("#title").inner_text() == "Overview"
    assert {f"customer:user:{name}" for name in CUSTOMERS} <= exploring.drawn()
    assert {f"product:{name}" for name in PRODUCTS} <= exploring.drawn()
    assert exploring.page.locator("#places span").count() >= 3
    assert exploring.page.locator("#analysed").inner_text().startswith("Analysed ")
    assert exploring.page.locator("#canvas canvas").count() > 0
    origin = exploring.at.partition("/explore")[0]
    assert [url for url in exploring.requested if not url.startswith((origin, "data:", "blob:", "about:"))] == []
    assert exploring.complaints == []


def test_somebody_is_found_and_opened_by_keyboard_alone(exploring: Explored) -> None:
    exploring.view()
    exploring.find("dairy-lover-3")
    panel = exploring.panel("dairy-lover-3")
    exploring.titled("Around customer dairy-lover-3")
    assert LOVER in exploring.drawn()
    assert "bought products" in panel.inner_text()


def test_enter_takes_what_is_found_for_the_text_as_it_stands(exploring: Explored) -> None:
    exploring.view()
    box = exploring.page.locator("#search")
    box.fill("dairy-lover-")
    exploring.page.locator("#found [aria-selected=true]", has_text="dairy-lover-0").wait_for()
    box.evaluate(TYPED_ON, "7")
    exploring.titled("Around customer dairy-lover-7")


def test_expanding_adds_to_what_is_drawn(exploring: Explored) -> None:
    exploring.view(HOUSEHOLD)
    before = exploring.drawn()
    product = min(node for node in before if node.startswith("product:"))
    exploring.page.locator(f'#drawn [data-node="{product}"]').click()
    exploring.panel(product.removeprefix("product:").replace("-", " ").title())
    exploring.page.locator("#panel .expand[data-relation=purchased]").click()
    exploring.arrived(f"do=near~{product}~purchased")
    exploring.page.locator(f"#panel[aria-busy=false] >> text={product.removeprefix('product:')}").first.wait_for()
    exploring.settled()
    after = exploring.drawn()
    assert before < after
    assert any(node.startswith("customer:") for node in after - before)


def test_a_link_gives_the_same_view_and_back_the_one_before(exploring: Explored) -> None:
    exploring.view()
    exploring.find("dairy-lover-3")
    exploring.panel("dairy-lover-3")
    exploring.page.locator("#colour").select_option("kind")
    exploring.arrived("colour=kind")
    drawn, link = exploring.drawn(), exploring.at
    exploring.view(link.partition("#")[2])
    exploring.panel("dairy-lover-3")
    assert exploring.drawn() == drawn
    assert exploring.page.locator("#colour").input_value() == "kind"
    exploring.page.locator("#overview").click()
    exploring.titled("Overview")
    exploring.page.go_back()
    exploring.titled("Around customer dairy-lover-3")
    assert exploring.drawn() == drawn


def test_a_path_is_told_in_words(exploring: Explored) -> None:
    exploring.view(HOUSEHOLD)
    exploring.panel("dairy-lover-3").get_by_role("button", name="Path to…").click()
    exploring.page.locator("#picking", has_text="To which node from customer dairy-lover-3?").wait_for()
    exploring.find("dairy-lover-4")
    panel = exploring.panel("dairy-lover-4")
    told = panel.locator(".chain").first
    words = r"customer dairy-lover-3 (bought Dairy \d\d, also bought|received campaign 1, also received) by customer"
    assert re.match(words, told.inner_text()), told.inner_text()
    told.click()
    exploring.arrived("lit=0")
    assert panel.locator(".chain").first.get_attribute("aria-pressed") == "true"


def test_two_customers_stand_side_by_side(exploring: Explored) -> None:
    exploring.view(HOUSEHOLD)
    exploring.panel("dairy-lover-3").get_by_role("button", name="Compare with…").click()
    exploring.find("dairy-lover-4")
    panel = exploring.panel("dairy-lover-3 and dairy-lover-4")
    shared = int(str(re.search(r"Both took (\d+)", panel.inner_text())[1]))  # type: ignore[index]
    assert shared > 0
    assert panel.locator("details").first.locator("tbody tr").count() == shared
    assert panel.locator(".measure .value").count() == 2
    assert {LOVER, OTHER} <= exploring.drawn()


def test_a_recommendation_says_why_and_shows_the_path(exploring: Explored) -> None:
    exploring.view(HOUSEHOLD)
    exploring.panel("dairy-lover-3").get_by_role("button", name="Recommend").click()
    panel = exploring.panel("For dairy-lover-3")
    assert panel.locator(".items > li").count() > 0
    reason = panel.locator(".reason:enabled").first
    reason.click()
    exploring.arrived("lit=")
    assert panel.locator(".reason[aria-pressed=true]").count() == 1


def test_similar_customers_are_listed_with_how_much_they_share(exploring: Explored) -> None:
    exploring.view(HOUSEHOLD)
    exploring.panel("dairy-lover-3").get_by_role("button", name="Similar customers").click()
    panel = exploring.panel("Like dairy-lover-3")
    names = panel.locator(".row span").all_inner_texts()
    assert names and all(re.match(r"\w+-lover-\d \d+ products? shared", name) for name in names)


def test_a_period_leaves_out_what_happened_outside_it(exploring: Explored) -> None:
    exploring.view(HOUSEHOLD)
    assert len(exploring.drawn()) > 1
    exploring.view(f"{HOUSEHOLD}&since=2030-01-01")
    assert exploring.drawn() == {LOVER}
    exploring.page.locator("#period [type=reset]").click()
    exploring.left("since")
    exploring.settled()
    assert len(exploring.drawn()) > 1


def test_what_is_exported_can_be_read_elsewhere(exploring: Explored, tmp_path: Path) -> None:
    exploring.view(f"do=near~customer:user:{HOSTILE}~~~50&do=near~{LOVER}~purchased~product~50")
    drawn = exploring.drawn()
    graph = nx.read_graphml(exploring.exported("graphml", tmp_path))
    called = dict(graph.nodes(data="node"))
    assert set(called.values()) == drawn
    assert {data["kind"] for data in graph.nodes.values()} == {"customer", "product"}
    assert all(isinstance(data["times"], int) for data in graph.edges.values())
    with exploring.exported("nodes", tmp_path).open(newline="") as file:
        nodes = list(csv.DictReader(file))
    with exploring.exported("edges", tmp_path).open(newline="") as file:
        edges = list(csv.DictReader(file))
    assert {row["node"] for row in nodes} == drawn
    assert {(row["source"], row["target"]) for row in edges} == {(called[a], called[b]) for a, b in graph.edges()}
    assert exploring.exported("png", tmp_path).read_bytes().startswith(b"\x89PNG")


def test_an_unknown_node_is_said_in_words(exploring: Explored) -> None:
    exploring.view("do=near~customer:user:nobody~~~50")
    assert "nobody" in exploring.problem()
    exploring.view("do=dance~1")
    assert "dance" in exploring.problem()


def test_hostile_names_are_shown_as_text(exploring: Explored) -> None:
    exploring.view(f"do=near~customer:user:{HOSTILE}~~~50&select=product:{HOSTILE}")
    exploring.panel(HOSTILE)
    exploring.page.locator("#search").fill("<img")
    exploring.page.locator("#found [role=option]").first.wait_for()
    assert exploring.drawn() == {f"customer:user:{HOSTILE}", f"product:{HOSTILE}"}
    assert exploring.page.evaluate("window.hacked") is None
    assert exploring.page.locator("img").count() == 0
    assert exploring.complaints == []


def test_the_legend_lets_the_others_stand_back(exploring: Explored) -> None:
    exploring.view("do=overview~2000&colour=kind")
    customers = exploring.page.locator(".legend button", has_text="Customers")
    assert customers.locator("b").inner_text() == str(len(CUSTOMERS) + 1)
    customers.click()
    exploring.arrived("only=customer")
    assert exploring.page.locator(".legend button[aria-pressed=true]").all_inner_texts() == [customers.inner_text()]


def test_the_loss_of_the_server_is_said_in_words(exploring: Explored) -> None:
    exploring.view(HOUSEHOLD)
    panel = exploring.panel("dairy-lover-3")
    exploring.page.context.set_offline(True)
    panel.get_by_role("button", name="Similar customers").click()
    assert exploring.problem().startswith("The server cannot be reached.")
    assert LOVER in exploring.drawn()


def test_without_webgl_the_lists_still_work(exploring_without_webgl: Explored) -> None:
    exploring_without_webgl.view(HOUSEHOLD)
    assert "cannot draw" in exploring_without_webgl.problem()
    exploring_without_webgl.panel("dairy-lover-3")
    assert LOVER in exploring_without_webgl.drawn()


def test_without_the_drawing_library_the_page_says_how_to_get_it(exploring: Explored) -> None:
    exploring.page.route("**/explore/vendor/*", lambda route: route.fulfill(status=404, body=""))
    exploring.view(HOUSEHOLD)
    assert "a wheel built after it carries it" in exploring.problem()
    assert LOVER in exploring.drawn()


def test_the_key_is_asked_for(exploring_without_key: Explored) -> None:
    page = exploring_without_key.page
    page.goto("/explore")
    page.locator("#door input").fill(SECRET)
    page.get_by_role("button", name="Open").click()
    exploring_without_key.titled("Overview")


def test_escape_closes_and_the_question_mark_shows_the_keys(exploring: Explored) -> None:
    exploring.view(HOUSEHOLD)
    exploring.panel("dairy-lover-3")
    exploring.page.keyboard.press("?")
    exploring.page.locator("#keys h2", has_text="Keys").wait_for()
    exploring.page.keyboard.press("Escape")
    exploring.page.locator("#keys").wait_for(state="hidden")
    exploring.page.keyboard.press("Escape")
    exploring.page.locator("#panel").wait_for(state="hidden")
