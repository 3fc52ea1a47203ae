"""Tests of the script check."""
