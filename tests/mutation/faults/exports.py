"""Faults in scripts as files: escaping, order, directions, what is lost on the way."""

from typing import Final

from tests.mutation.faults.model import Fault

_MARKDOWN: Final = ("tests/bot/exports/test_markdown.py",)
_FOUNTAIN: Final = ("tests/bot/exports/test_fountain.py",)
_SSML: Final = ("tests/bot/exports/test_ssml.py",)
_PLS: Final = ("tests/bot/exports/test_pls.py",)
_DOCX: Final = ("tests/bot/exports/test_docx.py", "tests/bot/exports/test_docx_text.py")
_JSON: Final = ("tests/bot/exports/test_script_json.py",)

FAULTS: Final[tuple[Fault, ...]] = (
    Fault("bot.exports.markdown", "~ is not escaped", "<>#|~]", "<>#|]", _MARKDOWN),
    Fault("bot.exports.markdown", "| is not escaped", "<>#|~]", "<>#~]", _MARKDOWN),
    Fault("bot.exports.markdown", "references are not escaped", r"&(?=#?\w+;)", "(?!)", _MARKDOWN),
    Fault(
        "bot.exports.markdown",
        "a voice is not escaped",
        "escape_markdown(describe_role(role))",
        "describe_role(role)",
        _MARKDOWN,
    ),
    Fault(
        "bot.exports.markdown",
        "a direction is not escaped",
        "{escape_markdown(cue.direction)}",
        "{cue.direction}",
        _MARKDOWN,
    ),
    Fault(
        "bot.exports.markdown",
        "a changed line is not marked",
        'if cue.is_altered else ""',
        'if False else ""',
        _MARKDOWN,
    ),
    Fault("bot.exports.fountain", "an underscore is emphasis", "[*_]|", "[*]|", _FOUNTAIN),
    Fault("bot.exports.fountain", "a backslash swallows the next sign", r"|\\(?=[*_\\]|$)", "", _FOUNTAIN),
    Fault("bot.exports.fountain", "two brackets begin a note", r"\[(?=\[)", "(?!)", _FOUNTAIN),
    Fault("bot.exports.fountain", "a line that begins with > is a transition", "[.!@#>~=(]", "[.!@#~=(]", _FOUNTAIN),
    Fault(
        "bot.exports.fountain",
        "a line that begins with INT is a heading",
        "(?:INT|EXT|EST|I/E)",
        "(?:EXT|EST|I/E)",
        _FOUNTAIN,
    ),
    Fault(
        "bot.exports.fountain",
        "a name in brackets is an extension",
        'maketrans("()^", "[]ˆ")',
        'maketrans("^", "ˆ")',
        _FOUNTAIN,
    ),
    Fault("bot.exports.fountain", "a name that ends in TO: is a transition", 'name.endswith(":")', "False", _FOUNTAIN),
    Fault("bot.exports.ssml", "hyphens end a comment", "re.sub('-(?=-)', '- ', text)", "text", _SSML),
    Fault(
        "bot.exports.ssml",
        "a pause is as long as it likes",
        "min(cue.seconds, service.longest_pause)",
        "cue.seconds",
        _SSML,
    ),
    Fault("bot.exports.ssml", "a word inside a word is substituted", r'"(?<!\w)"', '""', _SSML),
    Fault("bot.exports.ssml", "the shortest word wins", "key=len, reverse=True", "key=len", _SSML),
    Fault("bot.exports.pls", "half empty words stay", "if spelling and pronunciation:", "if spelling:", _PLS),
    Fault(
        "bot.exports.docx_text", "runs of Arabic are not marked", "run.font.rtl = True", "run.font.rtl = None", _DOCX
    ),
    Fault(
        "bot.exports.docx_layout",
        "cues may be broken over pages",
        "keep_together = True",
        "keep_together = False",
        _DOCX,
    ),
    Fault(
        "bot.exports.docx_text", "long lines are not set closely", "if columns > _SPACED_COLUMNS:", "if False:", _DOCX
    ),
    Fault(
        "bot.exports.docx_lines",
        "sounds are not underlined",
        "(cue.text, cue.direction)], underline=True)",
        "(cue.text, cue.direction)])",
        _DOCX,
    ),
    Fault("bot.exports.docx_text", "sides are swapped for every script", "if right_to_left:", "if True:", _DOCX),
    Fault("bot.exports.docx_text", "English words move around", 'f"{mark}{text}{mark}"', "text", _DOCX),
    Fault("bot.exports.docx_text", "vowel signs leave their letters", "direction = own[-1]", "pass", _DOCX),
    Fault(
        "bot.exports.script_document", "later versions are read", "SCHEMA_VERSION + 1)", "SCHEMA_VERSION + 9)", _JSON
    ),
    Fault("bot.exports.script_document", "every script has an error", "if self.error is None:", "if False:", _JSON),
)
