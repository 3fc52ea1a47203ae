"""``python -m bot doctor``: looks at everything that the bot needs, and says what is wrong and what to do.

Nothing is changed or created. Discord and Gemini are asked for what a start would ask, which costs nothing.
"""

from bot.doctor.examination import examine
from bot.doctor.findings import Finding, Severity

__all__ = ["Finding", "Severity", "examine"]
