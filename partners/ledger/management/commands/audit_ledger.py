"""manage.py audit_ledger --distributor SLUG"""

from typing import Any

from django.core.management.base import CommandParser

from partners.agreements.locks import lock_partnership
from partners.agreements.models import Partnership
from partners.ledger.sums import count_astray
from partners.organisations.models import OrganisationKind
from partners.organisations.setup import SetupError, require_organisation
from partners.tenancy.actors import worker
from partners.tenancy.commands import ReportingCommand
from partners.tenancy.context import acting_as


class AuditError(ValueError):
    """Sums that say something else than the lines do; the message says how many, and where."""


class Command(ReportingCommand):
    """Compares the sums by month with the lines that they are sums of; status 1 where they differ."""

    help = "Compare what the ledger keeps by month and by postcode area with its lines."
    faults = (SetupError, AuditError)

    def add_arguments(self, parser: CommandParser) -> None:
        super().add_arguments(parser)
        parser.add_argument("--distributor", required=True, metavar="SLUG")

    def run(self, *, distributor: str, **_: Any) -> dict[str, Any]:
        organisation_id = require_organisation(distributor, OrganisationKind.DISTRIBUTOR)
        with acting_as(worker(organisation_id)):
            own = list(Partnership.objects.filter(distributor_id=organisation_id).order_by("pk"))
        found = {partnership.public_id: _audit(organisation_id, partnership) for partnership in own}
        astray = {key: counts for key, counts in found.items() if any(counts.values())}
        if astray:
            raise AuditError(
                f"Sums differ from the lines, rows by partnership and table: {astray}. Please report this: it is"
                " a defect of the software. A file recorded or taken back sums its months up anew."
            )
        return {"partnerships": len(own), "astray": 0}


def _audit(organisation_id: int, partnership: Partnership) -> dict[str, int]:
    with acting_as(worker(organisation_id)):
        return count_astray(lock_partnership(partnership.pk))
