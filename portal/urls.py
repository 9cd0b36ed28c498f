"""Every address of the portal."""

from django.contrib.auth.views import LogoutView
from django.urls import URLPattern, URLResolver, include, path
from django.views.i18n import set_language

from portal.ui.accounts import views as accounts
from portal.ui.definitions import views as definitions
from portal.ui.home import views as home
from portal.ui.partnerships import views as partnerships
from portal.ui.session import views as session
from portal.ui.submissions import views as submissions

SUBMISSION = [
    path("", submissions.submission, name="submission"),
    path("progress/", submissions.submission_progress, name="submission_progress"),
    path("mapping/", submissions.submission_mapping, name="submission_mapping"),
    path("commit/", submissions.submission_commit, name="submission_commit"),
    path("discard/", submissions.submission_discard, name="submission_discard"),
    path("undo/", submissions.submission_undo, name="submission_undo"),
]
urlpatterns: list[URLPattern | URLResolver] = [
    path("", home.home, name="home"),
    path("login/", session.Login.as_view(), name="login"),
    path("logout/", LogoutView.as_view(next_page="login"), name="logout"),
    path("seat/", session.choose_seat, name="seat"),
    path("language/", set_language, name="language"),
    path("robots.txt", session.robots, name="robots"),
    path("accounts/", accounts.accounts, name="accounts"),
    path("accounts/<str:ref>/", accounts.account, name="account"),
    path("partnerships/", partnerships.partnerships, name="partnerships"),
    path("submissions/", submissions.submissions, name="submissions"),
    path("submissions/new/", submissions.submission_new, name="submission_new"),
    path("submissions/<str:public_id>/", include(SUBMISSION)),
    path("definitions/", definitions.definitions, name="definitions"),
]

handler400 = "portal.ui.errors.bad_request"
handler403 = "portal.ui.errors.permission_denied"
handler404 = "portal.ui.errors.not_found"
