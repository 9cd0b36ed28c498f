"""The shared record of sell-through. Append-only: a restatement supersedes and adds.

What is known at K: `recorded_at <= K and (superseded_at is null or superseded_at > K)`.

No foreign keys here: measured, they double the time of an import. A set-based check at commit holds
integrity. Columns lie by sharing category (volume, price, identity, contacts), each in a table whose rows
carry what their wall asks for.
"""

from django.db import models

from partners.tenancy.models import WalledModel


class LineKind(models.TextChoices):
    SALE = "sale"
    RETURN = "return"
    TRANSFER = "transfer"
    SAMPLE = "sample"
    CORRECTION = "correction"


class Document(WalledModel):
    """An invoice of a distributor, as far as one maker's products are on it. Only the distributor reads this row:
    a maker counts documents by the lines that it may see."""

    partnership_id = models.BigIntegerField()
    distributor_id = models.BigIntegerField()
    account_id = models.BigIntegerField()
    business_date = models.DateField()
    submission_id = models.BigIntegerField()


class DocumentIdentity(WalledModel):
    """Its numbers: category identity. The number is the natural key within the partnership."""

    pk = models.CompositePrimaryKey("document_id", "partnership_id")
    document_id = models.BigIntegerField()
    partnership_id = models.BigIntegerField()
    distributor_id = models.BigIntegerField()
    number = models.CharField(max_length=255)
    order_number = models.CharField(max_length=255, blank=True)

    class Meta(WalledModel.Meta):
        constraints = [
            models.UniqueConstraint(fields=["partnership_id", "number"], name="document_once_a_partnership")
        ]


class DocumentContact(WalledModel):
    """The distributor's salesperson on a document: category contacts."""

    pk = models.CompositePrimaryKey("document_id", "partnership_id")
    document_id = models.BigIntegerField()
    partnership_id = models.BigIntegerField()
    distributor_id = models.BigIntegerField()
    salesperson = models.CharField(max_length=255)


class Line(WalledModel):
    """One line of a document: category volume.

    `content` is a hash of what the line says and `ordinal` counts identical lines: together the natural key within
    the document, whatever file said it. `line_key` is the line's number, or where it has none a negative hash of its
    SKU: under it a line that says something else is told from one that is new. `family_id` is the product's
    family when the line was recorded, so that moving a SKU never widens sight. Quantities are in base units, negative
    on returns. `superseded_by_id` is the submission that replaced it by restating its month; None where it was undone.
    """

    id = models.BigAutoField(primary_key=True)
    partnership_id = models.BigIntegerField()
    distributor_id = models.BigIntegerField()
    document_id = models.BigIntegerField()
    line_key = models.BigIntegerField()
    content = models.BigIntegerField()
    ordinal = models.IntegerField()
    account_id = models.BigIntegerField()
    product_id = models.BigIntegerField()
    family_id = models.BigIntegerField()
    business_date = models.DateField()
    month = models.DateField()
    kind = models.CharField(max_length=10, choices=LineKind.choices)
    quantity = models.DecimalField(max_digits=18, decimal_places=4)
    submission_id = models.BigIntegerField()
    source_row = models.IntegerField()
    recorded_at = models.DateTimeField()
    superseded_at = models.DateTimeField(null=True)
    superseded_by_id = models.BigIntegerField(null=True)

    class Meta(WalledModel.Meta):
        constraints = [
            models.UniqueConstraint(
                fields=["document_id", "content", "ordinal"],
                condition=models.Q(superseded_at=None),
                name="live_line_once",
            )
        ]
        indexes = [
            models.Index(fields=["partnership_id", "account_id", "month"], name="lines_by_account_month"),
            models.Index(
                fields=["partnership_id", "superseded_by_id"],
                condition=models.Q(superseded_by_id__isnull=False),
                name="lines_replaced",
            ),
        ]


class LinePrice(WalledModel):
    """The money of a line: category price. Shares the line's key and lifetime.

    List price and cost are a base unit, the other amounts a line; None where the distributor sent none.
    """

    pk = models.CompositePrimaryKey("line_id", "partnership_id")
    line_id = models.BigIntegerField()
    partnership_id = models.BigIntegerField()
    distributor_id = models.BigIntegerField()
    family_id = models.BigIntegerField()
    month = models.DateField()
    currency = models.CharField(max_length=3)
    list_price = models.DecimalField(max_digits=18, decimal_places=4, null=True)
    discount = models.DecimalField(max_digits=18, decimal_places=4, null=True)
    net_amount = models.DecimalField(max_digits=18, decimal_places=4, null=True)
    unit_cost = models.DecimalField(max_digits=18, decimal_places=4, null=True)
    freight = models.DecimalField(max_digits=18, decimal_places=4, null=True)
    superseded_at = models.DateTimeField(null=True)


class LineReturn(WalledModel):
    """Why a line came back, and of which invoice: category identity, for it is free text. Shares the line's key."""

    pk = models.CompositePrimaryKey("line_id", "partnership_id")
    line_id = models.BigIntegerField()
    partnership_id = models.BigIntegerField()
    distributor_id = models.BigIntegerField()
    family_id = models.BigIntegerField()
    month = models.DateField()
    reason = models.CharField(max_length=255, blank=True)
    condition = models.CharField(max_length=255, blank=True)
    original_number = models.CharField(max_length=255, blank=True)
    original_line = models.IntegerField(null=True)
