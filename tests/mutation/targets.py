"""Which modules are mutated, and which tests have to notice.

These are the modules where an unnoticed fault does harm: rights, money, delivery, the audit trail, secrets. A module's own unit
tests come first, since pytest stops at the first failure and they are the fastest.
"""

from typing import Final

TARGETS: Final[dict[str, tuple[str, ...]]] = {
    "bot.broadcasts.breaker": ("tests/bot/broadcasts",),
    "bot.broadcasts.content": ("tests/bot/broadcasts/test_content.py",),
    "bot.broadcasts.dispatcher": ("tests/bot/broadcasts",),
    "bot.broadcasts.drafts": (
        "tests/bot/broadcasts",
        "tests/cogs/test_broadcast.py",
        "tests/cogs/test_broadcast_control.py",
    ),
    "bot.broadcasts.outcomes": ("tests/bot/broadcasts",),
    "bot.broadcasts.recipients": ("tests/bot/broadcasts", "tests/cogs/test_broadcast.py"),
    "bot.broadcasts.schedule": ("tests/bot/broadcasts/test_schedule.py",),
    "bot.exports.files": ("tests/bot/exports",),
    "bot.exports.markdown": ("tests/bot/exports",),
    "bot.generation.finished_run": ("tests/bot/generation/test_finished_run.py",),
    "bot.generation.gemini.availability": ("tests/bot/generation/gemini/test_availability.py",),
    "bot.generation.gemini.budget": ("tests/bot/generation/gemini/test_budget.py",),
    "bot.generation.gemini.pricing": ("tests/bot/generation/gemini/test_pricing.py",),
    "bot.generation.gemini.refusals": ("tests/bot/generation/gemini/test_refusals.py",),
    "bot.generation.gemini.response": ("tests/bot/generation/gemini/test_response.py",),
    "bot.generation.pipeline": (
        "tests/bot/generation/test_finished_run.py",
        "tests/bot/generation/test_worker.py",
        "tests/bot/generation/test_pipeline.py",
    ),
    "bot.generation.prompt": ("tests/bot/generation/test_prompt.py",),
    "bot.generation.request": ("tests/bot/generation/test_service.py",),
    "bot.generation.resume": ("tests/bot/generation/test_resume.py",),
    "bot.generation.service": ("tests/bot/generation/test_service.py",),
    "bot.generation.worker": ("tests/bot/generation/test_worker.py",),
    "bot.jobs.circuit_breaker": (
        "tests/bot/jobs/test_circuit_breaker.py",
        "tests/bot/generation/gemini/test_availability.py",
    ),
    "bot.jobs.pacer": ("tests/bot/jobs/test_pacer.py",),
    "bot.jobs.worker": ("tests/bot/jobs/test_worker.py",),
    "bot.logs": ("tests/bot/test_logs.py",),
    "bot.progress.scope": ("tests/bot/progress",),
    "bot.scripts.coverage": ("tests/bot/scripts",),
    "bot.scripts.library": ("tests/bot/scripts", "tests/cogs/test_library_and_setup.py"),
    "bot.scripts.ngrams": ("tests/bot/scripts",),
    "bot.scripts.text_splitting": ("tests/bot/scripts",),
    "bot.scripts.text_units": ("tests/bot/scripts",),
    "bot.scripts.timing": ("tests/bot/scripts",),
    "bot.settings.loading": ("tests/bot/settings",),
    "bot.settings.schema": ("tests/bot/settings",),
    "cogs.interactions.access": ("tests/cogs/interactions", "tests/cogs/views/test_persistent_items.py"),
    "storage.leases": ("tests/storage/test_leases.py", "tests/storage/stores/test_runs.py"),
    "storage.stores.deliveries": ("tests/storage/stores/test_deliveries.py",),
    "storage.stores.events": ("tests/storage/stores/test_events.py",),
    "storage.stores.personal_data": ("tests/storage/stores/test_personal_data.py",),
    "storage.stores.runs": ("tests/storage/stores/test_runs.py",),
    "storage.stores.scripts": ("tests/storage/stores/test_scripts.py",),
    "storage.stores.subscriptions": ("tests/storage/stores/test_subscriptions.py",),
}
