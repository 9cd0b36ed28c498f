"""Coming, going, and choosing among one's own seats."""

from django.contrib.auth.views import LoginView
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_safe

from portal.ui.middleware import SEAT
from portal.ui.pages import page
from portal.ui.session.forms import LoginForm
from portal.ui.session.seats import find_seat


class Login(LoginView):
    """E-mail and password, through the gate."""

    authentication_form = LoginForm
    template_name = "session/login.html"
    redirect_authenticated_user = True


@page(None)
def choose_seat(request: HttpRequest) -> HttpResponse:
    """POST: work in another of one's own seats from now on."""
    if request.method == "POST":
        seat = find_seat(request, request.POST.get("seat", ""))
        if seat is None:
            raise Http404
        request.session[SEAT] = seat.membership_id
    return redirect("home")


@require_safe
def robots(request: HttpRequest) -> HttpResponse:
    """Nothing here is for search engines."""
    return HttpResponse("User-agent: *\nDisallow: /\n", content_type="text/plain")
