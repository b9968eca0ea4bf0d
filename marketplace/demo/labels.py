"""Who is recognised for what among the invented companies, since when and until when."""

import random
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta

from marketplace.demo.volumes import REFERENCE_DAY, SOLE_TRADER, read
from suppliers.enums import LabelKind
from suppliers.models import Company, Label

SOURCE = "démonstration"
_EXPIRED = 0.12
_SOLIDARITY = 0.03  # of what is ESS


@dataclass(frozen=True)
class _Rule:
    kind: str
    prefixes: tuple[str, ...]
    share: float
    #: Legal categories that may have it; () = any but sole traders, ("*",) = any at all.
    legal: tuple[str, ...]


class Labels:
    """Draws the labels of companies by their activity and legal form."""

    def __init__(self, rng: random.Random) -> None:
        self._rng = rng
        table = read("labels.toml")
        self._years = {kind: raw["years"] for kind, raw in table.items()}
        self._rules = [
            _Rule(kind, tuple(naf.split()), share, tuple(raw.get("legal", ())))
            for kind, raw in table.items()
            for naf, share in raw["shares"].items()
        ]
        self._by_naf: dict[str, list[_Rule]] = {}

    def of(self, company: Company) -> Iterator[Label]:
        given = set()
        for rule in self._rules_for(company.naf):
            if rule.kind in given or not _may(company, rule) or self._rng.random() >= rule.share:
                continue
            given.add(rule.kind)
            yield self._label(company, rule.kind)
        if company.is_ess and self._rng.random() < _SOLIDARITY:
            yield self._label(company, LabelKind.ESUS)

    def _rules_for(self, naf: str) -> list[_Rule]:
        if naf not in self._by_naf:
            self._by_naf[naf] = [r for r in self._rules if naf.startswith(r.prefixes)]
        return self._by_naf[naf]

    def _label(self, company: Company, kind: str) -> Label:
        rng = self._rng
        days = 365 * self._years[kind]
        late = days if rng.random() < _EXPIRED else 0
        start = REFERENCE_DAY - timedelta(days=rng.randrange(days - 30) + late)
        return Label(
            company=company,
            kind=kind,
            source=SOURCE,
            proof=f"Attestation de démonstration n° {rng.randint(1, 99_999)}",
            valid_from=start,
            valid_until=start + timedelta(days=days),
        )


def _may(company: Company, rule: _Rule) -> bool:
    if not rule.legal:
        return company.legal_category != SOLE_TRADER
    return rule.legal == ("*",) or company.legal_category in rule.legal
