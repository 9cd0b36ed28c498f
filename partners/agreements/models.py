"""Partnerships and grants: the one door between organisations.

The distributor writes grants (append-only, with system time). They are expanded into three small tables that
the walls of everything shared look at: `GrantedCell` (which family and month a maker may read of a category),
`KeptCell` (what of it a grant that ended left to be read) and `GrantedAccount` (which end customers it may know of).
All follow from the grants and from `HeldCell`, the list of what a distributor holds, and are rewritten in the
transaction that changes either.
"""

from datetime import date

from django.contrib.postgres.fields import ArrayField
from django.db import models

from partners.organisations.models import Organisation
from partners.tenancy.models import ActingOrganisation, ActingUser, PublicIdField, WalledModel


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
    `pseudonym_epoch` grows when pseudonyms are drawn anew. Either side invites; the other one answers.
    """

    class State(models.TextChoices):
        INVITED = "invited"
        ACTIVE = "active"
        SUSPENDED = "suspended"
        ENDED = "ended"
        DECLINED = "declined"

    LIVE = (State.ACTIVE, State.SUSPENDED)
    OVER = (State.ENDED, State.DECLINED)  # for good: another one of the same pair can follow

    public_id = PublicIdField(prefix="ptn")
    manufacturer = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    distributor = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    state = models.CharField(max_length=10, choices=State.choices, default=State.ACTIVE)
    epoch = models.PositiveBigIntegerField(default=1)
    pseudonym_epoch = models.PositiveIntegerField(default=1)
    invited_by_id = models.BigIntegerField(null=True, db_default=ActingOrganisation(), editable=False)
    started_at = models.DateTimeField(auto_now_add=True)

    class Meta(WalledModel.Meta):
        permissions = [("work_partnership", "Works this partnership")]
        constraints = [
            models.UniqueConstraint(
                fields=["manufacturer", "distributor"],
                condition=~models.Q(state__in=["ended", "declined"]),
                name="one_live_partnership_a_pair",
            ),
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


class PartnershipChange(WalledModel):
    """A partnership came into a state, or its pseudonyms were drawn anew: its dated history, for both sides."""

    partnership = models.ForeignKey(Partnership, on_delete=models.CASCADE, related_name="changes")
    manufacturer_id = models.BigIntegerField()
    distributor_id = models.BigIntegerField()
    what = models.CharField(max_length=20)
    by_id = models.BigIntegerField(db_default=ActingOrganisation(), editable=False)
    by_user_id = models.BigIntegerField(null=True, db_default=ActingUser(), editable=False)
    at = models.DateTimeField(auto_now_add=True)


class Proposal(WalledModel):
    """Somebody asks that more be shared, and says why: of the maker, or of the distributor's own people, whose question
    the maker does not see. The distributor answers; nothing is granted by the question itself."""

    class Answer(models.TextChoices):
        GRANTED = "granted"
        DECLINED = "declined"
        WITHDRAWN = "withdrawn"

    public_id = PublicIdField(prefix="prp")
    partnership = models.ForeignKey(Partnership, on_delete=models.CASCADE, related_name="proposals")
    manufacturer_id = models.BigIntegerField()
    distributor_id = models.BigIntegerField()
    categories = ArrayField(models.CharField(max_length=12, choices=Category.choices))
    family_ids = ArrayField(models.BigIntegerField())
    from_month = models.DateField(null=True)
    to_month = models.DateField(null=True)
    granularity = models.PositiveSmallIntegerField(choices=Granularity.choices)
    purposes = models.PositiveSmallIntegerField()
    reason = models.CharField(max_length=500)
    by_id = models.BigIntegerField(db_default=ActingOrganisation(), editable=False)
    by_user_id = models.BigIntegerField(null=True, db_default=ActingUser(), editable=False)
    proposed_at = models.DateTimeField(auto_now_add=True)
    answer = models.CharField(max_length=10, choices=Answer.choices, blank=True)
    answered_at = models.DateTimeField(null=True)
    answered_by_id = models.BigIntegerField(null=True)
    note = models.CharField(max_length=500, blank=True)


class Grant(WalledModel):
    """The distributor lets the manufacturer see a category, for families x months x granularity x purposes.

    `family_id` None: every family. Months are first days, half-open; None: without bound. Live while `revoked_at`
    is None. One that ended may leave its history: what was recorded before it ended is seen until the day
    `keep_history_until`, which can be brought forward. Rows are never changed otherwise.
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
    keep_history_until = models.DateField(null=True)

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
    """The ledger holds live lines of this account, family and month. Kept by the ledger, read by expansion.

    `recorded_from` is when the first of them was recorded.
    """

    pk = models.CompositePrimaryKey("partnership_id", "account_id", "family_id", "month")
    partnership_id = models.BigIntegerField()
    distributor_id = models.BigIntegerField()
    account_id = models.BigIntegerField()
    family_id = models.BigIntegerField()
    month = models.DateField()
    recorded_from = models.DateTimeField(null=True)


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


class KeptCell(WalledModel):
    """What ended grants leave of this family and month: what was recorded until they ended, until a day. A row for each
    way in which what the category needs is covered."""

    pk = models.CompositePrimaryKey(
        "partnership_id", "category", "family_id", "month", "granularity", "recorded_until", "seen_until"
    )
    partnership_id = models.BigIntegerField()
    manufacturer_id = models.BigIntegerField()
    distributor_id = models.BigIntegerField()
    category = models.CharField(max_length=12, choices=Category.choices)
    family_id = models.BigIntegerField()
    month = models.DateField()
    granularity = models.PositiveSmallIntegerField(choices=Granularity.choices)
    purposes = models.PositiveSmallIntegerField()
    recorded_until = models.DateTimeField()
    seen_until = models.DateField()


class GrantedAccount(WalledModel):
    """The maker may know of this account (volume), who it is (identity), its people (contacts).

    What live grants tell is seen until the last of days, the history of ended ones until theirs: a row each.
    """

    pk = models.CompositePrimaryKey("partnership_id", "category", "account_id", "seen_until")
    partnership_id = models.BigIntegerField()
    manufacturer_id = models.BigIntegerField()
    distributor_id = models.BigIntegerField()
    category = models.CharField(max_length=12, choices=Category.choices)
    account_id = models.BigIntegerField()
    purposes = models.PositiveSmallIntegerField()
    seen_until = models.DateField(default=date.max)

    class Meta(WalledModel.Meta):
        indexes = [
            models.Index(
                fields=["manufacturer_id", "category", "account_id"], name="granted_account_of_maker"
            )
        ]
