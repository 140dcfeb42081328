"""Forms about e-mails."""

from __future__ import annotations

from django import forms

from notifications.news import MailWishes


class WishesForm(forms.Form):
    """Which news of a partner somebody wants."""

    run_problems = forms.BooleanField(
        required=False,
        label="After syncs with warnings or errors",
        help_text="What was written, what was not, and what to do.",
    )
    every_run = forms.BooleanField(
        required=False, label="After every sync", help_text="Also when nothing changed, or all went well."
    )
    unmapped = forms.BooleanField(
        required=False,
        label="New customers that nobody mapped",
        help_text="With the money that is not billed until they are mapped.",
    )
    connections = forms.BooleanField(
        required=False,
        label="Connections that stop working",
        help_text="Once, a reminder every 3 days until it is cured, and once when it works again.",
    )

    def wishes(self) -> MailWishes:
        """What was ticked."""
        return MailWishes(**self.cleaned_data)
