"""The paper of the picture: shapes and letters at pixels from the top left corner, made into one figure at the end."""

from collections.abc import Sequence
from math import cos, pi, sin
from typing import TYPE_CHECKING, Final

from bot.charts.text_layout import TextLayout

if TYPE_CHECKING:
    from matplotlib.figure import Figure

Point = tuple[float, float]

WIDTH: Final = 960
EDGE: Final = 44
INNER: Final = WIDTH - 2 * EDGE
# On a phone the picture is about 340 pixels wide: letters smaller than these could not be read there.
SMALL: Final = 28
TITLE: Final = 34
# From line to line, in letter sizes: accents over capitals and tails below stay apart.
LEAP: Final = 1.25

# A solid ground of its own: the picture looks the same in Discord's dark and light themes. Along none, drafted,
# approved, released the colours grow lighter and each has its own mark: they can be told apart without seeing hues.
GROUND: Final = "#1b1a26"
RAISED: Final = "#2b2a3c"
LINE: Final = "#3a394f"
EMBER: Final = "#E8590C"
BRIGHT: Final = "#f4f2fb"
SOFT: Final = "#bdbbd0"
FILLS: Final = {"none": RAISED, "drafted": "#454a8c", "approved": "#7c83ff", "released": "#ff9248"}
EDGES: Final = {"none": "#504e6b", "drafted": "#8f96d8", "approved": "#7c83ff", "released": "#ff9248"}


class Canvas:
    """A page of fixed width that grows downwards. All measures are pixels; a text's ``y`` is its baseline."""

    def __init__(self, width: float, text_layout: TextLayout) -> None:
        self.width = width
        self.text_layout = text_layout
        self._shapes: list[tuple[Sequence[Point], str, str, float]] = []
        self._texts: list[tuple[float, float, str, float, str, bool, str]] = []

    def text(
        self,
        x: float,
        y: float,
        text: str,
        size: float,
        colour: str = BRIGHT,
        *,
        bold: bool = False,
        align: str = "left",
    ) -> None:
        """Letters at a place."""
        if text:
            self._texts.append((x, y, text, size, colour, bold, align))

    def shape(self, points: Sequence[Point], fill: str, edge: str = "none", line: float = 0.0) -> None:
        """A filled polygon, over all that is there already."""
        self._shapes.append((points, fill, edge, line))

    def box(
        self, x: float, y: float, width: float, height: float, fill: str, edge: str = "none", line: float = 0.0
    ) -> None:
        """A rectangle."""
        self.shape(((x, y), (x + width, y), (x + width, y + height), (x, y + height)), fill, edge, line)

    def cell(self, x: float, y: float, width: float, height: float, state: str) -> None:
        """A chapter: a rounded box in the state's colour and, where there is room, with its mark."""
        side = min(width, height)
        line = max(1.0, side / 22)
        box = (x + line / 2, y + line / 2, width - line, height - line)
        self.shape(_rounded(*box, side * 0.18), FILLS[state], EDGES[state], line)
        if side >= 16:
            self.mark(x + width / 2, y + height / 2, side, state)

    def mark(self, x: float, y: float, side: float, state: str) -> None:
        """The state's mark in the middle of a square: a dot, a tick, or the triangle that means play."""
        if state == "drafted":
            self.disc(x, y, side * 0.13, BRIGHT)
        elif state == "approved":
            self.shape([(x + side * right, y + side * down) for right, down in _TICK], GROUND)
        elif state == "released":
            self.shape([(x + side * right, y + side * down) for right, down in _PLAY], GROUND)

    def disc(self, x: float, y: float, radius: float, fill: str) -> None:
        """A filled circle."""
        steps = [2 * pi * step / 48 for step in range(48)]
        self.shape([(x + radius * cos(step), y + radius * sin(step)) for step in steps], fill)

    def figure(self, height: float) -> "Figure":
        """Everything on it as a matplotlib figure of this height, of two kinds of artist: one collection, and texts."""
        from matplotlib.backends.backend_agg import FigureCanvasAgg
        from matplotlib.collections import PolyCollection
        from matplotlib.figure import Figure
        from matplotlib.transforms import Affine2D, IdentityTransform

        figure = Figure(figsize=(self.width / 72, height / 72), dpi=72, facecolor=GROUND)
        FigureCanvasAgg(figure)
        if self._shapes:
            points, fills, edges, lines = zip(*self._shapes, strict=True)
            shapes = PolyCollection(points, facecolors=fills, edgecolors=edges, linewidths=lines)
            shapes.set_transform(Affine2D().scale(1, -1).translate(0, height))
            figure.add_artist(shapes)
        for x, y, text, size, colour, bold, align in self._texts:
            font = self.text_layout.font(size, bold=bold)
            written = figure.text(x, height - y, text, color=colour, fontproperties=font, ha=align, va="baseline")
            written.set_transform(IdentityTransform())
            # A title may hold dollar signs; none of it is a formula.
            written.set_parse_math(False)
        return figure


_TICK: Final = ((-0.27, 0.02), (-0.18, -0.08), (-0.07, 0.04), (0.18, -0.22), (0.27, -0.12), (-0.07, 0.24))
_PLAY: Final = ((-0.16, -0.25), (0.26, 0.0), (-0.16, 0.25))


def _rounded(x: float, y: float, width: float, height: float, radius: float) -> list[Point]:
    """A box with round corners, clockwise from the right upper one."""
    right, left, lower, upper = x + width - radius, x + radius, y + height - radius, y + radius
    corners = ((right, upper, -pi / 2), (right, lower, 0.0), (left, lower, pi / 2), (left, upper, pi))
    return [
        (centre + radius * cos(start + step * pi / 8), middle + radius * sin(start + step * pi / 8))
        for centre, middle, start in corners
        for step in range(5)
    ]
