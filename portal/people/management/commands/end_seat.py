"""manage.py end_seat E-MAIL --organisation SLUG [--successor E-MAIL]"""

from typing import Any

from django.core.management.base import CommandParser

from partners.organisations.models import Membership
from partners.organisations.selectors import present_seats
from partners.organisations.services import PeopleError
from partners.organisations.setup import SetupError, require_organisation, settle_administrator
from partners.tenancy.commands import ReportingCommand
from partners.tenancy.context import acting_as
from portal.people.leaving import leave


class Command(ReportingCommand):
    """Ended by the organisation's first administrator, as on the page."""

    help = "End somebody's seat at once, and hand what was theirs to a successor."
    faults = (SetupError, PeopleError)

    def add_arguments(self, parser: CommandParser) -> None:
        super().add_arguments(parser)
        parser.add_argument("email", metavar="E-MAIL")
        parser.add_argument("--organisation", required=True, metavar="SLUG")
        parser.add_argument(
            "--successor", metavar="E-MAIL", help="without one, it waits on the page of people"
        )

    def run(self, *, email: str, organisation: str, successor: str | None, **_: Any) -> dict[str, Any]:
        with acting_as(settle_administrator(require_organisation(organisation))):
            heir = _seat(successor, organisation).public_id if successor else ""
            moved = leave(_seat(email, organisation).public_id, heir)
        return {"ended": email, "successor": successor, "handed_over": sum(vars(moved).values())}


def _seat(email: str, organisation: str) -> Membership:
    found = present_seats().filter(user__email__iexact=email).first()
    if found is None:
        raise PeopleError(
            f"Nobody of '{organisation}' has the e-mail '{email}'. Give that of somebody with a seat there."
        )
    return found
