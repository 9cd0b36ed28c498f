"""What can be sent: every feed with its fields, and an empty file for each."""

from collections.abc import Iterator

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from integrations.ingestion.reading import FEEDS, Field
from integrations.ingestion.templates import TYPES, write_csv, write_xlsx
from partners.organisations.roles import Permission
from portal.telling.words import CATEGORIES, FIELDS, REQUIREMENTS, VALUES
from portal.ui.pages import page
from portal.ui.parameters import UnknownParameter, read_parameters

ALIASES = 4  # usual headings shown beside the plain one


@page(Permission.VIEW_SUBMISSIONS)
def feeds(request: HttpRequest) -> HttpResponse:
    """Every feed: what it says, which fields it has, and by what headings they go."""
    shown = [(feed, [(field, field.aliases[:ALIASES]) for field in feed.fields]) for feed in FEEDS.values()]
    return render(request, "submissions/feeds.html", {"feeds": shown})


@page(Permission.VIEW_SUBMISSIONS)
def feed_template(request: HttpRequest) -> HttpResponse:
    """An empty file to fill in, of a `feed` and a `kind`."""
    given = read_parameters(request, {"feed": FEEDS, "kind": TYPES})
    if len(given) < 2:
        raise UnknownParameter(_("Say of which feed, and whether as csv or xlsx."))
    feed, kind = given["feed"], given["kind"]
    content = write_csv(feed) if kind == "csv" else write_xlsx(feed, _legend(feed))
    return HttpResponse(
        content,
        content_type=TYPES[kind],
        headers={"Content-Disposition": f'attachment; filename="{feed}.{kind}"'},
    )


def _legend(feed: str) -> Iterator[list[str]]:
    yield [_("Heading"), _("What it holds"), _("Kind"), _("Needed"), _("Shared with")]
    for field in FEEDS[feed].fields:
        yield [field.key, *_told(field)]


def _told(field: Field) -> list[str]:
    return [
        str(FIELDS[field.key]),
        str(VALUES[field.kind]),
        str(REQUIREMENTS[field.requirement]),
        str(CATEGORIES[field.category]),
    ]
