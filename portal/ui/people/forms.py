"""What an administrator says of people."""

from collections.abc import Iterable

from django import forms
from django.utils.translation import gettext_lazy as _

from partners.organisations.models import Membership, OrganisationKind
from partners.organisations.services import LONGEST_NAME
from partners.tenancy.actors import Reach, Role
from portal.telling.words import REACHES, ROLES_DO
from portal.ui.forms import Answered

LONGEST_EMAIL = 254


class PlaceForm(Answered):
    """A role and a reach; a maker's people reach partnerships, for the accounts are its distributors'."""

    role = forms.ChoiceField(
        label=_("Role"),
        choices=list(ROLES_DO.items()),
        initial=Role.VIEWER.value,
        error_messages={"invalid_choice": _("Choose a role of the list.")},
    )
    reach = forms.ChoiceField(
        label=_("Reaches"),
        widget=forms.RadioSelect,
        initial=Reach.WHOLE.value,
        error_messages={"invalid_choice": _("Choose how far they reach.")},
    )

    def __init__(self, kind: OrganisationKind, *args: object, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)  # type: ignore[arg-type]
        field = self.fields["reach"]
        assert isinstance(field, forms.ChoiceField)
        offered = [
            reach for reach in Reach if reach is not Reach.ACCOUNTS or kind is OrganisationKind.DISTRIBUTOR
        ]
        field.choices = [(reach.value, REACHES[reach.value]) for reach in offered]

    @property
    def place(self) -> tuple[Role, Reach]:
        """What was chosen."""
        return Role(self.cleaned_data["role"]), Reach(self.cleaned_data["reach"])


class InvitationForm(PlaceForm):
    """Whom, and to which seat."""

    email = forms.EmailField(label=_("E-mail"), max_length=LONGEST_EMAIL)
    name = forms.CharField(label=_("Name"), max_length=LONGEST_NAME)
    field_order = ("name", "email", "role", "reach")


class PartnerForm(Answered):
    """Which organisation is to come in, and who there."""

    name = forms.CharField(label=_("Name of the organisation"), max_length=LONGEST_NAME)
    email = forms.EmailField(label=_("E-mail of somebody there"), max_length=LONGEST_EMAIL)


class SuccessorForm(Answered):
    """Who takes over what is somebody's."""

    successor = forms.ChoiceField(label=_("Who takes over what is theirs?"), required=False)

    def __init__(
        self, colleagues: Iterable[Membership], *args: object, required: bool = False, **kwargs: object
    ) -> None:
        super().__init__(*args, **kwargs)  # type: ignore[arg-type]
        field = self.fields["successor"]
        assert isinstance(field, forms.ChoiceField)
        nobody = [("", _("choose somebody") if required else _("nobody yet: it waits"))]
        field.choices = [*nobody, *((one.public_id, one.user.name) for one in colleagues)]
        field.required = required
        refusal = _("Choose a successor from your own organisation.")
        field.error_messages |= {"invalid_choice": refusal, "required": refusal}
