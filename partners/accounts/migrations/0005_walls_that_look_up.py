"""A page of fifty accounts asks the wall about fifty, not about all that are granted: the rules stay what they were."""

from django.db import migrations

from partners.agreements.models import Category
from partners.agreements.walls import granted_account, granted_accounts
from partners.tenancy.walls import ORG, PURPOSE

# As a scalar it is looked up row by row: pages walk along the tokens, and a hash of all accounts would take 30 ms.
HANDLE = (
    "(SELECT a.purposes FROM agreements_grantedaccount a"
    " WHERE a.partnership_id = accounts_accounthandle.partnership_id AND a.category = 'volume'"
    f" AND a.account_id = accounts_accounthandle.account_id AND a.manufacturer_id = {ORG}) & {PURPOSE} <> 0"
)
# By table: how it was written before, and how it is.
RULES = {
    "accounts_account": (
        f"organisation_id = {ORG} OR {granted_accounts('organisation_id, id', Category.VOLUME)}",
        f"organisation_id = {ORG} OR"
        f" {granted_account('accounts_account.organisation_id', 'accounts_account.id', Category.VOLUME)}",
    ),
    "accounts_accountidentity": (
        f"organisation_id = {ORG} OR {granted_accounts('organisation_id, account_id', Category.IDENTITY)}",
        f"organisation_id = {ORG} OR "
        + granted_account(
            "accounts_accountidentity.organisation_id",
            "accounts_accountidentity.account_id",
            Category.IDENTITY,
        ),
    ),
    "accounts_accounthandle": (
        f"distributor_id = {ORG}"
        f" OR (manufacturer_id = {ORG} AND {granted_accounts('distributor_id, account_id', Category.VOLUME)})",
        f"distributor_id = {ORG} OR (manufacturer_id = {ORG} AND {HANDLE})",
    ),
}


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0004_merged_accounts"),
        ("agreements", "0006_one_granted_account"),
    ]
    operations = [
        migrations.RunSQL(
            f"ALTER POLICY wall_select ON {table} USING ({now})",
            f"ALTER POLICY wall_select ON {table} USING ({before})",
        )
        for table, (before, now) in RULES.items()
    ]
