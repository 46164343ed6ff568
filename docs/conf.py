"""Sphinx's settings. Importing them also writes the pages that are made from the code, before Sphinx reads any page."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))

import from_code

import audiences

from_code.write(Path(__file__).parent)

project = "audiences"
release = version = audiences.__version__
extensions = ["myst_parser", "sphinx.ext.autodoc"]
exclude_patterns = ["providers/table.md", "providers/takes.md"]  # other pages include them
html_theme = "furo"
html_title = f"audiences {release}"
html_static_path = ["_static"]
html_css_files = ["wide-tables.css"]
html_show_copyright = False
html_copy_source = html_show_sourcelink = False
myst_enable_extensions = ["colon_fence", "deflist"]
myst_heading_anchors = 3
# Docstrings have code between single backticks, as in Markdown; without this, Sphinx would show it as emphasis.
default_role = "code"
add_module_names = False
autodoc_member_order = "bysource"
autodoc_typehints = "signature"
autodoc_typehints_format = "short"
# A default is shown as it is written: the value of `os.environ` would publish the environment of the build.
autodoc_preserve_defaults = True
autodoc_default_options = {"members": True, "inherited-members": "BaseException,tuple,dict,str,object"}
maximum_signature_line_length = 90
nitpicky = False


def setup(app: object) -> None:
    app.connect("autodoc-process-docstring", from_code.as_rst)  # type: ignore[attr-defined]
