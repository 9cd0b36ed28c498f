import django.db.models.deletion
from django.db import migrations, models

import partners.tenancy.models


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("tenancy", "0001_actor_functions"),
        ("organisations", "0001_initial"),
    ]

    operations = [
        migrations.CreateModel(
            name="HeldCell",
            fields=[
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "partnership_id",
                        "account_id",
                        "family_id",
                        "month",
                        blank=True,
                        editable=False,
                        primary_key=True,
                        serialize=False,
                    ),
                ),
                ("partnership_id", models.BigIntegerField()),
                ("distributor_id", models.BigIntegerField()),
                ("account_id", models.BigIntegerField()),
                ("family_id", models.BigIntegerField()),
                ("month", models.DateField()),
            ],
            options={
                "abstract": False,
                "default_permissions": (),
                "base_manager_name": "objects",
                "default_manager_name": "objects",
            },
        ),
        migrations.CreateModel(
            name="GrantedAccount",
            fields=[
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "partnership_id",
                        "category",
                        "account_id",
                        blank=True,
                        editable=False,
                        primary_key=True,
                        serialize=False,
                    ),
                ),
                ("partnership_id", models.BigIntegerField()),
                ("manufacturer_id", models.BigIntegerField()),
                ("distributor_id", models.BigIntegerField()),
                (
                    "category",
                    models.CharField(
                        choices=[
                            ("volume", "Volume"),
                            ("price", "Price"),
                            ("identity", "Identity"),
                            ("contacts", "Contacts"),
                            ("inventory", "Inventory"),
                            ("payments", "Payments"),
                            ("service", "Service"),
                        ],
                        max_length=12,
                    ),
                ),
                ("account_id", models.BigIntegerField()),
                ("purposes", models.PositiveSmallIntegerField()),
            ],
            options={
                "abstract": False,
                "default_permissions": (),
                "base_manager_name": "objects",
                "default_manager_name": "objects",
                "indexes": [
                    models.Index(fields=["manufacturer_id", "category"], name="granted_accounts_of_maker")
                ],
            },
        ),
        migrations.CreateModel(
            name="GrantedCell",
            fields=[
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "partnership_id",
                        "category",
                        "family_id",
                        "month",
                        "granularity",
                        blank=True,
                        editable=False,
                        primary_key=True,
                        serialize=False,
                    ),
                ),
                ("partnership_id", models.BigIntegerField()),
                ("manufacturer_id", models.BigIntegerField()),
                ("distributor_id", models.BigIntegerField()),
                (
                    "category",
                    models.CharField(
                        choices=[
                            ("volume", "Volume"),
                            ("price", "Price"),
                            ("identity", "Identity"),
                            ("contacts", "Contacts"),
                            ("inventory", "Inventory"),
                            ("payments", "Payments"),
                            ("service", "Service"),
                        ],
                        max_length=12,
                    ),
                ),
                ("family_id", models.BigIntegerField()),
                ("month", models.DateField()),
                (
                    "granularity",
                    models.PositiveSmallIntegerField(choices=[(1, "Area"), (2, "Month"), (3, "Line")]),
                ),
                ("purposes", models.PositiveSmallIntegerField()),
            ],
            options={
                "abstract": False,
                "default_permissions": (),
                "base_manager_name": "objects",
                "default_manager_name": "objects",
                "indexes": [
                    models.Index(fields=["manufacturer_id", "category"], name="granted_cells_of_maker")
                ],
            },
        ),
        migrations.CreateModel(
            name="Partnership",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("public_id", partners.tenancy.models.PublicIdField(prefix="ptn")),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("invited", "Invited"),
                            ("active", "Active"),
                            ("suspended", "Suspended"),
                            ("ended", "Ended"),
                        ],
                        default="active",
                        max_length=10,
                    ),
                ),
                ("epoch", models.PositiveBigIntegerField(default=1)),
                ("pseudonym_epoch", models.PositiveIntegerField(default=1)),
                ("started_at", models.DateTimeField(auto_now_add=True)),
                (
                    "distributor",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="organisations.organisation",
                    ),
                ),
                (
                    "manufacturer",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="organisations.organisation",
                    ),
                ),
            ],
            options={
                "permissions": [("work_partnership", "Works this partnership")],
                "abstract": False,
                "default_permissions": (),
                "base_manager_name": "objects",
                "default_manager_name": "objects",
            },
        ),
        migrations.CreateModel(
            name="Grant",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("public_id", partners.tenancy.models.PublicIdField(prefix="grt")),
                ("manufacturer_id", models.BigIntegerField()),
                ("distributor_id", models.BigIntegerField()),
                (
                    "category",
                    models.CharField(
                        choices=[
                            ("volume", "Volume"),
                            ("price", "Price"),
                            ("identity", "Identity"),
                            ("contacts", "Contacts"),
                            ("inventory", "Inventory"),
                            ("payments", "Payments"),
                            ("service", "Service"),
                        ],
                        max_length=12,
                    ),
                ),
                ("family_id", models.BigIntegerField(null=True)),
                ("from_month", models.DateField(null=True)),
                ("to_month", models.DateField(null=True)),
                (
                    "granularity",
                    models.PositiveSmallIntegerField(choices=[(1, "Area"), (2, "Month"), (3, "Line")]),
                ),
                ("purposes", models.PositiveSmallIntegerField()),
                ("granted_at", models.DateTimeField(auto_now_add=True)),
                (
                    "granted_by_id",
                    models.BigIntegerField(db_default=partners.tenancy.models.ActingUser(), null=True),
                ),
                ("revoked_at", models.DateTimeField(null=True)),
                ("revoked_by_id", models.BigIntegerField(null=True)),
                (
                    "partnership",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="grants",
                        to="agreements.partnership",
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
        migrations.AddConstraint(
            model_name="partnership",
            constraint=models.UniqueConstraint(
                fields=("manufacturer", "distributor"), name="one_partnership_a_pair"
            ),
        ),
        migrations.AddConstraint(
            model_name="partnership",
            constraint=models.UniqueConstraint(
                fields=("id", "manufacturer", "distributor"), name="partnership_with_both_sides"
            ),
        ),
        migrations.AddConstraint(
            model_name="grant",
            constraint=models.CheckConstraint(
                condition=models.Q(("from_month", None), ("from_month__day", 1), _connector="OR"),
                name="grant_from_whole_month",
            ),
        ),
        migrations.AddConstraint(
            model_name="grant",
            constraint=models.CheckConstraint(
                condition=models.Q(("to_month", None), ("to_month__day", 1), _connector="OR"),
                name="grant_to_whole_month",
            ),
        ),
    ]
