"""A writer whose answers are there already: those of a job, one for each part of the chapter."""

import hashlib
from collections.abc import AsyncGenerator, Mapping
from dataclasses import dataclass

from bot.generation.draft import Draft, Usage
from bot.generation.error_messages import create_error
from bot.generation.gemini.responses import Chunk, create_parser, finish_response
from bot.generation.request import PartRequest
from bot.generation.writer import GenerationError, GenerationErrorKind
from bot.scripts.models import WriterKind


def digest_source(request: PartRequest) -> str:
    """What tells one part of a chapter from the others: the digest of its own text."""
    texts = [*request.paragraphs, *(span.text for span in request.spans)]
    return hashlib.sha256("\n\n".join(texts).encode()).hexdigest()[:16]


@dataclass(frozen=True, slots=True)
class AnswerWriter:
    """Reads each part from its answer, by the digest of its source. ``model`` is the one that was asked.

    Not by its number: of a chapter that was written in part, the rest counts its parts from 1.
    """

    model: str
    answers: Mapping[str, Chunk | GenerationError]

    @property
    def kind(self) -> WriterKind:
        """Gemini."""
        return WriterKind.GEMINI

    async def write(self, request: PartRequest) -> AsyncGenerator[Draft, None]:
        """What is complete of the answer, then the whole.

        Raises:
            GenerationError: there is no answer, it is an error, or it was refused or cut off.
        """
        answer = self.answers.get(digest_source(request))
        if answer is None:
            raise create_error(GenerationErrorKind.EMPTY, model=self.model)
        if isinstance(answer, GenerationError):
            raise answer
        model, usage = answer.model or self.model, answer.usage or Usage()
        parser = create_parser(request)
        if answer.text and parser.feed(answer.text):
            yield parser.build_draft(model, usage)
        finish_response(parser, answer, self.model)
        yield parser.build_draft(model, usage)
