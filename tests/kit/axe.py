"""axe-core in a page: what would shut somebody out who sees, hears or moves otherwise."""

from __future__ import annotations

from tests.kit.browser import Tab
from tests.kit.places import ROOT

AXE = ROOT / "node_modules/axe-core/axe.min.js"
NO_AXE = "axe-core is not here: npm ci brings it"
_OPEN = """() => { for (const one of document.querySelectorAll('details'))
    one.open = !one.matches('.rows details, .numbers details') || !one.parentElement.previousElementSibling }"""
"""Everything that is folded, and of a list its first row: the others are made alike."""
_ALL = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
_COLOURS = ["color-contrast", "link-in-text-block"]
"""What the dark changes."""
_RUN = """async ([type, values]) => {
    const found = await axe.run(document, {resultTypes: ['violations'], runOnly: {type, values}});
    return found.violations.filter(one => ['serious', 'critical'].includes(one.impact))
        .map(one => one.id + ': ' + one.nodes.slice(0, 3).map(node => node.target.join(' ')).join(', ')) }"""


def barriers(tab: Tab, *, folded: bool = False, colours: bool = False) -> list[str]:
    """Return the serious and the critical violations of WCAG 2.2 AA, each with where it is.

    Of all that is there, or as it stands `folded`; by every rule, or by those of `colours` alone.
    """
    if not folded:
        tab.page.evaluate(_OPEN)
    tab.page.evaluate(AXE.read_text(encoding="utf-8"))
    found: list[str] = tab.page.evaluate(_RUN, ["rule", _COLOURS] if colours else ["tag", _ALL])
    return found
