"""Every address x method of the portal: who may, about what, and how it answers. The one list: a new page goes here.

Roles are named here once more, apart from the product's own table, so that a role which may suddenly more is noticed.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from django.urls import URLPattern, URLResolver, get_resolver

from partners.tenancy.actors import Role, Scope
from portal.api.schema import document

EVERYBODY = frozenset(Role)
SEES_ACCOUNTS = EVERYBODY - {Role.UPLOADER}
SEES_PARTNERSHIPS = SEES_ACCOUNTS - {Role.REPRESENTATIVE}
SEES_FILES = frozenset({Role.ADMINISTRATOR, Role.MANAGER, Role.FINANCE, Role.OPERATIONS, Role.UPLOADER})
SENDS_FILES = SEES_FILES - {Role.FINANCE}
FOLLOWS_UP = SEES_ACCOUNTS - {Role.SHARING_OFFICER, Role.VIEWER}
SCHEDULES = SENDS_FILES - {Role.UPLOADER} | {Role.FINANCE}
SHARES = frozenset({Role.ADMINISTRATOR, Role.SHARING_OFFICER})
KEEPS_ACCOUNTS = frozenset({Role.ADMINISTRATOR, Role.MANAGER, Role.OPERATIONS})
PROPOSES = FOLLOWS_UP - {Role.REPRESENTATIVE} | {Role.SHARING_OFFICER}
ADMINISTERS = frozenset({Role.ADMINISTRATOR})

PUBLIC, OPERATIONS = "public", "operations"
OK, SENT_ON, MADE, BAD = 200, 302, 201, 400


@dataclass(frozen=True)
class Entry:
    """One method of one address. `of`: the kind of thing that it is about, '' for none; `also`: other kinds it takes.

    `answers` is what whoever may gets, `answers_to` where a role gets another, `on_theirs` of what the other
    side shares with them; `open_to` PUBLIC or OPERATIONS where no seat is asked for; `scope` that of a partner system.
    """

    name: str
    method: str
    who: frozenset[Role] = frozenset()
    of: str = ""
    answers: int = OK
    open_to: str = ""
    scope: str = ""
    in_query: bool = False
    data: Mapping[str, object] = field(default_factory=dict)
    also: tuple[str, ...] = ()
    is_stream: bool = False
    answers_to: Mapping[Role, int] = field(default_factory=dict)
    on_theirs: int = 0

    @property
    def key(self) -> str:
        """As it stands in the proof."""
        return f"{self.method} {self.name}"


def shows(name: str, who: frozenset[Role], of: str = "", **more: object) -> Iterator[Entry]:
    """A page that shows something; a POST to it shows the same and changes nothing."""
    for method in ("GET", "POST"):
        yield Entry(name, method, who, of, **more)


def acts(
    name: str, who: frozenset[Role], of: str = "", get: int = SENT_ON, post: int = SENT_ON, **more: object
) -> Iterator[Entry]:
    """A page whose POST does something."""
    shown = {key: value for key, value in more.items() if key not in ("data", "on_theirs")}
    yield Entry(name, "GET", who, of, get, **shown)
    yield Entry(name, "POST", who, of, post, **more)


def calls(name: str, method: str, scope: Scope, who: frozenset[Role], of: str = "", **more: object) -> Entry:
    """A call of a partner system."""
    return Entry(name, method, who, of, scope=scope.value, **more)


def opens(name: str, to: str, *methods: str, **more: object) -> Iterator[Entry]:
    """For which no seat is asked."""
    for method in methods:
        yield Entry(name, method, open_to=to, **more)


ACCOUNT = {"also": ("handle",)}
PAGES = (
    *shows("home", EVERYBODY, answers_to={Role.UPLOADER: SENT_ON}),  # to the files
    *shows("accounts", SEES_ACCOUNTS),
    *shows("account", SEES_ACCOUNTS, "account", **ACCOUNT),
    *shows("account_lines", SEES_ACCOUNTS, "account", **ACCOUNT),
    *shows("account_picture", SEES_ACCOUNTS, "account", **ACCOUNT),
    *shows("evidence", SEES_ACCOUNTS, "account", **ACCOUNT),
    *acts("account_erase", KEEPS_ACCOUNTS, "account", get=OK, post=BAD),
    *shows("receipts", KEEPS_ACCOUNTS | SHARES),
    *shows("receipt", KEEPS_ACCOUNTS | SHARES, "receipt"),
    *shows("receipt_file", KEEPS_ACCOUNTS | SHARES, "receipt"),
    *shows("receipt_print", KEEPS_ACCOUNTS | SHARES, "receipt"),
    *shows("finding", SEES_ACCOUNTS, "finding", answers=SENT_ON),
    *shows("partnerships", SEES_PARTNERSHIPS),
    *shows("partnership", SEES_PARTNERSHIPS, "partnership"),
    *acts("partnership_offer", ADMINISTERS),
    *acts("partnership_answer", ADMINISTERS, "partnership"),
    *shows("sharing", SEES_PARTNERSHIPS, "between"),
    *shows("sharing_readings", SEES_PARTNERSHIPS, "giving"),
    *shows("sharing_change", SHARES, "giving"),
    *shows("sharing_preview", SHARES, "giving", answers=BAD),
    *acts("sharing_grant", SHARES, "giving", post=BAD),
    *acts("sharing_state", SHARES, "giving"),
    *acts("sharing_stop", SHARES, "grant", get=OK, post=OK),
    *acts("sharing_propose", PROPOSES, "between", get=OK, post=OK),
    *acts("sharing_answer", PROPOSES, "proposal", data={"step": "withdraw"}, on_theirs=403),
    *acts("partnership_archive", SHARES, "holding", get=OK),
    *shows("archive_file", SHARES, "archive"),
    *acts("partnership_delete", SHARES, "holding", get=404, post=404),  # of one that is not over
    *shows("follow_ups", SEES_ACCOUNTS),
    *acts("follow_up_new", FOLLOWS_UP, "handle", get=OK, post=BAD, in_query=True),
    *shows("follow_up", SEES_ACCOUNTS, "follow_up"),
    *acts("follow_up_plan", FOLLOWS_UP, "follow_up", post=BAD),
    *acts("follow_up_comment", FOLLOWS_UP, "follow_up", data={"text": "Rang them", "for": "own"}),
    *acts("follow_up_state", FOLLOWS_UP, "follow_up", post=BAD),
    *acts("follow_up_share", FOLLOWS_UP, "follow_up", post=BAD),
    *shows("submissions", SEES_FILES),
    *acts("submission_new", SENDS_FILES, get=OK, post=OK),
    *acts("submission_quarantine", SENDS_FILES, "submission", get=OK),
    *shows("submission_quarantine_file", SEES_FILES, "submission"),
    *shows("feeds", SEES_FILES),
    *shows("feed_template", SEES_FILES, answers=BAD),
    *shows("submission", SEES_FILES, "submission"),
    *shows("submission_progress", SEES_FILES, "submission"),
    *acts("submission_mapping", SENDS_FILES, "submission", data={"column-0": "invoice_number"}),
    *acts("submission_commit", SENDS_FILES, "submission"),
    *acts("submission_discard", SENDS_FILES, "submission"),
    *acts("submission_undo", SENDS_FILES, "submission"),
    *shows("reports", SEES_ACCOUNTS),
    *acts("report_new", SEES_ACCOUNTS, data={"language": "en", "partnership": ""}),
    *shows("report", SEES_ACCOUNTS, "report"),
    *shows("report_file", SEES_ACCOUNTS, "report"),
    *acts("report_mail", SEES_ACCOUNTS, "report"),
    *acts("schedule_new", SCHEDULES, post=BAD),
    *acts("schedule_end", SCHEDULES, "schedule"),
    *acts("schedule_take_over", SCHEDULES, "schedule"),
    *shows("clients", ADMINISTERS),
    *acts("client_renew", ADMINISTERS, "client", post=OK),
    *acts("client_end", ADMINISTERS, "client"),
    *shows("people", ADMINISTERS),
    *shows("person", ADMINISTERS, "person"),
    *acts("person_place", ADMINISTERS, "person", post=BAD),
    *acts("person_held", ADMINISTERS, "person", post=404),
    *acts("person_end", ADMINISTERS, "person"),
    *acts("person_hand_over", ADMINISTERS, "person", post=BAD),
    *shows("invited", ADMINISTERS, "invited"),
    *acts("invited_held", ADMINISTERS, "invited", post=404),
    *acts("invited_send", ADMINISTERS, "invited"),
    *acts("invited_take_back", ADMINISTERS, "invited"),
    *shows("organisation", ADMINISTERS),
    *shows("partner_new", ADMINISTERS),
    *shows("support", ADMINISTERS),
    *acts("support_end", ADMINISTERS, "access"),
    *shows("definitions", EVERYBODY),
    *shows("your_login", EVERYBODY),
    *shows("password", EVERYBODY),
    *acts("sessions_end", EVERYBODY),
    *acts("session_end", EVERYBODY, "session", post=404),
    *shows("account_reauthenticate", EVERYBODY),
    *shows("mfa_reauthenticate", EVERYBODY, answers=SENT_ON),  # nobody here has a second factor to give again
    *shows("mfa_activate_totp", EVERYBODY),
    *shows("mfa_deactivate_totp", EVERYBODY, answers=404),
    *acts("mfa_view_recovery_codes", EVERYBODY, get=404, post=405),
    *shows("mfa_generate_recovery_codes", EVERYBODY),
    *acts("seat", EVERYBODY, post=404),
    Entry("live", "GET", EVERYBODY, is_stream=True),
    Entry("live", "POST", EVERYBODY, is_stream=True),
    *(
        one
        for name in ("login", "account_login", "mfa_authenticate", "forgotten", "new_password", "invitation")
        for one in opens(name, PUBLIC, "GET", "POST")
    ),
    *opens("support_enter", PUBLIC, "GET", "POST"),
    *opens("support_leave", PUBLIC, "POST"),
    *opens("logout", PUBLIC, "POST"),
    *opens("language", PUBLIC, "POST"),
    *opens("robots", PUBLIC, "GET"),
    *opens("health_live", OPERATIONS, "GET"),
    *opens("health_ready", OPERATIONS, "GET"),
    *opens("metrics", OPERATIONS, "GET"),
)
S = Scope
WORKS = (S.FOLLOW_UPS_WRITE, FOLLOWS_UP)
SENDS = (S.SUBMISSIONS_WRITE, SENDS_FILES)
CONFIRMED = {"state": "confirmed", "reason": "Rang"}
CALLS = (
    *opens("api_openapi", PUBLIC, "GET"),
    *opens("api_reference", PUBLIC, "GET"),
    *opens("api_token", PUBLIC, "POST"),
    Entry("api_caller", "GET", EVERYBODY, scope="any"),
    calls("api_partnerships", "GET", S.ACCOUNTS_READ, SEES_PARTNERSHIPS),
    calls("api_accounts", "GET", S.ACCOUNTS_READ, SEES_ACCOUNTS),
    calls("api_areas", "GET", S.ACCOUNTS_READ, SEES_ACCOUNTS),
    calls("api_account", "GET", S.ACCOUNTS_READ, SEES_ACCOUNTS, "account", **ACCOUNT),
    calls("api_lines", "GET", S.SALES_READ, SEES_ACCOUNTS, "partnership", in_query=True),
    calls("api_months", "GET", S.SALES_READ, SEES_ACCOUNTS),
    calls("api_signals", "GET", S.SIGNALS_READ, SEES_ACCOUNTS),
    calls("api_signal", "GET", S.SIGNALS_READ, SEES_ACCOUNTS, "finding"),
    calls("api_late_orders", "GET", S.SIGNALS_READ, SEES_ACCOUNTS),
    calls("api_owners", "GET", S.FOLLOW_UPS_READ, SEES_ACCOUNTS, "handle", in_query=True),
    calls("api_follow_ups", "GET", S.FOLLOW_UPS_READ, SEES_ACCOUNTS),
    calls("api_follow_ups", "POST", *WORKS, answers=BAD),
    calls("api_follow_up", "GET", S.FOLLOW_UPS_READ, SEES_ACCOUNTS, "follow_up"),
    calls("api_follow_up", "PATCH", *WORKS, "follow_up", data={"next_step": "Ring them"}, on_theirs=BAD),
    calls("api_follow_up_state", "POST", *WORKS, "follow_up", data=CONFIRMED, on_theirs=BAD),
    calls("api_follow_up_sharing", "POST", *WORKS, "follow_up", data={"is_shared": False}, on_theirs=BAD),
    calls("api_comments", "GET", S.FOLLOW_UPS_READ, SEES_ACCOUNTS, "follow_up"),
    calls(
        "api_comments", "POST", *WORKS, "follow_up", data={"text": "Rang", "is_shared": False}, answers=MADE
    ),
    calls("api_submissions", "GET", S.SUBMISSIONS_READ, SEES_FILES),
    calls("api_submissions", "POST", *SENDS, answers=BAD),
    calls("api_submission", "GET", S.SUBMISSIONS_READ, SEES_FILES, "submission"),
    calls("api_rows", "GET", S.SUBMISSIONS_READ, SEES_FILES, "submission"),
    calls("api_commit", "POST", *SENDS, "submission", data={"confirmed": []}),
    calls("api_discard", "POST", *SENDS, "submission"),
)
MANIFEST = {entry.key: entry for entry in (*PAGES, *CALLS)}


def addresses(resolver: URLResolver | None = None) -> Iterator[URLPattern]:
    """Every address that Django's resolver knows."""
    for entry in (resolver or get_resolver()).url_patterns:
        if isinstance(entry, URLResolver):
            yield from addresses(entry)
        else:
            assert isinstance(entry, URLPattern)
            yield entry


def methods_of(pattern: URLPattern) -> set[str]:
    """What it does something for: the calls' methods as the schema has them, else what its view does not refuse."""
    path = f"/{pattern.pattern}"
    if path.startswith("/api/"):
        spelled = path.replace("<str:", "{").replace(">", "}")
        told = document()["paths"].get(spelled)
        return {method.upper() for method in told} if told else {"GET"}
    if hasattr(pattern.callback, "page_permission"):
        return {"GET", "POST"}
    return NOT_PAGES.get(str(pattern.name), {"GET", "POST"})


# Django's own views and those of machines refuse other methods themselves (405).
NOT_PAGES = {
    "logout": {"POST"}, "support_leave": {"POST"}, "language": {"POST"}, "robots": {"GET"},
    "health_live": {"GET"}, "health_ready": {"GET"}, "metrics": {"GET"},
}  # fmt: skip
