"""The product's addresses, and Django's admin over the same rows within one partner's scope."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from django.urls import path

from accounts.services import find_partner
from bench.large.partners import SLUG
from billingsync.urls import handler403, handler404, handler500
from billingsync.urls import urlpatterns as portal
from core.models import AuditEntry
from core.scope import partner_scope
from invoices.models import BillingItem, Charge
from portal.kit.page_sizes import PAGE_SIZES
from products.models import Product
from syncs.models import Change, Run

__all__ = ["handler403", "handler404", "handler500", "urlpatterns"]


class Yardstick(admin.AdminSite):
    """Open to whoever is signed in, on the large partner."""

    def has_permission(self, request: HttpRequest) -> bool:
        return request.user.is_authenticated

    def each_context(self, request: Any) -> dict[str, Any]:  # noqa: ARG002  # Django's signature
        return {"site_header": "Yardstick", "has_permission": True, "available_apps": [], "site_url": "/"}

    def admin_view(self, view: Any, cacheable: bool = False) -> Any:  # noqa: FBT001, FBT002, ARG002  # Django's signature
        def scoped(request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
            with partner_scope(find_partner(SLUG) or 0):
                response = view(request, *args, **kwargs)
                return response.render() if hasattr(response, "render") else response

        return scoped


class Rows(admin.ModelAdmin):  # type: ignore[type-arg]  # no generic at run time
    """A changelist as Django makes it, with as many rows on a page as the portal's."""

    list_per_page = PAGE_SIZES[0]
    actions = None

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:  # noqa: ARG002  # Django's signature
        return True

    def has_add_permission(self, request: HttpRequest) -> bool:  # noqa: ARG002  # Django's signature
        return False

    has_change_permission = has_delete_permission = has_module_permission = lambda *_: False  # type: ignore[assignment]  # methods


class ProductRows(Rows):
    list_display = ("name", "sku", "term", "unit_cost", "unit_retail", "in_price_list")
    search_fields = ("name", "sku", "product_id")
    ordering = ("name",)


class BillingRows(Rows):
    list_display = ("customer", "motion", "month", "cost", "retail")
    list_select_related = ("customer",)
    search_fields = ("customer__name", "customer__domain", "customer__external_id")
    ordering = ("-retail",)


class ChargeRows(Rows):
    list_display = ("line", "customer", "product_name", "kind", "period", "quantity", "cost", "retail")
    list_select_related = ("customer",)
    search_fields = ("product_name", "subscription_ref", "customer__name")


class RunRows(Rows):
    list_display = ("created_at", "kind", "status", "started_by")


class ChangeRows(Rows):
    list_display = ("what", "action", "state", "customer", "error")
    list_select_related = ("customer",)


class AuditRows(Rows):
    list_display = ("at", "actor_name", "text")
    search_fields = ("text", "actor_name")


site = Yardstick(name="admin")
site.register(Product, ProductRows)
site.register(BillingItem, BillingRows)
site.register(Charge, ChargeRows)
site.register(Run, RunRows)
site.register(Change, ChangeRows)
site.register(AuditEntry, AuditRows)

urlpatterns = [*portal, path("bench-admin/", site.urls)]
