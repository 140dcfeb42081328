"""Adopt a product of the target for one of ours, detach it, take it up again."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.html import format_html
from django.views.decorators.http import require_http_methods, require_POST

from accounts.models import Role
from core.audit import actor_of
from core.editions import NewerEdition
from portal.kit.editing import Editing
from portal.kit.permissions import PartnerRequest, partner_page
from portal.kit.undone import drawn_of
from portal.products.forms import AdoptForm
from products.models import Product, TargetProduct
from programs.models import Program
from programs.selectors import program_for, source_currency
from syncs.deciding import product_links
from syncs.deciding.product_links import LinkRefused

MOST_OFFERED = 20


@require_http_methods(["GET", "HEAD", "POST"])
@partner_page(Role.SUPPORT)
def adopt(request: PartnerRequest, program_id: int, product_id: int) -> HttpResponse:
    """Choose the product of the target that stands for ours."""
    program, product = _find(request, program_id, product_id)
    request.menu = reverse("products", args=[request.partner.slug, program.pk])  # type: ignore[attr-defined]  # read by the menu
    form = AdoptForm(request.POST or request.GET)
    chosen = _chosen(program, form)
    if request.method == "POST" and chosen is not None:
        try:
            product_links.adopt_product(
                program=program,
                product=product,
                target_product=chosen,
                actor=actor_of(request.user),
                drawn=drawn_of(request),
            )
        except LinkRefused as refusal:
            return _show(request, program, product, form, str(refusal))
        except NewerEdition as newer:
            return _link_now(request, program, product, newer)
        messages.success(
            request, f"“{chosen.name}” stands for it now. The next product sync brings its prices up to date."
        )
        return redirect("product", request.partner.slug, program.pk, product.pk)
    problem = "Choose a product of the target." if request.method == "POST" else ""
    return _show(request, program, product, form, problem)


@require_POST
@partner_page(Role.SUPPORT)
def detach(request: PartnerRequest, program_id: int, product_id: int) -> HttpResponse:
    """Keep the product sync off a product and off what stands for it."""
    program, product = _find(request, program_id, product_id)
    try:
        actor, drawn = actor_of(request.user), drawn_of(request)
        former = product_links.detach_product(program=program, product=product, actor=actor, drawn=drawn)
    except LinkRefused as refusal:
        messages.error(request, str(refusal))
    except NewerEdition as newer:
        return _link_now(request, program, product, newer)
    else:
        messages.success(request, _told(request, program, product, former))
    return redirect("product", request.partner.slug, program.pk, product.pk)


@require_POST
@partner_page(Role.SUPPORT)
def follow(request: PartnerRequest, program_id: int, product_id: int) -> HttpResponse:
    """Take a detached product up again."""
    program, product = _find(request, program_id, product_id)
    actor, drawn = actor_of(request.user), drawn_of(request)
    try:
        product_links.follow_product(program=program, product=product, actor=actor, drawn=drawn)
    except NewerEdition as newer:
        return _link_now(request, program, product, newer)
    messages.success(request, "The next product sync takes it up: it adopts what stands for it, or makes it.")
    return redirect("product", request.partner.slug, program.pk, product.pk)


def _link_now(request: PartnerRequest, program: Program, product: Product, newer: NewerEdition) -> HttpResponse:
    """Somebody was quicker: the product's page shows how it stands."""
    messages.error(request, newer.tell("What stands for this product is shown as it is now."))
    return redirect("product", request.partner.slug, program.pk, product.pk)


def _told(request: PartnerRequest, program: Program, product: Product, former: str | None) -> str:
    text = "Product syncs leave it alone from now on."
    if former is None:
        return text
    page = reverse("adopt_product", args=[request.partner.slug, program.pk, product.pk])
    copy = TargetProduct.objects.filter(target=program.target_id, external_id=former, gone=False).first()
    if copy is None:
        return text
    return format_html('{} <a href="{}?target={}">Adopt “{}” again</a>', text, page, copy.pk, copy.name)


def _show(
    request: PartnerRequest, program: Program, product: Product, form: AdoptForm, problem: str
) -> TemplateResponse:
    words = form.cleaned_data.get("q", "") if form.is_valid() else ""
    found = list(product_links.adoptable_products(program, product, words)[: MOST_OFFERED + 1])
    chosen = _chosen(program, form)
    offers = found[:MOST_OFFERED] if chosen is None else [chosen, *(row for row in found if row != chosen)]
    context = {
        "program": program,
        "product": product,
        "currency": source_currency(program),
        "words": words,
        "offers": offers[:MOST_OFFERED],
        "more": len(found) > MOST_OFFERED,
        "chosen": chosen,
        "problem": problem,
        "editing": Editing(request, product_links.link_of(program, product)),
    }
    return TemplateResponse(request, "portal/products/adopt.html", context)


def _chosen(program: Program, form: AdoptForm) -> TargetProduct | None:
    number = form.cleaned_data.get("target") if form.is_valid() else None
    return TargetProduct.objects.filter(target=program.target_id, pk=number).first() if number else None


def _find(request: PartnerRequest, program_id: int, product_id: int) -> tuple[Program, Product]:
    program = program_for(request, program_id)
    return program, get_object_or_404(Product, pk=product_id, source_id=program.source_id)
