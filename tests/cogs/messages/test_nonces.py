"""Nonces that are the same for every attempt to post a message."""

from cogs.messages.nonces import derive_nonce


def test_a_nonce_is_the_same_in_every_process() -> None:
    """Equal arguments give the same 16 hexadecimal characters; the value is fixed, since other processes rely on it."""
    assert derive_nonce("run card", "runs_0123456789abcdef", "first") == "e1a0c488a9d8f0c0"


def test_different_messages_have_different_nonces() -> None:
    """Purpose and every part count."""
    nonces = {
        derive_nonce("run card", "runs_1", "first"),
        derive_nonce("run card", "runs_1", 7),
        derive_nonce("run card", "runs_2", "first"),
        derive_nonce("broadcast card", "runs_1", "first"),
    }
    assert len(nonces) == 4
