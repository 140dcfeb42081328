"""The answers to an item that waits, as buttons."""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache

from django.utils.html import format_html_join
from django.utils.safestring import SafeString

from syncs.deciding.answers import ChoiceButton

_PROPOSED, _FIRST = " primary", SafeString(" data-first")


def answer_buttons(choices: Iterable[ChoiceButton]) -> SafeString:
    """A button for each answer, with what it brings about; the first one is proposed."""
    return _buttons(tuple(choices))


@lru_cache(maxsize=64)
def _buttons(choices: tuple[ChoiceButton, ...]) -> SafeString:
    """Written once for each set of answers, of which there are a handful."""
    return format_html_join(
        "",
        '<p><button class="button{}" name="choice" value="{}" type="submit"{}>{}</button>'
        ' <span class="quiet small">{}</span></p>',
        (
            (_PROPOSED if not place else "", choice.value, _FIRST if not place else "", choice.label, choice.help)
            for place, choice in enumerate(choices)
        ),
    )
