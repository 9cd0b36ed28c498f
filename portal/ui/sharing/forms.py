"""What a distributor grants and a maker asks for: categories, families, months, how finely, what for."""

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from partners.agreements.models import Category, Granularity
from partners.agreements.services import LONGEST_TEXT, is_to_come
from partners.agreements.terms import Offer
from partners.catalogue.models import ProductFamily
from partners.tenancy.actors import ALL_PURPOSES, Purpose
from portal.telling.words import CATEGORIES, GRANULARITIES, PURPOSES
from portal.ui.follow_ups.forms import DayField

WITHDRAW, KEEP = "withdraw", "keep"
A_LONG_MONTH = timedelta(days=32)


class MonthField(forms.DateField):
    """A whole month, as the browser writes it: its first day."""

    widget = forms.DateInput(format="%Y-%m", attrs={"type": "month"})
    input_formats = ("%Y-%m",)
    default_error_messages = {
        "invalid": _("There is no such month. Write it as year-month, as in 2026-03."),
    }


class OfferForm(forms.Form):
    """The terms; `last_month` is the last one that is meant, where a grant names the first that is not."""

    use_required_attribute = False
    categories = forms.MultipleChoiceField(
        label=_("What"),
        choices=[(one.value, CATEGORIES[one.value]) for one in Category],
        widget=forms.CheckboxSelectMultiple,
    )
    granularity = forms.TypedChoiceField(
        label=_("How finely"),
        choices=[(one.value, GRANULARITIES[one.value]) for one in Granularity],
        coerce=int,
        initial=Granularity.MONTH.value,
        widget=forms.RadioSelect,
    )
    families = forms.MultipleChoiceField(
        label=_("Which product families"),
        help_text=_("None chosen: all of them, and those to come."),
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )
    first_month = MonthField(
        label=_("First month"), required=False, help_text=_("Empty: from the beginning.")
    )
    last_month = MonthField(label=_("Last month"), required=False, help_text=_("Empty: without an end."))
    purposes = forms.MultipleChoiceField(
        label=_("What for"),
        choices=[(str(one.value), PURPOSES[one.value]) for one in Purpose],
        initial=[str(one.value) for one in Purpose],
        widget=forms.CheckboxSelectMultiple,
    )

    def __init__(
        self,
        families: Sequence[ProductFamily],
        data: QueryDict | None = None,
        initial: dict[str, Any] | None = None,
    ) -> None:
        super().__init__(data, initial=initial)
        self.by_public_id = {family.public_id: family for family in families}
        field = self.fields["families"]
        assert isinstance(field, forms.MultipleChoiceField)
        field.choices = [(family.public_id, family.name) for family in families]

    def clean(self) -> dict[str, Any]:
        """The months in their order."""
        given: dict[str, Any] = self.cleaned_data
        first, last = given.get("first_month"), given.get("last_month")
        if first and last and first > last:
            raise ValidationError(_("The first month comes after the last one. Change one of them."))
        return given

    @property
    def offer(self) -> Offer:
        """What was filled in."""
        given = self.cleaned_data
        return Offer(
            tuple(one for one in Category if one.value in given["categories"]),
            tuple(self.by_public_id[key].pk for key in given["families"]),
            given["first_month"],
            _month_after(given["last_month"]),
            Granularity(given["granularity"]),
            Purpose(sum(int(one) for one in given["purposes"])),
        )


class ProposalForm(OfferForm):
    """The same, asked for."""

    reason = forms.CharField(
        label=_("Why, and what comes back for it"),
        max_length=LONGEST_TEXT,
        widget=forms.Textarea(attrs={"rows": 3, "maxlength": LONGEST_TEXT}),
    )


class StopForm(forms.Form):
    """What becomes of the history of a grant that ends."""

    use_required_attribute = False
    history = forms.ChoiceField(
        label=_("And what they have seen so far?"),
        choices=[
            (WITHDRAW, _("Withdraw it: they see none of it any more, and what rests on it goes")),
            (KEEP, _("Stop new data: what is recorded by now may be seen until a day")),
        ],
        initial=WITHDRAW,
        widget=forms.RadioSelect,
    )
    until = DayField(
        label=_("Until"), required=False, help_text=_("It ends as this day begins, at midnight UTC.")
    )

    def clean(self) -> dict[str, Any]:
        """A day to come, where history is left."""
        given: dict[str, Any] = self.cleaned_data
        if given.get("history") == KEEP and not (given.get("until") and is_to_come(given["until"])):
            self.add_error("until", _("Name a day to come, on which this ends; it begins at midnight UTC."))
        return given

    @property
    def keep_until(self) -> date | None:
        """The day, where history is left."""
        return self.cleaned_data["until"] if self.cleaned_data["history"] == KEEP else None


def initial_of(offer: Offer, families: Sequence[ProductFamily]) -> dict[str, Any]:
    """An offer as the form's first words."""
    return {
        "categories": [one.value for one in offer.categories],
        "granularity": offer.granularity.value,
        "families": [family.public_id for family in families if family.pk in offer.family_ids],
        "first_month": offer.from_month,
        "last_month": offer.to_month and (offer.to_month - timedelta(days=1)).replace(day=1),
        "purposes": [str(one.value) for one in Purpose if one in (offer.purposes or ALL_PURPOSES)],
    }


def _month_after(first: date | None) -> date | None:
    return None if first is None else (first + A_LONG_MONTH).replace(day=1)
