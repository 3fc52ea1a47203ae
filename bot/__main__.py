"""``python -m bot``."""

import signal
import sys


def _exit_cleanly(*_: object) -> None:
    sys.exit(0)


# The handler is set before the slow imports, so that a bot that is stopped while it starts also exits with code 0. The other
# commands keep the default: an import that was interrupted must not look as if it had succeeded.
if sys.argv[1:2] in ([], ["run"], ["demo"]):
    signal.signal(signal.SIGTERM, _exit_cleanly)

from bot.cli import main  # noqa: E402 - the signal handler must be set before the slow imports

if __name__ == "__main__":
    sys.exit(main())
