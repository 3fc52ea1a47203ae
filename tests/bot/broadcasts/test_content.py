"""What a post may contain, and links with referral codes."""

import pytest

from bot.broadcasts.content import MAX_LINK, add_referral, shorten, validate_link, validate_post
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
    "link",
    [
        "ftp://example.org",
        "https://example",
        "https://.org",
        "https://example.org:0/",
        "https://example.org:x/",
        "https://example.org/a b",
        "https://example.org/<b>",
        "https://example.org/" + "a" * MAX_LINK,
    ],
)
def test_an_invalid_link_is_refused(link: str) -> None:
    """Links that Discord would refuse, or that leave no room for the referral code, are refused."""
    with pytest.raises(InputError):
        validate_link(link)


def test_an_empty_link_stays_empty() -> None:
    """No link is a valid link."""
    assert validate_link("  ") == ""


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
