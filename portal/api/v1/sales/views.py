"""Sell-through in sight: line by line where that is granted, and by account and month."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from analytics.runs.paging import Cut, page_months
from partners.access.doors import AccountCard, find_cards
from partners.access.reach import accounts_in_reach
from partners.accounts.pseudonyms import line_key, token_for
from partners.agreements.models import Partnership
from partners.ledger.selectors import ReadLine, page_lines
from partners.organisations.roles import Permission
from partners.tenancy.actors import Scope
from portal.api.cursors import Page
from portal.api.fields import parse_months
from portal.api.schema import page_of
from portal.api.v1.accounts.views import of_account
from portal.api.v1.sales.serializers import LineSerializer, LinesQuery, MonthSerializer, MonthsQuery
from portal.api.views import ApiView, chosen_partnerships

READS = (Scope.SALES_READ, Permission.VIEW_ACCOUNTS)


@dataclass(frozen=True)
class NamedLine:
    """A line with an id of its own in this partnership, and the account that it counts for."""

    id: str
    line: ReadLine
    card: AccountCard


class Lines(ApiView):
    """The lines of one partnership."""

    reads = READS
    query = LinesQuery

    @extend_schema(operation_id="list_lines", parameters=[LinesQuery], responses=page_of(LineSerializer))
    def get(self, request: Request) -> Response:
        """List the live sell-through lines of a partnership, by account and month.

        A line that was restated or taken back is no longer listed; its id never comes back.
        """
        given = self.parameters()
        partnerships, account_id = of_account(chosen_partnerships(given["partnership"]), given["account"])
        (partnership,) = partnerships
        asked = self.asked(given, partnerships)
        first, last = parse_months(given)
        after = (asked.after[0], date.fromisoformat(asked.after[1]), asked.after[2]) if asked.after else None
        lines = page_lines(
            partnership,
            account_ids=_accounts(account_id),
            from_month=first,
            to_month=last,
            after=after,
            limit=asked.limit + 1,
        )
        page = asked.page(lines, lambda line: list(line.position))
        return self.page(Page(_name(partnership, page.rows), page.next), LineSerializer)


class Months(ApiView):
    """Months of accounts."""

    reads = READS
    query = MonthsQuery

    @extend_schema(operation_id="list_months", parameters=[MonthsQuery], responses=page_of(MonthSerializer))
    def get(self, request: Request) -> Response:
        """List the months of accounts: orders, units, breadth, and money where prices are shared."""
        given = self.parameters()
        partnerships, account_id = of_account(chosen_partnerships(given["partnership"]), given["account"])
        asked = self.asked(given, partnerships)
        first, last = parse_months(given)
        after = (asked.after[0], asked.after[1], date.fromisoformat(asked.after[2])) if asked.after else None
        cut = Cut(account_id=account_id, from_month=first, to_month=last)
        rows = page_months(partnerships, cut, after=after, limit=asked.limit + 1)
        return self.page(asked.page(rows, lambda row: list(row.position)), MonthSerializer)


def _accounts(account_id: int | None) -> list[int] | None:
    """The account that is asked for, else those that the caller reaches; None where reach does not stop at accounts."""
    if account_id is not None:
        return [account_id]
    held = accounts_in_reach()
    return None if held is None else list(held.values_list("pk", flat=True))


def _name(partnership: Partnership, lines: Sequence[ReadLine]) -> list[NamedLine]:
    """Ids that tell nothing of how many lines there are, and that no two partnerships have in common."""
    key = line_key(partnership.public_id, partnership.pseudonym_epoch)
    cards = find_cards([partnership], {line.account_id for line in lines})
    return [
        NamedLine(
            "lin_" + token_for(key, f"line {line.line_id}").removeprefix("cus_"),
            line,
            cards[partnership.pk, line.account_id],
        )
        for line in lines
        if (partnership.pk, line.account_id) in cards
    ]
