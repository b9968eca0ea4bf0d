"""What an indicator is: adding one is a file beside this one, its line in the registry, tests."""

from dataclasses import dataclass

from django.utils.functional import Promise

from spaser.considerations import Dimension
from spaser.enums import Basis


@dataclass(frozen=True)
class Indicator:
    """A share of the year's contracts: those whose `dimension` says yes, counted or in euros.

    `version` grows when the formula changes; `source` is the text that asks for it.
    """

    code: str
    name: str | Promise
    formula: str | Promise
    basis: Basis
    dimension: Dimension
    version: int
    source: str | Promise
