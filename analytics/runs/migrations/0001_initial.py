from django.db import migrations, models

import partners.tenancy.models


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("tenancy", "0001_actor_functions"),
    ]

    operations = [
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
                (
                    "purpose",
                    models.PositiveSmallIntegerField(
                        db_default=partners.tenancy.models.ActingPurpose(), editable=False
                    ),
                ),
                ("partnership_id", models.BigIntegerField()),
                ("distributor_id", models.BigIntegerField()),
                ("epoch", models.PositiveBigIntegerField()),
                ("public_id", partners.tenancy.models.PublicIdField(prefix="run")),
                ("as_of", models.DateField()),
                ("known_at", models.DateTimeField()),
                ("finished_at", models.DateTimeField(auto_now_add=True)),
                ("accounts", models.PositiveIntegerField()),
                ("signals", models.PositiveIntegerField()),
                ("late", models.PositiveIntegerField()),
                ("is_latest", models.BooleanField(default=True)),
            ],
            options={
                "abstract": False,
                "default_permissions": (),
                "base_manager_name": "objects",
                "default_manager_name": "objects",
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("is_latest", True)),
                        fields=("audience_id", "purpose", "partnership_id"),
                        name="one_latest_run_an_audience",
                    )
                ],
            },
        ),
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
                (
                    "purpose",
                    models.PositiveSmallIntegerField(
                        db_default=partners.tenancy.models.ActingPurpose(), editable=False
                    ),
                ),
                ("partnership_id", models.BigIntegerField()),
                ("distributor_id", models.BigIntegerField()),
                ("epoch", models.PositiveBigIntegerField()),
                ("public_id", partners.tenancy.models.PublicIdField(prefix="fnd")),
                ("account_id", models.BigIntegerField()),
                ("kind", models.CharField(max_length=40)),
                ("first_seen_on", models.DateField()),
                (
                    "state",
                    models.CharField(
                        choices=[("open", "Open"), ("cleared", "Cleared")], default="open", max_length=8
                    ),
                ),
                ("run_id", models.BigIntegerField()),
                ("value", models.FloatField()),
                ("baseline", models.FloatField()),
                ("threshold", models.FloatField()),
                ("deviation", models.FloatField()),
                ("confidence", models.FloatField()),
            ],
            options={
                "abstract": False,
                "default_permissions": (),
                "base_manager_name": "objects",
                "default_manager_name": "objects",
                "constraints": [
                    models.UniqueConstraint(
                        fields=(
                            "audience_id",
                            "purpose",
                            "partnership_id",
                            "account_id",
                            "kind",
                            "first_seen_on",
                        ),
                        name="one_finding_a_key",
                    )
                ],
            },
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
                (
                    "purpose",
                    models.PositiveSmallIntegerField(
                        db_default=partners.tenancy.models.ActingPurpose(), editable=False
                    ),
                ),
                ("partnership_id", models.BigIntegerField()),
                ("distributor_id", models.BigIntegerField()),
                ("epoch", models.PositiveBigIntegerField()),
                ("account_id", models.BigIntegerField()),
                ("month", models.DateField()),
                ("currency", models.CharField(max_length=3)),
                ("lines", models.PositiveIntegerField()),
                ("gross_revenue", models.DecimalField(decimal_places=4, max_digits=18)),
                ("gross_is_net", models.PositiveIntegerField()),
                ("list_value", models.DecimalField(decimal_places=4, max_digits=18)),
                ("net_of_listed", models.DecimalField(decimal_places=4, max_digits=18)),
                ("returned_value", models.DecimalField(decimal_places=4, max_digits=18)),
                ("net_revenue", models.DecimalField(decimal_places=4, max_digits=18)),
                ("cost", models.DecimalField(decimal_places=4, max_digits=18)),
                ("net_of_costed", models.DecimalField(decimal_places=4, max_digits=18)),
                ("cost_unknown", models.PositiveIntegerField()),
                ("freight", models.DecimalField(decimal_places=4, max_digits=18)),
            ],
            options={
                "abstract": False,
                "default_permissions": (),
                "base_manager_name": "objects",
                "default_manager_name": "objects",
                "constraints": [
                    models.UniqueConstraint(
                        fields=(
                            "audience_id",
                            "purpose",
                            "partnership_id",
                            "account_id",
                            "month",
                            "currency",
                        ),
                        name="one_money_fact",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Standing",
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
                (
                    "purpose",
                    models.PositiveSmallIntegerField(
                        db_default=partners.tenancy.models.ActingPurpose(), editable=False
                    ),
                ),
                ("partnership_id", models.BigIntegerField()),
                ("distributor_id", models.BigIntegerField()),
                ("epoch", models.PositiveBigIntegerField()),
                ("account_id", models.BigIntegerField()),
                ("judgement", models.CharField(max_length=24)),
                ("orders", models.PositiveIntegerField()),
                ("first_order_on", models.DateField()),
                ("last_order_on", models.DateField()),
                ("gaps_used", models.PositiveIntegerField()),
                ("gaps_window", models.CharField(max_length=16)),
                ("usual_gap", models.FloatField(null=True)),
                ("late_after_days", models.FloatField(null=True)),
                ("lapsed_after_days", models.FloatField(null=True)),
                ("present_gap", models.PositiveIntegerField()),
                ("previous_gap", models.FloatField(null=True)),
                ("deviation", models.FloatField(null=True)),
                ("confidence", models.FloatField(null=True)),
                ("expected_on", models.DateField(null=True)),
                ("days_late", models.IntegerField(null=True)),
                ("orders_missed", models.PositiveIntegerField(null=True)),
                ("order_units", models.FloatField(null=True)),
                ("units_at_stake", models.FloatField(null=True)),
            ],
            options={
                "abstract": False,
                "default_permissions": (),
                "base_manager_name": "objects",
                "default_manager_name": "objects",
                "constraints": [
                    models.UniqueConstraint(
                        fields=("audience_id", "purpose", "partnership_id", "account_id"), name="one_standing"
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="StandingMoney",
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
                (
                    "purpose",
                    models.PositiveSmallIntegerField(
                        db_default=partners.tenancy.models.ActingPurpose(), editable=False
                    ),
                ),
                ("partnership_id", models.BigIntegerField()),
                ("distributor_id", models.BigIntegerField()),
                ("epoch", models.PositiveBigIntegerField()),
                ("account_id", models.BigIntegerField()),
                ("currency", models.CharField(max_length=3)),
                ("order_value", models.FloatField()),
                ("margin_rate", models.FloatField(null=True)),
                ("net_at_stake", models.DecimalField(decimal_places=4, max_digits=18)),
                ("profit_at_stake", models.DecimalField(decimal_places=4, max_digits=18, null=True)),
                ("basis", models.CharField(max_length=12)),
            ],
            options={
                "abstract": False,
                "default_permissions": (),
                "base_manager_name": "objects",
                "default_manager_name": "objects",
                "constraints": [
                    models.UniqueConstraint(
                        fields=("audience_id", "purpose", "partnership_id", "account_id"),
                        name="one_standing_in_money",
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
                (
                    "purpose",
                    models.PositiveSmallIntegerField(
                        db_default=partners.tenancy.models.ActingPurpose(), editable=False
                    ),
                ),
                ("partnership_id", models.BigIntegerField()),
                ("distributor_id", models.BigIntegerField()),
                ("epoch", models.PositiveBigIntegerField()),
                ("account_id", models.BigIntegerField()),
                ("month", models.DateField()),
                ("orders", models.PositiveIntegerField()),
                ("units", models.DecimalField(decimal_places=4, max_digits=18)),
                ("returned_units", models.DecimalField(decimal_places=4, max_digits=18)),
                ("products", models.PositiveIntegerField()),
                ("families", models.PositiveIntegerField()),
            ],
            options={
                "abstract": False,
                "default_permissions": (),
                "base_manager_name": "objects",
                "default_manager_name": "objects",
                "constraints": [
                    models.UniqueConstraint(
                        fields=("audience_id", "purpose", "partnership_id", "account_id", "month"),
                        name="one_volume_fact",
                    )
                ],
            },
        ),
    ]
