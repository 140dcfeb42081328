"""Forms that take an address: to sign in, to set a forgotten password, to change it."""

from __future__ import annotations

from typing import Any

from allauth.account.forms import AddEmailForm, LoginForm, ResetPasswordForm
from allauth.account.models import EmailAddress
from django import forms
from django.db import IntegrityError
from django.http import HttpRequest

from accounts.identity import person_of
from core.addresses import fold_address, validate_address


class AddressField(forms.EmailField):
    """An address in its one spelling, however it was typed or pasted."""

    default_validators = [validate_address]

    def to_python(self, value: Any) -> str:
        return fold_address(str(super().to_python(value)))


class SignInForm(LoginForm):
    """Address and password; limits on attempts count by the one spelling, too."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        given = self.fields["login"]
        self.fields["login"] = AddressField(label=given.label, widget=given.widget)


class ForgottenPasswordForm(ResetPasswordForm):
    """Where a link is sent that sets a new password: to proven addresses alone."""

    email = AddressField(label="Email", widget=ResetPasswordForm.base_fields["email"].widget)

    def clean_email(self) -> str:
        address = str(self.cleaned_data["email"])
        person = person_of(address)
        self.users = [person] if person and person.is_active else []
        return address


class NewAddressForm(AddEmailForm):
    """The address that somebody wants to sign in with from now on; it waits for its proof.

    Pressed twice, it is the same wish, and the link that was sent goes on working.
    """

    email = AddressField(label="Email", widget=AddEmailForm.base_fields["email"].widget)

    def clean_email(self) -> str:
        address = str(self.cleaned_data["email"])
        return address if self._waiting(address) else str(super().clean_email())

    def save(self, request: HttpRequest) -> EmailAddress:
        address = str(self.cleaned_data["email"])
        try:
            return self._waiting(address) or super().save(request)
        except IntegrityError:  # the other press was quicker
            return EmailAddress.objects.get(user=self.user, email=address)

    def _waiting(self, address: str) -> EmailAddress | None:
        return EmailAddress.objects.filter(user=self.user, email=address, verified=False).first()
