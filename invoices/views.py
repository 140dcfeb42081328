"""Billing of a program: the search, the mapping dialog, the list of source invoices."""

from __future__ import annotations

from collections.abc import Mapping as Sums
from decimal import Decimal

from celery import current_app
from celery.exceptions import OperationalError
from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST, require_safe
from django_htmx.http import trigger_client_event

from accounts.models import Role
from accounts.permissions import PartnerRequest, partner_page
from accounts.tables import list_page
from core.audit import actor_of
from core.money import ZERO
from customers.models import Customer, Mapping
from customers.services import MappingRefused, MappingUnconfirmed, remove_mapping, save_mapping, set_sync
from invoices.billing_list import NOT_MAPPED, billing_items, next_unmapped, rows_of, sums_by_state
from invoices.forms import ALL, TABS, BillingSearch, MappingForm
from invoices.mapping_dialog import Dialog, open_dialog
from invoices.selectors import listed_invoices
from invoices.tables import BillingTable, InvoiceTable
from programs.models import Motion, Program
from programs.selectors import source_currency

REFRESH_TASK = "customers.tasks.refresh_target_copy"


@require_safe
@partner_page()
def billing(request: PartnerRequest, program_id: int) -> HttpResponse:
    """Customers x motions that occur in invoices, in tabs by state, searched as one types."""
    program = _find_program(program_id)
    form = BillingSearch(request.GET)
    form.is_valid()
    items = billing_items(program, form.cleaned_data.get("q", ""), form.cleaned_data.get("motion", ""))
    sums = sums_by_state(items)
    tab = _tab(request.GET.get("tab", ""), sums)
    shown = items if tab == ALL else items.filter(state=tab)
    count = _sum(sums, tab)[0]
    table = BillingTable(shown, program=program, currency=source_currency(program), caption="Billing", count=count)
    if tab == NOT_MAPPED and sums:
        table.empty_title, table.empty_help = "Everything is mapped", "New customers appear with their first invoice."
    response = list_page(
        request,
        "invoices/billing.html",
        table,
        fragment="invoices/billing_list.html",
        total=sum(count for count, _ in sums.values()),
        program=program,
        search=form,
        tab=tab,
        tabs=[(name, label, *_sum(sums, name)) for name, label in TABS],
        currency=source_currency(program),
    )
    table.shown = rows_of(program, [row.record for row in table.paginated_rows])
    return response


@require_http_methods(["GET", "HEAD", "POST"])
@partner_page(Role.SUPPORT)
def mapping(request: PartnerRequest, program_id: int, customer_id: int, motion: str) -> HttpResponse:
    """The mapping dialog; over the list where scripts run, a page of its own where not."""
    program = _find_program(program_id)
    customer = get_object_or_404(Customer, pk=customer_id, source_id=program.source_id)
    if motion not in Motion.values:
        raise Http404
    form = MappingForm(request.POST or request.GET)
    dialog = open_dialog(program, customer, Motion(motion), form)
    if request.method != "POST":
        return _show(request, dialog)
    if dialog.target_customer is None or dialog.template is None:
        return _show(request, dialog, problem="Choose a customer of the target and one of its invoice templates.")
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
            confirm=bool(dialog.values.get("confirm")),
        )
    except MappingUnconfirmed as unconfirmed:
        return _show(request, dialog, warnings=unconfirmed.warnings)
    except MappingRefused as refusal:
        return _show(request, dialog, problem=str(refusal))
    return _saved(request, dialog)


@require_POST
@partner_page(Role.SUPPORT)
def unmap(request: PartnerRequest, program_id: int, mapping_id: int) -> HttpResponse:
    """Take a mapping away; what it wrote stays in the target."""
    found: Mapping = get_object_or_404(Mapping.objects.select_related("customer"), pk=mapping_id, program_id=program_id)
    text = f"{found} is no longer mapped. Lines it wrote stay on the template; they are listed in the inbox."
    remove_mapping(mapping=found, actor=actor_of(request.user))
    messages.success(request, text)
    return redirect("billing", request.partner.slug, program_id)


@require_POST
@partner_page(Role.SUPPORT)
def switch_sync(request: PartnerRequest, program_id: int, mapping_id: int) -> HttpResponse:
    """Switch the sync of one mapping on or off."""
    found: Mapping = get_object_or_404(Mapping.objects.select_related("customer"), pk=mapping_id, program_id=program_id)
    on = request.POST.get("on") == "on"
    set_sync(mapping=found, on=on, actor=actor_of(request.user))
    messages.success(request, f"Sync of {found} is {'on' if on else 'off. What is on the template stays there'}.")
    return redirect(
        f"{reverse('billing', args=[request.partner.slug, program_id])}?tab={'sync_on' if on else 'mapped'}"
    )


@require_POST
@partner_page(Role.SUPPORT)
def refresh_copy(request: PartnerRequest, program_id: int) -> HttpResponse:
    """Read the target's customers and templates anew, in the background."""
    program = _find_program(program_id)
    try:
        current_app.send_task(REFRESH_TASK, args=[program.partner_id, program.target_id], retry=False)
    except OperationalError:
        messages.error(request, "The queue cannot be reached. Nothing was read; try again in a minute.")
    else:
        messages.success(request, "The target’s customers and templates are being read anew. It takes a moment.")
    return redirect("billing", request.partner.slug, program.pk)


@require_safe
@partner_page()
def invoices(request: PartnerRequest, program_id: int) -> HttpResponse:
    """The distributor's invoices that were read."""
    program = _find_program(program_id)
    table = InvoiceTable(listed_invoices(program), program=program, caption="Invoices")
    return list_page(request, "invoices/invoices.html", table, program=program)


def _find_program(program_id: int) -> Program:
    return get_object_or_404(Program.objects.select_related("source__partner", "target", "partner"), pk=program_id)


def _tab(wanted: str, sums: Sums[str, tuple[int, Decimal]]) -> str:
    """The tab asked for; else what is not mapped, as long as there is any."""
    if wanted in dict(TABS):
        return wanted
    return NOT_MAPPED if NOT_MAPPED in sums else ALL


def _sum(sums: Sums[str, tuple[int, Decimal]], state: str) -> tuple[int, Decimal]:
    chosen = [each for name, each in sums.items() if state in {ALL, name}]
    return sum(count for count, _ in chosen), sum((retail for _, retail in chosen), ZERO)


def _show(request: PartnerRequest, dialog: Dialog, **context: object) -> HttpResponse:
    template = "invoices/mapping_dialog.html" if request.htmx else "invoices/mapping_page.html"
    return TemplateResponse(request, template, {"dialog": dialog, "program": dialog.program, **context})


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
        response = _show(request, fresh, saved=text)
    else:
        response = TemplateResponse(request, "invoices/mapping_done.html", {"saved": text})
        trigger_client_event(response, "dialog-done", after="settle")
    trigger_client_event(response, "list-changed", after="settle")
    return response
