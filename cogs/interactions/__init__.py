"""What all interactions have in common: permissions, autocompletion and the one error path."""
