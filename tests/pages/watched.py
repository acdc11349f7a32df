"""A browser's page, with all it asked for and complained of."""

from playwright.sync_api import ConsoleMessage, Locator, Page, Request

__all__ = ["Watched"]


class Watched:
    """What the tests do with the storefront, in the words of a visitor."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.complaints: list[str] = []
        self.requested: list[str] = []
        page.on("console", self._heard)
        page.on("pageerror", lambda error: self.complaints.append(str(error)))
        page.on("request", self._saw)

    def open(self, path: str) -> None:
        """Go there and wait until the lists, or what is said in their place, are drawn."""
        self.page.goto(path)
        self.page.locator("main[aria-busy=false]").wait_for()

    def strip_of(self, placement: str) -> Locator:
        return self.page.locator(f"[data-placement={placement}]")

    def shown(self, placement: str) -> list[str]:
        """The products of a list, in order."""
        items = self.strip_of(placement).locator(".item").all()
        return [str(item.get_attribute("data-product")) for item in items]

    def said(self) -> str:
        """What the page says has changed, once it says something."""
        said = self.page.locator("#said:not(:empty)")
        said.wait_for()
        return said.inner_text()

    def visit(self) -> list[str]:
        return self.page.locator("#visit li").all_inner_texts()

    def _heard(self, message: ConsoleMessage) -> None:
        if message.type in ("error", "warning"):
            self.complaints.append(message.text)

    def _saw(self, request: Request) -> None:
        self.requested.append(request.url)
