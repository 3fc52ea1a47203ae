"""What the SDK answers, without the SDK's types, and the end of every response, streamed or not."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from bot.generation.draft import Usage
from bot.generation.error_messages import create_error
from bot.generation.gemini.label_response import LabelParser
from bot.generation.gemini.refusals import error_from_finish_reason
from bot.generation.gemini.response import CueParser, ResponseParser
from bot.generation.prompt import Prompt
from bot.generation.request import PartRequest
from bot.generation.writer import GenerationErrorKind

if TYPE_CHECKING:
    from google.genai import errors, types


@dataclass(frozen=True, slots=True)
class Chunk:
    """What a response, or one event of a stream, contains."""

    text: str = ""
    finish_reason: str = ""
    block_reason: str = ""
    blocked_category: str = ""
    model: str = ""
    usage: Usage | None = None


def create_parser(request: PartRequest) -> ResponseParser:
    """The parser for the answer to this request."""
    return LabelParser(request) if request.spans else CueParser(request)


def finish_response(parser: ResponseParser, last: Chunk, model: str) -> None:
    """Ends the response whose end is ``last``; the parser has read all its text.

    Raises:
        GenerationError: it was refused, cut off or is not a script.
    """
    if last.block_reason:
        raise create_error(GenerationErrorKind.PROMPT_BLOCKED, model=model, reason=last.block_reason)
    if last.finish_reason and last.finish_reason != "STOP":
        raise error_from_finish_reason(last.finish_reason, last.blocked_category, model, has_text=parser.has_text)
    if not parser.has_text:
        raise create_error(GenerationErrorKind.EMPTY, model=model)
    if not last.finish_reason:
        raise create_error(GenerationErrorKind.CUT_OFF, model=model)
    parser.finish(model)


def build_turn(prompt: Prompt) -> "types.Content":
    """The texts of the prompt as the user's turn."""
    from google.genai import types

    return types.Content(role="user", parts=[types.Part(text=text) for text in prompt.user_texts])


def read_response(event: "types.GenerateContentResponse") -> Chunk:
    """What the response contains."""
    candidate = event.candidates[0] if event.candidates else None
    parts = (candidate.content.parts if candidate and candidate.content else None) or []
    feedback = event.prompt_feedback
    ratings = (candidate.safety_ratings if candidate else None) or []
    blocked_category = next((rating.category.value for rating in ratings if rating.blocked and rating.category), "")
    return Chunk(
        text="".join(part.text for part in parts if part.text and not part.thought),
        finish_reason=candidate.finish_reason.value if candidate and candidate.finish_reason else "",
        block_reason=feedback.block_reason.value if feedback and feedback.block_reason else "",
        blocked_category=blocked_category,
        model=event.model_version or "",
        usage=_to_usage(event),
    )


def _to_usage(event: "types.GenerateContentResponse") -> Usage | None:
    metadata = event.usage_metadata
    if metadata is None:
        return None
    return Usage(
        prompt=metadata.prompt_token_count or 0,
        cached=metadata.cached_content_token_count or 0,
        output=metadata.candidates_token_count or 0,
        thoughts=metadata.thoughts_token_count or 0,
    )


def get_retry_after(error: "errors.APIError") -> str:
    """The Retry-After header alone: the response that it is part of also holds the key and must never be logged."""
    headers = getattr(error.response, "headers", None) or {}
    return str(headers.get("Retry-After", ""))
