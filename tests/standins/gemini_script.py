"""What the stand-in for Gemini writes: varied scripts made of the chapter's sentences, in the shape of the schema sent."""

import json
import random
import re
from collections.abc import Iterator
from typing import Any

_FENCED = re.compile(r"^\W*STORY (\w{16,})\n(.*?)\n?^STORY \1\W*$", re.DOTALL | re.MULTILINE)
_SENTENCE = re.compile(r"[^.!?…。！？]+[.!?…。！？]*[\"'”’»」』)]*\s*")
_QUOTED = re.compile(r"“([^”]+)”|\"([^\"]+)\"|「([^」]+)」|«([^»]+)»|„([^“”]+)[“”]")
_SAID = re.compile(r"(?:said|asked|whispered|replied) ([A-Z]\w+)|([A-Z]\w+) (?:said|asked|whispered|replied)")
_CAST = re.compile(r"^# The book's cast\n\n((?:- .+\n?)+)", re.MULTILINE)
_CHAPTER = re.compile(r"^- Chapter: (?:\d+: )?(.+)$", re.MULTILINE)

_CUE_LINE = re.compile(r"^\d+\. ([^:(]+?)(?: \((.*?)\))?: (.+)$", re.MULTILINE)

_SOUNDS = (
    "DOOR CREAKS – SLOWLY", "WIND – ESTABLISH AND UNDER", "DISTANT BELL – TOLLS ONCE", "FOOTSTEPS ON GRAVEL – APPROACH",
    "LANTERN GUTTERS", "PAPER SCREEN SLIDES", "RAIN ON TILES – UNDER", "A FOX CRIES – FAR OFF",
)  # fmt: skip
_MUSIC = (
    "LOW SHAMISEN – ESTABLISH AND UNDER", "STRINGS, UNEASY – SNEAK IN", "SOLO FLUTE – STING, THEN OUT", "DRONE – HOLD",
)  # fmt: skip
_NOTES = ("close", "whispered", "flat, tired", "amused", "off", "rising", "beat", "")
_PLACES = ("THE WATCHTOWER", "THE SHRINE", "THE FERRY", "THE CEDAR HILL", "THE INN")
_TIMES = ("NIGHT", "DAWN", "")
_VOICES = ("low and dry", "young, quick", "old, with breath in it", "warm, a little too near", "clipped")


def story_of(body: dict[str, Any]) -> str:
    """The source text in a request: what stands inside the fence, else the last text sent."""
    texts = [part.get("text", "") for turn in body.get("contents", []) for part in turn.get("parts", [])]
    fenced = _FENCED.search("\n".join(texts))
    return fenced[2] if fenced else texts[-1] if texts else ""


def script_for(body: dict[str, Any], seed: int) -> dict[str, Any]:
    """A script with every sentence of the story, as an object that the request's schema describes."""
    story = story_of(body)
    dice = random.Random(f"{seed}:{story}")
    asked = "\n".join(part.get("text", "") for turn in body.get("contents", []) for part in turn.get("parts", []))
    chapter = _CHAPTER.search(asked)
    wanted = body.get("generationConfig", {}).get("responseJsonSchema")
    opening = "# Already written" not in asked
    if _asks_for_labels(wanted):
        story = re.sub(r"^\d+\|", "", (numbered := story), flags=re.MULTILINE)
        cues = list(_labels(numbered, dice, opening=opening))
        names = dict.fromkeys(["NARRATOR", *(cue["who"] for cue in cues if "who" in cue)])
    else:
        revised = "# What is to be different" in asked
        cues = list(_revised_cues(story) if revised else _cues(story, dice, opening=opening))
        names = dict.fromkeys(cue["speaker"] for cue in cues if cue["speaker"])
    first = next(iter(_SENTENCE.findall(story)), "Nothing happens.").strip()
    script = {
        "title": chapter[1] if chapter else "Untitled",
        "logline": f"{first[:120]}",
        "cast": [{"name": name, "voice": dice.choice(_VOICES)} for name in names],
        "cues": cues,
        **_proposals(story, asked, names),
    }
    return _shaped(script, wanted) if isinstance(wanted, dict) else script


def _proposals(story: str, asked: str, names: dict[str, None]) -> dict[str, Any]:
    """The first and the last sentence as the synopsis, and every speaker who is not in the cast that was sent."""
    sentences = [sentence.strip() for sentence in _SENTENCE.findall(story)] or ["Nothing happens."]
    cast = _CAST.search(asked)
    known = cast[1] if cast else ""
    new = [name for name in names if name not in {"NARRATOR", "VOICE"} and name not in known]
    return {
        "synopsis": " ".join(dict.fromkeys((sentences[0], sentences[-1]))),
        "new_characters": [
            {"name": name, "aliases": [], "role": "", "voice": "", "pronunciation": "-".join(name.lower())}
            for name in new
        ],
        "new_words": [{"spelling": name.title(), "pronunciation": name.lower()} for name in new[:1]],
    }


def sliced(text: str, chunks: int) -> list[str]:
    """The text in that many slices of about equal length, cut anywhere."""
    step = max(1, -(-len(text) // max(1, chunks)))
    return [text[at : at + step] for at in range(0, len(text), step)]


def as_text(script: object) -> str:
    """The script as the model would write it."""
    return json.dumps(script, ensure_ascii=False, indent=1)


def _cues(story: str, dice: random.Random, *, opening: bool) -> Iterator[dict[str, Any]]:
    def cue(kind: str, text: str, speaker: str = "") -> dict[str, str]:
        return {"type": kind, "speaker": speaker, "text": text.strip(), "direction": dice.choice(_NOTES)}

    if opening:
        yield {"type": "scene", "speaker": "", **_scene(story, "text")}
        yield cue("music", dice.choice(_MUSIC))
    for paragraph in filter(str.strip, story.split("\n")):
        if not any(map(str.isalnum, paragraph)):
            yield {"type": "scene", "speaker": "", **_scene(story.partition(paragraph)[2], "text")}
        if dice.random() < 0.12:
            yield cue("sfx", dice.choice(_SOUNDS))
        at = 0
        said = _SAID.search(paragraph)
        speaker = ((said[1] or said[2]) if said else "VOICE").upper()
        for quoted in _QUOTED.finditer(paragraph):
            yield from (cue("narration", text, "NARRATOR") for text in _grouped(paragraph[at : quoted.start()], dice))
            yield cue("dialogue", next(filter(None, quoted.groups())), speaker)
            at = quoted.end()
        yield from (cue("narration", text, "NARRATOR") for text in _grouped(paragraph[at:], dice))
    yield cue("music", dice.choice(_MUSIC))


def _revised_cues(lines: str) -> Iterator[dict[str, Any]]:
    """The cues of a script in lines, each with a direction that says that it was revised."""
    for speaker, _, text in _CUE_LINE.findall(lines):
        kind = {"SFX": "sfx", "MUSIC": "music", "NARRATOR": "narration"}.get(speaker, "dialogue")
        yield {
            "type": kind,
            "speaker": "" if kind in {"sfx", "music"} else speaker,
            "text": text,
            "direction": "revised",
        }


def _scene(story: str, key: str) -> dict[str, Any]:
    """A scene whose place depends on the text that follows, with the first who speaks there."""
    said = _SAID.search(story.split("* * *", maxsplit=1)[0])
    dice = random.Random(story)
    present = [(said[1] or said[2]).upper()] if said else []
    return {key: dice.choice(_PLACES), "time": dice.choice(_TIMES), "present": present}


def _asks_for_labels(wanted: Any) -> bool:
    cues = wanted.get("properties", {}).get("cues", {}) if isinstance(wanted, dict) else {}
    return "at" in cues.get("items", {}).get("properties", {})


def _labels(numbered: str, dice: random.Random, *, opening: bool) -> Iterator[dict[str, Any]]:
    """Labels of a text whose lines begin with a number and a bar: speech, tags and narration, with sounds between."""
    if opening:
        yield _scene(numbered, "scene")
        yield {"music": dice.choice(_MUSIC)}
    for at, paragraph in enumerate(paragraphs := list(filter(str.strip, numbered.split("\n\n")))):
        if "|" not in paragraph:
            yield _scene("\n\n".join(paragraphs[at + 1 :]), "scene")
        lines = [(line.split("|", 1)[0], line.split("|", 1)[1]) for line in paragraph.split("\n") if "|" in line]
        said = _SAID.search(" ".join(text for _, text in lines))
        speaker = ((said[1] or said[2]) if said else "VOICE").upper()
        if lines and dice.random() < 0.12:
            yield {"sfx": dice.choice(_SOUNDS)}
        while lines:
            number, text = lines.pop(0)
            if _QUOTED.search(text):
                note = dice.choice(_NOTES)
                yield {"at": number, "who": speaker} | ({"how": note} if note else {})
            elif _SAID.fullmatch(text.strip(" .,")) and dice.random() < 0.5:
                yield {"at": number, "cut": "tag"}
            else:  # one to three sentences at a time
                last, others = number, dice.randint(0, 2)
                while lines and others and not _QUOTED.search(lines[0][1]):
                    last, others = lines.pop(0)[0], others - 1
                yield {"at": number if last == number else f"{number}-{last}"}
    yield {"music": dice.choice(_MUSIC)}


def _grouped(text: str, dice: random.Random) -> Iterator[str]:
    """One to three sentences at a time."""
    sentences = _SENTENCE.findall(text) if any(map(str.isalnum, text)) else []
    while sentences:
        take = dice.randint(1, 3)
        yield "".join(sentences[:take])
        sentences = sentences[take:]


def _shaped(value: Any, schema: dict[str, Any]) -> Any:
    """The value as the schema has it: only its properties, in its order, enums kept to."""
    kind = schema.get("type")
    if kind == "object" and isinstance(value, dict):
        properties: dict[str, Any] = schema.get("properties", {})
        order = schema.get("propertyOrdering", list(properties))
        required = schema.get("required", [])
        present = [name for name in order if name in properties and (name in value or name in required)]
        return {name: _shaped(value.get(name), properties[name]) for name in present}
    if kind == "array":
        return [_shaped(item, schema.get("items", {})) for item in value or []]
    if kind == "string":
        text = "" if value is None else str(value)
        allowed = schema.get("enum")
        return text if not allowed or text in allowed else allowed[0]
    return value
