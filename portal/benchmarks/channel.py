"""A channel of any size for benchmarks, made of whole sets in the shape that the services leave it in.

One maker, and distributors whose agreements differ: of ten, one shares nothing, five all, two half of the families,
two the last year. What no measured query reads is left out (documents, held cells).
"""

from collections.abc import Callable
from dataclasses import dataclass

from django.db import connections, transaction

from partners.tenancy.router import OWNER

MAKER = 1
CHUNK = 1_000_000
FAMILIES, PRODUCTS, MONTHS = 12, 240, 24

_ORGANISATIONS = """
INSERT INTO organisations_organisation (id, public_id, kind, slug, name, country, time_zone, currency, created_at)
SELECT n, 'org_' || n, CASE n WHEN 1 THEN 'manufacturer' ELSE 'distributor' END, 'organisation-' || n,
       'Organisation ' || n, 'US', 'UTC', 'USD', now()
FROM generate_series(1, %(distributors)s + 1) n
"""
_PARTNERSHIPS = """
INSERT INTO agreements_partnership
    (id, public_id, manufacturer_id, distributor_id, state, epoch, pseudonym_epoch, started_at)
SELECT n, 'ptn_' || n, 1, n + 1, 'active', 1, 1, now() FROM generate_series(1, %(distributors)s) n
"""
_CELLS = """
INSERT INTO agreements_grantedcell
    (partnership_id, manufacturer_id, distributor_id, category, family_id, month, granularity, purposes)
SELECT p.id, 1, p.distributor_id, c.category, f, (date '2024-01-01' + m * interval '1 month')::date, 3, 31
FROM agreements_partnership p
CROSS JOIN (VALUES ('volume'), ('price'), ('identity')) c (category)
CROSS JOIN generate_series(1, %(families)s) f CROSS JOIN generate_series(0, %(months)s - 1) m
WHERE CASE WHEN p.id %% 10 = 0 THEN false WHEN p.id %% 10 IN (6, 7) THEN f * 2 <= %(families)s
      WHEN p.id %% 10 IN (8, 9) THEN m >= 12 ELSE true END
  AND (c.category <> 'identity' OR p.id %% 2 = 1)
"""
_ACCOUNTS = """
INSERT INTO accounts_account (id, organisation_id, account_type, industry, country, postcode_area)
SELECT n, 2 + (n - 1) %% %(distributors)s, 'Shop', 'Trade', 'US', (100 + n %% 900)::text
FROM generate_series(1, %(accounts)s) n;
INSERT INTO accounts_accountidentity
    (account_id, organisation_id, public_id, code, name, street, city, region, postcode, created_at)
SELECT id, organisation_id, 'acc_' || md5(id::text), 'C' || id, 'Customer ' || id, id || ' Main Street', 'Seattle',
       'WA', '98104', now() FROM accounts_account;
INSERT INTO accounts_accounthandle (partnership_id, manufacturer_id, distributor_id, account_id, epoch, token, given_at)
SELECT organisation_id - 1, 1, organisation_id, id, 1, 'cus_' || left(md5('handle ' || id), 24), now()
FROM accounts_account;
INSERT INTO agreements_grantedaccount
    (partnership_id, manufacturer_id, distributor_id, category, account_id, seen_until, purposes)
SELECT g.partnership_id, 1, g.distributor_id, g.category, a.id, '9999-12-31', 31
FROM (SELECT DISTINCT partnership_id, distributor_id, category FROM agreements_grantedcell) g
JOIN accounts_account a ON a.organisation_id = g.distributor_id WHERE g.category <> 'price'
"""
# For the maker, where it sees something, and for each distributor itself.
_OUTCOMES = """
CREATE TEMP TABLE audience AS
SELECT a.id AS account_id, h.partnership_id, h.distributor_id, o.id AS audience_id
FROM accounts_account a JOIN accounts_accounthandle h ON h.account_id = a.id
JOIN organisations_organisation o ON o.id = a.organisation_id OR (o.id = 1 AND h.partnership_id %% 10 <> 0);
INSERT INTO runs_analysisrun (audience_id, purpose, partnership_id, distributor_id, epoch, public_id, as_of, known_at,
    finished_at, accounts, signals, late, is_latest, sight, levels)
SELECT audience_id, 1, partnership_id, distributor_id, 1, 'run_' || audience_id || '_' || partnership_id,
    '2025-12-31', now(), now(), count(*), 0, 0, true, '', '{3}'
FROM audience GROUP BY audience_id, partnership_id, distributor_id;
INSERT INTO runs_standing (audience_id, purpose, partnership_id, distributor_id, epoch, account_id, judgement, orders,
    first_order_on, last_order_on, first_month, last_month, gaps_used, gaps_window, present_gap)
SELECT audience_id, 1, partnership_id, distributor_id, 1, account_id, 'as usual', 24, '2024-01-01', '2025-12-01',
    '2024-01-01', '2025-12-01', 23,
    'all', 30 FROM audience;
INSERT INTO runs_standingmoney (audience_id, purpose, partnership_id, distributor_id, epoch, account_id, currency,
    order_value, net_at_stake)
SELECT audience_id, 1, partnership_id, distributor_id, 1, account_id, 'USD', 100, 0 FROM audience;
INSERT INTO runs_standingprofit (audience_id, purpose, partnership_id, distributor_id, epoch, account_id, margin_rate,
    profit_at_stake)
SELECT audience_id, 1, partnership_id, distributor_id, 1, account_id, 0.3, 0 FROM audience;
INSERT INTO runs_finding (audience_id, purpose, partnership_id, distributor_id, epoch, public_id, account_id, kind,
    first_seen_on, state, run_id, value, baseline, threshold, deviation, confidence)
SELECT audience_id, 1, partnership_id, distributor_id, 1, 'fnd_' || audience_id || '_' || account_id, account_id,
    'should_have_ordered', '2025-12-20', 'open', 1, 30, 20, 25, 2, 0.9 FROM audience WHERE account_id %% 10 = 0;
INSERT INTO runs_volumefact (audience_id, purpose, partnership_id, distributor_id, epoch, account_id, month, orders,
    units, returned_units, products, families)
SELECT audience_id, 1, partnership_id, distributor_id, 1, account_id,
    (date '2024-01-01' + m * interval '1 month')::date, 1, 10 + account_id %% 90, 0, 3, 2
FROM audience CROSS JOIN generate_series(0, %(months)s - 1) m WHERE (account_id + m) %% 3 = 0;
INSERT INTO runs_moneyfact (audience_id, purpose, partnership_id, distributor_id, epoch, account_id, month, currency,
    lines, gross_revenue, gross_is_net, list_value, net_of_listed, returned_value, net_revenue, freight)
SELECT audience_id, 1, partnership_id, distributor_id, 1, account_id, month, 'USD', 3, units * 10, 0, units * 12,
    units * 10, 0, units * 10, 0 FROM runs_volumefact;
DROP TABLE audience
"""
# A distributor's lines lie together, as its files bring them.
_LINES = """
INSERT INTO ledger_line (id, partnership_id, distributor_id, document_id, line_key, content, ordinal, account_id,
    product_id, family_id, business_date, month, kind, quantity, submission_id, source_row, recorded_at)
SELECT n, p, p + 1, n / 3, 1 + n %% 3, n, 1, p + %(distributors)s * ((n / 100) %% (%(accounts)s / %(distributors)s)),
    1 + n %% %(products)s, 1 + n %% %(families)s, month + (n %% 28)::int, month, 'sale', 1 + n %% 9, 1, n %% 1000000,
    now()
FROM (SELECT n, 1 + (n - 1) * %(distributors)s / %(lines)s AS p,
      (date '2024-01-01' + (n * 7919 / 97) %% %(months)s * interval '1 month')::date AS month
      FROM generate_series(%(from)s::bigint, %(to)s::bigint) n) s
"""


@dataclass(frozen=True)
class Size:
    """How large a channel. Accounts are spread evenly over distributors, and lines over accounts."""

    accounts: int
    lines: int
    distributors: int

    def __post_init__(self) -> None:
        """Raise `ValueError` for a channel that cannot be made."""
        if not 10 <= self.distributors <= self.accounts:
            raise ValueError(
                f"{self.distributors} distributors for {self.accounts} accounts: give at least 10 distributors"
                " (each shares something else), and an account for each."
            )
        if self.lines < self.accounts:
            raise ValueError(f"{self.lines} lines for {self.accounts} accounts: give at least one for each.")


def build(size: Size, say: Callable[[str], None]) -> None:
    """Fill the empty database behind the owner's alias; `say` is told of each step."""
    numbers = {**vars(size), "families": FAMILIES, "products": PRODUCTS, "months": MONTHS}
    say(f"Making {size.distributors} distributors and {size.accounts:,} accounts")
    with transaction.atomic(using=OWNER):
        for statements in (_ORGANISATIONS, _PARTNERSHIPS, _CELLS, _ACCOUNTS):
            _execute(statements, numbers)
    say("Making what was computed about them, for both sides")
    with transaction.atomic(using=OWNER):
        _execute(_OUTCOMES, numbers)
    _execute("ALTER TABLE ledger_line SET UNLOGGED", {})  # it lives for minutes
    for start in range(1, size.lines + 1, CHUNK):
        say(f"Making lines {start:,} and on, of {size.lines:,}")
        _execute(_LINES, {**numbers, "from": start, "to": min(start + CHUNK - 1, size.lines)})
    say("Counting them for the planner")
    _execute("VACUUM (ANALYZE)", {})


def _execute(statements: str, numbers: dict[str, int]) -> None:
    with connections[OWNER].cursor() as cursor:
        for statement in statements.split(";"):
            cursor.execute(statement, numbers or None)
