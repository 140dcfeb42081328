from django.db import migrations

# A decision about a lost line names that line by the target's id. Of lines lost before, the last one is meant.
BY_LINE = """
UPDATE syncs_{table} asked SET subject = asked.subject || ':' || lost.line_id
FROM (SELECT DISTINCT ON (partner_id, mark) partner_id, mark, line_id FROM syncs_line
      WHERE state = 'lost' ORDER BY partner_id, mark, id DESC) lost
WHERE lost.partner_id = asked.partner_id AND asked.subject = 'lost:' || lost.mark;
"""


class Migration(migrations.Migration):
    dependencies = [("syncs", "0019_next_run_of_a_visit")]

    operations = [
        migrations.RunSQL(BY_LINE.format(table=table), migrations.RunSQL.noop) for table in ("decision", "finding")
    ]
