"""The mapping that the reseller has in mind: tenant and motion to Syncro customer and template."""

from __future__ import annotations

from sandbox.accounts import story_in
from sandbox.state import Store
from sandbox.wire import Json


def mapping_of(store: Store, account: str, *, future: bool = False) -> list[Json]:
    """One entry per tenant and motion; ``future`` also names tenants that join later."""
    known = {tenant.tenant_id for tenant in story_in(store, account).tenants_on(store.today)}
    entries: list[Json] = store.fact(f"mapping/{account}", [])
    return [entry for entry in entries if future or entry["customer"] in known]
