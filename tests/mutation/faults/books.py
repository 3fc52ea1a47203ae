"""Faults in adding whole books: rights, confirmation, updates, and the limits of the child process that reads a file.

The child imports its modules itself and so never sees a fault: what runs there is tried inside the tests' own process.
"""

from typing import Final

from tests.mutation.faults.model import Fault

_LIBRARY: Final = ("tests/bot/ebooks/test_library.py",)
_UPDATES: Final = ("tests/bot/ebooks/test_library_updates.py",)
_BOOKS: Final = ("tests/bot/ebooks/test_library_books.py",)
_OPEN: Final = ("tests/bot/ebooks/test_open_imports.py",)
_CHILD: Final = ("tests/bot/ebooks/reading/test_child.py",)
_SANDBOX: Final = ("tests/bot/ebooks/reading/test_sandbox.py",)
_ZIP: Final = ("tests/bot/ebooks/reading/test_safe_zip.py",)
_PROCESS: Final = ("tests/bot/ebooks/reading/test_process.py",)

FAULTS: Final[tuple[Fault, ...]] = (
    Fault(
        "bot.ebooks.library",
        "the right to adapt a book is not required",
        "if not rights_confirmed:",
        "if False:",
        _LIBRARY,
    ),
    Fault(
        "bot.ebooks.library",
        "who has confirmed the right is not stored",
        '{"rights_confirmed_by": member_id, "rights_confirmed_at": tx.now}',
        '{"rights_confirmed_at": tx.now}',
        _LIBRARY,
    ),
    Fault(
        "bot.ebooks.library",
        "a book is stored before its confirmation",
        "        token = self.open_imports.add(opened)\n",
        "        token = self.open_imports.add(opened)\n"
        "        await self._store(opened, await self._read_book(opened), (), by, drop_missing=False)\n",
        _LIBRARY,
    ),
    Fault(
        "bot.ebooks.library",
        "two presses on the button update the book twice",
        "        self.open_imports.close(token)  # a second press finds nothing to store\n",
        "",
        _UPDATES,
    ),
    Fault(
        "bot.ebooks.library",
        "adding a book reports no event",
        "        tx.report(EBOOK_ADDED if is_new else EBOOK_UPDATED, data, member_id=member_id, ebook_id=before.id)\n",
        "",
        _LIBRARY,
    ),
    Fault(
        "bot.ebooks.library",
        "an import whose confirmation failed is lost",
        "            self.open_imports.reopen(token, opened)\n",
        "",
        _UPDATES,
    ),
    Fault(
        "bot.ebooks.library",
        "a chapter that was changed meanwhile is overwritten",
        "if tuple(await tx.chapters.list_headers(before.id)) != book.chapters:",
        "if False:",
        _UPDATES,
    ),
    Fault(
        "bot.ebooks.library",
        "a book is removed while a chapter of it is written",
        "if await tx.runs.count_live(stored.id):",
        "if False:",
        _BOOKS,
    ),
    Fault(
        "bot.ebooks.import_storing",
        "chapters that the file has lost are removed without a request",
        "if drop_missing and change.kind is ChangeKind.MISSING",
        "if change.kind is ChangeKind.MISSING",
        _UPDATES,
    ),
    Fault(
        "bot.ebooks.import_storing",
        "unchanged chapters are stored again",
        "stored = [chapter for chapter in plan.chapters if chapter.number not in unchanged]",
        "stored = list(plan.chapters)",
        _UPDATES,
    ),
    Fault(
        "bot.ebooks.open_imports",
        "anybody goes on with a file that another person has added",
        "if opened.owner_id != by.discord_id:",
        "if False:",
        _LIBRARY,
    ),
    Fault(
        "bot.ebooks.open_imports",
        "open imports fill the memory",
        "len(self._imports) >= MAX_OPEN or used + characters > MAX_CHARACTERS",
        "used + characters > MAX_CHARACTERS",
        _OPEN,
    ),
    Fault(
        "bot.ebooks.reading.child",
        "a book of any length is passed on",
        "if length > MAX_TEXT_CHARS:",
        "if False:",
        _CHILD,
    ),
    Fault(
        "bot.ebooks.reading.sandbox",
        "the memory of a child has no limit",
        "    _set_limit(resource.RLIMIT_AS, address_space)\n",
        "",
        _SANDBOX,
    ),
    Fault(
        "bot.ebooks.reading.sandbox",
        "the processor time of a child has no limit",
        "resource.setrlimit(resource.RLIMIT_CPU, (cpu_seconds, cpu_seconds + 1))",
        "",
        _SANDBOX,
    ),
    Fault(
        "bot.ebooks.reading.sandbox",
        "a child outlives a parent that has died",
        "    signal.alarm(wall_seconds)",
        "    ",
        _SANDBOX,
    ),
    Fault(
        "bot.ebooks.reading.sandbox",
        "a reader may write files",
        "    _set_limit(resource.RLIMIT_FSIZE, 0)\n",
        "",
        _SANDBOX,
    ),
    Fault(
        "bot.ebooks.reading.sandbox",
        "a reader may start processes",
        "    _set_limit(resource.RLIMIT_NPROC, 0)\n",
        "",
        _SANDBOX,
    ),
    Fault(
        "bot.ebooks.reading.child_process",
        "a child gets the bot's tokens and keys",
        "    return own | {",
        "    return dict(os.environ) | {",
        _PROCESS,
    ),
    Fault(
        "bot.ebooks.reading.safe_zip",
        "the same file of an archive is unpacked for ever",
        "if self._unpacked > MAX_UNPACKED_BYTES:",
        "if False:",
        _ZIP,
    ),
)
