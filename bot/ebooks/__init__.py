"""Files of strangers become chapters' texts."""
