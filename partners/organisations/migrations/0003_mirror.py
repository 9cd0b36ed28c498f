"""The two organisations of the partnership are seen in its mirror, nobody's people."""

from django.db import migrations

from partners.tenancy.walls import MIRRORED, ORG, HangMirror


class Migration(migrations.Migration):
    dependencies = [
        ("organisations", "0002_walls"),
        ("tenancy", "0002_mirror"),
    ]
    operations = [
        HangMirror("organisations_organisation", f"id IN ({ORG}, {MIRRORED})"),
        HangMirror("organisations_user", "false"),
        HangMirror("organisations_membership", "false"),
    ]
