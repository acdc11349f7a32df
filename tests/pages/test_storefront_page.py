import re

import pytest

from tests.pages.watched import Watched

LOVER = "/demo?as=dairy-lover-3"
PHONE = (390, 844)


def changed_places(before: list[str], after: list[str]) -> int:
    return sum(old != new for old, new in zip(before, after, strict=True))


def test_a_click_changes_the_strip_and_says_so(browsing: Watched) -> None:
    browsing.open("/demo?as=")
    before = browsing.shown("homepage")
    browsing.page.get_by_role("button", name="Look at").last.click()
    said = browsing.said()
    after = browsing.shown("homepage")

    changed = changed_places(before, after)
    assert changed >= 3
    assert re.fullmatch(rf"You looked at .+: {changed} places changed\.", said)
    assert browsing.strip_of("homepage").locator(".changed").inner_text() == f"{changed} places changed"
    new = browsing.strip_of("homepage").locator(".item.new")
    assert {str(item.get_attribute("data-product")) for item in new.all()} == set(after) - set(before)
    assert all(item.locator(".moved").inner_text() == "new here" for item in new.all())


def test_a_click_changes_the_strips_of_a_household_with_a_history(browsing: Watched) -> None:
    browsing.open("/demo?as=dairy-lover-1")
    before = {name: browsing.shown(name) for name in ("homepage", "discover")}
    browsing.page.get_by_role("button", name="Look at").last.click()
    said = browsing.said()
    changed = sum(changed_places(shown, browsing.shown(name)) for name, shown in before.items())
    assert changed >= 3
    assert said.endswith(f": {changed} places changed.")


def test_every_item_says_why_it_is_there(browsing: Watched) -> None:
    browsing.open(LOVER)
    for placement in ("homepage", "discover"):
        reasons = browsing.strip_of(placement).locator(".item .reason").all_inner_texts()
        assert len(reasons) == len(browsing.shown(placement)) > 0
        assert all(re.search(r"bought|close to|took it", reason, re.IGNORECASE) for reason in reasons), reasons


def test_a_visitor_nobody_knows_is_known_after_one_click(browsing: Watched) -> None:
    browsing.open("/demo?as=")
    assert browsing.page.locator("h1").inner_text() == "Welcome, new visitor"
    assert browsing.visit() == ["you looked at nothing yet"]
    before = browsing.shown("homepage")
    browsing.page.get_by_role("button", name="Look at").first.click()
    browsing.said()
    assert browsing.page.locator("h1").inner_text() == "Welcome, visitor"
    assert len(browsing.visit()) == 1
    assert browsing.shown("homepage") != before
    assert browsing.shown("discover")


def test_a_visit_can_be_forgotten(browsing: Watched) -> None:
    browsing.open("/demo?as=")
    browsing.page.get_by_role("button", name="Look at").first.click()
    browsing.said()
    browsing.page.get_by_role("button", name="Forget this visit").click()
    browsing.page.get_by_text("You are a new visitor").wait_for()
    assert browsing.page.locator("h1").inner_text() == "Welcome, new visitor"
    assert browsing.visit() == ["you looked at nothing yet"]
    assert browsing.complaints == []


def test_what_is_put_into_the_cart_is_counted_and_gets_a_strip(browsing: Watched) -> None:
    browsing.open("/demo/product/dairy-05?as=")
    browsing.said()
    browsing.page.locator(".product").get_by_role("button", name="Add to cart").click()
    browsing.strip_of("cart").wait_for()
    assert browsing.page.locator("#cart").inner_text() == "Cart: 1 piece"
    assert browsing.visit()[0] == "in the cart: Dairy 05"
    assert "dairy-05" not in browsing.shown("cart")


def test_a_product_page_is_an_event_once(browsing: Watched) -> None:
    browsing.open("/demo/product/party-07?as=")
    assert browsing.page.locator("h1").inner_text() == "Party 07"
    assert browsing.said().startswith("You looked at Party 07:")
    browsing.open("/demo/product/party-07")
    assert browsing.visit() == ["Party 07"]
    reasons = browsing.strip_of("product_page").locator(".reason").all_inner_texts()
    assert any("Party 07" in reason for reason in reasons)


def test_the_keyboard_reaches_a_button_and_enter_acts(browsing: Watched) -> None:
    browsing.open("/demo?as=party-lover-2")
    focused = browsing.page.locator(":focus")
    for _ in range(20):
        browsing.page.keyboard.press("Tab")
        if "look" in (focused.get_attribute("class") or ""):
            break
    name = focused.get_attribute("aria-label") or ""
    assert name.startswith("Look at ")
    assert focused.evaluate("element => getComputedStyle(element).outlineStyle") == "solid"
    browsing.page.keyboard.press("Enter")
    assert browsing.said().startswith(name.replace("Look at", "You looked at"))
    browsing.page.locator("button:focus, h2:focus").wait_for()  # drawn anew, the keyboard keeps its place


@pytest.mark.parametrize("browsing", [PHONE, (320, 640)], indirect=True)
@pytest.mark.parametrize("path", ["/demo?as=baby-lover-4", "/demo/product/baby-03"])
def test_nothing_is_wider_than_a_phone(browsing: Watched, path: str) -> None:
    browsing.open(path)
    browsing.page.get_by_role("button", name="Look at").first.click()
    browsing.said()
    assert browsing.page.evaluate("document.documentElement.scrollWidth <= innerWidth")


def test_an_unknown_product_is_told_in_words(browsing: Watched) -> None:
    browsing.open("/demo/product/no%2Fsuch%20thing")
    assert browsing.page.locator("h1").inner_text() == "There is no product no/such thing"
    browsing.page.get_by_role("link", name="Back to the shop").click()
    browsing.strip_of("homepage").wait_for()


def test_an_unknown_household_is_told_in_words(browsing: Watched) -> None:
    browsing.open("/demo?as=nobody")
    told = browsing.page.get_by_role("alert")
    told.wait_for()
    assert told.inner_text() == "Household nobody is not known here: you are a visitor."
    assert browsing.shown("homepage")


def test_a_server_that_fails_is_told_in_words(browsing: Watched) -> None:
    browsing.open(LOVER)
    problem = '{"title": "Try again", "status": 503, "detail": "the event log cannot be written at the moment"}'
    browsing.page.route("**/v1/track", lambda route: route.fulfill(status=503, body=problem))
    browsing.page.get_by_role("button", name="Look at").first.click()
    told = browsing.page.get_by_role("alert")
    told.wait_for()
    assert told.inner_text() == "The event log cannot be written at the moment"
    browsing.page.route("**/v1/track", lambda route: route.abort())
    browsing.page.get_by_role("button", name="Look at").first.click()
    browsing.page.get_by_text("The server cannot be reached").wait_for()


def test_the_console_is_silent_and_no_request_leaves_the_host(browsing: Watched, shop_url: str) -> None:
    browsing.open("/demo")
    (household,) = browsing.page.get_by_label("Shopping as").select_option(index=1)
    browsing.page.get_by_role("heading", name=f"Welcome back, household {household}").wait_for()
    browsing.page.locator(".item .name").first.click()
    browsing.said()
    assert browsing.complaints == []
    assert {url for url in browsing.requested if not url.startswith((shop_url, "data:"))} == set()
