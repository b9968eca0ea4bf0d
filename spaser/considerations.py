"""What a contract's declared considerations amount to: yes, no, or not declared.

A positive value makes a yes. Only "Pas de considération..." alone makes a no: an absent field, an
unknown value, even beside it, say nothing. A yes that also says "Pas de..." contradicts itself;
the strict reading makes it not declared, never a no.
"""

from dataclasses import dataclass
from enum import IntFlag

from spaser.enums import Answer
from tenders.enums import Environmental, Social


@dataclass(frozen=True)
class Dimension:
    """A column of flags of contracts, and which of them say yes and no."""

    field: str
    flags: type[IntFlag]
    positive: int
    none: int

    def contradicts_itself(self, declared: int) -> bool:
        return bool(declared & self.positive and declared & self.none)


SOCIAL = Dimension(
    "social", Social, Social.CLAUSE | Social.CRITERION | Social.RESERVED, Social.NONE
)
ENVIRONMENTAL = Dimension(
    "environmental",
    Environmental,
    Environmental.CLAUSE | Environmental.CRITERION,
    Environmental.NONE,
)


def judge(declared: int, dimension: Dimension, *, strict: bool = False) -> Answer:
    """Return the answer of a contract from its flags."""
    if declared & dimension.positive:
        doubtful = strict and dimension.contradicts_itself(declared)
        return Answer.ND if doubtful else Answer.YES
    return Answer.NO if declared == dimension.none else Answer.ND


def flags_meaning(answer: Answer, dimension: Dimension, *, strict: bool = False) -> list[int]:
    """Return every combination of flags judged `answer`: the same rule, to filter rows with."""
    every = 1 << max(dimension.flags).bit_length()
    return [flags for flags in range(every) if judge(flags, dimension, strict=strict) == answer]
