"""Only the distributor writes what the manufacturer may see."""

from django.db import migrations

from partners.agreements.walls import BOTH_SIDES, OWN_PARTNERSHIP
from partners.tenancy.walls import ORG, BuildWall, Rules, own

# Their walls look at their own columns alone: the walls of everything shared look at them.
EXPANDED = Rules(
    select=BOTH_SIDES,
    insert=OWN_PARTNERSHIP,
    update=f"distributor_id = {ORG}",
    update_columns=["purposes"],
    delete=f"distributor_id = {ORG}",
)
PARTNERS_MEET = """
CREATE POLICY partners_meet ON organisations_organisation FOR SELECT USING (
    id IN (SELECT p.manufacturer_id FROM agreements_partnership p)
    OR id IN (SELECT p.distributor_id FROM agreements_partnership p))
"""


class Migration(migrations.Migration):
    dependencies = [
        ("agreements", "0001_initial"),
        ("organisations", "0002_walls"),
    ]
    operations = [
        # The manufacturer invites, the distributor answers; direct sales need no answer.
        BuildWall(
            "agreements_partnership",
            Rules(
                select=BOTH_SIDES,
                insert=f"manufacturer_id = {ORG} AND (state = 'invited' OR manufacturer_id = distributor_id)",
                update=f"distributor_id = {ORG}",
                update_columns=["state", "epoch", "pseudonym_epoch"],
            ),
        ),
        BuildWall(
            "agreements_grant",
            Rules(
                select=BOTH_SIDES,
                insert=OWN_PARTNERSHIP,
                update=f"distributor_id = {ORG}",
                update_columns=["revoked_at", "revoked_by_id"],
            ),
        ),
        BuildWall(
            "agreements_heldcell",
            own("distributor_id", insert=f"distributor_id = {ORG}", update=None),
        ),
        BuildWall("agreements_grantedcell", EXPANDED),
        BuildWall("agreements_grantedaccount", EXPANDED),
        migrations.RunSQL(PARTNERS_MEET, "DROP POLICY partners_meet ON organisations_organisation"),
    ]
