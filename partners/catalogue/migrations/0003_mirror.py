"""Partners read the catalogue in a mirror as elsewhere; the maker's cost is the maker's."""

from django.db import migrations

from partners.tenancy.walls import MIRRORED, HangMirror

# As the distributor itself may read it.
PARTNER = (
    "manufacturer_id IN (SELECT p.manufacturer_id FROM agreements_partnership p"
    f" WHERE p.distributor_id = {MIRRORED} AND p.state IN ('active', 'suspended'))"
)


class Migration(migrations.Migration):
    dependencies = [
        ("catalogue", "0002_walls"),
        ("tenancy", "0002_mirror"),
    ]
    operations = [
        HangMirror("catalogue_productfamily", PARTNER),
        HangMirror("catalogue_product", PARTNER),
        HangMirror("catalogue_listprice", PARTNER),
        HangMirror("catalogue_unitcost", "false"),
    ]
