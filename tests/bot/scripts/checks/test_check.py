"""The script check finds planted faults, and nothing in a script without any."""

import pytest

from bot.scripts.checks.check import check_script, select_open
from bot.scripts.checks.findings import FindingKind
from bot.scripts.labels import SpanLabel
from bot.scripts.models import CueKind, Cut, CutReason, Repair, RepairKind, RunningTime, Script
from bot.scripts.spans import split_spans
from tests.bot.scripts.checks.scripts import build_script, make_script, sound, tagged_line

LONG = " ".join(["and the road went on over the hill"] * 7)
CHAPTER = (
    "The Bell\n\nAnna heard the rain.\n\n“I came back,” said Nita.\n\n“You never left,” the watchwoman whispered.\n\n"
    f"“Open the door,” said Anna.\n\nThey waited {LONG}.\n\nSomewhere a bell rang.\n\n“Who is there?” asked Nita."
)
SPANS = split_spans(CHAPTER)
# 1 heading · 2 prose · 3 speech 4 tag · 5 speech 6 tag · 7 speech 8 tag · 9 prose · 10 prose · 11 speech 12 tag
RIGHT = {3: "NITA", 5: "WATCHWOMAN", 7: "ANNA", 11: "NITA"}


def list_kinds(script: Script, target: int | None = None) -> list[FindingKind]:
    """The kinds of what is found in a script of the chapter."""
    return [each.kind for each in check_script(script, SPANS, target_minutes=target)]


def test_ten_planted_faults_are_found() -> None:
    """Each fault of one chapter has its finding, at its cue."""
    sounds = {
        2: sound("RAIN ON THE ROOF – ESTABLISH AND UNDER"),
        5: sound("LOW STRINGS – SNEAK IN UNDER", CueKind.MUSIC),
        10: sound("DOOR CREAKS"),
    }
    speakers = {3: "ANNA", 5: "WATCHWOMAN", 7: "", 11: "SMUGGLER"}
    script = build_script(SPANS, speakers, sounds, directions={5: "close, she is really the killer"}, cut_tags=True)
    repairs = (Repair(kind=RepairKind.UNLABELLED, first=9, last=10),)
    script = script.model_copy(update={"repairs": repairs, "running_time": RunningTime(low=600, high=700)})
    findings = check_script(script, SPANS, target_minutes=5)
    by_cue = [(each.kind, script.cues[each.cue - 1].text[:14] if each.cue else "") for each in findings]
    assert by_cue == [
        (FindingKind.ENDLESS_SOUND, "RAIN ON THE RO"),
        (FindingKind.SPEAKER, "I came back,"),
        (FindingKind.ENDLESS_SOUND, "LOW STRINGS – "),
        (FindingKind.SPOILER, "You never left"),
        (FindingKind.NARRATED_LINE, "“Open the door"),
        (FindingKind.NO_PAUSE, "They waited an"),
        (FindingKind.SPEAKER, "Who is there?"),
        (FindingKind.UNKNOWN_SPEAKER, "Who is there?"),
        (FindingKind.LENGTH, ""),
        (FindingKind.REPAIRS, "They waited an"),
        (FindingKind.CUTS, ""),
    ]
    assert findings[4].suggestion == "ANNA"
    assert [each.sentence for each in findings[-3:]] == [
        "The script runs about 10–12 min; the target length is 5 min.",
        "2 spans that nobody was given are read by the narrator.",
        "Not spoken: 4 speech tags.",
    ]
    assert len({each.key for each in findings}) == len(findings)


def test_a_script_without_faults_has_no_findings() -> None:
    """The long sentence of the chapter aside, since the book has it so."""
    sounds = {2: sound("RAIN – ESTABLISH AND UNDER"), 10: sound("RAIN – FADE OUT")}
    assert list_kinds(build_script(SPANS, RIGHT, sounds), target=1) == [FindingKind.NO_PAUSE]


def test_what_somebody_called_fine_is_not_open() -> None:
    """A finding keeps its key while its words stay the same, wherever its cue has moved."""
    script = build_script(SPANS, RIGHT | {3: "ANNA"})
    later = build_script(SPANS, RIGHT | {3: "ANNA"}, {1: sound("A BELL")})
    before, after = check_script(script, SPANS), check_script(later, SPANS)
    assert [each.key for each in before] == [each.key for each in after]
    assert before[0].cue != after[0].cue
    assert select_open(after, {before[0].key}) == after[1:]


@pytest.mark.parametrize(
    ("name", "is_known"),
    [
        ("FIRST GUARD", True),
        ("GUARD 2", True),
        ("OLD WATCHWOMAN", True),
        ("Nita", True),
        ("VOICE", True),
        ("ALL", True),
        ("ÉMILE", True),
        ("SMUGGLER", False),
        ("NITA BROWN", False),
        ("GRETA", True),
    ],
)
def test_a_speaker_is_looked_for_in_the_book_and_its_cast(name: str, is_known: bool) -> None:
    """Case, ordinals and plurals do not matter; names of the cast are known though no text has them."""
    script, spans = tagged_line("Old guards and a watchwoman saw Nita and Emile. “Come.”", name)
    findings = check_script(script, spans, [("MARGARETE", "Greta")], other_texts=["Émile slept."])
    assert [each.kind for each in findings] == ([] if is_known else [FindingKind.UNKNOWN_SPEAKER])


def test_a_name_in_another_alphabet_is_not_compared() -> None:
    """Taro may be 太郎; without the text nothing is compared at all."""
    script, spans = tagged_line("太郎が言った。「来い」", "TARO")
    assert check_script(script, spans) == ()
    script, spans = tagged_line("太郎が言った。「来い」", "次郎")
    assert [each.sentence for each in check_script(script, spans)] == ["Neither the book nor its cast mentions 次郎."]
    script, spans = tagged_line("太郎が言った。「来い」", "太郎")
    assert check_script(script, spans) == ()
    script, _ = tagged_line("“Come.”", "SMUGGLER")
    assert check_script(script, ()) == ()


@pytest.mark.parametrize(
    ("text", "is_line"),
    [
        ("“Come in,” said Nita.", True),
        ("“Come in”", True),
        ("He heard “Come in!” and went.", True),
        ("— Viens, dit Nita.", True),
        ("「来い」", True),
        ("She rose. “I am coming.” The door opened.", True),
        ("“I am coming.” The door opened.", True),
        ("She wrote: “so it ends.” It was late.", False),
        ("He called it “art” and smiled.", False),
        ("The sign said “Closed”.", False),
        ("He led the “aesthetic movement,” so to speak.", False),
        ("The best of them is “The Selfish Giant.” It is short.", False),
        ("“Come in,” said I.", False),
        ("Nobody spoke.", False),
    ],
)
def test_a_line_of_the_narrator_is_told_from_words_in_quotation_marks(text: str, is_line: bool) -> None:
    """Somebody's line is a finding; a word, a sign and what the narrator says as "I" are none."""
    spans = split_spans(text)
    script = make_script(spans, [SpanLabel(first=1, last=len(spans))])
    kinds = [FindingKind.NARRATED_LINE] if is_line else []
    assert [each.kind for each in check_script(script, spans)] == kinds


def test_a_quotation_in_the_narration_of_an_adaptation_is_found() -> None:
    """Its cues name no spans, so the words of the cue decide."""
    script, _ = tagged_line("“Come in,” said Nita.", "NITA")
    (line, *_) = script.cues
    narrated = line.model_copy(
        update={"kind": CueKind.NARRATION, "speaker": "NARRATOR", "text": "“Come in,” said Nita.", "spans": None}
    )
    adapted = script.model_copy(update={"cues": (narrated,)})
    assert [each.kind for each in check_script(adapted, ())] == [FindingKind.NARRATED_LINE]


@pytest.mark.parametrize(("words", "shown"), [(15, "go " * 14 + "go.."), (40, "go " * 19 + "go…")])
def test_a_long_line_is_shortened_in_the_sentence(words: int, shown: str) -> None:
    """Sixty characters of the book are enough to find the place."""
    spans = split_spans("“" + " ".join(["go"] * words) + "..”")
    script = make_script(spans, [SpanLabel(first=1, last=len(spans))])
    assert check_script(script, spans)[0].sentence == f"The narrator speaks a line in quotation marks: “{shown}”."


@pytest.mark.parametrize(
    ("text", "is_found"),
    [
        (LONG, True),
        (LONG.replace("hill and", "hill, and", 1), True),
        (LONG.replace("hill and", "hill, and"), False),
        (" ".join(["go"] * 41), True),
        (" ".join(["go"] * 40), False),
        (" ".join(["go"] * 40) + "あ" * 80, False),
        ("あ" * 81, True),
        ("あ" * 80, False),
        ("あ、" * 81, False),
        ("a" * 500, False),
    ],
)
def test_a_stretch_without_a_pause_is_found(text: str, is_found: bool) -> None:
    """More than forty words, or eighty characters, without a comma or any other sign at which one breathes."""
    spans = split_spans(text)
    script = make_script(spans, [SpanLabel(first=1, last=len(spans))])
    assert [each.kind for each in check_script(script, spans)] == ([FindingKind.NO_PAUSE] if is_found else [])


@pytest.mark.parametrize(
    ("direction", "is_found"),
    [
        ("she is secretly the ghost", True),
        ("foreshadowing", True),
        ("does not know yet that he will die", True),
        ("calm; turns out to be lying", True),
        ("secretly pleased", False),
        ("voice dies away", False),
        ("ghostly, close", False),
        ("as if to the killer", False),
        ("", False),
    ],
)
def test_a_direction_that_gives_something_away_is_found(direction: str, is_found: bool) -> None:
    """Notes to actors are none, and what the script has told already cannot be given away."""
    text = "“The killer was here.”\n\n“Who?”\n\n“Nobody.”\n\n“Good.”"
    spans = split_spans(text)
    script = build_script(spans, ["VOICE"] * 4, directions={2: direction})
    assert [each.kind for each in check_script(script, spans)] == ([FindingKind.SPOILER] if is_found else [])
    late = build_script(spans, ["VOICE"] * 4, directions={4: direction})
    assert check_script(late, spans) == ()


@pytest.mark.parametrize(
    ("low", "high", "target", "is_found"),
    [
        (720, 800, 10, False),
        (721, 800, 10, True),
        (400, 480, 10, False),
        (400, 479, 10, True),
        (600, 700, None, False),
    ],
)
def test_a_script_far_from_the_target_length_is_found(low: int, high: int, target: int | None, is_found: bool) -> None:
    """A fifth more or less is within the estimate."""
    script = build_script(SPANS, RIGHT).model_copy(update={"running_time": RunningTime(low=low, high=high)})
    assert (FindingKind.LENGTH in list_kinds(script, target)) is is_found


def test_cuts_are_listed_by_reason() -> None:
    """One note for all of them, with how many spans each reason has."""
    cuts = (
        Cut(first=1, last=1, reason=CutReason.HEADING),
        Cut(first=4, last=4, reason=CutReason.TAG),
        Cut(first=6, last=6, reason=CutReason.TAG),
        Cut(first=10, last=10, reason=CutReason.SOUND),
    )
    script = build_script(SPANS, RIGHT).model_copy(update={"cuts": cuts})
    note = check_script(script, SPANS)[-1]
    assert note.sentence == "Not spoken: 2 speech tags, 1 span heard as a sound, 1 heading."
    assert note.kind.is_note
    assert not FindingKind.SPEAKER.is_note
