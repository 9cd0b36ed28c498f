"""Pseudonyms rest on a salt that can be destroyed. Handles that were given before keep their tokens until they are renewed."""

import django.db.models.deletion
import django.utils.timezone
from django.db import migrations, models

from partners.agreements.walls import OWN_LINES
from partners.tenancy.walls import ORG, BuildWall, HangMirror, LetErase, Rules

# They were given when accounts were first met: before anything that was written about them.
SINCE_EVER = "UPDATE accounts_accounthandle SET given_at = '2000-01-01'"


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0005_walls_that_look_up"),
        ("agreements", "0006_one_granted_account"),
        ("tenancy", "0003_missing_migrations"),
    ]

    operations = [
        migrations.AddField(
            model_name="accounthandle",
            name="given_at",
            field=models.DateTimeField(default=django.utils.timezone.now),
        ),
        migrations.RunSQL(SINCE_EVER, migrations.RunSQL.noop),
        migrations.CreateModel(
            name="PseudonymSalt",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("distributor_id", models.BigIntegerField()),
                ("epoch", models.PositiveIntegerField()),
                ("salt", models.BinaryField(max_length=32)),
                ("drawn_at", models.DateTimeField(auto_now_add=True)),
                (
                    "partnership",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="agreements.partnership",
                    ),
                ),
            ],
            options={
                "abstract": False,
                "default_permissions": (),
                "base_manager_name": "objects",
                "default_manager_name": "objects",
                "constraints": [
                    models.UniqueConstraint(fields=("partnership", "epoch"), name="one_salt_an_epoch")
                ],
            },
        ),
        BuildWall(
            "accounts_pseudonymsalt",
            Rules(select=f"distributor_id = {ORG}", insert=OWN_LINES, delete=f"distributor_id = {ORG}"),
        ),
        HangMirror("accounts_pseudonymsalt", "false"),
        LetErase("accounts_accountidentity", f"organisation_id = {ORG}"),
    ]
