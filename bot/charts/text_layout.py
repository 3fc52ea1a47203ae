"""Makes texts fit: removes characters that no font here has, measures, wraps and shortens."""

import re
import unicodedata
from functools import cache
from typing import TYPE_CHECKING, Any, Final

from bot.fonts import list_font_files

if TYPE_CHECKING:
    from matplotlib.font_manager import FontManager, FontProperties

_BUNDLED_FONT: Final = "DejaVu Sans"
"""Comes with matplotlib, so that texts have the same width on every machine."""
_SYSTEM_FONTS: Final = (
    "Noto Sans CJK JP", "Noto Sans CJK SC", "Noto Sans CJK KR", "Noto Sans JP", "Noto Sans SC", "Noto Sans KR",
    "Source Han Sans", "WenQuanYi Micro Hei", "WenQuanYi Zen Hei", "Droid Sans Fallback", "IPAGothic", "Hiragino Sans",
    "PingFang SC", "Yu Gothic", "Microsoft YaHei", "Malgun Gothic", "Noto Sans Hebrew", "Noto Sans Arabic",
)  # fmt: skip
"""Used, where installed, for characters that neither the bundled font nor our packages' fonts have."""
_PACKAGED: Final = "packaged "
"""Before the names of our packages' fonts, so that they are not mistaken for a system's font with the same name."""
_UNDRAWABLE: Final = "\ufffc"
"""Marks a removed character while cleaning; Unicode's own "object replacement character" is in no title."""
_SEPARATOR: Final = " · "
"""Stands for a run of removed characters."""
_MAX_LENGTH: Final = 400
"""Characters of a text that are looked at: more than two lines hold in any size used."""
_MAX_MEASURED: Final = 120
"""Characters of a text that may fit into one line: more are wider than the picture, and measuring them takes long."""
_MAX_WORD_LOSS: Final = 8
"""Characters that may be given up so that a shortened line ends after a whole word."""


class TextLayout:
    """Measures and breaks text in pixels of the picture. Making one imports matplotlib, which takes about a second."""

    def __init__(self) -> None:
        from matplotlib.backends.backend_agg import RendererAgg
        from matplotlib.font_manager import FontProperties, findfont, fontManager, get_font

        renderer_class: Any = RendererAgg  # matplotlib does not annotate it
        # 72 dots an inch, as on the canvas, so that a point is a pixel.
        self._renderer = renderer_class(1, 1, 72)
        packaged = _add_packaged_fonts(fontManager)
        installed = {font.name for font in fontManager.ttflist}
        self._families = [_BUNDLED_FONT, *packaged, *(name for name in _SYSTEM_FONTS if name in installed)]
        # Titles are bold and the rest is not: a character counts as drawable if it exists in both weights.
        self._fonts_by_weight = [
            [get_font(findfont(FontProperties(family=family, weight=weight))) for family in self._families]
            for weight in ("normal", "bold")
        ]
        self._cached_font = cache(self._create_font)
        self._cached_width = cache(self._measure)

    def get_font(self, size: float, *, bold: bool = False) -> "FontProperties":
        """The font for texts of this size."""
        return self._cached_font(size, bold)

    def measure_width(self, text: str, size: float, *, bold: bool = False) -> float:
        """The width of the text in pixels."""
        return self._cached_width(text, size, bold) if text else 0.0

    def clean_text(self, text: str) -> str:
        """The text with drawable characters only; each run of others becomes one ``·``, or nothing at either end.

        It is empty if nothing of the text can be drawn.
        """
        cleaned: list[str] = []
        for character in unicodedata.normalize("NFKC", " ".join(text[:_MAX_LENGTH].split())):
            category = unicodedata.category(character)
            if category in {"Mn", "Me"}:
                # One combining mark on a letter is spelling; a stack of them would reach into the lines around it.
                if cleaned and unicodedata.category(cleaned[-1])[0] == "L" and self._is_drawable(character):
                    cleaned.append(character)
            elif category in {"Zs", "Zl", "Zp"}:
                cleaned.append(" ")
            elif category not in {"Cc", "Cf", "Cs"}:
                cleaned.append(character if self._is_drawable(character) else _UNDRAWABLE)
        parts = (" ".join(part.split()) for part in re.split(_UNDRAWABLE, "".join(cleaned)))
        return _SEPARATOR.join(part for part in parts if part)

    def wrap_text(self, text: str, size: float, width: float, *, max_lines: int, bold: bool = False) -> list[str]:
        """The text in at most ``max_lines`` lines, none wider than ``width``.

        Lines are broken at spaces where there are any. What does not fit is replaced by ``…``.
        """
        lines: list[str] = []
        remaining = text.strip()
        while remaining:
            if self._fits(remaining, size, width, bold):
                return [*lines, remaining]
            if len(lines) == max_lines - 1:
                end = self._count_fitting(remaining, size, width, bold, "…")
                space = remaining.rfind(" ", 0, end + 1)
                # The first few letters of a word say nothing, so the cut goes before the word if that loses little.
                end = space if space > max(0, end - _MAX_WORD_LOSS) else end
                return [*lines, remaining[:end].rstrip(" ·,:;-—") + "…"]
            end = self._count_fitting(remaining, size, width, bold)
            space = remaining.rfind(" ", 0, end + 1)
            end = space if space > 0 else end
            lines.append(remaining[:end].rstrip())
            remaining = remaining[end:].lstrip()
        return lines

    def fit_line(self, text: str, size: float, width: float) -> str:
        """The text on one line that is not wider than ``width``."""
        return "".join(self.wrap_text(text, size, width, max_lines=1))

    def _is_drawable(self, character: str) -> bool:
        return all(any(font.get_char_index(ord(character)) for font in fonts) for fonts in self._fonts_by_weight)

    def _fits(self, text: str, size: float, width: float, bold: bool) -> bool:  # noqa: FBT001
        return len(text) <= _MAX_MEASURED and self.measure_width(text, size, bold=bold) <= width

    def _count_fitting(self, text: str, size: float, width: float, bold: bool, suffix: str = "") -> int:  # noqa: FBT001
        """How many characters of the text, at least one, fit into the width together with the suffix."""
        end, used = 0, self.measure_width(suffix, size, bold=bold)
        while end < len(text) and used <= width:
            used += self.measure_width(text[end], size, bold=bold)
            end += 1
        # The sum ignores kerning; the whole line decides.
        while end > 1 and self.measure_width(text[:end].rstrip() + suffix, size, bold=bold) > width:
            end -= 1
        return max(1, end)

    def _create_font(self, size: float, bold: bool) -> "FontProperties":  # noqa: FBT001
        from matplotlib.font_manager import FontProperties

        return FontProperties(family=self._families, size=size, weight="bold" if bold else "normal")

    def _measure(self, text: str, size: float, bold: bool) -> float:  # noqa: FBT001
        width, _, _ = self._renderer.get_text_width_height_descent(text, self.get_font(size, bold=bold), ismath=False)
        return float(width)


def _add_packaged_fonts(manager: "FontManager") -> list[str]:
    """Makes matplotlib know the fonts that come with our packages, and returns their names.

    Matplotlib draws a variable font in one weight only; each is entered as the normal and as the bold one.
    """
    from matplotlib.font_manager import FontEntry

    names = {
        f"{_PACKAGED}{path.stem}": path for path in list_font_files() if "[" in path.name and "Italic" not in path.name
    }
    for name in names.keys() - {entry.name for entry in manager.ttflist}:
        manager.ttflist += [
            FontEntry(
                fname=str(names[name]), name=name, style="normal", variant="normal", weight=weight, size="scalable"
            )
            for weight in (400, 700)
        ]
    return list(names)
