"""Partners read the catalogue; the maker's cost is the maker's; what one file taught, its sender sees."""

from django.db import migrations

from partners.tenancy.walls import ORG, BuildWall, Rules, own

PARTNER = (
    "manufacturer_id IN (SELECT p.manufacturer_id FROM agreements_partnership p"
    f" WHERE p.distributor_id = {ORG} AND p.state IN ('active', 'suspended'))"
)
OWN_PRODUCT = f"manufacturer_id = {ORG} AND product_id IN (SELECT p.id FROM catalogue_product p WHERE p.manufacturer_id = {ORG})"
WRITE = f"(manufacturer_id = {ORG} AND learned_by_id IS NULL) OR (learned_by_id = {ORG} AND {PARTNER})"


class Migration(migrations.Migration):
    dependencies = [
        ("catalogue", "0001_initial"),
        ("agreements", "0002_walls"),
    ]
    operations = [
        BuildWall(
            "catalogue_productfamily",
            own("manufacturer_id", select=f"manufacturer_id = {ORG} OR {PARTNER}", delete=None),
        ),
        BuildWall(
            "catalogue_product",
            Rules(
                select=f"learned_by_id = {ORG} OR (learned_by_id IS NULL AND (manufacturer_id = {ORG} OR {PARTNER}))",
                insert=WRITE,
                update=WRITE,
            ),
        ),
        BuildWall(
            "catalogue_listprice",
            own(
                "manufacturer_id",
                select=f"manufacturer_id = {ORG} OR {PARTNER}",
                insert=OWN_PRODUCT,
                update=OWN_PRODUCT,
            ),
        ),
        BuildWall("catalogue_unitcost", own("manufacturer_id", insert=OWN_PRODUCT, update=OWN_PRODUCT)),
    ]
