"""Organisations (the tenants), people, and who works where."""

from typing import ClassVar

from django.contrib.auth.base_user import AbstractBaseUser
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models.functions import Lower

from partners.tenancy.actors import Reach, Role
from partners.tenancy.models import ActingOrganisation, ActingUser, PublicIdField, ScopedManager, WalledModel


class OrganisationKind(models.TextChoices):
    MANUFACTURER = "manufacturer"
    DISTRIBUTOR = "distributor"


class Organisation(WalledModel):
    """A manufacturer or a distributor: one id space, so that the two can never share an integer id."""

    public_id = PublicIdField(prefix="org")
    kind = models.CharField(max_length=12, choices=OrganisationKind.choices)
    slug = models.SlugField(max_length=60, unique=True)
    name = models.CharField(max_length=120)
    country = models.CharField(max_length=2, blank=True)
    time_zone = models.CharField(max_length=60, default="UTC")
    currency = models.CharField(max_length=3, default="USD")
    created_at = models.DateTimeField(auto_now_add=True)

    def __str__(self) -> str:
        return self.name


class User(AbstractBaseUser, WalledModel):
    """A person with a login. The home organisation made the login; memberships say where the person works."""

    USERNAME_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = ["name"]
    is_superuser = False  # nobody is: no power reaches over the walls
    last_login = None  # a write on each login, under no actor: the session table knows

    public_id = PublicIdField(prefix="usr")
    email = models.EmailField(max_length=254)
    name = models.CharField(max_length=120)
    is_active = models.BooleanField(default=True)
    home_id = models.BigIntegerField(db_default=ActingOrganisation(), editable=False)

    objects: ClassVar[ScopedManager["User"]] = ScopedManager()  # type: ignore[assignment]

    class Meta(WalledModel.Meta):
        constraints = [models.UniqueConstraint(Lower("email"), name="user_email_once")]

    def __str__(self) -> str:
        return self.name


class Membership(WalledModel):
    """A person's seat in one organisation: what they may do (role) and on what (reach).

    `accepted`: the person took it themselves, by an invitation. So the organisation reads who they are, also where
    another one made their login.
    """

    public_id = PublicIdField(prefix="mem")
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT)
    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="memberships")
    role = models.CharField(max_length=20, choices=[(role.value, role.value) for role in Role])
    reach = models.CharField(
        max_length=12, choices=[(reach.value, reach.value) for reach in Reach], default=Reach.WHOLE.value
    )
    accepted = models.BooleanField(default=False)
    started_at = models.DateTimeField(auto_now_add=True)
    ended_at = models.DateTimeField(null=True)

    class Meta(WalledModel.Meta):
        constraints = [
            models.UniqueConstraint(
                fields=["organisation", "user"], condition=models.Q(ended_at=None), name="one_seat_each"
            )
        ]


class ApiClient(WalledModel):
    """A partner system of one organisation. It acts in its owner's name: with the owner's present rights, as far as
    its scopes go, and no longer than the owner has a seat."""

    public_id = PublicIdField(prefix="cli")
    organisation_id = models.BigIntegerField(db_default=ActingOrganisation(), editable=False)
    owner = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    name = models.CharField(max_length=120)
    scopes = ArrayField(models.CharField(max_length=40))
    made_by_id = models.BigIntegerField(null=True, db_default=ActingUser(), editable=False)
    created_at = models.DateTimeField(auto_now_add=True)
    ended_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return self.name


class ApiCredential(WalledModel):
    """What a client proves itself by. Kept as a SHA-256 digest: 160 random bits need no slow hash.

    KEY opens the interface by itself. SECRET is exchanged for a TOKEN, which opens it for an hour (RFC 6749, 4.4).
    """

    class Kind(models.TextChoices):
        KEY = "key"
        SECRET = "secret"  # noqa: S105  (the name of a kind)
        TOKEN = "token"  # noqa: S105  (the name of a kind)

    organisation_id = models.BigIntegerField(db_default=ActingOrganisation(), editable=False)
    client = models.ForeignKey(ApiClient, on_delete=models.CASCADE, related_name="credentials")
    kind = models.CharField(max_length=6, choices=Kind.choices)
    scopes = ArrayField(models.CharField(max_length=40), null=True)  # a token's own, where it asked for fewer
    beginning = models.CharField(max_length=12)  # what is shown of it
    digest = models.CharField(max_length=64, unique=True)
    created_at = models.DateTimeField(auto_now_add=True)
    expires_at = models.DateTimeField()
    last_used_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)


class SupportAccess(WalledModel):
    """An hour in which the installation's keepers may look at one organisation, by a link that opens once.

    The link is kept as a SHA-256 digest. Nobody in the portal makes one: it takes the owner's command.
    """

    public_id = PublicIdField(prefix="spt")
    organisation_id = models.BigIntegerField(db_default=ActingOrganisation(), editable=False)
    name = models.CharField(max_length=120)  # who looks
    reason = models.CharField(max_length=300)
    digest = models.CharField(max_length=64, unique=True)
    made_at = models.DateTimeField(auto_now_add=True)
    expires_at = models.DateTimeField()
    opened_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)

    class Meta(WalledModel.Meta):
        indexes = [models.Index(fields=["organisation_id", "expires_at"], name="support_live")]
