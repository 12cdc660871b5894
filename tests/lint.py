"""What `make lint` checks beside style: every template compiles, every link in the docs leads
somewhere, every module keeps to its size."""

import ast
import os
import re
import sys
from collections.abc import Iterator
from pathlib import Path

import django
from django.template import TemplateSyntaxError
from django.template.loader import get_template

ROOT = Path(__file__).resolve().parent.parent
MAX_MODULE_LINES, MAX_FUNCTION_LINES = 300, 40


def broken_templates() -> Iterator[str]:
    """Compile our own templates, and with them every tag and filter that they name."""
    for path in sorted((ROOT / "templates").rglob("*.html")):
        name = path.relative_to(ROOT / "templates").as_posix()
        try:
            get_template(name)
        except TemplateSyntaxError as error:
            yield f"templates/{name}: {error}"


def broken_links() -> Iterator[str]:
    """Find relative links of Markdown files that lead to no file or to no heading."""
    for path in [*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md")]:
        for link in re.findall(r"\]\(([^)\s]+)\)", path.read_text()):
            target, _, anchor = link.partition("#")
            if re.match(r"[a-z]+:", link):
                continue
            file = path.parent / target if target else path
            if not file.exists():
                yield f"{path.relative_to(ROOT)}: {link} leads nowhere"
            elif anchor and file.suffix == ".md" and anchor not in anchors(file):
                yield f"{path.relative_to(ROOT)}: {link} names no heading"


def anchors(path: Path) -> set[str]:
    headings = re.findall(r"(?m)^#+ (.+)$", path.read_text())
    return {re.sub(r"[^\w\- ]", "", h.lower()).strip().replace(" ", "-") for h in headings}


def too_long() -> Iterator[str]:
    """Find modules and functions that have grown past reading in one go."""
    for folder in ("apps", "config", "tests"):
        for path in sorted((ROOT / folder).rglob("*.py")):
            if "migrations" not in path.parts:
                yield from _too_long_in(path)


def _too_long_in(path: Path) -> Iterator[str]:
    text, name = path.read_text(), path.relative_to(ROOT)
    length = text.count("\n")
    if length > MAX_MODULE_LINES:
        yield f"{name}: {length} lines, at most {MAX_MODULE_LINES}"
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            size = node.end_lineno - node.lineno + 1
            if size > MAX_FUNCTION_LINES:
                yield f"{name}:{node.lineno}: {node.name}: {size} lines, not {MAX_FUNCTION_LINES}"


def main() -> int:
    """Print every finding; returns 1 if there is one."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    django.setup()
    findings = [*broken_templates(), *broken_links(), *too_long()]
    print("\n".join(findings) or "Templates, doc links and sizes are fine.")
    return 1 if findings else 0


if __name__ == "__main__":
    sys.exit(main())
