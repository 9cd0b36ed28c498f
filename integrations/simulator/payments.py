"""How the customers of one distributor pay: terms, habits, those who pay late and those who come to pay later.

Days are numbered from 0, the first day of the simulated period; NEVER is later than all of them.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from integrations.simulator.course import NEVER, RAMP, Decline, Period, iso
from integrations.simulator.trade import to_working_day

# Terms in days, and how many in a hundred accounts have them.
TERMS = {30: 50, 45: 30, 60: 20}
SOONEST_PAID = 2
# Days around the due date: the habit of an account, and the scatter of its invoices about that.
HABIT_SCATTER = 2.5
INVOICE_SCATTER = 4.0
# Now and then an invoice is queried, and waits some weeks.
QUERIED = 0.02
QUERY_DAYS = 20.0
# A late payer is late from the beginning, or comes to it in half a year.
LATE_THROUGHOUT = 0.5
LATE_BY = (10.0, 35.0)
DRIFT_STARTS = (150, 450)
DRIFT_DAYS = 180.0
# What a disengaging account is late by at the end of its fifth step.
SLOWER_BY = (15.0, 35.0)

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]


@dataclass(frozen=True)
class Habits:
    """How each account pays, arrays of one value an account.

    `terms` in days; `usual` days beyond them; from the day `late_from` on (NEVER for most) it comes to pay `late_by`
    days later still, fully so after `ramp` days.
    """

    terms: Ints
    usual: Floats
    late_by: Floats
    late_from: Floats
    ramp: Floats

    def beyond_terms(self, account: Ints, day: Ints) -> Floats:
        """Return the expected days beyond terms of invoices of these days."""
        late = (day - self.late_from[account]) / self.ramp[account]
        return self.usual[account] + self.late_by[account] * np.clip(late, 0.0, 1.0)


def draw_habits(rng: np.random.Generator, accounts: pd.DataFrame, decline: Decline) -> Habits:
    """Give each account its terms and its habit; accounts of the kind 'random' pay by chance alone."""
    count = len(accounts)
    kind = accounts["kind"].to_numpy()
    late, walker = kind == "late_payer", kind == "disengaging"
    throughout = rng.random(count) < LATE_THROUGHOUT
    drifts_from = rng.integers(*DRIFT_STARTS, count).astype(float)
    late_by, slower_by = rng.uniform(*LATE_BY, count), rng.uniform(*SLOWER_BY, count)
    return Habits(
        terms=rng.choice(list(TERMS), count, p=np.array(list(TERMS.values())) / 100),
        usual=np.where(kind == "random", 0.0, rng.normal(0, HABIT_SCATTER, count)),
        late_by=np.select([late, walker], [late_by, slower_by], 0.0),
        late_from=np.select(
            [late & throughout, late, walker], [-DRIFT_DAYS, drifts_from, decline.begins(5)], NEVER
        ),
        ramp=np.where(walker, RAMP * decline.spacing, DRIFT_DAYS),
    )


def draw_payments(
    rng: np.random.Generator, documents: pd.DataFrame, habits: Habits, period: Period
) -> pd.DataFrame:
    """Let every document be paid.

    Returns the documents with due and paid, as days; what is open at the end is paid on a day after the last one.
    A credit note is due at once, and is taken off the next payment of its account.
    """
    account, day = documents["account"].to_numpy(), documents["day"].to_numpy()
    credit = documents["credit"].to_numpy()
    due = np.where(credit, day, day + habits.terms[account])
    late = habits.beyond_terms(account, day) + rng.normal(0, INVOICE_SCATTER, len(day))
    late += np.where(rng.random(len(day)) < QUERIED, rng.exponential(QUERY_DAYS, len(day)), 0.0)
    paid = np.maximum(due + np.rint(late).astype(np.int64), day + SOONEST_PAID)
    paid = np.minimum(to_working_day(paid, period), period.days)
    paid[credit] = _next_payment(account[~credit], paid[~credit], account[credit], day[credit], period)
    return documents.assign(due=due, paid=paid)


def _next_payment(payer: Ints, paid: Ints, account: Ints, day: Ints, period: Period) -> Ints:
    """Return the first day from `day` on on which each account pays an invoice."""
    span = period.days + 1
    payments = np.append(np.sort(payer * span + paid), np.iinfo(np.int64).max)
    owner, found = np.divmod(payments[np.searchsorted(payments, account * span + day)], span)
    return np.where(owner == account, found, period.days)


def truth_of_habits(habits: Habits, period: Period) -> pd.DataFrame:
    """Tell how each account pays: terms_days, late_days, late_from.

    From late_from on an account comes to pay late_days later than its habit; blank and 0 for whom it never does.
    """
    begins = np.maximum(habits.late_from, 0)
    late_days = np.where(begins < period.days, np.rint(habits.late_by), 0).astype(np.int64)
    return pd.DataFrame(
        {"terms_days": habits.terms, "late_days": late_days, "late_from": iso(begins, period)}
    )
