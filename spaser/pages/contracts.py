"""The contracts behind a number: a figure's answer, or those left out and why."""

from dataclasses import dataclass
from typing import Any

from django.core.paginator import Paginator
from django.db.models import Count, Sum
from django.http import QueryDict
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from search.listing import address, page_numbers
from spaser import wording
from spaser.considerations import ENVIRONMENTAL, SOCIAL
from spaser.enums import Answer, Basis, Reason
from spaser.forms import EXCLUDED, ReportForm
from spaser.indicators import INDICATORS
from spaser.queries import Reported, contracts_behind, contracts_left_out, contracts_of

PER_PAGE = 50


@dataclass(frozen=True)
class Asked:
    """A list of contracts: its title, and what it adds up to."""

    title: str
    contracts: Reported
    basis: Basis = Basis.COUNT


def contracts_asked(form: ReportForm) -> Asked:
    """Return the list a form asks for; UnknownBuyer when nobody has its number."""
    values, query = form.values, form.query
    reason, answer, code = (values.get(name) for name in ("reason", "answer", "figure"))
    if reason or answer == EXCLUDED:
        title = Reason(reason).label if reason else _("Marchés laissés de côté")
        return Asked(str(title), contracts_left_out(query, reason))
    if code and answer:
        indicator = INDICATORS[code]
        title = f"{indicator.name}\u00a0: {Answer(answer).label}"
        return Asked(title, contracts_behind(query, code, Answer(answer)), indicator.basis)
    return Asked(_("Tous les marchés du rapport"), contracts_of(query))


def list_context(asked: Asked, form: ReportForm, params: QueryDict) -> dict[str, Any]:
    """Return a page of the list; its total is added up from the list itself."""
    found = asked.contracts.select_related("buyer").order_by(
        "notified_on", "buyer__siret", "number", "discriminator"
    )
    page = Paginator(found, PER_PAGE).get_page(form.values.get("page", 1))
    return {
        "h1": asked.title,
        "lead": _total(asked),
        "page": page,
        "page_number": page.number,
        "pages": page_numbers(page.paginator.num_pages, page.number),
        "previous_page": page.number - 1,
        "next_page": page.number + 1 if page.has_next() else None,
        "lines": [_line(contract) for contract in page],
        "report_href": address(params, figure=None, answer=None, reason=None),
        "year": form.query.year,
    }


def _total(asked: Asked) -> str:
    added = asked.contracts.aggregate(number=Count("pk"), cents=Sum("amount"))
    number = added["number"]
    words = ngettext("%(n)s marché", "%(n)s marchés", number)
    counted = words % {"n": wording.quantity(number, Basis.COUNT)}
    if asked.basis == Basis.COUNT:
        return counted
    cents = wording.euros(int(added["cents"] or 0))
    return _("%(euros)s hors taxes, %(counted)s") % {"euros": cents, "counted": counted}


def _line(contract: Any) -> dict[str, Any]:
    return {
        "contract": contract,
        "amount": contract.amount_text
        if contract.amount is None
        else wording.euros(contract.amount),
        "social": wording.declared(contract.social, SOCIAL),
        "environmental": wording.declared(contract.environmental, ENVIRONMENTAL),
        "reason": Reason(contract.reason).label if contract.reason else "",
    }
