"""Destroying what was computed of a partnership, for whichever audience."""

from collections import Counter

from analytics.runs.services import OUTCOMES
from partners.agreements.models import Partnership


def erase_outcomes(partnership: Partnership) -> Counter[str]:
    """All of them; the acting eraser's organisation is the distributor whose data is behind them."""
    return Counter(
        {
            model._meta.db_table: model._default_manager.filter(partnership_id=partnership.pk).delete()[0]
            for model in OUTCOMES
        }
    )
