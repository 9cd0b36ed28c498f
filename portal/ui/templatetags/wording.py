"""Numbers, money, dates and counts in templates: the filters are `portal.telling.wording`, under the same names."""

from django import template

from portal.telling import wording

register = template.Library()

for tell in (
    wording.money, wording.exact_money, wording.short_money, wording.in_currency, wording.number, wording.decimals,
    wording.short_number, wording.days, wording.percent, wording.change, wording.day, wording.moment, wording.month,
    wording.spelled, wording.spelled_within, wording.confidence, wording.basis, wording.word, wording.initials,
    wording.said, wording.freshness,
):  # fmt: skip
    register.filter(tell)
