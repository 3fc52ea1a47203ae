"""Web addresses that people give: of a book, a release or a picture."""

from urllib.parse import urlsplit

from bot.errors import InputError

MAX_LINK = 400
"""In characters. Discord's link buttons take 512; the difference is room for the referral code."""


def validate_link(link: str, what: str = "link") -> str:
    """The web address without surrounding space and with a lower-case scheme; empty text stays empty.

    ``what`` names the field in the error.

    Raises:
        InputError: Discord would refuse the address, or it is longer than ``MAX_LINK``.
    """
    link = link.strip()
    if not link:
        return ""
    try:
        parts = urlsplit(link)
        labels = (parts.hostname or "").removesuffix(".").split(".")
        is_web_address = parts.scheme in {"http", "https"} and len(labels) > 1 and all(labels) and parts.port != 0
    except ValueError:
        is_web_address = False
    has_unsafe_character = any(character.isspace() or character in '<>"\\`{}|^' for character in link)
    if not is_web_address or len(link) > MAX_LINK or has_unsafe_character:
        raise InputError(
            f"This {what} is not a web address that can be posted.",
            f"Give one that begins with https://, has no spaces and at most {MAX_LINK} characters.",
        )
    scheme, colon, remainder = link.partition(":")
    return scheme.lower() + colon + remainder  # Discord refuses "HTTPS://"
