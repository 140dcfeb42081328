import django.db.models.deletion
from django.db import migrations

import core.partner_models

# The version before names no program where it adds a line or a change: it follows from what they belong to.
FUNCTIONS = """
CREATE FUNCTION program_of_line(line syncs_line) RETURNS bigint LANGUAGE sql STABLE AS $$
    SELECT program.id FROM programs_program program
    WHERE program.partner_id = line.partner_id AND program.target_id = line.target_id
    ORDER BY EXISTS (
                 SELECT FROM customers_mapping mapping
                 WHERE mapping.partner_id = line.partner_id AND mapping.program_id = program.id
                   AND mapping.customer_id = line.customer_id AND mapping.motion = line.motion) DESC,
             EXISTS (
                 SELECT FROM customers_subscription subscription
                 WHERE subscription.partner_id = line.partner_id AND subscription.id = line.subscription_id
                   AND subscription.source_id = program.source_id) DESC,
             program.id
    LIMIT 1
$$;

CREATE FUNCTION add_program_to_line() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    NEW.program_id := COALESCE(NEW.program_id, program_of_line(NEW));
    RETURN NEW;
END $$;

CREATE FUNCTION add_program_to_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.program_id IS NULL THEN
        SELECT run.program_id INTO NEW.program_id FROM syncs_run run
        WHERE run.partner_id = NEW.partner_id AND run.id = NEW.run_id;
    END IF;
    RETURN NEW;
END $$;

CREATE TRIGGER add_program BEFORE INSERT ON syncs_line FOR EACH ROW EXECUTE FUNCTION add_program_to_line();
CREATE TRIGGER add_program BEFORE INSERT ON syncs_change FOR EACH ROW EXECUTE FUNCTION add_program_to_change();
"""

NO_FUNCTIONS = """
DROP TRIGGER add_program ON syncs_line;
DROP TRIGGER add_program ON syncs_change;
DROP FUNCTION add_program_to_line();
DROP FUNCTION add_program_to_change();
DROP FUNCTION program_of_line(syncs_line);
"""


def key_to_program(table: str) -> migrations.RunSQL:
    """A program of the same partner; rows that are there are looked at once they are filled."""
    name = f"{table}_program_id_of_partner"
    return migrations.RunSQL(
        f"ALTER TABLE {table} ADD CONSTRAINT {name} FOREIGN KEY (partner_id, program_id) "
        "REFERENCES programs_program (partner_id, id) DEFERRABLE INITIALLY DEFERRED NOT VALID",
        f"ALTER TABLE {table} DROP CONSTRAINT {name}",
    )


class Migration(migrations.Migration):
    dependencies = [
        ("customers", "0003_search"),
        ("programs", "0004_own_time_zone"),
        ("syncs", "0023_protocol_of_a_write"),
    ]

    operations = [
        migrations.AddField(
            model_name="line",
            name="program",
            field=core.partner_models.PartnerForeignKey(
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.CASCADE,
                related_name="lines",
                to="programs.program",
            ),
        ),
        migrations.AddField(
            model_name="change",
            name="program",
            field=core.partner_models.PartnerForeignKey(
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.CASCADE,
                related_name="+",
                to="programs.program",
            ),
        ),
        key_to_program("syncs_line"),
        key_to_program("syncs_change"),
        migrations.RunSQL(FUNCTIONS, NO_FUNCTIONS),
    ]
