import contextlib
import re

import pytest

from bot.ebooks import open_imports
from bot.ebooks.book_import import plan_import
from bot.ebooks.open_imports import OpenImport, OpenImports
from bot.errors import InputError, StateError
from tests.bot.ebooks.books import LONG_ENOUGH, make_numbered_book
from tests.bot.ebooks.imports import HANA


def open_book(chapters: int = 1) -> OpenImport:
    return OpenImport(HANA.discord_id, plan_import(make_numbered_book(chapters)), "lantern.epub", "d1")


def count_open(imports: OpenImports, tokens: list[str]) -> int:
    found = 0
    for token in tokens:
        with contextlib.suppress(StateError):
            imports.get(token, HANA)
            found += 1
    return found


def test_an_open_import_is_found_by_its_token_until_it_is_closed() -> None:
    imports = OpenImports()
    opened = open_book()
    token = imports.add(opened)
    assert re.fullmatch("[0-9a-f]{16}", token)
    assert imports.get(token, HANA) is opened
    imports.close(token)
    imports.close(token)
    assert count_open(imports, [token]) == 0


def test_after_a_restart_the_file_is_added_again() -> None:
    token = OpenImports().add(open_book())
    with pytest.raises(StateError) as error:
        OpenImports().get(token, HANA)
    assert error.value.hint == "Add the file again; nothing was stored."


def test_the_oldest_import_makes_room_for_a_new_one() -> None:
    imports = OpenImports()
    tokens = [imports.add(open_book()) for _ in range(open_imports.MAX_OPEN + 1)]
    assert count_open(imports, tokens[:1]) == 0
    assert count_open(imports, tokens[1:]) == open_imports.MAX_OPEN


def test_the_characters_of_all_imports_are_limited(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(open_imports, "MAX_CHARACTERS", len(LONG_ENOUGH) * 4)
    imports = OpenImports()
    tokens = [imports.add(open_book()) for _ in range(5)]
    assert (count_open(imports, tokens[:2]), count_open(imports, tokens[2:])) == (0, 3)
    imports.reopen(tokens[0], open_book(2))  # its confirmation failed
    assert (count_open(imports, tokens[:1]), count_open(imports, tokens[3:])) == (1, 1)
    with pytest.raises(InputError, match="a book may have"):
        imports.add(open_book(5))
