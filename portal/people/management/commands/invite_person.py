"""manage.py invite_person E-MAIL --organisation SLUG --role ROLE [--reach REACH] [--name NAME]"""

from typing import Any

from django.core.management.base import CommandParser

from partners.access.invitations import invite_person
from partners.organisations.services import PeopleError
from partners.organisations.setup import SetupError, require_organisation, settle_administrator
from partners.tenancy.actors import Reach, Role
from partners.tenancy.commands import ReportingCommand
from partners.tenancy.context import acting_as
from portal.people.letters import hand_out


class Command(ReportingCommand):
    """Asked by the organisation's first administrator, as on the page."""

    help = "Invite somebody: sends the letter, or prints its link, this once, where no mail server is set."
    faults = (SetupError, PeopleError)

    def add_arguments(self, parser: CommandParser) -> None:
        super().add_arguments(parser)
        parser.add_argument("email", metavar="E-MAIL")
        parser.add_argument("--organisation", required=True, metavar="SLUG")
        parser.add_argument("--role", required=True, choices=[role.value for role in Role])
        parser.add_argument(
            "--reach", choices=[reach.value for reach in Reach], default=Reach.WHOLE.value,
            help="on what: the whole organisation (default), or what is given to them on the page of people",
        )  # fmt: skip
        parser.add_argument("--name", default="", help="by default what stands before the @")

    def run(
        self, *, email: str, organisation: str, role: str, reach: str, name: str, **_: Any
    ) -> dict[str, Any]:
        with acting_as(settle_administrator(require_organisation(organisation))):
            invitation = invite_person(email, name or email.partition("@")[0], Role(role), Reach(reach))
            handed_out = hand_out(invitation)
        return {**handed_out.told(), "role": role, "reach": reach}
