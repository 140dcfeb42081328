from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models


def replace_unique(
    model: str, name: str, *, before: list[str], after: list[str], condition: models.Q, where: str
) -> migrations.SeparateDatabaseAndState:
    """The unique index ``name`` has other columns now; it is made while others write."""
    table = f"syncs_{model}"

    def remade(columns: list[str]) -> list[str]:
        listed = ", ".join(models_column(column) for column in columns)
        return [
            f"CREATE UNIQUE INDEX CONCURRENTLY {name}_new ON {table} ({listed}) WHERE {where}",
            f"DROP INDEX CONCURRENTLY {name}",
            f"ALTER INDEX {name}_new RENAME TO {name}",
        ]

    return migrations.SeparateDatabaseAndState(
        database_operations=[migrations.RunSQL(remade(after), remade(before))],
        state_operations=[
            migrations.RemoveConstraint(model_name=model, name=name),
            migrations.AddConstraint(
                model_name=model,
                constraint=models.UniqueConstraint(condition=condition, fields=tuple(after), name=name),
            ),
        ],
    )


def models_column(field: str) -> str:
    return f"{field}_id" if field in {"partner", "program", "target"} else field


class Migration(migrations.Migration):
    atomic = False  # the tables may be full: the indexes are made while others write
    dependencies = [("syncs", "0025_fill_program_of_lines")]

    operations = [
        migrations.RunSQL(
            [
                "ALTER TABLE syncs_line VALIDATE CONSTRAINT syncs_line_program_id_of_partner",
                "ALTER TABLE syncs_change VALIDATE CONSTRAINT syncs_change_program_id_of_partner",
            ],
            migrations.RunSQL.noop,
        ),
        AddIndexConcurrently(
            model_name="line",
            index=models.Index(fields=["partner", "program", "state"], name="lines_of_program"),
        ),
        replace_unique(
            "line",
            "one_standing_line_per_mark",
            before=["partner", "target", "mark"],
            after=["partner", "program", "mark"],
            condition=models.Q(("state", "standing")),
            where="state = 'standing'",
        ),
        replace_unique(
            "change",
            "one_new_line_under_way",
            before=["partner", "template_id", "mark"],
            after=["partner", "program", "template_id", "mark"],
            condition=models.Q(("action", "add_line"), ("state__in", ("sending", "unknown"))),
            where="action = 'add_line' AND state IN ('sending', 'unknown')",
        ),
    ]
