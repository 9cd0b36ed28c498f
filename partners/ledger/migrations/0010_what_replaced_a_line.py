"""A line that a restatement replaced names the submission that did. The index holds those lines alone."""

from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models

from partners.tenancy.walls import app_role


def let_it_be_written(apps, schema_editor):
    role = schema_editor.quote_name(app_role())
    schema_editor.execute(f"GRANT UPDATE (superseded_by_id) ON ledger_line TO {role}")


class Migration(migrations.Migration):
    atomic = False
    dependencies = [
        ("ledger", "0009_walls_of_records"),
    ]
    operations = [
        migrations.AddField(
            model_name="line",
            name="superseded_by_id",
            field=models.BigIntegerField(null=True),
        ),
        migrations.RunPython(let_it_be_written, migrations.RunPython.noop),
        AddIndexConcurrently(
            model_name="line",
            index=models.Index(
                fields=["partnership_id", "superseded_by_id"],
                condition=models.Q(superseded_by_id__isnull=False),
                name="lines_replaced",
            ),
        ),
    ]
