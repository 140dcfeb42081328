"""What every table with a partner's data has in common."""

from __future__ import annotations

from typing import Any

from django.db import models
from django_scopes import ScopedManager

from core.scope import scoped_partner_id


class PartnerForeignKey(models.ForeignKey[Any, Any]):
    """A key to another row of the same partner.

    The database constraint is the composite one that ``SecurePartnerTables`` makes: a plain foreign
    key would accept another partner's row.
    """

    def __init__(self, to: Any, on_delete: Any, **kwargs: Any) -> None:
        kwargs["db_constraint"] = False
        super().__init__(to, on_delete, **kwargs)

    def deconstruct(self) -> tuple[str, str, Any, Any]:
        name, path, args, kwargs = super().deconstruct()
        kwargs.pop("db_constraint", None)
        return name, path, args, kwargs


class PartnerModel(models.Model):
    """A row of one partner's data; new rows belong to the partner whose scope is open."""

    partner = models.ForeignKey(
        "accounts.Partner",
        on_delete=models.CASCADE,
        default=scoped_partner_id,
        related_name="+",
        db_index=False,  # SecurePartnerTables makes the unique (partner_id, id)
        editable=False,
    )

    objects = ScopedManager(partner="partner")

    class Meta:
        abstract = True
