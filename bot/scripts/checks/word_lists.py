"""Sets of words that a reader can take in at a glance."""


def split_words(text: str) -> frozenset[str]:
    """The words of a text as a set."""
    return frozenset(text.split())
