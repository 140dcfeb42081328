"""What every table with a partner's data has in common."""

from __future__ import annotations

from typing import Any

from django.db import models
from django_scopes import ScopedManager

from core.scope import scoped_partner_id


class PartnerForeignKey(models.ForeignKey[Any, Any]):
    """A key to another row of the same partner.

    The database constraint is the composite one that ``SecurePartnerTables`` makes: a plain foreign
    key would accept another partner's row. Joins name the partner too: no query reaches across, and
    where the partner is known row security is asked about once, not for each row that is joined.
    """

    def __init__(self, to: Any, on_delete: Any, **kwargs: Any) -> None:
        kwargs["db_constraint"] = False
        super().__init__(to, on_delete, **kwargs)

    def get_joining_fields(self, reverse_join: bool = False) -> tuple[tuple[Any, Any], ...]:  # noqa: FBT001, FBT002  # Django's signature
        """The pairs of fields that a join makes equal: the key's, and the partners of both rows."""
        ours, theirs = (model._meta.get_field("partner") for model in (self.model, self.related_model))
        pairs: tuple[tuple[Any, Any], ...] = super().get_joining_fields(reverse_join)
        return (*pairs, (theirs, ours) if reverse_join else (ours, theirs))

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
