"""What a post may contain, and links with referral codes."""

import pytest

from bot.broadcasts.content import add_referral, shorten, validate_post
from bot.broadcasts.post import MAX_HOOK, MAX_MESSAGE, MAX_TITLE, Post
from bot.errors import InputError

TEMPLATE = "{link}{sep}ref={code}"


def test_a_valid_post_is_stripped() -> None:
    """Space around the texts is removed, and everything else is kept."""
    post = Post(
        " Soon ", "\nThe well opens. ", " Tell the fox. ", " HTTPS://example.org/A ", "https://example.org/i.png"
    )
    assert validate_post(post) == Post(
        "Soon", "The well opens.", "Tell the fox.", "https://example.org/A", "https://example.org/i.png"
    )


@pytest.mark.parametrize(
    ("post", "sentence"),
    [
        (Post("", "Here."), "needs a title and a message"),
        (Post("Soon", " \u200b\u00ad"), "needs a title and a message"),
        (Post("t" * (MAX_TITLE + 1), "Here."), "The title has 257 characters"),
        (Post("Soon", "m" * (MAX_MESSAGE + 1)), "The message has 3,501 characters"),
        (Post("Soon", "Here.", "h" * (MAX_HOOK + 1)), "The hook has 501 characters"),
        (Post("Soon", "Here.", link="lore"), "This link is not a web address"),
        (Post("Soon", "Here.", image="lore"), "This image is not a web address"),
    ],
)
def test_an_invalid_post_is_refused(post: Post, sentence: str) -> None:
    """What Discord would refuse is refused here, with a sentence that names the field."""
    with pytest.raises(InputError, match=sentence):
        validate_post(post)


@pytest.mark.parametrize(
    ("link", "code", "expected"),
    [
        ("https://example.org/a", "0f", "https://example.org/a?ref=0f"),
        ("https://example.org/a?b=1", "0f", "https://example.org/a?b=1&ref=0f"),
        ("https://example.org/a?b=1#c", "0f", "https://example.org/a?b=1&ref=0f#c"),
        ("https://example.org/a", "", "https://example.org/a"),
        ("", "0f", ""),
        ("https://example.org/" + "a" * 490, "0f", "https://example.org/" + "a" * 490),
    ],
)
def test_a_referral_code_is_added(link: str, code: str, expected: str) -> None:
    """The code becomes a parameter before the fragment, unless the link would become too long for Discord."""
    assert add_referral(TEMPLATE, link, code) == expected


def test_long_text_is_shortened() -> None:
    """A text that is too long ends in an ellipsis; a text at the limit stays."""
    assert shorten("The well", 8) == "The well"
    assert shorten("The well opens", 8) == "The wel…"
    assert shorten("The well opens", 5) == "The…"


def test_texts_at_their_limits_are_accepted() -> None:
    """The limits include their last character."""
    post = Post("t" * MAX_TITLE, "m" * MAX_MESSAGE, "h" * MAX_HOOK)
    assert validate_post(post) == post


def test_a_tagged_link_at_discords_limit_is_used() -> None:
    """Discord's buttons take 512 characters; with one more, the link goes out without the code."""
    base = "https://example.org/"
    room = 512 - len(base) - len("?ref=0f")
    assert add_referral(TEMPLATE, base + "a" * room, "0f") == base + "a" * room + "?ref=0f"
    assert add_referral(TEMPLATE, base + "a" * (room + 1), "0f") == base + "a" * (room + 1)


@pytest.mark.parametrize("blank", ["\u00ad", "\u2800", "\u3164", "\uffa0", "\u200f", "\u200b \u180e", "\u115f"])
def test_text_that_shows_nothing_is_empty(blank: str) -> None:
    """Characters that print nothing are no title."""
    with pytest.raises(InputError, match="needs a title"):
        validate_post(Post(blank, "Here."))
    assert validate_post(Post(f"{blank}x", "Here.")).message == "Here."
