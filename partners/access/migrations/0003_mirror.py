"""Who works what is not seen in a mirror."""

from django.db import migrations

from partners.tenancy.walls import HangMirror


class Migration(migrations.Migration):
    dependencies = [
        ("access", "0002_walls"),
        ("tenancy", "0002_mirror"),
    ]
    operations = [
        HangMirror("access_partnershipuserobjectpermission", "false"),
        HangMirror("access_accountuserobjectpermission", "false"),
    ]
