"""The people of the story: the reseller's customers, one entry per Microsoft tenant."""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import dataclass

from sandbox.draws import guid


@dataclass(frozen=True)
class Tenant:
    """One Microsoft tenant of a customer. ``key`` is the story's own short name for it."""

    key: str
    tenant_id: str
    company_id: str
    name: str
    domain: str
    joined: dt.date

    @property
    def email(self) -> str:
        """The address that PRISM knows for the company."""
        return f"it@{self.domain}"


# key, name, and the key of another tenant whose company owns this one too
_PEOPLE: tuple[tuple[str, str, str], ...] = (
    ("adatum", "A. Datum Corporation", ""),
    ("adventure", "Adventure Works Cycles", ""),
    ("alpine", "Alpine Ski House", ""),
    ("bellows", "Bellows College", ""),
    ("bestforyou", "Best For You Organics Company", ""),
    ("citypower", "City Power & Light", ""),
    ("coho-vineyard", "Coho Vineyard", ""),
    ("coho-winery", "Coho Winery", ""),
    ("contoso", "Contoso, Ltd.", ""),
    ("contoso-retail", "Contoso, Ltd.", "contoso"),
    ("fabrikam", "Fabrikam, Inc.", ""),
    ("firstup", "First Up Consultants", ""),
    ("fourthcoffee", "Fourth Coffee", ""),
    ("graphic", "Graphic Design Institute", ""),
    ("humongous", "Humongous Insurance", ""),
    ("lamna", "Lamna Healthcare Company", ""),
    ("liberty", "Liberty's Delightful Sinful Bakery & Cafe", ""),
    ("litware", "Litware, Inc.", ""),
    ("lucerne", "Lucerne Publishing", ""),
    ("margie", "Margie's Travel", ""),
    ("munson", "Munson's Pickles and Preserves Farm", ""),
    ("nod", "Nod Publishers", ""),
    ("palm", "شركة النخيل للتجارة", ""),
    ("proseware-east", "Proseware, Inc.", ""),
    ("proseware-west", "Proseware, Inc.", ""),
    ("relecloud", "Relecloud", ""),
    ("fineart", "School of Fine Art", ""),
    ("southridge", "Southridge Video", ""),
    ("tailspin", "Tailspin Toys", ""),
    ("treyresearch", "Trey Research", ""),
    ("vanarsdel", "VanArsdel, Ltd.", ""),
    ("wideworld", "Wide World Importers", ""),
    ("wingtip", "Wingtip Toys", ""),
    ("woodgrove", "Woodgrove Bank", ""),
)
LATE_COMER = "woodgrove"


def tenants_of(account: str, *, title: str, since: dt.date, late: dt.date, more: int) -> tuple[Tenant, ...]:
    """The tenants of one partner account.

    ``title`` tells the customers of two accounts apart and is empty for the first; ``late`` is
    the day on which the one late customer joins; ``more`` adds that many plain ones.
    """
    extra = tuple((f"sample-{n:04d}", f"Sample Customer {n:04d}", "") for n in range(1, more + 1))
    return tuple(
        _tenant(account, key, name, owner=owner or key, title=title, joined=late if key == LATE_COMER else since)
        for key, name, owner in _PEOPLE + extra
    )


def _tenant(account: str, key: str, name: str, *, owner: str, title: str, joined: dt.date) -> Tenant:
    middle = f".{re.sub(r'[^a-z]', '', title.lower())}" if title else ""
    return Tenant(
        key=key,
        tenant_id=guid(account, "tenant", key),
        company_id=guid(account, "company", owner),
        name=f"{name} {title}".strip(),
        domain=f"{key.replace('-', '')}{middle}.example",
        joined=joined,
    )
