"""What a post may contain, and links that tell which affiliate's post was clicked."""

from dataclasses import replace

from bot.broadcasts.post import MAX_HOOK, MAX_MESSAGE, MAX_TITLE, Post
from bot.errors import InputError
from bot.links import validate_link

NEW_LORE = "New Lore: {title}"
NEW_LORE_MESSAGE = "A new chapter has manifested. Share to unlock mythic badges."
_MAX_BUTTON_URL = 512
"""In characters, from Discord's documentation of link buttons."""


def validate_post(post: Post) -> Post:
    """The post without surrounding space, with valid links.

    Raises:
        InputError: title or message is empty, a text is too long, or a link is no web address.
    """
    title, message, hook = post.title.strip(), post.message.strip(), post.hook.strip()
    if not _is_visible(title) or not _is_visible(message):
        raise InputError("An announcement needs a title and a message.", "Fill in both.")
    for text, limit, name in ((title, MAX_TITLE, "title"), (message, MAX_MESSAGE, "message"), (hook, MAX_HOOK, "hook")):
        if len(text) > limit:
            raise InputError(
                f"The {name} has {len(text):,} characters; an announcement takes {limit:,}.", f"Shorten the {name}."
            )
    return replace(
        post,
        title=title,
        message=message,
        hook=hook,
        link=validate_link(post.link),
        image=validate_link(post.image, "image"),
    )


def shorten(text: str, limit: int) -> str:
    """At most ``limit`` characters, ending in an ellipsis where something was cut off."""
    return text if len(text) <= limit else text[: limit - 1].rstrip() + "…"


def add_referral(template: str, link: str, code: str) -> str:
    """The link with one affiliate's referral code.

    The link is returned unchanged where it or the code is empty, or where the result would be too long for Discord. In the
    template, ``{sep}`` is ``?`` or ``&``, whichever starts the next parameter; the fragment (``#…``) stays at the end.
    """
    if not link or not code:
        return link
    base, hash_sign, fragment = link.partition("#")
    tagged = template.format(link=base, sep="&" if "?" in base else "?", code=code) + hash_sign + fragment
    return tagged if len(tagged) <= _MAX_BUTTON_URL else link


def _is_visible(text: str) -> bool:
    """Whether a reader sees anything. Discord refuses text of zero-width characters alone as empty."""
    return any(
        character.isprintable() and not character.isspace() and ord(character) not in _INVISIBLE for character in text
    )


# Code points that print nothing although Python calls them printable: fillers of several scripts, the braille blank,
# the soft hyphen, and the zero-width and direction marks U+200B to U+200F.
_INVISIBLE = {0x00AD, 0x034F, 0x115F, 0x1160, 0x17B4, 0x17B5, 0x180E, 0x2800, 0x3164, 0xFFA0, *range(0x200B, 0x2010)}
