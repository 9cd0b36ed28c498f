"""Partnerships, and the accounts in sight and reach."""

from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from analytics.runs.areas import list_areas
from analytics.runs.reading import latest_runs
from analytics.runs.selectors import get_account_row, page_accounts
from partners.access.doors import (
    AccountCard,
    NotFound,
    list_cards_of,
    list_partnerships,
    list_shared_categories,
)
from partners.agreements.models import Category, Granularity, Partnership
from partners.organisations.roles import Permission
from partners.tenancy.actors import Scope
from portal.api.cursors import Page
from portal.api.problems import BadParameter
from portal.api.schema import page_of
from portal.api.v1.accounts.serializers import (
    AccountSerializer,
    AccountsQuery,
    AreaSerializer,
    AreasQuery,
    PartnershipQuery,
    PartnershipSerializer,
)
from portal.api.views import ApiView, chosen_partnerships
from portal.telling.levels import losses

Met = list[tuple[Partnership, AccountCard]]
NOT_MET = "The parameter 'partnership' names none in which this account is met."
NO_SUCH_ACCOUNT = "The parameter 'account' names none that you have."


class Partnerships(ApiView):
    """The partnerships of the caller's organisation."""

    reads = (Scope.ACCOUNTS_READ, Permission.VIEW_PARTNERSHIPS)

    @extend_schema(operation_id="list_partnerships", responses=page_of(PartnershipSerializer))
    def get(self, request: Request) -> Response:
        """List your partnerships: with whom, how they stand, and what is shared.

        All of them at once: `next` is always null.
        """
        found = list_partnerships()
        shared = list_shared_categories(found)
        runs = latest_runs({one.pk: one for one in found})
        levels = {key: run.levels for key, run in runs.items()}
        rows = [
            {
                "partnership": one,
                "shared": [category for category in Category if category in shared[one.pk]],
                "seen_by": [level.name.lower() for level in Granularity if level in levels.get(one.pk, [])],
                "losses": losses(levels.get(one.pk, [])),
            }
            for one in found
        ]
        return self.page(Page(rows, None), PartnershipSerializer)


class Accounts(ApiView):
    """The accounts in sight and reach that ever ordered."""

    reads = (Scope.ACCOUNTS_READ, Permission.VIEW_ACCOUNTS)
    query = AccountsQuery

    @extend_schema(
        operation_id="list_accounts", parameters=[AccountsQuery], responses=page_of(AccountSerializer)
    )
    def get(self, request: Request) -> Response:
        """List accounts with how they stand: rhythm, ladder, twelve months.

        An account that is met in several partnerships stands once for each. Keys of what is not shared are absent.
        """
        given = self.parameters()
        partnerships = chosen_partnerships(given["partnership"])
        asked = self.asked(given, partnerships)
        rows = page_accounts(
            partnerships,
            after=asked.after[0] if asked.after else "",
            limit=asked.limit + 1,
            judgement=given["standing"].replace("-", " "),
        )
        return self.page(asked.page(rows, lambda row: [row.card.token]), AccountSerializer)


class Areas(ApiView):
    """The postcode areas of what no account is told apart in."""

    reads = (Scope.ACCOUNTS_READ, Permission.VIEW_ACCOUNTS)
    query = AreasQuery

    @extend_schema(operation_id="list_areas", parameters=[AreasQuery], responses=page_of(AreaSerializer))
    def get(self, request: Request) -> Response:
        """List postcode areas with their units by family, the year before, and their steps of the ladder.

        Of what is shared no finer: what is shared by account is among the accounts, and nothing is in both.
        """
        given = self.parameters()
        partnerships = chosen_partnerships(given["partnership"])
        asked = self.asked(given, partnerships)
        found = list_areas(partnerships, latest_runs({one.pk: one for one in partnerships}))
        rows = sorted(found, key=lambda row: row.place)
        if asked.after:
            rows = [row for row in rows if list(row.place) > asked.after]
        return self.page(asked.page(rows, lambda row: list(row.place)), AreaSerializer)


class Account(ApiView):
    """One account."""

    reads = (Scope.ACCOUNTS_READ, Permission.VIEW_ACCOUNTS)
    query = PartnershipQuery

    @extend_schema(operation_id="get_account", parameters=[PartnershipQuery], responses=AccountSerializer)
    def get(self, request: Request, account: str) -> Response:
        """Read one account, in the partnership that is named or else in the first in which it is met."""
        found = met_in(list_cards_of(account), self.parameters()["partnership"])
        if found is None:
            raise BadParameter("partnership", NOT_MET)
        row = get_account_row(*found)
        if row is None:
            raise NotFound(account)
        return self.one(AccountSerializer(row))


def met_in(met: Met, wanted: str) -> tuple[Partnership, AccountCard] | None:
    """An account in the partnership that is named, or else in the first in which it is met; None where in none."""
    return next((found for found in met if wanted in ("", found[0].public_id)), None)


def of_account(partnerships: list[Partnership], ref: str) -> tuple[list[Partnership], int | None]:
    """The partnerships among these in which it is met, and its internal id; all and None where none is named."""
    if not ref:
        return partnerships, None
    wanted = {one.pk for one in partnerships}
    try:
        met = [(one, card) for one, card in list_cards_of(ref) if one.pk in wanted]
    except NotFound:
        met = []
    if not met:
        raise BadParameter("account", NO_SUCH_ACCOUNT)
    return [one for one, _ in met], met[0][1].account_id
