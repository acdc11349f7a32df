"""The explorer where the server does not answer: what is asked again, and what is left to the analyst."""

import json
import re
from collections.abc import Callable

from playwright.sync_api import Route

from tests.pages.explored import Explored

LOVER, OTHER = "customer:user:dairy-lover-3", "customer:user:dairy-lover-4"
SLOW = "the answer took too long"


def refusing(**headers: str) -> Callable[[Route], None]:
    return lambda route: route.fulfill(status=503, headers=headers, body=json.dumps({"detail": SLOW}))


def asked(exploring: Explored, path: str) -> int:
    return sum(path in url for url in exploring.requested)


def test_a_view_that_took_too_long_is_asked_for_once_and_again_when_the_analyst_says_so(exploring: Explored) -> None:
    exploring.page.route("**/v1/graph/view?*", refusing())
    exploring.view(f"do=around~1~50~{LOVER}")
    assert exploring.problem() == "The answer took too long"
    assert asked(exploring, "/v1/graph/view?") == 1
    exploring.page.get_by_role("button", name="Try again").click()
    exploring.settled()
    assert exploring.problem() == "The answer took too long"
    assert asked(exploring, "/v1/graph/view?") == 2
    exploring.page.unroute("**/v1/graph/view?*")
    exploring.page.get_by_role("button", name="Try again").click()
    exploring.titled("Within 1 of customer dairy-lover-3")
    assert exploring.page.locator("#problem").inner_text() == ""


def test_a_question_that_took_too_long_has_its_place_in_the_history_once_it_is_answered(exploring: Explored) -> None:
    exploring.view(f"do=near~{LOVER}~purchased~product~50&select={LOVER}")
    exploring.page.route("**/v1/graph/similar?*", refusing())
    exploring.panel("dairy-lover-3").get_by_role("button", name="Similar customers").click()
    exploring.problem()
    assert "similar" not in exploring.at
    exploring.page.unroute("**/v1/graph/similar?*")
    exploring.page.get_by_role("button", name="Try again").click()
    exploring.panel("Like dairy-lover-3")
    exploring.arrived("do=similar")


def test_the_part_of_a_view_that_took_too_long_is_added_when_it_is_asked_for_again(exploring: Explored) -> None:
    exploring.page.route(re.compile("neighbours.*dairy-lover-4"), refusing())
    exploring.view(f"do=near~{LOVER}~~~50&do=near~{OTHER}~~~50")
    assert exploring.problem() == "The answer took too long"
    assert OTHER not in exploring.drawn()
    exploring.page.unroute(re.compile("neighbours.*dairy-lover-4"))
    exploring.page.get_by_role("button", name="Try again").click()
    exploring.page.locator(f'#drawn [data-node="{OTHER}"]').wait_for()
    assert {LOVER, OTHER} <= exploring.drawn()


def test_details_that_took_too_long_are_asked_for_again_from_their_panel(exploring: Explored) -> None:
    exploring.page.route("**/v1/graph/node?*", refusing())
    exploring.view(f"do=around~1~50~{LOVER}&select={LOVER}")
    panel = exploring.panel("Not to be shown")
    assert "The answer took too long" in panel.inner_text()
    exploring.page.unroute("**/v1/graph/node?*")
    panel.get_by_role("button", name="Try again").click()
    exploring.panel("dairy-lover-3")


def test_what_the_server_names_a_time_for_is_asked_again_without_a_word_from_the_analyst(exploring: Explored) -> None:
    exploring.page.route("**/v1/graph/view?*", refusing(**{"Retry-After": "1"}), times=1)
    exploring.view(f"do=around~1~50~{LOVER}")
    exploring.titled("Within 1 of customer dairy-lover-3")
    assert asked(exploring, "/v1/graph/view?") == 2
    assert exploring.page.locator("#problem").inner_text() == ""


def test_the_map_is_asked_for_once_when_the_script_that_asks_early_comes_late(exploring: Explored) -> None:
    page, late = exploring.page, list[Route]()
    page.route("**/static/early.js", lambda route: late.append(route))
    page.route("**/v1/graph/overview?*", refusing(**{"Retry-After": "1"}), times=1)
    page.goto("/explore", wait_until="commit")
    page.locator("#status", has_text="Asking again in 1 s").wait_for()
    for route in late:
        route.continue_()
    page.wait_for_load_state("load")
    exploring.titled("Overview")
    assert asked(exploring, "/v1/graph/overview?") == 2


def test_an_answer_that_came_late_does_not_wipe_away_what_was_said_since(exploring: Explored) -> None:
    page, held = exploring.page, list[Route]()
    page.route("**/v1/graph/communities", lambda route: held.append(route))
    page.route("**/v1/graph/communities", refusing(**{"Retry-After": "1"}), times=1)
    exploring.view()
    page.locator("#tab-communities").click()
    page.locator("#status", has_text="Asking again in 1 s").wait_for()
    page.locator("#colour").select_option("kind")
    exploring.arrived("colour=kind")
    page.locator("#status", has_text="are drawn").wait_for()
    while len(held) < 2:  # the list's first asking, again, and that of the list in its new colours
        page.wait_for_timeout(50)
    for route in held:
        with page.expect_response("**/v1/graph/communities"):
            route.continue_()
    page.locator(".cards li").first.wait_for()
    assert "are drawn" in page.locator("#status").inner_text()
