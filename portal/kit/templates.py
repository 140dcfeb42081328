"""An invoice template as a link into the target."""

from __future__ import annotations

from django.utils.html import format_html
from django.utils.safestring import SafeString

from portal.kit.icons import icon_html
from reports.template_lines import TemplatePlace


def template_html(place: TemplatePlace | None, number: int) -> SafeString:
    """A template's name, a link into the target where it is there, and its number."""
    under = f"No. {number}"
    if place is None or not place.url:
        name = place.template.name if place else "No longer in the target"
        return format_html('<bdi>{}</bdi><span class="under">{}</span>', name, under)
    return format_html(
        '<a href="{}" target="_blank" rel="noopener noreferrer"><bdi>{}</bdi>{}</a><span class="under">{}</span>',
        place.url,
        place.template.name,
        icon_html("out", "opens a new window"),
        under,
    )
