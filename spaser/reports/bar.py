"""The bar of a figure: yes, not declared (hatched), no, and the target as a line."""

from reportlab.lib.colors import Color, HexColor
from reportlab.platypus import Flowable

from spaser.figures import Figure, Goal

PRIMARY, ACCENT = HexColor("#0a4d7a"), HexColor("#a34a00")
LINE, GROUND = HexColor("#7f8894"), HexColor("#e9e5dc")
_HEIGHT, _ABOVE, _STEP = 11, 6, 4


class Bar(Flowable):  # type: ignore[misc]  # reportlab has no types
    """Drawn from exact shares; its numbers stand in words beside it."""

    def __init__(self, figure: Figure, goal: Goal | None, width: float) -> None:
        super().__init__()
        self.figure, self.goal = figure, goal
        self.width, self.height = width, _HEIGHT + 2 * _ABOVE

    def draw(self) -> None:
        total = self.figure.total or 1
        yes, unknown = (
            self.width * float(part) / total for part in (self.figure.yes, self.figure.nd)
        )
        self._box(0, self.width, GROUND)
        self._box(0, yes, PRIMARY)
        self._hatch(yes, unknown)
        self.canv.setStrokeColor(LINE)
        self.canv.rect(0, _ABOVE, self.width, _HEIGHT, fill=0)
        if self.goal:
            self.canv.setStrokeColor(ACCENT)
            self.canv.setLineWidth(2)
            at = self.width * float(self.goal.share)
            self.canv.line(at, 0, at, self.height)

    def _box(self, start: float, width: float, colour: Color) -> None:
        self.canv.setFillColor(colour)
        self.canv.rect(start, _ABOVE, width, _HEIGHT, stroke=0, fill=1)

    def _hatch(self, start: float, width: float) -> None:
        if width <= 0:
            return
        canvas = self.canv
        canvas.saveState()
        self._box(start, width, HexColor("#ffffff"))
        frame = canvas.beginPath()
        frame.rect(start, _ABOVE, width, _HEIGHT)
        canvas.clipPath(frame, stroke=0)
        canvas.setStrokeColor(LINE)
        for step in range(-_HEIGHT, int(width) + _STEP, _STEP):
            canvas.line(start + step, _ABOVE, start + step + _HEIGHT, _ABOVE + _HEIGHT)
        canvas.restoreState()
