"""Forms about people."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django import forms
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError

from accounts.address_forms import AddressField
from accounts.models import Invitation, Role, User
from accounts.selectors import Access
from core.long_lists import FlatSelect, time_zone_choices

INVITATION_DAYS = (7, 14, 30)
ROLE_HELP = {
    Role.OWNER: "everything, and other owners",
    Role.ADMIN: "connections, programs and users",
    Role.SUPPORT: "maps customers, decides, starts syncs",
    Role.VIEWER: "reads, changes nothing",
}


def role_choices(access: Access) -> list[tuple[str, str]]:
    """The roles that this member may give: nobody gives more than they have."""
    return [(role.value, f"{role.label}: {ROLE_HELP[role]}") for role in Role if access.reaches(role)]


class InviteForm(forms.Form):
    """Who is invited, and as what."""

    email = AddressField(label="E-mail address", widget=forms.EmailInput(attrs={"autocomplete": "off"}))
    role = forms.ChoiceField(widget=forms.RadioSelect, initial=Role.SUPPORT.value)
    days = forms.TypedChoiceField(
        label="Good for",
        help_text="After that the link no longer works. You can send it again.",
        choices=[(days, f"{days} days") for days in INVITATION_DAYS],
        coerce=int,
        initial=14,
        required=False,
        empty_value=None,
    )

    def clean_email(self) -> str:
        """An open offer to the address is replaced: one of a higher role than the reader's is not theirs to replace."""
        address = str(self.cleaned_data["email"])
        offers = Invitation.objects.filter(email=address, accepted_at=None)
        if any(not self._access.reaches(Role(offer.role)) for offer in offers):
            raise forms.ValidationError("This address is invited as an owner already. Only an owner can change that.")
        return address

    def chosen_days(self) -> int:
        """For how many days the invitation is good."""
        return int(self.cleaned_data["days"] or 14)

    def invitation(self) -> dict[str, Any]:
        """What was entered, as the service takes it."""
        data = self.cleaned_data
        return {"email": data["email"], "role": data["role"], "life": dt.timedelta(days=self.chosen_days())}

    def __init__(self, *args: object, access: Access, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)  # type: ignore[arg-type]  # handed on as they came
        self._access = access
        field = self.fields["role"]
        assert isinstance(field, forms.ChoiceField)  # narrows the type  # nosec B101
        field.choices = role_choices(access)


class RoleForm(forms.Form):
    """A member's new role."""

    role = forms.ChoiceField(choices=Role.choices)


class ProfileForm(forms.ModelForm):  # type: ignore[type-arg]  # not subscriptable while running
    """What a person may change about themselves."""

    time_zone = forms.ChoiceField(
        required=False,
        widget=FlatSelect,
        label="Time zone",
        help_text="Times are shown in it. Empty: the zone of the partner you look at.",
    )

    class Meta:
        model = User
        fields = ("name", "time_zone")
        widgets = {"name": forms.TextInput(attrs={"autocomplete": "name"})}

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
