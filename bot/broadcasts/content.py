"""What an announcement may hold, and links that know through whom they were followed."""

from urllib.parse import urlsplit

from bot.broadcasts.post import MAX_HOOK, MAX_MESSAGE, MAX_TITLE, Post
from bot.errors import InputError

NEW_LORE = "New Lore: {title}"
NEW_LORE_MESSAGE = "A new chapter has manifested. Share to unlock mythic badges."
MAX_LINK = 400
"""Discord's buttons take 512 characters; the rest is for the referral code."""


def checked(post: Post) -> dict[str, str]:
    """The post as columns; ``InputError`` for what Discord would refuse."""
    title, message, hook = post.title.strip(), post.message.strip(), post.hook.strip()
    if not _visible(title) or not _visible(message):
        raise InputError("An announcement needs a title and a message.", "Fill in both.")
    for text, limit, name in ((title, MAX_TITLE, "title"), (message, MAX_MESSAGE, "message"), (hook, MAX_HOOK, "hook")):
        if len(text) > limit:
            raise InputError(
                f"The {name} has {len(text):,} characters; an announcement takes {limit:,}.", f"Shorten the {name}."
            )
    return {
        "title": title,
        "message": message,
        "hook": hook,
        "link": checked_link(post.link),
        "image": checked_link(post.image, "image"),
    }


def checked_link(link: str, what: str = "link") -> str:
    """The web address without surrounding space, or ``InputError``. Empty stays empty."""
    link = link.strip()
    if not link:
        return ""
    try:
        parts = urlsplit(link)
        labels = (parts.hostname or "").removesuffix(".").split(".")
        good = parts.scheme in {"http", "https"} and len(labels) > 1 and all(labels) and parts.port != 0
    except ValueError:
        good = False
    if not good or len(link) > MAX_LINK or any(character.isspace() or character in '<>"\\`{}|^' for character in link):
        raise InputError(
            f"This {what} is not a web address that can be posted.",
            f"Give one that begins with https://, has no spaces and at most {MAX_LINK} characters.",
        )
    scheme, colon, rest = link.partition(":")
    return scheme.lower() + colon + rest  # Discord knows only the small letters


def shortened(text: str, limit: int) -> str:
    """At most ``limit`` characters, with an ellipsis where something is missing."""
    return text if len(text) <= limit else text[: limit - 1].rstrip() + "…"


def personal_link(template: str, link: str, code: str) -> str:
    """The link as it stands in one affiliate's channel; unchanged where there is no code."""
    if not link or not code:
        return link
    base, mark, fragment = link.partition("#")
    made = template.format(link=base, sep="&" if "?" in base else "?", code=code) + mark + fragment
    return made if len(made) <= 512 else link


def _visible(text: str) -> bool:
    """Whether a reader sees anything: zero-width characters alone are refused by Discord as empty."""
    return any(
        character.isprintable() and not character.isspace() and ord(character) not in _INVISIBLE for character in text
    )


_INVISIBLE = {0x00AD, 0x034F, 0x115F, 0x1160, 0x17B4, 0x17B5, 0x180E, 0x2800, 0x3164, 0xFFA0, *range(0x200B, 0x2010)}
