"""The ``AFFILIATE_LINK_TEMPLATE`` setting: how an affiliate's referral code gets into a link."""

from bot.errors import ConfigError


def check_link_template(template: str) -> str:
    """Returns the template if it uses only ``{link}``, ``{sep}`` and ``{code}``.

    Raises:
        ConfigError: it names another field or is not a valid format string.
    """
    try:
        template.format(link="https://example.org", sep="?", code="0")
    except (KeyError, IndexError, ValueError):
        raise ConfigError(
            "AFFILIATE_LINK_TEMPLATE may hold {link}, {sep} and {code} only.", "For example: {link}{sep}ref={code}."
        ) from None
    return template
