"""What people do in the vendors' own screens, between two calls of a program."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable

from sandbox.generation import run_template
from sandbox.prism_api.identity import expire_tokens
from sandbox.state import Store
from sandbox.syncro_api.customers import KIND as CUSTOMER
from sandbox.syncro_api.customers import new_customer
from sandbox.syncro_api.lines import new_line, read_line
from sandbox.syncro_api.products import KIND as PRODUCT
from sandbox.syncro_api.products import new_product, read_product
from sandbox.syncro_api.schedules import KIND as SCHEDULE
from sandbox.syncro_api.schedules import new_schedule, read_schedule
from sandbox.wire import Json


class BadEditError(ValueError):
    """An edit names an action or a record that does not exist."""


def apply_edit(store: Store, account: str, edit: Json) -> Json:
    """Do one edit; returns the record after it. Raises BadEditError."""
    action = _ACTIONS.get(str(edit.get("action")))
    if action is None:
        raise BadEditError(f"action is one of {', '.join(sorted(_ACTIONS))}")
    if account not in store.accounts:
        raise BadEditError(f"there is no account {account!r}")
    try:
        return action(store, account, edit)
    except KeyError as error:
        raise BadEditError(f"{edit['action']} needs {error}") from error


def apply_real_edit(store: Store, account: str, edit: Json) -> Json:
    """Do one edit that must change something; returns the record after it. Raises BadEditError."""
    before = store.fingerprint()
    record = apply_edit(store, account, edit)
    if store.fingerprint() == before:
        raise BadEditError(f"{edit['action']} changes nothing")
    return record


def _record(store: Store, account: str, kind: str, record_id: object) -> Json:
    found = store.record(account, kind, int(str(record_id)))
    if found is None:
        raise BadEditError(f"there is no {kind} {record_id}")
    return found


def _change(kind: str, id_name: str, read: Callable[[Json], Json]) -> Callable[[Store, str, Json], Json]:
    def change(store: Store, account: str, edit: Json) -> Json:
        record = _record(store, account, kind, edit[id_name])
        record |= read(edit["values"])
        store.keep(account, kind, record)
        return record

    return change


def _delete(kind: str, id_name: str) -> Callable[[Store, str, Json], Json]:
    def delete(store: Store, account: str, edit: Json) -> Json:
        record = _record(store, account, kind, edit[id_name])
        store.forget(account, kind, record["id"])
        return record

    return delete


def _add_product(store: Store, account: str, edit: Json) -> Json:
    return new_product(store, account, edit["values"], by_hand=True)


def _add_customer(store: Store, account: str, edit: Json) -> Json:
    return new_customer(store, account, edit["values"])


def _add_schedule(store: Store, account: str, edit: Json) -> Json:
    return new_schedule(store, account, edit["values"])


def _add_line(store: Store, account: str, edit: Json) -> Json:
    schedule = _record(store, account, SCHEDULE, edit["schedule_id"])
    return new_line(store, account, schedule, edit["values"], by_hand=True)


def _edit_line(store: Store, account: str, edit: Json) -> Json:
    schedule = _record(store, account, SCHEDULE, edit["schedule_id"])
    line = _line(schedule, edit["line_id"])
    line |= read_line(store, account, edit["values"])
    store.keep(account, SCHEDULE, schedule)
    return line


def _delete_line(store: Store, account: str, edit: Json) -> Json:
    schedule = _record(store, account, SCHEDULE, edit["schedule_id"])
    line = _line(schedule, edit["line_id"])
    schedule["lines"].remove(line)
    store.keep(account, SCHEDULE, schedule)
    return line


def _reorder_lines(store: Store, account: str, edit: Json) -> Json:
    schedule = _record(store, account, SCHEDULE, edit["schedule_id"])
    wanted = [line["id"] for line in reversed(schedule["lines"])]
    order = edit.get("order", wanted)
    for place, line_id in enumerate(order, start=1):
        _line(schedule, line_id)["position"] = place
    store.keep(account, SCHEDULE, schedule)
    return schedule


def _line(schedule: Json, line_id: object) -> Json:
    for line in schedule["lines"]:
        if str(line["id"]) == str(line_id):
            found: Json = line
            return found
    raise BadEditError(f"there is no line {line_id}")


def _run_template(store: Store, account: str, edit: Json) -> Json:
    schedule = _record(store, account, SCHEDULE, edit["schedule_id"])
    made = run_template(store, account, schedule, dt.date.fromisoformat(schedule["next_run"]))
    return {"generated": made, "schedule": schedule}


def _set_permission(*, granted: bool) -> Callable[[Store, str, Json], Json]:
    def set_permission(store: Store, account: str, edit: Json) -> Json:
        facts = store.accounts[account]
        others = [name for name in facts["permissions"] if name != edit["permission"]]
        facts["permissions"] = [*others, edit["permission"]] if granted else others
        store.keep_account(account, facts)
        return {"permissions": facts["permissions"]}

    return set_permission


def _set_account(store: Store, account: str, edit: Json) -> Json:
    facts = store.accounts[account]
    facts |= {name: value for name, value in edit["values"].items() if name in facts}
    store.keep_account(account, facts)
    return {"account": account}


def _set_token(*, works: bool) -> Callable[[Store, str, Json], Json]:
    def set_token(store: Store, account: str, _edit: Json) -> Json:
        return _set_account(store, account, {"values": {"access_works": works}})

    return set_token


def _expire_prism_tokens(store: Store, account: str, _edit: Json) -> Json:
    expire_tokens(store, account)
    return {"account": account}


_ACTIONS: dict[str, Callable[[Store, str, Json], Json]] = {
    "add_product": _add_product,
    "edit_product": _change(PRODUCT, "product_id", read_product),
    "delete_product": _delete(PRODUCT, "product_id"),
    "add_customer": _add_customer,
    "edit_customer": _change(CUSTOMER, "customer_id", dict),
    "delete_customer": _delete(CUSTOMER, "customer_id"),
    "add_schedule": _add_schedule,
    "edit_schedule": _change(SCHEDULE, "schedule_id", read_schedule),
    "delete_schedule": _delete(SCHEDULE, "schedule_id"),
    "run_template": _run_template,
    "add_line": _add_line,
    "edit_line": _edit_line,
    "delete_line": _delete_line,
    "reorder_lines": _reorder_lines,
    "grant_permission": _set_permission(granted=True),
    "revoke_permission": _set_permission(granted=False),
    "edit_account": _set_account,
    "expire_token": _set_token(works=False),
    "restore_token": _set_token(works=True),
    "expire_prism_tokens": _expire_prism_tokens,
}
