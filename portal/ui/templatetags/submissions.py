"""Files and their states, and numbers for machines."""

from collections.abc import Collection, Mapping

from django import template

from integrations.ingestion.models import Submission
from partners.agreements.models import Category
from portal.ui.submissions.found import MOVING

register = template.Library()


@register.filter
def submission(sources: Mapping[int, Submission], key: int) -> Submission | None:
    """The file behind a line, where it is in sight."""
    return sources.get(key)


@register.filter
def is_moving(submission: Submission) -> bool:
    """Whether something is being done with it at this moment."""
    return submission.state in MOVING


@register.filter
def unlocalised(value: int) -> str:
    """A number as HTML's attributes want it."""
    return str(value)


@register.filter
def in_order(categories: Collection[str]) -> list[str]:
    """Categories in their own order."""
    return [category.value for category in Category if category.value in categories]
