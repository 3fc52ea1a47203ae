"""The demo's page, driven as a browser drives it."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, suppress
from pathlib import Path

import pytest
import simcord.preview
from aiohttp import ClientSession

from bot.demo import main
from bot.demo.sample_data import EBOOK_ID, SampleData
from bot.demo.simulated_discord import PATCHES, LivePage
from tests.bot.demo.browser import Browser

pytestmark = pytest.mark.filterwarnings("ignore:'audioop' is deprecated:DeprecationWarning")


class Demo:
    """The demo without its terminal."""

    def __init__(self, page: LivePage, town: SampleData) -> None:
        self.page = page
        self.town = town


@pytest.fixture
async def demo(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Demo]:
    """A page on a furnished town, alive; the template writer takes as long for a cue as the test's parameter says."""
    for name in ("GOOGLE_API_KEY", "GEMINI_API_KEY"):
        monkeypatch.delenv(name, raising=False)
    async with AsyncExitStack() as stack:
        world, town = await main.opened(main.demo_settings(tmp_path), stack, getattr(request, "param", 0.005))
        page = await stack.enter_async_context(LivePage(world, town.views, town.views[0], 0, "key"))

        async def live() -> None:
            while True:
                await page.tick()
                await asyncio.sleep(0.05)

        living = asyncio.create_task(live())
        yield Demo(page, town)
        living.cancel()
        with suppress(asyncio.CancelledError):
            await living
        assert not world.errors


@pytest.mark.parametrize("demo", [0.1], indirect=True)
async def test_a_card_grows_while_it_is_looked_at(demo: Demo) -> None:
    """The chapter is there, the card shows more and more cues, and the buttons come at the end."""
    async with Browser.open(demo.page.url) as browser:
        receipt = await browser.run("script", ebook=EBOOK_ID, chapter="1")
        assert receipt["settlement"] == "settled"
        first = await browser.until(lambda text: "Writing · The Midnight Summoning" in text)
        await browser.until(lambda text: text != first and "Writing" in text)
        done = await browser.until(lambda text: "Template script · The Midnight Summoning" in text)
    assert "Approve" in done
    assert "cast of 3" in done


async def test_a_release_arrives_at_the_affiliates(demo: Demo) -> None:
    """Approved, released with a link, confirmed; whoever looks at another server sees the post, and may press it."""
    async with Browser.open(demo.page.url) as browser:
        await browser.run("script", ebook=EBOOK_ID, chapter="1")
        await browser.until(lambda text: "Approve and release…" in text)
        await browser.press("Approve and release…")
        modal = browser.state["modal"]["handle"]
        await browser.do("modal_submit", modal_handle=modal, values={"link": "https://example.org/fox"})
        await browser.until(lambda text: "Post to 3 channels" in text)
        await browser.press("Post to 3 channels")
        await browser.until(lambda text: "Posted to 3 of 3" in text)
        for name in ("Ren", "Noa", "Fumi"):
            await browser.look_as(name)
            assert "New Lore: The Midnight Summoning" in browser.text
            assert browser.state["channel"]["name"] == "lore"
        receipt = await browser.press("I shared it")
        assert receipt["settlement"] == "settled"
        assert "Counted." in browser.text


async def test_a_refusal_is_an_answer(demo: Demo) -> None:
    """Bob, who is not the team, is told so; the page does not take it for a fault."""
    async with Browser.open(demo.page.url) as browser:
        await browser.look_as("Bob")
        receipt = await browser.run("script", ebook=EBOOK_ID, chapter="1")
        assert "This is for the studio's team." in browser.text
    assert receipt["settlement"] == "settled"
    assert not receipt["uncertain"]


@pytest.mark.parametrize("demo", [1.0], indirect=True)
async def test_a_press_that_crosses_an_update_counts(demo: Demo) -> None:
    """What was drawn from an older state is pressed all the same."""
    async with Browser.open(demo.page.url) as browser:
        await browser.run("script", ebook=EBOOK_ID, chapter="1")
        await browser.until(lambda text: "Cancel" in text)
        receipt = await browser.press("Cancel", stale=1)
        assert not receipt["rejected"]
        await browser.until(lambda text: "Cancelled · The Midnight Summoning" in text)


async def test_the_terminal_turns_every_page(demo: Demo) -> None:
    """Pages that are open follow, and pages that are opened later begin there."""
    async with Browser.open(demo.page.url) as browser:
        await demo.page.turn_to(demo.town.views[3])
        await browser.read()
        assert browser.state["channel"]["topic"].startswith("Foxfire")
        async with Browser.open(demo.page.url) as later:
            assert later.state["channel"]["topic"].startswith("Foxfire")
            await later.look_as("Hana")
            assert later.state["channel"]["name"] == "writers-room"
        assert browser.state["channel"]["topic"].startswith("Foxfire")


async def test_old_pages_make_room(demo: Demo) -> None:
    """However often the page is reloaded, it opens."""
    for _ in range(40):
        async with Browser.open(demo.page.url) as browser:
            assert browser.state["channel"]["name"] == "writers-room"


async def test_nothing_is_kept_for_ever(demo: Demo) -> None:
    """What simcord records of the traffic is dropped once it was shown."""
    async with Browser.open(demo.page.url) as browser:
        await browser.run("about")
        await asyncio.sleep(0.3)
        backend = demo.page.env.backend
        assert len(backend.transcript) + len(backend.http_requests) < 10


async def test_simcords_page_is_the_one_that_is_patched(demo: Demo) -> None:
    """Each text that is replaced is there exactly once, and the replacement is what is served."""
    static = Path(simcord.preview.__file__).with_name("static")
    async with ClientSession() as http:
        for path, patches in PATCHES.items():
            original = (static / (path.strip("/") or "index.html")).read_text(encoding="utf-8")
            async with http.get(demo.page.url.partition("#")[0].rstrip("/") + path) as answer:
                served = await answer.text()
            for old, new in patches:
                assert original.count(old) == 1
                assert new in served
