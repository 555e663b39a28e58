"""How the site of the documents is built: `make docs`.

The source folder is the whole project, so that a document's links to examples and benchmarks hold on the site and on
a code host alike; `include_patterns` says what belongs to it.
"""

import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT / "tools"))

from influence import __version__  # noqa: E402
from site_parts import filled_in  # noqa: E402 - found in tools/

project = "influence"
version = release = __version__
project_copyright = "its contributors, Apache-2.0"
root_doc = "docs/index"
include_patterns = ["docs/**", "examples/**", "benchmarks/**", "CONTRIBUTING.md", "CHANGELOG.md"]
exclude_patterns = ["build", "demo", "dist", "influence", "connectors", "reports", "tests", "tools", ".*"]

extensions = ["myst_parser", "sphinx.ext.autodoc", "sphinx.ext.napoleon"]
source_suffix = {".md": "markdown"}
myst_heading_anchors = 4
myst_enable_extensions = ["deflist"]
default_role = "code"  # a docstring writes `name` for a name

autodoc_default_options = {"members": True, "member-order": "bysource"}
autodoc_typehints_format = "short"
autodoc_preserve_defaults = True
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
html_additional_pages = {"index": "to-the-first-page.html"}  # build/docs/index.html opens the site


def setup(app):
    """Fill in what is made anew with every build: the words of the measures, the pictures."""
    app.connect("source-read", lambda _, __, source: source.__setitem__(0, filled_in(source[0])))
