"""The series bible as values, and the story so far as a request tells it."""

from bot.ebooks.bible import shorten_story
from bot.ebooks.series_bible import MAX_SYNOPSIS, ChapterSynopsis, Character, LexiconWord, Proposals, SeriesBible


def chapter(number: int, length: int) -> ChapterSynopsis:
    """A synopsis of two sentences with about this many characters."""
    return ChapterSynopsis(chapter_number=number, text=f"Chapter {number} begins. {'It goes on ' * (length // 11)}.")


def test_a_character_is_found_by_name_before_alias() -> None:
    """Case does not matter, and a name comes before another character's alias."""
    fox, owl = Character(name="FOX", aliases=("STRASSE", "OWL")), Character(name="OWL")
    bible = SeriesBible(cast=(fox, owl))
    assert bible.find_character("owl") == owl
    assert bible.find_character("Straße") == fox
    assert bible.find_character("CAT") is None
    assert fox.names == ("FOX", "STRASSE", "OWL")


def test_proposals_of_parts_are_joined_and_the_first_of_a_name_is_kept() -> None:
    """Synopses follow each other; a name or word that a later part repeats keeps its first notes."""
    one = Proposals(
        synopsis="One.",
        characters=(Character(name="HANA", voice="dry"),),
        words=(LexiconWord(spelling="Obi", pronunciation="OH-bee"),),
    )
    two = Proposals(
        synopsis="Two.",
        characters=(Character(name="Hana"), Character(name="FOX")),
        words=(LexiconWord(spelling="obi", pronunciation="?"),),
    )
    both = one + two
    assert both.synopsis == "One. Two."
    assert [(each.name, each.voice) for each in both.characters] == [("HANA", "dry"), ("FOX", "")]
    assert both.words == one.words
    assert (Proposals() + one, one + Proposals()) == (one, one)
    assert len((Proposals(synopsis="x" * MAX_SYNOPSIS) + one).synopsis) == MAX_SYNOPSIS


def test_a_short_story_is_told_in_full() -> None:
    """Nothing is shortened while there is room."""
    chapters = tuple(chapter(number, 500) for number in range(1, 6))
    assert shorten_story(chapters) == chapters


def test_of_a_long_story_the_newest_chapters_are_told_in_full() -> None:
    """Older chapters are told in their first sentence, the oldest not at all, and the order stays."""
    chapters = [chapter(number, 1_400) for number in range(1, 400)]
    told = shorten_story(chapters)
    assert told[-4:] == tuple(chapters[-4:])
    assert told[-5].text == "Chapter 395 begins."
    assert [each.chapter_number for each in told] == list(range(told[0].chapter_number, 400))
    assert 1 < told[0].chapter_number < 300
    assert sum(len(each.text) for each in told) <= 9_000


def test_the_newest_chapter_is_always_told_in_full() -> None:
    """Also where it is longer than the whole story may be."""
    assert shorten_story([chapter(1, 100), chapter(2, 12_000)]) == (chapter(2, 12_000),)
