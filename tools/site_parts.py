"""The parts of the site that are made anew with every build; a document holds a comment where one belongs.

On a code host the comment is not seen. Four kinds of comment are filled in: `toctree` with a caption and pages,
`picture` with a file's name and what is to be seen, `every number`, and `every figure`.
"""

import re
from pathlib import Path

from reports import figures
from reports.story.glossary import families

PICTURES = Path(__file__).resolve().parents[1] / "build/pictures"
TOCTREE = re.compile(r"<!-- toctree:? ?(?P<caption>[^\n]*)\n(?P<pages>.*?)-->", re.DOTALL)
PICTURE = re.compile(r"<!-- picture (?P<file>[\w-]+\.png): (?P<seen>[^>]*?) -->")


def filled_in(document: str) -> str:
    """Return a document with its comments filled in."""
    document = TOCTREE.sub(_toctree, document)
    document = PICTURE.sub(_picture, document)
    for mark, words in EVERY.items():
        document = document.replace(mark, words()) if mark in document else document
    return document


def every_number() -> str:
    """Say every finding of every measure in its own words, by family."""
    lines = []
    for family, findings in families().items():
        lines += [f"## {family}", ""]
        for name, words in findings.items():
            lines += [
                f"**{words.label or name}** · `{name}`, {words.unit}",
                f": {words.meaning or words.line}",
            ]
            lines += [f"  *{words.reading}*"] if words.reading else []
            lines.append("")
    return "\n".join(lines)


def every_figure() -> str:
    """Name each chart, for its docstring; charts are imported when they are asked for, so that nothing lists them."""
    names = [name for name in getattr(figures, "__all__", ()) if name.islower()]
    return "\n\n".join(
        ["```{eval-rst}", *(f".. autofunction:: reports.figures.{name}" for name in names), "```"]
    )


EVERY = {"<!-- every number -->": every_number, "<!-- every figure -->": every_figure}


def _toctree(found: re.Match[str]) -> str:
    options = [":hidden:"] + ([f":caption: {found['caption']}"] if found["caption"] else [])
    pages = found["pages"].strip().splitlines()
    options += [":glob:"] if any("*" in page for page in pages) else []
    return "\n".join(["```{toctree}", *options, "", *pages, "```"])


def _picture(found: re.Match[str]) -> str:
    """Show a picture, or say that there is none: without a browser none is taken."""
    if not (PICTURES / found["file"]).exists():
        return (
            f"*(Here `make docs` shows {found['seen']}, where it finds the programs that take the picture.)*"
        )
    return f"```{{figure}} /build/pictures/{found['file']}\n:alt: {found['seen']}\n\n{found['seen']}\n```"
