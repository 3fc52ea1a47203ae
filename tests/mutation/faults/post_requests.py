"""Faults in the requests of deliveries and in what their answers mean."""

from typing import Final

from tests.mutation.faults.model import Fault

_SENDER: Final = "cogs.messages.post_sender"
_SENDER_TESTS: Final = ("tests/cogs/messages/test_post_requests.py",)
_TABLE: Final = ("tests/cogs/messages/test_post_sender.py::test_a_failed_request_decides_what_happens_to_the_delivery",)
_FAILURES: Final = "cogs.messages.failures"
_FAILURE_TESTS: Final = ("tests/cogs/messages/test_failures.py",)

FAULTS: Final[tuple[Fault, ...]] = (
    Fault(
        _SENDER,
        "a history that may not be read proves that a post is missing",
        "            return _UNREADABLE\n        attempted_at",
        "            return Outcome(OutcomeKind.RETRY)\n        attempted_at",
        _SENDER_TESTS,
    ),
    Fault(
        _SENDER,
        "a search that failed proves that a post is missing",
        "            return _UNREADABLE\n        if not message_ids:",
        "            return Outcome(OutcomeKind.RETRY)\n        if not message_ids:",
        _SENDER_TESTS,
    ),
    Fault(
        _SENDER,
        "a refused change counts as done",
        "        try:\n            await await_response(request)\n"
        "        except REQUEST_ERRORS as error:\n            return outcome_of_failure(error)\n",
        "        try:\n            await await_response(request)\n"
        "        except REQUEST_ERRORS:\n            return Outcome(OutcomeKind.SENT)\n",
        _SENDER_TESTS,
    ),
    Fault(
        _SENDER,
        "a change of a message that is gone counts as done",
        "        try:\n            await await_response(request)\n        except REQUEST_ERRORS as error:\n",
        "        try:\n            await await_response(request)\n        except discord.NotFound:\n"
        "            return Outcome(OutcomeKind.SENT)\n        except REQUEST_ERRORS as error:\n",
        _SENDER_TESTS,
    ),
    Fault(
        _SENDER,
        "a refused recall counts as done",
        "        except discord.NotFound:\n            return Outcome(OutcomeKind.SENT)\n",
        "        except (discord.NotFound, discord.Forbidden):\n            return Outcome(OutcomeKind.SENT)\n",
        _SENDER_TESTS,
    ),
    Fault(
        _SENDER,
        "an error of Discord's server surely means that the post did not arrive",
        'Outcome(OutcomeKind.UNSURE, error=f"Discord answered with an error ({number})")',
        'Outcome(OutcomeKind.RETRY, error=f"Discord answered with an error ({number})")',
        _TABLE,
    ),
    Fault(
        _SENDER,
        "a lost answer surely means that the post did not arrive",
        'Outcome(OutcomeKind.UNSURE, error="Discord did not answer in time")',
        'Outcome(OutcomeKind.RETRY, error="Discord did not answer in time")',
        _TABLE,
    ),
    Fault(
        _SENDER,
        "a broken connection surely means that the post did not arrive",
        'Outcome(OutcomeKind.UNSURE, error="the connection to Discord broke")',
        'Outcome(OutcomeKind.RETRY, error="the connection to Discord broke")',
        _TABLE,
    ),
    Fault(
        _SENDER,
        "a search right after a request without an answer proves that the post is missing",
        "if found.kind is OutcomeKind.SENT:",
        "if found.kind is not OutcomeKind.UNSURE:",
        _SENDER_TESTS,
    ),
    Fault(_SENDER, "a post has no nonce", "            nonce=delivery.id,\n", "", _SENDER_TESTS),
    Fault(
        _SENDER,
        "a post pings although it should not",
        "if ping and delivery.role_id else None",
        "if delivery.role_id else None",
        _SENDER_TESTS,
    ),
    Fault(
        _SENDER,
        "a post may ring everybody",
        "AllowedMentions(everyone=False,",
        "AllowedMentions(everyone=True,",
        _SENDER_TESTS,
    ),
    Fault(
        _SENDER,
        "a search begins at the attempt, by another clock than Discord's",
        "attempted_at - _CLOCK_SKEW if",
        "attempted_at if",
        _SENDER_TESTS,
    ),
    Fault(
        _SENDER,
        "any post of the bot counts as the one that is searched",
        "lambda custom_id: custom_id == button_id",
        'lambda custom_id: custom_id.startswith("shared:")',
        _SENDER_TESTS,
    ),
    Fault(
        _SENDER,
        "posts in other servers' news channels are published",
        "        if delivery.guild_id == self._bot.settings.studio_guild_id:",
        "        if True:",
        _SENDER_TESTS,
    ),
    Fault(
        _FAILURES,
        "500 counts as a refusal",
        "if status >= 500 else",
        "if status > 500 else",
        _FAILURE_TESTS,
    ),
    Fault(
        _FAILURES,
        "an overloaded Discord is not left alone",
        "            return _OVERLOADED_RETRY_SECONDS\n",
        "            return 0.0\n",
        _FAILURE_TESTS,
    ),
)
