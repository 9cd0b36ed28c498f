"""A sentence as a page and a document both tell it."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Sentence:
    """A sentence, and the figure in it that the eye shall find; '' where there is none."""

    text: str
    figure: str = ""

    @property
    def in_parts(self) -> tuple[str, str, str]:
        """What stands before the figure, the figure, and what stands after it."""
        return self.text.partition(self.figure) if self.figure else (self.text, "", "")
