"""Fields of a response: their descriptions in the schema, and their values as text whatever the model has put there."""

from bot.scripts.text_units import to_single_line


def describe_text(description: str) -> dict[str, object]:
    """The schema of a text."""
    return {"type": "string", "description": description}


def describe_object(required: list[str], **properties: dict[str, object]) -> dict[str, object]:
    """The schema of an object whose properties are written in this order."""
    schema: dict[str, object] = {"type": "object", "properties": properties, "propertyOrdering": list(properties)}
    return schema | {"required": required} if required else schema


def describe_list(items: dict[str, object], description: str) -> dict[str, object]:
    """The schema of a list."""
    return {"type": "array", "items": items, "description": description}


def to_text(value: object) -> str:
    """The value as text. A list is its entries, joined; null, an object and a list within a list are empty."""
    if isinstance(value, str):
        return value
    if isinstance(value, list):  # one level deep: the lenient parser accepts more nesting than Python's recursion limit
        return " ".join(to_text(entry) for entry in value if not isinstance(entry, list))
    return str(value) if isinstance(value, int | float) and not isinstance(value, bool) else ""


def to_line(value: object, limit: int) -> str:
    """The value as text on one line, ``limit`` characters at most."""
    return to_single_line(to_text(value))[:limit].strip()
