"""The record is written once; an owner of data reads who read it."""

from django.db import migrations

from partners.tenancy.walls import ORG, USER, BuildWall, Rules, own


class Migration(migrations.Migration):
    dependencies = [
        ("audit", "0001_initial"),
        ("agreements", "0002_walls"),
    ]
    operations = [
        BuildWall(
            "audit_auditentry",
            own(
                insert=f"organisation_id = {ORG} AND user_id IS NOT DISTINCT FROM {USER}",
                update=None,
                delete=None,
            ),
        ),
        BuildWall(
            "audit_accessentry",
            Rules(
                select=f"owner_id = {ORG} OR reader_id = {ORG}",
                insert=f"reader_id = {ORG} AND reader_user_id IS NOT DISTINCT FROM {USER} AND (partnership_id, owner_id)"
                " IN (SELECT p.id, p.distributor_id FROM agreements_partnership p WHERE p.state = 'active')",
            ),
        ),
    ]
