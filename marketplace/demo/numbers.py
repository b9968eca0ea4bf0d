"""SIREN and SIRET that no company has: right check digits, in a range without any company.

INSEE's stock, which is in the order of SIREN, goes from 001 807 254 straight to 005 410 220
(samples of its first lines, 2019 and 2024). A few real numbers are lower, such as 000 325 175:
so the invented ones begin with 002, 003 or 004, not with 000 or 001.
"""

import random

from stdnum import luhn

#: SIREN without their check digit.
_NUMBERS = range(200_000, 495_000)
BUYER_NUMBERS = range(499_000, 500_000)
#: Every invented SIREN is from the first to before the second, compared as text.
FIRST, AFTER = "002000000", "005000000"


def siren_of(number: int) -> str:
    return _checked(f"{number:08d}")


def siret_of(siren: str, rank: int) -> str:
    """Return the SIRET of the establishment of that rank, from 1."""
    return _checked(f"{siren}{rank:04d}")


def sirens(rng: random.Random, count: int) -> list[str]:
    """Draw `count` different SIREN, in their order."""
    return [siren_of(number) for number in sorted(rng.sample(_NUMBERS, count))]


def _checked(digits: str) -> str:
    return digits + str(luhn.calc_check_digit(digits))
