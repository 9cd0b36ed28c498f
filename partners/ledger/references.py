"""What a distributor calls the maker's articles, and how many base units its units hold."""

from dataclasses import dataclass, field
from decimal import Decimal

from partners.catalogue.models import Product
from partners.ledger.models import CrossReference


@dataclass(frozen=True)
class References:
    """`skus`: the maker's SKU by the distributor's own; `packs`: base units by SKU (own or maker's) and folded unit."""

    skus: dict[str, str] = field(default_factory=dict)
    packs: dict[tuple[str, str], Decimal] = field(default_factory=dict)


def folded(unit: str) -> str:
    """A unit as it is compared."""
    return unit.strip().casefold()


def list_references(partnership_id: int) -> References:
    """The cross-reference that the acting distributor last sent for a partnership."""
    rows = list(CrossReference.objects.filter(partnership_id=partnership_id, superseded_at=None))
    names = dict(Product.objects.filter(pk__in={row.product_id for row in rows}).values_list("pk", "sku"))
    references = References()
    for row in rows:
        sku = names.get(row.product_id)
        if sku is None:
            continue
        references.skus[row.own_sku] = sku
        for name in (row.own_sku, sku):
            references.packs[name, folded(row.unit)] = row.units_per_pack
    return references
