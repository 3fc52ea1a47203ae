"""Pages of long lists: which page exists, and where it starts."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class PagePosition:
    """A page of a list. ``index`` counts from 0; ``page_count`` is at least 1; ``offset`` is the index of its first item."""

    index: int
    page_count: int
    offset: int

    @property
    def is_first(self) -> bool:
        """Whether there is no page before this one."""
        return self.index == 0

    @property
    def is_last(self) -> bool:
        """Whether there is no page after this one."""
        return self.index == self.page_count - 1


def locate_page(requested: int, item_count: int, page_size: int) -> PagePosition:
    """The requested page, or the nearest one that exists: a list may have shrunk since its buttons were made."""
    page_count = max(1, -(-item_count // page_size))
    index = min(max(requested, 0), page_count - 1)
    return PagePosition(index, page_count, index * page_size)
