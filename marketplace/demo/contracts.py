"""Three years of invented contracts, as DECP files: the real importer reads them.

They hold what real files hold: considerations present, absent and contradictory, amendments,
frameworks with their call-offs, consortia, lots under one number, placeholders, impossible dates,
contracts declared twice. Nothing is written that an import would not write.
"""

import random
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from accounts.models import Buyer
from marketplace.demo.numbers import siren_of, siret_of
from marketplace.demo.places import Spot
from marketplace.demo.purchases import Purchase, bought_by
from marketplace.demo.volumes import REFERENCE_DAY, Weighted
from suppliers.enums import SIAE, LabelKind

YEARS = range(REFERENCE_DAY.year - 2, REFERENCE_DAY.year + 1)
#: How contracts are shared between the buyers.
_SHARES = (0.42, 0.2, 0.16, 0.11, 0.07, 0.04)
_FROM_ELSEWHERE = 0.22
_STRANGERS = range(495_000, 499_000)  # invented companies that are in no directory
_RESERVED = SIAE | {LabelKind.EA, LabelKind.EATT, LabelKind.ESAT}

_PROCEDURES = Weighted(
    {
        "Procédure adaptée": 46.0,
        "Appel d'offres ouvert": 40,
        "Marché passé sans publicité ni mise en concurrence préalable": 8,
        "Procédure avec négociation": 4,
        "Appel d'offres restreint": 1.5,
        "Dialogue compétitif": 0.5,
    }
)
_PRICES = Weighted(
    {"Définitif révisable": 55.0, "Définitif ferme": 35, "Définitif actualisable": 10}
)

Record = dict[str, Any]


@dataclass(frozen=True)
class Candidate:
    """A company that may hold contracts."""

    siret: str
    is_reserved: bool


class Contracts:
    """Draws contracts; the same ones for the same seed and the same companies."""

    def __init__(
        self,
        seed: int,
        known: list[Purchase],
        spots: Sequence[Spot],
        holders: Mapping[str, Sequence[Candidate]],
    ) -> None:
        """`holders` maps each NAF prefix of the purchases to those who have that activity."""
        self._rng = random.Random(f"contracts {seed}")  # noqa: S311, nothing here is secret
        self._known, self._spots, self._holders = known, spots, holders

    def documents(self, buyers: Sequence[Buyer], count: int) -> Iterator[tuple[str, Record]]:
        """Yield (source, DECP document): what buyers declare, and what another channel repeats."""
        marches: list[Record] = []
        concessions: list[Record] = []
        for buyer, share in zip(buyers, _SHARES, strict=False):
            kinds = bought_by(buyer.kind, self._known)
            for year in YEARS:
                weight = 0.27 if year == YEARS[-1] else 0.365
                marches += self._year(buyer.siret, kinds, year, round(count * share * weight))
                concessions.append(self._concession(buyer.siret, year))
        yield (
            "profil-acheteur",
            {"marches": {"marche": marches, "contrat-concession": concessions}},
        )
        yield "pes", {"marches": {"marche": [self._repeated(each) for each in marches[::29]]}}

    def _year(
        self, siret: str, kinds: Sequence[Purchase], year: int, count: int
    ) -> Iterator[Record]:
        number = 0
        while number < count:
            number += 1
            first = self._contract(siret, self._rng.choice(kinds), year, number)
            yield first
            techniques = first["techniques"]["technique"]
            if techniques == ["Accord-cadre"] and self._rng.random() < 0.3:
                for _ in range(self._rng.randint(1, 3)):
                    number += 1
                    yield self._call_off(first, number)
            elif self._rng.random() < 0.04:  # another lot under the same number
                yield self._lot(first)

    def _contract(self, siret: str, kind: Purchase, year: int, number: int) -> Record:
        rng = self._rng
        notified = self._day(year)
        amount = kind.amount(rng)
        holders = self._pick(kind, rng.choices([1, 2, 3], [90, 7, 3])[0])
        framework = rng.random() < kind.framework
        record = {
            "id": f"{year}-{number:04d}",
            "acheteur": {"id": siret},
            "nature": "Marché",
            "objet": kind.text(rng.choice(self._spots)),
            "codeCPV": kind.cpv,
            "techniques": {"technique": ["Accord-cadre" if framework else "Sans objet"]},
            "modalitesExecution": {
                "modaliteExecution": ["Bons de commande" if framework else "Sans objet"]
            },
            "marcheInnovant": rng.random() < 0.02,
            "ccag": _ccag(kind.cpv),
            "offresRecues": rng.choices([1, 2, 3, 4, 6, 9], [22, 24, 22, 16, 11, 5])[0],
            "attributionAvance": amount > 50_000 and rng.random() < 0.6,
            "typeGroupementOperateurs": "Solidaire" if len(holders) > 1 else "Pas de groupement",
            "sousTraitanceDeclaree": rng.random() < 0.15,
            "procedure": _PROCEDURES.pick(rng),
            "lieuExecution": {"code": rng.choice(self._spots).code, "typeCode": "Code commune"},
            "dureeMois": rng.randint(*kind.months),
            "dateNotification": notified.isoformat(),
            "datePublicationDonnees": (notified + timedelta(rng.randint(5, 50))).isoformat(),
            "montant": amount,
            "typesPrix": {"typePrix": [_PRICES.pick(rng)]},
            "formePrix": "Mixte" if framework else "Forfaitaire",
            "titulaires": [_holder(each.siret) for each in holders],
            **self._considerations(kind, year, reserved=holders[0].is_reserved),
        }
        if rng.random() < 0.12:
            record["modifications"] = self._modifications(notified, amount)
        return self._with_faults(record)

    def _considerations(self, kind: Purchase, year: int, *, reserved: bool) -> Record:
        """Return both considerations, growing with the years; some are missing or contradict."""
        rng, late = self._rng, (YEARS[-1] - year) * 0.13
        social = ["Clause sociale"] if rng.random() < (kind.social - late) * 0.6 else []
        if rng.random() < 0.12:
            social.append("Critère social")
        if reserved and rng.random() < 0.7:
            social.append("Marché réservé")
        green = ["Clause environnementale"] if rng.random() < kind.environmental - late else []
        if rng.random() < (kind.environmental - late) * 0.6:
            green.append("Critère environnemental")
        return {
            **self._declared("considerationsSociales", "considerationSociale", social),
            **self._declared(
                "considerationsEnvironnementales", "considerationEnvironnementale", green
            ),
        }

    def _declared(self, outer: str, inner: str, values: list[str]) -> Record:
        draw = self._rng.random()
        if draw < 0.07:
            return {}
        if draw < 0.09:
            return {outer: {inner: []}}
        words = "sociale" if "Sociale" in inner else "environnementale"
        nothing = f"Pas de considération {words}"
        if values and draw < 0.11:
            return {outer: {inner: [nothing, *values]}}
        return {outer: {inner: values or [nothing]}}

    def _modifications(self, notified: date, amount: int) -> list[Record]:
        rng, found = self._rng, []
        for rank in range(1, rng.choice([1, 1, 1, 2, 3]) + 1):
            day = notified + timedelta(90 * rank + rng.randint(0, 60))
            if day >= REFERENCE_DAY:
                break
            amount = round(amount * rng.uniform(1.02, 1.15))
            change: Record = {
                "id": rank,
                "dateNotificationModification": day.isoformat(),
                "datePublicationDonneesModification": (day + timedelta(20)).isoformat(),
            }
            change |= {"montant": amount} if rng.random() < 0.8 else {"dureeMois": 12 + 6 * rank}
            found.append({"modification": change})
        return found

    def _with_faults(self, record: Record) -> Record:
        """Give a few records what real ones suffer from."""
        draw = self._rng.random()
        if draw < 0.01:
            record["montant"] = 1
        elif draw < 0.012:
            record["montant"] = 10**17
        elif draw < 0.016:
            record["dateNotification"] = "0" + record["dateNotification"][1:]
        elif draw < 0.05:
            record["montant"] = self._rng.randint(5_000, 39_999)
        return record

    def _call_off(self, framework: Record, number: int) -> Record:
        """Return a contract passed under a framework, some months after it."""
        rng, started = self._rng, framework["dateNotification"]
        year = int(framework["id"][:4])
        day = max(started, self._day(year).isoformat())
        return framework | {
            "id": f"{year}-{number:04d}",
            "objet": f"Marché subséquent : {framework['objet']}",
            "idAccordCadre": framework["id"],
            "techniques": {"technique": ["Sans objet"]},
            "modalitesExecution": {"modaliteExecution": ["Marchés subséquents"]},
            "dateNotification": day,
            "datePublicationDonnees": day,
            "montant": max(1, round(framework["montant"] * rng.uniform(0.05, 0.25))),
            "modifications": [],
        }

    def _lot(self, first: Record) -> Record:
        return first | {
            "objet": f"{first['objet']}, lot 2",
            "montant": max(1, round(first["montant"] * self._rng.uniform(0.3, 0.9))),
            "titulaires": [_holder(self._stranger())],
            "modifications": [],
        }

    def _repeated(self, record: Record) -> Record:
        """Return a contract as another channel declares it: the same, or nearly."""
        if self._rng.random() < 0.6:
            return dict(record)
        return record | {"objet": record["objet"].upper()[:60], "offresRecues": 1}

    def _concession(self, siret: str, year: int) -> Record:
        rng, spot = self._rng, self._rng.choice(self._spots)
        day = self._day(year)
        return {
            "id": f"{year}-C01",
            "autoriteConcedante": {"id": siret},
            "nature": "Concession de service",
            "objet": f"Exploitation d’une restauration de plein air {spot.at_name}",
            "procedure": "Procédure négociée ouverte",
            "dureeMois": rng.choice([36, 60, 84]),
            "dateSignature": day.isoformat(),
            "datePublicationDonnees": (day + timedelta(30)).isoformat(),
            "dateDebutExecution": (day + timedelta(60)).isoformat(),
            "valeurGlobale": rng.randint(80, 2_000) * 1_000,
            "montantSubventionPublique": 0,
            "concessionnaires": [
                {"concessionnaire": {"typeIdentifiant": "SIRET", "id": self._stranger()}}
            ],
            "considerationsSociales": {"considerationSociale": ["Clause sociale"]},
            "considerationsEnvironnementales": {
                "considerationEnvironnementale": ["Critère environnemental"]
            },
        }

    def _pick(self, kind: Purchase, count: int) -> list[Candidate]:
        """Draw holders, most of them local; none twice."""
        rng, found = self._rng, dict[str, Candidate]()
        local = [each for prefix in kind.naf for each in self._holders.get(prefix, ())]
        for _ in range(count):
            if local and rng.random() > _FROM_ELSEWHERE:
                chosen = rng.choice(local)
            else:
                chosen = Candidate(self._stranger(), is_reserved=False)
            found[chosen.siret] = chosen
        return list(found.values())

    def _stranger(self) -> str:
        return siret_of(siren_of(self._rng.choice(_STRANGERS)), 1)

    def _day(self, year: int) -> date:
        first = date(year, 1, 1)
        last = min(date(year, 12, 31), REFERENCE_DAY - timedelta(days=1))
        return first + timedelta(self._rng.randint(0, (last - first).days))


def is_reserved(labels: set[str]) -> bool:
    """Tell whether a company may hold reserved contracts."""
    return bool(labels & _RESERVED)


def _holder(siret: str) -> Record:
    return {"titulaire": {"typeIdentifiant": "SIRET", "id": siret}}


def _ccag(cpv: str) -> str:
    division = int(cpv[:2])
    if division == 45:
        return "Travaux"
    if division == 71:
        return "Maitrise d'œuvre"
    if division in (72, 48):
        return "Techniques de l'information et de la communication"
    return "Fournitures courantes et services"
