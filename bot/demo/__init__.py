"""The demo: the real bot on a simulated Discord, in one browser page, without any account."""
