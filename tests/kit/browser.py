"""A real browser that opens pages of ours: what it shows, complains of and asks for outside."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
NO_CHROMIUM = "chromium is not installed"
DESK, PHONE = (1280, 800), (390, 844)
"""The two first screens, in CSS pixels."""
_ARGUMENTS = (
    *("--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking"),
    *("--disable-component-update", "--disable-sync", "--disable-dev-shm-usage"),
)
_DRIVER = "GL Driver Message"
"""What a graphics driver says of its own speed while a picture is taken."""
_OURS = ("file:", "data:", "blob:", "about:")


@dataclass
class Tab:
    """A page in the browser: `page` drives it, `complaints` is what it wrote to its console, `asked` who it called."""

    page: Any
    complaints: list[str] = field(default_factory=list)
    asked: list[str] = field(default_factory=list)

    def boxes(self, selector: str) -> list[dict[str, float]]:
        """Return where the elements stand: left, top, right and bottom in CSS pixels of the viewport."""
        script = """all => all.map(one => { const r = one.getBoundingClientRect();
            return {left: r.left, top: r.top, right: r.right, bottom: r.bottom, width: r.width, height: r.height} })"""
        found: list[dict[str, float]] = self.page.eval_on_selector_all(selector, script)
        return found

    def too_wide(self) -> list[str]:
        """Return what makes the page scroll sideways; what scrolls inside its own box is left out."""
        script = """() => { const wide = document.documentElement.clientWidth; const found = [];
            if (document.documentElement.scrollWidth <= wide) return found;
            for (const one of document.body.querySelectorAll('*'))
                if (one.getBoundingClientRect().right > wide + 1 && !one.closest('.scroll'))
                    found.push(one.tagName + '.' + one.className);
            return found.length ? found : ['the page'] }"""
        found: list[str] = self.page.evaluate(script)
        return found


@contextmanager
def launched() -> Iterator[Any]:
    """Start the machine's own Chromium without a window; one for a module of tests is enough."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=CHROMIUM, args=list(_ARGUMENTS))
        try:
            yield browser
        finally:
            browser.close()


@contextmanager
def tab(
    browser: Any, file: Path, size: tuple[int, int] = DESK, *, dark: bool = False, scripts: bool = True
) -> Iterator[Tab]:
    """Open a file of ours; every request that leaves the machine is stopped and kept in `asked`."""
    context = browser.new_context(
        viewport={"width": size[0], "height": size[1]},
        color_scheme="dark" if dark else "light",
        java_script_enabled=scripts,
        reduced_motion="reduce",
    )
    opened = Tab(context.new_page())
    _listen(opened)
    try:
        opened.page.goto(file.as_uri())
        yield opened
    finally:
        context.close()


def _listen(opened: Tab) -> None:
    def answer(route: Any) -> None:
        if route.request.url.startswith(_OURS):
            route.continue_()
        else:
            opened.asked.append(route.request.url)
            route.abort()

    opened.page.route("**/*", answer)
    opened.page.on("console", lambda said: _DRIVER in said.text or opened.complaints.append(said.text))
    opened.page.on("pageerror", lambda error: opened.complaints.append(str(error)))
