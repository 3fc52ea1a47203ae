"""Tests of what the program knows of servers."""
