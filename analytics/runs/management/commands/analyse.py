"""manage.py analyse --manufacturer SLUG --as-of YYYY-MM-DD"""

import time
from datetime import date
from typing import Any

from django.core.management.base import CommandParser

from analytics.runs.models import AnalysisRun
from analytics.runs.services import analyse_partnership
from partners.access.doors import list_partnerships
from partners.agreements.models import Partnership
from partners.organisations.models import OrganisationKind
from partners.organisations.setup import SetupError, require_organisation
from partners.tenancy.actors import worker
from partners.tenancy.commands import ReportingCommand
from partners.tenancy.context import acting_as


class Command(ReportingCommand):
    """Analyses every partnership of a manufacturer, for the manufacturer and for each distributor itself.

    The figures printed are the manufacturer's: what it may see.
    """

    help = "Compute facts, standings and late orders of a manufacturer's partnerships, for both sides."
    faults = (SetupError,)

    def add_arguments(self, parser: CommandParser) -> None:
        super().add_arguments(parser)
        parser.add_argument("--manufacturer", required=True, metavar="SLUG")
        parser.add_argument(
            "--as-of", type=date.fromisoformat, metavar="YYYY-MM-DD",
            help="the day of the analysis; by default the last day that each partnership's feed covers",
        )  # fmt: skip

    def run(self, *, manufacturer: str, as_of: date | None, **_: Any) -> dict[str, Any]:
        started = time.monotonic()
        manufacturer_id = require_organisation(manufacturer, OrganisationKind.MANUFACTURER)
        with acting_as(worker(manufacturer_id)):
            partnerships = list_partnerships()
        runs = []
        for partnership in partnerships:
            if not partnership.is_direct:
                _analyse(partnership, partnership.distributor_id, as_of)
            runs.append(_analyse(partnership, manufacturer_id, as_of))
        seen = [run for run in runs if run is not None]
        return {
            "run": seen[-1].public_id if seen else None,
            "runs": [run.public_id for run in seen],
            "accounts": sum(run.accounts for run in seen),
            "signals": sum(run.signals for run in seen),
            "late": sum(run.late for run in seen),
            "seconds": round(time.monotonic() - started, 2),
        }


def _analyse(partnership: Partnership, audience_id: int, as_of: date | None) -> AnalysisRun | None:
    with acting_as(worker(audience_id)):
        return analyse_partnership(partnership.pk, as_of=as_of)
