"""``python -m bot``."""

import signal
import sys


def _leave(*_: object) -> None:
    sys.exit(0)


# Before the slow imports: a process that is told to stop while it starts stops as cleanly as later.
signal.signal(signal.SIGTERM, _leave)

from bot.cli import main  # noqa: E402 - see above

if __name__ == "__main__":
    sys.exit(main())
