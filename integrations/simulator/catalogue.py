"""The invented maker of cutting tools: what it sells, at which price, and which industry buys what."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

MAKER = "Aldenmark Cutting Tools"
SIZES = 10


@dataclass(frozen=True)
class Family:
    """Ten sizes of one tool. Prices are EUR; `pieces` is what a middling account takes on one line."""

    prefix: str
    name: str
    category: str
    line: str
    article: str
    first_size: float
    size_step: float
    first_price: float
    price_step: float
    cost_share: float
    pieces: int


FAMILIES = (
    Family(
        "SEM", "Solid End Mills", "Milling", "Core", "Solid end mill {} mm, 4 flutes", 3, 2, 18, 9.5, 0.46, 12
    ),
    Family("IMC", "Milling Cutters", "Milling", "Pro", "Shell mill {} mm", 40, 10, 165, 38, 0.52, 2),
    Family("MIN", "Milling Inserts", "Milling", "Core", "Milling insert APKT {}", 10, 1, 7.4, 0.6, 0.38, 60),
    Family("TIN", "Turning Inserts", "Turning", "Core", "Turning insert CNMG {}", 9, 1, 6.8, 0.55, 0.37, 80),
    Family("THO", "Turning Holders", "Turning", "Pro", "Turning holder {} mm", 12, 4, 58, 8, 0.55, 3),
    Family("BOR", "Boring Bars", "Turning", "Pro", "Boring bar {} mm", 8, 4, 72, 16, 0.54, 2),
    Family(
        "CDR", "Carbide Drills", "Drilling", "Core", "Carbide drill {} mm, 5xD", 3, 1.5, 34, 7.5, 0.45, 10
    ),
    Family(
        "IDR", "Indexable Drills", "Drilling", "Pro", "Indexable drill {} mm, 3xD", 16, 3, 190, 21, 0.53, 2
    ),
    Family("REA", "Reamers", "Drilling", "Core", "Reamer {} mm H7", 4, 1, 41, 5.5, 0.5, 6),
    Family("TAP", "Taps", "Threading", "Core", "Machine tap M{}", 3, 1.5, 14, 3.4, 0.44, 16),
    Family("THM", "Thread Mills", "Threading", "Pro", "Thread mill {} mm", 4, 1.5, 88, 12, 0.49, 3),
    Family("COL", "Collets", "Clamping", "Core", "ER collet {} mm", 3, 1.5, 12, 1.1, 0.42, 14),
)

# How much an industry favours each family, in the order of FAMILIES.
APPETITE: dict[str, tuple[int, ...]] = {
    "General engineering": (6, 3, 6, 8, 4, 3, 6, 2, 3, 6, 1, 5),
    "Automotive": (4, 6, 9, 9, 3, 3, 7, 5, 5, 7, 2, 2),
    "Aerospace": (9, 4, 5, 3, 2, 4, 8, 2, 6, 3, 6, 3),
    "Medical devices": (9, 1, 2, 4, 2, 2, 8, 1, 5, 6, 7, 6),
    "Mould and die": (9, 7, 8, 1, 1, 2, 6, 3, 5, 3, 4, 6),
    "Energy": (3, 7, 8, 7, 6, 8, 3, 8, 3, 2, 4, 1),
    "Rail": (2, 6, 8, 9, 6, 5, 2, 7, 1, 4, 2, 1),
    "Farm machinery": (3, 3, 6, 8, 4, 3, 5, 5, 2, 8, 1, 4),
}
INDUSTRIES = tuple(APPETITE)


def products() -> pd.DataFrame:
    """Return the maker's price list in EUR, in the columns of products.csv, ten products a family."""
    rows = [_product(family, index) for family in FAMILIES for index in range(SIZES)]
    return pd.DataFrame(rows)


def _product(family: Family, index: int) -> dict[str, object]:
    size = f"{family.first_size + index * family.size_step:g}"
    price = round(family.first_price + index * family.price_step, 2)
    return {
        "sku": f"{family.prefix}-{size.replace('.', '')}",
        "product_name": family.article.format(size),
        "family": family.name,
        "category": family.category,
        "product_line": family.line,
        "list_price": price,
        "unit_cost": round(price * family.cost_share, 2),
        "launched_on": f"{2012 + index % 6}-0{1 + index % 9}-01",
        "ended_on": "",
    }


def appetite() -> npt.NDArray[np.float64]:
    """Return the weight of each product for each industry, shape (industries, products)."""
    by_family = np.array(list(APPETITE.values()), dtype=float)
    # Middle sizes sell most.
    by_size = 1.0 / (1.0 + np.abs(np.arange(SIZES) - 3.5))
    return np.asarray((by_family[:, :, None] * by_size).reshape(len(INDUSTRIES), -1))


def pieces() -> npt.NDArray[np.float64]:
    """Return what a middling account takes of each product on one line, shape (products,)."""
    return np.repeat([float(family.pieces) for family in FAMILIES], SIZES)


def packs() -> npt.NDArray[np.int64]:
    """Return how many pieces of each product the maker puts in a box, and sells no fewer of, shape (products,)."""
    return np.asarray(np.select([pieces() >= 40, pieces() >= 10], [10, 5], 1))


def lead_days() -> npt.NDArray[np.int64]:
    """Return how many days the maker asks for to deliver each product, shape (products,)."""
    return np.repeat([14 if family.line == "Core" else 21 for family in FAMILIES], SIZES)
