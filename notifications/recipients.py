"""Who gets the e-mails of a connection: the addresses of the programs that use it, else owners and admins.

Members who asked for them come on top, see ``notifications.news``.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable

from accounts.models import Membership, Partner, Role
from notifications import links
from notifications.letters import Why
from notifications.news import Group

AddressBook = Callable[[int], Iterable[str]]  # connection id -> addresses, inside the partner's scope

_books: list[AddressBook] = []


def register_address_book(book: AddressBook) -> None:
    """Let an app further up say who wants to know about a connection. Called when Django starts."""
    if book not in _books:
        _books.append(book)


def group_of_connection(connection_id: int, partner: Partner) -> Group:
    """Addresses for news of a connection, each once, in the scope of its partner."""
    found = {address.lower(): address for book in _books for address in book(connection_id)}
    if found:
        text = "You get this because the notification addresses of a program name you."
        return Group(list(found.values()), Why(text, links.programs_page(partner.slug), "Change them under Programs"))
    text = f"You get this as an owner or admin of {partner.name}: no program names an address for such news."
    return Group(addresses_of_admins(), Why(text, links.programs_page(partner.slug), "Name one under Programs"))


def addresses_of_admins() -> list[str]:
    """Addresses of the open partner's owners and admins."""
    admins = Membership.objects.filter(role__in=(Role.OWNER, Role.ADMIN), user__is_active=True)
    return list(admins.order_by("pk").values_list("user__email", flat=True))
