"""The size shown for a company, derived in one place so that no two screens can disagree."""

from suppliers.enums import Category, Size

_UNDER_TEN = frozenset({"00", "01", "02", "03"})
_NOT_DECLARED = frozenset({"", "NN"})


def company_size(category: str, staff_bracket: str) -> Size:
    """Return the size of a company from INSEE's `category` and staff bracket.

    A TPE is a PME with a declared staff under 10; a PME whose staff is not declared may be
    either, so its size is unknown, as is that of a company without a category.
    """
    if category == Category.ETI:
        return Size.ETI
    if category == Category.GE:
        return Size.GE
    if category != Category.PME or staff_bracket in _NOT_DECLARED:
        return Size.UNKNOWN
    return Size.TPE if staff_bracket in _UNDER_TEN else Size.PME
