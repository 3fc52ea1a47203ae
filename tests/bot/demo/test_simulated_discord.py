"""The demo's page, used as a browser uses it."""

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

    def __init__(self, page: LivePage, sample_data: SampleData) -> None:
        self.page = page
        self.sample_data = sample_data


@pytest.fixture
async def demo(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Demo]:
    """A served page with the sample data; the parameter is the seconds that the template writer takes for a cue."""
    for name in ("GOOGLE_API_KEY", "GEMINI_API_KEY"):
        monkeypatch.delenv(name, raising=False)
    async with AsyncExitStack() as stack:
        world, sample_data = await main.start_studio(
            main.demo_settings(tmp_path), stack, getattr(request, "param", 0.005), with_history=False
        )
        page = await stack.enter_async_context(LivePage(world, sample_data.views, sample_data.views[0], 0, "key"))

        async def tick() -> None:
            while True:
                await page.tick()
                await asyncio.sleep(0.05)

        ticking = asyncio.create_task(tick())
        yield Demo(page, sample_data)
        ticking.cancel()
        with suppress(asyncio.CancelledError):
            await ticking
        assert not world.errors


@pytest.mark.parametrize("demo", [0.1], indirect=True)
async def test_card_grows_while_the_script_is_written(demo: Demo) -> None:
    """The card shows more and more cues, and its buttons appear at the end."""
    async with Browser.open(demo.page.url) as browser:
        receipt = await browser.run_command("script", ebook=EBOOK_ID, chapter="1")
        assert receipt["settlement"] == "settled"
        first = await browser.wait_until(lambda text: "Writing · The Midnight Summoning" in text)
        await browser.wait_until(lambda text: text != first and "Writing" in text)
        done = await browser.wait_until(lambda text: "Template script · The Midnight Summoning" in text)
    assert "Approve" in done
    assert "cast of 3" in done


async def test_release_is_posted_to_the_affiliates(demo: Demo) -> None:
    """After the release is confirmed, every affiliate sees the post and can click its button."""
    async with Browser.open(demo.page.url) as browser:
        await browser.run_command("script", ebook=EBOOK_ID, chapter="1")
        await browser.wait_until(lambda text: "Template script · The Midnight Summoning" in text)
        await browser.click("Approve and release…")
        await browser.wait_until(lambda text: "Approve and release the template…" in text)
        await browser.click("Approve and release the template…")
        modal = browser.state["modal"]["handle"]
        await browser.send_action("modal_submit", modal_handle=modal, values={"link": "https://example.org/fox"})
        await browser.wait_until(lambda text: "Post to 3 channels" in text)
        await browser.click("Post to 3 channels")
        await browser.wait_until(lambda text: "Posted to 3 of 3" in text)
        for name in ("Ren", "Noa", "Fumi"):
            await browser.view_as(name)
            assert "New Lore: The Midnight Summoning" in browser.text
            assert browser.state["channel"]["name"] == "lore"
        receipt = await browser.click("I shared it")
        assert receipt["settlement"] == "settled"
        assert "Counted." in browser.text


async def test_kenji_approves_what_hana_asks_to_post(demo: Demo) -> None:
    """With a second approver required, both people of the team can be played in the page."""
    async with Browser.open(demo.page.url) as browser:
        await browser.run_command("setup")
        await browser.click("Require a second approver")
        await browser.run_command("broadcast")
        values = {"title": "Soon", "message": "The well opens tonight.", "link": "https://example.org/fox"}
        await browser.send_action("modal_submit", modal_handle=browser.state["modal"]["handle"], values=values)
        await browser.wait_until(lambda text: "Ask to post to 3 channels" in text)
        await browser.click("Ask to post to 3 channels")
        await browser.wait_until(lambda text: "Waiting for approval" in text)
        await browser.view_as("Kenji")
        await browser.click("Approve")
        await browser.wait_until(lambda text: "Posted to 3 of 3" in text)


async def test_refusal_is_a_settled_action(demo: Demo) -> None:
    """Bob, who is not in the team, gets the refusal; the page does not report a failure."""
    async with Browser.open(demo.page.url) as browser:
        await browser.view_as("Bob")
        receipt = await browser.run_command("script", ebook=EBOOK_ID, chapter="1")
        assert "This is for the studio's team." in browser.text
    assert receipt["settlement"] == "settled"
    assert not receipt["uncertain"]


@pytest.mark.parametrize("demo", [1.0], indirect=True)
async def test_click_on_an_outdated_control_works(demo: Demo) -> None:
    """A button that was drawn before the latest update can still be clicked."""
    async with Browser.open(demo.page.url) as browser:
        await browser.run_command("script", ebook=EBOOK_ID, chapter="1")
        await browser.wait_until(lambda text: "Cancel" in text)
        receipt = await browser.click("Cancel", stale=1)
        assert not receipt["rejected"]
        await browser.wait_until(lambda text: "Cancelled · The Midnight Summoning" in text)


async def test_show_view_switches_every_page(demo: Demo) -> None:
    """Open pages show the new view, and so do pages that are opened later."""
    async with Browser.open(demo.page.url) as browser:
        await demo.page.show_view(demo.sample_data.views[4])
        await browser.read()
        assert browser.state["channel"]["topic"].startswith("Foxfire")
        async with Browser.open(demo.page.url) as later:
            assert later.state["channel"]["topic"].startswith("Foxfire")
            await later.view_as("Hana")
            assert later.state["channel"]["name"] == "writers-room"
        assert browser.state["channel"]["topic"].startswith("Foxfire")


async def test_oldest_page_is_closed_when_too_many_are_open(demo: Demo) -> None:
    """The page opens however often it is reloaded."""
    for _ in range(40):
        async with Browser.open(demo.page.url) as browser:
            assert browser.state["channel"]["name"] == "writers-room"


async def test_recorded_traffic_is_dropped(demo: Demo) -> None:
    """Simcord's records of the traffic are dropped after the page was updated."""
    async with Browser.open(demo.page.url) as browser:
        await browser.run_command("about")
        await asyncio.sleep(0.3)
        backend = demo.page.env.backend
        assert len(backend.transcript) + len(backend.http_requests) < 10


async def test_patches_match_simcords_page(demo: Demo) -> None:
    """Each replaced text occurs exactly once in simcord's page, and the replacement is served."""
    static = Path(simcord.preview.__file__).with_name("static")
    async with ClientSession() as http:
        for path, patches in PATCHES.items():
            original = (static / (path.strip("/") or "index.html")).read_text(encoding="utf-8")
            async with http.get(demo.page.url.partition("#")[0].rstrip("/") + path) as response:
                served = await response.text()
            for old, new in patches:
                assert original.count(old) == 1
                assert new in served


def test_a_link_to_a_message_leads_to_the_message_in_the_channel() -> None:
    """The page marks messages in the channel with a class that the rows of its list of messages lack."""
    static = Path(simcord.preview.__file__).with_name("static")
    assert 'element.className = "channel-message";' in (static / "timeline.js").read_text(encoding="utf-8")
    assert "channel-message" not in (static / "workbench.js").read_text(encoding="utf-8")
    ((_, replacement),) = PATCHES["/text.js"]
    assert '.channel-message[data-message-id="${message[1]}"]' in replacement
