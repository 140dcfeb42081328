"""Which failed items are tried again."""

from __future__ import annotations

from django import forms


class RetryForm(forms.Form):
    """Which failed item of a run is tried again; all of them without ``change``."""

    change = forms.IntegerField(required=False)
