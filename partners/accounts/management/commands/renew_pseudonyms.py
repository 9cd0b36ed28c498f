"""manage.py renew_pseudonyms --manufacturer SLUG --distributor SLUG"""

from typing import Any

from django.core.management.base import CommandParser

from partners.accounts.services import renew_pseudonyms
from partners.agreements.selectors import find_partnership
from partners.organisations.models import OrganisationKind
from partners.organisations.setup import SetupError, require_organisation, settle_administrator
from partners.tenancy.commands import ReportingCommand
from partners.tenancy.context import acting_as


class Command(ReportingCommand):
    """Destroys the key of a partnership's pseudonyms; what the maker keeps of the old ones leads nowhere."""

    help = "Have a manufacturer meet a distributor's accounts under new pseudonyms."
    faults = (SetupError,)

    def add_arguments(self, parser: CommandParser) -> None:
        super().add_arguments(parser)
        parser.add_argument("--manufacturer", required=True, metavar="SLUG")
        parser.add_argument("--distributor", required=True, metavar="SLUG")

    def run(self, *, manufacturer: str, distributor: str, **_: Any) -> dict[str, Any]:
        maker_id = require_organisation(manufacturer, OrganisationKind.MANUFACTURER)
        distributor_id = require_organisation(distributor)
        with acting_as(settle_administrator(distributor_id)):
            partnership = find_partnership(maker_id, distributor_id)
            if partnership is None:
                raise SetupError(
                    f"'{manufacturer}' and '{distributor}' have no partnership. Check the slugs."
                )
            return {"partnership": partnership.public_id, "accounts": renew_pseudonyms(partnership)}
