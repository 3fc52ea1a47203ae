"""``python -m tests.bench.fast_process run …``: the bot, which posts faster than Discord would ever allow."""

import sys
from typing import Any

import bot.services
from bot.cli import main
from bot.jobs.pacer import Pacer

RATE = 2_000.0


def _create_pacer(_rate: float, *arguments: Any) -> Pacer:
    return Pacer(RATE, *arguments)


if __name__ == "__main__":
    vars(bot.services)["Pacer"] = _create_pacer
    sys.exit(main())
