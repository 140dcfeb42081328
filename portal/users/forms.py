"""Forms about members and invitations."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django import forms

from accounts.address_forms import AddressField
from accounts.models import Invitation, Role
from accounts.selectors import Access

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
