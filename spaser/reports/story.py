"""What a printed report says, from its title to what its figures do not say."""

from collections.abc import Iterable, Iterator
from typing import Any

from django.utils.formats import number_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from reportlab.lib.colors import HexColor
from reportlab.lib.pagesizes import A4
from reportlab.lib.styles import ParagraphStyle
from reportlab.lib.units import mm
from reportlab.platypus import Flowable, KeepTogether, LongTable, Table

from reference.identifiers import display
from spaser import wording
from spaser.enums import Verdict
from spaser.figures import SpaserFigures
from spaser.indicators import INDICATORS
from spaser.reports.bar import Bar
from spaser.reports.paragraphs import para, plain
from suppliers.wording import day

#: Rows of the table of contracts left out; past it the report sends to the page and the JSON.
MOST_ROWS = 2_000
REGULAR, BOLD = "DejaVuSans", "DejaVuSans-Bold"
WIDTH = A4[0] - 36 * mm
MUTED = HexColor("#55606e")
_INK, _RULE = HexColor("#1b2430"), HexColor("#dad7d0")
_COLOURS = {
    Verdict.REACHED: HexColor("#1b6b3a"),
    Verdict.NOT_REACHED: HexColor("#a1261b"),
    Verdict.OPEN: HexColor("#8a5a00"),
}


def _style(name: str, size: float, **more: Any) -> ParagraphStyle:
    options = {"fontName": REGULAR, "textColor": _INK, "leading": size * 1.4} | more
    return ParagraphStyle(name, fontSize=size, **options)


_TITLE = _style("title", 19, fontName=BOLD, spaceAfter=6)
HEADING = _style("heading", 13, fontName=BOLD, spaceBefore=16, spaceAfter=6, keepWithNext=1)
_NAME = _style("name", 9.5, fontName=BOLD)
_RATE = _style("rate", 17, fontName=BOLD, leading=22)
_TEXT = _style("text", 9.5, spaceAfter=4)
_SMALL = _style("small", 8, textColor=MUTED)
_CELL, _NUMBER = _style("cell", 8), _style("number", 8, alignment=2)
_HEAD = _style("head", 8, fontName=BOLD)
_HEAD_NUMBER = _style("head number", 7.5, fontName=BOLD, alignment=2)
_PLAIN = [
    ("FONTNAME", (0, 0), (-1, -1), REGULAR),  # else an unembedded Helvetica is named
    ("VALIGN", (0, 0), (-1, -1), "TOP"),
    ("LEFTPADDING", (0, 0), (0, -1), 0),
    ("RIGHTPADDING", (-1, 0), (-1, -1), 0),
]
_LINES = [
    *_PLAIN,
    ("LINEBELOW", (0, 0), (-1, 0), 1, _INK),
    ("LINEBELOW", (0, 1), (-1, -1), 0.5, _RULE),
]


def title_of(figures: SpaserFigures) -> str:
    """« SPASER 2025, Ville d’Exemple »."""
    return plain(f"SPASER {figures.query.year}, {figures.buyer_name}")


def story(figures: SpaserFigures) -> list[Flowable]:
    """Return the report's content, in reading order."""
    return [
        para(title_of(figures), _TITLE),
        para(_identity(figures), _TEXT),
        *_blocks(figures),
        para(_("Tous les nombres"), HEADING),
        _numbers(figures),
        para(_("Comment ces chiffres sont faits"), HEADING),
        *(para(sentence, _TEXT) for sentence in wording.method(figures)),
        *_definitions(),
        *_excluded(figures),
        *_anomalies(figures),
        para(_("Ce que ces chiffres ne disent pas"), HEADING),
        *(para(sentence, _TEXT) for sentence in wording.limits()),
    ]


def _identity(figures: SpaserFigures) -> str:
    name = "SIRET" if len(figures.query.buyer) == 14 else "SIREN"
    return _("Acheteur\u00a0: %(name)s %(number)s. Rapport arrêté le %(day)s.") % {
        "name": name,
        "number": display(figures.query.buyer),
        "day": day(figures.query.as_of),
    }


def _blocks(figures: SpaserFigures) -> Iterator[Flowable]:
    """The figures two by two: the rate, its base, its bar, its target."""
    width = WIDTH / 2 - 5 * mm
    blocks = [_block(figures, code, width) for code in figures.figures]
    rows = [blocks[start : start + 2] for start in range(0, len(blocks), 2)]
    yield para(_("Les chiffres"), HEADING)
    style = [*_PLAIN, ("BOTTOMPADDING", (0, 0), (-1, -1), 12)]
    yield Table(rows, colWidths=[WIDTH / 2] * 2, style=style)


def _block(figures: SpaserFigures, code: str, width: float) -> list[Flowable]:
    figure, verdict = figures.figures[code], figures.verdict(code)
    words = wording.verdict(figures, code)
    colour = {"textColor": _COLOURS[verdict], "fontName": BOLD} if verdict else {}
    mark = f"{wording.MARKS[verdict]} " if verdict else ""
    return [
        para(str(INDICATORS[code].name), _NAME),
        para(wording.percent(figure.floor), _RATE),
        para(wording.base(figure), _SMALL),
        Bar(figure, figures.goals.get(code), width),
        para(mark + words, _style("verdict", 8.5, **colour)),
    ]


def _numbers(figures: SpaserFigures) -> Table:
    """A column a figure, a line a measure."""
    columns = [wording.measures(figure) for figure in figures.figures.values()]
    names = [name for name, _value in columns[0]]
    head = [
        para(_("Mesure"), _HEAD),
        *(para(f"{code} {INDICATORS[code].name}", _HEAD_NUMBER) for code in figures.figures),
    ]
    rows = [
        [para(name, _CELL), *(para(column[line][1], _NUMBER) for column in columns)]
        for line, name in enumerate(names)
    ]
    first = 34 * mm
    widths = [first, *[(WIDTH - first) / len(columns)] * len(columns)]
    return Table([head, *rows], colWidths=widths, style=_LINES)


def _definitions() -> Iterator[Flowable]:
    yield para(_("Définitions"), HEADING)
    for indicator in INDICATORS.values():
        version = _("version %(version)d") % {"version": indicator.version}
        about = f"{indicator.formula} ({indicator.source}\u00a0; {version})"
        yield KeepTogether([para(f"{indicator.code} {indicator.name}", _NAME), para(about, _TEXT)])


def _excluded(figures: SpaserFigures) -> Iterator[Flowable]:
    yield para(_("Marchés laissés de côté"), HEADING)
    if not figures.excluded:
        yield para(_("Aucun."), _TEXT)
        return
    for reason, number in wording.reason_counts(figures):
        yield para(f"{reason.label}\u00a0: {number_format(number, force_grouping=True)}", _TEXT)
    shown = figures.excluded[:MOST_ROWS]
    yield _table(
        (_("Marché"), _("Hors de"), _("Raison")),
        (
            (f"{found.uid} – {found.objet}", wording.reach(found.figures), str(found.reason.label))
            for found in shown
        ),
        (WIDTH - 80 * mm, 25 * mm, 55 * mm),
    )
    if left := len(figures.excluded) - len(shown):
        words = ngettext(
            "Et %(left)d autre marché, dans le fichier JSON et sur le site.",
            "Et %(left)d autres marchés, dans le fichier JSON et sur le site.",
            left,
        )
        yield para(words % {"left": left}, _TEXT)


def _anomalies(figures: SpaserFigures) -> Iterator[Flowable]:
    yield para(_("Anomalies des données"), HEADING)
    if not figures.anomalies:
        yield para(_("Aucune."), _TEXT)
        return
    yield _table(
        (_("Règle"), _("Ce qu’elle signale"), _("Marchés")),
        (
            (rule, wording.anomaly(rule), number_format(number, force_grouping=True))
            for rule, number in figures.anomalies.items()
        ),
        (50 * mm, WIDTH - 75 * mm, 25 * mm),
    )


def _table(
    head: Iterable[str], rows: Iterable[Iterable[str]], widths: tuple[float, ...]
) -> LongTable:
    """A table over as many pages as it takes, its head on each."""
    cells = [[para(text, _HEAD) for text in head]]
    cells += [[para(text, _CELL) for text in row] for row in rows]
    return LongTable(cells, colWidths=widths, style=_LINES, repeatRows=1)
