"""A chapter becomes a recordable script: runs, writers, prompt, timing, prices."""
