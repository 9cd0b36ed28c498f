"""Ready pieces of text: what repeats in a file is rendered once and picked by index."""

from collections.abc import Callable, Iterable, Sequence

import numpy as np
import numpy.typing as npt


def pick(pieces: Sequence[str], index: npt.NDArray[np.signedinteger]) -> list[str]:
    """Return the piece at each index."""
    picked: list[str] = np.array(pieces, dtype=object)[index].tolist()
    return picked


def each(render: Callable[[int], str], values: Iterable[int]) -> list[str]:
    """Render every value by itself."""
    return [render(value) for value in np.asarray(values).tolist()]
