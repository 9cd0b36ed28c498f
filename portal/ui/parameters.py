"""What an address may ask of a page: names and values from an allow-list, or 400 with a sentence."""

from collections.abc import Collection, Mapping

from django.core.exceptions import BadRequest
from django.http import HttpRequest
from django.utils.translation import gettext as _

MOST_DIGITS = 6  # of a page number


class UnknownParameter(BadRequest):
    """The address asks what the page does not offer; the message is for people."""


def read_parameters(
    request: HttpRequest, offered: Mapping[str, Collection[str] | None], many: Collection[str] = ()
) -> dict[str, str]:
    """The parameters that were given, each once and with a value on offer (None: any text).

    A name that the page does not offer at all, and one that it does not offer to this reader, are refused
    alike; a value is never repeated, so that a foreign one reads like an invented one. Those of `many` may be given
    more than once, and are left to the page's form.
    """
    given: dict[str, str] = {}
    for name, values in request.GET.lists():
        if name in many:
            continue
        if name not in offered:
            raise UnknownParameter(
                _("This page has no parameter of that name. It knows: %(names)s.")
                % {"names": ", ".join([*many, *offered])}
            )
        options = offered[name]
        if len(values) > 1 or (options is not None and values[0] not in {"", *options}):
            raise UnknownParameter(
                _("The parameter '%(name)s' has a value that this page does not offer.") % {"name": name}
            )
        if values[0]:
            given[name] = values[0]
    return given


def read_page_number(given: Mapping[str, str], pages: int) -> int:
    """The page asked for, from 1 to `pages`; the first where none is."""
    number = given.get("page", "1")
    if not number.isdecimal() or len(number) > MOST_DIGITS or not 1 <= int(number) <= max(pages, 1):
        raise UnknownParameter(
            _("There is no such page of this list: it has pages 1 to %(last)s.") % {"last": max(pages, 1)}
        )
    return int(number)
