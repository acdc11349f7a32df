"""The explorer as it is walked through: hiding, wandering around, going back, colouring, taking the picture along."""

import base64
from pathlib import Path

from tests.api.shop import CUSTOMERS, PRODUCTS, aisle_of
from tests.pages.explored import Explored

LOVER, OTHER = "customer:user:dairy-lover-3", "customer:user:dairy-lover-4"
HOUSEHOLD = f"do=near~{LOVER}~purchased~product~50&select={LOVER}"
COLOURS = """async (encoded) => {
  const bytes = Uint8Array.from(atob(encoded), (sign) => sign.charCodeAt(0));
  const picture = await createImageBitmap(new Blob([bytes], { type: "image/png" }));
  const sheet = new OffscreenCanvas(picture.width, picture.height).getContext("2d");
  sheet.drawImage(picture, 0, 0);
  const { data } = sheet.getImageData(0, 0, picture.width, picture.height);
  return [picture.width, picture.height, new Set(new Uint32Array(data.buffer)).size];
}"""
"""Width, height and number of colours of a PNG."""


def test_what_is_hidden_goes_with_its_relations_and_back_brings_it_again(exploring: Explored) -> None:
    exploring.view(HOUSEHOLD)
    exploring.panel("dairy-lover-3")
    before = exploring.drawn()
    product = min(before - {LOVER})
    exploring.page.locator(f'#drawn [data-node="{product}"]').click()
    exploring.arrived(f"select={product}")
    exploring.panel(product.removeprefix("product:").replace("-", " ").title())
    exploring.page.keyboard.press("h")
    exploring.arrived("do=hide")
    exploring.settled()
    assert exploring.drawn() == before - {product}
    assert f"{len(before) - 2} relations" in exploring.page.locator("#counts").inner_text()
    exploring.page.go_back()
    exploring.left("do=hide")
    exploring.settled()
    assert exploring.drawn() == before


def test_two_steps_around_a_customer_are_those_who_bought_the_same(exploring: Explored) -> None:
    exploring.view(HOUSEHOLD)
    near = exploring.drawn()
    exploring.panel("dairy-lover-3").get_by_role("button", name="Two steps around").click()
    exploring.titled("Within 2 of customer dairy-lover-3")
    assert near | {OTHER} <= exploring.drawn()


def test_a_community_is_opened_alone(exploring: Explored) -> None:
    exploring.view()
    exploring.page.locator("#tab-communities").click()
    card = exploring.page.locator(".cards li").first
    card.wait_for()
    products = set(card.locator(".links button").all_inner_texts())
    assert products
    card.get_by_role("button", name="Open alone").click()
    exploring.titled("Within 1 of")
    drawn = exploring.drawn()
    names = {product.replace("-", " ").title() for product in PRODUCTS if f"product:{product}" in drawn}
    assert products <= names
    assert any(node.startswith("customer:") for node in drawn)


def test_back_and_forward_lead_through_the_same_views(exploring: Explored) -> None:
    exploring.view()
    exploring.find("dairy-lover-3")
    exploring.titled("Around customer dairy-lover-3")
    exploring.page.locator("#overview").click()
    exploring.titled("Overview")
    exploring.find("dairy-lover-4")
    exploring.titled("Around customer dairy-lover-4")
    for title in ("Overview", "Around customer dairy-lover-3"):
        exploring.page.go_back()
        exploring.titled(title)
    for title in ("Overview", "Around customer dairy-lover-4"):
        exploring.page.go_forward()
        exploring.titled(title)
    assert OTHER in exploring.drawn()


def test_a_trait_gives_the_colours_and_the_legend_counts_them(exploring: Explored) -> None:
    exploring.view()
    exploring.page.locator("#colour").select_option("trait:size")
    exploring.arrived("colour=trait:size")
    rows = [text.split("\n") for text in exploring.page.locator(".legend button").all_inner_texts()]
    sizes = {str(size): len(CUSTOMERS) // 5 for size in range(5)}
    assert {words: int(count) for words, count in rows if words in sizes} == sizes
    assert [words for words, _ in rows][-1] == "no size known"


def test_the_picture_has_the_size_of_the_drawing_and_shows_it(exploring: Explored, tmp_path: Path) -> None:
    exploring.view("do=overview~2000&size=equal")
    box = exploring.page.locator("#canvas").bounding_box()
    assert box is not None
    encoded = base64.b64encode(exploring.exported("png", tmp_path).read_bytes()).decode()
    width, height, colours = exploring.page.evaluate(COLOURS, encoded)
    assert (width, height) == (round(box["width"]), round(box["height"]))
    assert colours > 50


def test_a_path_is_found_by_keyboard_alone(exploring: Explored) -> None:
    exploring.view()
    exploring.find("dairy-lover-3")
    exploring.panel("dairy-lover-3")
    exploring.page.keyboard.press("p")
    exploring.page.locator("#picking", has_text="To which node").wait_for()
    exploring.page.keyboard.type("dairy-lover-4")
    exploring.page.locator("#found [aria-selected=true]", has_text="dairy-lover-4").wait_for()
    exploring.page.keyboard.press("Enter")
    exploring.titled("From customer dairy-lover-3 to customer dairy-lover-4")
    assert exploring.panel("dairy-lover-4").locator(".chain").count() > 0
    assert {aisle_of(node.partition(":")[2]) for node in exploring.drawn() if node.startswith("product:")} <= {"dairy"}
