"""The ladder and the movement; and the audience's own cost moves to tables of its own, which no mirror shows."""

import django.contrib.postgres.fields
from django.db import migrations, models

import partners.tenancy.models

# What was computed from a cost moves along; on the way back outcomes are dropped, for the next run makes them anew.
MOVE = """
INSERT INTO runs_costfact (audience_id, purpose, partnership_id, distributor_id, epoch, account_id, month, currency,
                           cost, net_of_costed, cost_unknown)
SELECT audience_id, purpose, partnership_id, distributor_id, epoch, account_id, month, currency,
       cost, net_of_costed, cost_unknown FROM runs_moneyfact;
INSERT INTO runs_standingprofit (audience_id, purpose, partnership_id, distributor_id, epoch, account_id,
                                 margin_rate, profit_at_stake)
SELECT audience_id, purpose, partnership_id, distributor_id, epoch, account_id, margin_rate, profit_at_stake
FROM runs_standingmoney WHERE profit_at_stake IS NOT NULL;
"""
FORGET = "DELETE FROM runs_moneyfact; DELETE FROM runs_standingmoney; DELETE FROM runs_analysisrun;"


class Migration(migrations.Migration):
    dependencies = [
        ("runs", "0002_walls"),
    ]

    operations = [
        migrations.CreateModel(
            name="CostFact",
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
                ("cost", models.DecimalField(decimal_places=4, max_digits=18)),
                ("net_of_costed", models.DecimalField(decimal_places=4, max_digits=18)),
                ("cost_unknown", models.PositiveIntegerField()),
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
                        name="one_cost_fact",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Movement",
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
                ("value", models.CharField(max_length=12)),
                ("currency", models.CharField(blank=True, max_length=3)),
                ("month", models.DateField()),
                ("cause", models.CharField(max_length=24)),
                ("before", models.DecimalField(decimal_places=4, max_digits=18)),
                ("now", models.DecimalField(decimal_places=4, max_digits=18)),
                ("gained", models.DecimalField(decimal_places=4, max_digits=18)),
                ("lost", models.DecimalField(decimal_places=4, max_digits=18)),
                ("families_added", models.DecimalField(decimal_places=4, max_digits=18)),
                ("families_dropped", models.DecimalField(decimal_places=4, max_digits=18)),
                ("kept_before", models.DecimalField(decimal_places=4, max_digits=18)),
                ("kept_now", models.DecimalField(decimal_places=4, max_digits=18)),
                ("other", models.DecimalField(decimal_places=4, max_digits=18)),
                ("customers_before", models.PositiveIntegerField()),
                ("customers_now", models.PositiveIntegerField()),
                ("customers_both", models.PositiveIntegerField()),
                ("customers_who_dropped", models.PositiveIntegerField()),
                ("families_each_before", models.FloatField(null=True)),
                ("families_each_now", models.FloatField(null=True)),
                ("losses", models.JSONField(default=list)),
            ],
            options={
                "abstract": False,
                "default_permissions": (),
                "base_manager_name": "objects",
                "default_manager_name": "objects",
                "constraints": [
                    models.UniqueConstraint(
                        fields=("audience_id", "purpose", "partnership_id", "value"), name="one_movement"
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Rung",
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
                ("measure", models.CharField(max_length=40)),
                ("month", models.DateField()),
                ("value", models.FloatField(null=True)),
                ("usual", models.FloatField(null=True)),
                ("low", models.FloatField(null=True)),
                ("high", models.FloatField(null=True)),
                ("deviation", models.FloatField(null=True)),
                ("state", models.CharField(max_length=12)),
                ("basis", models.CharField(max_length=8)),
                ("months", models.PositiveIntegerField()),
                ("confidence", models.FloatField(null=True)),
                ("first_seen_on", models.DateField(null=True)),
                ("centre", models.FloatField(null=True)),
                ("scale", models.FloatField(null=True)),
                (
                    "values",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.FloatField(null=True), size=None
                    ),
                ),
                (
                    "lows",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.FloatField(null=True), size=None
                    ),
                ),
                (
                    "highs",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.FloatField(null=True), size=None
                    ),
                ),
                (
                    "deviations",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.FloatField(null=True), size=None
                    ),
                ),
            ],
            options={
                "abstract": False,
                "default_permissions": (),
                "base_manager_name": "objects",
                "default_manager_name": "objects",
                "constraints": [
                    models.UniqueConstraint(
                        fields=("audience_id", "purpose", "partnership_id", "account_id", "measure"),
                        name="one_rung",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="SeasonFactor",
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
                ("measure", models.CharField(max_length=40)),
                ("segment", models.CharField(max_length=520)),
                ("month_of_year", models.PositiveSmallIntegerField()),
                ("factor", models.FloatField()),
                ("accounts", models.PositiveIntegerField()),
                ("pooled", models.BooleanField()),
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
                            "measure",
                            "segment",
                            "month_of_year",
                        ),
                        name="one_season_factor",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="StandingProfit",
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
                ("margin_rate", models.FloatField()),
                ("profit_at_stake", models.DecimalField(decimal_places=4, max_digits=18)),
            ],
            options={
                "abstract": False,
                "default_permissions": (),
                "base_manager_name": "objects",
                "default_manager_name": "objects",
                "constraints": [
                    models.UniqueConstraint(
                        fields=("audience_id", "purpose", "partnership_id", "account_id"),
                        name="one_standing_in_profit",
                    )
                ],
            },
        ),
        migrations.AddField(
            model_name="analysisrun",
            name="sight",
            field=models.CharField(blank=True, max_length=32),
        ),
        migrations.RunSQL(MOVE, migrations.RunSQL.noop),
        migrations.RemoveField(
            model_name="moneyfact",
            name="cost",
        ),
        migrations.RemoveField(
            model_name="moneyfact",
            name="cost_unknown",
        ),
        migrations.RemoveField(
            model_name="moneyfact",
            name="net_of_costed",
        ),
        migrations.RemoveField(
            model_name="standingmoney",
            name="basis",
        ),
        migrations.RemoveField(
            model_name="standingmoney",
            name="margin_rate",
        ),
        migrations.RemoveField(
            model_name="standingmoney",
            name="profit_at_stake",
        ),
        migrations.RunSQL(migrations.RunSQL.noop, FORGET),
    ]
