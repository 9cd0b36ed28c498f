"""What was taken away: written by whoever does it, and carried into the journal, and back from it, by the relay."""

import django.utils.timezone
from django.db import migrations, models

import partners.tenancy.models
from partners.tenancy.walls import ORG, BuildWall, HangMirror, Rules

RELAY = "(SELECT app_kind()) = 'relay'"


class Migration(migrations.Migration):
    dependencies = [
        ("audit", "0005_support"),
        ("tenancy", "0002_mirror"),
    ]

    operations = [
        migrations.CreateModel(
            name="TakenAway",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("public_id", partners.tenancy.models.PublicIdField(prefix="tkn")),
                (
                    "organisation_id",
                    models.BigIntegerField(
                        db_default=partners.tenancy.models.ActingOrganisation(), editable=False
                    ),
                ),
                (
                    "deed",
                    models.CharField(
                        choices=[
                            ("grant.revoked", "Grant Revoked"),
                            ("history.withdrawn", "History Withdrawn"),
                            ("partnership.suspended", "Partnership Suspended"),
                            ("partnership.ended", "Partnership Ended"),
                            ("membership.ended", "Seat Ended"),
                            ("client.ended", "Client Ended"),
                            ("client.words_ended", "Words Ended"),
                            ("pseudonyms.renewed", "Pseudonyms Renewed"),
                            ("account.erased", "Account Erased"),
                            ("partnership.erased", "Partnership Erased"),
                        ],
                        max_length=40,
                    ),
                ),
                ("subject", models.CharField(max_length=40)),
                ("word", models.CharField(blank=True, max_length=20)),
                ("at", models.DateTimeField(default=django.utils.timezone.now)),
                ("journalled_at", models.DateTimeField(null=True)),
            ],
            options={
                "abstract": False,
                "default_permissions": (),
                "base_manager_name": "objects",
                "default_manager_name": "objects",
                "indexes": [
                    models.Index(
                        condition=models.Q(("journalled_at__isnull", True)),
                        fields=["id"],
                        name="taken_away_waiting",
                    ),
                    models.Index(fields=["-journalled_at", "-id"], name="taken_away_journalled"),
                ],
            },
        ),
        BuildWall(
            "audit_takenaway",
            Rules(
                select=f"organisation_id = {ORG} OR {RELAY}",
                insert=f"organisation_id = {ORG} AND journalled_at IS NULL OR {RELAY}",
                update=RELAY,
                update_columns=["journalled_at"],
            ),
        ),
        HangMirror("audit_takenaway", "false"),
    ]
