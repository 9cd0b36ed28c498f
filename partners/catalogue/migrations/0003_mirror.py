"""Partners read the catalogue in a mirror as elsewhere; the maker's cost is the maker's."""

from django.db import migrations

from partners.tenancy.walls import HangMirror


class Migration(migrations.Migration):
    dependencies = [
        ("catalogue", "0002_walls"),
        ("tenancy", "0002_mirror"),
    ]
    operations = [
        HangMirror("catalogue_productfamily", "true"),
        HangMirror("catalogue_product", "true"),
        HangMirror("catalogue_listprice", "true"),
        HangMirror("catalogue_unitcost", "false"),
    ]
