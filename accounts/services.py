"""Every write of people and buyers."""

from collections.abc import Mapping

from django.db import transaction

from accounts.models import Buyer
from reference.identifiers import display


@transaction.atomic
def meet_buyers(*, names: Mapping[str, str]) -> dict[str, int]:
    """Return the ids of buyers by SIRET; those nobody knew are created, unverified.

    `names` gives the name a contract file writes for each SIRET; without one ("") the number
    stands for it. A known buyer keeps its name.
    """
    known = dict(Buyer.objects.filter(siret__in=names).values_list("siret", "pk"))
    if len(known) == len(names):
        return known
    Buyer.objects.bulk_create(
        (
            Buyer(siret=siret, name=name or display(siret))
            for siret, name in names.items()
            if siret not in known
        ),
        ignore_conflicts=True,
    )
    return dict(Buyer.objects.filter(siret__in=names).values_list("siret", "pk"))
