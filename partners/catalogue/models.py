"""What a manufacturer makes. Its partners read it; the maker's cost is its own."""

from django.db import models

from partners.tenancy.models import ActingOrganisation, PublicIdField, WalledModel

UNCLASSIFIED = "Unclassified"


class ProductFamily(WalledModel):
    """A family of products: with the month, the unit in which sight is granted."""

    public_id = PublicIdField(prefix="fam")
    manufacturer_id = models.BigIntegerField()
    name = models.CharField(max_length=255)

    class Meta(WalledModel.Meta):
        constraints = [
            models.UniqueConstraint(fields=["manufacturer_id", "name"], name="family_once_a_maker")
        ]

    def __str__(self) -> str:
        return self.name


class Product(WalledModel):
    """A product of a manufacturer. `launched_on` and `ended_on` inform and never refuse a line.

    With no catalogue loaded a distributor's file teaches provisional products: they carry who learned them, and
    nobody else, not even the maker, can see that such a SKU exists.
    """

    public_id = PublicIdField(prefix="prd")
    manufacturer_id = models.BigIntegerField()
    learned_by_id = models.BigIntegerField(null=True)
    family = models.ForeignKey(ProductFamily, on_delete=models.PROTECT)
    sku = models.CharField(max_length=255)
    name = models.CharField(max_length=255, blank=True)
    category = models.CharField(max_length=255, blank=True)
    product_line = models.CharField(max_length=255, blank=True)
    launched_on = models.DateField(null=True)
    ended_on = models.DateField(null=True)
    attributes = models.JSONField(default=dict)

    class Meta(WalledModel.Meta):
        constraints = [
            models.UniqueConstraint(
                fields=["manufacturer_id", "sku", "learned_by_id"],
                name="sku_once_a_maker",
                nulls_distinct=False,
            )
        ]

    def __str__(self) -> str:
        return self.sku


class ListPrice(WalledModel):
    """The maker's list price a base unit from a date on."""

    manufacturer_id = models.BigIntegerField(db_default=ActingOrganisation(), editable=False)
    product = models.ForeignKey(Product, on_delete=models.CASCADE, related_name="list_prices")
    from_on = models.DateField()
    amount = models.DecimalField(max_digits=18, decimal_places=4)
    currency = models.CharField(max_length=3)

    class Meta(WalledModel.Meta):
        constraints = [
            models.UniqueConstraint(fields=["product", "from_on", "currency"], name="one_list_price")
        ]


class UnitCost(WalledModel):
    """The maker's own cost a base unit from a date on. Never leaves the maker."""

    manufacturer_id = models.BigIntegerField(db_default=ActingOrganisation(), editable=False)
    product = models.ForeignKey(Product, on_delete=models.CASCADE, related_name="unit_costs")
    from_on = models.DateField()
    amount = models.DecimalField(max_digits=18, decimal_places=4)
    currency = models.CharField(max_length=3)

    class Meta(WalledModel.Meta):
        constraints = [
            models.UniqueConstraint(fields=["product", "from_on", "currency"], name="one_unit_cost")
        ]
