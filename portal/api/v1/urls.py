"""The addresses of the interface's first version."""

from django.urls import URLPattern, URLResolver, path

from portal.api.reference import reference
from portal.api.schema import openapi
from portal.api.v1.accounts.views import Account, Accounts, Areas, Partnerships
from portal.api.v1.clients.views import Caller, token
from portal.api.v1.follow_ups.views import (
    Comments,
    FollowUp,
    FollowUps,
    FollowUpSharing,
    FollowUpState,
    Owners,
)
from portal.api.v1.sales.views import Lines, Months
from portal.api.v1.signals.views import LateOrders, OneSignal, Signals
from portal.api.v1.submissions.views import Commit, Discard, OneSubmission, Rows, Submissions

FOLLOW_UP, SUBMISSION = "api/v1/follow-ups/<str:follow_up>", "api/v1/submissions/<str:submission>"
urlpatterns: list[URLPattern | URLResolver] = [
    path("api/v1/openapi.json", openapi, name="api_openapi"),
    path("api/v1/reference", reference, name="api_reference"),
    path("api/v1/oauth/token", token, name="api_token"),
    path("api/v1/me", Caller.as_view(), name="api_caller"),
    path("api/v1/partnerships", Partnerships.as_view(), name="api_partnerships"),
    path("api/v1/accounts", Accounts.as_view(), name="api_accounts"),
    path("api/v1/accounts/<str:account>", Account.as_view(), name="api_account"),
    path("api/v1/areas", Areas.as_view(), name="api_areas"),
    path("api/v1/lines", Lines.as_view(), name="api_lines"),
    path("api/v1/months", Months.as_view(), name="api_months"),
    path("api/v1/signals", Signals.as_view(), name="api_signals"),
    path("api/v1/signals/<str:signal>", OneSignal.as_view(), name="api_signal"),
    path("api/v1/late-orders", LateOrders.as_view(), name="api_late_orders"),
    path("api/v1/owners", Owners.as_view(), name="api_owners"),
    path("api/v1/follow-ups", FollowUps.as_view(), name="api_follow_ups"),
    path(FOLLOW_UP, FollowUp.as_view(), name="api_follow_up"),
    path(f"{FOLLOW_UP}/state", FollowUpState.as_view(), name="api_follow_up_state"),
    path(f"{FOLLOW_UP}/sharing", FollowUpSharing.as_view(), name="api_follow_up_sharing"),
    path(f"{FOLLOW_UP}/comments", Comments.as_view(), name="api_comments"),
    path("api/v1/submissions", Submissions.as_view(), name="api_submissions"),
    path(SUBMISSION, OneSubmission.as_view(), name="api_submission"),
    path(f"{SUBMISSION}/rows", Rows.as_view(), name="api_rows"),
    path(f"{SUBMISSION}/commit", Commit.as_view(), name="api_commit"),
    path(f"{SUBMISSION}/discard", Discard.as_view(), name="api_discard"),
]
