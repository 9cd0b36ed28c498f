"""manage.py create_partnership --manufacturer SLUG --distributor SLUG [--share CATEGORY ...]"""

from typing import Any

from django.core.management.base import CommandParser

from partners.agreements.models import Category
from partners.agreements.services import (
    AgreementError,
    answer_invitation,
    grant_category,
    offer_partnership,
)
from partners.organisations.models import OrganisationKind
from partners.organisations.setup import SetupError, settle_administrator, settle_organisation
from partners.tenancy.commands import ReportingCommand
from partners.tenancy.context import acting_as

ALL = "all"


class Command(ReportingCommand):
    """Joins a manufacturer and a distributor; what is shared is granted by the distributor's first administrator."""

    help = "Create a partnership (and its organisations), and grant categories to the manufacturer."
    faults = (SetupError, AgreementError)

    def add_arguments(self, parser: CommandParser) -> None:
        super().add_arguments(parser)
        parser.add_argument("--manufacturer", required=True, metavar="SLUG")
        parser.add_argument(
            "--distributor",
            required=True,
            metavar="SLUG",
            help="the manufacturer's own slug for direct sales",
        )
        parser.add_argument(
            "--share", nargs="+", action="extend", default=[], choices=[*Category.values, ALL], metavar="CATEGORY",
            help=f"{', '.join(Category.values)} or {ALL}",
        )  # fmt: skip

    def run(self, *, manufacturer: str, distributor: str, share: list[str], **_: Any) -> dict[str, Any]:
        manufacturer_id = settle_organisation(manufacturer, OrganisationKind.MANUFACTURER)
        kind = OrganisationKind.MANUFACTURER if distributor == manufacturer else OrganisationKind.DISTRIBUTOR
        distributor_id = settle_organisation(distributor, kind)
        categories = list(Category) if ALL in share else [Category(name) for name in dict.fromkeys(share)]
        with acting_as(settle_administrator(manufacturer_id)):
            partnership = offer_partnership(distributor)
        with acting_as(settle_administrator(distributor_id)):
            partnership = answer_invitation(partnership.pk, accept=True)
            for category in categories if not partnership.is_direct else []:
                grant_category(partnership, category)
        return {
            "partnership": partnership.public_id,
            "manufacturer": manufacturer,
            "distributor": distributor,
            "shared": [category.value for category in categories],
        }
