"""Reads the components of a layout as Discord gets them."""

from typing import Any

from tests.standins.discord_component_forms import BUTTON, check_components
from tests.standins.discord_errors import Problems
from tests.standins.discord_world import Json, walk


def read_valid_components(view: Any) -> list[Json]:
    """The layout's components with everything inside them.

    Raises:
        ApiError: Discord would refuse them.
    """
    components = view.to_components()
    problems = Problems()
    check_components(components, problems, v2=True, files=())
    problems.raise_if_any()
    return list(walk(components))


def read_text(view: Any) -> str:
    """All texts of the layout, one below the other."""
    return "\n".join(component["content"] for component in read_valid_components(view) if "content" in component)


def read_labels(view: Any) -> list[str]:
    """The labels of the layout's buttons, in order."""
    return [component["label"] for component in read_valid_components(view) if component["type"] == BUTTON]
