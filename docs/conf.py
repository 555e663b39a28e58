"""How the site of the documents is built: `make docs`.

The source folder is the whole project, so that a document's links to examples and benchmarks hold on the site and on
a code host alike; `include_patterns` says what belongs to it.
"""

import re
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT / "tools"))

from site_parts import filled_in  # noqa: E402 - found in tools/

from influence import __version__  # noqa: E402

project = "influence"
version = release = __version__
project_copyright = "its contributors, Apache-2.0"
root_doc = "docs/index"
include_patterns = [
    "docs/**",
    "examples/**",
    "benchmarks/**",
    "README.md",
    "CONTRIBUTING.md",
    "CHANGELOG.md",
    "SECURITY.md",
]
exclude_patterns = ["build", "demo", "dist", "influence", "connectors", "reports", "tests", "tools", ".*"]

extensions = ["myst_parser", "sphinx.ext.autodoc", "sphinx.ext.napoleon"]
source_suffix = {".md": "markdown"}
myst_heading_anchors = 4
myst_enable_extensions = ["deflist"]
default_role = "code"  # a docstring writes `name` for a name

autodoc_default_options = {"members": True, "member-order": "bysource"}
autodoc_typehints_format = "short"
autodoc_preserve_defaults = True
autodoc_type_aliases = {
    name: name for name in ("ArrayLike", "Codes", "Flags", "Floats", "Indices", "Ints", "Rows")
}
autoclass_content = "both"
napoleon_numpy_docstring = False
python_use_unqualified_type_names = True
maximum_signature_line_length = 80

html_theme = "furo"
html_title = "influence"
html_static_path = ["_static"]
html_css_files = ["site.css"]
templates_path = ["_templates"]
html_show_sphinx = False
html_copy_source = False
html_permalinks_icon = "#"
html_show_search_summary = False  # a page opened from the disk may not read the others
html_additional_pages = {"index": "to-the-first-page.html"}  # build/docs/index.html opens the site


def setup(app):
    """Fill in what is made anew with every build: the words of the measures, the pictures."""
    app.connect("source-read", _fill_in)
    app.connect("autodoc-process-signature", _shortly)


def _fill_in(app, _, source):
    written = source[0]
    source[0] = filled_in(written)
    if source[0] != written:
        app.env.note_reread()


def _shortly(_app, _what, _name, _object, _options, signature, returned):
    return tuple(_with_short_arrays(words) if words else words for words in (signature, returned))


def _with_short_arrays(signature):
    """Name arrays as the code does: what autodoc makes of them fills three lines."""
    signature = re.sub(r"TypeAliasForwardRef\('(\w+)'\)", r"\1", signature)
    return re.sub(r"ndarray\[tuple\[Any, \.\.\.\], dtype\[(\w+)\]\]", r"NDArray[\1]", signature)
