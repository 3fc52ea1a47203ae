"""Servers that subscribe to announcements, and the badges that their members earn."""
