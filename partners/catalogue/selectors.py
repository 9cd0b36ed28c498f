"""Reading the catalogue."""

from collections.abc import Iterable
from dataclasses import dataclass

from partners.catalogue.models import Product, ProductFamily


@dataclass(frozen=True)
class ProductIndex:
    """The SKUs of a maker as the active actor sees them: product and family ids, families by name, and whether it is a
    catalogue."""

    products: dict[str, tuple[int, int]]
    families: dict[str, int]
    is_catalogue: bool


def get_product_index(manufacturer_id: int) -> ProductIndex:
    """Every SKU in sight; a catalogue's product comes before a learned one of the same SKU."""
    rows = list(
        Product.objects.filter(manufacturer_id=manufacturer_id).values_list(
            "sku", "id", "family_id", "learned_by_id"
        )
    )
    rows.sort(key=lambda row: row[3] is None)
    return ProductIndex(
        {sku: (product_id, family_id) for sku, product_id, family_id, _ in rows},
        {family.name: family.pk for family in list_families(manufacturer_id)},
        is_catalogue=any(learned_by is None for *_, learned_by in rows),
    )


def find_family(manufacturer_id: int, public_id: str) -> ProductFamily | None:
    """A family of this maker by its public id."""
    return ProductFamily.objects.filter(manufacturer_id=manufacturer_id, public_id=public_id).first()


def list_families(manufacturer_id: int) -> list[ProductFamily]:
    """The families of this maker that are in sight, by name."""
    return list(ProductFamily.objects.filter(manufacturer_id=manufacturer_id).order_by("name"))


def name_families(ids: Iterable[int]) -> dict[int, str]:
    """Families in sight by their internal ids."""
    return dict(ProductFamily.objects.filter(pk__in=list(ids)).values_list("pk", "name"))
