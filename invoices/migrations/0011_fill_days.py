"""A transaction of its own: PostgreSQL alters no table whose rows it has just changed."""

from django.db import migrations

# What an installation already has, as the file wrote it: in the source's offset, which a stored moment forgets. A
# midnight that lies a whole cycle after the start is the end of the day before. The owner of the schema sees all partners.
FILL = r"""
UPDATE invoices_charge charge SET first_day = told.first,
    last_day = told.last - CASE WHEN told.last > told.first AND told.ends ~ '^\S{10}(.00:00(:00(\.0+)?)?)?(Z|\s?[+-]\d\d:?\d\d)?$'
        AND EXISTS (SELECT FROM unnest(ARRAY[1, 3, 6, 12, 24, 36, 60]) months
                    WHERE (told.first + months * interval '1 month')::date = told.last) THEN 1 ELSE 0 END
FROM (SELECT id, COALESCE(substring(raw->>'ChargeStartDate' FROM '^\d{4}-\d\d-\d\d')::date,
                          (start AT TIME ZONE 'UTC')::date) AS first,
             COALESCE(substring(raw->>'ChargeEndDate' FROM '^\d{4}-\d\d-\d\d')::date,
                      ("end" AT TIME ZONE 'UTC')::date) AS last,
             COALESCE(raw->>'ChargeEndDate', to_char("end" AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS')) AS ends
      FROM invoices_charge WHERE first_day IS NULL) told
WHERE told.id = charge.id;
"""


class Migration(migrations.Migration):
    dependencies = [("invoices", "0010_days_and_doubts")]

    operations = [migrations.RunSQL(FILL, migrations.RunSQL.noop)]
