from pathlib import Path

import pytest

from apps.devices import scripts

SOURCES = [Path("static/pushdesk.js"), Path("static/pushdesk-worker.js")]


class TestLean:
    def test_it_leaves_out_what_only_authors_read(self):
        source = "(() => {\n  // Why.\n  const a = 1; // kept\n\n  return a;\n})();\n"

        assert scripts.lean(source) == "(() => {\nconst a = 1; // kept\nreturn a;\n})();"

    @pytest.mark.parametrize("path", SOURCES, ids=lambda path: path.name)
    def test_no_literal_of_ours_would_lose_anything(self, path):
        """The style sheet is the one literal of many lines, and means nothing by its lines."""
        source = path.read_text()

        literals = [text for text in source.split("`")[1::2] if "\n" in text]

        assert all(text.strip().startswith(":host") for text in literals)
        assert not any(line.strip().startswith("//") for text in literals for line in text.split())
        assert "/*" not in source
