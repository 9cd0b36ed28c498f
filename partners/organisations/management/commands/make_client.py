"""manage.py make_client NAME --organisation SLUG --owner E-MAIL [--scopes SCOPE ...] [--secret] [--days N]"""

from typing import Any

from django.core.management.base import CommandParser

from partners.organisations.clients import ClientError, list_possible_owners, make_client
from partners.organisations.models import ApiCredential
from partners.organisations.setup import SetupError, require_organisation, settle_administrator
from partners.tenancy.actors import Scope
from partners.tenancy.commands import ReportingCommand
from partners.tenancy.context import acting_as


class Command(ReportingCommand):
    """Makes a client of the interface; made by the organisation's first administrator, as on the page."""

    help = "Let a partner system in: prints its key or secret, this once."
    faults = (SetupError, ClientError)

    def add_arguments(self, parser: CommandParser) -> None:
        super().add_arguments(parser)
        parser.add_argument("name", help="what the system is called")
        parser.add_argument("--organisation", required=True, metavar="SLUG")
        parser.add_argument("--owner", required=True, metavar="E-MAIL", help="in whose name it acts")
        parser.add_argument(
            "--scopes", nargs="+", metavar="SCOPE", choices=[scope.value for scope in Scope],
            default=[scope.value for scope in Scope if scope.value.endswith(":read")],
            help=f"by default those that read; of {', '.join(scope.value for scope in Scope)}",
        )  # fmt: skip
        parser.add_argument(
            "--secret", action="store_true", help="a secret for OAuth 2 client credentials instead of a key"
        )
        parser.add_argument("--days", type=int, default=90, help="how long it is good, default 90")

    def run(
        self,
        *,
        name: str,
        organisation: str,
        owner: str,
        scopes: list[str],
        secret: bool,
        days: int,
        **_: Any,
    ) -> dict[str, Any]:
        kind = ApiCredential.Kind.SECRET if secret else ApiCredential.Kind.KEY
        with acting_as(settle_administrator(require_organisation(organisation))):
            seats = [
                seat for seat in list_possible_owners() if seat.user.email.casefold() == owner.casefold()
            ]
            if not seats:
                raise ClientError(
                    f"Nobody of '{organisation}' has the e-mail '{owner}'. Give that of somebody with a seat there."
                )
            client, words = make_client(name, seats[0].user, [Scope(scope) for scope in scopes], kind, days)
        return {"client": client.public_id, kind.value: words, "owner": owner, "scopes": scopes, "days": days}
