"""A report as a PDF to print for a council: real text, embedded fonts, same bytes each time."""

from functools import cache
from io import BytesIO
from pathlib import Path
from typing import Any

from django.conf import settings
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from reportlab.lib.pagesizes import A4
from reportlab.lib.units import mm
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont
from reportlab.pdfgen.canvas import Canvas
from reportlab.platypus import Flowable, SimpleDocTemplate

from spaser.figures import SpaserFigures
from spaser.reports.story import BOLD, HEADING, MUTED, REGULAR, WIDTH, story, title_of
from suppliers.wording import day

_FONTS = Path(__file__).parent / "fonts"
_MARGIN = (A4[0] - WIDTH) / 2
_PADDING = 6  # what reportlab's frames add inside their margins
_FOOT = 11 * mm
_LONGEST_FOOT = 90


def as_pdf(figures: SpaserFigures) -> bytes:
    """Return the report, in the language in force."""
    _register_fonts()
    file = BytesIO()
    document = _Document(
        file,
        pagesize=A4,
        leftMargin=_MARGIN - _PADDING,
        rightMargin=_MARGIN - _PADDING,
        topMargin=_MARGIN,
        bottomMargin=_FOOT + 9 * mm,
        title=title_of(figures),
        author=settings.SITE_NAME,
        subject=_("Achats socialement et écologiquement responsables"),
        lang=get_language() or "fr",
        displayDocTitle=True,
        initialFontName=REGULAR,
        invariant=1,
    )
    foot = _("%(title)s · arrêté le %(day)s") % {
        "title": title_of(figures)[:_LONGEST_FOOT],
        "day": day(figures.query.as_of),
    }
    document.build(story(figures), canvasmaker=_numbered(foot))
    return file.getvalue()


class _Document(SimpleDocTemplate):  # type: ignore[misc]  # reportlab has no types
    """Puts each heading in the outline, for who goes through the file without seeing it."""

    def afterFlowable(self, flowable: Flowable) -> None:  # noqa: N802 (reportlab's name)
        if getattr(flowable, "style", None) is HEADING:
            key = f"heading-{self.canv.getPageNumber()}-{self.seq.nextf('heading')}"
            self.canv.bookmarkPage(key)
            self.canv.addOutlineEntry(flowable.getPlainText(), key)


def _numbered(foot: str) -> type[Canvas]:
    """Return a canvas that writes « page 2 / 5 »: pages wait for the last to be known."""

    class Numbered(Canvas):  # type: ignore[misc]
        def __init__(self, *args: Any, **options: Any) -> None:
            super().__init__(*args, **options)
            self._waiting: list[dict[str, Any]] = []

        def showPage(self) -> None:  # noqa: N802
            self._waiting.append(dict(self.__dict__))
            self._startPage()

        def save(self) -> None:
            pages = self._waiting
            for page in pages:
                self.__dict__.update(page)
                self._foot(len(pages))
                super().showPage()
            super().save()

        def _foot(self, pages: int) -> None:
            self.setFillColor(MUTED)
            self.setFont(BOLD, 7.5)
            self.drawString(_MARGIN, _FOOT, settings.SITE_NAME)
            self.setFont(REGULAR, 7.5)
            self.drawCentredString(A4[0] / 2, _FOOT, foot)
            here = _("page %(page)d / %(pages)d") % {"page": self.getPageNumber(), "pages": pages}
            self.drawRightString(A4[0] - _MARGIN, _FOOT, here)

    return Numbered


@cache
def _register_fonts() -> None:
    for name in (REGULAR, BOLD):
        pdfmetrics.registerFont(TTFont(name, _FONTS / f"{name}.ttf"))
