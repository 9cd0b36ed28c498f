"""Two ways of doing the same, timed in turn: what disturbs the machine disturbs both."""

import statistics
import time
from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True)
class Comparison:
    """Seconds of each round, product and floor side by side."""

    product: tuple[float, ...]
    floor: tuple[float, ...]

    @property
    def ratio(self) -> float:
        """The product's median over the floor's."""
        return statistics.median(self.product) / statistics.median(self.floor)

    def figures(self, name: str) -> dict[str, float | list[float]]:
        """The ratio, its quartiles over the rounds, and both medians in milliseconds, under names that begin so."""
        rounds = [product / floor for product, floor in zip(self.product, self.floor, strict=True)]
        low, _, high = statistics.quantiles(rounds, n=4)
        return {
            f"{name}_ratio": round(self.ratio, 3),
            f"{name}_ratio_quartiles": [round(low, 3), round(high, 3)],
            f"{name}_product_ms": round(statistics.median(self.product) * 1000, 2),
            f"{name}_floor_ms": round(statistics.median(self.floor) * 1000, 2),
        }


def in_turn(product: Callable[[], object], floor: Callable[[], object], rounds: int) -> Comparison:
    """Both once unmeasured, to be warm; then one after the other, changing who begins."""
    product(), floor()
    seconds: dict[Callable[[], object], list[float]] = {product: [], floor: []}
    for number in range(rounds):
        for way in (product, floor) if number % 2 == 0 else (floor, product):
            started = time.perf_counter()
            way()
            seconds[way].append(time.perf_counter() - started)
    return Comparison(tuple(seconds[product]), tuple(seconds[floor]))
