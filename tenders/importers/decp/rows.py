"""What DECP says of a contract, as it is stored.

The fields are those of the models, under their column names: rows read from the database and
rows read from a file compare by `==`, which is how a second import knows it has nothing to write.
Named tuples, because an import makes and compares hundreds of thousands of them.
"""

from datetime import date
from decimal import Decimal
from typing import Any, NamedTuple

from tenders.importers.decp.findings import Anomaly


class ContractRow(NamedTuple):
    """The columns of `Contract` that a source declares."""

    kind: str
    nature: str
    objet: str
    cpv: str
    procedure: str
    techniques: list[str]
    modalites_execution: list[str]
    is_framework: bool
    framework_number: str
    is_innovative: bool | None
    ccag: str
    offers_received: int | None
    has_advance: bool | None
    advance_rate: Decimal | None
    grouping: str
    has_subcontracting: bool | None
    place_code: str
    place_type: str
    duration_months: int | None
    types_prix: list[str]
    forme_prix: str
    notified_on: date | None
    notified_text: str
    published_on: date | None
    amount: int | None
    amount_text: str
    social: int
    social_values: list[str]
    environmental: int
    environmental_values: list[str]
    others: dict[str, Any]


class HolderRow(NamedTuple):
    """A holder; `company_id` is the SIREN of a valid SIRET, else None."""

    id_type: str
    identifier: str
    company_id: str | None


class ModificationRow(NamedTuple):
    """A modification; None = it does not say."""

    number: int | None
    notified_on: date | None
    published_on: date | None
    objet: str
    duration_months: int | None
    amount: int | None
    holders: list[dict[str, str]] | None


class Body(NamedTuple):
    """All that is stored of a contract but its key and its sources."""

    row: ContractRow
    holders: tuple[HolderRow, ...]
    modifications: tuple[ModificationRow, ...]
    anomalies: tuple[Anomaly, ...]


class Record(NamedTuple):
    """One contract record of a file.

    `number` is the id as written; `numbered` is true for a v1 record, whose id may end with the
    number of a modification. `names` are the (SIRET, name) of the holders a record names.
    """

    buyer: str
    buyer_name: str
    number: str
    numbered: bool
    source: str
    body: Body
    names: tuple[tuple[str, str], ...]


class Change(NamedTuple):
    """What is to be written of one contract; JSON values only, ready for the database.

    `pk` is None for a contract to create. A part that is None does not change.
    """

    buyer: str
    buyer_name: str
    number: str
    discriminator: int
    pk: int | None
    row: list[Any] | None
    holders: list[list[Any]] | None
    modifications: list[list[Any]] | None
    anomalies: list[list[str]] | None
    #: Names of the sources to add.
    sources: list[str]
    #: (SIRET, name or "") of holders whose company must be known.
    awards: list[list[str]]
    #: (number, discriminator) of the contract of the same buyer that another source declares.
    resembles: list[Any] | None


CONTRACT_FIELDS = ContractRow._fields
HOLDER_FIELDS = HolderRow._fields
MODIFICATION_FIELDS = ModificationRow._fields
ANOMALY_FIELDS = Anomaly._fields
