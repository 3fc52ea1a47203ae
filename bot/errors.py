"""The errors that people see.

    MythError                    a sentence for the person and a hint; logged at info
    ├── InputError               a file, an option or a name cannot be used
    ├── NotFoundError            it does not exist, or not for this person
    ├── ForbiddenError           this person may not do this
    ├── StateError               it is no longer possible (already released, cancelled …)
    ├── ConfigError              a setting is missing or invalid; the process exits with code 2
    ├── DeliveryError            Discord refused it (missing permission, deleted channel)
    └── GenerationError          a writer failed (bot/generation/writer.py)

Every other exception is a fault of ours: the person sees a reference id, and the log has the traceback with the same id.
"""

import logging
import secrets

_log = logging.getLogger(__name__)


class MythError(Exception):
    """An error with a sentence that says what happened (``sentence``) and one that says what to do (``hint``)."""

    def __init__(self, sentence: str, hint: str = "") -> None:
        super().__init__(sentence)
        self.sentence = sentence
        self.hint = hint

    @property
    def text(self) -> str:
        """Both sentences, as they are shown on screen."""
        return f"{self.sentence} {self.hint}".strip()


class InputError(MythError):
    """A file, an option or a name cannot be used."""


class NotFoundError(MythError):
    """It does not exist, or not for this person."""


class ForbiddenError(MythError):
    """This person may not do this."""


class StateError(MythError):
    """It is no longer possible, because something has changed."""


class ConfigError(MythError):
    """A setting is missing or invalid."""


class DeliveryError(MythError):
    """Discord refused it."""


def log_unexpected(error: BaseException, doing: str) -> str:
    """Logs the traceback of a fault of ours and returns its reference id, such as ``7f3a-21c9``.

    ``doing`` completes the log line: "reference 7f3a-21c9, while {doing}".
    """
    ref = f"{secrets.token_hex(2)}-{secrets.token_hex(2)}"
    _log.error("reference %s, while %s", ref, doing, exc_info=error)
    return ref
