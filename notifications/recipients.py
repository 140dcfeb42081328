"""Who gets the e-mails of a connection: the addresses of the programs that use it, else owners and admins."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from accounts.models import Membership, Role

AddressBook = Callable[[int], Iterable[str]]  # connection id -> addresses, inside the partner's scope

_books: list[AddressBook] = []


def register_address_book(book: AddressBook) -> None:
    """Let an app further up say who wants to know about a connection. Called when Django starts."""
    if book not in _books:
        _books.append(book)


def addresses_of_connection(connection_id: int) -> list[str]:
    """Addresses for news of a connection, each once, in the scope of its partner."""
    found = {address.lower(): address for book in _books for address in book(connection_id)}
    return list(found.values()) or addresses_of_admins()


def addresses_of_admins() -> list[str]:
    """Addresses of the open partner's owners and admins."""
    admins = Membership.objects.filter(role__in=(Role.OWNER, Role.ADMIN), user__is_active=True)
    return list(admins.order_by("pk").values_list("user__email", flat=True))
