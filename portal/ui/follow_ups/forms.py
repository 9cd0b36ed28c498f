"""What people fill in about a follow-up: the plan, a comment, an end, and who reads it."""

from collections.abc import Sequence
from datetime import date, timedelta
from typing import TYPE_CHECKING

from django import forms
from django.http import QueryDict
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from partners.engagement.colleagues import Colleague
from partners.engagement.models import LIVE, FollowUp, State
from partners.engagement.selectors import FollowUpRow
from partners.engagement.services import LONGEST_COMMENT, LONGEST_STEP, Plan
from portal.telling.wording import day
from portal.telling.words import FOLLOW_UP_STEPS
from portal.ui.forms import Answered

if TYPE_CHECKING:
    from django_stubs_ext import StrPromise

DAY = "%Y-%m-%d"
REVIEW_AFTER = timedelta(days=14)
OWN, BOTH = "own", "both"


class DayField(forms.DateField):
    """A day, as the browser's own calendar writes it."""

    widget = forms.DateInput(format=DAY, attrs={"type": "date"})
    input_formats = (DAY,)
    default_error_messages = {
        "invalid": _("There is no such day. Write it as year-month-day, as in 2026-03-31."),
    }


def _text(label: "StrPromise", longest: int, rows: int, *, required: bool = True) -> forms.CharField:
    """A text whose limits the service knows: what is missing or too long is said there, once for every way in."""
    attrs = {"rows": rows, "maxlength": longest} | ({"required": True} if required else {})
    return forms.CharField(label=label, required=False, widget=forms.Textarea(attrs=attrs))


class Versioned(Answered):
    """One that changes what somebody has read: it carries the version that was on the page."""

    version = forms.IntegerField(widget=forms.HiddenInput)

    def catch_up(self, row: FollowUpRow) -> None:
        """What was typed stays; the version is the one that the page shows now."""
        self.data = {**self.data.dict(), "version": str(row.follow_up.version)}  # type: ignore[attr-defined]


class StepForm(Answered):
    """Who does what until when, and when it is looked at again."""

    named = {"text": "next_step"}
    owner = forms.ChoiceField(label=_("Owner"))
    next_step = _text(_("Next step"), LONGEST_STEP, 2)
    due_on = DayField(label=_("Due (if there is a day)"), required=False)
    review_on = DayField(label=_("Look at it again on"))

    def __init__(
        self, owners: Sequence[Colleague], data: QueryDict | None, initial: dict[str, object], auto_id: str
    ) -> None:
        super().__init__(data, initial=initial, auto_id=auto_id)
        field = self.fields["owner"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = [(one.public_id, one.name) for one in owners]
        refusal = _("Choose an owner from your own organisation, somebody who works this account.")
        field.error_messages |= {"invalid_choice": refusal, "required": refusal}
        self.fields["review_on"].error_messages["required"] = _(
            "Choose the day on which you look at it again."
        )

    @property
    def plan(self) -> Plan:
        """What was filled in."""
        found = self.cleaned_data
        return Plan(found["owner"], found["next_step"], found["due_on"], found["review_on"])


class OpenForm(StepForm):
    """The plan with which a finding is taken up."""

    is_shared = forms.BooleanField(required=False)

    def __init__(
        self, owners: Sequence[Colleague], partner: str | None, data: QueryDict | None = None
    ) -> None:
        super().__init__(owners, data, {"review_on": timezone.localdate() + REVIEW_AFTER}, "open-%s")
        if partner is None:
            del self.fields["is_shared"]
        else:
            self.fields["is_shared"].label = gettext("Share with %(partner)s") % {"partner": partner}

    @property
    def wants_sharing(self) -> bool:
        """Whether the other side shall see it from the start."""
        return bool(self.cleaned_data.get("is_shared"))


class PlanForm(Versioned, StepForm):
    """The plan of a follow-up that is under way."""

    def __init__(self, owners: Sequence[Colleague], row: FollowUpRow, data: QueryDict | None = None) -> None:
        held = {one.user_id: one.public_id for one in owners}
        stored = row.follow_up
        initial = {
            "version": stored.version,
            "owner": held.get(stored.owner_id, ""),
            "next_step": row.matter.next_step if row.matter else "",
            "due_on": stored.due_on,
            "review_on": stored.review_on,
        }
        super().__init__(owners, data, initial, "plan-%s")
        field = self.fields["owner"]
        assert isinstance(field, forms.ChoiceField)
        if not initial["owner"]:
            field.choices = [("", gettext("choose an owner")), *((one.public_id, one.name) for one in owners)]

    def catch_up(self, row: FollowUpRow) -> None:
        """Beside each field that was stored otherwise meanwhile: what is stored now."""
        super().catch_up(row)
        owner = dict(self.fields["owner"].choices).get(self.cleaned_data.get("owner"))  # type: ignore[attr-defined]
        typed = {"owner": owner, **{name: self.cleaned_data.get(name) for name in ("due_on", "review_on")}}
        typed["next_step"] = self.cleaned_data.get("next_step", "").strip()
        for name, value in _stored(row).items():
            if value != typed[name]:
                shown = day(value) if isinstance(value, date) else value
                self[name].help_text = gettext("Stored now: %(value)s") % {"value": shown or gettext("none")}


def _stored(row: FollowUpRow) -> dict[str, str | date | None]:
    follow_up = row.follow_up
    return {
        "owner": follow_up.owner_name,
        "next_step": row.matter.next_step if row.matter else "",
        "due_on": follow_up.due_on,
        "review_on": follow_up.review_on,
    }


class CommentForm(Answered):
    """Something written, for one's own side or for both."""

    text = _text(_("Write"), LONGEST_COMMENT, 3)
    is_shared = forms.ChoiceField(
        label=_("Who reads it?"),
        choices=[(OWN, _("only us")), (BOTH, _("both sides"))],
        initial=OWN,
        required=False,
        widget=forms.RadioSelect,
    )

    def __init__(self, data: QueryDict | None = None) -> None:
        super().__init__(data, auto_id="comment-%s")

    @property
    def is_for_both(self) -> bool:
        """Whether the other side shall read it too."""
        return bool(self.cleaned_data["is_shared"] == BOTH)


class StateForm(Versioned):
    """How it stands from now on, and why."""

    named = {"text": "reason"}
    state = forms.ChoiceField(
        label=_("How does it stand?"), choices=list(FOLLOW_UP_STEPS.items()), widget=forms.RadioSelect
    )
    reason = _text(_("Why? (asked for with every end)"), LONGEST_COMMENT, 2, required=False)
    is_shared = forms.BooleanField(label=_("Both sides read the reason"), required=False)

    def __init__(self, row: FollowUpRow, data: QueryDict | None = None) -> None:
        super().__init__(data, initial={"version": row.follow_up.version}, auto_id="state-%s")
        field = self.fields["state"]
        assert isinstance(field, forms.ChoiceField)
        missing = _("Choose how it stands.")
        field.error_messages |= {"required": missing, "invalid_choice": missing}
        # Offered is what can follow; any state is read, so that who comes too late is told why.
        field.widget.choices = [(state, FOLLOW_UP_STEPS[state]) for state in _next_states(row)]


def _next_states(row: FollowUpRow) -> list[str]:
    if not row.follow_up.is_live:
        return [State.OPEN.value]
    ends = [state.value for state in State if state not in LIVE]
    may_confirm = row.matter is not None and row.follow_up.state == State.OPEN
    return [State.CONFIRMED.value, *ends] if may_confirm else ends


class ShareForm(Versioned):
    """Whether the other side sees it."""

    shared = forms.ChoiceField(choices=[("yes", "yes"), ("no", "no")])

    def __init__(self, follow_up: FollowUp, data: QueryDict | None = None) -> None:
        super().__init__(data, initial={"version": follow_up.version}, auto_id="share-%s")
