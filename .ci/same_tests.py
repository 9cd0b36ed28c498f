"""Whether the same tests passed on two set-ups: `same_tests.py FIRST.xml[,MORE.xml] SECOND.xml TESTS…`, by JUnit."""

import sys
import xml.etree.ElementTree as ET
from collections.abc import Sequence


def passed(paths: str, folders: Sequence[str]) -> set[str]:
    """The tests of these folders and files that ran and passed."""
    rooms = tuple(f"{folder.removesuffix('.py').replace('/', '.')}." for folder in folders)
    return {
        f"{case.get('classname')}.{case.get('name')}"
        for path in paths.split(",")
        for case in ET.parse(path).iter("testcase")  # noqa: S314  (written by the run before)
        if f"{case.get('classname')}.".startswith(rooms) and not len(case)
    }


def main(first: str, second: str, *folders: str) -> None:
    """Say how many passed on both; end with status 1 and the names where they differ."""
    one, other = passed(first, folders), passed(second, folders)
    for name in sorted(one ^ other):
        sys.stderr.write(f"Passed on {first if name in one else second} alone: {name}\n")
    if one != other or not one:
        sys.exit(1)
    sys.stdout.write(f"The same {len(one)} tests passed on both.\n")


if __name__ == "__main__":
    main(*sys.argv[1:])
