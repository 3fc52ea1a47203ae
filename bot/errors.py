"""What the product says when something cannot be done.

    MythError                    a sentence for the person and a hint; logged at info
    ├── InputError               what was given cannot be used (file, option, name)
    ├── NotFoundError            it does not exist, or not for this person
    ├── ForbiddenError           this person may not do this
    ├── StateError               it was possible, but no longer (already released, cancelled …)
    ├── ConfigError              a setting is missing or wrong; the process leaves with exit code 2
    ├── DeliveryError            Discord would not take it (missing permission, channel gone)
    └── GenerationError          a writer could not do its work (bot/generation/writer.py)

Everything else is our fault: the person sees a reference id, the log has the traceback under the same id.
"""

import logging
import secrets

_log = logging.getLogger(__name__)


class MythError(Exception):
    """One sentence that says what happened (``sentence``) and one that says what to do (``hint``)."""

    def __init__(self, sentence: str, hint: str = "") -> None:
        super().__init__(sentence)
        self.sentence = sentence
        self.hint = hint

    @property
    def text(self) -> str:
        """Both sentences, as they are shown."""
        return f"{self.sentence} {self.hint}".strip()


class InputError(MythError):
    """What was given cannot be used."""


class NotFoundError(MythError):
    """It does not exist, or not for this person."""


class ForbiddenError(MythError):
    """This person may not do this."""


class StateError(MythError):
    """It was possible, but is no longer."""


class ConfigError(MythError):
    """A setting is missing or wrong."""


class DeliveryError(MythError):
    """Discord would not take it."""


def log_unexpected(error: BaseException, doing: str) -> str:
    """A short id for a fault of ours; the log has the traceback under it, the person gets the id alone."""
    ref = f"{secrets.token_hex(2)}-{secrets.token_hex(2)}"
    _log.error("reference %s, while %s", ref, doing, exc_info=error)
    return ref
