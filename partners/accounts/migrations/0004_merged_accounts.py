"""An account that was merged into another of the same owner: the key carries the owner, so that it asks nothing of others."""

import django.db.models.deletion
from django.db import migrations, models

OWN = """
ALTER TABLE accounts_account ADD CONSTRAINT merged_into_ones_own
    FOREIGN KEY (merged_into_id, organisation_id) REFERENCES accounts_account (id, organisation_id)
"""


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0003_mirror"),
    ]

    operations = [
        migrations.AddField(
            model_name="account",
            name="merged_at",
            field=models.DateTimeField(null=True),
        ),
        migrations.AddField(
            model_name="account",
            name="merged_into",
            field=models.ForeignKey(
                db_constraint=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="merged",
                to="accounts.account",
            ),
        ),
        migrations.AddConstraint(
            model_name="account",
            constraint=models.UniqueConstraint(
                fields=("id", "organisation_id"), name="account_with_its_owner"
            ),
        ),
        migrations.RunSQL(OWN, "ALTER TABLE accounts_account DROP CONSTRAINT merged_into_ones_own"),
    ]
