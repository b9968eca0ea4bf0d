"""One line of the stock to one row: pure functions, tested alone."""

from reference.identifiers import is_siren, is_siret
from suppliers.enums import Diffusion
from suppliers.importers.sirene.communes import Communes
from suppliers.importers.sirene.coordinates import Point, lambert93
from suppliers.importers.sirene.findings import Rule
from suppliers.importers.sirene.rows import CompanyRow, EstablishmentRow, as_diffused
from suppliers.importers.sirene.values import Values
from suppliers.sizes import company_size

_EAST = "coordonneeLambertAbscisseEtablissement"
_NORTH = "coordonneeLambertOrdonneeEtablissement"


def parse_unit(values: Values) -> CompanyRow | None:
    """Return the company of a line of StockUniteLegale; None when its SIREN is wrong."""
    siren = values.text("siren")
    if not is_siren(siren):
        values.reject(Rule.SIREN_CHECK, "siren")
        return None
    purged = values.text("unitePurgeeUniteLegale").lower() == "true"
    category = values.category("categorieEntreprise")
    bracket = values.bracket("trancheEffectifsUniteLegale")
    naf, nomenclature = values.naf(
        "activitePrincipaleUniteLegale", values.text("nomenclatureActivitePrincipaleUniteLegale")
    )
    name, other_names = _names(values)
    row = CompanyRow(
        siren=siren,
        name=name,
        other_names=other_names,
        legal_category=values.legal_category("categorieJuridiqueUniteLegale"),
        naf=naf,
        naf_nomenclature=nomenclature,
        naf_2025=values.naf("activitePrincipaleNAF25UniteLegale", "NAF2025")[0],
        staff_bracket=bracket,
        staff_year=values.year("anneeEffectifsUniteLegale"),
        category=category,
        size=company_size(category, bracket).value,
        is_ess=values.flag("economieSocialeSolidaireUniteLegale"),
        is_mission=values.flag("societeMissionUniteLegale"),
        is_active=values.text("etatAdministratifUniteLegale") == "A",
        created_on=values.date("dateCreationUniteLegale"),
        person_name=_person_name(values),
    )
    return as_diffused(row, "" if purged else values.text("statutDiffusionUniteLegale"))


def _names(values: Values) -> tuple[str, str]:
    """Return the name (a sole trader may have none) and the others, one per line."""
    usual = values.texts(*(f"denominationUsuelle{rank}UniteLegale" for rank in (1, 2, 3)))
    name = values.text("denominationUniteLegale") or next(iter(usual), "")
    others = [*values.texts("sigleUniteLegale"), *usual]
    return name, "\n".join(other for other in dict.fromkeys(others) if other != name)


def _person_name(values: Values) -> str:
    family = values.text("nomUsageUniteLegale") or values.text("nomUniteLegale")
    first = values.text("prenomUsuelUniteLegale") or values.text("prenom1UniteLegale")
    return f"{family} {first}".strip() if family else ""


def parse_establishment(values: Values, communes: Communes) -> EstablishmentRow | None:
    """Return the establishment of a line of StockEtablissement; None when its SIRET is wrong.

    Its coordinates are added by the batch (`coordinates.to_wgs84`).
    """
    siret, siren = values.text("siret"), values.text("siren")
    if not is_siret(siret) or siret[:9] != siren:
        values.reject(Rule.SIRET_CHECK, "siret")
        return None
    naf, nomenclature = values.naf(
        "activitePrincipaleEtablissement",
        values.text("nomenclatureActivitePrincipaleEtablissement"),
    )
    row = EstablishmentRow(
        siret=siret,
        company_id=siren,
        is_seat=values.text("etablissementSiege").lower() in {"true", "1"},
        is_active=values.text("etatAdministratifEtablissement") == "A",
        trade_names="\n".join(
            values.texts(
                "enseigne1Etablissement",
                "enseigne2Etablissement",
                "enseigne3Etablissement",
                "denominationUsuelleEtablissement",
            )
        ),
        address=_address(values),
        postcode=values.postcode("codePostalEtablissement"),
        commune_id=commune_of(values, "codeCommuneEtablissement", communes),
        naf=naf,
        naf_nomenclature=nomenclature,
        naf_2025=values.naf("activitePrincipaleNAF25Etablissement", "NAF2025")[0],
        staff_bracket=values.bracket("trancheEffectifsEtablissement"),
        created_on=values.date("dateCreationEtablissement"),
    )
    return as_diffused(row, values.text("statutDiffusionEtablissement"))


def commune_of(values: Values, name: str, communes: Communes) -> str | None:
    """Return today's code of the commune of a line; None outside France or when unknown."""
    code = values.text(name)
    if communes.is_unknown(code):
        values.findings.note(values.place, Rule.UNKNOWN_COMMUNE, name, code)
    return communes.current.get(code)


def point_of(values: Values) -> Point | None:
    """Return the Lambert-93 point of a line of StockEtablissement, in metres; None = none."""
    if values.text("statutDiffusionEtablissement") != Diffusion.PUBLIC:
        return None
    east, north = values.text(_EAST), values.text(_NORTH)
    if not east and not north:
        return None
    point = lambert93(east, north)
    if point is None:
        values.findings.note(values.place, Rule.BAD_COORDINATES, _EAST, f"{east} {north}")
    return point


def _address(values: Values) -> str:
    street = values.words(
        "numeroVoieEtablissement",
        "indiceRepetitionEtablissement",
        "typeVoieEtablissement",
        "libelleVoieEtablissement",
    )
    parts = (values.text("complementAdresseEtablissement"), street)
    return ", ".join(filter(None, parts))[:250]
