"""The studio without any account: the real bot in a simulated Discord, in the browser."""
