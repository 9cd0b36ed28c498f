"""manage.py erase_account CODE --distributor SLUG --reason REASON"""

from typing import Any

from django.core.management.base import CommandParser

from partners.accounts.models import AccountIdentity
from partners.organisations.models import OrganisationKind
from partners.organisations.setup import SetupError, require_organisation, settle_administrator
from partners.tenancy.commands import ReportingCommand
from partners.tenancy.context import acting_as
from portal.custody.erasing import CustodyError, ask_to_erase, destroy, get_receipt
from portal.custody.models import Reason


class Command(ReportingCommand):
    """Destroys who a customer is, everywhere; lines and totals stay under a random id. There is no way back."""

    help = "Erase a customer of a distributor, and print the receipt."
    faults = (SetupError, CustodyError)

    def add_arguments(self, parser: CommandParser) -> None:
        super().add_arguments(parser)
        parser.add_argument("code", help="the customer's number, as the distributor's files write it")
        parser.add_argument("--distributor", required=True, metavar="SLUG")
        parser.add_argument("--reason", required=True, choices=Reason.values)

    def run(self, *, code: str, distributor: str, reason: str, **_: Any) -> dict[str, Any]:
        organisation_id = require_organisation(distributor, OrganisationKind.DISTRIBUTOR)
        actor = settle_administrator(organisation_id)
        with acting_as(actor):
            known = AccountIdentity.objects.filter(code=code, organisation_id=organisation_id).first()
            if known is None:
                raise CustodyError(
                    f"'{distributor}' has no customer with the number '{code}'. Give it as your files write it."
                )
            receipt = ask_to_erase(known.public_id, Reason(reason))
        destroy(receipt.pk, organisation_id)
        with acting_as(actor):
            done = get_receipt(receipt.public_id)
        return {"receipt": done.public_id, "digest": done.digest, "destroyed": done.destroyed}
