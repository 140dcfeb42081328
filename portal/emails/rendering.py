"""One layout renders all letters, as text and as HTML."""

from __future__ import annotations

from django.template.loader import render_to_string

from notifications.letters import Letter, Rendered, Why, one_line

SUBJECT_LENGTH = 300


def render(letter: Letter, why: Why | None = None) -> Rendered:
    """The letter as subject, plain text and HTML; every value is escaped in the HTML."""
    context = {"letter": letter, "why": why}
    return Rendered(
        subject=one_line(letter.subject)[:SUBJECT_LENGTH],
        text=render_to_string("portal/emails/letter.txt", context).strip() + "\n",
        html=render_to_string("portal/emails/letter.html", context),
    )
