"""What somebody says before data is destroyed: its name once more, so that no click does it by mistake."""

from django import forms
from django.utils.translation import gettext_lazy as _

from partners.access.doors import AccountCard
from partners.accounts.models import AccountIdentity
from partners.agreements.models import Partnership
from portal.custody.models import Reason
from portal.custody.wording import REASONS


class EraseForm(forms.Form):
    """Why, and the customer's own number."""

    use_required_attribute = False
    because = forms.ChoiceField(
        label=_("Why?"),
        choices=[(reason.value, label) for reason, label in REASONS.items()],
        widget=forms.RadioSelect,
    )
    typed = forms.CharField(
        label=_("The customer's number"), max_length=255, help_text=_("Type it as your files write it.")
    )

    def __init__(self, card: AccountCard, *args: object) -> None:
        super().__init__(*args)  # type: ignore[arg-type]
        self.card = card

    @property
    def reason(self) -> Reason:
        """The reason that was chosen."""
        return Reason(self.cleaned_data["because"])

    def clean_typed(self) -> str:
        """The number of this very customer."""
        code = (
            AccountIdentity.objects.filter(account_id=self.card.account_id)
            .values_list("code", flat=True)
            .first()
        )
        typed: str = self.cleaned_data["typed"]
        if code is not None and typed != code:
            raise forms.ValidationError(_("This is not the customer's number. Nothing is erased."))
        return typed


class DeleteForm(forms.Form):
    """The maker's name, once more."""

    use_required_attribute = False
    typed = forms.CharField(
        label=_("The manufacturer's name"), max_length=120, help_text=_("Type it as it stands above.")
    )

    def __init__(self, partnership: Partnership, *args: object) -> None:
        super().__init__(*args)  # type: ignore[arg-type]
        self.partnership = partnership

    def clean_typed(self) -> str:
        """The name of the other side of this very partnership."""
        typed: str = self.cleaned_data["typed"]
        if typed != self.partnership.manufacturer.name:
            raise forms.ValidationError(_("This is not the manufacturer's name. Nothing is deleted."))
        return typed
