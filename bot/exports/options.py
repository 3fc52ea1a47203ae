"""What a studio has chosen for all its exports."""

from dataclasses import dataclass

from bot.settings.paper import Paper


@dataclass(frozen=True, slots=True)
class ExportOptions:
    """``paper`` is what documents are printed on."""

    paper: Paper = Paper.A4
