"""End customers, owned by the distributor, and the handles by which a maker meets them."""

from django.db import models
from django.utils import timezone

from partners.agreements.models import Partnership
from partners.tenancy.models import ActingOrganisation, PublicIdField, WalledModel


class Account(WalledModel):
    """An end customer of a distributor: what everybody with volume may know of it.

    One that proved to be another under a second number is merged into it: its lines stay as they were recorded
    and are read as the other's from then on.
    """

    organisation_id = models.BigIntegerField(db_default=ActingOrganisation(), editable=False)
    account_type = models.CharField(max_length=255, blank=True)
    industry = models.CharField(max_length=255, blank=True)
    country = models.CharField(max_length=255, blank=True)
    postcode_area = models.CharField(max_length=10, blank=True)
    merged_into = models.ForeignKey(
        "self", on_delete=models.PROTECT, null=True, related_name="merged", db_constraint=False
    )
    merged_at = models.DateTimeField(null=True)

    class Meta(WalledModel.Meta):
        permissions = [("work_account", "Works this account")]
        indexes = [models.Index(fields=["organisation_id"], name="accounts_of_organisation")]
        constraints = [
            models.UniqueConstraint(fields=["id", "organisation_id"], name="account_with_its_owner")
        ]

    @property
    def segment(self) -> str:
        """Accounts that know the same seasons: of one type, in one country."""
        return " · ".join(filter(None, (self.account_type, self.country)))


class AccountIdentity(WalledModel):
    """Who the account is: a table of its own, so that the row itself can be withheld.

    The distributor's own ids and the day of its first trade lie here too: two makers could compare them.
    """

    account = models.OneToOneField(
        Account, on_delete=models.CASCADE, primary_key=True, related_name="identity"
    )
    organisation_id = models.BigIntegerField(db_default=ActingOrganisation(), editable=False)
    public_id = PublicIdField(prefix="acc")
    code = models.CharField(max_length=255)
    name = models.CharField(max_length=255, blank=True)
    street = models.CharField(max_length=255, blank=True)
    city = models.CharField(max_length=255, blank=True)
    region = models.CharField(max_length=255, blank=True)
    postcode = models.CharField(max_length=255, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta(WalledModel.Meta):
        constraints = [
            models.UniqueConstraint(
                fields=["organisation_id", "code"], name="account_code_once_a_distributor"
            )
        ]


class AccountHandle(WalledModel):
    """An account as met in one partnership: the maker's ids, links and pseudonyms are made of this, never of the
    distributor's own id. `token` is keyed by partnership and epoch, so two makers have nothing in common. What a maker
    wrote before `given_at` was about an older pseudonym, and is not led to this one."""

    partnership = models.ForeignKey(Partnership, on_delete=models.PROTECT, related_name="handles")
    manufacturer_id = models.BigIntegerField()
    distributor_id = models.BigIntegerField()
    account = models.ForeignKey(Account, on_delete=models.CASCADE, related_name="handles")
    epoch = models.PositiveIntegerField()
    token = models.CharField(max_length=40, unique=True)
    given_at = models.DateTimeField(default=timezone.now)

    class Meta(WalledModel.Meta):
        constraints = [
            models.UniqueConstraint(fields=["partnership", "account", "epoch"], name="one_handle_an_epoch")
        ]

    @property
    def pseudonym(self) -> str:
        """A short form for people, such as `7F3A-1C`: enough to tell accounts of a partnership apart."""
        tail = self.token.removeprefix("cus_")[:6].upper()
        return f"{tail[:4]}-{tail[4:]}"


class PseudonymSalt(WalledModel):
    """What the pseudonyms of a partnership's epoch cannot be computed without. Only the distributor reads it.

    Handles that were given before salts were drawn keep their tokens until the pseudonyms are renewed.
    """

    partnership = models.ForeignKey(Partnership, on_delete=models.PROTECT, related_name="+")
    distributor_id = models.BigIntegerField()
    epoch = models.PositiveIntegerField()
    salt = models.BinaryField(max_length=32)
    drawn_at = models.DateTimeField(auto_now_add=True)

    class Meta(WalledModel.Meta):
        constraints = [models.UniqueConstraint(fields=["partnership", "epoch"], name="one_salt_an_epoch")]
