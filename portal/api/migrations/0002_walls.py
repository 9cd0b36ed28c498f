"""A client's usage and calls are its organisation's own, and are seen in no mirror."""

from django.db import migrations

from partners.tenancy.walls import BuildWall, HangMirror, own


class Migration(migrations.Migration):
    dependencies = [
        ("api", "0001_initial"),
        ("tenancy", "0002_mirror"),
    ]
    operations = [
        BuildWall("api_clientusage", own(delete=None)),
        BuildWall("api_idempotentcall", own(update=None)),
        HangMirror("api_clientusage", "false"),
        HangMirror("api_idempotentcall", "false"),
    ]
