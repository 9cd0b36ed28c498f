"""Destroying what was computed of a partnership, for whichever audience."""

from collections import Counter

from analytics.runs.services import OUTCOMES
from partners.agreements.models import Partnership
from partners.tenancy.actors import Purpose, sweeper
from partners.tenancy.context import acting_as


def erase_outcomes(partnership: Partnership) -> Counter[str]:
    """All of both sides, each swept away in its audience's name: a wall that let others in would find no index."""
    gone: Counter[str] = Counter()
    for audience_id in dict.fromkeys((partnership.distributor_id, partnership.manufacturer_id)):
        for purpose in Purpose:
            with acting_as(sweeper(audience_id).for_purpose(purpose)):
                for model in OUTCOMES:
                    outcomes = model._default_manager.filter(partnership_id=partnership.pk)
                    gone[model._meta.db_table] += outcomes.delete()[0]
    return gone
