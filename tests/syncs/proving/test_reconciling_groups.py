"""What an account is made of: some of its groups are as they are in the account of the whole invoice."""

from __future__ import annotations

from collections import defaultdict
from decimal import Decimal

import pytest

from accounts.models import Partner
from core.scope import partner_scope
from money.enums import PartState
from money.words import NOTHING, Money
from syncs.models import Part, Posting
from syncs.proving.reconciliation import reconcile_groups, reconcile_invoice
from tests import factories as make
from tests.syncs.proving.test_reconciling_together import MONTH, charged, planned


@pytest.mark.parametrize("state", ["counted", "held", "replaced", "reversed"])
def test_some_groups_are_as_in_the_whole_account(partner: Partner, state: str) -> None:
    with partner_scope(partner.pk):
        program = make.ProgramFactory()
        customers = make.CustomerFactory.create_batch(3, source=program.source)
        subscriptions = [make.SubscriptionFactory(customer=each) for each in customers]
        invoice = charged(program, customers[0], subscriptions[0], state=state)
        later = charged(program, customers[0], subscriptions[0])
        for customer, subscription in zip(customers[1:], subscriptions[1:], strict=True):
            make.ChargeFactory(
                invoice=invoice, customer=customer, subscription=subscription, cost=Decimal(8), retail=Decimal(10)
            )
        make.ChargeFactory(invoice=invoice, customer=None, subscription=None, subscription_ref="", kind="unknown")
        planned(program, customers[0], subscriptions[0], 2)
        planned(program, customers[1], subscriptions[1], 1)
        Part.objects.filter(posting=Posting.objects.get(subscription=subscriptions[1])).update(state=PartState.HELD)
        # A subscription that moved: planned for a customer whom another row of the invoice names.
        Posting.objects.filter(subscription=subscriptions[1]).update(customer=customers[2])
        assert later.month == MONTH

        whole = reconcile_groups(invoice, program)
        account = reconcile_invoice(invoice, program)

        assert len(whole) == 3
        for subscription in subscriptions:
            some = reconcile_groups(invoice, program, [subscription.pk])
            assert some == {key: balance for key, balance in whole.items() if key[2] == subscription.pk}
        sums: dict[tuple[int | None, str], Money] = defaultdict(lambda: NOTHING)
        for key, balance in whole.items():
            sums[key[0], key[1]] += balance.source
        assert sums == {(one.customer_id, one.motion): one.balance.source for one in account.customers}
