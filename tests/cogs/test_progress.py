"""``/progress``: views, filters, exports, sessions, what is new."""

import asyncio
import csv
import io
import json
import struct
from typing import Any

import pytest

from bot.actor import Actor
from bot.errors import ForbiddenError
from bot.event_names import BROADCAST_SENT
from bot.progress.timeline import Timeline
from storage import WriteTransaction
from storage.states import ScriptState
from storage.stores.events import EventFilter
from storage.stores.scripts import NewScript
from tests.stage import MANAGE_GUILD, Stage
from tests.standins.discord_actors import Person
from tests.standins.discord_interactions import InteractionLog


async def open_progress(stage: Stage, *, by: Person | None = None, **options: Any) -> InteractionLog:
    """``/progress`` by a member of the team, once its picture is there."""
    log = await stage.discord.wait_for_answer(await (by or stage.hana).slash("progress", **options))
    await stage.discord.wait_until(lambda: log.message.attachments)
    return log


async def track(stage: Stage, event: str, data: str = "{}") -> None:
    """Adds an entry with ``/track``."""
    log = await stage.discord.wait_for_answer(await stage.hana.slash("track", event=event, data=data))
    assert "Noted" in log.text


async def choose(
    stage: Stage, log: InteractionLog, name: str, value: str, until: str, by: Person | None = None
) -> None:
    """Chooses a value in the menu whose custom id begins with ``progress:name``, and waits until the message has the text."""
    custom_id = next(each for each in get_custom_ids(log) if each.startswith(f"progress:{name}:"))
    await (by or stage.hana).select(log, [value], custom_id=custom_id)
    await stage.discord.wait_until(lambda: until in log.text)


def get_custom_ids(log: InteractionLog) -> list[str]:
    """The custom ids of all components of the answer."""

    def walk(parts: list[dict[str, object]]) -> list[str]:
        custom_ids = [str(part["custom_id"]) for part in parts if "custom_id" in part]
        for part in parts:
            inner = part.get("components")
            custom_ids += walk(inner) if isinstance(inner, list) else []
        return custom_ids

    return walk(log.message.components)


async def test_the_overview_has_a_picture_with_a_description(stage: Stage) -> None:
    """The team sees books, scripts, members at work and the latest event, and a PNG with a description."""
    await stage.run_script()
    await stage.wait_for_finished_script()
    log = await open_progress(stage, share=True)
    assert not log.ephemeral
    for text in ("1 chapter drafted", "1 script written, 1 as a template (0% by Gemini)", "1 member at work: Hana"):
        assert text in log.text
    assert "last: Hana's script of ch. 1 of ebook_001 is finished" in log.text
    picture = log.message.attachments[0]
    assert picture.data.startswith(b"\x89PNG")
    width, _ = struct.unpack(">II", picture.data[16:24])
    assert width == 960
    assert "1 chapter drafted" in json.dumps(log.message.components)


async def test_the_text_does_not_wait_for_the_picture(stage: Stage) -> None:
    """All controls work as soon as the text is there, and a late picture does not replace another view."""
    await track(stage, "Begun")
    drawing = asyncio.Event()
    draw = stage.bot.services.snapshots.renderer.draw

    async def draw_slowly(heading: str, timeline: Timeline) -> bytes:
        await drawing.wait()
        return await draw(heading, timeline)

    stage.bot.services.snapshots.renderer.draw = draw_slowly  # type: ignore[method-assign]
    log = await stage.discord.wait_for_answer(await stage.hana.slash("progress"))
    await choose(stage, log, "view", "events", "Events · this week")
    drawing.set()
    await track(stage, "Done")
    # An extension is loaded as a module of its own, so that isinstance would not know the class.
    cog: Any = stage.bot.cogs["ProgressCog"]
    await stage.discord.wait_until(lambda: not cog.pending_pictures)
    assert "Events · this week" in log.text
    assert log.message.attachments == []


async def test_views_periods_and_filters(stage: Stage) -> None:
    """The menus choose the view, the period and the event name, and an export has the events of the present choice."""
    await stage.run_script()
    await stage.wait_for_finished_script()
    await track(stage, "Mixing done", '{"takes": 3}')
    log = await open_progress(stage)
    await choose(stage, log, "view", "timeline", "Timeline · this week")
    assert "5 events · 1 drafted" in log.text
    await choose(stage, log, "view", "events", "Added document to grant")
    assert "5 events" in log.text
    await choose(stage, log, "event", get_event_value(log, "Mixing done"), "this week · Mixing done")
    assert "**Added document" not in log.text
    export = await stage.discord.wait_for_answer(await stage.hana.click(log, "Export"))
    files = {file.filename: file.data for file in export.messages[0].attachments}
    assert [entry["event"] for entry in json.loads(files["session_progress.json"])] == ["Mixing done"]
    rows = list(csv.DictReader(io.StringIO(files["session_progress.csv"].decode("utf-8-sig"))))
    assert [(row["event"], row["data"]) for row in rows] == [("Mixing done", '{"takes":3}')]
    await choose(stage, log, "period", "today", "Events · today")
    await choose(stage, log, "view", "overview", "Progress · today")


def get_event_value(log: InteractionLog, label: str) -> str:
    """The value of an event name in the menu."""

    def walk(parts: list[dict[str, object]]) -> list[str]:
        values: list[str] = []
        for part in parts:
            options, inner = part.get("options"), part.get("components")
            if isinstance(options, list):
                values += [str(option["value"]) for option in options if option["label"] == label]
            values += walk(inner) if isinstance(inner, list) else []
        return values

    return walk(log.message.components)[0]


async def test_progress_of_one_member(stage: Stage) -> None:
    """Filtered by a member, only what that member did counts."""
    await stage.run_script()
    await stage.wait_for_finished_script()
    log = await open_progress(stage, member=stage.bob)
    assert "0 scripts written" in log.text
    log = await open_progress(stage, member=stage.hana)
    assert "1 script written" in log.text


async def test_events_are_paged(stage: Stage) -> None:
    """Events are shown ten at a time, with buttons for older and newer ones."""
    for number in range(12):
        await track(stage, f"Take {number}")
    log = await open_progress(stage)
    await choose(stage, log, "view", "events", "Page 1 of 2")
    assert "**Take 11**" in log.text
    await stage.hana.click(log, "Older ›")
    await stage.discord.wait_until(lambda: "Page 2 of 2" in log.text)
    assert "**Take 0**" in log.text
    await stage.hana.click(log, "‹ Newer")
    await stage.discord.wait_until(lambda: "Page 1 of 2" in log.text)


async def test_since_i_last_looked(stage: Stage) -> None:
    """The first visit shows the week, each later one only what has happened since the one before."""
    await stage.run_script()
    await stage.wait_for_finished_script()
    log = await open_progress(stage)
    first = await stage.discord.wait_for_answer(await stage.hana.click(log, "Since I last looked"))
    assert first.messages[-1].ephemeral
    assert "This is your first visit" in first.text
    assert "1 script written · 2 events" in first.text
    second = await stage.discord.wait_for_answer(await stage.hana.click(log, "Since I last looked"))
    assert "Nothing has happened" in second.text
    await track(stage, "Mixing done")
    third = await stage.discord.wait_for_answer(await stage.hana.click(log, "Since I last looked"))
    assert "Hana · Mixing done" in third.text
    assert "1 event" in third.text


async def test_sessions_are_named_and_ended(stage: Stage) -> None:
    """Events close together are one session; its member names and ends it, and the next event starts a new one."""
    await track(stage, "Mixing begun")
    log = await open_progress(stage)
    await choose(stage, log, "view", "sessions", "Working sessions")
    assert "still open" in log.text
    opened = await open_first_session(stage, log)
    assert "Mixing begun" in opened.text
    modal = await stage.hana.click(opened, "Name it")
    await stage.hana.submit_modal(modal, {"name": "Night   edit"})
    await stage.discord.wait_until(lambda: "Night edit" in opened.text)
    await stage.hana.click(opened, "End it")
    await stage.discord.wait_until(lambda: "End it" not in opened.buttons)
    await track(stage, "Mixing done")
    log = await open_progress(stage)
    await choose(stage, log, "view", "sessions", "Night edit")
    assert log.text.count("still open") == 1
    async with stage.bot.services.database.read() as tx:
        events = await tx.events.get_page(EventFilter(), limit=10)
    sessions = {event.event: event.session_id for event in events}
    assert sessions["Session named"] == sessions["Session ended"] == sessions["Mixing begun"]
    assert sessions["Mixing done"] != sessions["Mixing begun"]
    assert "Night edit" not in json.dumps([event.data for event in events]), "a name can be forgotten"


async def open_first_session(stage: Stage, log: InteractionLog, by: Person | None = None) -> InteractionLog:
    """Opens the first session of the list."""
    custom_id = next(each for each in get_custom_ids(log) if each.startswith("progress:session:"))
    async with stage.bot.services.database.read() as tx:
        session = (await tx.sessions.get_page(limit=1))[0]
    return await stage.discord.wait_for_answer(await (by or stage.hana).select(log, [session.id], custom_id=custom_id))


async def test_only_its_member_changes_a_session(stage: Stage) -> None:
    """The team can read every session, but only its own member gets the buttons, and nobody else can name or end it."""
    await track(stage, "Mixing begun")
    second = stage.discord.world.add_role(stage.discord.studio, "Second", MANAGE_GUILD)
    mio = stage.discord.add_person("Mio", roles=[second])
    log = await open_progress(stage, by=mio)
    await choose(stage, log, "view", "sessions", "Working sessions", by=mio)
    opened = await open_first_session(stage, log, by=mio)
    assert "Mixing begun" in opened.text
    assert opened.buttons == []
    async with stage.bot.services.database.read() as tx:
        session = (await tx.sessions.get_page(limit=1))[0]
    with pytest.raises(ForbiddenError):
        await stage.bot.services.sessions.end_session(session.id, Actor(mio.id, "Mio", team=True))


async def test_the_public_view_has_nothing_internal(stage: Stage) -> None:
    """People outside the team see what is out and what is coming, and no draft."""
    await stage.run_script()
    card = await stage.wait_for_finished_script()
    public = await stage.discord.wait_for_answer(await stage.bob.slash("progress"))
    assert "Midnight Summoning" not in public.text
    assert public.buttons == []
    await stage.approve_template(card)
    public = await stage.discord.wait_for_answer(await stage.bob.slash("progress"))
    assert "Midnight Summoning" in public.text.split("Coming next")[1]
    modal = await stage.hana.click(card, "Release…")
    log = await stage.discord.wait_for_answer(await stage.hana.submit_modal(modal, {}))
    await stage.hana.click(log, "Release without posting")
    await stage.discord.wait_until(lambda: "released" in card.text)
    public = await stage.discord.wait_for_answer(await stage.bob.slash("progress"))
    assert "Midnight Summoning" in public.text.split("Coming next")[0]
    assert BROADCAST_SENT not in await stage.event_names()


async def test_only_the_team_uses_a_shared_overview(stage: Stage) -> None:
    """Others in the channel see a shared overview, but its buttons refuse them."""
    await stage.run_script()
    await stage.wait_for_finished_script()
    log = await open_progress(stage, share=True)
    for label in ("Since I last looked", "Pin a live board", "Export"):
        answer = await stage.discord.wait_for_answer(await stage.bob.click(log, label))
        assert "for the studio's team" in answer.text


async def test_all_time_counts_everything(stage: Stage) -> None:
    """Without any filter, all events are counted and paged."""
    for number in range(11):
        await track(stage, f"Take {number}")
    log = await open_progress(stage, period="all")
    assert "11 events" in log.text
    await choose(stage, log, "view", "events", "Page 1 of 2")


async def test_long_markup_fits_into_every_view(stage: Stage) -> None:
    """Names and data of maximum length that consist of markup only do not exceed any limit of a view."""
    for number in range(12):
        await track(stage, "*" * 195 + f"{number}", json.dumps({"n": "*_`|~" * 200}))
    log = await open_progress(stage)
    await choose(stage, log, "view", "events", "Page 1 of 2")
    await choose(stage, log, "view", "sessions", "Working sessions")
    assert (await open_first_session(stage, log)).buttons
    unseen = await stage.discord.wait_for_answer(await stage.hana.click(log, "Since I last looked"))
    assert "12 events" in unseen.text


async def test_a_long_public_view_fits(stage: Stage) -> None:
    """Of many chapters with long titles and links, some are shown and the others counted, so that Discord accepts the view."""

    async def work(tx: WriteTransaction) -> None:
        await tx.ebooks.get_or_add("ebook_001", "The *Fox* of Thirteen Bells and Whatever Else Rings at Night")
        for number in range(1, 31):
            state = ScriptState.RELEASED if number < 16 else ScriptState.APPROVED
            await tx.scripts.add(
                NewScript(
                    ebook_id="ebook_001",
                    chapter_number=number,
                    version=1,
                    title="A Title of *Sixty* Letters and Some More Beside Them " * 2,
                    theme="t",
                    writer="gemini",
                    body="{}",
                    state=state,
                    link="https://midnightmyth.example/" + "x" * 300,
                )
            )

    await stage.bot.services.database.write(work)
    public = await stage.discord.wait_for_answer(await stage.bob.slash("progress"))
    out, coming = public.text.split("**Coming next**")
    assert "chapter 15" in out
    assert " more" in out
    assert "chapter 16" in coming


async def test_what_is_new_ignores_the_chosen_book(stage: Stage) -> None:
    """Everything new is shown, whichever book was chosen, so that nothing counts as seen that was not shown."""
    await track(stage, "Begun")
    await stage.discord.wait_for_answer(await stage.hana.click(await open_progress(stage), "Since I last looked"))
    await stage.bot.services.database.write(lambda tx: tx.ebooks.get_or_add("book_a", "Book A"))
    await track(stage, "Elsewhere", '{"ebook_id": "book_b"}')
    log = await open_progress(stage, ebook="book_a")
    unseen = await stage.discord.wait_for_answer(await stage.hana.click(log, "Since I last looked"))
    assert "Elsewhere" in unseen.text


async def test_the_event_filter_ends_with_its_view(stage: Stage) -> None:
    """Another period keeps the event filter; back in the overview it is gone, for the export too."""
    await track(stage, "Take A")
    await track(stage, "Take B")
    log = await open_progress(stage)
    await choose(stage, log, "view", "events", "Events · this week")
    await choose(stage, log, "event", get_event_value(log, "Take A"), "this week · Take A")
    await choose(stage, log, "period", "month", "this month · Take A")
    await choose(stage, log, "view", "overview", "Progress · this month")
    export = await stage.discord.wait_for_answer(await stage.hana.click(log, "Export"))
    entries = json.loads(export.messages[0].attachments[0].data)
    assert [entry["event"] for entry in entries] == ["Take A", "Take B"]
