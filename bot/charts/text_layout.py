"""Letters that fit: text is cleaned of what no font here can show, measured by the renderer, wrapped and cut."""

import re
import unicodedata
from functools import cache
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from matplotlib.font_manager import FontProperties

# Every matplotlib carries DejaVu Sans, so that measures are the same everywhere; the others help where a system has them.
_FIRST: Final = "DejaVu Sans"
_OTHERS: Final = (
    "Noto Sans CJK JP", "Noto Sans CJK SC", "Noto Sans CJK KR", "Noto Sans JP", "Noto Sans SC", "Noto Sans KR",
    "Source Han Sans", "WenQuanYi Micro Hei", "WenQuanYi Zen Hei", "Droid Sans Fallback", "IPAGothic", "Hiragino Sans",
    "PingFang SC", "Yu Gothic", "Microsoft YaHei", "Malgun Gothic", "Noto Sans Hebrew", "Noto Sans Arabic",
)  # fmt: skip
_GAP: Final = "\ufffc"
_PLACEHOLDER: Final = " · "
_LONGEST: Final = 400


class TextLayout:
    """Measures and breaks text. Sizes and widths are in pixels of the picture; matplotlib is imported when one is made."""

    def __init__(self) -> None:
        from matplotlib.backends.backend_agg import RendererAgg
        from matplotlib.font_manager import FontProperties, findfont, fontManager, get_font

        # At 72 dots an inch a point is a pixel.
        renderer: Any = RendererAgg
        self._renderer = renderer(1, 1, 72)
        installed = {font.name for font in fontManager.ttflist}
        families = [_FIRST, *(name for name in _OTHERS if name in installed)]
        self._families = families
        # A title is drawn in bold: a sign counts as known where both weights have it.
        self._fonts = [
            [get_font(findfont(FontProperties(family=family, weight=weight))) for family in families]
            for weight in ("normal", "bold")
        ]
        self._properties = cache(self._made)
        self._width = cache(self._measured)

    def font(self, size: float, *, bold: bool = False) -> "FontProperties":
        """The font at this size."""
        return self._properties(size, bold)

    def width(self, text: str, size: float, *, bold: bool = False) -> float:
        """How wide the text is."""
        return self._width(text, size, bold) if text else 0.0

    def clean(self, text: str) -> str:
        """The text in signs that can be drawn; a run of others becomes one dot, or nothing at either end.

        Empty where nothing of it can be drawn.
        """
        kept: list[str] = []
        for sign in unicodedata.normalize("NFKC", " ".join(text[:_LONGEST].split())):
            category = unicodedata.category(sign)
            if category in {"Mn", "Me"}:
                # One mark over a letter is spelling; a tower of them would reach into the lines around it.
                if kept and kept[-1] != _GAP and unicodedata.category(kept[-1])[0] == "L" and self._known(sign):
                    kept.append(sign)
            elif category in {"Zs", "Zl", "Zp"}:
                kept.append(" ")
            elif category not in {"Cc", "Cf", "Cs"}:
                kept.append(sign if self._known(sign) else _GAP)
        parts = (" ".join(part.split()) for part in re.split(_GAP, "".join(kept)))
        return _PLACEHOLDER.join(part for part in parts if part)

    def wrapped(self, text: str, size: float, width: float, *, lines: int, bold: bool = False) -> list[str]:
        """The text in at most so many lines, broken at spaces where there are any; what is left over becomes ``…``."""
        found: list[str] = []
        rest = text.strip()
        while rest:
            if self._fits(rest, size, width, bold):
                return [*found, rest]
            if len(found) == lines - 1:
                end = self._room(rest, size, width, bold, "…")
                space = rest.rfind(" ", 0, end + 1)
                # A word's first few letters tell nothing: the cut is made before it where that costs little.
                return [*found, rest[: space if space > end - 8 and space > 0 else end].rstrip(" ·,:;-—") + "…"]
            end = self._room(rest, size, width, bold)
            space = rest.rfind(" ", 0, end + 1)
            found.append(rest[: space if space > 0 else end].rstrip())
            rest = rest[space if space > 0 else end :].lstrip()
        return found

    def _known(self, sign: str) -> bool:
        return all(any(font.get_char_index(ord(sign)) for font in weight) for weight in self._fonts)

    def _fits(self, text: str, size: float, width: float, bold: bool) -> bool:  # noqa: FBT001
        # A hundred signs are wider than the picture in any size used; measuring them all would be the slowest part.
        return len(text) <= 120 and self.width(text, size, bold=bold) <= width

    def _room(self, text: str, size: float, width: float, bold: bool, tail: str = "") -> int:  # noqa: FBT001
        """How many signs of the text, at least one, fit into the width together with the tail."""
        end, used = 0, self.width(tail, size, bold=bold)
        while end < len(text) and used <= width:
            used += self.width(text[end], size, bold=bold)
            end += 1
        while end > 1 and self.width(text[:end].rstrip() + tail, size, bold=bold) > width:
            end -= 1
        return max(1, end)

    def _made(self, size: float, bold: bool) -> "FontProperties":  # noqa: FBT001
        from matplotlib.font_manager import FontProperties

        return FontProperties(family=self._families, size=size, weight="bold" if bold else "normal")

    def _measured(self, text: str, size: float, bold: bool) -> float:  # noqa: FBT001
        width, _, _ = self._renderer.get_text_width_height_descent(text, self.font(size, bold=bold), ismath=False)
        return float(width)
