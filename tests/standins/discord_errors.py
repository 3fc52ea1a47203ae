"""The errors that Discord's API answers with."""

from collections.abc import Sequence

from tests.standins.discord_world import Json


class ApiError(Exception):
    """An answer other than success: HTTP status, Discord's code, sentence, and for forms the tree of errors."""

    def __init__(self, status: int, code: int, message: str, extra: Json | None = None) -> None:
        super().__init__(f"{status} {code} {message}")
        self.status = status
        self.body: Json = {"message": message, "code": code, **(extra or {})}


def unknown(code: int, what: str) -> ApiError:
    """A 404 with one of the "Unknown …" codes."""
    return ApiError(404, code, f"Unknown {what}")


def missing_permissions() -> ApiError:
    """50013: seen, but not allowed."""
    return ApiError(403, 50013, "Missing Permissions")


def missing_access() -> ApiError:
    """50001: not even seen."""
    return ApiError(403, 50001, "Missing Access")


class Problems:
    """What is wrong with one form, gathered as Discord's nested `errors` object."""

    def __init__(self) -> None:
        self.tree: Json = {}
        self.lines: list[str] = []

    def add(self, path: Sequence[str | int], message: str, code: str = "BASE_TYPE_BAD_VALUE") -> None:
        """One more thing wrong, at this place in the form."""
        node = self.tree
        for step in path:
            node = node.setdefault(str(step), {})
        node.setdefault("_errors", []).append({"code": code, "message": message})
        self.lines.append(f"{'.'.join(map(str, path))}: {message}")

    def length(self, path: Sequence[str | int], value: object, low: int, high: int) -> None:
        """A text must be between two lengths (in code points)."""
        if not isinstance(value, str):
            self.add(path, "This field is required" if value is None else "Not a string.", "BASE_TYPE_REQUIRED")
        elif len(value) > high and low == 0:
            self.add(path, f"Must be {high} or fewer in length.", "BASE_TYPE_MAX_LENGTH")
        elif not low <= len(value) <= high:
            self.add(path, f"Must be between {low} and {high} in length.", "BASE_TYPE_BAD_LENGTH")

    def count(self, path: Sequence[str | int], items: Sequence[object], low: int, high: int) -> None:
        """A list must have between so many and so many elements."""
        if not low <= len(items) <= high:
            self.add(path, f"Must be between {low} and {high} in length.", "BASE_TYPE_BAD_LENGTH")

    def raise_if_any(self) -> None:
        """End in 50035 where anything was wrong."""
        if self.tree:
            raise ApiError(400, 50035, "Invalid Form Body", {"errors": self.tree})
