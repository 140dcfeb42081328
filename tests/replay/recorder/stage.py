"""Where a story is played: the sandbox's vendors, the running product, and a recorder that watches."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import yaml

from core.audit import COMMAND
from core.scope import partner_scope
from invoices.models import InvoiceState, SourceInvoice
from invoices.services import decide_overlap
from sandbox.prism_api.invoices import find_invoice, keep_invoice, rows_as_fields
from tests.end_to_end.office import ACCOUNT, Json, Office, mark_of
from tests.replay.form import write_record
from tests.replay.recorder.recording import Recorder
from tests.replay.suite import record_files

WANTED = Path(__file__).parent / "stories.yaml"


class Stage:
    """One story under way. What has a record already is not recorded again."""

    def __init__(self, office: Office, story: str, folder: Path, say: Callable[[str], None]) -> None:
        self.office, self.folder, self.say = office, folder, say
        self.wanted: Json = yaml.safe_load(WANTED.read_text(encoding="utf-8"))[story]
        self.recorder = Recorder(office)

    def record(self, moment: str) -> None:
        """Keep the months that ``stories.yaml`` names for this moment; then a real sync."""
        known = record_files()
        wanted = {
            name: (domains(one["of"]), one["story"]) for name, one in self.wanted[moment].items() if name not in known
        }
        if not wanted:
            self.sync()
            return
        for name, record in self.recorder.record_months(wanted).items():
            write_record(record, self.folder / f"{name}.json")
            self.say(f"recorded {name}")

    def sync(self) -> None:
        """A real sync."""
        self.recorder.sync()

    # --- people

    def line(self, template: int, name: str, *, one_time: bool = False) -> Json:
        """The line of ours with a name that begins so."""
        lines = self.office.one_time(template) if one_time else self.office.recurring(template)
        return next(one for one in lines if one["name"].startswith(name))

    def edit_line(self, template: int, line: Json, **values: Any) -> None:
        """Somebody changes a line in Syncro."""
        self.office.edit("edit_line", schedule_id=template, line_id=line["id"], values=values)

    def delete_line(self, template: int, line: Json) -> None:
        """Somebody deletes a line in Syncro."""
        self.office.edit("delete_line", schedule_id=template, line_id=line["id"])

    def edit_template(self, template: int, **values: Any) -> None:
        """Somebody changes a template in Syncro."""
        self.office.edit("edit_schedule", schedule_id=template, values=values)

    def double_line(self, template: int, line: Json) -> None:
        """Somebody copies a line of ours, mark and all."""
        assert mark_of(line)
        names = ("product_id", "name", "description", "quantity", "retail_cents", "cost_cents", "taxable")
        self.office.edit("add_line", schedule_id=template, values={name: line[name] for name in names})

    def answer(self, code: str, choice: str, line: int | None = None) -> None:
        """Somebody answers everything of a kind that waits."""
        for finding in self.office.findings(code):
            self.office.decide(finding.subject, choice, line)

    def answer_invoice(self, choice: str) -> None:
        """Somebody says what the held invoice is."""
        with partner_scope(self.office.partner_id()):
            held = SourceInvoice.objects.get(state=InvoiceState.HELD)
            decide_overlap(invoice=held, choice=choice, actor=COMMAND)

    # --- the distributor

    def rows(self, invoice: str, tenant: str) -> list[Json]:
        """A customer's rows of an issued invoice, by column."""
        with self.office.store.exclusive():
            found = find_invoice(self.office.store, ACCOUNT, invoice)
            assert found is not None
            rows = rows_as_fields(self.office.store, ACCOUNT, found)
        return [dict(row) for row in rows if row["PrimaryDomainName"] == domains([tenant])[0]]

    def issue(self, rows: Sequence[Json], month: str) -> None:
        """The distributor issues one more invoice."""
        invoice = {"program": "Microsoft CSP Indirect", "kind": "by_hand", "month": f"{month}-01", "rows": list(rows)}
        with self.office.store.exclusive():
            keep_invoice(self.office.store, ACCOUNT, {**invoice, "status": "Final"}, self.office.store.today)

    def newest_invoice(self) -> str:
        """Id of the distributor's last regular invoice."""
        with self.office.store.exclusive():
            found = self.office.store.records(ACCOUNT, "prism_invoice")
        return str([one for one in found if one["kind"] == "monthly"][-1]["invoice_id"])


def domains(tenants: Sequence[str]) -> list[str]:
    """Domains of customers by the sandbox's short names."""
    return [f"{key.replace('-', '')}.example" for key in tenants]
