"""manage.py merge_accounts --distributor SLUG --gone CODE --kept CODE"""

from typing import Any

from django.core.management.base import CommandParser

from partners.accounts.models import Account, AccountIdentity
from partners.ledger.merging import MergeError, merge_accounts
from partners.organisations.models import OrganisationKind
from partners.organisations.setup import SetupError, require_organisation, settle_administrator
from partners.tenancy.commands import ReportingCommand
from partners.tenancy.context import acting_as


class Command(ReportingCommand):
    """Reads the lines of one customer number as those of another from now on; no line is touched."""

    help = "Merge an account that proved to be another under a second number into that other."
    faults = (SetupError, MergeError)

    def add_arguments(self, parser: CommandParser) -> None:
        super().add_arguments(parser)
        parser.add_argument("--distributor", required=True, metavar="SLUG")
        parser.add_argument("--gone", required=True, metavar="CODE", help="the number to be given up")
        parser.add_argument("--kept", required=True, metavar="CODE", help="the number that stays")

    def run(self, *, distributor: str, gone: str, kept: str, **_: Any) -> dict[str, Any]:
        organisation_id = require_organisation(distributor, OrganisationKind.DISTRIBUTOR)
        with acting_as(settle_administrator(organisation_id)):
            merge_accounts(_account(gone), _account(kept))
            return {"gone": gone, "kept": AccountIdentity.objects.get(code=kept).public_id}


def _account(code: str) -> Account:
    found = AccountIdentity.objects.select_related("account").filter(code=code).first()
    if found is None:
        raise MergeError(f"There is no account with the number '{code}'. Give it as your files write it.")
    return found.account
