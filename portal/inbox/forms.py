"""Answers to held items."""

from __future__ import annotations

from typing import Any

from django import forms

from invoices.models import OverlapChoice


class UndoForm(forms.Form):
    """Which answers are taken back: those given together ``at`` a moment."""

    program = forms.IntegerField()
    at = forms.DateTimeField()


class ChoiceForm(forms.Form):
    """An answer to a held item; ``line_id`` is the line that *adopt* takes over."""

    program = forms.IntegerField()
    subject = forms.CharField(max_length=200)
    choice = forms.CharField(max_length=20)
    line_id = forms.CharField(max_length=100, required=False, empty_value=None)


class ChoicesForm(forms.Form):
    """One answer to many held items, by the rows of their findings."""

    row = forms.TypedMultipleChoiceField(coerce=int)
    choice = forms.CharField(max_length=20)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["row"].valid_value = str.isdigit  # type: ignore[attr-defined]  # whether they wait is asked later


class SeenForm(forms.Form):
    """A warning that a person knows of (all that the filter shows without ``finding``), or which to show again."""

    finding = forms.IntegerField(required=False)
    at = forms.DateTimeField(required=False)


class OverlapForm(forms.Form):
    """An answer about a held invoice, or taking it back."""

    choice = forms.ChoiceField(choices=[*OverlapChoice.choices, ("undo", "Undo")])
