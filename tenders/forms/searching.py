"""The one reading of a search of forecasts: parameters become a ForecastQuery."""

import re

from django.http import QueryDict
from django.utils.translation import gettext as _

from accounts.models import Buyer
from reference.territory import find_commune
from search.parameters import (
    BadValue,
    ParameterForm,
    Parameters,
    choice,
    cpv_prefix,
    in_table,
    whole,
    words_of,
)
from tenders.checks import unknown_commune
from tenders.forecast_enums import PUBLIC_STATES, Category, Horizon
from tenders.queries.forecasts import ORDERINGS, ForecastQuery, Quarter

_QUARTER = re.compile(r"(20\d\d)-[tTqQ]([1-4])", re.ASCII)
#: Pages beyond that many forecasts are nobody's reading.
WINDOW = 10_000


class ForecastSearchForm(ParameterForm):
    """Reads a QueryDict: `query` when `is_valid()`, else `errors_list` of (parameter, message)."""

    def __init__(self, data: QueryDict) -> None:
        super().__init__(data, PARAMETERS)
        self.query = ForecastQuery(**self.values) if self.is_valid() else ForecastQuery()

    def check_together(self) -> None:
        page, per_page = self.values.get("page", 1), self.values.get("per_page", 25)
        if page * per_page > WINDOW:
            message = _("Les pages s’arrêtent à %(window)d résultats\u00a0: ajoutez un filtre.")
            self.refuse("page", message % {"window": WINDOW})


def _commune(text: str) -> str:
    commune = find_commune(text)
    if commune is None:
        raise BadValue(unknown_commune(text))
    return str(commune.code)


def _quarter(text: str) -> Quarter:
    matched = _QUARTER.fullmatch(text)
    if not matched:
        message = _(
            "«\u00a0%(text)s\u00a0» n’est pas un trimestre\u00a0: écrivez l’année et son rang, "
            "par exemple 2027-T2."
        )
        raise BadValue(message % {"text": text[:60]})
    return int(matched[1]), int(matched[2])


PARAMETERS: Parameters = {
    "q": (words_of, False),
    "cpv": (cpv_prefix, True),
    "commune": (_commune, True),
    "buyer": (in_table(Buyer, "siret"), True),
    "category": (choice(Category.values), True),
    "budget_year": (whole(2000, 2099), True),
    "horizon": (choice(Horizon.values), True),
    "quarter": (_quarter, True),
    "state": (choice(PUBLIC_STATES), True),
    "ordering": (choice(ORDERINGS), False),
    "page": (whole(1), False),
    "per_page": (whole(1, 100), False),
}
