"""The studio in a browser: the real bot on a simulated Discord, without any account."""
