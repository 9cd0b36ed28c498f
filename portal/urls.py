"""Every address of the portal."""

from django.contrib.auth.views import LogoutView
from django.urls import URLPattern, URLResolver, include, path
from django.views.i18n import set_language

from portal.operations import views as operations
from portal.ui.accounts import views as accounts
from portal.ui.arrival import views as arrival
from portal.ui.clients import views as clients
from portal.ui.custody import views as custody
from portal.ui.definitions import views as definitions
from portal.ui.follow_ups import views as follow_ups
from portal.ui.home import views as home
from portal.ui.live import views as live
from portal.ui.organisation import views as organisation
from portal.ui.partnerships import views as partnerships
from portal.ui.people import views as people
from portal.ui.reports import views as reports
from portal.ui.session import views as session
from portal.ui.session import yours
from portal.ui.sharing import views as sharing
from portal.ui.submissions import correcting, feeds
from portal.ui.submissions import views as submissions
from portal.ui.support import views as support

SUBMISSION = [
    path("", submissions.submission, name="submission"),
    path("progress/", submissions.submission_progress, name="submission_progress"),
    path("mapping/", submissions.submission_mapping, name="submission_mapping"),
    path("commit/", submissions.submission_commit, name="submission_commit"),
    path("discard/", submissions.submission_discard, name="submission_discard"),
    path("undo/", submissions.submission_undo, name="submission_undo"),
    path("quarantine/", correcting.submission_quarantine, name="submission_quarantine"),
    path("quarantine.csv", correcting.submission_quarantine_file, name="submission_quarantine_file"),
]
FOLLOW_UP = [
    path("", follow_ups.follow_up, name="follow_up"),
    path("plan/", follow_ups.follow_up_plan, name="follow_up_plan"),
    path("comment/", follow_ups.follow_up_comment, name="follow_up_comment"),
    path("state/", follow_ups.follow_up_state, name="follow_up_state"),
    path("share/", follow_ups.follow_up_share, name="follow_up_share"),
]
SHARING = [
    path("", sharing.sharing, name="sharing"),
    path("readings/", sharing.sharing_readings, name="sharing_readings"),
    path("change/", sharing.sharing_change, name="sharing_change"),
    path("preview/", sharing.sharing_preview, name="sharing_preview"),
    path("grant/", sharing.sharing_grant, name="sharing_grant"),
    path("state/", sharing.sharing_state, name="sharing_state"),
    path("propose/", sharing.sharing_propose, name="sharing_propose"),
    path("proposals/<str:proposal_id>/", sharing.sharing_answer, name="sharing_answer"),
    path("grants/<str:grant_id>/stop/", sharing.sharing_stop, name="sharing_stop"),
]
PERSON = [
    path("", people.person, name="person"),
    path("place/", people.person_place, name="person_place"),
    path("held/", people.person_held, name="person_held"),
    path("end/", people.person_end, name="person_end"),
    path("hand-over/", people.person_hand_over, name="person_hand_over"),
]
INVITED = [
    path("", people.invited, name="invited"),
    path("held/", people.invited_held, name="invited_held"),
    path("send/", people.invited_send, name="invited_send"),
    path("take-back/", people.invited_take_back, name="invited_take_back"),
]
# The names are those by which allauth knows its pages.
LOGIN = [
    path("login/", session.Login.as_view(), name="account_login"),
    path("login/second-step/", session.SecondStep.as_view(), name="mfa_authenticate"),
    path("login/password/", yours.password_again, name="account_reauthenticate"),
    path("login/code/", yours.factor_again, name="mfa_reauthenticate"),
    path("login/forgotten/", session.forgotten, name="forgotten"),
    path("login/new-password/<str:words>/", session.new_password, name="new_password"),
]
YOUR_LOGIN = [
    path("", yours.your_login, name="your_login"),
    path("password/", yours.password, name="password"),
    path("second-factor/", yours.set_up, name="mfa_activate_totp"),
    path("second-factor/take-away/", yours.take_away, name="mfa_deactivate_totp"),
    path("recovery-codes/", yours.codes, name="mfa_view_recovery_codes"),
    path("recovery-codes/new/", yours.codes_new, name="mfa_generate_recovery_codes"),
    path("sessions/end/", yours.sessions_end, name="sessions_end"),
    path("sessions/<str:ref>/end/", yours.session_end, name="session_end"),
]
urlpatterns: list[URLPattern | URLResolver] = [
    path("", home.home, name="home"),
    path("login/", session.Login.as_view(), name="login"),
    *LOGIN,
    path("logout/", LogoutView.as_view(next_page="login"), name="logout"),
    path("your-login/", include(YOUR_LOGIN)),
    path("seat/", session.choose_seat, name="seat"),
    path("language/", set_language, name="language"),
    path("invitations/<str:words>/", arrival.invitation, name="invitation"),
    path("robots.txt", session.robots, name="robots"),
    path("accounts/", accounts.accounts, name="accounts"),
    path("accounts/<str:ref>/", accounts.account, name="account"),
    path("accounts/<str:ref>/lines/", accounts.account_lines, name="account_lines"),
    path("accounts/<str:ref>/evidence/<str:kind>/", accounts.evidence, name="evidence"),
    path("accounts/<str:ref>/picture.svg", accounts.account_picture, name="account_picture"),
    path("accounts/<str:ref>/erase/", custody.account_erase, name="account_erase"),
    path("receipts/", custody.receipts, name="receipts"),
    path("receipts/<str:public_id>/", custody.receipt, name="receipt"),
    path("receipts/<str:public_id>/receipt.txt", custody.receipt_file, name="receipt_file"),
    path("receipts/<str:public_id>/receipt.pdf", custody.receipt_print, name="receipt_print"),
    path("partnerships/", partnerships.partnerships, name="partnerships"),
    path("partnerships/offer/", partnerships.partnership_offer, name="partnership_offer"),
    path("partnerships/<str:public_id>/", partnerships.partnership, name="partnership"),
    path("partnerships/<str:public_id>/answer/", partnerships.partnership_answer, name="partnership_answer"),
    path("partnerships/<str:public_id>/sharing/", include(SHARING)),
    path("partnerships/<str:public_id>/archive/", custody.partnership_archive, name="partnership_archive"),
    path("partnerships/<str:public_id>/archive/<str:archive>.zip", custody.archive_file, name="archive_file"),
    path("partnerships/<str:public_id>/delete/", custody.partnership_delete, name="partnership_delete"),
    path("follow-ups/", follow_ups.follow_ups, name="follow_ups"),
    path("follow-ups/new/", follow_ups.follow_up_new, name="follow_up_new"),
    path("follow-ups/<str:public_id>/", include(FOLLOW_UP)),
    path("findings/<str:code>/", accounts.finding, name="finding"),
    path("reports/", reports.reports, name="reports"),
    path("reports/new/", reports.report_new, name="report_new"),
    path("reports/<str:public_id>/", reports.report, name="report"),
    path("reports/<str:public_id>/document.pdf", reports.report_file, name="report_file"),
    path("reports/<str:public_id>/mail/", reports.report_mail, name="report_mail"),
    path("schedules/new/", reports.schedule_new, name="schedule_new"),
    path("schedules/<str:public_id>/end/", reports.schedule_end, name="schedule_end"),
    path("schedules/<str:public_id>/take-over/", reports.schedule_take_over, name="schedule_take_over"),
    path("clients/", clients.clients, name="clients"),
    path("clients/<str:public_id>/renew/", clients.client_renew, name="client_renew"),
    path("clients/<str:public_id>/end/", clients.client_end, name="client_end"),
    path("people/", people.people, name="people"),
    path("people/invitations/<str:public_id>/", include(INVITED)),
    path("people/<str:public_id>/", include(PERSON)),
    path("organisation/", organisation.organisation, name="organisation"),
    path("organisation/partners/new/", organisation.partner_new, name="partner_new"),
    path("support/", support.accesses, name="support"),
    path("support/leave/", support.leave_now, name="support_leave"),
    path("support/enter/<str:words>/", support.enter, name="support_enter"),
    path("support/<str:public_id>/end/", support.access_end, name="support_end"),
    path("live/", live.live, name="live"),
    path("submissions/", submissions.submissions, name="submissions"),
    path("submissions/new/", submissions.submission_new, name="submission_new"),
    path("submissions/feeds/", feeds.feeds, name="feeds"),
    path("submissions/feeds/template/", feeds.feed_template, name="feed_template"),
    path("submissions/<str:public_id>/", include(SUBMISSION)),
    path("definitions/", definitions.definitions, name="definitions"),
    path("", include("portal.api.v1.urls")),
    path("health/live", operations.live, name="health_live"),
    path("health/ready", operations.ready, name="health_ready"),
    path("metrics", operations.metrics, name="metrics"),
]

handler400 = "portal.errors.bad_request"
handler403 = "portal.ui.errors.permission_denied"
handler404 = "portal.errors.not_found"
handler429 = "portal.ui.session.limits.too_many"  # allauth's own, of what it counts
handler500 = "portal.errors.server_error"
