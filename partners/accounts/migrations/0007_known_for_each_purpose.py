"""A handle is looked up among what live grants tell of its account and what ended ones left, a row each."""

from django.db import migrations

from partners.tenancy.walls import ORG, PURPOSE


def handle(purposes: str) -> str:
    """As a scalar it is looked up row by row: pages walk along the tokens, and a hash of all accounts would take 30 ms."""
    return (
        f"distributor_id = {ORG} OR (manufacturer_id = {ORG} AND (SELECT {purposes} FROM agreements_grantedaccount a"
        " WHERE a.partnership_id = accounts_accounthandle.partnership_id AND a.category = 'volume'"
        f" AND a.account_id = accounts_accounthandle.account_id AND a.manufacturer_id = {ORG}) & {PURPOSE} <> 0)"
    )


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0006_keys_that_can_be_destroyed"),
        ("agreements", "0007_known_until_days"),
    ]
    operations = [
        migrations.RunSQL(
            f"ALTER POLICY wall_select ON accounts_accounthandle USING ({handle('bit_or(a.purposes)')})",
            f"ALTER POLICY wall_select ON accounts_accounthandle USING ({handle('a.purposes')})",
        ),
    ]
