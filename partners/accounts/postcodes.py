"""The postcode area: the part of a postcode that may be told with volumes."""

# How many leading characters make the area; elsewhere two. After the postal services' own sorting areas.
_LEADING = {"US": 3, "CA": 3, "AU": 2, "DE": 2, "FR": 2, "PL": 2, "NL": 2, "IT": 2, "ES": 2}


def postcode_area(country: str, postcode: str) -> str:
    """The area of a postcode: a few leading characters, and for the United Kingdom the leading letters.

    >>> postcode_area("US", "98104"), postcode_area("GB", "RG7 5H7"), postcode_area("PL", "90-001")
    ('981', 'RG', '90')
    """
    code = postcode.strip().upper()
    if country == "GB":
        letters = 2 if len(code) > 1 and code[1].isalpha() else 1
        return code[:letters]
    return code[: _LEADING.get(country, 2)]
