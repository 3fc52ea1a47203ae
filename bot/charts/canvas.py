"""What the picture is drawn on: shapes and texts, placed in pixels from the upper left corner, become one figure.

The picture is 960 pixels wide. Discord shows it at about 340 pixels on a phone and 550 on a desktop; all sizes in this
package are pixels of the full picture.
"""

from collections.abc import Sequence
from math import cos, pi, sin
from typing import TYPE_CHECKING, Final

from bot.charts.text_layout import TextLayout
from bot.fonts import has_east_asian
from storage.states import ScriptState

if TYPE_CHECKING:
    from matplotlib.figure import Figure

Point = tuple[float, float]

WIDTH: Final = 960
"""The picture's width: sharp on a desktop with a doubled pixel density, and still well below 300 kB."""
MARGIN: Final = 44
"""Empty space left and right."""
CONTENT_WIDTH: Final = WIDTH - 2 * MARGIN
SMALL_TEXT: Final = 28
"""The smallest font size. A phone shows it at about 10 pixels, the least that can be read."""
TITLE_TEXT: Final = 34
"""The font size of book titles and captions."""
LINE_HEIGHT: Final = 1.25
"""From one baseline to the next, in font sizes: accents on capitals and descenders of the line above do not touch."""

# Colours. The picture has a dark ground of its own, so that it looks the same in Discord's dark and light themes.
GROUND: Final = "#1b1a26"
LINE: Final = "#3a394f"
"""Rules and axes: visible on the ground, but not more prominent than what they separate."""
EMBER: Final = "#E8590C"
"""The studio's accent colour, as on its cards."""
BRIGHT: Final = "#f4f2fb"
"""Titles and headings."""
SOFT: Final = "#bdbbd0"
"""All other text."""
STATE_FILLS: Final[dict[ScriptState | None, str]] = {
    None: "#2b2a3c",
    ScriptState.DRAFT: "#454a8c",
    ScriptState.APPROVED: "#7c83ff",
    ScriptState.RELEASED: "#ff9248",
}
"""The colour of a chapter by its state, None for a chapter without a script.

Each is lighter than the one before, and each state has a mark too, so that hues are not needed to tell them apart.
"""
STATE_OUTLINES: Final[dict[ScriptState | None, str]] = {
    None: "#504e6b",
    ScriptState.DRAFT: "#8f96d8",
    ScriptState.APPROVED: "#7c83ff",
    ScriptState.RELEASED: "#ff9248",
}
"""The dark fills have a lighter outline, which separates them from the ground; the light ones need none."""

RECORDED: Final = "#8ff0c4"
"""The bar of recorded lines. On its strip of the ground's colour it is legible on every state's colour."""
_MIN_RECORDED: Final = 4.0
"""A thinner or shorter bar, or one nearer to the edge, could not be seen on a phone."""

_STROKE: Final = 0.022
_BOLD_STROKE: Final = 0.05
"""Of the font size: the outline of East Asian texts, because matplotlib has only the thinnest weight of their fonts."""
_POINTS_PER_INCH: Final = 72
"""At 72 dots an inch, matplotlib's point, the unit of font sizes and line widths, is exactly a pixel."""
_CIRCLE_CORNERS: Final = 48
"""Corners of the polygon that stands for a circle: at these sizes it looks round."""
_MIN_MARKED_CELL: Final = 16
"""In a cell with a shorter side than this, a mark would be a speck."""
_TICK: Final = ((-0.27, 0.02), (-0.18, -0.08), (-0.07, 0.04), (0.18, -0.22), (0.27, -0.12), (-0.07, 0.24))
"""The corners of a tick, from its centre, in sides of the square around it."""
_PLAY: Final = ((-0.16, -0.25), (0.26, 0.0), (-0.16, 0.25))
"""The corners of the triangle that means "play", in the same units."""


class Canvas:
    """A page of fixed width that grows downwards. What is drawn later lies over what was drawn earlier, texts over all.

    All positions and sizes are in pixels; the ``y`` of a text is its baseline.
    """

    def __init__(self, width: float, text_layout: TextLayout) -> None:
        self.width = width
        self.text_layout = text_layout
        self._shapes: list[tuple[Sequence[Point], str, str, float]] = []
        self._texts: list[tuple[float, float, str, float, str, bool, str]] = []

    def draw_text(
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
        """A line of text; ``align`` says which end of it is at ``x``, ``left`` or ``right``."""
        if text:
            self._texts.append((x, y, text, size, colour, bold, align))

    def draw_polygon(self, points: Sequence[Point], fill: str, outline: str = "none", line_width: float = 0.0) -> None:
        """A filled polygon."""
        self._shapes.append((points, fill, outline, line_width))

    def draw_box(
        self, x: float, y: float, width: float, height: float, fill: str, outline: str = "none", line_width: float = 0.0
    ) -> None:
        """A filled rectangle."""
        corners = ((x, y), (x + width, y), (x + width, y + height), (x, y + height))
        self.draw_polygon(corners, fill, outline, line_width)

    def draw_disc(self, x: float, y: float, radius: float, fill: str) -> None:
        """A filled circle around a point."""
        angles = [2 * pi * corner / _CIRCLE_CORNERS for corner in range(_CIRCLE_CORNERS)]
        self.draw_polygon([(x + radius * cos(angle), y + radius * sin(angle)) for angle in angles], fill)

    def draw_cell(
        self, x: float, y: float, width: float, height: float, state: ScriptState | None, recorded: float = 0.0
    ) -> None:
        """A chapter: a rounded box in the state's colour, with the state's mark if there is room.

        If any share of its lines is ``recorded``, a bar of that length is at its lower edge.
        """
        side = min(width, height)
        line_width = max(1.0, side / 22)
        # An outline is drawn half outside of its shape.
        box = (x + line_width / 2, y + line_width / 2, width - line_width, height - line_width)
        self.draw_polygon(_round_corners(*box, side * 0.18), STATE_FILLS[state], STATE_OUTLINES[state], line_width)
        if side >= _MIN_MARKED_CELL:
            # The mark makes room for the bar.
            self.draw_mark(x + width / 2, y + height / 2 - (side * 0.08 if recorded else 0), side, state)
        if recorded:
            inset, thickness = side * 0.14, max(_MIN_RECORDED, height * 0.12)
            length, top = width - 2 * inset, y + height - max(_MIN_RECORDED, side * 0.1) - thickness
            self.draw_box(x + inset - 1, top - 1, length + 2, thickness + 2, GROUND)
            self.draw_box(x + inset, top, max(_MIN_RECORDED, length * recorded), thickness, RECORDED)

    def draw_mark(self, x: float, y: float, side: float, state: ScriptState | None) -> None:
        """The mark of a state in the middle of a square: a dot, a tick or a triangle; no script has no mark."""
        match state:
            case ScriptState.DRAFT:
                self.draw_disc(x, y, side * 0.13, BRIGHT)
            case ScriptState.APPROVED:
                self.draw_polygon([(x + side * right, y + side * down) for right, down in _TICK], GROUND)
            case ScriptState.RELEASED:
                self.draw_polygon([(x + side * right, y + side * down) for right, down in _PLAY], GROUND)

    def build_figure(self, height: float) -> "Figure":
        """Everything that was drawn, as a matplotlib figure of this height.

        All shapes are one collection, because thousands of artists would take seconds.
        """
        from matplotlib.backends.backend_agg import FigureCanvasAgg
        from matplotlib.collections import PolyCollection
        from matplotlib.figure import Figure
        from matplotlib.patheffects import withStroke
        from matplotlib.transforms import Affine2D, IdentityTransform

        figure = Figure(
            figsize=(self.width / _POINTS_PER_INCH, height / _POINTS_PER_INCH), dpi=_POINTS_PER_INCH, facecolor=GROUND
        )
        FigureCanvasAgg(figure)
        if self._shapes:
            points, fills, outlines, line_widths = zip(*self._shapes, strict=True)
            shapes = PolyCollection(points, facecolors=fills, edgecolors=outlines, linewidths=line_widths)
            # Matplotlib counts y from the lower edge.
            shapes.set_transform(Affine2D().scale(1, -1).translate(0, height))
            figure.add_artist(shapes)
        for x, y, text, size, colour, bold, align in self._texts:
            font = self.text_layout.get_font(size, bold=bold)
            artist = figure.text(x, height - y, text, color=colour, fontproperties=font, ha=align, va="baseline")
            artist.set_transform(IdentityTransform())
            # A title may contain dollar signs, which would begin a formula.
            artist.set_parse_math(False)
            if has_east_asian(text):
                stroke = size * (_BOLD_STROKE if bold else _STROKE)
                artist.set_path_effects([withStroke(linewidth=stroke, foreground=colour)])
        return figure


def _round_corners(x: float, y: float, width: float, height: float, radius: float) -> list[Point]:
    """A box whose corners are arcs of five points, clockwise from the upper right one."""
    right, left, lower, upper = x + width - radius, x + radius, y + height - radius, y + radius
    corners = ((right, upper, -pi / 2), (right, lower, 0.0), (left, lower, pi / 2), (left, upper, pi))
    return [
        (centre_x + radius * cos(start + step * pi / 8), centre_y + radius * sin(start + step * pi / 8))
        for centre_x, centre_y, start in corners
        for step in range(5)
    ]
