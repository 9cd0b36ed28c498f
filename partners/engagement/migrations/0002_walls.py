"""Work belongs to whoever opened it; the other side sees what is shared, as far as it is granted at that moment."""

from django.db import migrations

from partners.agreements.models import Category
from partners.agreements.walls import ITS_PARTNERSHIP, granted_accounts, wholly_granted
from partners.tenancy.walls import MIRRORED, ORG, PURPOSE, USER, BuildWall, HangMirror, Rules

ACTIVE = "partnership_id IN (SELECT p.id FROM agreements_partnership p WHERE p.state = 'active')"


def some_granted(category):
    """The acting maker sees something of this category in the row's partnership."""
    return (
        f"partnership_id IN (SELECT c.partnership_id FROM agreements_grantedcell c WHERE c.manufacturer_id = {ORG}"
        f" AND c.category = '{category.value}' AND c.purposes & {PURPOSE} <> 0)"
    )


# Another's finding was made of all its lines, so it is for who may see all of them; one's own, of those in sight.
FOUND_IN_SIGHT = (
    f"(organisation_id = {ORG} AND (NOT needs_price OR {some_granted(Category.PRICE)}))"
    f" OR ({wholly_granted(Category.VOLUME)} AND (NOT needs_price OR {wholly_granted(Category.PRICE)}))"
)
# The maker may know of the account now, and of what the finding rests on.
IN_SIGHT = (
    f"(distributor_id = {ORG} OR (manufacturer_id = {ORG} AND {ACTIVE} AND ({FOUND_IN_SIGHT})"
    f" AND (account_id IS NULL OR {granted_accounts('distributor_id, account_id', Category.VOLUME)})))"
)
ITS_ACCOUNT = (
    "(account_id IS NULL OR (partnership_id, account_id) IN"
    " (SELECT h.partnership_id, h.account_id FROM accounts_accounthandle h))"
)
OF_ONE_IN_SIGHT = f"follow_up_id IN (SELECT id FROM engagement_followup WHERE {IN_SIGHT})"


def readable(table):
    """A text tells what the maker could see when it was written: it is read until a part of that is revoked."""
    return (
        f"{OF_ONE_IN_SIGHT} AND follow_up_id IN (SELECT f.id FROM engagement_followup f WHERE f.distributor_id = {ORG}"
        f" OR NOT EXISTS (SELECT 1 FROM agreements_grant g WHERE g.partnership_id = f.partnership_id"
        f" AND g.granted_at <= {table}.written_at AND g.revoked_at > {table}.written_at))"
    )


OF_ONES_OWN = (
    f"follow_up_id IN (SELECT id FROM engagement_followup WHERE organisation_id = {ORG} AND {IN_SIGHT})"
)
MINE = f"organisation_id = {ORG}"
CURRENT = (
    f"{MINE} AND (distributor_id = {ORG} OR (partnership_id, epoch) IN"
    " (SELECT p.id, p.epoch FROM agreements_partnership p WHERE p.state = 'active'))"
)


class Migration(migrations.Migration):
    dependencies = [
        ("engagement", "0001_initial"),
        ("agreements", "0003_mirror"),
        ("accounts", "0004_merged_accounts"),
    ]
    operations = [
        BuildWall(
            "engagement_followup",
            Rules(
                select=f"{MINE} OR (shared_at IS NOT NULL AND {IN_SIGHT})",
                insert=f"{MINE} AND opened_by_id IS NOT DISTINCT FROM {USER} AND {ITS_PARTNERSHIP}"
                f" AND {ITS_ACCOUNT} AND {IN_SIGHT}",
                update=MINE,
                update_columns=[
                    "owner_id",
                    "owner_name",
                    "due_on",
                    "review_on",
                    "state",
                    "shared_at",
                    "version",
                    "closed_at",
                ],
            ),
        ),
        BuildWall(
            "engagement_followupmatter",
            Rules(
                select=readable("engagement_followupmatter"),
                insert=f"{MINE} AND {OF_ONES_OWN}",
                update=f"{MINE} AND {OF_ONES_OWN}",
                update_columns=["next_step", "written_at"],
            ),
        ),
        BuildWall(
            "engagement_followupevidence",
            Rules(select=CURRENT, insert=f"{CURRENT} AND {OF_ONES_OWN}"),
        ),
        BuildWall(
            "engagement_followupcomment",
            Rules(
                select=f"({MINE} OR is_shared) AND {readable('engagement_followupcomment')}",
                insert=f"{MINE} AND author_id = {USER} AND {OF_ONE_IN_SIGHT} AND (is_shared OR {OF_ONES_OWN})",
            ),
        ),
        HangMirror("engagement_followup", f"distributor_id = {MIRRORED} AND shared_at IS NOT NULL"),
        HangMirror("engagement_followupmatter", "true"),
        HangMirror("engagement_followupevidence", "false"),
        HangMirror("engagement_followupcomment", "is_shared"),
    ]
