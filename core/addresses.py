"""E-mail addresses that mail can be sent to."""

from __future__ import annotations

from django.core.exceptions import ValidationError
from django.core.validators import validate_email


def validate_address(address: str) -> None:
    """Raise ``ValidationError`` for what is no address, or has a domain that cannot be written into a mail."""
    validate_email(address)
    try:
        address.rpartition("@")[2].encode("idna")
    except UnicodeError:
        raise ValidationError("No mail can be sent to this address. Look at what stands behind the @.") from None
