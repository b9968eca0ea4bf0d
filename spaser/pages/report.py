"""The page of a report: its figures as blocks, its method, who is left out."""

from dataclasses import dataclass
from typing import Any

from django.http import QueryDict
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from search.listing import address
from spaser import wording
from spaser.enums import Answer, Verdict
from spaser.figures import SpaserFigures
from spaser.forms import EXCLUDED
from spaser.indicators import INDICATORS
from spaser.models import Target, Threshold
from spaser.pages.choice import form_context

#: The width of a bar's drawing, in its own units.
BAR = 320
#: The colour's name, and a mark that says the same without colour.
_TONES = {
    Verdict.REACHED: "yes",
    Verdict.NOT_REACHED: "no",
    Verdict.OPEN: "doubt",
    None: "muted",
}


@dataclass(frozen=True)
class Bar:
    """Where the parts of a bar end, from 0 to `BAR`; `target` is None without one."""

    yes: str
    unknown: str
    target: str | None
    label: str


@dataclass(frozen=True)
class Block:
    """A figure as the page shows it; `parts` are (answer, quantity, address of its contracts)."""

    code: str
    name: str
    rate: str
    base: str
    bar: Bar | None
    verdict: str
    tone: str
    mark: str
    coverage: str
    parts: tuple[tuple[str, str, str], ...]


def report_context(figures: SpaserFigures, params: QueryDict) -> dict[str, Any]:
    total = figures.figures["SOC_N"].total
    counted = ngettext("%(n)s marché compté", "%(n)s marchés comptés", total)
    codes = list(figures.figures)
    return form_context(params) | {
        "h1": f"SPASER {figures.query.year}, {figures.buyer_name}",
        "figures": figures,
        "counted": counted % {"n": wording.quantity(total, figures.figures["SOC_N"].basis)},
        "blocks": [_block(figures, code, params) for code in codes],
        "rows": _rows(figures),
        "heads": [(code, INDICATORS[code].name) for code in codes],
        "method": list(wording.method(figures)),
        "reasons": [
            (reason.label, number, address(params, answer=EXCLUDED, reason=reason.value))
            for reason, number in wording.reason_counts(figures)
        ],
        "excluded_href": address(params, answer=EXCLUDED),
        "anomalies": [
            (rule, wording.anomaly(rule), number) for rule, number in figures.anomalies.items()
        ],
        "same_query": address(params),
    }


def editable_values() -> dict[str, Any]:
    """The thresholds and targets in the tables, in words."""
    return {
        "thresholds": [(wording.euros(found.cents), found) for found in Threshold.objects.all()],
        "targets": [
            (wording.percent(found.share), INDICATORS[found.indicator].name, found)
            for found in Target.objects.filter(indicator__in=INDICATORS)
        ],
    }


def _block(figures: SpaserFigures, code: str, params: QueryDict) -> Block:
    figure = figures.figures[code]
    verdict = figures.verdict(code)
    return Block(
        code=code,
        name=str(INDICATORS[code].name),
        rate=wording.percent(figure.floor),
        base=wording.base(figure),
        bar=_bar(figures, code),
        verdict=wording.verdict(figures, code),
        tone=_TONES[verdict],
        mark=wording.MARKS[verdict],
        coverage=_("Couverture\u00a0: %(share)s") % {"share": wording.percent(figure.coverage)},
        parts=tuple(
            (
                str(Answer(answer).label),
                wording.quantity(figure.of(answer), figure.basis),
                address(params, figure=code, answer=answer.value),
            )
            for answer in Answer
        ),
    )


def _bar(figures: SpaserFigures, code: str) -> Bar | None:
    """None when there is nothing to draw."""
    figure, goal = figures.figures[code], figures.goals.get(code)
    if figure.floor is None or figure.ceiling is None:
        return None
    words = _("oui %(yes)s, oui ou non déclaré %(ceiling)s") % {
        "yes": wording.percent(figure.floor),
        "ceiling": wording.percent(figure.ceiling),
    }
    aim = _(", cible %(share)s") % {"share": wording.percent(goal.share)} if goal else ""
    return Bar(
        yes=f"{float(figure.floor) * BAR:.2f}",
        unknown=f"{float(figure.ceiling - figure.floor) * BAR:.2f}",
        target=f"{float(goal.share) * BAR:.2f}" if goal else None,
        label=words + aim,
    )


def _rows(figures: SpaserFigures) -> list[tuple[str, list[tuple[str, str]]]]:
    """The table of all numbers: a line a measure, each cell with the name of its figure."""
    columns = [(code, wording.measures(figure)) for code, figure in figures.figures.items()]
    return [
        (name, [(str(INDICATORS[code].name), column[line][1]) for code, column in columns])
        for line, (name, _value) in enumerate(columns[0][1])
    ]
