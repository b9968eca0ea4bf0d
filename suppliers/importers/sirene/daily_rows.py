"""One event of a daily file of 2017 to the rows it leaves: pure functions, tested alone.

VMAJ: C creation, D entry into the diffusion, I and F the states before and after a change,
E end of the establishment, O exit from the diffusion (INSEE, frequent updates, layout XL2).
"""

from dataclasses import dataclass

from reference.identifiers import is_siret
from suppliers.enums import Diffusion
from suppliers.importers.sirene.communes import Communes
from suppliers.importers.sirene.findings import Rule
from suppliers.importers.sirene.rows import CompanyRow, EstablishmentRow, as_diffused
from suppliers.importers.sirene.stock_rows import commune_of
from suppliers.importers.sirene.values import Values
from suppliers.sizes import company_size

_BEFORE = "I"
_ENDED = "E"
_WITHDRAWN = "O"
_STANDING = frozenset("CDF")
#: The only establishment ends: the legal unit ceases with it.
_UNIT_CEASES = "SU"
#: The INSEE code comes in two columns, joined by the reader under this name.
COMMUNE = "DEPET+COMET"


@dataclass(frozen=True, slots=True)
class Event:
    """The state of an establishment and of its company after an event."""

    stamp: str
    company: CompanyRow
    establishment: EstablishmentRow


def parse_event(values: Values, communes: Communes) -> Event | None:
    """Return what a line changes; None for a state before, or a line that cannot be read."""
    kind = values.text("VMAJ")
    if kind == _BEFORE:
        return None
    siren, nic = values.text("SIREN"), values.text("NIC")
    if not is_siret(siren + nic):
        values.reject(Rule.SIRET_CHECK, "NIC" if len(siren) == 9 else "SIREN")
        return None
    if kind not in _STANDING | {_ENDED, _WITHDRAWN}:
        values.reject(Rule.UNKNOWN_EVENT, "VMAJ")
        return None
    company, establishment = _company(values, siren), _establishment(values, siren, nic, communes)
    # A file without DIFFCOM holds only what may be shown.
    status = "" if kind == _WITHDRAWN else values.text("DIFFCOM") or Diffusion.PUBLIC
    return Event(
        stamp=values.text("DATEMAJ"),
        company=as_diffused(company, status),
        establishment=as_diffused(establishment, status),
    )


def _company(values: Values, siren: str) -> CompanyRow:
    category, bracket = values.category("CATEGORIE"), values.bracket("TEFEN")
    naf, nomenclature = values.naf("APEN700", "")
    legal_category = values.legal_category("NJ")
    person = legal_category.startswith("1")
    long_name = values.text("NOMEN_LONG")
    return CompanyRow(
        siren=siren,
        name="" if person else long_name,
        other_names="\n".join(name for name in values.texts("SIGLE") if name != long_name),
        legal_category=legal_category,
        naf=naf,
        naf_nomenclature=nomenclature,
        staff_bracket=bracket,
        staff_year=values.year("DEFEN"),
        category=category,
        size=company_size(category, bracket).value,
        is_ess=values.flag("ESS"),
        is_active=not (values.text("VMAJ") == _ENDED and values.text("EVE") == _UNIT_CEASES),
        created_on=values.date("DCREN"),
        person_name=(values.words("NOM", "PRENOM") or long_name) if person else "",
    )


def _establishment(values: Values, siren: str, nic: str, communes: Communes) -> EstablishmentRow:
    naf, nomenclature = values.naf("APET700", "")
    return EstablishmentRow(
        siret=siren + nic,
        company_id=siren,
        is_seat=values.text("SIEGE") == "1",
        is_active=values.text("VMAJ") != _ENDED,
        trade_names=values.text("ENSEIGNE"),
        address=", ".join(values.texts("L3_NORMALISEE", "L4_NORMALISEE"))[:250],
        postcode=values.postcode("CODPOS"),
        commune_id=commune_of(values, COMMUNE, communes),
        naf=naf,
        naf_nomenclature=nomenclature,
        staff_bracket=values.bracket("TEFET"),
        created_on=values.date("DCRET"),
    )
