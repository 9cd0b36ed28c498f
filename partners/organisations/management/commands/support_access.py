"""manage.py support_access --organisation SLUG --as NAME --reason TEXT | --end"""

from typing import Any

from django.conf import settings
from django.core.management.base import CommandParser
from django.urls import reverse

from partners.organisations.setup import SetupError, require_organisation
from partners.organisations.support import SupportError, end_all, grant_support
from partners.tenancy.commands import ReportingCommand, require_owner


class Command(ReportingCommand):
    """Break-glass, for whoever has the owner's address: web and workers do not."""

    help = "Let somebody look at one organisation for an hour, read only: prints a link that opens once."
    faults = (SetupError, SupportError)

    def add_arguments(self, parser: CommandParser) -> None:
        super().add_arguments(parser)
        parser.add_argument("--organisation", required=True, metavar="SLUG")
        parser.add_argument(
            "--as", dest="name", default="", metavar="NAME", help="who looks; its people read it"
        )
        parser.add_argument("--reason", default="", metavar="TEXT", help="why; its people read it")
        parser.add_argument("--end", action="store_true", help="end every access to it that is live")

    def run(self, *, organisation: str, name: str, reason: str, end: bool, **_: Any) -> dict[str, Any]:
        require_owner()
        organisation_id = require_organisation(organisation)
        if end:
            return {"ended": end_all(organisation_id)}
        access, words = grant_support(organisation_id, name, reason)
        link = settings.PUBLIC_URL + reverse("support_enter", args=[words])
        return {"access": access.public_id, "link": link, "until": access.expires_at}
