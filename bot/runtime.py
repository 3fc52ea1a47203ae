"""What differs between the real bot, the demo and tests: the clock, waiting, and the template writer's pace."""

from dataclasses import dataclass

from bot.clock import Clock, Wait, utcnow, wait_plainly


@dataclass(frozen=True, slots=True)
class Runtime:
    """The defaults are those of the real bot.

    ``clock`` is a test's clock. ``wait`` is how workers wait; the demo tells its simulated Discord about it.
    ``template_pace`` is the seconds that the template writer takes for each cue, so that in the demo one sees a card grow.
    ``has_template_batches`` is whether the template writes batches where no Gemini key is set, as in the demo; the real bot
    refuses them then, since a whole book of templates helps nobody.
    """

    clock: Clock = utcnow
    wait: Wait = wait_plainly
    template_pace: float = 0.0
    has_template_batches: bool = False

    @property
    def database_clock(self) -> Clock | None:
        """None for the real clock: then the database's own clock decides leases and due times, also between processes."""
        return None if self.clock is utcnow else self.clock
