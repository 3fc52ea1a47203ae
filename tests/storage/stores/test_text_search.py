"""Scripts, chapters and books are found by their words, in every writing system, on both databases."""

import json
from dataclasses import replace

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from storage import Database
from storage.search_text import parse_query
from storage.stores.scripts import NewScript
from storage.stores.text_search import FoundText

SCRIPT = NewScript(ebook_id="fox", chapter_number=1, version=1, title="The Lantern", theme="", writer="gemini", body="")
TEXTS = (
    "A café by the sea, and a naïve fox.",
    "彼は銀河鉄道の夜に扉を開けた。ﾊﾟﾝ",
    "Всё ещё зелёная ёлка",
    "ذهبَ الوَلَدُ إلى المَدرسة",
    "สวัสดีชาวโลก",
    "हिन्दी में कहानी",
    "ＡＢＣ full width １２３",
    "그는 학교에 갔다",
    "Straße und Weg",
)


def write_body(*texts: str) -> str:
    """The JSON of a script with these cues."""
    cues = [{"n": n, "speaker": "ADA", "text": each} for n, each in enumerate(texts, 1)]
    return json.dumps({"logline": "A quiet harbour", "cues": cues}, ensure_ascii=False)


async def find(database: Database, query: str) -> list[FoundText]:
    """What is found for what a person typed."""
    async with database.read() as tx:
        return await tx.text_search.find(parse_query(query), 10)


@pytest.fixture
async def script_id(database: Database) -> str:
    """A script with cues in many writing systems."""
    await database.write(lambda tx: tx.ebooks.get_or_add("fox", "The Fox"))
    return await database.write(lambda tx: tx.scripts.add(replace(SCRIPT, body=write_body(*TEXTS))))


FOUND = (
    *("cafe", "CAFÉ", "CAFE\u0301", "naive", "abc", "123", "strasse", "lant", "harbour", "ADA"),
    *("銀河", "鉄道", "扉", "開け", "銀河鉄道の夜", "パン", "학교에", "학교"),
    *("еще", "ещё", "елка", "الولد", "المدرسة", "สวัสดี", "โลก", "हिन्दी", "कहा"),
)
NOT_FOUND = ("河道", "enal", "sea lantern zebra", '"fox sea"', '"sea ada"', "", '"', "***", "_", "\x00", "\ud800")


@pytest.mark.usefixtures("script_id")
async def test_words_are_found_in_every_writing_system(database: Database) -> None:
    """Case, accents and width do not matter; two signs of Chinese, Japanese or Thai are enough, and even one."""
    missed = [word for word in (*FOUND, '"by the sea"', "fox sea", "“naïve fox”") if not await find(database, word)]
    assert missed == []
    assert [word for word in NOT_FOUND if await find(database, word)] == []


SEPARATORS = ("0x0", "0x", "é", "É", "e", '"0x0"', '"sea é"', "Œ", "\u0301", "\x1f", "\ue000", "¶", "|")


@pytest.mark.usefixtures("script_id")
async def test_what_separates_cues_in_the_index_cannot_be_searched_for(database: Database) -> None:
    """Two scripts without these words are not found by them, and one that has a word like the index's own is."""
    assert [word for word in SEPARATORS if await find(database, word)] == []
    await database.write(lambda tx: tx.chapters.save("fox", 3, "Codes", "The number 0x0 on the é key"))
    found = [word for word in SEPARATORS if await find(database, word) == [FoundText(None, "fox", 3)]]
    assert found == ["0x0", "0x", "é", "É", "e", '"0x0"']


LITERAL = ("NEAR(sea", "sea OR zebra", "sea NOT zebra", "heading:sea", "sea NEAR fox", "'' OR sea = sea")
IGNORED = (
    *("AND", "sea AND fox", "sea -fox", "sea & fox", "sea*", "sea:*", "'sea'", '"sea', 'sea"', "(sea", "sea)", "!sea"),
    *("^sea", "sea<->and", "\\sea", "sea\x00 fox", "sea\ud800", "\udc00sea", "sea 🦊", "{sea}", "開", "夜", "パ"),
)
WITHOUT_WORDS = ("🦊", "👩\u200d🚀", "\x00", "\ud83e", "''", "(", ":*", "-", "*", "\\", "%", "&", "!")


@pytest.mark.usefixtures("script_id")
async def test_signs_that_databases_give_a_meaning_have_none(database: Database) -> None:
    """What FTS5 and PostgreSQL take for operators is searched for as words or passed over, and never an error."""
    assert [query for query in IGNORED if len(await find(database, query)) != 1] == []
    assert [query for query in (*LITERAL, *WITHOUT_WORDS) if await find(database, query)] == []
    assert [query for query in WITHOUT_WORDS if parse_query(query)] == []


@pytest.mark.parametrize(
    "query", ["x" * 4_000, "sea " * 1_000, "開" * 4_000, '"' * 4_000, "sea" + " \x00" * 2_000, "é" * 4_000]
)
async def test_a_query_may_be_as_long_as_a_message(database: Database, query: str) -> None:
    """It is answered; nothing is stored, so nothing is found."""
    assert await find(database, query) == []


async def test_the_index_follows_every_change(database: Database, script_id: str) -> None:
    """New words of drafts, chapters and books are found at once, and old ones no longer; a removed book's scripts stay."""
    await database.write(lambda tx: tx.drafts.change(script_id, write_body("The owl sleeps"), seconds=1, spoken_cues=1))
    assert (await find(database, "owl"), await find(database, "cafe")) == ([FoundText(script_id, "fox", 1)], [])
    await database.write(lambda tx: tx.chapters.save("fox", 2, "Two", "An old badger"))
    await database.write(lambda tx: tx.chapters.save("fox", 2, "Two", "A young otter"))
    assert (await find(database, "otter"), await find(database, "badger")) == ([FoundText(None, "fox", 2)], [])
    await database.write(lambda tx: tx.ebooks.update("fox", {"title": "The Vixen"}))
    assert await find(database, "vixen") == [FoundText(None, "fox", None)]
    await database.write(lambda tx: tx.chapters.delete("fox", [2]))
    assert await find(database, "otter") == []
    await database.write(lambda tx: tx.chapters.save("fox", 3, "Three", "A lonely heron"))
    await database.write(lambda tx: tx.ebooks.remove("fox"))
    assert [await find(database, word) for word in ("heron", "vixen")] == [[], []]
    assert await find(database, "owl") == [FoundText(script_id, "fox", 1)]


async def test_titles_come_first(database: Database, script_id: str) -> None:
    """A script with the word in its title comes before one that only speaks it."""
    body = write_body("The harbour and a lantern, said ADA.")
    other = await database.write(lambda tx: tx.scripts.add(replace(SCRIPT, version=2, title="Other", body=body)))
    assert [found.script_id for found in await find(database, "lantern")] == [script_id, other]


async def test_long_texts_are_found_to_their_end(database: Database) -> None:
    """A chapter of a hundred thousand words is indexed in parts and found once."""
    await database.write(lambda tx: tx.ebooks.get_or_add("fox", "The Fox"))
    text = "\n\n".join("the quick brown fox jumps" for _ in range(5_000)) + "\n\nendword"
    await database.write(lambda tx: tx.chapters.save("fox", 1, "One", text))
    assert await find(database, "endword") == [FoundText(None, "fox", 1)]
    assert await find(database, "jumps") == [FoundText(None, "fox", 1)]


OPERATORS = st.sampled_from(
    ['"', "AND", "OR", "NOT", "NEAR(", "*", ":", "'", "\\", "^", "-", "!", "&", "|", "<->", "月", "fox"]
)


@pytest.mark.usefixtures("script_id")
@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(pieces=st.lists(st.one_of(st.text(max_size=12), OPERATORS), max_size=8))
async def test_no_query_is_an_error(database: Database, pieces: list[str]) -> None:
    """Whatever is typed is searched for literally."""
    await find(database, " ".join(pieces))
    await find(database, "".join(pieces))
