"""What every page declares: the permission that it needs and the purpose for which it reads."""

from collections.abc import Callable
from functools import wraps
from typing import Concatenate, ParamSpec
from urllib.parse import unquote

from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest
from django.http.response import HttpResponseBase
from django.utils.cache import patch_cache_control

from partners.access.doors import NotFound
from partners.access.mirrors import look_through
from partners.organisations.login import Seat
from partners.organisations.roles import STEP_UP, Permission, require
from partners.organisations.support import live_accesses
from partners.tenancy.actors import Actor, Purpose
from partners.tenancy.context import acting_as, current_actor, forbid_writing
from portal.ui.session.freshness import require_fresh_factor

SAFE_METHODS = ("GET", "HEAD")
P = ParamSpec("P")
View = Callable[Concatenate[HttpRequest, P], HttpResponseBase]


def page(
    permission: Permission | None,
    purpose: Purpose = Purpose.RETENTION,
    *,
    mirrored: bool = False,
    step_up: bool = False,
) -> Callable[[View[P]], View[P]]:
    """A page for people with a seat: to the login without one, 403 without the permission, 404 for what is not theirs.

    `permission` None is for pages that belong to everybody with a seat. `mirrored` pages are also shown as a
    manufacturer sees them; the others are not there in a mirror, and nothing is changed in one. Writing on a page whose
    permission is one of `STEP_UP` wants a fresh second factor, and so does all of a page with `step_up` (an export).
    The view must return a rendered response: nothing is read after the actor has left.
    """

    def decorate(view: View[P]) -> View[P]:
        @wraps(view)
        def guarded(request: HttpRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
            seat: Seat | None = request.seat  # type: ignore[attr-defined]
            if seat is None and not request.user.is_authenticated:
                return redirect_to_login(request.get_full_path())
            if seat is None:
                raise PermissionDenied(
                    "You have no seat in any organisation. Ask your administrator for one."
                )
            _refuse_nul(request)
            try:
                if permission is not None:
                    require(permission)  # in one's own seat: a mirror widens no role
                request.live_support = list(live_accesses())  # type: ignore[attr-defined]
                reader = _reader(request, mirrored).for_purpose(purpose)
                if step_up or (permission in STEP_UP and request.method not in SAFE_METHODS):
                    require_fresh_factor(request)
                with acting_as(reader):
                    if reader.support:
                        forbid_writing()
                    if permission is not None:
                        require(permission)
                    response = view(request, *args, **kwargs)
            except NotFound as missing:
                raise Http404 from missing
            # What one person may see stays in no cache, not even behind the back button after leaving.
            patch_cache_control(response, no_store=True, private=True)
            return response

        guarded.page_permission = permission  # type: ignore[attr-defined]
        guarded.page_mirrored = mirrored  # type: ignore[attr-defined]
        guarded.page_step_up = step_up or permission in STEP_UP  # type: ignore[attr-defined]
        return guarded

    return decorate


def _refuse_nul(request: HttpRequest) -> None:
    """No id, name or word holds a NUL, and the database takes none."""
    if "\0" in unquote(request.get_full_path()):
        raise Http404


def _reader(request: HttpRequest, mirrored: bool) -> Actor:
    """Who reads this page: the person, or in a mirror the manufacturer as far as the person may look through it.

    A keeper of the installation looks at what is shown to nobody in particular: the pages that a mirror shows, too.
    """
    public_id: str | None = request.mirrored  # type: ignore[attr-defined]
    actor = current_actor()
    if actor.support and (public_id or not mirrored or request.method not in SAFE_METHODS):
        raise NotFound(actor.support)
    if public_id is None:
        return actor
    partnership, actor = look_through(public_id)
    if not mirrored or request.method not in SAFE_METHODS:
        raise NotFound(public_id)
    request.mirror = partnership  # type: ignore[attr-defined]
    return actor
