"""manage.py forget_second_factor E-MAIL"""

from typing import Any

from allauth.mfa.models import Authenticator
from django.core.management.base import CommandError, CommandParser

from partners.audit.services import record
from partners.organisations.login import find_login, list_seats
from partners.tenancy.commands import ReportingCommand, require_owner
from partners.tenancy.context import acting_as


class Command(ReportingCommand):
    """For somebody who lost both app and recovery codes, once you are sure that it is they who ask."""

    help = "Take somebody's second factor and recovery codes away: their password alone lets them in then."

    def add_arguments(self, parser: CommandParser) -> None:
        super().add_arguments(parser)
        parser.add_argument("email", metavar="E-MAIL")

    def run(self, *, email: str, **_: Any) -> dict[str, Any]:
        require_owner()
        user = find_login(email)
        seats = list_seats(user.pk) if user else []
        if user is None or not seats:
            raise CommandError(f"Nobody with a seat has the e-mail '{email}'. Give that of a login.")
        with acting_as(seats[0].actor(user.pk)):
            kept, _kinds = Authenticator.objects.filter(user_id=user.pk).delete()
            record("login.factor_forgotten", user.public_id)
        return {"login": user.email, "forgotten": kept}
