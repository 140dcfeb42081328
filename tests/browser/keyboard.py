"""A person without a mouse: Tab from stop to stop, each of which must show that it has the focus."""

from __future__ import annotations

from dataclasses import dataclass

from playwright.sync_api import Locator, Page, expect

MOST_STOPS = 150

# What is wrong with the stop that has the focus: nothing marks it, or something lies over it.
HIDDEN = """() => {
  const stop = document.activeElement;
  if (!stop || stop === document.body) return "";
  const style = getComputedStyle(stop);
  const marked = style.outlineStyle !== "none" && parseFloat(style.outlineWidth) >= 2;
  const part = stop.getClientRects()[0] || stop.getBoundingClientRect();
  const shown = [0.1, 0.5, 0.9].some((across) => [0.2, 0.5, 0.8].some((down) => {
    const top = document.elementFromPoint(part.x + part.width * across, part.y + part.height * down);
    return top && (stop.contains(top) || top.contains(stop) && top.matches("label, dialog"));
  }));
  return marked && shown ? "" : `${marked ? "covered" : "unmarked"}: ${stop.outerHTML.slice(0, 200)}`;
}"""
FOCUSED = "wanted => document.activeElement === wanted"
BESIDE = "wanted => document.activeElement.type === 'radio' && document.activeElement.name === wanted.name"


@dataclass(frozen=True)
class Keyboard:
    """Does everything with keys; what it is given only says where to stop."""

    page: Page

    def walk_to(self, wanted: Locator, *, back: bool = False) -> None:
        """Tab, or Shift+Tab, until that element has the focus."""
        self._walk(wanted, FOCUSED, back=back)
        expect(wanted).to_be_focused()

    def press(self, wanted: Locator, *, back: bool = False) -> None:
        """Follow a link or press a button."""
        self.walk_to(wanted, back=back)
        self.page.keyboard.press("Enter")

    def tick(self, box: Locator) -> None:
        """Change a box."""
        self.walk_to(box)
        self.page.keyboard.press("Space")

    def choose(self, radio: Locator) -> None:
        """Take one choice of several, which are a single stop."""
        self._walk(radio, BESIDE)
        for _ in range(MOST_STOPS):
            if radio.evaluate(FOCUSED):
                break
            self.page.keyboard.press("ArrowDown")
        self.page.keyboard.press("Space")
        expect(radio).to_be_checked()

    def write(self, field: Locator, text: str) -> None:
        """Replace what stands in a field."""
        self.walk_to(field)
        self.page.keyboard.press("Control+a")
        self.page.keyboard.type(text)

    def open(self, name: str) -> None:
        """Follow a link of the menu."""
        here = self.page.locator("#rail .rail-link", has_text=name).first
        self.press(here)
        expect(here).to_have_attribute("aria-current", "page")

    def skip_to_content(self) -> None:
        """Leave out the menu."""
        self.press(self.page.get_by_role("link", name="Skip to the content"))
        expect(self.page.locator("#main")).to_be_focused()

    def must_be_somewhere(self) -> None:
        """A part that is swapped must not throw the reader back to the top."""
        expect(self.page.locator(":focus")).to_have_count(1)

    def _walk(self, wanted: Locator, arrived: str, *, back: bool = False) -> None:
        for _ in range(MOST_STOPS):
            if wanted.evaluate(arrived):
                return
            self.page.keyboard.press("Shift+Tab" if back else "Tab")
            hidden = self.page.evaluate(HIDDEN)
            assert not hidden, hidden
        raise AssertionError(f"{MOST_STOPS} stops, and none is {wanted}")
