"""Forms that Discord refuses with 50035, one for each documented limit that the stand-in keeps."""

from tests.standins.discord_world import Json


def _row(*components: Json) -> Json:
    return {"components": [{"type": 1, "components": list(components)}]}


def _button(**more: object) -> Json:
    return {"type": 2, "style": 1, "label": "x", "custom_id": "x", **more}


MESSAGES: list[Json] = [
    {"content": "x" * 2001},
    {"embeds": [{"title": "x" * 257}]},
    {"embeds": [{"description": "x" * 4000}, {"description": "x" * 2001}]},
    {"embeds": [{"fields": [{"name": "", "value": "x"}]}]},
    {"embeds": [{"title": "x"}] * 11},
    {"content": "x", "nonce": "x" * 26},
    {"content": "x", "flags": 1 << 6},
    {"content": "x", "allowed_mentions": {"parse": ["users"], "users": ["1"]}},
    _row(*[_button(custom_id=str(n)) for n in range(6)]),
    _row(_button(), _button()),
    _row(_button(label="x" * 81)),
    _row(_button(style=5, url="https://example.org")),
    _row(_button(custom_id="")),
    _row({"type": 3, "custom_id": "x", "options": [{"label": "x", "value": str(n)} for n in range(26)]}),
    {"flags": 1 << 15, "components": [{"type": 10, "content": "x"}] * 41},
    {"flags": 1 << 15, "components": [{"type": 10, "content": "x" * 2001}] * 2},
    {"flags": 1 << 15, "components": [{"type": 13, "file": {"url": "attachment://none"}}]},
    {"components": [{"type": 10, "content": "x"}]},
]

COMMANDS: list[Json] = [
    {"name": "Big", "description": "x"},
    {"name": "x", "description": ""},
    {"name": "x", "description": "x", "options": [{"name": "a", "type": 3}]},
    {"name": "x", "description": "x" * 101},
]
