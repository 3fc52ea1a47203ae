"""The children of this process, as the kernel lists them."""

from contextlib import suppress
from pathlib import Path


def read_of_children(name: str) -> dict[int, str]:
    """The content of this file in ``/proc`` for each child, zombies included."""
    contents = {}
    for listing in Path("/proc/self/task").glob("*/children"):
        with suppress(FileNotFoundError, ProcessLookupError):  # the thread has just ended
            for pid in map(int, listing.read_text().split()):
                with suppress(FileNotFoundError, ProcessLookupError):  # the child has just ended
                    contents[pid] = Path(f"/proc/{pid}/{name}").read_bytes().decode(errors="replace")
    return contents
