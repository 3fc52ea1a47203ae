"""``python -m bot``."""

import signal
import sys


def _leave(*_: object) -> None:
    sys.exit(0)


# Before the slow imports: a bot that is told to stop while it starts stops as cleanly as later. Not for the other commands:
# an import that was broken off has not been done.
if sys.argv[1:2] in ([], ["run"], ["demo"]):
    signal.signal(signal.SIGTERM, _leave)

from bot.cli import main  # noqa: E402 - the signal's handler has to be there before the slow imports

if __name__ == "__main__":
    sys.exit(main())
