"""Which product of the target stands for one of ours, as a person decides it. Inside the scope."""

from __future__ import annotations

from django.db.models import Case, IntegerField, Q, QuerySet, Value, When

from core.audit import Actor, record
from core.editions import refuse_older
from core.enums import About
from core.searching import ids_matching
from money.products import PREFIX
from products.models import Product, ProductLink, TargetProduct
from programs.models import Program
from syncs.enums import LOST_STATES, ChangeAbout
from syncs.models import Change


class LinkRefused(Exception):
    """What was asked for cannot be done now; ``str(error)`` says why and what to do."""


def adoptable_products(program: Program, product: Product, text: str = "") -> QuerySet[TargetProduct]:
    """Products of the target that stand for none of ours: those that resemble first, then by name."""
    taken = ProductLink.objects.filter(target=program.target_id).values("external_id")
    found = TargetProduct.objects.filter(target=program.target_id, gone=False).exclude(external_id__in=taken)
    if text.strip():
        found = found.filter(pk__in=ids_matching("matching_target_products", text))
    resembles = Case(
        When(code__iexact=product.key, then=Value(0)),
        When(Q(name__istartswith=f"{PREFIX}{product.sku}"), then=Value(1)),
        When(name__icontains=product.name, then=Value(2)),
        default=Value(3),
        output_field=IntegerField(),
    )
    return found.annotate(distance=resembles).order_by("distance", "name", "external_id")


def link_of(program: Program, product: Product) -> dict[str, object]:
    """What pages show of a product's link, as it stands: the id in the target, and whether syncs leave it alone."""
    links = ProductLink.objects.filter(target=program.target_id, product=product)
    return {"linked": links.values_list("external_id", flat=True).first() or "", "detached": product.detached}


def adopt_product(
    *, program: Program, product: Product, target_product: TargetProduct, actor: Actor, drawn: str | None = None
) -> None:
    """From now on this product of the target stands for ours; syncs change its prices and nothing else.

    Raises ``LinkRefused`` when either of them is linked already, it is gone, or a sync is writing it, and here as
    below ``NewerEdition`` where the link is another one than the page was ``drawn`` from.
    """
    locked = _lock(product)
    _refuse_older_link(program, locked, drawn)
    _refuse_while_written(locked)
    if target_product.gone:
        raise LinkRefused(f"“{target_product.name}” was deleted in the target. Choose another one.")
    links = ProductLink.objects.filter(target=program.target_id)
    if links.filter(external_id=target_product.external_id).exclude(product=locked).exists():
        raise LinkRefused(f"“{target_product.name}” stands for another product already. Detach that one first.")
    if _is_linked(program, locked):
        raise LinkRefused(f"{locked.name} is linked already. Detach it first.")
    links.filter(product=locked).delete()  # to one that is gone
    ProductLink.objects.create(
        product=locked, target_id=program.target_id, external_id=target_product.external_id, adopted=True
    )
    _set_detached(locked, detached=False)
    text = f"{locked.name}: adopted “{target_product.name}” ({target_product.external_id})"
    record(actor, "product.adopted", text, (About.PRODUCT, locked.pk))


def detach_product(*, program: Program, product: Product, actor: Actor, drawn: str | None = None) -> str | None:
    """The product sync leaves this product alone from now on, and what stands for it too.

    Answers with the id in the target that stood for it, so that it can be adopted again; None where
    there was none. Nothing is written to the target. Raises ``LinkRefused`` while a sync writes it.
    """
    locked = _lock(product)
    _refuse_older_link(program, locked, drawn)
    _refuse_while_written(locked)
    links = ProductLink.objects.filter(target=program.target_id, product=locked)
    former = links.values_list("external_id", flat=True).first()
    links.delete()
    _set_detached(locked, detached=True)
    told = f" from {former}" if former is not None else ""
    record(actor, "product.detached", f"{locked.name}: detached{told}", (About.PRODUCT, locked.pk))
    return former


def follow_product(*, program: Program, product: Product, actor: Actor, drawn: str | None = None) -> None:
    """The product sync takes a detached product up again, as if it had never been linked."""
    locked = _lock(product)
    _refuse_older_link(program, locked, drawn)
    _set_detached(locked, detached=False)
    record(actor, "product.followed", f"{product.name}: synced again", (About.PRODUCT, product.pk))


def _refuse_older_link(program: Program, product: Product, drawn: str | None) -> None:
    actions = ("product.adopted", "product.detached", "product.followed")
    refuse_older(drawn, link_of(program, product), actions=actions, about=(About.PRODUCT, product.pk))


def _is_linked(program: Program, product: Product) -> bool:
    """Whether a product that the target still has stands for it."""
    links = ProductLink.objects.filter(target=program.target_id, product=product)
    return links.exclude(copy__gone=True).exists()


def _lock(product: Product) -> Product:
    return Product.objects.select_for_update(no_key=True).get(pk=product.pk)


def _refuse_while_written(product: Product) -> None:
    under_way = Change.objects.filter(product=product, about=ChangeAbout.PRODUCT, state__in=LOST_STATES)
    if under_way.exists():
        raise LinkRefused("A sync is writing this product right now. Try again when it has ended.")


def _set_detached(product: Product, *, detached: bool) -> None:
    product.detached = detached
    product.save(update_fields=["detached"])
