"""Who holds what is an organisation's own affair."""

from django.db import migrations

from partners.tenancy.walls import BuildWall, own


class Migration(migrations.Migration):
    dependencies = [
        ("access", "0001_initial"),
    ]
    operations = [
        BuildWall("access_partnershipuserobjectpermission", own(update=None)),
        BuildWall("access_accountuserobjectpermission", own(update=None)),
    ]
