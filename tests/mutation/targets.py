"""Which modules are mutated, and which tests have to notice.

These are the modules where an unnoticed fault does harm: rights, money, delivery, the audit trail, secrets. A module's own unit
tests come first, since pytest stops at the first failure and they are the fastest.
"""

from typing import Final

_SQLITE_ONLY: Final = ("-k", "not postgres")
"""Of tests that run on both kinds of database: where the second kind would notice nothing more, and only cost time."""

TARGETS: Final[dict[str, tuple[str, ...]]] = {
    "bot.affiliates.subscriptions": (
        "tests/bot/affiliates/test_subscriptions.py",
        "tests/bot/affiliates/test_admission.py",
    ),
    "bot.affiliates.badges": ("tests/bot/affiliates/test_badges.py",),
    "bot.broadcasts.breaker": (
        "tests/bot/broadcasts/test_breaker.py",
        "tests/bot/broadcasts/test_stopped_broadcasts.py",
    ),
    "bot.links": ("tests/bot/test_links.py",),
    "bot.broadcasts.content": ("tests/bot/broadcasts/test_content.py",),
    "bot.broadcasts.announcer": ("tests/bot/broadcasts/test_announcer.py",),
    "bot.broadcasts.dispatcher": (
        "tests/bot/broadcasts/test_dispatcher_attempts.py",
        "tests/bot/broadcasts/test_dispatcher_stops.py",
        "tests/bot/broadcasts/test_dispatcher_recovery.py",
        "tests/bot/broadcasts/test_dispatcher_outage.py",
    ),
    "bot.broadcasts.drafts": ("tests/bot/broadcasts/test_drafts.py", "tests/bot/broadcasts/test_recipients.py"),
    "bot.broadcasts.outcomes": (
        "tests/bot/broadcasts/test_outcomes.py",
        "tests/bot/broadcasts/test_recorded_attempts.py",
    ),
    "bot.broadcasts.recipients": (
        "tests/bot/broadcasts/test_recipients.py",
        "tests/bot/broadcasts/test_drafts.py",
        "tests/bot/broadcasts/test_scheduled_changes.py",
    ),
    "bot.broadcasts.releases": (
        "tests/bot/broadcasts/test_cancelled_releases.py",
        "tests/bot/broadcasts/test_recalled_releases.py",
    ),
    "bot.broadcasts.report": ("tests/bot/broadcasts/test_report.py",),
    "bot.broadcasts.scheduled": ("tests/bot/broadcasts/test_scheduled_changes.py",),
    "bot.broadcasts.stopping": (
        "tests/bot/broadcasts/test_stopped_broadcasts.py",
        "tests/bot/broadcasts/test_cancelled_releases.py",
    ),
    "bot.broadcasts.schedule": ("tests/bot/broadcasts/test_schedule.py",),
    "bot.ebooks.cast_check": ("tests/bot/ebooks/test_cast_check.py",),
    "bot.ebooks.casting": ("tests/bot/ebooks/test_casting.py",),
    "bot.ebooks.series_bible": ("tests/bot/ebooks/test_series_bible.py",),
    "bot.exports.files": ("tests/bot/exports",),
    "bot.exports.markdown": ("tests/bot/exports",),
    "bot.exports.script_json": ("tests/bot/exports/test_script_json.py",),
    "bot.exports.timestamps": ("tests/bot/exports/test_timestamps.py",),
    "bot.generation.finished_run": ("tests/bot/generation/test_finished_run.py",),
    "bot.generation.gemini.availability": ("tests/bot/generation/gemini/test_availability.py",),
    "bot.generation.gemini.budget": ("tests/bot/generation/gemini/test_budget.py",),
    "bot.generation.gemini.pricing": ("tests/bot/generation/gemini/test_pricing.py",),
    "bot.generation.gemini.refusals": ("tests/bot/generation/gemini/test_refusals.py",),
    "bot.generation.gemini.response": (
        "tests/bot/generation/gemini/test_response_limits.py",
        "tests/bot/generation/gemini/test_response.py",
        "tests/bot/generation/gemini/test_proposals.py",
    ),
    "bot.generation.gemini.label_response": (
        "tests/bot/generation/gemini/test_label_response.py",
        "tests/bot/generation/test_faithful_runs.py",
    ),
    "bot.generation.chapter_source": (
        "tests/bot/generation/test_chapter_source.py",
        "tests/bot/generation/test_faithful_runs.py",
        "tests/bot/generation/test_finished_run.py",
    ),
    "bot.generation.gemini.proposals": ("tests/bot/generation/gemini/test_proposals.py",),
    "bot.generation.pipeline": (
        "tests/bot/generation/test_finished_run.py",
        "tests/bot/generation/test_worker.py",
        "tests/bot/generation/test_pipeline.py",
        "tests/bot/generation/test_faithful_runs.py",
        "tests/bot/generation/test_pipeline_chapters.py",
        "tests/bot/generation/test_shown_progress.py",
    ),
    "bot.generation.prompt": ("tests/bot/generation/test_prompt.py", "tests/bot/generation/test_series.py"),
    "bot.generation.request": ("tests/bot/generation/test_service.py",),
    "bot.generation.resume": ("tests/bot/generation/test_resume.py",),
    "bot.generation.service": (
        "tests/bot/generation/test_service.py",
        "tests/bot/generation/test_one_run_per_chapter.py",
    ),
    "bot.generation.worker": ("tests/bot/generation/test_worker.py",),
    "bot.jobs.circuit_breaker": (
        "tests/bot/jobs/test_circuit_breaker.py",
        "tests/bot/generation/gemini/test_availability.py",
    ),
    "bot.jobs.pacer": ("tests/bot/jobs/test_pacer.py",),
    "bot.jobs.rate_limiter": ("tests/bot/jobs/test_rate_limiter.py",),
    "bot.jobs.worker": ("tests/bot/jobs/test_worker.py",),
    "bot.logs": ("tests/bot/test_logs.py", "tests/bot/test_secret_settings.py"),
    "bot.permissions": ("tests/bot/test_permissions.py",),
    "bot.privacy": ("tests/bot/test_privacy.py",),
    "bot.progress.books": ("tests/bot/progress/test_books.py",),
    "bot.progress.event_export": ("tests/bot/progress/test_event_export.py",),
    "bot.progress.history": ("tests/bot/progress/test_history.py", "tests/bot/progress/test_team_work.py"),
    "bot.progress.overview": ("tests/bot/progress/test_overview.py", "tests/bot/progress/test_team_work.py"),
    "bot.progress.public_view": ("tests/bot/progress/test_public_view.py",),
    "bot.progress.scope": ("tests/bot/progress/test_scope.py",),
    "bot.progress.sessions": ("tests/bot/progress/test_sessions.py", "tests/bot/progress/test_team_work.py"),
    "bot.progress.timeline": ("tests/bot/progress/test_timeline.py",),
    "bot.progress.tracking": ("tests/bot/progress/test_tracking.py",),
    "bot.scripts.assembly": ("tests/bot/scripts/test_assembly.py",),
    "bot.scripts.checks.check": (
        "tests/bot/scripts/checks/test_check.py",
        "tests/bot/scripts/checks/test_speech_tags.py",
    ),
    "bot.scripts.checks.cue_checks": ("tests/bot/scripts/checks/test_check.py",),
    "bot.scripts.checks.lines": (
        "tests/bot/scripts/checks/test_check.py",
        "tests/bot/scripts/checks/test_speech_tags.py",
    ),
    "bot.scripts.checks.speech_tags": (
        "tests/bot/scripts/checks/test_subjects.py",
        "tests/bot/scripts/checks/test_speech_tags.py",
    ),
    "bot.scripts.checks.people": (
        "tests/bot/scripts/checks/test_people.py",
        "tests/bot/scripts/checks/test_speech_tags.py",
    ),
    "bot.scripts.checks.sound_check": ("tests/bot/scripts/checks/test_sound_check.py",),
    "bot.scripts.quotations": (
        "tests/bot/scripts/test_quotations.py",
        "tests/bot/scripts/test_spans.py",
        "tests/bot/generation/test_template.py",
    ),
    "bot.scripts.spans": ("tests/bot/scripts/test_spans.py",),
    "bot.scripts.coverage": ("tests/bot/scripts/test_coverage.py",),
    "bot.scripts.library": ("tests/bot/scripts/test_library.py",),
    "bot.scripts.ngrams": ("tests/bot/scripts/test_coverage.py", "tests/bot/generation/test_resume.py"),
    "bot.scripts.text_splitting": ("tests/bot/scripts/test_text_splitting.py",),
    "bot.scripts.text_units": ("tests/bot/scripts/test_text_units.py",),
    "bot.scripts.timing": ("tests/bot/scripts/test_timing.py",),
    "bot.settings.gemini_prices": ("tests/bot/settings/test_gemini_prices.py",),
    "bot.settings.loading": ("tests/bot/settings/test_loading.py",),
    "bot.settings.schema": (
        "tests/bot/settings/test_schema.py",
        "tests/bot/settings/test_loading.py",
        "tests/bot/test_secret_settings.py",
    ),
    "cogs.messages.failures": ("tests/cogs/messages/test_failures.py",),
    "cogs.messages.post_sender": (
        "tests/cogs/messages/test_post_requests.py",
        "tests/cogs/messages/test_post_sender.py::test_a_failed_request_decides_what_happens_to_the_delivery",
    ),
    "bot.studio_config": ("tests/bot/test_studio_config.py",),
    "cogs.interactions.access": ("tests/cogs/interactions/test_access.py",),
    "cogs.interactions.autocomplete": ("tests/cogs/interactions/test_autocomplete.py",),
    "storage.database": (
        "tests/storage/test_database.py",
        "tests/storage/test_group_commit.py",
        "tests/storage/test_outages.py",
        "tests/storage/test_open_for_reading.py",
        "tests/storage/stores/test_events.py",
    ),
    "storage.leases": (
        "tests/storage/test_leases.py",
        "tests/storage/stores/test_delivery_states.py",
        "tests/storage/stores/test_deliveries.py",
        *_SQLITE_ONLY,
    ),
    "storage.migrate": (
        "tests/storage/test_open_for_reading.py",
        "tests/storage/test_migrations.py",
        "tests/storage/test_migration_references.py",
    ),
    "storage.stores.broadcasts": (
        "tests/storage/stores/test_broadcast_ends.py",
        "tests/storage/stores/test_broadcasts.py",
        *_SQLITE_ONLY,
    ),
    "storage.stores.deliveries": (
        "tests/storage/stores/test_deliveries.py",
        "tests/storage/stores/test_delivery_states.py",
        *_SQLITE_ONLY,
    ),
    "storage.stores.delivery_values": ("tests/storage/stores/test_delivery_counts.py", *_SQLITE_ONLY),
    "storage.stores.ebooks": ("tests/storage/stores/test_ebooks.py",),
    "storage.stores.event_counts": ("tests/storage/stores/test_event_counts.py",),
    "storage.stores.events": (
        "tests/storage/stores/test_event_hashes.py",
        "tests/storage/stores/test_event_queries.py",
    ),
    "storage.stores.members": ("tests/storage/stores/test_members.py", "tests/storage/stores/test_forgetting.py"),
    "storage.stores.personal_data": ("tests/storage/stores/test_forgetting.py",),
    "storage.stores.runs": (
        "tests/storage/stores/test_runs.py",
        "tests/storage/stores/test_runs_of_a_chapter.py",
        "tests/storage/stores/test_run_cards.py",
        "tests/storage/stores/test_run_costs.py",
    ),
    "storage.stores.scripts": (
        "tests/storage/stores/test_scripts.py",
        "tests/storage/stores/test_script_states.py",
        "tests/storage/stores/test_script_queries.py",
    ),
    "storage.stores.sessions": (
        "tests/storage/stores/test_session_queries.py",
        "tests/storage/stores/test_sessions.py",
        "tests/storage/stores/test_event_queries.py",
    ),
    "storage.stores.subscriptions": (
        "tests/storage/stores/test_subscription_states.py",
        "tests/storage/stores/test_subscriptions.py",
        *_SQLITE_ONLY,
    ),
    "storage.transactions": ("tests/storage/test_transactions.py",),
}
