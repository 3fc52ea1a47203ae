"""The tests. Folders and modules mirror the product's tree; ``standins`` replaces Discord and Gemini on loopback."""

import pytest

# Outside of test modules a failed assertion shows its values only in modules that are named before they are imported.
pytest.register_assert_rewrite("tests.blackbox.process", "tests.postgres", "tests.stage")
