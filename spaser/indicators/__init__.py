"""The indicators a report publishes, in its order."""

from spaser.enums import Basis
from spaser.indicators.base import Indicator
from spaser.indicators.environmental import ENV_N, ENV_V
from spaser.indicators.social import SOC_N, SOC_V

INDICATORS: dict[str, Indicator] = {
    indicator.code: indicator for indicator in (SOC_N, SOC_V, ENV_N, ENV_V)
}
#: Codes of the indicators in euros: a contract may be out of these alone.
IN_VALUE = tuple(code for code, found in INDICATORS.items() if found.basis == Basis.VALUE)

__all__ = ["INDICATORS", "IN_VALUE", "Indicator"]
