"""Break-glass: coming in by a link, being seen while one looks, and being ended."""

from django.contrib import messages
from django.contrib.auth import logout
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from partners.organisations.clients import digest_of
from partners.organisations.roles import Permission
from partners.organisations.support import Visit, end_access, find_visit, leave, list_accesses, open_visit
from portal.ui.middleware import VISIT
from portal.ui.pages import page

GONE = 410


@page(Permission.OVERSEE_SUPPORT)
def accesses(request: HttpRequest) -> HttpResponse:
    """Who looks at the organisation, who did, and at what."""
    return render(request, "support/accesses.html", {"accesses": list_accesses()})


@page(Permission.OVERSEE_SUPPORT)
def access_end(request: HttpRequest, public_id: str) -> HttpResponse:
    """POST: it opens nothing from the next click on."""
    if public_id not in {one.access.public_id for one in list_accesses()}:
        raise Http404
    if request.method == "POST" and end_access(public_id):
        messages.success(request, _("It is ended: it opens nothing from the next click on."))
    return redirect("support")


@never_cache
def enter(request: HttpRequest, words: str) -> HttpResponse:
    """The link: a question first, so that nothing that only looks at links uses it up; POST comes in."""
    digest = digest_of(words)
    if request.method == "POST" and open_visit(digest):
        logout(request)  # nobody looks as somebody else besides
        request.session[VISIT] = digest
        return redirect("home")
    visit = find_visit(digest)
    if visit is None or visit.is_opened:
        return render(request, "support/over.html", status=GONE)
    return render(request, "support/enter.html", {"seat": visit.seat})


@require_POST
def leave_now(request: HttpRequest) -> HttpResponse:
    """POST: the keeper is done."""
    visit: Visit | None = request.visit  # type: ignore[attr-defined]
    if visit is not None:
        leave(visit)
        request.session.flush()
    return redirect("login")
