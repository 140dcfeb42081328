"""``python -m tests.screenshots URL``: pictures of a running demo for the documentation.

Start the demo (``make demo``) first; its address is printed there. The pictures go to docs/screenshots.
"""

from __future__ import annotations

import os
import re
import shutil
import sys
from pathlib import Path

from playwright.sync_api import Browser, Page, sync_playwright

from sandbox.demo_partner import LOGIN_EMAIL, LOGIN_WORDS, PARTNER

FOLDER = Path(__file__).resolve().parents[1] / "docs" / "screenshots"
WINDOWS = {"wide": (1440, 900), "narrow": (390, 844)}


def main() -> None:
    """Picture every page in both widths and both themes."""
    url = sys.argv[1] if len(sys.argv) > 1 else "http://127.0.0.1:8000"
    FOLDER.mkdir(exist_ok=True)
    chromium = shutil.which(os.environ.get("CHROMIUM", "chromium")) or shutil.which("google-chrome")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium)
        for width in WINDOWS:
            for theme in ("light", "dark"):
                _picture_all(browser, url, width, theme)
        browser.close()


def _picture_all(browser: Browser, url: str, width: str, theme: str) -> None:
    across, down = WINDOWS[width]
    context = browser.new_context(
        viewport={"width": across, "height": down},
        color_scheme="dark" if theme == "dark" else "light",
        reduced_motion="reduce",
    )
    page = context.new_page()
    _sign_in(page, url)
    for name, path in _pages(page, url).items():
        page.goto(url + path, wait_until="networkidle")
        page.screenshot(path=FOLDER / f"{name}-{width}-{theme}.png")
    context.close()


def _sign_in(page: Page, url: str) -> None:
    page.goto(f"{url}/accounts/login/")
    page.fill("input[type=email]", LOGIN_EMAIL)
    page.fill("input[type=password]", LOGIN_WORDS)
    page.press("input[type=password]", "Enter")
    page.wait_for_url(re.compile("^(?!.*login)"))


def _pages(page: Page, url: str) -> dict[str, str]:
    """Addresses by picture; the run is the first billing run of the program."""
    home = f"/p/{PARTNER}/"
    program = _first(page, url + home, rf"{home}programs/\d+/")
    history = f"{program}history/"
    page.goto(url + history)
    runs = _all(page, rf"{home}runs/\d+/$")
    first_billing = sorted(runs, key=lambda path: int(path.rstrip("/").rpartition("/")[2]))[1]
    billing = f"{program}billing/?tab=all"
    return {
        "dashboard": home,
        "inbox": f"{home}inbox/",
        "overview": program,
        "products": f"{program}products/",
        "product": _first(page, f"{url}{program}products/", rf"{program}products/\d+/"),
        "billing": billing,
        "mapping": _first(page, url + billing, rf"{program}billing/\d+/\w+/"),
        "customer": _first(page, url + billing, rf"{program}customers/\d+/"),
        "invoices": f"{program}invoices/",
        "invoice": (invoice := _first(page, f"{url}{program}invoices/", rf"{program}invoices/\d+/")),
        "invoice-rows": f"{invoice}rows/",
        "months": f"{program}months/",
        "month": _first(page, f"{url}{program}months/", rf"{program}months/\d{{4}}-\d\d/"),
        "history": history,
        "run": first_billing,
        "connections": f"{home}connections/",
        "program": f"{program}edit/",
        "users": f"{home}users/",
        "audit": f"{home}audit/",
        "emails": f"{home}messages/",
    }


def _first(page: Page, address: str, pattern: str) -> str:
    """The beginning, so far as it matches, of the first link of a page that has such a one."""
    page.goto(address)
    found = re.match(pattern, _all(page, pattern)[0])
    assert found is not None
    return found.group(0)


def _all(page: Page, pattern: str) -> list[str]:
    links = page.eval_on_selector_all("a[href]", "links => links.map(link => link.getAttribute('href'))")
    return sorted({link for link in links if re.match(pattern, link)})


if __name__ == "__main__":
    main()
