"""The settings of the site (Sphinx): `python -m tools.site` builds it."""

project = "taskwall"
copyright = "the authors of taskwall"  # noqa: A001 (Sphinx names it so)
html_title = "taskwall"
html_theme = "furo"
html_show_sphinx = False
html_copy_source = False

extensions = ["myst_parser", "sphinx_copybutton"]
source_suffix = {".md": "markdown"}
exclude_patterns = ["site"]
myst_heading_anchors = 3
myst_enable_extensions = ["colon_fence"]
suppress_warnings = [
    "misc.highlighting_failure",  # examples that are parts of a file
    "myst.header",  # the sections of a rule's text begin where they belong on a terminal
]
copybutton_prompt_text = "$ "
