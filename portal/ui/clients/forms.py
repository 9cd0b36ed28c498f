"""What an administrator says of a partner system."""

from collections.abc import Sequence

from django import forms
from django.utils.translation import gettext_lazy as _

from partners.organisations.clients import LONGEST_NAME
from partners.organisations.models import ApiCredential, Membership
from partners.tenancy.actors import Scope
from portal.telling.words import SCOPES

LIVES = ((30, _("30 days")), (90, _("90 days")), (365, _("a year")))
READS = [scope.value for scope in Scope if scope.value.endswith(":read")]


class ClientForm(forms.Form):
    """A new client: reads alone unless more is chosen."""

    use_required_attribute = False
    name = forms.CharField(label=_("What is it called?"), max_length=LONGEST_NAME)
    owner = forms.ChoiceField(
        label=_("In whose name does it act?"),
        help_text=_("It can do what this person can at that moment, and ends with their seat."),
    )
    scopes = forms.MultipleChoiceField(
        label=_("What may it do?"),
        choices=[(scope.value, SCOPES[scope.value]) for scope in Scope],
        initial=READS,
        widget=forms.CheckboxSelectMultiple,
    )
    kind = forms.ChoiceField(
        label=_("How does it prove itself?"),
        choices=[
            (ApiCredential.Kind.KEY.value, _("By a key, sent with each call")),
            (ApiCredential.Kind.SECRET.value, _("By OAuth 2: a secret, exchanged for a token of an hour")),
        ],
        initial=ApiCredential.Kind.KEY.value,
        widget=forms.RadioSelect,
    )
    days = forms.TypedChoiceField(label=_("How long is it good?"), choices=LIVES, coerce=int, initial=90)

    def __init__(self, seats: Sequence[Membership], *args: object, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)  # type: ignore[arg-type]
        field = self.fields["owner"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = [(seat.public_id, seat.user.name) for seat in seats]
        field.error_messages["invalid_choice"] = _("Choose somebody of your organisation.")

    @property
    def chosen_scopes(self) -> list[Scope]:
        """What it may do."""
        return [Scope(value) for value in self.cleaned_data["scopes"]]
