import django.db.models.deletion
from django.db import migrations, models

import partners.tenancy.models


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("tenancy", "0001_actor_functions"),
    ]

    operations = [
        migrations.CreateModel(
            name="Finding",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "audience_id",
                    models.BigIntegerField(
                        db_default=partners.tenancy.models.ActingOrganisation(), editable=False
                    ),
                ),
                ("partnership_id", models.BigIntegerField()),
                ("distributor_id", models.BigIntegerField()),
                ("epoch", models.PositiveBigIntegerField()),
                ("public_id", partners.tenancy.models.PublicIdField(prefix="fnd")),
                ("account_id", models.BigIntegerField()),
                ("kind", models.CharField(max_length=40)),
                ("first_seen_on", models.DateField()),
                ("last_order_on", models.DateField()),
                ("expected_on", models.DateField()),
                ("value", models.FloatField()),
                ("baseline", models.FloatField()),
                ("threshold", models.FloatField()),
                ("days_late", models.PositiveIntegerField()),
                ("orders", models.PositiveIntegerField()),
                ("orders_missed", models.PositiveIntegerField()),
                ("confidence", models.FloatField()),
            ],
            options={
                "abstract": False,
                "default_permissions": (),
                "base_manager_name": "objects",
                "default_manager_name": "objects",
            },
        ),
        migrations.CreateModel(
            name="AnalysisRun",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "audience_id",
                    models.BigIntegerField(
                        db_default=partners.tenancy.models.ActingOrganisation(), editable=False
                    ),
                ),
                ("partnership_id", models.BigIntegerField()),
                ("distributor_id", models.BigIntegerField()),
                ("epoch", models.PositiveBigIntegerField()),
                ("public_id", partners.tenancy.models.PublicIdField(prefix="run")),
                ("as_of", models.DateField()),
                ("known_at", models.DateTimeField()),
                ("started_at", models.DateTimeField(auto_now_add=True)),
                ("finished_at", models.DateTimeField(null=True)),
                ("accounts", models.PositiveIntegerField(default=0)),
                ("signals", models.PositiveIntegerField(default=0)),
                ("late", models.PositiveIntegerField(default=0)),
                ("is_latest", models.BooleanField(default=False)),
            ],
            options={
                "abstract": False,
                "default_permissions": (),
                "base_manager_name": "objects",
                "default_manager_name": "objects",
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("is_latest", True)),
                        fields=("audience_id", "partnership_id"),
                        name="one_latest_run_an_audience",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="FindingMoney",
            fields=[
                (
                    "audience_id",
                    models.BigIntegerField(
                        db_default=partners.tenancy.models.ActingOrganisation(), editable=False
                    ),
                ),
                ("partnership_id", models.BigIntegerField()),
                ("distributor_id", models.BigIntegerField()),
                ("epoch", models.PositiveBigIntegerField()),
                (
                    "finding",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        primary_key=True,
                        related_name="money",
                        serialize=False,
                        to="runs.finding",
                    ),
                ),
                ("currency", models.CharField(max_length=3)),
                ("at_stake", models.DecimalField(decimal_places=4, max_digits=18)),
                (
                    "basis",
                    models.CharField(
                        choices=[("gross_profit", "Gross Profit"), ("net_revenue", "Net Revenue")],
                        max_length=12,
                    ),
                ),
            ],
            options={
                "abstract": False,
                "default_permissions": (),
                "base_manager_name": "objects",
                "default_manager_name": "objects",
            },
        ),
        migrations.AddField(
            model_name="finding",
            name="run",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE, related_name="findings", to="runs.analysisrun"
            ),
        ),
        migrations.CreateModel(
            name="MoneyFact",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "audience_id",
                    models.BigIntegerField(
                        db_default=partners.tenancy.models.ActingOrganisation(), editable=False
                    ),
                ),
                ("partnership_id", models.BigIntegerField()),
                ("distributor_id", models.BigIntegerField()),
                ("epoch", models.PositiveBigIntegerField()),
                ("account_id", models.BigIntegerField()),
                ("month", models.DateField()),
                ("currency", models.CharField(max_length=3)),
                ("gross", models.DecimalField(decimal_places=4, max_digits=18)),
                ("net", models.DecimalField(decimal_places=4, max_digits=18)),
                ("returned", models.DecimalField(decimal_places=4, max_digits=18)),
                ("cost", models.DecimalField(decimal_places=4, max_digits=18)),
                ("cost_known_net", models.DecimalField(decimal_places=4, max_digits=18)),
                ("gross_is_net", models.PositiveIntegerField(default=0)),
            ],
            options={
                "abstract": False,
                "default_permissions": (),
                "base_manager_name": "objects",
                "default_manager_name": "objects",
                "constraints": [
                    models.UniqueConstraint(
                        fields=("audience_id", "partnership_id", "account_id", "month", "currency"),
                        name="one_money_fact",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="VolumeFact",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "audience_id",
                    models.BigIntegerField(
                        db_default=partners.tenancy.models.ActingOrganisation(), editable=False
                    ),
                ),
                ("partnership_id", models.BigIntegerField()),
                ("distributor_id", models.BigIntegerField()),
                ("epoch", models.PositiveBigIntegerField()),
                ("account_id", models.BigIntegerField()),
                ("month", models.DateField()),
                ("orders", models.PositiveIntegerField()),
                ("lines", models.PositiveIntegerField()),
                ("units", models.DecimalField(decimal_places=4, max_digits=18)),
                ("units_returned", models.DecimalField(decimal_places=4, max_digits=18)),
                ("skus", models.PositiveIntegerField()),
                ("families", models.PositiveIntegerField()),
            ],
            options={
                "abstract": False,
                "default_permissions": (),
                "base_manager_name": "objects",
                "default_manager_name": "objects",
                "constraints": [
                    models.UniqueConstraint(
                        fields=("audience_id", "partnership_id", "account_id", "month"),
                        name="one_volume_fact",
                    )
                ],
            },
        ),
        migrations.AddIndex(
            model_name="finding",
            index=models.Index(fields=["run", "kind"], name="findings_of_run"),
        ),
    ]
