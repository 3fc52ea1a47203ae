"""Faults in the database: events, migrations, personal data; and in settings and logs."""

from typing import Final

from tests.mutation.faults.model import Fault

_HASHES: Final = ("tests/storage/stores/test_event_hashes.py",)
_FORGETTING: Final = ("tests/storage/stores/test_forgetting.py",)
_MIGRATION: Final = ("tests/storage/test_migration_references.py",)
_SECRETS: Final = ("tests/bot/test_secret_settings.py",)
_SESSIONS_UPDATE: Final = (
    'await self.connection.execute(sessions.update().where(sessions.c.member_id == member_id).values(name=""))'
)

FAULTS: Final[tuple[Fault, ...]] = (
    Fault(
        "storage.stores.events",
        "the hash does not cover the previous hash",
        'if key != "hash"}',
        'if key not in {"hash", "prev_hash"}}',
        _HASHES,
    ),
    Fault(
        "storage.stores.events",
        "the hash does not cover the member",
        'if key != "hash"}',
        'if key not in {"hash", "member_id"}}',
        _HASHES,
    ),
    Fault(
        "storage.stores.events",
        "the previous hash is not compared",
        "event.prev_hash == self.last.hash and",
        "",
        _HASHES,
    ),
    Fault(
        "storage.stores.events",
        "the recorded head is not compared",
        "if self.broken_at is None and self.last != head:",
        "if False:",
        _HASHES,
    ),
    Fault(
        "storage.stores.personal_data",
        "forgetting keeps session names",
        _SESSIONS_UPDATE,
        "pass",
        _FORGETTING,
    ),
    Fault(
        "storage.stores.personal_data",
        "forgetting keeps the names of ended sessions",
        "sessions.update().where(sessions.c.member_id == member_id)",
        "sessions.update().where(sessions.c.member_id == member_id, sessions.c.ended_at.is_(None))",
        _FORGETTING,
    ),
    Fault(
        "storage.stores.personal_data",
        "forgetting empties everybody's session names",
        "sessions.update().where(sessions.c.member_id == member_id)",
        "sessions.update()",
        _FORGETTING,
    ),
    Fault(
        "storage.stores.personal_data",
        "forgetting keeps the Discord id",
        "discord_id=None, name=None",
        "name=None",
        _FORGETTING,
    ),
    Fault(
        "storage.stores.personal_data",
        "forgetting keeps the visit",
        "visits.delete().where(visits.c.member_id == member_id)",
        'visits.delete().where(visits.c.member_id == "")',
        _FORGETTING,
    ),
    Fault(
        "storage.migrate",
        "broken references are not looked for",
        '(await connection.exec_driver_sql("PRAGMA foreign_key_check")).all()',
        "False",
        _MIGRATION,
    ),
    Fault(
        "storage.migrate",
        "references are not enforced after a migration",
        'await raw.execute("PRAGMA foreign_keys=ON")',
        "pass",
        _MIGRATION,
    ),
    Fault(
        "bot.settings.schema",
        "GEMINI_API_KEY is not redacted",
        "keys = (self.google_api_key, self.gemini_api_key)",
        "keys = (self.google_api_key,)",
        _SECRETS,
    ),
    Fault(
        "bot.settings.schema",
        "GOOGLE_API_KEY is not redacted",
        "keys = (self.google_api_key, self.gemini_api_key)",
        "keys = (self.gemini_api_key,)",
        _SECRETS,
    ),
    Fault(
        "bot.settings.schema",
        "DISCORD_TOKEN is not redacted",
        "return (self.discord_token.get_secret_value(), *super().secrets)",
        "return super().secrets",
        _SECRETS,
    ),
    Fault(
        "bot.settings.schema",
        "the token is no secret to pydantic",
        "discord_token: SecretStr = Field(",
        "discord_token: str = Field(",
        _SECRETS,
    ),
    Fault(
        "bot.logs",
        "the shorter secret is removed first",
        "key=len, reverse=True",
        "key=len",
        _SECRETS,
    ),
    Fault(
        "bot.logs",
        "JSON lines are not redacted",
        "{key: self._redact(value) for key, value in line.items()}",
        "line",
        _SECRETS,
    ),
    Fault(
        "bot.logs",
        "text lines are not redacted",
        "return self._redact(super().format(record))",
        "return super().format(record)",
        _SECRETS,
    ),
)
