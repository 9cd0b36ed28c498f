"""Who comes in, and who holds what.

Reach is held by guardian: which people of an organisation hold which partnerships and, by exception, accounts. Direct
foreign-key tables (guardian's fast form). Each row belongs to the organisation that gave it.
"""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models.functions import Lower
from guardian.models import UserObjectPermissionBase

from partners.accounts.models import Account
from partners.agreements.models import Partnership
from partners.organisations.models import Membership, OrganisationKind
from partners.tenancy.models import ActingOrganisation, ActingUser, PublicIdField, WalledModel


class PartnershipUserObjectPermission(UserObjectPermissionBase):
    """A person holds a partnership."""

    organisation_id = models.BigIntegerField(db_default=ActingOrganisation(), editable=False)
    content_object = models.ForeignKey(Partnership, on_delete=models.CASCADE)


class AccountUserObjectPermission(UserObjectPermissionBase):
    """A person holds an account: a representative's own."""

    organisation_id = models.BigIntegerField(db_default=ActingOrganisation(), editable=False)
    content_object = models.ForeignKey(Account, on_delete=models.CASCADE)


class Invitation(WalledModel):
    """Somebody is asked, by a letter with a link that works once, to take a seat with this role and reach.

    `held`: the partnerships or accounts that come with it, as the reach says. `founds`: the reader is asked to found an
    organisation of this kind instead, as its administrator, and `name` is that organisation's, else the person's. The
    words of the link are known to the letter alone; their digest is kept.
    """

    class Mail(models.TextChoices):
        NONE = "none"
        WAITING = "waiting"
        SENT = "sent"
        REFUSED = "refused"
        FAILED = "failed"

    public_id = PublicIdField(prefix="inv")
    organisation_id = models.BigIntegerField(db_default=ActingOrganisation(), editable=False)
    email = models.EmailField(max_length=254)
    name = models.CharField(max_length=120)
    role = models.CharField(max_length=20, choices=Membership._meta.get_field("role").choices)
    reach = models.CharField(max_length=12, choices=Membership._meta.get_field("reach").choices)
    held = ArrayField(models.BigIntegerField(), default=list)
    founds = models.CharField(max_length=12, choices=OrganisationKind.choices, blank=True)
    language = models.CharField(max_length=5)
    made_by_id = models.BigIntegerField(null=True, db_default=ActingUser(), editable=False)
    mail = models.CharField(max_length=8, choices=Mail.choices, default=Mail.NONE)
    digest = models.CharField(max_length=64, blank=True)
    tries = models.PositiveSmallIntegerField(default=0)
    created_at = models.DateTimeField(auto_now_add=True)
    expires_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)
    accepted_at = models.DateTimeField(null=True)
    accepted_by_id = models.BigIntegerField(null=True)

    class Meta(WalledModel.Meta):
        constraints = [
            models.UniqueConstraint(
                "organisation_id",
                Lower("email"),
                "founds",
                condition=models.Q(ended_at=None, accepted_at=None),
                name="invited_once",
            ),
            models.UniqueConstraint(fields=["digest"], condition=~models.Q(digest=""), name="one_link"),
        ]
