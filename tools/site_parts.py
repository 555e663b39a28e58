"""The parts of the site that are made anew with every build; a document holds a comment where one belongs.

On a code host the comment is not seen. Three kinds of comment are filled in: `toctree` with a caption and pages,
`every number`, and `picture` with a file's name and what is to be seen.
"""

import re
from pathlib import Path

from reports.story.glossary import families

PICTURES = Path(__file__).resolve().parents[1] / "build/pictures"
TOCTREE = re.compile(r"<!-- toctree:? ?(?P<caption>[^\n]*)\n(?P<pages>.*?)-->", re.DOTALL)
PICTURE = re.compile(r"<!-- picture (?P<file>[\w-]+\.png): (?P<seen>[^>]*?) -->")
EVERY_NUMBER = "<!-- every number -->"


def filled_in(document: str) -> str:
    """Return a document with its comments filled in."""
    document = TOCTREE.sub(_toctree, document)
    document = PICTURE.sub(_picture, document)
    return document.replace(EVERY_NUMBER, every_number()) if EVERY_NUMBER in document else document


def every_number() -> str:
    """Say every finding of every measure in its own words, by family."""
    lines = []
    for family, findings in families().items():
        lines += [f"## {family}", ""]
        for name, words in findings.items():
            lines += [f"**{words.label or name}** · `{name}`, {words.unit}", f": {words.meaning or words.line}"]
            lines += [f"  *{words.reading}*"] if words.reading else []
            lines.append("")
    return "\n".join(lines)


def _toctree(found: re.Match[str]) -> str:
    options = [":hidden:"] + ([f":caption: {found['caption']}"] if found["caption"] else [])
    pages = found["pages"].strip().splitlines()
    options += [":glob:"] if any("*" in page for page in pages) else []
    return "\n".join(["```{toctree}", *options, "", *pages, "```"])


def _picture(found: re.Match[str]) -> str:
    """Show a picture, or say that there is none: without a browser none is taken."""
    if not (PICTURES / found["file"]).exists():
        return f"*(Here `make docs` shows {found['seen']}, where it finds the programs that take the picture.)*"
    return f"```{{figure}} /build/pictures/{found['file']}\n:alt: {found['seen']}\n\n{found['seen']}\n```"
