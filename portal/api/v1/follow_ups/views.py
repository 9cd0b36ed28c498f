"""Follow-ups: read, open, change, comment, end, share; by the same services as the pages."""

import hashlib
from collections.abc import Callable
from typing import Any

from django.db import transaction
from drf_spectacular.utils import extend_schema
from rest_framework.renderers import JSONRenderer
from rest_framework.request import Request
from rest_framework.response import Response

from analytics.runs.pictures import get_finding
from partners.access.doors import AccountCard, NotFound, list_cards_of
from partners.agreements.models import Partnership
from partners.engagement.colleagues import list_owners
from partners.engagement.models import State
from partners.engagement.selectors import (
    FollowUpPicture,
    Status,
    Whose,
    get_follow_up,
    page_follow_ups,
    place_of,
)
from partners.engagement.services import (
    Plan,
    StaleError,
    change_plan,
    change_state,
    comment,
    open_follow_up,
    share,
    stop_sharing,
)
from partners.engagement.sharing import FollowUpError
from partners.organisations.roles import Permission
from partners.tenancy.actors import Scope
from partners.tenancy.context import current_user_id
from portal.api.cursors import Page
from portal.api.idempotency import Made, once
from portal.api.problems import BadParameter, BadValue, Problem, error_at
from portal.api.schema import page_of
from portal.api.v1.accounts.views import met_in
from portal.api.v1.follow_ups.serializers import (
    ChangedPlanSerializer,
    ChangedStateSerializer,
    CommentSerializer,
    FollowUpSerializer,
    FollowUpsQuery,
    NewCommentSerializer,
    NewFollowUpSerializer,
    OwnerSerializer,
    OwnersQuery,
    SharingSerializer,
)
from portal.api.views import ApiView, PageQuery, chosen_partnerships

READS = (Scope.FOLLOW_UPS_READ, Permission.VIEW_ACCOUNTS)
WRITES = (Scope.FOLLOW_UPS_WRITE, Permission.FOLLOW_UP)


class FollowUpView(ApiView):
    """What the calls about follow-ups have in common."""

    reads, writes = READS, WRITES

    def shown(self, public_id: str, status: int = 200) -> Response:
        """The follow-up as the caller may see it now, under its ETag."""
        picture = get_follow_up(public_id)
        return self.one(FollowUpSerializer(picture), status, ETag=tag_of(picture))

    def once(self, act: Callable[[], str], status: int = 200, text: str = "text") -> Response:
        """Do it once under its key, and show the follow-up. `text`: the key of the body that holds the text."""
        return once(
            self.request,
            self.identified,
            lambda: Made(_refusing(act, text), status),
            lambda made: self.shown(made.public_id, made.status),
        )

    def changed(
        self, public_id: str, change: Callable[[FollowUpPicture], object], text: str = ""
    ) -> Response:
        """Change what the caller has read, or refuse: 428 without If-Match, 412 where it was changed meanwhile."""
        wanted = self.request.headers.get("If-Match")
        if wanted is None:
            raise Problem(428, "if_match_missing", "Say with If-Match which state you have read: its ETag.")

        def act() -> str:
            picture = get_follow_up(public_id)
            if wanted != "*" and tag_of(picture) not in [tag.strip() for tag in wanted.split(",")]:
                raise _stale()
            change(picture)
            return public_id

        return self.once(act, text=text)


class FollowUps(FollowUpView):
    """All of a kind, and new ones."""

    query = FollowUpsQuery

    @extend_schema(
        operation_id="list_follow_ups", parameters=[FollowUpsQuery], responses=page_of(FollowUpSerializer)
    )
    def get(self, request: Request) -> Response:
        """List follow-ups: live ones by their review date, ended ones latest first."""
        given = self.parameters()
        asked = self.asked(given, chosen_partnerships(""))
        after = (asked.after[0], asked.after[1]) if asked.after else None
        whose, status = Whose(given["whose"]), Status(given["status"])
        page = asked.page(
            page_follow_ups(whose, status, after=after, limit=asked.limit + 1),
            lambda row: list(place_of(row)),
        )
        return self.page(Page([{"row": row} for row in page.rows], page.next), FollowUpSerializer)

    @extend_schema(
        operation_id="open_follow_up", request=NewFollowUpSerializer, responses={201: FollowUpSerializer}
    )
    def post(self, request: Request) -> Response:
        """Take care of a finding: an owner, the next step, a day on which it is looked at again."""
        given = self.given(NewFollowUpSerializer)

        def act() -> str:
            partnership, card = _met(given, BadValue)
            finding = get_finding(partnership, card, given["kind"])
            if finding is None:
                raise FollowUpError("This account has no open signal of that kind.", "kind")
            owner = given.get("owner") or _own_seat(partnership.pk, card.account_id)
            plan = Plan(owner, given["next_step"], given.get("due_on"), given["review_on"])
            return str(open_follow_up(partnership, card, finding, plan).public_id)

        return self.once(act, 201)


class FollowUp(FollowUpView):
    """One follow-up."""

    @extend_schema(operation_id="get_follow_up", responses=FollowUpSerializer)
    def get(self, request: Request, follow_up: str) -> Response:
        """Read one follow-up, with the evidence that was frozen when it was opened."""
        return self.shown(follow_up)

    @extend_schema(operation_id="change_plan", request=ChangedPlanSerializer, responses=FollowUpSerializer)
    def patch(self, request: Request, follow_up: str) -> Response:
        """Change the plan: owner, next step, due or review date."""
        given = self.given(ChangedPlanSerializer)
        return self.changed(follow_up, lambda picture: _change_plan(picture, given), "next_step")


class FollowUpState(FollowUpView):
    """How one stands."""

    @extend_schema(operation_id="change_state", request=ChangedStateSerializer, responses=FollowUpSerializer)
    def post(self, request: Request, follow_up: str) -> Response:
        """Confirm it, end it with a reason, or take it up again."""
        given = self.given(ChangedStateSerializer)
        return self.changed(
            follow_up,
            lambda picture: change_state(
                follow_up,
                picture.row.follow_up.version,
                State(given["state"]),
                given["reason"],
                is_shared=given["is_shared"],
            ),
            "reason",
        )


class FollowUpSharing(FollowUpView):
    """Whether the other side sees one."""

    @extend_schema(operation_id="change_sharing", request=SharingSerializer, responses=FollowUpSerializer)
    def post(self, request: Request, follow_up: str) -> Response:
        """Share it with the other side of the partnership, or keep it to your own again."""
        service = share if self.given(SharingSerializer)["is_shared"] else stop_sharing
        return self.changed(follow_up, lambda picture: service(follow_up, picture.row.follow_up.version))


class Comments(FollowUpView):
    """What is said about one."""

    query = PageQuery

    @extend_schema(operation_id="list_comments", parameters=[PageQuery], responses=page_of(CommentSerializer))
    def get(self, request: Request, follow_up: str) -> Response:
        """List the comments that you may read, oldest first."""
        asked = self.asked(self.parameters(), chosen_partnerships(""))
        read = asked.after[0] if asked.after else 0
        rows = [one for one in get_follow_up(follow_up).comments if one.pk > read]
        return self.page(asked.page(rows, lambda row: [row.pk]), CommentSerializer)

    @extend_schema(
        operation_id="write_comment", request=NewCommentSerializer, responses={201: CommentSerializer}
    )
    def post(self, request: Request, follow_up: str) -> Response:
        """Write a comment; on the other side's follow-up it is always for both."""
        given = self.given(NewCommentSerializer)

        def write() -> Made:
            said = _refusing(lambda: comment(follow_up, given["text"], is_shared=given["is_shared"]))
            return Made(said.public_id, 201)

        def show(made: Made) -> Response:
            said = next(one for one in get_follow_up(follow_up).comments if one.public_id == made.public_id)
            return self.one(CommentSerializer(said), made.status)

        return once(self.request, self.identified, write, show)


class Owners(FollowUpView):
    """Who could own a follow-up."""

    query = OwnersQuery

    @extend_schema(operation_id="list_owners", parameters=[OwnersQuery], responses=page_of(OwnerSerializer))
    def get(self, request: Request) -> Response:
        """List the people of your organisation who could take care of an account. All at once: `next` is null."""
        given = self.parameters()
        partnership, card = _met(given, BadParameter)
        return self.page(Page(list_owners(partnership.pk, card.account_id), None), OwnerSerializer)


def _met(
    given: dict[str, Any], refuse: type[BadParameter] | type[BadValue]
) -> tuple[Partnership, AccountCard]:
    """The account that is named, in the partnership that is named."""
    try:
        found = met_in(list_cards_of(given["account"]), given["partnership"])
    except NotFound:
        raise refuse("account", "There is no such account.") from None
    if found is None:
        raise refuse("partnership", "There is no such partnership, or this account is not met in it.")
    return found


def tag_of(picture: FollowUpPicture) -> str:
    """The ETag of what the caller sees of it at this moment."""
    shown = JSONRenderer().render(FollowUpSerializer(picture).data)
    return f'"{hashlib.sha256(shown).hexdigest()[:32]}"'


def _change_plan(picture: FollowUpPicture, given: dict[str, Any]) -> None:
    follow_up, matter = picture.row.follow_up, picture.row.matter
    plan = Plan(
        owner=given.get("owner") or _seat_of(picture),
        next_step=given.get("next_step", matter.next_step if matter else ""),
        due_on=given.get("due_on", follow_up.due_on),
        review_on=given.get("review_on", follow_up.review_on),
    )
    change_plan(follow_up.public_id, follow_up.version, plan)


def _seat_of(picture: FollowUpPicture) -> str:
    """The seat of whoever owns it; '' where they have left, so that another has to be named."""
    follow_up = picture.row.follow_up
    found = list_owners(follow_up.partnership_id, follow_up.account_id)
    return next((one.public_id for one in found if one.user_id == follow_up.owner_id), "")


def _own_seat(partnership_id: int, account_id: int) -> str:
    found = list_owners(partnership_id, account_id)
    return next((one.public_id for one in found if one.user_id == current_user_id()), "")


def _refusing(act: Callable[[], Any], text: str = "text") -> Any:
    """Run a service in a savepoint; what it refuses is a problem that says where, and nothing is half done."""
    try:
        with transaction.atomic():
            return act()
    except StaleError:
        raise _stale() from None
    except FollowUpError as refused:
        key = text if refused.field == "text" else refused.field
        raise Problem(400, "refused", str(refused), [error_at(key, "refused", str(refused))]) from refused


def _stale() -> Problem:
    return Problem(412, "changed_meanwhile", "It was changed since you read it: read it again, then decide.")
