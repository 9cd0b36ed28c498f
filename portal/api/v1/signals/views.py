"""What was found about accounts: signals, and the list of those that should have ordered."""

from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from analytics.runs.paging import Cut, get_signal, page_signals
from analytics.runs.selectors import LateOrder, list_late_orders
from partners.access.doors import list_partnerships
from partners.organisations.roles import Permission
from partners.tenancy.actors import Scope
from portal.api.schema import page_of
from portal.api.v1.accounts.views import of_account
from portal.api.v1.signals.serializers import LateOrderSerializer, LateQuery, SignalSerializer, SignalsQuery
from portal.api.views import ApiView, chosen_partnerships

READS = (Scope.SIGNALS_READ, Permission.VIEW_ACCOUNTS)


class Signals(ApiView):
    """Findings, in the order in which they were first found."""

    reads = READS
    query = SignalsQuery

    @extend_schema(
        operation_id="list_signals", parameters=[SignalsQuery], responses=page_of(SignalSerializer)
    )
    def get(self, request: Request) -> Response:
        """List signals: steps of the ladder, late and lapsed accounts, open and cleared."""
        given = self.parameters()
        partnerships, account_id = of_account(chosen_partnerships(given["partnership"]), given["account"])
        asked = self.asked(given, partnerships)
        cut = Cut(account_id=account_id, kind=given["kind"], state=given["state"])
        rows = page_signals(
            partnerships, cut, after=asked.after[0] if asked.after else None, limit=asked.limit + 1
        )
        return self.page(asked.page(rows, lambda row: [row.finding.pk]), SignalSerializer)


class OneSignal(ApiView):
    """One finding."""

    reads = READS

    @extend_schema(operation_id="get_signal", responses=SignalSerializer)
    def get(self, request: Request, signal: str) -> Response:
        """Read one signal."""
        return self.one(SignalSerializer(get_signal(list_partnerships(), signal)))


class LateOrders(ApiView):
    """Accounts that should have ordered by now."""

    reads = READS
    query = LateQuery

    @extend_schema(
        operation_id="list_late_orders", parameters=[LateQuery], responses=page_of(LateOrderSerializer)
    )
    def get(self, request: Request) -> Response:
        """List accounts that should have ordered by now, most at stake first."""
        given = self.parameters()
        partnerships = chosen_partnerships(given["partnership"])
        asked = self.asked(given, partnerships)
        rows = asked.after_in(list_late_orders(partnerships), _place)
        return self.page(asked.page(rows, _place), LateOrderSerializer)


def _place(row: LateOrder) -> list[str | int]:
    """Its place in a list that each run puts in order anew: after another day's run it is there no longer."""
    return [row.finding_id, row.days_late]
