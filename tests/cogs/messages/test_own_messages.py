"""The custom ids of a message's components."""

from types import SimpleNamespace

from cogs.messages.own_messages import custom_ids


def test_nested_components_are_searched() -> None:
    """Buttons in rows, and rows in containers, are found; components without a custom id are skipped."""
    button, link = SimpleNamespace(custom_id="run:cancel:1"), SimpleNamespace(custom_id=None)
    container = SimpleNamespace(children=[SimpleNamespace(content="text"), SimpleNamespace(children=[button, link])])
    row = SimpleNamespace(children=[SimpleNamespace(custom_id="shared:2")])
    assert custom_ids([container, row]) == ["run:cancel:1", "shared:2"]
