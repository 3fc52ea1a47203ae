"""Readers of book files: EPUB, DOCX, PDF, Markdown and plain text. They run in a child process with limits."""
