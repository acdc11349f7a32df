"""A browser's page with the explorer on it."""

from pathlib import Path

from playwright.sync_api import Locator

from tests.pages.watched import Watched

__all__ = ["Explored"]


class Explored(Watched):
    """What the tests do with the explorer, in the words of an analyst."""

    def view(self, recipe: str = "") -> None:
        """Open the view with this recipe anew, and wait until it is drawn."""
        self.page.goto("about:blank")
        self.open(f"/explore#{recipe}")

    def settled(self) -> None:
        """Wait until what was asked for is drawn."""
        self.page.locator("main[aria-busy=false]").wait_for()

    def arrived(self, words: str) -> None:
        """Wait until the recipe in the address has these words."""
        self.page.wait_for_url(lambda url: words in url.partition("#")[2])

    def left(self, words: str) -> None:
        """Wait until the recipe in the address has these words no more."""
        self.page.wait_for_url(lambda url: words not in url.partition("#")[2])

    def find(self, text: str) -> None:
        """Search by keyboard alone, and take the first that is found."""
        self.page.locator("#canvas").focus()
        self.page.keyboard.press("/")
        self.page.keyboard.type(text)
        self.page.locator("#found [aria-selected=true]", has_text=text).wait_for()
        self.page.keyboard.press("Enter")

    def panel(self, heading: str) -> Locator:
        """The panel at the right, once it has this heading."""
        panel = self.page.locator("#panel")
        panel.locator("h2", has_text=heading).wait_for()
        return panel

    def drawn(self) -> set[str]:
        """The nodes of the drawing, from the list beside it."""
        self.page.locator("#tab-drawn").click()
        return {str(option.get_attribute("data-node")) for option in self.page.locator("#drawn [role=option]").all()}

    def titled(self, title: str) -> None:
        """Wait for a view of this title."""
        self.page.locator("#title", has_text=title).wait_for()
        self.settled()

    def problem(self) -> str:
        """What went wrong, in the page's words."""
        problem = self.page.locator("#problem:not(:empty)")
        problem.wait_for()
        return problem.locator("span").inner_text()

    def exported(self, name: str, folder: Path) -> Path:
        """The file that a choice in the export menu hands out."""
        self.page.locator("#export summary").click()
        with self.page.expect_download() as waiting:
            self.page.locator(f"[data-export={name}]").click()
        file = folder / waiting.value.suggested_filename
        waiting.value.save_as(file)
        return file

    @property
    def at(self) -> str:
        return self.page.url
