"""The seed of the large partner, at a small size: whole, and such that every page of it opens."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from django.test import Client

from accounts.services import find_partner
from bench.installation import BenchFailedError
from bench.large import partners
from bench.large.__main__ import main
from bench.large.rows import ONE, SMALL
from bench.large.screens import all_screens
from core.scope import partner_scope
from invoices.models import BillingItem, Charge, SourceInvoice
from syncs.models import Change, Run


@pytest.fixture
def seeded(db: None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(partners, "_vacuum", lambda: None)  # not within a test's transaction
    partners.make(lambda _text: None, {partners.SLUG: SMALL, partners.ALONE: ONE})


def test_seed_has_the_sizes_that_were_asked_for(seeded: None) -> None:
    with partner_scope(find_partner(partners.SLUG) or 0):
        assert Charge.objects.count() == 12 * 12 * SMALL.customers
        assert Change.objects.count() == SMALL.changes
        assert Run.objects.count() == 2 * SMALL.days
        assert BillingItem.objects.count() == 3 * SMALL.customers
        assert [invoice.charged_retail > 0 for invoice in SourceInvoice.objects.all()] == [True] * 12


def test_every_screen_of_the_seed_opens(seeded: None) -> None:
    client = Client()
    client.force_login(partners.person_of(partners.LOGIN_EMAIL))

    answers = {screen.path: client.get(screen.path).status_code for screen in all_screens()}

    assert answers == dict.fromkeys(answers, 200) != {}


def test_partner_that_is_there_is_left_alone(seeded: None) -> None:
    with pytest.raises(BenchFailedError, match="already"):
        partners.make(lambda _text: None, {partners.SLUG: ONE})


def test_production_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(os.environ, "BILLINGSYNC_ENV", "production")

    assert main(["--data", str(tmp_path)]) == 2
    assert not list(tmp_path.iterdir())
