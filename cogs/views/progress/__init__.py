"""What ``/progress`` shows: texts, menus and buttons."""
