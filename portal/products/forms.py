"""Which product of the target stands for one of ours."""

from __future__ import annotations

from django import forms


class AdoptForm(forms.Form):
    """A product of the target by its row, found by words."""

    q = forms.CharField(required=False)
    target = forms.IntegerField(required=False)
