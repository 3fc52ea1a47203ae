from storage.states import RunState
from tests.stage import CHAPTER, AffiliateServer, Stage
from tests.standins.discord_interactions import InteractionLog


async def joined(stage: Stage, *names: str) -> list[AffiliateServer]:
    return [await (await stage.add_affiliate(name)).subscribe() for name in names]


async def answered(stage: Stage, command: str, **options: object) -> InteractionLog:
    return await stage.discord.wait_for_answer(await stage.hana.slash(command, options=options))


async def test_a_long_script_is_read_page_by_page(stage: Stage) -> None:
    """Read shows a long script in pages, forth and back."""
    await stage.run_script(source=("chapter.txt", (CHAPTER + "\n\n").encode() * 60))
    card = await stage.wait_for_finished_script()
    log = await stage.discord.wait_for_answer(await stage.hana.click(card, "Read"))
    assert "Cast: NARRATOR" in log.text
    await stage.hana.click(log, "Page 2 ›")
    await stage.discord.wait_until(lambda: "Page 2 of" in log.text)
    await stage.hana.click(log, "‹ Page 1")
    await stage.discord.wait_until(lambda: "Cast: NARRATOR" in log.text)


async def test_a_deleted_card_comes_back(stage: Stage) -> None:
    """A card that somebody deleted is posted anew when there is something to show."""
    await stage.run_script()
    card = await stage.wait_for_finished_script()
    run_id = await last_run(stage)
    stage.discord.delete_message(card)
    await stage.bot.services.generation.refresh(run_id)
    fresh = await stage.wait_for_finished_script()
    assert fresh.id != card.id
    assert not fresh.deleted


async def last_run(stage: Stage) -> str:
    async with stage.bot.services.database.read() as tx:
        return (await tx.runs.list_in_states(RunState.DONE))[0].id


async def test_the_team_sees_how_subscriptions_fare(stage: Stage) -> None:
    """/affiliates list pages, check names what is missing, and remove ends a subscription after one more press."""
    found = await joined(stage, *(f"Server {number:02}" for number in range(11)))
    listed = await answered(stage, "affiliates list")
    assert "11 servers subscribed" in listed.text
    await stage.hana.click(listed, "After ›")
    await stage.discord.wait_until(lambda: "Server 10" in listed.text)
    assert "11 of 11 channels can be written to" in (await answered(stage, "affiliates check")).text
    found[0].channel.deny(found[0].guild.me, 1 << 11)
    stage.discord.update(found[0].channel)
    await stage.discord.wait_until(
        lambda: stage.bot.adapters.channel_access.find_obstacle(found[0].guild.id, found[0].channel.id)
    )
    assert "lacks **Send Messages**" in (await answered(stage, "affiliates check")).text
    known = await stage.bot.services.affiliates.find_by_guild(found[1].guild.id)
    assert known is not None
    choices = (await stage.hana.autocomplete("affiliates remove", "affiliate", "server 01")).choices or []
    assert [choice["value"] for choice in choices] == [known.id]
    asked = await answered(stage, "affiliates remove", affiliate=known.id)
    await stage.hana.click(asked, "End its announcements")
    await stage.discord.wait_until(lambda: "gets no more announcements" in asked.text)
    assert await stage.bot.services.affiliates.find_by_guild(found[1].guild.id) is None


async def test_the_wizard_checks_what_it_keeps(stage: Stage) -> None:
    """The wizard keeps the time zone and the team's roles, and says what cannot be kept."""
    setup = await answered(stage, "setup")
    modal = await stage.hana.click(setup, "Time zone…")
    told = await stage.hana.submit_modal(modal, {"zone": "Mars/Olympus"})
    await stage.discord.wait_until(lambda: "No time zone is called" in told.text)
    modal = await stage.hana.click(setup, "Time zone…")
    await stage.hana.submit_modal(modal, {"zone": "Europe/Berlin"})
    await stage.discord.wait_until(lambda: "Europe/Berlin" in setup.text)
    assert stage.bot.timezone == "Europe/Berlin"
    role = next(role for role in stage.discord.studio.roles.values() if role.name == "Team")
    await stage.hana.select(setup, [role], custom_id="setup:roles")
    await stage.discord.wait_until(lambda: "The team is set" in setup.text)
    assert stage.bot.team_role_ids == (role.id,)
    seen = await stage.discord.wait_for_answer(await stage.bob.slash("progress"))
    assert "Out now" in seen.text


async def test_announcements_are_looked_after_by_command(stage: Stage) -> None:
    """/broadcasts shows, reports, changes, recalls and cancels what its buttons do as well."""
    (lantern,) = await joined(stage, "Red Lantern")
    log = await answered(stage, "broadcast", title="Soon", message="The well opens.")
    await stage.hana.click(log, "Post to 1 channel")
    card = await stage.wait_for_card("Posted to 1 of 1")
    (choice,) = (await stage.hana.autocomplete("broadcasts status", "broadcast", "soo")).choices or []
    broadcast = choice["value"]
    assert "Posted to 1 of 1" in (await answered(stage, "broadcasts status", broadcast=broadcast)).text
    report = await answered(stage, "broadcasts report", broadcast=broadcast)
    assert report.messages[0].attachments
    modal = await stage.hana.slash("broadcasts edit", broadcast=broadcast)
    log = await stage.discord.wait_for_answer(
        await stage.hana.submit_modal(modal, {"title": "Sooner", "message": "Open."})
    )
    await stage.hana.click(log, "Change 1 post")
    await stage.discord.wait_until(lambda: "Sooner" in card.text and "Recall" in card.buttons)
    assert "Sooner" in lantern.posts[0].text
    assert "not being sent" in (await answered(stage, "broadcasts cancel", broadcast=broadcast)).text
    asked = await answered(stage, "broadcasts recall", broadcast=broadcast)
    await stage.hana.click(asked, "Remove 1 post")
    await stage.discord.wait_until(lambda: not lantern.posts)
    missing = await answered(stage, "broadcasts status", broadcast="notifications_0000000000000000")
    assert "no longer known" in missing.text
    assert (await stage.bob.autocomplete("progress", "ebook", "")).choices == []
