"""Follow-ups: the lists, taking up a finding, and the page on which it is worked."""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.db import transaction
from django.forms import Form
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from analytics.core.registry import SIGNALS
from analytics.runs.pictures import get_finding, get_today
from partners.access.doors import AccountCard, NotFound, list_cards_of
from partners.agreements.models import Partnership
from partners.engagement.colleagues import Colleague, list_owners
from partners.engagement.models import FollowUp, State
from partners.engagement.selectors import (
    FollowUpPicture,
    HistoryEntry,
    Status,
    Whose,
    count_follow_ups,
    get_follow_up,
    list_follow_ups,
)
from partners.engagement.services import (
    Finding,
    StaleError,
    change_plan,
    change_state,
    comment,
    find_live,
    open_follow_up,
    share,
    stop_sharing,
)
from partners.engagement.sharing import FollowUpError, knows_names
from partners.organisations.roles import Permission, can
from partners.tenancy.context import current_user_id
from portal.telling.accounts import other_side
from portal.telling.wording import day
from portal.ui.follow_ups.forms import (
    CommentForm,
    OpenForm,
    PlanForm,
    ShareForm,
    StateForm,
    Versioned,
)
from portal.ui.follow_ups.listing import PAGE_SIZE, headline, in_order, lists_of, tabs
from portal.ui.forms import Answered
from portal.ui.pages import page
from portal.ui.parameters import read_page_number, read_parameters

BAD_REQUEST, CONFLICT = 400, 409
CHANGES = frozenset({"follow_up.changed", "follow_up.state", "follow_up.shared", "follow_up.kept"})


@page(Permission.VIEW_ACCOUNTS, mirrored=True)
def follow_ups(request: HttpRequest) -> HttpResponse:
    """One's own, the team's, and what the other side shares: live, overdue or ended."""
    is_mirror = hasattr(request, "mirror")
    offered = [whose.value for whose in lists_of(is_mirror=is_mirror)]
    given = read_parameters(
        request, {"whose": offered, "status": [status.value for status in Status], "page": None}
    )
    whose = Whose(given.get("whose", offered[0]))
    status = Status(given.get("status", Status.LIVE.value))
    rows = in_order(list_follow_ups(whose, status), whose)
    counts = {} if is_mirror else count_follow_ups()
    pages = Paginator(rows, PAGE_SIZE)
    context = {
        "page": pages.page(read_page_number(given, pages.num_pages)),
        "headline": headline(rows),
        "whose": whose.value,
        "status": status.value,
        "tabs": tabs(counts),
        "statuses": [(one.value, counts.get(whose, {}).get(one)) for one in Status],
    }
    return render(request, "follow_ups/follow_ups.html", context)


@page(Permission.FOLLOW_UP)
def follow_up_new(request: HttpRequest) -> HttpResponse:
    """Take up a finding: an owner, the next step, and the day on which it is looked at again."""
    partnership, card, finding = _asked(request)
    partner = None if partnership.is_direct else other_side(partnership)
    form = OpenForm(_owners(partnership.pk, card.account_id), partner, request.POST or None)
    if form.is_valid() and (opened := _open(partnership, card, finding, form)):
        messages.success(
            request,
            _("%(owner)s takes care of it. It comes up again on %(day)s.")
            % {"owner": opened.owner_name, "day": day(opened.review_on)},
        )
        return redirect("follow_up", opened.public_id)
    context = {
        "partnership": partnership,
        "card": card,
        "finding": finding,
        "form": form,
        "taken": find_live(partnership, card.account_id, finding.kind),
    }
    return render(
        request, "follow_ups/new.html", context, status=BAD_REQUEST if request.method == "POST" else None
    )


def _asked(request: HttpRequest) -> tuple[Partnership, AccountCard, Finding]:
    """The account and the finding that the address names; raises `NotFound`."""
    asked = read_parameters(request, {"account": None, "kind": SIGNALS, "partnership": None})
    met = {found.public_id: (found, card) for found, card in list_cards_of(asked.get("account", ""))}
    pair = met.get(asked.get("partnership", next(iter(met))))
    finding = get_finding(*pair, asked["kind"]) if pair and "kind" in asked else None
    if pair is None or finding is None:
        raise NotFound(asked.get("kind", ""))
    return *pair, finding


def _open(partnership: Partnership, card: AccountCard, finding: Finding, form: OpenForm) -> FollowUp | None:
    """Opened, and shared where that is wanted: both or neither. None, and the reason in the form, if refused."""
    try:
        with transaction.atomic():
            opened = open_follow_up(partnership, card, finding, form.plan)
            if form.wants_sharing:
                _share_first(opened)
    except FollowUpError as error:
        form.tell(error)
        return None
    return opened


def _share_first(opened: FollowUp) -> None:
    try:
        share(opened.public_id, opened.version)
    except FollowUpError as error:
        raise FollowUpError(str(error), error.field or "is_shared") from error


@page(Permission.VIEW_ACCOUNTS, mirrored=True)
def follow_up(request: HttpRequest, public_id: str) -> HttpResponse:
    """One of them: what was found, the plan, what was written, how it stands and who reads it."""
    return _show(request, get_follow_up(public_id))


@page(Permission.FOLLOW_UP)
def follow_up_plan(request: HttpRequest, public_id: str) -> HttpResponse:
    """POST: another owner, next step or day."""
    picture = get_follow_up(public_id)
    form = PlanForm(_owners_of(picture), picture.row, request.POST or None)
    return _act(
        request,
        public_id,
        form,
        lambda found: change_plan(public_id, found["version"], form.plan),
        _("The plan is saved."),
    )


@page(Permission.FOLLOW_UP)
def follow_up_comment(request: HttpRequest, public_id: str) -> HttpResponse:
    """POST: write to one's own side or to both."""
    form = CommentForm(request.POST or None)
    return _act(
        request,
        public_id,
        form,
        lambda found: comment(public_id, found["text"], is_shared=form.is_for_both),
        _("Your comment is there."),
    )


@page(Permission.FOLLOW_UP)
def follow_up_state(request: HttpRequest, public_id: str) -> HttpResponse:
    """POST: confirm it, end it, take it up again."""
    row = get_follow_up(public_id).row
    form = StateForm(row, request.POST or None)
    return _act(
        request,
        public_id,
        form,
        lambda found: change_state(
            public_id,
            found["version"],
            State(found["state"]),
            found["reason"],
            is_shared=found["is_shared"],
        ),
        _("It is recorded how it stands."),
    )


@page(Permission.FOLLOW_UP)
def follow_up_share(request: HttpRequest, public_id: str) -> HttpResponse:
    """POST: let the other side see it, or keep it again."""
    form = ShareForm(get_follow_up(public_id).row.follow_up, request.POST or None)
    wants = request.POST.get("shared") == "yes"
    service = share if wants else stop_sharing
    said = _("Both sides see it now.") if wants else _("Only your own side sees it now.")
    return _act(request, public_id, form, lambda found: service(public_id, found["version"]), said)


def _act(
    request: HttpRequest,
    public_id: str,
    form: Answered,
    service: Callable[[dict[str, Any]], object],
    said: str,
) -> HttpResponse:
    """Run a service on POST and go back to the page; or show the page again, with the reason and what was typed."""
    if request.method != "POST":
        get_follow_up(public_id)  # not there for who may not see it
        return redirect("follow_up", public_id)
    status = BAD_REQUEST
    if form.is_valid():
        try:
            service(form.cleaned_data)
        except StaleError:
            status = CONFLICT
        except FollowUpError as error:
            form.tell(error)
        else:
            messages.success(request, said)
            return redirect("follow_up", public_id)
    picture = get_follow_up(public_id)
    if status == CONFLICT and isinstance(form, Versioned):
        form.catch_up(picture.row)
    return _show(request, picture, form, status)


def _show(
    request: HttpRequest, picture: FollowUpPicture, filled: Answered | None = None, status: int | None = None
) -> HttpResponse:
    row = picture.row
    may_work = can(Permission.FOLLOW_UP)
    context: dict[str, Any] = {
        "picture": picture,
        "row": row,
        "follow_up": row.follow_up,
        "card": row.card,
        "today": get_today(row.partnership, row.card, row.matter.kind) if row.card and row.matter else None,
        "may_work": may_work,
        "filled": filled,
        "changed_by": _last_change(picture.history) if status == CONFLICT else None,
        "is_named": row.is_own and row.card is not None and knows_names(row.follow_up),
        **(_forms(picture, filled) if may_work else {}),
    }
    return render(request, "follow_ups/follow_up.html", context, status=status)


def _forms(picture: FollowUpPicture, filled: Answered | None) -> dict[str, Form]:
    """Each form of the page: the one that was filled in as it was, the others fresh."""
    row = picture.row
    found: dict[str, Form] = {"comment_form": CommentForm()}
    if row.is_own:
        found["state_form"], found["share_form"] = StateForm(row), ShareForm(row.follow_up)
        # What was typed is shown even where somebody else ended it meanwhile.
        if row.matter and (row.follow_up.is_live or isinstance(filled, PlanForm)):
            found["plan_form"] = PlanForm(_owners_of(picture), row)
    for name, form in found.items():
        if type(form) is type(filled):
            found[name] = filled
    return found


def _last_change(history: list[HistoryEntry]) -> HistoryEntry | None:
    return next((one for one in history if one.entry.action in CHANGES), None)


def _owners_of(picture: FollowUpPicture) -> list[Colleague]:
    return _owners(picture.row.follow_up.partnership_id, picture.row.follow_up.account_id)


def _owners(partnership_id: int, account_id: int | None) -> list[Colleague]:
    """Who can own it, oneself first."""
    mine = current_user_id()
    return sorted(list_owners(partnership_id, account_id), key=lambda one: one.user_id != mine)
