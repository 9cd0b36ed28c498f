"""What the proof did: each part notes it here, and the line at the end tells just that.

With several processes each hands its own to the one that prints.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

# Under these the proof has not been run, whatever it found.
AT_LEAST = {"urls": 60, "cells": 2_000, "searched": 500, "compared": 60, "decisions": 10_000, "mutants": 20}


@dataclass
class Figures:
    """Things by name, each counted once, and faults."""

    things: defaultdict[str, set[str]] = field(default_factory=lambda: defaultdict(set))
    counts: Counter[str] = field(default_factory=Counter)

    def saw(self, part: str, names: Iterable[str]) -> None:
        """These were looked at (or found, where the part is a fault)."""
        self.things[part].update(names)

    def count(self, part: str, number: int) -> None:
        """So many more, where they have no names."""
        self.counts[part] += number

    def of(self, part: str) -> int:
        """How many."""
        return len(self.things[part]) + self.counts[part]

    def hand_over(self) -> dict[str, Any]:
        """As plain values, for another process."""
        return {
            "things": {part: sorted(names) for part, names in self.things.items()},
            "counts": dict(self.counts),
        }

    def take(self, handed: Mapping[str, Any]) -> None:
        """What another process did."""
        for part, names in handed["things"].items():
            self.saw(part, names)
        self.counts.update(handed["counts"])

    def line(self) -> str:
        """All figures in one line."""
        of = self.of
        return (
            f"isolation: urls classified {of('classified')}/{of('urls')}; cells run {of('cells')}, failed"
            f" {of('cells failed')}; canary hits {of('canary hits')}; twin differences {of('twin differences')};"
            f" oracle differences {of('oracle differences')} of {of('decisions')};"
            f" guard mutants killed {of('mutants killed')}/{of('mutants')}"
        )

    def faults(self) -> list[str]:
        """Why the line is no proof: parts that are missing or too small, and what was found."""
        small = [
            f"{part}: {self.of(part)}, at least {least} belong to the proof"
            for part, least in AT_LEAST.items()
            if self.of(part) < least
        ]
        wrong = [
            f"{self.of(part)} {part}"
            for part in ("cells failed", "canary hits", "twin differences", "oracle differences")
            if self.of(part)
        ]
        for part, whole in (("classified", "urls"), ("mutants killed", "mutants")):
            missing = sorted(self.things[whole] - self.things[part])
            wrong += [f"not {part}: {', '.join(missing)}"] if missing else []
        return small + wrong


FIGURES = Figures()
