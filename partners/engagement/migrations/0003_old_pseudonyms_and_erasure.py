"""What a maker wrote of an account under an older pseudonym is not led to the new one; an eraser destroys what it tells."""

from importlib import import_module

from django.db import migrations

from partners.tenancy.walls import ORG, LetErase

first = import_module("partners.engagement.migrations.0002_walls")

BEFORE = f"{first.MINE} OR (shared_at IS NOT NULL AND {first.IN_SIGHT})"
NOT_OF_AN_OLD_PSEUDONYM = (
    f"(distributor_id = {ORG} OR NOT EXISTS (SELECT FROM accounts_accounthandle h"
    " WHERE h.partnership_id = engagement_followup.partnership_id"
    " AND h.account_id = engagement_followup.account_id AND h.given_at > engagement_followup.opened_at))"
)
OF_OWN_DATA = f"follow_up_id IN (SELECT f.id FROM engagement_followup f WHERE f.distributor_id = {ORG})"


class Migration(migrations.Migration):
    dependencies = [
        ("engagement", "0002_walls"),
        ("accounts", "0006_keys_that_can_be_destroyed"),
    ]
    operations = [
        migrations.RunSQL(
            f"ALTER POLICY wall_select ON engagement_followup USING (({BEFORE}) AND {NOT_OF_AN_OLD_PSEUDONYM})",
            f"ALTER POLICY wall_select ON engagement_followup USING ({BEFORE})",
        ),
        LetErase("engagement_followup", f"distributor_id = {ORG}", sees=True, deletes=False),
        *(
            LetErase(f"engagement_{table}", OF_OWN_DATA, sees=True)
            for table in ("followupmatter", "followupevidence", "followupcomment")
        ),
    ]
