"""What receipts say, for templates."""

from django import template

from portal.custody import wording

register = template.Library()
register.filter("about", wording.about)
register.filter("why", wording.why)
