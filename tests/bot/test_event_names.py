"""The list of event names."""

from bot import event_names
from bot.event_names import RESERVED_EVENT_NAMES


def test_every_event_name_is_reserved() -> None:
    """Each name that the studio writes itself is refused to /track."""
    constants = {value for name, value in vars(event_names).items() if name.isupper() and isinstance(value, str)}
    assert constants == RESERVED_EVENT_NAMES
