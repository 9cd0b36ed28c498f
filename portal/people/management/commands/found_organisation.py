"""manage.py found_organisation SLUG --kind KIND --name NAME --administrator E-MAIL"""

import re
from typing import Any

from django.core.management.base import CommandParser
from django.db import transaction

from partners.access.invitations import invite_person
from partners.organisations.login import find_organisation
from partners.organisations.models import OrganisationKind
from partners.organisations.services import (
    Particulars,
    PeopleError,
    check_particulars,
    found_organisation,
)
from partners.organisations.setup import SetupError
from partners.tenancy.actors import Reach, Role, founder
from partners.tenancy.commands import ReportingCommand
from partners.tenancy.context import acting_as
from portal.people.letters import hand_out


class Command(ReportingCommand):
    """The operator's way for an organisation to come in; a partner's is the page on which it invites one."""

    help = "Found an organisation and invite its first administrator."
    faults = (SetupError, PeopleError)

    def add_arguments(self, parser: CommandParser) -> None:
        super().add_arguments(parser)
        parser.add_argument("slug", metavar="SLUG", help="by which commands name it")
        parser.add_argument("--kind", required=True, choices=OrganisationKind.values)
        parser.add_argument("--name", required=True)
        parser.add_argument("--administrator", required=True, metavar="E-MAIL")
        parser.add_argument("--country", default="US", help="two letters, default US")
        parser.add_argument("--time-zone", default="UTC", help="as in Europe/Berlin, default UTC")
        parser.add_argument("--currency", default="USD", help="three letters, default USD")

    @transaction.atomic
    def run(
        self,
        *,
        slug: str,
        kind: str,
        name: str,
        administrator: str,
        country: str,
        time_zone: str,
        currency: str,
        **_: Any,
    ) -> dict[str, Any]:
        given = check_particulars(Particulars(name, country, time_zone, currency))
        if not re.fullmatch("[a-z0-9-]{1,60}", slug):
            raise SetupError(f"'{slug}' is no slug. Give small letters, digits and hyphens, at most 60.")
        if find_organisation(slug) is not None:
            raise SetupError(f"The slug '{slug}' is taken. Give another one.")
        founded = found_organisation(
            slug,
            OrganisationKind(kind),
            given.name,
            country=given.country,
            time_zone=given.time_zone,
            currency=given.currency,
        )
        with acting_as(founder(founded.pk)):
            first = administrator.partition("@")[0]
            invitation = invite_person(administrator, first, Role.ADMINISTRATOR, Reach.WHOLE)
            handed_out = hand_out(invitation)
        return {"organisation": founded.public_id, "slug": slug, **handed_out.told()}
