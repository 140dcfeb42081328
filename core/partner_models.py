"""What every table with a partner's data has in common."""

from __future__ import annotations

from typing import Any

from django.db import models
from django_scopes import ScopedManager, get_scope

from core.scope import scoped_partner_id

_ScopedManager = type(ScopedManager(partner="partner"))
_rows_of: dict[type[models.Model], tuple[int, models.QuerySet[Any]]] = {}


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


def partner_manager() -> models.Manager[Any]:
    """Manager of the rows of the partner whose scope is open; without one every query raises ``ScopeError``.

    What all queries of one partner on a model begin with is built once and copied: building it costs
    more than many a query.
    """

    class Manager(_ScopedManager):  # type: ignore[misc, valid-type]  # its class is made while running
        def get_queryset(self) -> models.QuerySet[Any]:
            opened = get_scope()
            partner_id = opened.get("partner") if opened.get("_enabled", True) else None
            if partner_id is None or self._db or self._hints or hasattr(self, "_override_scope"):
                return super().get_queryset()  # type: ignore[no-any-return]  # its base has no types
            known = _rows_of.get(self.model)
            if known is None or known[0] != partner_id:
                known = _rows_of[self.model] = (partner_id, super().get_queryset())
            return known[1].all()

    return Manager()


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

    objects = partner_manager()

    class Meta:
        abstract = True
