import django.db.models.deletion
import django.utils.timezone
from django.conf import settings
from django.db import migrations, models

import core.partner_models
import core.scope
from core.row_security import SecurePartnerTables
from core.search_migrations import make_search
from core.sql_migrations import run_sql_file


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("accounts", "0001_initial"),
        ("connections", "0001_initial"),
        ("core", "0001_initial"),
        ("customers", "0001_initial"),
        ("products", "0001_initial"),
        ("programs", "0001_initial"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="Posting",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "motion",
                    models.CharField(
                        choices=[
                            ("seat_monthly", "Seat Based Monthly"),
                            ("azure_plan", "Azure Plan"),
                            ("seat_annual", "Seat Based Annual"),
                        ],
                        max_length=12,
                    ),
                ),
                ("period", models.CharField(max_length=30)),
                ("fingerprint", models.CharField(max_length=64)),
                ("template_id", models.CharField(max_length=100)),
                ("charge_count", models.PositiveIntegerField(default=0)),
                ("source_cost", models.DecimalField(decimal_places=8, default=0, max_digits=24)),
                ("source_retail", models.DecimalField(decimal_places=8, default=0, max_digits=24)),
                ("rounding_cost", models.DecimalField(decimal_places=8, default=0, max_digits=24)),
                ("rounding_retail", models.DecimalField(decimal_places=8, default=0, max_digits=24)),
                ("unit_cost", models.DecimalField(decimal_places=8, default=0, max_digits=24)),
                ("unit_retail", models.DecimalField(decimal_places=8, default=0, max_digits=24)),
                ("next_run", models.DateField(null=True)),
                ("updated_at", models.DateTimeField(auto_now=True)),
                (
                    "customer",
                    core.partner_models.PartnerForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="postings", to="customers.customer"
                    ),
                ),
                (
                    "partner",
                    models.ForeignKey(
                        db_index=False,
                        default=core.scope.scoped_partner_id,
                        editable=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="accounts.partner",
                    ),
                ),
                (
                    "program",
                    core.partner_models.PartnerForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="postings", to="programs.program"
                    ),
                ),
                (
                    "subscription",
                    core.partner_models.PartnerForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="postings",
                        to="customers.subscription",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="Part",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "role",
                    models.CharField(
                        choices=[
                            ("recurring", "Recurring line"),
                            ("adjustment", "Adjustment"),
                            ("usage", "Azure usage"),
                            ("charge", "Annual charge"),
                            ("credit", "Credit"),
                            ("catch_up", "Not billed yet"),
                        ],
                        max_length=10,
                    ),
                ),
                ("mark", models.CharField(max_length=40)),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("planned", "Planned"),
                            ("synced", "Synced"),
                            ("billed", "Billed"),
                            ("held", "Held"),
                            ("excluded", "Excluded"),
                            ("failed", "Failed"),
                        ],
                        max_length=8,
                    ),
                ),
                ("cost", models.DecimalField(decimal_places=8, max_digits=24)),
                ("retail", models.DecimalField(decimal_places=8, max_digits=24)),
                ("rules_cost", models.DecimalField(decimal_places=8, default=0, max_digits=24)),
                ("rules_retail", models.DecimalField(decimal_places=8, default=0, max_digits=24)),
                ("reason", models.TextField(blank=True)),
                (
                    "cause",
                    models.CharField(
                        blank=True,
                        choices=[("plan_waits", "The plan that writes it waits for a person")],
                        db_default="",
                        max_length=10,
                    ),
                ),
                (
                    "partner",
                    models.ForeignKey(
                        db_index=False,
                        default=core.scope.scoped_partner_id,
                        editable=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="accounts.partner",
                    ),
                ),
                (
                    "posting",
                    core.partner_models.PartnerForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="parts", to="syncs.posting"
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="Run",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("kind", models.CharField(choices=[("products", "Products"), ("billing", "Billing")], max_length=8)),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("queued", "Queued"),
                            ("reading", "Reading"),
                            ("planning", "Planning"),
                            ("waiting", "Waiting for a person"),
                            ("applying", "Writing"),
                            ("settling", "Resolving lost answers"),
                            ("verifying", "Verifying"),
                            ("finished", "Finished"),
                            ("discarded", "Discarded"),
                            ("superseded", "Replaced by a newer plan"),
                            ("cancelled", "Cancelled"),
                        ],
                        default="queued",
                        max_length=10,
                    ),
                ),
                (
                    "status",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("no_change", "No change"),
                            ("success", "Success"),
                            ("warning", "Warning"),
                            ("error", "Error"),
                        ],
                        max_length=9,
                    ),
                ),
                ("preview", models.BooleanField(default=False)),
                ("started_by", models.CharField(max_length=254)),
                ("created_at", models.DateTimeField(auto_now_add=True)),
                ("started_at", models.DateTimeField(null=True)),
                ("finished_at", models.DateTimeField(null=True)),
                ("heartbeat_at", models.DateTimeField(null=True)),
                ("resume_at", models.DateTimeField(null=True)),
                ("ticket", models.UUIDField(null=True)),
                ("enqueued_at", models.DateTimeField(null=True)),
                ("done", models.PositiveIntegerField(default=0)),
                ("total", models.PositiveIntegerField(default=0)),
                ("counts", models.JSONField(default=dict)),
                ("api_calls", models.JSONField(default=dict)),
                ("messages", models.JSONField(default=list)),
                ("waiting_for", models.TextField(blank=True)),
                ("basis", models.JSONField(default=dict)),
                ("attempts", models.PositiveSmallIntegerField(default=0)),
                ("lost_writes", models.PositiveSmallIntegerField(db_default=0)),
                ("approved", models.BooleanField(default=False)),
                ("cancel_requested", models.BooleanField(default=False)),
                ("error", models.TextField(blank=True)),
                ("error_detail", models.TextField(blank=True)),
                (
                    "after",
                    core.partner_models.PartnerForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to="syncs.run",
                    ),
                ),
                (
                    "partner",
                    models.ForeignKey(
                        db_index=False,
                        default=core.scope.scoped_partner_id,
                        editable=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="accounts.partner",
                    ),
                ),
                (
                    "program",
                    core.partner_models.PartnerForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="runs", to="programs.program"
                    ),
                ),
            ],
            options={
                "ordering": ["-created_at", "-id"],
            },
        ),
        migrations.CreateModel(
            name="Finding",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("run_kind", models.CharField(max_length=8)),
                ("fingerprint", models.CharField(max_length=64)),
                (
                    "severity",
                    models.CharField(
                        choices=[("info", "Information"), ("warning", "Warning"), ("error", "Error")], max_length=7
                    ),
                ),
                ("code", models.CharField(max_length=40)),
                ("subject", models.CharField(blank=True, max_length=200)),
                ("text", models.TextField()),
                ("cure", models.TextField(blank=True)),
                ("facts", models.JSONField(default=dict)),
                ("retail", models.DecimalField(decimal_places=8, default=0, max_digits=24)),
                ("opened_at", models.DateTimeField(auto_now_add=True)),
                ("closed_at", models.DateTimeField(null=True)),
                ("seen_at", models.DateTimeField(null=True)),
                (
                    "customer",
                    core.partner_models.PartnerForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="findings",
                        to="customers.customer",
                    ),
                ),
                (
                    "partner",
                    models.ForeignKey(
                        db_index=False,
                        default=core.scope.scoped_partner_id,
                        editable=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="accounts.partner",
                    ),
                ),
                (
                    "program",
                    core.partner_models.PartnerForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="findings", to="programs.program"
                    ),
                ),
                (
                    "seen_by",
                    models.ForeignKey(
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "first_run",
                    core.partner_models.PartnerForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="+", to="syncs.run"
                    ),
                ),
                (
                    "last_run",
                    core.partner_models.PartnerForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="findings", to="syncs.run"
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="Change",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("position", models.PositiveIntegerField()),
                (
                    "action",
                    models.CharField(
                        choices=[
                            ("create_product", "Create product"),
                            ("update_prices", "Update prices"),
                            ("adopt_product", "Adopt product"),
                            ("add_line", "Add line"),
                            ("change_line", "Change line"),
                            ("remove_line", "Remove line"),
                            ("keep", "Leave as it is"),
                        ],
                        max_length=14,
                    ),
                ),
                (
                    "about",
                    models.GeneratedField(
                        db_persist=True,
                        expression=models.Case(
                            models.When(
                                action__in=("create_product", "update_prices", "adopt_product"),
                                then=models.Value("product"),
                            ),
                            default=models.Value("line"),
                        ),
                        output_field=models.CharField(
                            choices=[("line", "A line on an invoice template"), ("product", "A product")], max_length=7
                        ),
                    ),
                ),
                (
                    "manner",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("zeroed", "Set to quantity 0, since the target does not let go of the line"),
                            ("adopts", "Takes over a product that was there"),
                        ],
                        db_default="",
                        max_length=8,
                    ),
                ),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("planned", "Planned"),
                            ("sending", "Sending"),
                            ("done", "Done"),
                            ("unknown", "Answer lost"),
                            ("failed", "Failed"),
                            ("held", "Held"),
                            ("skipped", "Skipped"),
                            ("dropped", "Planned again"),
                        ],
                        default="planned",
                        max_length=8,
                    ),
                ),
                ("what", models.CharField(max_length=700)),
                ("reason", models.TextField(blank=True)),
                ("before", models.JSONField(null=True)),
                ("after", models.JSONField(null=True)),
                ("retail", models.DecimalField(decimal_places=8, default=0, max_digits=24)),
                ("cost", models.DecimalField(decimal_places=8, default=0, max_digits=24)),
                ("product_key", models.CharField(blank=True, max_length=200)),
                ("target_product_id", models.CharField(max_length=100, null=True)),
                (
                    "motion",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("seat_monthly", "Seat Based Monthly"),
                            ("azure_plan", "Azure Plan"),
                            ("seat_annual", "Seat Based Annual"),
                        ],
                        max_length=12,
                    ),
                ),
                (
                    "role",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("recurring", "Recurring line"),
                            ("adjustment", "Adjustment"),
                            ("usage", "Azure usage"),
                            ("charge", "Annual charge"),
                            ("credit", "Credit"),
                            ("catch_up", "Not billed yet"),
                        ],
                        max_length=10,
                    ),
                ),
                ("period", models.CharField(blank=True, max_length=30)),
                ("mark", models.CharField(blank=True, max_length=40)),
                ("template_id", models.CharField(max_length=100, null=True)),
                ("line_id", models.CharField(max_length=100, null=True)),
                ("next_run", models.DateField(null=True)),
                ("hold", models.CharField(blank=True, max_length=40)),
                ("subject", models.CharField(blank=True, max_length=200)),
                ("charge_ids", models.JSONField(default=list)),
                ("sent_at", models.DateTimeField(null=True)),
                ("attempts", models.PositiveSmallIntegerField(default=0)),
                ("error", models.TextField(blank=True)),
                ("error_detail", models.TextField(blank=True)),
                (
                    "cause",
                    models.CharField(
                        blank=True,
                        choices=[("stranded", "Its line is still on the template that the mapping was moved from")],
                        db_default="",
                        max_length=8,
                    ),
                ),
                (
                    "customer",
                    core.partner_models.PartnerForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="customers.customer",
                    ),
                ),
                (
                    "partner",
                    models.ForeignKey(
                        db_index=False,
                        default=core.scope.scoped_partner_id,
                        editable=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="accounts.partner",
                    ),
                ),
                (
                    "product",
                    core.partner_models.PartnerForeignKey(
                        null=True, on_delete=django.db.models.deletion.SET_NULL, related_name="+", to="products.product"
                    ),
                ),
                (
                    "program",
                    core.partner_models.PartnerForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="programs.program",
                    ),
                ),
                (
                    "subscription",
                    core.partner_models.PartnerForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="customers.subscription",
                    ),
                ),
                (
                    "run",
                    core.partner_models.PartnerForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="changes",
                        to="syncs.run",
                    ),
                ),
            ],
            options={
                "ordering": ["run_id", "position"],
            },
        ),
        migrations.CreateModel(
            name="RunTemplate",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("template_id", models.CharField(max_length=100)),
                ("planned_from", models.CharField(max_length=24)),
                ("mapped", models.CharField(db_default="", max_length=24)),
                (
                    "put_off",
                    models.CharField(
                        choices=[
                            ("deleted", "The invoice template was deleted since the plan."),
                            ("changed", "The invoice template or its mappings changed since the plan."),
                            ("mapped", "Its mappings were changed during the sync."),
                            ("negatives", "{target} refuses negative amounts."),
                            ("elsewhere", "Something else happened to it while the sync was writing."),
                        ],
                        db_default="",
                        max_length=100,
                    ),
                ),
                ("read_at", models.DateTimeField(null=True)),
                ("next_run", models.DateField(null=True)),
                ("verified_at", models.DateTimeField(null=True)),
                (
                    "partner",
                    models.ForeignKey(
                        db_index=False,
                        default=core.scope.scoped_partner_id,
                        editable=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="accounts.partner",
                    ),
                ),
                (
                    "run",
                    core.partner_models.PartnerForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="templates", to="syncs.run"
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="Decision",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("subject", models.CharField(max_length=200)),
                ("choice", models.CharField(max_length=20)),
                ("line_id", models.CharField(max_length=100, null=True)),
                ("retail", models.DecimalField(decimal_places=8, max_digits=24, null=True)),
                ("cost", models.DecimalField(decimal_places=8, max_digits=24, null=True)),
                ("decided_at", models.DateTimeField(default=django.utils.timezone.now)),
                (
                    "decided_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "partner",
                    models.ForeignKey(
                        db_index=False,
                        default=core.scope.scoped_partner_id,
                        editable=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="accounts.partner",
                    ),
                ),
                (
                    "program",
                    core.partner_models.PartnerForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="decisions", to="programs.program"
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("partner", "program", "subject"), name="one_decision_per_subject")
                ],
            },
        ),
        migrations.CreateModel(
            name="Line",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("template_id", models.CharField(max_length=100)),
                ("line_id", models.CharField(max_length=100)),
                ("mark", models.CharField(max_length=40)),
                (
                    "role",
                    models.CharField(
                        choices=[
                            ("recurring", "Recurring line"),
                            ("adjustment", "Adjustment"),
                            ("usage", "Azure usage"),
                            ("charge", "Annual charge"),
                            ("credit", "Credit"),
                            ("catch_up", "Not billed yet"),
                        ],
                        max_length=10,
                    ),
                ),
                (
                    "motion",
                    models.CharField(
                        choices=[
                            ("seat_monthly", "Seat Based Monthly"),
                            ("azure_plan", "Azure Plan"),
                            ("seat_annual", "Seat Based Annual"),
                        ],
                        max_length=12,
                    ),
                ),
                ("period", models.CharField(blank=True, max_length=30)),
                ("target_product_id", models.CharField(max_length=100, null=True)),
                ("quantity", models.DecimalField(decimal_places=8, max_digits=24)),
                ("retail_cents", models.BigIntegerField()),
                ("cost_cents", models.BigIntegerField()),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("standing", "On the template"),
                            ("billed", "Billed"),
                            ("removed", "Removed"),
                            ("lost", "Gone without us"),
                        ],
                        default="standing",
                        max_length=8,
                    ),
                ),
                ("next_run", models.DateField(null=True)),
                ("billed_on", models.CharField(max_length=100, null=True)),
                ("written_at", models.DateTimeField()),
                (
                    "customer",
                    core.partner_models.PartnerForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="lines", to="customers.customer"
                    ),
                ),
                (
                    "partner",
                    models.ForeignKey(
                        db_index=False,
                        default=core.scope.scoped_partner_id,
                        editable=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="accounts.partner",
                    ),
                ),
                (
                    "product",
                    core.partner_models.PartnerForeignKey(
                        null=True, on_delete=django.db.models.deletion.SET_NULL, related_name="+", to="products.product"
                    ),
                ),
                (
                    "program",
                    core.partner_models.PartnerForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="lines",
                        to="programs.program",
                    ),
                ),
                (
                    "subscription",
                    core.partner_models.PartnerForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="lines", to="customers.subscription"
                    ),
                ),
                (
                    "target",
                    core.partner_models.PartnerForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="+", to="connections.connection"
                    ),
                ),
            ],
            options={
                "indexes": [
                    models.Index(
                        fields=["partner", "target", "template_id", "state"], name="syncs_line_partner_5c6ea0_idx"
                    ),
                    models.Index(fields=["partner", "program", "state"], name="lines_of_program"),
                ],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("state", "standing")),
                        fields=("partner", "program", "mark"),
                        name="one_standing_line_per_mark",
                    ),
                    models.UniqueConstraint(
                        fields=("partner", "target", "template_id", "line_id"), name="one_row_per_target_line"
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="MonthTotal",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("month", models.DateField()),
                ("retail", models.DecimalField(decimal_places=8, max_digits=24)),
                ("cost", models.DecimalField(decimal_places=8, max_digits=24)),
                (
                    "partner",
                    models.ForeignKey(
                        db_index=False,
                        default=core.scope.scoped_partner_id,
                        editable=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="accounts.partner",
                    ),
                ),
                (
                    "program",
                    core.partner_models.PartnerForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="month_totals", to="programs.program"
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("partner", "program", "month"), name="one_total_per_month")
                ],
            },
        ),
        migrations.AddIndex(
            model_name="posting",
            index=models.Index(fields=["partner", "customer", "motion"], name="syncs_posti_partner_f92a6f_idx"),
        ),
        migrations.AddConstraint(
            model_name="posting",
            constraint=models.UniqueConstraint(
                fields=("partner", "program", "subscription", "motion", "period"), name="one_posting_per_period"
            ),
        ),
        migrations.AddConstraint(
            model_name="part",
            constraint=models.UniqueConstraint(fields=("partner", "posting", "mark"), name="one_part_per_mark"),
        ),
        migrations.AddIndex(
            model_name="run",
            index=models.Index(fields=["partner", "program", "-created_at"], name="syncs_run_partner_1a1f7f_idx"),
        ),
        migrations.AddIndex(
            model_name="run",
            index=models.Index(fields=["state", "heartbeat_at"], name="syncs_run_state_ff7c06_idx"),
        ),
        migrations.AddIndex(
            model_name="run",
            index=models.Index(
                condition=models.Q(("status", "error")), fields=["finished_at"], name="syncs_run_failures"
            ),
        ),
        migrations.AddConstraint(
            model_name="run",
            constraint=models.UniqueConstraint(
                condition=models.Q(
                    ("preview", False),
                    ("state__in", ("queued", "reading", "planning", "applying", "settling", "verifying")),
                ),
                fields=("partner", "program", "kind"),
                name="one_active_run_per_kind",
            ),
        ),
        migrations.AddIndex(
            model_name="finding",
            index=models.Index(fields=["partner", "closed_at"], name="syncs_findi_partner_2aed7b_idx"),
        ),
        migrations.AddIndex(
            model_name="finding",
            index=models.Index(fields=["partner", "subject"], name="syncs_findi_partner_b4e361_idx"),
        ),
        migrations.AddIndex(
            model_name="finding",
            index=models.Index(
                condition=models.Q(("closed_at__isnull", True)),
                fields=["partner", "-retail", "id"],
                name="open_findings",
            ),
        ),
        migrations.AddConstraint(
            model_name="finding",
            constraint=models.UniqueConstraint(
                condition=models.Q(("closed_at__isnull", True)),
                fields=("partner", "program", "run_kind", "fingerprint"),
                name="one_open_finding",
            ),
        ),
        migrations.AddIndex(
            model_name="change",
            index=models.Index(fields=["partner", "run", "state"], name="syncs_chang_partner_c1fb26_idx"),
        ),
        migrations.AddIndex(
            model_name="change",
            index=models.Index(
                condition=models.Q(("subject", ""), _negated=True),
                fields=["partner", "subject"],
                name="changes_to_decide",
            ),
        ),
        migrations.AddIndex(
            model_name="change",
            index=models.Index(
                fields=["partner", "run", "position"],
                include=("id", "customer", "action", "state"),
                name="changes_in_order",
            ),
        ),
        migrations.AddIndex(
            model_name="change",
            index=models.Index(fields=["partner", "run", "product"], name="changes_by_product"),
        ),
        migrations.AddConstraint(
            model_name="change",
            constraint=models.UniqueConstraint(fields=("partner", "run", "position"), name="one_change_per_place"),
        ),
        migrations.AddConstraint(
            model_name="change",
            constraint=models.UniqueConstraint(
                condition=models.Q(("action", "add_line"), ("state__in", ("sending", "unknown"))),
                fields=("partner", "program", "template_id", "mark"),
                name="one_new_line_under_way",
            ),
        ),
        migrations.AddConstraint(
            model_name="change",
            constraint=models.UniqueConstraint(
                condition=models.Q(("action", "create_product"), ("state__in", ("sending", "unknown"))),
                fields=("partner", "run", "product"),
                name="one_new_product_under_way",
            ),
        ),
        migrations.AddConstraint(
            model_name="runtemplate",
            constraint=models.UniqueConstraint(
                fields=("partner", "run", "template_id"), name="one_row_per_run_and_template"
            ),
        ),
        SecurePartnerTables(
            ["Run", "Change", "Line", "Posting", "Part", "Decision", "Finding", "RunTemplate", "MonthTotal"]
        ),
        make_search("matching_changes", "syncs_change", ["what"], within="run_id"),
        run_sql_file(__file__, "questions_across_partners.sql"),
    ]
