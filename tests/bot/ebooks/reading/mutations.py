"""Damages books at random, from single bytes to the markup inside their archives."""

import re
import zipfile
import zlib
from io import BytesIO
from random import Random

from tests.bot.ebooks.reading.archives import pack

_TOKEN = re.compile(rb"<[^<>]*>|[^<>]+|[<>]")
_VALUE = re.compile(rb'"[^"]*"')
_NUMBER = re.compile(rb"\d+")
_ODD_VALUES = (
    *(
        b"",
        b"#",
        b"../../../etc/passwd",
        b"file:///etc/passwd",
        b"%00",
        b"%zz",
        b"//x",
        b"&#0;",
        b"&#xD800;",
        b"-1",
        b"0",
    ),
    *(
        b"99999999999999999999",
        b"1e9",
        b"x" * 5_000,
        "١٢".encode(),
        "\u202e\u2028".encode(),
        b"\xff\xfe",
        b"\xed\xa0\x80",
    ),
)
_ODD_MARKUP = (
    *(b"<p>", b"</p>", b"</body>", b"</html>", b"<!--", b"<![CDATA[", b"]]>", b"<?x", b"&bogus;", b"<table><tr><td>"),
    *(
        b"<ruby><rt>",
        b"<ol><li>",
        b"<h1/>",
        b"<h7>",
        b"<svg><title>",
        b"<br/>" * 50,
        b"<a id='x'/>",
        b"\0",
        b"\x02",
        b"\x85",
    ),
)
_ODD_BYTES = (
    b"",
    b"\0",
    b"\xff",
    b"\n",
    b"9" * 20,
    b"-1",
    b"<<",
    b">>",
    b"[",
    b"(",
    b"0 R",
    b"endstream",
    b"\r\n\r\n\r\n",
)


def mutate(content: bytes, random: Random) -> bytes:
    """The book with one to four damages."""
    for _ in range(random.randint(1, 4)):
        is_archive = content.startswith(b"PK\x03\x04")
        if is_archive and random.random() < 0.85:
            content = _mutate_entry(content, random)
        elif not is_archive and random.random() < 0.5:
            content = _mutate_number(content, random)
        else:
            content = _mutate_bytes(content, random)
    return content


def _mutate_entry(content: bytes, random: Random) -> bytes:
    try:
        with zipfile.ZipFile(BytesIO(content)) as archive:
            entries: dict[str | zipfile.ZipInfo, bytes] = {name: archive.read(name) for name in archive.namelist()}
    except (zipfile.BadZipFile, zlib.error, NotImplementedError, OSError, ValueError, EOFError):
        return _mutate_bytes(content, random)
    name = random.choice(list(entries) or [""])
    match random.randrange(12):
        case 0:
            entries.pop(name, None)
        case 1:
            entries[name] = entries[random.choice(list(entries))]
        case _:
            entries[name] = _mutate_markup(entries.get(name, b""), random)
    return pack(entries, zipfile.ZIP_STORED)


def _mutate_markup(content: bytes, random: Random) -> bytes:
    tokens = _TOKEN.findall(content) or [b""]
    at = random.randrange(len(tokens))
    match random.randrange(8):
        case 0:
            del tokens[at]
        case 1:
            tokens.insert(at, random.choice(tokens))
        case 2:
            tokens.insert(at, random.choice(_ODD_MARKUP))
        case 3:
            other = random.randrange(len(tokens))
            tokens[at], tokens[other] = tokens[other], tokens[at]
        case 4:
            tokens[at:at] = tokens[at : at + random.randint(1, 30)] * random.randint(1, 20)
        case 5:
            tokens[at] *= random.choice((2, 50, 300))
        case 6:
            odd = b'"' + random.choice(_ODD_VALUES) + b'"'
            tokens[at:] = [_VALUE.sub(lambda _: odd, token, count=1) for token in tokens[at : at + 9]] + tokens[
                at + 9 :
            ]
        case _:
            return _mutate_bytes(content, random)
    return b"".join(tokens)


def _mutate_number(content: bytes, random: Random) -> bytes:
    """Numbers are what the parts of a PDF refer to each other with."""
    numbers = list(_NUMBER.finditer(content))
    if not numbers:
        return _mutate_bytes(content, random)
    chosen, other = random.choice(numbers), random.choice(numbers)
    value = random.choice((other[0], other[0], b"0", b"-1", b"99999999999", b"65536", chosen[0] + b"0"))
    return content[: chosen.start()] + value + content[chosen.end() :]


def _mutate_bytes(content: bytes, random: Random) -> bytes:
    at = random.randrange(len(content) + 1)
    length = random.choice((1, 1, 4, 30, 500))
    match random.randrange(6):
        case 0:
            return content[:at] + random.randbytes(length) + content[at + length :]
        case 1:
            return content[:at] + content[at + length :]
        case 2:
            return content[:at]
        case 3:
            return content[:at] + content[at : at + length] * 3 + content[at + length :]
        case 4:
            return content[:at] + random.choice(_ODD_BYTES) + content[at:]
        case _:
            return content[:at] + bytes([1 << random.randrange(8)]) + content[at + 1 :]
