"""Mutation testing: small deliberate faults, one at a time, and whether a test notices. Run by ``make mutate``."""
