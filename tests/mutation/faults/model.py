"""What a recorded fault is: a replacement of one text in one module."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Fault:
    """``old`` stands exactly once in the module and is replaced by ``new``; one of ``tests`` has to fail."""

    module: str
    description: str
    old: str
    new: str
    tests: tuple[str, ...]

    def apply(self, source: str) -> str:
        """The module's source with the fault.

        Raises:
            ValueError: the text to be replaced does not stand there exactly once.
        """
        if source.count(self.old) != 1:
            raise ValueError(f"{self.module}: {self.old!r} stands there {source.count(self.old)} times")
        return source.replace(self.old, self.new)
