"""Forms about oneself."""

from __future__ import annotations

from django import forms
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError

from accounts.models import User
from core.time_zones import time_zone_choices
from portal.kit.selects import FlatSelect


class ProfileForm(forms.Form):
    """What a person may change about themselves."""

    name = forms.CharField(
        required=False,
        max_length=User._meta.get_field("name").max_length,
        widget=forms.TextInput(attrs={"autocomplete": "name"}),
    )
    time_zone = forms.ChoiceField(
        required=False,
        widget=FlatSelect,
        label="Time zone",
        help_text="Times are shown in it. Empty: the zone of the partner you look at.",
    )

    def __init__(self, *args: object, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)  # type: ignore[arg-type]  # handed on as they came
        self.fields["time_zone"].choices = [("", "As the partner"), *time_zone_choices()]  # type: ignore[attr-defined]  # a ChoiceField


class JoinForm(forms.Form):
    """A new person accepts an invitation: name and password."""

    name = forms.CharField(label="Your name", max_length=150, widget=forms.TextInput(attrs={"autocomplete": "name"}))
    password = forms.CharField(
        label="Password",
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
        help_text="At least 12 characters. A sentence is easier to keep than a word.",
    )
    repeated = forms.CharField(
        label="Password again", widget=forms.PasswordInput(attrs={"autocomplete": "new-password"})
    )

    def __init__(self, *args: object, email: str, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)  # type: ignore[arg-type]  # handed on as they came
        self.email = email

    def clean_password(self) -> str:
        password = str(self.cleaned_data["password"])
        validate_password(password, User(email=self.email))
        return password

    def clean_repeated(self) -> str:
        repeated = str(self.cleaned_data["repeated"])
        if repeated != self.cleaned_data.get("password", repeated):
            raise ValidationError("The two passwords differ.")
        return repeated
