import pgtrigger.compiler
import pgtrigger.migrations
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("programs", "0003_start_listed_at"),
    ]

    operations = [
        pgtrigger.migrations.RemoveTrigger(
            model_name="program",
            name="insert_insert",
        ),
        pgtrigger.migrations.RemoveTrigger(
            model_name="program",
            name="update_update",
        ),
        migrations.AddField(
            model_name="program",
            name="time_zone",
            field=models.CharField(blank=True, db_default="", default="", max_length=64),
        ),
        migrations.AddField(
            model_name="programevent",
            name="time_zone",
            field=models.CharField(blank=True, db_default="", default="", max_length=64),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="program",
            trigger=pgtrigger.compiler.Trigger(
                name="insert_insert",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func='INSERT INTO "programs_programevent" ("approval", "baseline_at", "billing_enabled", "created_at", "credits", "daily_at", "enabled", "id", "mail_every_run", "motions", "new_taxable", "notification_emails", "partner_id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "product_mode", "products_enabled", "prorations", "rounding_tolerance", "slug", "source_id", "start", "sync_annual", "sync_azure", "target_id", "time_zone") VALUES (NEW."approval", NEW."baseline_at", NEW."billing_enabled", NEW."created_at", NEW."credits", NEW."daily_at", NEW."enabled", NEW."id", NEW."mail_every_run", NEW."motions", NEW."new_taxable", NEW."notification_emails", NEW."partner_id", _pgh_attach_context(), NOW(), \'insert\', NEW."id", NEW."product_mode", NEW."products_enabled", NEW."prorations", NEW."rounding_tolerance", NEW."slug", NEW."source_id", NEW."start", NEW."sync_annual", NEW."sync_azure", NEW."target_id", NEW."time_zone"); RETURN NULL;',
                    hash="729bf57f79ad5f5a599390bbe79b905cc4023d2f",
                    operation="INSERT",
                    pgid="pgtrigger_insert_insert_5a554",
                    table="programs_program",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="program",
            trigger=pgtrigger.compiler.Trigger(
                name="update_update",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    condition='WHEN (OLD."approval" IS DISTINCT FROM (NEW."approval") OR OLD."baseline_at" IS DISTINCT FROM (NEW."baseline_at") OR OLD."billing_enabled" IS DISTINCT FROM (NEW."billing_enabled") OR OLD."created_at" IS DISTINCT FROM (NEW."created_at") OR OLD."credits" IS DISTINCT FROM (NEW."credits") OR OLD."daily_at" IS DISTINCT FROM (NEW."daily_at") OR OLD."enabled" IS DISTINCT FROM (NEW."enabled") OR OLD."id" IS DISTINCT FROM (NEW."id") OR OLD."mail_every_run" IS DISTINCT FROM (NEW."mail_every_run") OR OLD."motions" IS DISTINCT FROM (NEW."motions") OR OLD."new_taxable" IS DISTINCT FROM (NEW."new_taxable") OR OLD."notification_emails" IS DISTINCT FROM (NEW."notification_emails") OR OLD."partner_id" IS DISTINCT FROM (NEW."partner_id") OR OLD."product_mode" IS DISTINCT FROM (NEW."product_mode") OR OLD."products_enabled" IS DISTINCT FROM (NEW."products_enabled") OR OLD."prorations" IS DISTINCT FROM (NEW."prorations") OR OLD."rounding_tolerance" IS DISTINCT FROM (NEW."rounding_tolerance") OR OLD."slug" IS DISTINCT FROM (NEW."slug") OR OLD."source_id" IS DISTINCT FROM (NEW."source_id") OR OLD."start" IS DISTINCT FROM (NEW."start") OR OLD."sync_annual" IS DISTINCT FROM (NEW."sync_annual") OR OLD."sync_azure" IS DISTINCT FROM (NEW."sync_azure") OR OLD."target_id" IS DISTINCT FROM (NEW."target_id") OR OLD."time_zone" IS DISTINCT FROM (NEW."time_zone"))',
                    func='INSERT INTO "programs_programevent" ("approval", "baseline_at", "billing_enabled", "created_at", "credits", "daily_at", "enabled", "id", "mail_every_run", "motions", "new_taxable", "notification_emails", "partner_id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "product_mode", "products_enabled", "prorations", "rounding_tolerance", "slug", "source_id", "start", "sync_annual", "sync_azure", "target_id", "time_zone") VALUES (NEW."approval", NEW."baseline_at", NEW."billing_enabled", NEW."created_at", NEW."credits", NEW."daily_at", NEW."enabled", NEW."id", NEW."mail_every_run", NEW."motions", NEW."new_taxable", NEW."notification_emails", NEW."partner_id", _pgh_attach_context(), NOW(), \'update\', NEW."id", NEW."product_mode", NEW."products_enabled", NEW."prorations", NEW."rounding_tolerance", NEW."slug", NEW."source_id", NEW."start", NEW."sync_annual", NEW."sync_azure", NEW."target_id", NEW."time_zone"); RETURN NULL;',
                    hash="c5b2e19884d19382867083a3d764dfb79a81711f",
                    operation="UPDATE",
                    pgid="pgtrigger_update_update_7f86c",
                    table="programs_program",
                    when="AFTER",
                ),
            ),
        ),
    ]
