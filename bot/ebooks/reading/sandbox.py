"""Limits that a process puts on itself before it reads a file that it does not trust. They cannot be lifted again.

Resource limits work on every Linux. The kernel's Landlock and a network of its own are used where they are available: old
kernels and some containers refuse them, and then the file system and the network are protected by the readers alone, none of
which opens another file or an address.
"""

import ctypes
import os
import resource
import signal
import struct
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path
from typing import Final

_OPEN_FILES: Final = 64
_NEW_NAMESPACES: Final = 0x10000000 | 0x40000000  # CLONE_NEWUSER, without which others may not have CLONE_NEWNET
_NO_NEW_PRIVILEGES: Final = 38  # PR_SET_NO_NEW_PRIVS
_CREATE_RULESET, _ADD_RULE, _RESTRICT_SELF = 444, 445, 446  # Landlock's system calls, the same on every architecture
_ASK_VERSION: Final = 1
_PATH_BENEATH: Final = 1
_READ_FILE, _LIST_FOLDER = 0b100, 0b1000
# How many rights each version of Landlock knows for files, and which for TCP (bind and connect).
_FILE_RIGHTS: Final = {1: 13, 2: 14, 3: 15, 4: 15}
_NEWEST_FILE_RIGHTS: Final = 16
_NETWORK_VERSION: Final = 4
_NETWORK_RIGHTS: Final = 0b11


def limit_resources(memory_bytes: int, cpu_seconds: int, wall_seconds: int) -> None:
    """Limits memory (above what is used now), processor time and time. The process is killed where it exceeds a time."""
    pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[0])
    address_space = pages * resource.getpagesize() + memory_bytes
    _set_limit(resource.RLIMIT_AS, address_space)
    resource.setrlimit(resource.RLIMIT_CPU, (cpu_seconds, cpu_seconds + 1))  # a signal that tells why, then the kill
    _set_limit(resource.RLIMIT_CORE, 0)
    _set_limit(resource.RLIMIT_NOFILE, _OPEN_FILES)
    signal.signal(signal.SIGALRM, signal.SIG_DFL)
    signal.alarm(wall_seconds)  # for the case that the parent dies and can no longer kill


def close_off(readable: Iterable[Path]) -> None:
    """From now on nothing can be written or started, and nothing be read but what lies beneath ``readable``."""
    _set_limit(resource.RLIMIT_FSIZE, 0)
    _set_limit(resource.RLIMIT_NPROC, 0)
    libc = ctypes.CDLL(None, use_errno=True)
    libc.unshare(_NEW_NAMESPACES)
    _restrict_files(libc, readable)


def _set_limit(kind: int, value: int) -> None:
    _, hard = resource.getrlimit(kind)
    limit = value if hard == resource.RLIM_INFINITY else min(value, hard)
    resource.setrlimit(kind, (limit, limit))


def _restrict_files(libc: ctypes.CDLL, readable: Iterable[Path]) -> None:
    version = libc.syscall(_CREATE_RULESET, None, 0, _ASK_VERSION)
    if version < 1:
        return
    file_rights = (1 << _FILE_RIGHTS.get(version, _NEWEST_FILE_RIGHTS)) - 1
    attributes = struct.pack("=QQ", file_rights, _NETWORK_RIGHTS)[: 16 if version >= _NETWORK_VERSION else 8]
    rules = libc.syscall(_CREATE_RULESET, attributes, len(attributes), 0)
    if rules < 0:
        return
    for path in readable:
        with suppress(FileNotFoundError):
            _allow_reading(libc, rules, path)
    libc.prctl(_NO_NEW_PRIVILEGES, 1, 0, 0, 0)
    libc.syscall(_RESTRICT_SELF, rules, 0)
    os.close(rules)


def _allow_reading(libc: ctypes.CDLL, rules: int, path: Path) -> None:
    place = os.open(path, os.O_PATH)
    try:
        rights = _READ_FILE | _LIST_FOLDER if path.is_dir() else _READ_FILE
        libc.syscall(_ADD_RULE, rules, _PATH_BENEATH, struct.pack("=Qi", rights, place), 0)
    finally:
        os.close(place)
