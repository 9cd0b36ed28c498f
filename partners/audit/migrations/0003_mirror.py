"""No record is seen in a mirror."""

from django.db import migrations

from partners.tenancy.walls import HangMirror


class Migration(migrations.Migration):
    dependencies = [
        ("audit", "0002_walls"),
        ("tenancy", "0002_mirror"),
    ]
    operations = [
        HangMirror("audit_auditentry", "false"),
        HangMirror("audit_accessentry", "false"),
    ]
