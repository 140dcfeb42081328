"""Partners written straight into the database, where making them by hand is not what is measured."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from django.utils import timezone

from accounts.services import create_partner
from connections.models import Connection, ConnectionStatus
from connections.secret_store import store_secrets
from core.audit import COMMAND
from core.scope import partner_scope
from customers.models import Customer, Mapping, TargetCustomer, Template
from money.enums import Motion
from programs.models import ProductMode, Program
from syncs.enums import RunKind, RunState, RunStatus
from syncs.models import Run

MOTIONS = [motion.value for motion in Motion]


@dataclass(frozen=True, slots=True)
class Seeded:
    """Ids of a partner that is ready to sync."""

    partner_id: int
    program_id: int
    source_id: int
    target_id: int


def seed_partner(
    slug: str, *, mode: str = ProductMode.IN_USE, account: str = "sample", products: bool = True
) -> Seeded:
    """A connected partner whose daily sync is a day away; ``account`` is its name at the vendors.

    Without ``products`` its billing syncs wait for no product sync.
    """
    partner = create_partner(slug=slug, name=f"Sample {slug}", actor=COMMAND)
    with partner_scope(partner.pk):
        source = _connect("prism", {"client_id": account}, {"client_secret": "sample"})
        target = _connect("syncro", {"subdomain": account}, {"api_token": "sample"})
        program = Program.objects.create(
            source=source,
            target=target,
            enabled=True,
            billing_enabled=True,
            products_enabled=products,
            motions=MOTIONS,
            product_mode=mode,
            next_due_at=timezone.now() + dt.timedelta(days=1),
        )
        return Seeded(partner.pk, program.pk, source.pk, target.pk)


def map_everybody(partner: Seeded) -> int:
    """Map customers to templates in the order of both, seats and Azure plan; answers how many mappings."""
    with partner_scope(partner.partner_id):
        owners = {row.external_id: row for row in TargetCustomer.objects.all()}
        pairs = zip(Customer.objects.order_by("pk"), Template.objects.order_by("external_id"), strict=True)
        rows = [
            Mapping(
                program_id=partner.program_id,
                customer=customer,
                motion=motion,
                target_customer=owners[template.customer_external_id],
                template=template,
            )
            for customer, template in pairs
            for motion in (Motion.SEAT_MONTHLY, Motion.AZURE_PLAN)
        ]
        return len(Mapping.objects.bulk_create(rows, batch_size=1000))


def seed_history(partner: Seeded, runs: int) -> None:
    """Runs that are over, as many as a partner gathers."""
    with partner_scope(partner.partner_id):
        over = {"state": RunState.FINISHED, "status": RunStatus.NO_CHANGE, "started_by": "scheduler"}
        at = timezone.now()
        Run.objects.bulk_create(
            Run(program_id=partner.program_id, kind=RunKind.BILLING, started_at=at, heartbeat_at=at, **over)
            for _ in range(runs)
        )


def _connect(system: str, shown: dict[str, str], secrets: dict[str, str]) -> Connection:
    connection = Connection.objects.create(
        system=system, status=ConnectionStatus.CONNECTED, status_since=timezone.now(), credentials=shown
    )
    store_secrets(connection, secrets)
    return connection
