"""Answers to held items, and which product stands for which."""

from __future__ import annotations

from django import forms

from invoices.models import OverlapChoice


class UndoForm(forms.Form):
    """Which answer is taken back."""

    program = forms.IntegerField()
    subject = forms.CharField(max_length=200)


class ChoiceForm(UndoForm):
    """An answer to a held item; ``line_id`` is the line that *adopt* takes over."""

    choice = forms.CharField(max_length=20)
    line_id = forms.IntegerField(required=False)


class OverlapForm(forms.Form):
    """An answer about a held invoice, or taking it back."""

    choice = forms.ChoiceField(choices=[*OverlapChoice.choices, ("undo", "Undo")])


class AdoptForm(forms.Form):
    """A product of the target by its row, found by words."""

    q = forms.CharField(required=False)
    target = forms.IntegerField(required=False)
