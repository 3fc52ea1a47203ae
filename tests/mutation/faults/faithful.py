"""Faults in faithful scripts: cuts, repairs, and the place where the next part begins."""

from typing import Final

from tests.mutation.faults.model import Fault

_ASSEMBLY: Final = ("tests/bot/scripts/test_assembly.py",)
_LABELS: Final = ("tests/bot/generation/gemini/test_label_response.py",)
_SOURCE: Final = ("tests/bot/generation/test_chapter_source.py",)
_PROGRESS: Final = ("tests/bot/generation/test_run_progress.py",)
_RUNS: Final = ("tests/bot/generation/test_faithful_runs.py",)

FAULTS: Final[tuple[Fault, ...]] = (
    Fault(
        "bot.scripts.assembly",
        "a cut is accepted whatever its reason is",
        "if is_valid and label.cut is not None:",
        "if label.cut is not None:",
        _ASSEMBLY,
    ),
    Fault(
        "bot.scripts.assembly",
        "a quotation is cut as a speech tag",
        "return span.kind is SpanKind.TAG\n",
        "return True\n",
        _ASSEMBLY,
    ),
    Fault(
        "bot.scripts.assembly",
        "a sentence is cut for a sound that nobody hears",
        "is_short and self._placement.has_sound_near(index)",
        "is_short",
        _ASSEMBLY,
    ),
    Fault(
        "bot.scripts.assembly",
        "the words of a refused cut are lost",
        "self._report(RepairKind.REFUSED_CUT, run)\n                    self._add_run(run, _NARRATOR_LABEL)\n",
        "self._report(RepairKind.REFUSED_CUT, run)\n",
        _ASSEMBLY,
    ),
    Fault(
        "bot.scripts.assembly",
        "a span without a label is dropped",
        "self._report(RepairKind.UNLABELLED, run)\n                self._add_run(run, _NARRATOR_LABEL)\n",
        "self._report(RepairKind.UNLABELLED, run)\n",
        _ASSEMBLY,
    ),
    Fault(
        "bot.scripts.assembly",
        "a repeated label is not reported",
        "if len(free) < end - start:",
        "if not free:",
        _ASSEMBLY,
    ),
    Fault(
        "bot.scripts.assembly",
        "a later label takes spans away from an earlier one",
        "free = [index for index in range(start, end) if self.labels[index] is None]",
        "free = list(range(start, end))",
        _ASSEMBLY,
    ),
    Fault(
        "bot.scripts.assembly",
        "the last span is spoken again in the next part",
        "next_span = spans[end].n if",
        "next_span = spans[end - 1].n if",
        _ASSEMBLY,
    ),
    Fault(
        "bot.scripts.assembly",
        "a character speaks the narration beside the quotation",
        "or (span.kind is SpanKind.PROSE and not has_speech)",
        "or span.kind is SpanKind.PROSE",
        _ASSEMBLY,
    ),
    Fault(
        "bot.scripts.scenes",
        "a marker that says nothing new begins another scene",
        "return bool(heading) and heading.casefold() == scene.heading.casefold()",
        "return False",
        _ASSEMBLY,
    ),
    Fault(
        "bot.scripts.scenes",
        "a scene break begins a scene although one was marked there",
        "if self._has_speech and not self._is_marked:",
        "if self._has_speech:",
        _ASSEMBLY,
    ),
    Fault(
        "bot.generation.chapter_source",
        "a part begins behind its first span",
        "remaining = self._spans[progress.next_span - 1 :]\n        if not _has_words(remaining):",
        "remaining = self._spans[progress.next_span :]\n        if not _has_words(remaining):",
        _SOURCE,
    ),
    Fault(
        "bot.generation.chapter_source",
        "the rest begins behind its first span",
        "remaining = self._spans[progress.next_span - 1 :]\n        if progress.cues",
        "remaining = self._spans[progress.next_span :]\n        if progress.cues",
        _SOURCE,
    ),
    Fault(
        "bot.generation.chapter_source",
        "the last span of a part is written twice",
        "end = spans[-1].n + 1 if spans else 1",
        "end = spans[-1].n if spans else 1",
        _SOURCE,
    ),
    Fault(
        "bot.generation.run_progress",
        "a part that broke off is written again from its beginning",
        "next_span=draft.next_span or self.next_span,",
        "next_span=self.next_span,",
        _RUNS,
    ),
    Fault(
        "bot.generation.run_progress",
        "the cuts of earlier parts are lost",
        "cuts=self.cuts + draft.cuts,",
        "cuts=draft.cuts,",
        _PROGRESS,
    ),
    Fault(
        "bot.generation.run_progress",
        "the repairs of earlier parts are lost",
        "repairs=self.repairs + draft.repairs,",
        "repairs=draft.repairs,",
        _PROGRESS,
    ),
    Fault(
        "bot.generation.gemini.label_response",
        "what a broken response has not reached becomes narration",
        "is_complete=self._is_finished,",
        "is_complete=True,",
        _LABELS,
    ),
    Fault(
        "bot.generation.gemini.label_response",
        "an unknown reason to cut counts as no cut",
        "has_unknown_reason=bool(reason) and cut is None,",
        "has_unknown_reason=False,",
        _LABELS,
    ),
    Fault(
        "bot.generation.gemini.label_response",
        "labels of another part count as a script",
        "return any(entry.first in numbers or entry.last in numbers for entry in labels)",
        "return any(labels)",
        _LABELS,
    ),
    Fault(
        "bot.scripts.coverage",
        "words that are cut count as lost",
        "if span.n in spoken or span.n in left_out else 0",
        "if span.n in spoken else 0",
        ("tests/bot/scripts/test_coverage.py", *_SOURCE),
    ),
)
