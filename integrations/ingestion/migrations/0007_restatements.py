"""A file may restate its months; which they are is known from its check on."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("ingestion", "0006_erasure"),
    ]

    operations = [
        migrations.AddField(
            model_name="submissioncheck",
            name="restates",
            field=models.BooleanField(default=False),
        ),
        migrations.AddField(
            model_name="submissioncheck",
            name="restates_from",
            field=models.DateField(null=True),
        ),
        migrations.AddField(
            model_name="submissioncheck",
            name="restates_to",
            field=models.DateField(null=True),
        ),
    ]
