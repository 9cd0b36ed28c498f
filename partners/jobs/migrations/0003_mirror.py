"""No job is seen in a mirror."""

from django.db import migrations

from partners.tenancy.walls import HangMirror


class Migration(migrations.Migration):
    dependencies = [
        ("jobs", "0002_walls"),
        ("tenancy", "0002_mirror"),
    ]
    operations = [
        HangMirror("jobs_outboxevent", "false"),
        HangMirror("jobs_job", "false"),
    ]
