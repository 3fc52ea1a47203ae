"""Logging takes line by line, and ``/scripts takes``."""

from bot.event_names import SCRIPT_DOWNLOADED, TAKE_LOGGED
from tests.stage import Stage
from tests.standins.discord_interactions import InteractionLog
from tests.standins.discord_world import Message


async def open_takes(stage: Stage) -> tuple[InteractionLog, str]:
    """The take log of a finished script, and the script's id."""
    await stage.run_script()
    await stage.wait_for_finished_script()
    (choice,) = (await stage.hana.autocomplete("scripts takes", "script", "midnight")).choices or []
    log = await stage.hana.slash("scripts takes", script=choice["value"])
    await stage.discord.wait_until(lambda: "### Takes" in log.text)
    return log, str(choice["value"])


async def choose(stage: Stage, log: InteractionLog, menu: str, label: str) -> InteractionLog:
    """Chooses an option of one of the log's menus: ``list``, ``who`` or ``cue``."""
    control = next(each for each in log.message.controls if each["custom_id"].startswith(f"takes:{menu}:"))
    return await stage.hana.select(log, label, custom_id=control["custom_id"])


async def open_first_line(stage: Stage, log: InteractionLog) -> Message:
    """The panel of the first line that is not recorded."""
    await choose(stage, log, "list", "Not recorded, or changed since")
    await stage.discord.wait_until(lambda: "**Not recorded, or changed since**" in log.text)
    menu = next(control for control in log.message.controls if control["custom_id"].startswith("takes:cue:"))
    opened = await choose(stage, log, "cue", menu["options"][0]["label"])
    return (await stage.discord.wait_for_answer(opened)).message


async def test_lines_are_recorded_one_after_another(stage: Stage) -> None:
    """Two presses a line: the take, and the next line; a form has number, verdict and note, and a take can be taken back."""
    log, script_id = await open_takes(stage)
    stored, script = await stage.bot.services.scripts.get(script_id)
    total = script.spoken_cue_count
    assert f"0 of {total} lines recorded" in log.text
    assert f"**Not recorded, or changed since**: {total} lines" in log.text
    panel = await open_first_line(stage, log)
    await stage.hana.click(panel, "Take 1 is good")
    await stage.discord.wait_until(lambda: "recorded, take 1" in panel.text)
    assert f"1 of {total} lines recorded" in panel.text
    await stage.hana.click(panel, "Next line ›")
    await stage.discord.wait_until(lambda: "not recorded" in panel.text)
    form = await stage.hana.click(panel, "Take…")
    await stage.hana.submit_modal(form, {"number": "4", "verdict": "pickup", "note": "a *plane*"})
    await stage.discord.wait_until(lambda: "🔁 pick-up: a \\*plane\\*" in panel.text)
    assert "Take 5 is good" in panel.buttons
    correction = await stage.hana.click(panel, "Correct take 4…")
    await stage.hana.submit_modal(correction, {"number": "3", "verdict": "good", "note": ""})
    await stage.discord.wait_until(lambda: "recorded, take 3" in panel.text)
    await stage.hana.click(panel, "Delete take 3")
    await stage.discord.wait_until(lambda: "not recorded" in panel.text)
    assert (await stage.event_names()).count(TAKE_LOGGED) == 2
    await stage.hana.click(panel, "Back to the cue")
    await stage.discord.wait_until(lambda: "Back to the page" in panel.buttons)
    form = await stage.hana.click(panel, "Take…")
    refused = await stage.hana.submit_modal(form, {"number": "one", "verdict": "good", "note": "kept"})
    await stage.discord.wait_until(lambda: "not a whole number" in refused.text)
    await stage.hana.click(panel, "Takes")
    await stage.discord.wait_until(lambda: "Take 1 is good" in panel.buttons)
    assert (await stage.bot.services.scripts.get(stored.id))[0].recorded_cues == 1


async def test_the_log_is_filtered_and_given_as_a_file(stage: Stage) -> None:
    """By listing and by character; the file has every line, and its download is an event."""
    log, script_id = await open_takes(stage)
    panel = await open_first_line(stage, log)
    form = await stage.hana.click(panel, "Take…")
    await stage.hana.submit_modal(form, {"number": "1", "verdict": "pickup", "note": "=too fast"})
    await stage.discord.wait_until(lambda: "pick-up" in panel.text)
    await choose(stage, log, "list", "Pick-ups")
    await stage.discord.wait_until(lambda: "**Pick-ups**: 1 line" in log.text)
    assert "🔁 pick-up: =too fast" in log.text
    await choose(stage, log, "who", "HANA")
    await stage.discord.wait_until(lambda: "**Pick-ups**: 0 lines" in log.text)
    answer = await stage.discord.wait_for_answer(await stage.hana.click(log, "takes.csv"))
    (file,) = answer.message.attachments
    rows = file.data.decode("utf-8-sig").splitlines()
    _, script = await stage.bot.services.scripts.get(script_id)
    assert len(rows) == 1 + script.spoken_cue_count
    assert ",pick-up,1,pickup,'=too fast,yes," in rows[1]
    assert SCRIPT_DOWNLOADED in await stage.event_names()


async def test_the_log_is_the_teams(stage: Stage) -> None:
    """Somebody outside the team gets a sentence."""
    log = await stage.bob.slash("scripts takes", overridden=True, script="audio_scripts_0123456789abcdef")
    assert "studio's team" in log.text
