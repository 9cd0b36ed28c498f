"""How an account is named, linked and placed, in templates."""

from django import template

from portal.telling.accounts import account_name, account_place, account_url, area_name, other_side

register = template.Library()

for tell in (account_name, account_place, other_side):
    register.filter(tell)
register.simple_tag(account_url)
register.simple_tag(area_name)
