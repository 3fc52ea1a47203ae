"""What the doctor says: one line about one thing."""

from dataclasses import dataclass
from enum import StrEnum


class Severity(StrEnum):
    """How bad it is: a PROBLEM keeps the bot from working, a WARNING does not."""

    OK = "OK"
    WARNING = "WARNING"
    PROBLEM = "PROBLEM"


@dataclass(frozen=True, slots=True)
class Finding:
    """What was found about one thing, and, unless it is fine, what to do."""

    severity: Severity
    subject: str
    text: str

    def to_line(self) -> str:
        """The finding as one line, in columns."""
        return f"{self.severity:<8} {self.subject:<12} {' '.join(self.text.split())}"


def fine(subject: str, text: str) -> Finding:
    """Nothing is wrong."""
    return Finding(Severity.OK, subject, text)


def warn(subject: str, text: str) -> Finding:
    """The bot works, but not everything is as it should be."""
    return Finding(Severity.WARNING, subject, text)


def problem(subject: str, text: str) -> Finding:
    """The bot does not work, or part of it."""
    return Finding(Severity.PROBLEM, subject, text)
