"""The portal's own icons: strokes on a 16 x 16 grid, drawn into the page."""

from __future__ import annotations

from functools import lru_cache

from django.utils.html import format_html
from django.utils.safestring import SafeString

# SVG path data. Every icon stands beside a word, or carries one for screen readers.
PATHS = {
    "dashboard": "M2 2h5v6H2zM9 2h5v3.5H9zM9 8h5v6H9zM2 10.5h5V14H2z",
    "inbox": "M2 9l2-6h8l2 6v5H2zM2 9h3.5l1 2h3l1-2H14",
    "overview": "M2 13h12M4 13V8M8 13V3M12 13V6",
    "products": "M8 1.5 14 5v6l-6 3.5L2 11V5zM2 5l6 3.5L14 5M8 8.5v6",
    "billing": "M3 5.5h10l-3-3M13 10.5H3l3 3",
    "invoices": "M3.5 1.5h9v13l-2.2-1.4L8 14.5l-2.3-1.4-2.2 1.4zM6 5h4M6 8h4",
    "history": "M2.5 8a5.5 5.5 0 1 0 1.7-4M2 2.5v3h3M8 5v3.2l2.2 1.3",
    "connections": "M6.5 9.5l3-3M7 4.5l1.5-1.5a3 3 0 0 1 4.4 4.4L11.5 9M9 11.5 7.5 13a3 3 0 0 1-4.4-4.4L4.5 7",
    "programs": "M2 4.5h7M13 4.5h1M2 11.5h1M7 11.5h7M11 2.5v4M5 9.5v4",
    "users": "M6 7.5a2.5 2.5 0 1 0 0-5 2.5 2.5 0 0 0 0 5zM1.5 13.5c0-2.5 2-4 4.5-4s4.5 1.5 4.5 4"
    "M11 3a2.3 2.3 0 0 1 0 4.5M12 9.8c1.6.4 2.5 1.8 2.5 3.7",
    "company": "M3 14V2h7v12M10 6h3v8M5.5 5h2M5.5 8h2M5.5 11h2M1.5 14h13",
    "audit": "M3 2h10v12H3zM5.5 5h5M5.5 8h5M5.5 11h3",
    "mail": "M1.5 3.5h13v9h-13zM2 4l6 5 6-5",
    "print": "M4 6V1.5h8V6M4 11.5H1.5V6h13v5.5H12M4 9.5h8v5H4z",
    "bell": "M4 11V7a4 4 0 0 1 8 0v4l1.5 1.5h-11zM6.5 14h3",
    "search": "M7 12A5 5 0 1 0 7 2a5 5 0 0 0 0 10zM10.6 10.6 14 14",
    "check": "M3 8.5 6.5 12 13 4.5",
    "warn": "M8 2 1.5 13.5h13zM8 6.5v3M8 11.5v.1",
    "error": "M8 1.5a6.5 6.5 0 1 0 0 13 6.5 6.5 0 0 0 0-13zM8 4.5v4.5M8 11.3v.1",
    "info": "M8 1.5a6.5 6.5 0 1 0 0 13 6.5 6.5 0 0 0 0-13zM8 7.5V12M8 4.7v.1",
    "pause": "M5.5 3.5v9M10.5 3.5v9",
    "clock": "M8 1.5a6.5 6.5 0 1 0 0 13 6.5 6.5 0 0 0 0-13zM8 4.5V8l2.5 1.5",
    "run": "M13.5 8a5.5 5.5 0 1 1-1.6-3.9M12.5 1.5v3h-3",
    "off": "M3 8h10",
    "close": "M4 4l8 8M12 4l-8 8",
    "menu": "M2 4h12M2 8h12M2 12h12",
    "down": "M4 6l4 4 4-4",
    "up": "M4 10l4-4 4 4",
    "out": "M9 2.5h4.5V7M13 3 7.5 8.5M11.5 9.5v4h-9v-9h4",
    "person": "M8 8a3 3 0 1 0 0-6 3 3 0 0 0 0 6zM2.5 14c.5-3 2.6-4.5 5.5-4.5s5 1.5 5.5 4.5",
    "sun": "M8 5a3 3 0 1 0 0 6 3 3 0 0 0 0-6zM8 1v1.5M8 13.5V15M1 8h1.5M13.5 8H15"
    "M3 3l1 1M12 12l1 1M13 3l-1 1M4 12l-1 1",
    "moon": "M13.5 9.5A6 6 0 0 1 6.5 2.5a6 6 0 1 0 7 7z",
    "screen": "M1.5 2.5h13v8.5h-13zM5.5 14h5M8 11v3",
    "shield": "M8 1.5 13.5 3.5V8c0 3.2-2.3 5.4-5.5 6.5C4.8 13.4 2.5 11.2 2.5 8V3.5z",
    "switch": "M5 6l3-3 3 3M5 10l3 3 3-3",
}


@lru_cache(maxsize=512, typed=True)  # a text that is safe already is another than one that is not
def icon_html(name: str, label: str = "") -> SafeString:
    """An inline SVG. Without a ``label`` it is decoration and hidden from screen readers."""
    path = format_html('<path d="{}"/>', PATHS[name])
    if not label:
        return format_html('<svg class="icon" viewBox="0 0 16 16" aria-hidden="true">{}</svg>', path)
    return format_html('<svg class="icon" viewBox="0 0 16 16" role="img" aria-label="{}">{}</svg>', label, path)
