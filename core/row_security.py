"""Migration operation that puts the database's own tenancy wall around tables."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.operations.base import Operation
from django.db.migrations.state import ProjectState

from core.partner_models import PartnerForeignKey

PARTNER_IS_CURRENT = "partner_id = NULLIF(current_setting('app.partner_id', true), '')::bigint"


class SecurePartnerTables(Operation):
    """Row security, the leading ``(partner_id, id)`` index and composite keys for models.

    ``append_only`` tables get policies for SELECT and INSERT alone, so that what they hold can be
    neither changed nor removed by the program.
    """

    reduces_to_sql = True
    reversible = True

    def __init__(self, model_names: list[str], *, append_only: bool = False) -> None:
        self.model_names = model_names
        self.append_only = append_only

    def state_forwards(self, app_label: str, state: ProjectState) -> None:
        pass

    def database_forwards(
        self,
        app_label: str,
        schema_editor: BaseDatabaseSchemaEditor,
        from_state: ProjectState,  # noqa: ARG002  # the signature is Django's
        to_state: ProjectState,
    ) -> None:
        models = [to_state.apps.get_model(app_label, name) for name in self.model_names]
        for model in models:
            schema_editor.execute(self._index_sql(model))
        for model in models:
            for statement in self._policy_sql(model):
                schema_editor.execute(statement)
            if not self.append_only:  # history outlives what it tells of
                for statement in composite_keys(model):
                    schema_editor.execute(statement)

    def database_backwards(self, *args: Any, **kwargs: Any) -> None:
        """Nothing to undo: the tables go away with the migration that made them."""

    def describe(self) -> str:
        return f"Row security for {', '.join(self.model_names)}"

    def _index_sql(self, model: Any) -> str:
        table, key = model._meta.db_table, model._meta.pk.column
        return f'ALTER TABLE "{table}" ADD CONSTRAINT "{table}_partner_row" UNIQUE (partner_id, {key})'

    def _policy_sql(self, model: Any) -> Iterator[str]:
        table = model._meta.db_table
        yield f'ALTER TABLE "{table}" ENABLE ROW LEVEL SECURITY'
        yield f'ALTER TABLE "{table}" FORCE ROW LEVEL SECURITY'
        if self.append_only:
            yield f'CREATE POLICY partner_reads ON "{table}" FOR SELECT USING ({PARTNER_IS_CURRENT})'
            yield (f'CREATE POLICY partner_adds ON "{table}" FOR INSERT WITH CHECK ({PARTNER_IS_CURRENT})')
        else:
            yield (
                f'CREATE POLICY partner_rows ON "{table}" USING ({PARTNER_IS_CURRENT}) '
                f"WITH CHECK ({PARTNER_IS_CURRENT})"
            )


def composite_keys(model: Any) -> Iterator[str]:
    """SQL of one ``(partner_id, column)`` foreign key per ``PartnerForeignKey`` of the model."""
    table = model._meta.db_table
    for field in model._meta.local_fields:
        if isinstance(field, PartnerForeignKey):
            target = field.remote_field.model._meta.db_table
            yield (
                f'ALTER TABLE "{table}" ADD CONSTRAINT "{table}_{field.column}_of_partner" '
                f'FOREIGN KEY (partner_id, "{field.column}") REFERENCES "{target}" (partner_id, id) '
                "DEFERRABLE INITIALLY DEFERRED"
            )
