"""Only the distributor writes what the manufacturer may see."""

from django.db import migrations

from partners.agreements.walls import BOTH_SIDES, OWN_LINES, OWN_PARTNERSHIP
from partners.tenancy.walls import MAY_SHARE, ORG, PURPOSE, USER, BuildWall, Rules, own

# Their walls look at their own columns alone: the walls of everything shared look at them.
EXPANDED = Rules(
    select=f"distributor_id = {ORG} OR (manufacturer_id = {ORG} AND purposes & {PURPOSE} <> 0)",
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
                insert=f"manufacturer_id = {ORG} AND (state = 'invited' OR manufacturer_id = distributor_id)"
                " AND (SELECT gate_makes())",
                update=f"distributor_id = {ORG}",
                update_columns=["state", "epoch", "pseudonym_epoch"],
            ),
        ),
        BuildWall(
            "agreements_grant",
            Rules(
                select=BOTH_SIDES,
                insert=f"{OWN_PARTNERSHIP} AND {MAY_SHARE} AND granted_by_id IS NOT DISTINCT FROM {USER}",
                update=f"distributor_id = {ORG} AND revoked_at IS NULL",
                updated=f"distributor_id = {ORG} AND revoked_at IS NOT NULL",
                update_columns=["revoked_at", "revoked_by_id"],
            ),
        ),
        BuildWall(
            "agreements_heldcell",
            own("distributor_id", insert=OWN_LINES, update=None),
        ),
        BuildWall("agreements_grantedcell", EXPANDED),
        BuildWall("agreements_grantedaccount", EXPANDED),
        migrations.RunSQL(PARTNERS_MEET, "DROP POLICY partners_meet ON organisations_organisation"),
    ]
