"""What a batch is going to do, before a person confirms it. Values only."""

from dataclasses import dataclass
from datetime import date

from bot.batches.estimate import Estimate, GeminiTerms, estimate_batch
from bot.scripts.models import ScriptMode
from storage.states import BatchPace, ChapterOrder
from storage.stores.batches import Batch
from storage.stores.chapters import ChapterHeader
from storage.stores.ebooks import Ebook


@dataclass(frozen=True, slots=True)
class BatchOptions:
    """What somebody asked for. ``chapters`` is the text as typed; ``rewrite`` writes chapters that have a script as well."""

    ebook: str
    chapters: str = ""
    order: ChapterOrder = ChapterOrder.STORY
    pace: BatchPace = BatchPace.NOW
    mode: ScriptMode | None = None
    rewrite: bool = False
    cap_micros: int | None = None

    @property
    def chosen_order(self) -> ChapterOrder:
        """Overnight all chapters are handed over at once, so none can know what happens in the others."""
        return ChapterOrder.PARALLEL if self.pace is BatchPace.OVERNIGHT else self.order


@dataclass(frozen=True, slots=True)
class BatchPlan:
    """The chapters to write, those that are left out, and what it will probably take.

    ``skipped`` have a script already, ``busy`` are being written now. ``spent_micros`` is what this month has cost so far, and
    ``other`` a batch of the same book that has not ended. ``is_by_template`` is whether the template takes Gemini's place;
    ``model`` is asked first, and the prices of ``unpriced`` models are not known.
    """

    ebook: Ebook
    options: BatchOptions
    mode: ScriptMode
    chapters: tuple[ChapterHeader, ...]
    skipped: tuple[int, ...]
    busy: tuple[int, ...]
    estimate: Estimate
    spent_micros: int
    budget_micros: int | None
    other: Batch | None = None
    is_by_template: bool = False
    model: str = ""
    unpriced: tuple[str, ...] = ()

    @property
    def words(self) -> int:
        """How many words there are to write."""
        return sum(chapter.words for chapter in self.chapters)

    @property
    def remaining_micros(self) -> int | None:
        """What the month's budget still allows; None where there is none."""
        return None if self.budget_micros is None else max(0, self.budget_micros - self.spent_micros)

    @property
    def may_exceed_budget(self) -> bool:
        """Whether the estimate's upper end is more than what is left."""
        cost, remaining = self.estimate.cost_micros, self.remaining_micros
        return cost is not None and remaining is not None and cost[1] > remaining


def build_plan(
    ebook: Ebook,
    options: BatchOptions,
    chapters: tuple[ChapterHeader, ...],
    *,
    written: set[int],
    busy: set[int],
    terms: GeminiTerms,
    spent_micros: int,
    other: Batch | None,
    today: date,
    is_by_template: bool = False,
) -> BatchPlan:
    """The plan for those of ``chapters`` that are neither being written nor, unless asked for, written already."""
    mode = options.mode or (ScriptMode(ebook.mode) if ebook.mode else ScriptMode.FAITHFUL)
    left_out = busy if options.rewrite else busy | written
    chosen = tuple(chapter for chapter in chapters if chapter.number not in left_out)
    numbers = {chapter.number for chapter in chapters}
    return BatchPlan(
        ebook=ebook,
        options=options,
        mode=mode,
        chapters=chosen,
        skipped=() if options.rewrite else tuple(sorted(numbers & written - busy)),
        busy=tuple(sorted(numbers & busy)),
        estimate=estimate_batch([chapter.words for chapter in chosen], mode, terms, options.order, options.pace, today),
        spent_micros=spent_micros,
        budget_micros=terms.budget_micros,
        other=other,
        is_by_template=is_by_template,
        model=terms.model,
        unpriced=terms.list_unpriced(today),
    )
