"""Partnerships and grants: the one door between organisations.

The distributor writes grants (append-only, with system time). They are expanded into two small tables that
the walls of everything shared look at: `GrantedCell` (which family and month a maker may read of a category) and
`GrantedAccount` (which end customers it may know of). Both follow from the grants and from `HeldCell`,
the list of what a distributor holds, and are rewritten in the transaction that changes either.
"""

from django.db import models

from partners.organisations.models import Organisation
from partners.tenancy.models import ActingUser, PublicIdField, WalledModel


class Category(models.TextChoices):
    """The categories of a distributor's columns: the unit in which sharing is granted."""

    VOLUME = "volume"
    PRICE = "price"
    IDENTITY = "identity"
    CONTACTS = "contacts"
    INVENTORY = "inventory"
    PAYMENTS = "payments"
    SERVICE = "service"


# What a category rests on: it opens nothing where these are not granted as well.
NEEDS: dict[Category, frozenset[Category]] = {
    Category.VOLUME: frozenset(),
    Category.PRICE: frozenset({Category.VOLUME}),
    Category.IDENTITY: frozenset({Category.VOLUME}),
    Category.CONTACTS: frozenset({Category.VOLUME, Category.IDENTITY}),
    Category.INVENTORY: frozenset(),
    Category.PAYMENTS: frozenset({Category.VOLUME, Category.PRICE, Category.IDENTITY}),
    Category.SERVICE: frozenset({Category.VOLUME}),
}


class Granularity(models.IntegerChoices):
    """How finely a grant lets a maker see; a finer one contains the coarser.

    AREA: postcode area x family x month, no row per account. MONTH: account x family x month, under a pseudonym
    unless identity is granted. LINE: each line with its date.
    """

    AREA = 1
    MONTH = 2
    LINE = 3


class Partnership(WalledModel):
    """A distributor and a manufacturer; a manufacturer's direct sales are its partnership with itself.

    `epoch` grows when sight is taken away: whatever was computed or stored under an older one is hidden.
    `pseudonym_epoch` grows when pseudonyms are drawn anew.
    """

    class State(models.TextChoices):
        INVITED = "invited"
        ACTIVE = "active"
        SUSPENDED = "suspended"
        ENDED = "ended"

    public_id = PublicIdField(prefix="ptn")
    manufacturer = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    distributor = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    state = models.CharField(max_length=10, choices=State.choices, default=State.ACTIVE)
    epoch = models.PositiveBigIntegerField(default=1)
    pseudonym_epoch = models.PositiveIntegerField(default=1)
    started_at = models.DateTimeField(auto_now_add=True)

    class Meta(WalledModel.Meta):
        permissions = [("work_partnership", "Works this partnership")]
        constraints = [
            models.UniqueConstraint(fields=["manufacturer", "distributor"], name="one_partnership_a_pair"),
            models.UniqueConstraint(
                fields=["id", "manufacturer", "distributor"], name="partnership_with_both_sides"
            ),
        ]

    @property
    def is_direct(self) -> bool:
        """Whether these are the manufacturer's own sales."""
        return self.manufacturer_id == self.distributor_id

    def __str__(self) -> str:
        return str(self.public_id)


class Grant(WalledModel):
    """The distributor lets the manufacturer see a category, for families x months x granularity x purposes.

    `family_id` None: every family. Months are first days, half-open; None: without bound. Live while `revoked_at`
    is None. Rows are never changed otherwise.
    """

    public_id = PublicIdField(prefix="grt")
    partnership = models.ForeignKey(Partnership, on_delete=models.PROTECT, related_name="grants")
    manufacturer_id = models.BigIntegerField()
    distributor_id = models.BigIntegerField()
    category = models.CharField(max_length=12, choices=Category.choices)
    family_id = models.BigIntegerField(null=True)
    from_month = models.DateField(null=True)
    to_month = models.DateField(null=True)
    granularity = models.PositiveSmallIntegerField(choices=Granularity.choices)
    purposes = models.PositiveSmallIntegerField()
    granted_at = models.DateTimeField(auto_now_add=True)
    granted_by_id = models.BigIntegerField(null=True, db_default=ActingUser())
    revoked_at = models.DateTimeField(null=True)
    revoked_by_id = models.BigIntegerField(null=True)

    class Meta(WalledModel.Meta):
        constraints = [
            models.CheckConstraint(
                condition=models.Q(from_month=None) | models.Q(from_month__day=1),
                name="grant_from_whole_month",
            ),
            models.CheckConstraint(
                condition=models.Q(to_month=None) | models.Q(to_month__day=1), name="grant_to_whole_month"
            ),
        ]


class HeldCell(WalledModel):
    """The ledger holds live lines of this account, family and month. Kept by the ledger, read by expansion."""

    pk = models.CompositePrimaryKey("partnership_id", "account_id", "family_id", "month")
    partnership_id = models.BigIntegerField()
    distributor_id = models.BigIntegerField()
    account_id = models.BigIntegerField()
    family_id = models.BigIntegerField()
    month = models.DateField()


class GrantedCell(WalledModel):
    """A live grant covers this family and month of a partnership, and the partnership is active."""

    pk = models.CompositePrimaryKey("partnership_id", "category", "family_id", "month", "granularity")
    partnership_id = models.BigIntegerField()
    manufacturer_id = models.BigIntegerField()
    distributor_id = models.BigIntegerField()
    category = models.CharField(max_length=12, choices=Category.choices)
    family_id = models.BigIntegerField()
    month = models.DateField()
    granularity = models.PositiveSmallIntegerField(choices=Granularity.choices)
    purposes = models.PositiveSmallIntegerField()

    class Meta(WalledModel.Meta):
        indexes = [models.Index(fields=["manufacturer_id", "category"], name="granted_cells_of_maker")]


class GrantedAccount(WalledModel):
    """The maker may know of this account (volume), who it is (identity), its people (contacts)."""

    pk = models.CompositePrimaryKey("partnership_id", "category", "account_id")
    partnership_id = models.BigIntegerField()
    manufacturer_id = models.BigIntegerField()
    distributor_id = models.BigIntegerField()
    category = models.CharField(max_length=12, choices=Category.choices)
    account_id = models.BigIntegerField()
    purposes = models.PositiveSmallIntegerField()

    class Meta(WalledModel.Meta):
        indexes = [models.Index(fields=["manufacturer_id", "category"], name="granted_accounts_of_maker")]
