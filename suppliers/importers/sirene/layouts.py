"""The layouts of SIRENE files: how each is recognised, what it must hold, what is read of it.

Columns come and go over the years: they are read by name, and unknown ones are ignored.
Source: INSEE, variables of the stock files (sirene.fr) and of the XL2 daily files of 2017.
"""

from collections.abc import Collection
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Layout:
    """One kind of file. `widths` gives the length of codes whose leading zeros Parquet lost."""

    name: str
    compulsory: tuple[str, ...]
    optional: tuple[str, ...]
    widths: dict[str, int] = field(default_factory=dict)
    #: Columns that betray a neighbouring file (the history has most columns of the stock).
    foreign: frozenset[str] = frozenset()

    @property
    def columns(self) -> tuple[str, ...]:
        return self.compulsory + self.optional

    def missing(self, columns: Collection[str]) -> list[str]:
        """Return the compulsory columns that `columns` lacks."""
        return [name for name in self.compulsory if name not in columns]

    def absent(self, columns: Collection[str]) -> list[str]:
        """Return the optional columns that `columns` lacks."""
        return [name for name in self.optional if name not in columns]


UNITS = Layout(
    name="StockUniteLegale",
    compulsory=(
        "siren",
        "statutDiffusionUniteLegale",
        "etatAdministratifUniteLegale",
        "denominationUniteLegale",
        "nomUniteLegale",
        "categorieJuridiqueUniteLegale",
        "activitePrincipaleUniteLegale",
    ),
    optional=(
        "unitePurgeeUniteLegale",
        "dateCreationUniteLegale",
        "sigleUniteLegale",
        "prenom1UniteLegale",
        "prenomUsuelUniteLegale",
        "nomUsageUniteLegale",
        "denominationUsuelle1UniteLegale",
        "denominationUsuelle2UniteLegale",
        "denominationUsuelle3UniteLegale",
        "trancheEffectifsUniteLegale",
        "anneeEffectifsUniteLegale",
        "categorieEntreprise",
        "nomenclatureActivitePrincipaleUniteLegale",
        "economieSocialeSolidaireUniteLegale",
        "societeMissionUniteLegale",
        "activitePrincipaleNAF25UniteLegale",
    ),
    widths={
        "siren": 9,
        "categorieJuridiqueUniteLegale": 4,
        "trancheEffectifsUniteLegale": 2,
        "anneeEffectifsUniteLegale": 4,
    },
    foreign=frozenset({"dateFin"}),
)

ESTABLISHMENTS = Layout(
    name="StockEtablissement",
    compulsory=(
        "siren",
        "siret",
        "statutDiffusionEtablissement",
        "etablissementSiege",
        "etatAdministratifEtablissement",
        "codeCommuneEtablissement",
        "activitePrincipaleEtablissement",
    ),
    optional=(
        "dateCreationEtablissement",
        "trancheEffectifsEtablissement",
        "complementAdresseEtablissement",
        "numeroVoieEtablissement",
        "indiceRepetitionEtablissement",
        "typeVoieEtablissement",
        "libelleVoieEtablissement",
        "codePostalEtablissement",
        "coordonneeLambertAbscisseEtablissement",
        "coordonneeLambertOrdonneeEtablissement",
        "enseigne1Etablissement",
        "enseigne2Etablissement",
        "enseigne3Etablissement",
        "denominationUsuelleEtablissement",
        "nomenclatureActivitePrincipaleEtablissement",
        "activitePrincipaleNAF25Etablissement",
    ),
    widths={
        "siren": 9,
        "siret": 14,
        "codeCommuneEtablissement": 5,
        "codePostalEtablissement": 5,
        "trancheEffectifsEtablissement": 2,
        "numeroVoieEtablissement": 1,
    },
    foreign=frozenset({"dateFin"}),
)

#: One line is an event of one establishment, with its legal unit repeated.
DAILY = Layout(
    name="sirc",
    compulsory=("SIREN", "NIC", "VMAJ", "DEPET", "COMET", "SIEGE", "NOMEN_LONG", "NJ", "APEN700"),
    optional=(
        "DATEMAJ",
        "EVE",
        "DIFFCOM",
        "L3_NORMALISEE",
        "L4_NORMALISEE",
        "CODPOS",
        "ENSEIGNE",
        "APET700",
        "TEFET",
        "DCRET",
        "SIGLE",
        "NOM",
        "PRENOM",
        "ESS",
        "TEFEN",
        "DEFEN",
        "CATEGORIE",
        "DCREN",
    ),
)

LAYOUTS = (UNITS, ESTABLISHMENTS, DAILY)
#: A file that lacks more compulsory columns than this is another kind of file.
_MAY_LACK = 2


def recognise(name: str, columns: Collection[str]) -> Layout | None:
    """Return the layout of a file by its `columns`; its `name` only helps a damaged one."""
    best = min(LAYOUTS, key=lambda layout: len(layout.missing(columns)))
    if len(best.missing(columns)) <= _MAY_LACK and not best.foreign.intersection(columns):
        return best
    return named_after(name)


def named_after(name: str) -> Layout | None:
    """Return the layout a file's name announces: StockUniteLegale_utf8.zip, sirc_2017020.csv.

    The history and the succession links (StockEtablissementHistorique_utf8...) are no layouts.
    """
    stem = name.lower().partition("_")[0].partition(".")[0]
    return next((layout for layout in LAYOUTS if layout.name.lower() == stem), None)
