"""Web addresses that people give."""

import pytest

from bot.errors import InputError
from bot.links import MAX_LINK, validate_link


@pytest.mark.parametrize(
    "link",
    [
        "ftp://example.org",
        "javascript:alert(1)",
        "JavaScript:alert(1)",
        "javascript://example.org/%0Aalert(1)",
        "data:text/html;base64,PGI+",
        "data://example.org/a",
        "file:///etc/passwd",
        "file://example.org/a",
        "discord://example.org/a",
        "vbscript://example.org/a",
        "mailto:hana@example.org",
        "//example.org/a",
        "example.org/a",
        "https:example.org",
        "https:/example.org",
        "https://",
        "http://localhost/a",
        "https://example..org",
        "https://[::1",
        "https://example.org:99999/",
        "https://example.org/a\tb",
        "https://example.org/a\nb",
        'https://example.org/"',
        "https://example.org/\\",
        "https://example.org/`",
        "https://example.org/{code}",
        "https://example.org/}",
        "https://example.org/|",
        "https://example.org/^",
        "https://example.org/>",
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
    "link",
    [
        "https://example.org",
        "http://example.org/a?b=1&c=%20#d",
        "https://example.org.",
        "https://example.org:8443/a",
        "https://münchen.example/ä",
        "https://example.org/" + "a" * (MAX_LINK - 20),
    ],
)
def test_a_web_address_is_accepted(link: str) -> None:
    """Ordinary links stay as they are, up to the greatest length."""
    assert validate_link(link) == link
