"""The SQL by which walls of shared tables ask what a maker may see. It looks at the maker's own id alone."""

from partners.agreements.models import Category, Granularity
from partners.tenancy.walls import ORG, PURPOSE


def granted_cells(category: Category, granularity: Granularity = Granularity.LINE, of: str = "") -> str:
    """The row's (partnership_id, family_id, month) lies in a cell granted to the acting maker for this purpose.

    `of` is the alias of the row's table, with its dot, where the SQL stands inside another query.
    """
    return (
        f"({of}partnership_id, {of}family_id, {of}month) IN (SELECT c.partnership_id, c.family_id, c.month"
        f" FROM agreements_grantedcell c WHERE c.manufacturer_id = {ORG} AND c.category = '{category.value}'"
        f" AND c.granularity >= {granularity.value} AND c.purposes & {PURPOSE} <> 0)"
    )


def kept_cells(
    category: Category, granularity: Granularity = Granularity.LINE, *, of: str, recorded: str = "recorded_at"
) -> str:
    """The row of table `of` lies in a cell whose grant ended and left its history, and was recorded before that.

    Rows are looked at one by one, but only in partnerships that have such cells.
    """
    return (
        f"{of}.partnership_id IN (SELECT k.partnership_id FROM agreements_keptcell k WHERE k.manufacturer_id = {ORG})"
        f" AND EXISTS (SELECT 1 FROM agreements_keptcell k WHERE k.manufacturer_id = {ORG}"
        f" AND k.partnership_id = {of}.partnership_id AND k.family_id = {of}.family_id AND k.month = {of}.month"
        f" AND k.category = '{category.value}' AND k.granularity >= {granularity.value}"
        f" AND k.recorded_until >= {of}.{recorded})"
    )


def granted_accounts(owner_and_account: str, category: Category) -> str:
    """The row's (distributor, account) is known to the acting maker to the depth of `category`."""
    return (
        f"({owner_and_account}) IN (SELECT a.distributor_id, a.account_id FROM agreements_grantedaccount a"
        f" WHERE a.manufacturer_id = {ORG}"
        f" AND a.category = '{category.value}' AND a.purposes & {PURPOSE} <> 0)"
    )


def granted_account(owner: str, account: str, category: Category) -> str:
    """The same for one row, whose columns are given with their table: it lets the planner look one up or hash all."""
    return (
        "EXISTS (SELECT FROM agreements_grantedaccount a"
        f" WHERE a.manufacturer_id = {ORG} AND a.category = '{category.value}' AND a.purposes & {PURPOSE} <> 0"
        f" AND a.distributor_id = {owner} AND a.account_id = {account})"
    )


def wholly_granted(category: Category) -> str:
    """The row's partnership is granted to the acting maker for every family and month, line by line.

    What tells of all lines at once (a file's name and its number of rows) is seen by who may see them all.
    """
    return (
        "partnership_id IN (SELECT g.partnership_id FROM agreements_grant g"
        " JOIN agreements_partnership p ON p.id = g.partnership_id AND p.state = 'active'"
        f" WHERE g.manufacturer_id = {ORG} AND g.category = '{category.value}' AND g.revoked_at IS NULL"
        " AND g.family_id IS NULL AND g.from_month IS NULL AND g.to_month IS NULL"
        f" AND g.granularity = {Granularity.LINE.value} AND g.purposes & {PURPOSE} <> 0)"
    )


BOTH_SIDES = f"manufacturer_id = {ORG} OR distributor_id = {ORG}"
# Rows that only the distributor writes, for a partnership that is really its own.
OWN_LINES = (
    f"distributor_id = {ORG} AND (partnership_id, distributor_id) IN"
    " (SELECT p.id, p.distributor_id FROM agreements_partnership p)"
)
# Rows that either side writes, for a partnership with just these two ends.
ITS_PARTNERSHIP = (
    "(partnership_id, manufacturer_id, distributor_id) IN"
    " (SELECT p.id, p.manufacturer_id, p.distributor_id FROM agreements_partnership p)"
)
OWN_PARTNERSHIP = f"distributor_id = {ORG} AND {ITS_PARTNERSHIP}"
