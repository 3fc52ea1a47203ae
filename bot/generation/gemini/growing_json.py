"""A JSON document that arrives in pieces, read while it still grows."""

import json
from typing import Final

from pydantic_core import from_json

NOT_JSON: Final = object()
"""Stands for a text that is no JSON; None would be the JSON document null."""


class GrowingJson:
    """The text of a response so far. A fence or a byte order mark may come before the JSON, closing words after it."""

    def __init__(self) -> None:
        self._text = ""
        self._is_open = False

    @property
    def has_text(self) -> bool:
        """Whether there is anything but white space."""
        return bool(self._text.strip())

    def feed(self, text: str) -> bool:
        """Adds the next characters; returns whether they may have completed an object or a list."""
        self._text += text
        if not self._is_open:
            start = min((at for at in map(self._text.find, "{[") if at >= 0), default=-1)
            if start >= 0:
                self._text = self._text[start:]
                self._is_open = True
        return self._is_open and any(character in text for character in "{]")

    def parse_partial(self) -> object:
        """The document as far as it has arrived; None where nothing of it can be read."""
        try:
            return from_json(_to_utf8(self._text), allow_partial=True)
        except ValueError:
            return None

    def parse_whole(self) -> object:
        """The document; ``NOT_JSON`` where the text is not JSON."""
        try:
            return from_json(_to_utf8(self._text))
        except ValueError as error:
            if "trailing characters" in str(error):  # a closing fence, or closing words
                return self.parse_partial()
        try:  # accepts bare line ends and half surrogates inside strings, which the strict parser refuses
            return json.JSONDecoder(strict=False).raw_decode(self._text)[0]
        except (ValueError, RecursionError):
            return NOT_JSON


def _to_utf8(text: str) -> bytes:
    """The text as UTF-8, with the two halves of a character that arrived in different chunks joined."""
    try:
        return text.encode()
    except UnicodeEncodeError:
        return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace").encode()
