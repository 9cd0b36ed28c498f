"""Reach, held by guardian: which people of an organisation hold which partnerships and, by exception, accounts.

Direct foreign-key tables (guardian's fast form). Each row belongs to the organisation that gave it.
"""

from django.db import models
from guardian.models import UserObjectPermissionBase

from partners.accounts.models import Account
from partners.agreements.models import Partnership
from partners.tenancy.models import ActingOrganisation


class PartnershipUserObjectPermission(UserObjectPermissionBase):
    """A person holds a partnership."""

    organisation_id = models.BigIntegerField(db_default=ActingOrganisation(), editable=False)
    content_object = models.ForeignKey(Partnership, on_delete=models.CASCADE)


class AccountUserObjectPermission(UserObjectPermissionBase):
    """A person holds an account: a representative's own."""

    organisation_id = models.BigIntegerField(db_default=ActingOrganisation(), editable=False)
    content_object = models.ForeignKey(Account, on_delete=models.CASCADE)
