"""The rules of Discord's forms for messages: contents, embeds, mentions, nonces, flags (resources/message.mdx)."""

from collections.abc import Collection
from typing import Any

from tests.standins.discord_component_forms import check_components
from tests.standins.discord_errors import ApiError, Problems
from tests.standins.discord_world import COMPONENTS_V2, EPHEMERAL, Json, Message

SUPPRESS_EMBEDS, SUPPRESS_NOTIFICATIONS, VOICE_MESSAGE = 1 << 2, 1 << 12, 1 << 13
CREATE_FLAGS = SUPPRESS_EMBEDS | SUPPRESS_NOTIFICATIONS | VOICE_MESSAGE | COMPONENTS_V2
REPLY_FLAGS = CREATE_FLAGS | EPHEMERAL
EDIT_FLAGS = SUPPRESS_EMBEDS | COMPONENTS_V2 | EPHEMERAL

EMBED_TEXTS = {"title": 256, "description": 4096}


def check_message(
    body: Json, files: Collection[str], *, flags: int, before: Message | None = None, reply: bool = False
) -> None:
    """Raise 50035 (or 50006 where nothing would be seen) unless Discord would take this message or edit.

    Args:
        body: what was sent.
        files: names of the files that came with it.
        flags: the bits allowed here.
        before: the message that is edited.
        reply: whether an interaction is answered, where a nonce means nothing.
    """
    problems = Problems()
    sent_flags = body.get("flags") or 0
    if not isinstance(sent_flags, int) or sent_flags & ~flags:
        problems.add(["flags"], f"Bits {sent_flags & ~flags:#x} cannot be set here.")
    v2 = bool(sent_flags & COMPONENTS_V2) or (before is not None and bool(before.flags & COMPONENTS_V2))
    content, embeds, components = body.get("content"), body.get("embeds") or [], body.get("components") or []
    if content is not None:
        problems.length(["content"], content, 0, 2000)
    _check_embeds(embeds, problems)
    kept = _check_attachments(body, files, before, problems)
    _check_mentions(body.get("allowed_mentions"), problems)
    if not reply:
        _check_nonce(body, problems)
    if v2:
        _check_v2(body, before, problems)
    names = {*files, *kept}
    check_components(components, problems, v2=v2, files=names)
    problems.raise_if_any()
    _check_visible(body, files, before, v2=v2)


def _check_v2(body: Json, before: Message | None, problems: Problems) -> None:
    for key in ("content", "embeds", "poll", "sticker_ids"):
        left = getattr(before, key, None) if before is not None and key not in body else None
        if body.get(key) or left:
            message = f"The '{key}' field cannot be used when using MessageFlags.IS_COMPONENTS_V2"
            problems.add([key], message, "MESSAGE_CANNOT_USE_LEGACY_FIELDS_WITH_COMPONENTS_V2")


def _check_visible(body: Json, files: Collection[str], before: Message | None, *, v2: bool) -> None:
    seen: list[Any] = [body.get("components"), body.get("content"), body.get("embeds"), files, body.get("sticker_ids")]
    if before is not None:
        if "components" not in body:
            seen.append(before.components)
        if "content" not in body:
            seen.append(before.content)
        if "embeds" not in body:
            seen.append(before.embeds)
        seen.append(body.get("attachments") if "attachments" in body else before.attachments)
    if not any(seen) or (v2 and not any(seen[:1]) and not (before and before.components and "components" not in body)):
        raise ApiError(400, 50006, "Cannot send an empty message")


def _check_embeds(embeds: list[Json], problems: Problems) -> None:
    problems.count(["embeds"], embeds, 0, 10)
    total = 0
    for number, embed in enumerate(embeds):
        for key, limit in EMBED_TEXTS.items():
            if embed.get(key) is not None:
                problems.length(["embeds", number, key], embed[key], 0, limit)
        fields = embed.get("fields") or []
        problems.count(["embeds", number, "fields"], fields, 0, 25)
        for position, item in enumerate(fields):
            problems.length(["embeds", number, "fields", position, "name"], item.get("name"), 1, 256)
            problems.length(["embeds", number, "fields", position, "value"], item.get("value"), 1, 1024)
        footer, author = embed.get("footer") or {}, embed.get("author") or {}
        if footer:
            problems.length(["embeds", number, "footer", "text"], footer.get("text"), 0, 2048)
        if author:
            problems.length(["embeds", number, "author", "name"], author.get("name"), 0, 256)
        if not 0 <= (embed.get("color") or 0) <= 0xFFFFFF:
            problems.add(["embeds", number, "color"], "int value should be between 0 and 16777215.")
        for key in ("url", "image", "thumbnail"):
            held = embed.get(key)
            url = held.get("url") if isinstance(held, dict) else held
            if len(str(url or "")) > 2048:
                problems.length(["embeds", number, key], url, 0, 2048)
            if url and not str(url).startswith(("http://", "https://", *(() if key == "url" else ("attachment://",)))):
                problems.add(["embeds", number, key], "Not a well formed URL.", "URL_TYPE_INVALID_URL")
        total += sum(len(embed.get(key) or "") for key in EMBED_TEXTS)
        total += sum(len(str(i.get("name"))) + len(str(i.get("value"))) for i in fields)
        total += len(footer.get("text") or "") + len(author.get("name") or "")
    if total > 6000:
        message = "Embed size exceeds maximum size of 6000"
        problems.add(["embeds"], message, "MAX_EMBED_SIZE_EXCEEDED")


def _check_attachments(body: Json, files: Collection[str], before: Message | None, problems: Problems) -> set[str]:
    """The names of the earlier files that stay."""
    listed = body.get("attachments")
    problems.count(["files"], list(files), 0, 10)
    had = {str(a.id): a.filename for a in before.attachments} if before is not None else {}
    if listed is None:
        return set(had.values())
    problems.count(["attachments"], listed, 0, 10)
    kept = set()
    for number, item in enumerate(listed):
        ident = str(item.get("id"))
        if ident in had:
            kept.add(had[ident])
        elif not ident.isdigit() or int(ident) >= len(files):
            problems.add(["attachments", number, "id"], "No such uploaded file or attachment.")
        if item.get("description") is not None:
            problems.length(["attachments", number, "description"], item["description"], 0, 1024)
    return kept


def _check_mentions(allowed: Json | None, problems: Problems) -> None:
    if allowed is None:
        return
    parse = allowed.get("parse") or []
    if not set(parse) <= {"roles", "users", "everyone"}:
        problems.add(["allowed_mentions", "parse"], "Value must be one of ('roles', 'users', 'everyone').")
    for key in ("users", "roles"):
        listed = allowed.get(key) or []
        if not isinstance(listed, list):
            problems.add(["allowed_mentions", key], "Only iterables may be used in a ListType")
            continue
        problems.count(["allowed_mentions", key], listed, 0, 100)
        if listed and key in parse:
            message = f'parse:["{key}"] and {key}: [ids...] are mutually exclusive.'
            problems.add(["allowed_mentions"], message, "MESSAGE_ALLOWED_MENTIONS_PARSE_EXCLUSIVE")


def _check_nonce(body: Json, problems: Problems) -> None:
    nonce = body.get("nonce")
    if isinstance(nonce, str) and len(nonce) > 25:
        problems.length(["nonce"], nonce, 0, 25)
    elif nonce is not None and not isinstance(nonce, str | int):
        problems.add(["nonce"], "Must be a string or an integer.")
    if body.get("enforce_nonce") and nonce in {None, ""}:
        problems.add(["nonce"], "A nonce is required with enforce_nonce.")
