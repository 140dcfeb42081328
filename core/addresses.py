"""E-mail addresses: one spelling of each, and only those that mail can be sent to."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from contextlib import suppress

from django.core.exceptions import ValidationError
from django.core.validators import validate_email

LONGEST_LOCAL_PART = 64  # RFC 5321, 4.5.3.1.1
LONGEST = 254  # RFC 5321, 4.5.3.1.3, without the brackets


_BRACKETED = re.compile(r"<\s*(?:mailto:)?([^<>]*?)\s*>", re.IGNORECASE)
_QUOTES = "\"'"


def split_addresses(written: str) -> list[str]:
    """Each address of a pasted list, as mail programs write one: separated by commas, semicolons, blanks or lines.

    ``Billing Team <billing@contoso.example>; 'ann@contoso.example'`` gives two. A name beside an address in brackets is
    left out, with its comma too (``Doe, Jane <...>``). What is no address comes back as it stands, to be refused.
    """
    quoted = re.sub(r'"[^"@]*"', "", written)  # a name may hold any sign
    return [address for part in re.split(r"[;\r\n]+", quoted) for address in _addresses_of(part)]


def _addresses_of(part: str) -> Iterator[str]:
    """Those of a part without semicolons. Beside brackets, a piece that may be an address is one; others are names."""
    for piece in part.split(","):
        bracketed = _BRACKETED.findall(piece)
        words = [word.strip(_QUOTES) for word in _BRACKETED.sub(" ", piece).split()]
        names = bracketed or ("<" in part and not _may_be_address(words))
        yield from filter(None, (*bracketed, *(word for word in words if "@" in word or not names)))


def _may_be_address(words: list[str]) -> bool:
    return len(words) == 1 and ("@" in words[0] or "." in words[0])


def clean_address(written: str) -> str:
    """The address as it is stored and compared; raises ``ValidationError`` where ``validate_address`` does."""
    validate_address(written)
    return fold_address(written)


def fold_address(written: str) -> str:
    """The one spelling of an address: small letters, without signs that nobody sees.

    The domain is spelled as mail servers look it up (IDNA, NFKC with it), in letters rather than Punycode. What is no
    address comes back as good as it can be spelled.
    """
    seen = "".join(sign for sign in written if unicodedata.category(sign) != "Cf")
    local, at, domain = seen.strip().lower().rpartition("@")
    with suppress(UnicodeError):
        domain = _spell(domain)
    return f"{local}{at}{domain}"


def validate_address(written: str) -> None:
    """Raise ``ValidationError`` for what is no address, or one that cannot be written into a mail."""
    address = fold_address(written)
    validate_email(address)
    local, _, domain = address.rpartition("@")
    if len(local) > LONGEST_LOCAL_PART:
        raise ValidationError(f"Before the @ stand more than {LONGEST_LOCAL_PART} characters. Look at the address.")
    if len(address) > LONGEST:
        raise ValidationError(f"An address has {LONGEST} characters at most. Look at what stands behind the @.")
    if not (local.isascii() and local.isprintable()):
        raise ValidationError("No mail can be sent to this address. Look at what stands before the @.")
    try:
        _spell(domain)
    except UnicodeError:
        raise ValidationError("No mail can be sent to this address. Look at what stands behind the @.") from None


def _spell(domain: str) -> str:
    """Raises ``UnicodeError`` where there is no such domain. Django writes mails by the same rules."""
    return domain.encode("idna").decode("idna")
