"""What of a company can be found, filtered and counted."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import groupby
from operator import attrgetter
from typing import Any

from django.utils import timezone

from reference import cpv, naf
from reference.models import Commune, FiliereNaf
from search.documents import Analysis, Document, KeywordField, NumberField, TextField
from suppliers.enums import SIAE
from suppliers.models import Company, Establishment, Label, Profile

INDEX = "suppliers"
_CHUNK = 2_000
#: Odd, so that multiplying modulo 2**30 is a bijection of the billion SIREN: no two companies
#: tie, and neither age, size nor name helps anyone.
_MIX = 0x2545F491


def tie_of(siren: str) -> int:
    """Return a company's place among equals: fixed, unique, the same on every engine."""
    return int(siren) * _MIX % 2**30


#: What a label leaves out must not be found by it: 47 is retail "à l'exception des automobiles".
_EXCEPTION = re.compile(r"\(?(?:,\s*)?(?:à l'exception|à l'exclusion|sauf|hors\s)[^);]*\)?")


def activity_words(code: str) -> str:
    """Return the label of an activity without what it leaves out."""
    return _EXCEPTION.sub("", naf.label(code).replace("’", "'"))


class SupplierDocuments:
    """Implements `search.documents.DocumentType` for the companies of the directory."""

    index = INDEX
    texts = (
        TextField("name", 4.0, Analysis.NAME),
        TextField("offer", 3.0),
        TextField("cpv", 3.0),
        TextField("naf", 2.0),
        TextField("sector", 0.8),
        TextField("place", 0.5),
    )
    keywords = tuple(
        KeywordField(name)
        for name in (
            "size", "label", "naf", "cpv", "commune", "postcode", "filiere", "legal_form",
            "ess", "claimed", "awarded", "intervention",
        )
    )  # fmt: skip
    numbers = (NumberField("created"),)

    def count(self) -> int:
        return Company.objects.in_directory().count()

    def all(self) -> Iterator[Document]:
        """Yield every company of the directory, by SIREN, a few thousand rows in memory."""
        last = ""
        while companies := list(
            Company.objects.in_directory().filter(siren__gt=last).order_by("siren")[:_CHUNK]
        ):
            yield from _documents(companies)
            last = companies[-1].siren

    def get(self, keys: Iterable[str]) -> Iterator[Document]:
        wanted = sorted(set(keys))
        for start in range(0, len(wanted), _CHUNK):
            some = wanted[start : start + _CHUNK]
            companies = list(Company.objects.in_directory().filter(siren__in=some))
            yield from _documents(companies)


@dataclass(frozen=True)
class _Around:
    """What stands beside the companies of one chunk, by SIREN."""

    establishments: dict[str, list[Establishment]]
    labels: dict[str, list[str]]
    profiles: dict[str, Profile]
    communes: dict[str, Commune]
    #: (*filière*, beginning of a NAF code), as people edited them.
    filieres: list[tuple[str, str]]

    def filieres_of(self, nafs: list[str]) -> list[str]:
        return sorted(
            {
                name
                for code in nafs
                for name, prefix in self.filieres
                if code.startswith(prefix) or prefix in naf.ancestors(code)
            }
        )


def _documents(companies: list[Company]) -> Iterator[Document]:
    around = _read_around([company.siren for company in companies])
    for company in companies:
        yield _document(company, around)


def _read_around(sirens: list[str]) -> _Around:
    places = _by_company(
        Establishment.objects.active()
        .filter(company_id__in=sirens)
        .order_by("company_id", "-is_seat", "siret")
    )
    labels = Label.objects.valid_on(timezone.localdate()).filter(company_id__in=sirens)
    rows = labels.order_by("company_id", "kind").values_list("company_id", "kind")
    profiles = Profile.objects.filter(company_id__in=sirens)
    codes = {place.commune_id for group in places.values() for place in group}
    return _Around(
        places,
        {siren: [kind for _, kind in group] for siren, group in groupby(rows, lambda row: row[0])},
        {profile.company_id: profile for profile in profiles},
        Commune.objects.in_bulk([code for code in codes if code]),
        list(FiliereNaf.objects.values_list("filiere_id", "prefix")),
    )


def _by_company(rows: Iterable[Any]) -> dict[str, list[Any]]:
    return {key: list(group) for key, group in groupby(rows, attrgetter("company_id"))}


def _document(company: Company, around: _Around) -> Document:
    places = around.establishments.get(company.siren, [])
    profile = around.profiles.get(company.siren)
    nafs = list(dict.fromkeys(code for code in (company.naf, *(p.naf for p in places)) if code))
    return Document(
        key=company.siren,
        tie=tie_of(company.siren),
        texts={
            "name": _names(company, places),
            "offer": [profile.offer] if profile and profile.offer else [],
            "cpv": [cpv.label(code) for code in profile.cpv_codes] if profile else [],
            "naf": [activity_words(code) for code in nafs],
            # Without the section: G says "automobiles" of every shop there is.
            "sector": [
                activity_words(above) for code in nafs for above in naf.ancestors(code)[:-1]
            ],
            "place": _place_words(places, around),
        },
        keywords=_keywords(company, places, nafs, around),
        numbers={"created": company.created_on.toordinal() if company.created_on else None},
        points=[point for place in places if (point := _point(place, around))],
    )


def _names(company: Company, places: list[Establishment]) -> list[str]:
    lines = [company.name, *company.other_names.splitlines()]
    lines += [line for place in places for line in place.trade_names.splitlines()]
    return list(dict.fromkeys(line for line in lines if line))


def _place_words(places: list[Establishment], around: _Around) -> list[str]:
    found = [
        f"{around.communes[place.commune_id].name} {place.postcode}"
        for place in places
        if place.commune_id
    ]
    return list(dict.fromkeys(found))


def _keywords(
    company: Company, places: list[Establishment], nafs: list[str], around: _Around
) -> dict[str, list[str]]:
    profile = around.profiles.get(company.siren)
    labels = around.labels.get(company.siren, [])
    group = ["siae"] if SIAE.intersection(labels) else []
    return {
        "size": [company.size],
        "label": [*labels, *group],
        "naf": nafs,
        "cpv": profile.cpv_codes if profile else [],
        "commune": [place.commune_id for place in places if place.commune_id],
        "postcode": [place.postcode for place in places if place.postcode],
        "filiere": around.filieres_of(nafs),
        "legal_form": [company.legal_category] if company.legal_category else [],
        "ess": [] if company.is_ess is None else [str(company.is_ess).lower()],
        "claimed": [str(bool(profile and profile.claimed_at)).lower()],
        "awarded": [],
        "intervention": profile.intervention_area if profile else [],
    }


def _point(place: Establishment, around: _Around) -> tuple[float, float] | None:
    if place.latitude is not None and place.longitude is not None:
        return place.latitude, place.longitude
    commune = around.communes.get(place.commune_id or "")
    if commune is None or commune.latitude is None or commune.longitude is None:
        return None
    return commune.latitude, commune.longitude
