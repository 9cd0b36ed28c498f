"""An account belongs to its distributor; a maker meets it as far as its lines and identity are granted."""

from django.db import migrations

from partners.agreements.models import Category
from partners.agreements.walls import OWN_PARTNERSHIP, granted_accounts
from partners.tenancy.walls import ORG, BuildWall, Rules, own

OWN_ACCOUNT = f"account_id IN (SELECT a.id FROM accounts_account a WHERE a.organisation_id = {ORG})"


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0001_initial"),
        ("agreements", "0002_walls"),
    ]
    operations = [
        BuildWall(
            "accounts_account",
            own(
                select=f"organisation_id = {ORG} OR {granted_accounts('organisation_id, id', Category.VOLUME)}",
                delete=None,
            ),
        ),
        BuildWall(
            "accounts_accountidentity",
            own(
                select=f"organisation_id = {ORG} OR {granted_accounts('organisation_id, account_id', Category.IDENTITY)}",
                insert=f"organisation_id = {ORG} AND {OWN_ACCOUNT}",
                delete=None,
            ),
        ),
        BuildWall(
            "accounts_accounthandle",
            Rules(
                select=f"distributor_id = {ORG}"
                f" OR (manufacturer_id = {ORG} AND {granted_accounts('distributor_id, account_id', Category.VOLUME)})",
                insert=f"{OWN_PARTNERSHIP} AND {OWN_ACCOUNT}",
                delete=f"distributor_id = {ORG}",
            ),
        ),
    ]
