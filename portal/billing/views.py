"""Billing of a program: the search and the mapping dialog."""

from __future__ import annotations

from celery.exceptions import OperationalError
from django.contrib import messages
from django.db import transaction
from django.http import Http404, HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST, require_safe
from django_htmx.http import trigger_client_event

from accounts.models import Role
from connections.copy_wishes import ask_for_copy
from core.audit import actor_of
from core.editions import NewerEdition
from customers.models import Customer
from customers.services import MappingRefused, MappingUnconfirmed, mapping_values, save_mapping
from money.enums import Motion
from portal.billing.choice import choose_items
from portal.billing.dialog import Dialog, labels_of, open_dialog
from portal.billing.forms import ALL, TABS, MappingForm
from portal.billing.tables import BillingTable
from portal.kit.editing import Editing
from portal.kit.permissions import PartnerRequest, partner_page
from portal.kit.tables import list_page
from programs.selectors import program_for, source_currency
from reports.billing import NOT_MAPPED, all_items, next_unmapped, rows_of
from reports.months import newest_account

LABELS = {
    "target_customer": "Customer in the target",
    "template": "Invoice template",
    "pricing": "Pricing strategy",
    "sync_on": "Sync",
}


@require_safe
@partner_page()
def billing(request: PartnerRequest, program_id: int) -> HttpResponse:
    """Customers x motions that occur in invoices, in tabs by state, searched as one types."""
    program = program_for(request, program_id)
    choice = choose_items(program, request.GET)
    currency = source_currency(program)
    count = choice.sum(choice.tab)[0]
    ticks = request.access.reaches(Role.SUPPORT) and choice.tab != NOT_MAPPED
    left_out = {"tick": not ticks, "target": choice.tab == NOT_MAPPED}
    table = BillingTable(
        choice.items,
        program=program,
        currency=currency,
        words=choice.form.cleaned_data.get("q", ""),
        caption="Billing",
        count=count,
        exclude=[name for name, out in left_out.items() if out],
    )
    table.data.whole = all_items(program)
    if choice.tab == NOT_MAPPED and choice.sums:
        table.empty_title, table.empty_help = "Everything is mapped", "New customers appear with their first invoice."
    narrowed = any(choice.form.cleaned_data.get(name, "").strip() for name in ("q", "motion"))
    response = list_page(
        request,
        "portal/billing/billing.html",
        table,
        fragment="portal/billing/billing_list.html",
        total=choice.total,
        program=program,
        place=dict(TABS)[choice.tab] if choice.tab != ALL else "",
        elsewhere=choice.sum(ALL)[0] if not count else 0,
        looked_at="name, domain and id of the customer",
        search=choice.form,
        tab=choice.tab,
        tabs=[(name, label, *choice.sum(name)) for name, label in TABS],
        currency=currency,
        ticks=ticks,
        month=None if narrowed else newest_account(program),
    )
    response.context_data["kept"]["tab"] = choice.tab  # type: ignore[index]  # list_page fills it
    table.shown = rows_of(program, [row.record for row in table.paginated_rows], choice.late)
    return response


@require_http_methods(["GET", "HEAD", "POST"])
@partner_page(Role.SUPPORT)
def mapping(request: PartnerRequest, program_id: int, customer_id: int, motion: str) -> HttpResponse:
    """The mapping dialog; over the list where scripts run, a page of its own where not."""
    program = program_for(request, program_id)
    customer = get_object_or_404(Customer, pk=customer_id, source_id=program.source_id)
    if motion not in list(Motion):
        raise Http404
    form = MappingForm(_entered(request))
    dialog = open_dialog(program, customer, Motion(motion), form)
    here = reverse("mapping", args=[request.partner.slug, program.pk, customer.pk, motion])
    editing = Editing(request, mapping_values(dialog.mapping), page=here)
    if request.method != "POST":
        return _show(request, dialog, editing)
    if dialog.target_customer is None or dialog.template is None:
        lacking = "Choose a customer of the target and one of its invoice templates."
        return _show(request, dialog, editing, problem=lacking)
    try:
        save_mapping(
            program=program,
            customer=customer,
            motion=motion,
            target_customer=dialog.target_customer,
            template=dialog.template,
            pricing=str(dialog.values["pricing"]),
            sync_on=bool(dialog.values.get("sync_on")),
            actor=actor_of(request.user),
            confirm=dialog.values.get("confirm") == str(dialog.template.pk),
            retail=dialog.retail,
            drawn=editing.sent,
        )
    except MappingUnconfirmed as unconfirmed:
        return _show(request, dialog, editing, warnings=unconfirmed.warnings)
    except MappingRefused as refusal:
        return _show(request, dialog, editing, problem=str(refusal))
    except NewerEdition as newer:
        editing.give_way(newer, mapping_values(dialog.mapping), LABELS, labels_of(newer))
        return _show(request, dialog, editing)
    return _saved(request, dialog)


@require_POST
@partner_page(Role.SUPPORT)
def refresh_copy(request: PartnerRequest, program_id: int) -> HttpResponse:
    """Read the target's customers and templates anew, in the background."""
    program = program_for(request, program_id)
    try:
        with transaction.atomic():
            asked = ask_for_copy(program.target_id)
    except OperationalError:
        messages.error(request, "The queue cannot be reached. Nothing was read; try again in a minute.")
    else:
        begun = "The target’s customers and templates are being read anew. It takes a moment."
        messages.success(request, begun if asked else "They are being read anew already.")
    return redirect("billing", request.partner.slug, program.pk)


def _entered(request: PartnerRequest) -> QueryDict:
    """What was chosen so far; after a sign-in, what had been."""
    typed: QueryDict | None = getattr(request, "typed", None)
    if typed is None:
        return request.POST or request.GET
    entered = typed.copy()
    entered["touched"] = "on"
    return entered


def _show(request: PartnerRequest, dialog: Dialog, editing: Editing, **context: object) -> HttpResponse:
    template = "portal/billing/mapping_dialog.html" if request.htmx else "portal/billing/mapping_page.html"
    context |= {"dialog": dialog, "program": dialog.program, "editing": editing}
    return TemplateResponse(request, template, context, status=200 if request.htmx else editing.status())


def _saved(request: PartnerRequest, dialog: Dialog) -> HttpResponse:
    text = f"{dialog.customer} / {dialog.motion.label} is mapped to {dialog.target_customer}."
    follows = next_unmapped(dialog.program) if request.POST.get("then") == "next" else None
    if not request.htmx:
        messages.success(request, text)
        if follows:
            args = [request.partner.slug, dialog.program.pk, follows.customer_id, follows.motion]
            return redirect("mapping", *args)
        return redirect("billing", request.partner.slug, dialog.program.pk)
    if follows:
        fresh = open_dialog(dialog.program, follows.customer, Motion(follows.motion), MappingForm({}))
        here = reverse("mapping", args=[request.partner.slug, dialog.program.pk, follows.customer_id, follows.motion])
        editing = Editing(request, mapping_values(fresh.mapping), page=here, anew=True)
        response = _show(request, fresh, editing, saved=text)
    else:
        response = TemplateResponse(request, "portal/billing/mapping_done.html", {"saved": text})
        trigger_client_event(response, "dialog-done", after="settle")
    trigger_client_event(response, "list-changed", after="settle")
    return response
