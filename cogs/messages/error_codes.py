"""Discord's JSON error codes that the bot reacts to.

Source: Discord's documentation, "Opcodes and Status Codes", section "JSON Error Codes"
(https://discord.com/developers/docs/topics/opcodes-and-status-codes#json). The status beside each code was observed.
"""

from typing import Final

UNKNOWN_CHANNEL: Final = 10003
"""404: the channel was deleted."""
UNKNOWN_MESSAGE: Final = 10008
"""404: the message was deleted. Also the answer to a post whose nonce belongs to a message deleted since."""
UNKNOWN_INTERACTION: Final = 10062
"""404: the interaction was not answered within three seconds, so its token is no longer valid."""
EDIT_LIMIT: Final = 30046
"""429: too many edits of a message that is more than an hour old."""
ALREADY_CROSSPOSTED: Final = 40033
"""400: the message of an announcement channel has been published to its followers before."""
ALREADY_ACKNOWLEDGED: Final = 40060
"""400: the interaction has been answered before."""
INVALID_WEBHOOK_TOKEN: Final = 50027
"""401: the interaction is more than 15 minutes old, so its token is no longer valid."""
MISSING_ACCESS: Final = 50001
"""403: the bot does not see the channel."""
MISSING_PERMISSIONS: Final = 50013
"""403: the bot sees the channel but lacks a permission for the request."""
