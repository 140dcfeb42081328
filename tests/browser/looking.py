"""How a page is looked at: with axe in both themes, and whether it fits into the window."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any
from urllib.parse import urlsplit

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from tests.portal.cast import PASSWORD

RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
WIDTHS = {1440: 900, 390: 844}
THEMES = ("light", "dark")


def violations(page: Any) -> list[str]:
    if not page.evaluate("'axe' in window"):
        page.evaluate(Axe().axe_script)
    found = page.evaluate(
        """rules => axe.run({ runOnly: rules, resultTypes: ["violations"] })
            .then(({ violations }) => violations.map(({ id, nodes }) => [id, nodes[0].html]))""",
        RULES,
    )
    return [f"{name}: {html[:200]}" for name, html in found]


def overflow(page: Any) -> int:
    return int(page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth"))


def problems(page: Page) -> list[str]:
    """What is wrong with the page as it stands, in each theme."""
    found = [f"{overflow(page)} px too wide"] if overflow(page) > 0 else []
    for theme in THEMES:
        page.emulate_media(color_scheme=theme, reduced_motion="reduce")
        page.evaluate("Promise.allSettled(document.getAnimations().map(({ finished }) => finished))")
        found += [f"{theme}: {each}" for each in violations(page)]
    return found


def in_each_width(
    page: Page, begin: Callable[[], None] | None = None, widths: tuple[int, ...] = tuple(WIDTHS)
) -> list[str]:
    """What is wrong with the page as it is, or each time once it has begun, in each width."""
    found = []
    for width in widths:
        page.set_viewport_size({"width": width, "height": WIDTHS[width]})
        if begin is not None:
            begin()
        found += [f"{width} px, {problem}" for problem in problems(page)]
    return found


def visit(page: Page, path: str, status: int = 200) -> None:
    answer = page.goto(path)
    if "/reauthenticate/" in page.url and "/reauthenticate/" not in path:
        page.get_by_label("Password").fill(PASSWORD)
        page.keyboard.press("Enter")
        page.wait_for_url(f"**{path}")
        answer = page.goto(path)
    expect(page.locator(".htmx-request")).to_have_count(0)  # what a page fetches as it opens
    assert answer is not None
    assert answer.status == status, path
    there = urlsplit(page.url)
    assert path == (f"{there.path}?{there.query}" if "?" in path else there.path), "it leads on"


def look_through(page: Page, paths: Iterable[str], refusals: Mapping[str, int] | None = None) -> dict[str, list[str]]:
    """The screens with problems, each opened wide, then made narrow. Those of ``refusals`` answer with that status."""
    found = {}
    for path in paths:
        page.set_viewport_size({"width": 1440, "height": WIDTHS[1440]})
        visit(page, path, status=(refusals or {}).get(path, 200))
        if wrong := in_each_width(page):
            found[path] = wrong
    return found
