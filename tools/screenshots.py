"""Takes the pictures of the documents from the report and the dashboard of the invented company.

`tools/screenshots.py [FOLDER]` puts them there, or into build/pictures. Each needs a program: Chromium for pages,
pdftoppm for the PDF, LibreOffice for the slides. Where one is missing, or the format, one line says so and the picture
is left out.
"""

import shutil
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from influence import Workspace, demo
from influence.contract.errors import InfluenceError
from influence.contract.findings import Report

ROOT = Path(__file__).resolve().parents[1]
CHROMIUM = ("chromium", "chromium-browser", "google-chrome")
ARGUMENTS = ("--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-dev-shm-usage")
PATIENCE = 120
"""How long a program may take, in seconds."""
SETTLED = 1500
"""How long a picture takes to come to rest after a choice, in milliseconds."""
DENSITY = "80"
"""Of the picture of a page of a document, in dots per inch."""


@dataclass(frozen=True)
class Shot:
    """A picture of the page: the size of the window, what is pressed and chosen before, and which element is shown.

    Without an element it is the first screen.
    """

    file: str
    width: int
    height: int
    element: str = ""
    pressed: str = ""
    chosen: tuple[str, str] = ("", "")


SHOTS = (
    Shot("first-screen.png", 1280, 800),
    Shot("first-screen-telephone.png", 390, 844),
    Shot("network.png", 1280, 1000, "#pictures", "[data-view=network]", ("#sphere", "customer")),
)


DASHBOARD = (
    (Shot("dashboard-overview.png", 1280, 800), "/begin"),
    (Shot("dashboard-leader.png", 1280, 1000), "/leader/{leader}"),
    (Shot("dashboard-leader-telephone.png", 390, 844), "/leader/{leader}"),
    (Shot("dashboard-people.png", 1280, 900), "/people?kind=met&about={leader}"),
    (Shot("dashboard-digest.png", 1280, 900), "/digest"),
)
"""Pictures of the dashboard's pages, each with its address."""


def invented(folder: Path) -> tuple[Workspace, Report]:
    """Report on the leader of the invented company, which is made where it is not there yet."""
    if not (folder / "influence.duckdb").exists():
        shutil.rmtree(folder, ignore_errors=True)
        workspace, leader = Workspace.demo(folder)
    else:
        workspace, leader = Workspace(folder), demo.build().leaders["beyond"]
    return workspace, workspace.report(leader)


def pictures_of_page(page: Path, folder: Path) -> Iterator[str]:
    """Take the pictures of the page; yield a line for each that cannot be taken."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=_program(*CHROMIUM), args=list(ARGUMENTS))
        for shot in SHOTS:
            tab = browser.new_page(
                viewport={"width": shot.width, "height": shot.height}, reduced_motion="reduce"
            )
            tab.goto(page.as_uri())
            yield from _taken(tab, shot, folder / shot.file)
            tab.close()
        browser.close()


def pictures_of_dashboard(workspace: Workspace, leader: str, folder: Path) -> Iterator[str]:
    """Serve the workspace meanwhile, and picture its pages; yield a line for each that cannot be taken."""
    from playwright.sync_api import sync_playwright

    from reports.dashboard.serving import Serving

    workspace.tracking.take(leader)
    serving = Serving(workspace, 0)
    thread = threading.Thread(target=serving.run)
    thread.start()
    try:
        with sync_playwright() as driver:
            browser = driver.chromium.launch(executable_path=_program(*CHROMIUM), args=list(ARGUMENTS))
            inside = browser.new_context(reduced_motion="reduce")
            inside.set_default_timeout(PATIENCE * 1000)
            tab = inside.new_page()
            tab.goto(serving.door.address(serving.door.new_link()))
            for shot, address in DASHBOARD:
                tab.set_viewport_size({"width": shot.width, "height": shot.height})
                tab.goto(serving.door.origin + address.format(leader=leader))
                yield from _taken(tab, shot, folder / shot.file)
            browser.close()
    finally:
        serving.stop()
        thread.join()


def _taken(tab: Any, shot: Shot, file: Path) -> Iterator[str]:
    listing, word = shot.chosen
    for selector in filter(None, (shot.element, shot.pressed, listing)):
        if not tab.locator(selector).count():
            yield f"{shot.file}: the page has no {selector}"
            return
    if shot.pressed:
        tab.locator(shot.pressed).first.click()
    if listing:
        tab.locator(listing).select_option(label=word)
        tab.wait_for_timeout(SETTLED)
    shown = tab.locator(shot.element).first if shot.element else tab
    shown.screenshot(path=file)


def picture_of_pdf(pdf: Path, folder: Path, name: str = "pdf") -> Iterator[str]:
    """Take a picture of the first page."""
    options = ("-png", "-r", DENSITY, "-f", "1", "-l", "1", "-singlefile")
    _run(_program("pdftoppm"), *options, str(pdf), str(folder / name))
    yield from ()


def picture_of_slide(slides: Path, folder: Path) -> Iterator[str]:
    """Take a picture of the first slide."""
    home = (slides.parent / "office").resolve().as_uri()
    words = (
        "--headless",
        f"-env:UserInstallation={home}",
        "--convert-to",
        "pdf",
        "--outdir",
        str(slides.parent),
    )
    _run(_program("soffice", "libreoffice"), *words, str(slides))
    yield from picture_of_pdf(slides.with_suffix(".pdf"), folder, "slide")


TAKEN: dict[str, Callable[[Path, Path], Iterator[str]]] = {
    "html": pictures_of_page,
    "pdf": picture_of_pdf,
    "pptx": picture_of_slide,
}
"""How a format is pictured."""


class NoProgram(InfluenceError):
    """A program that takes a picture is not here."""


def _program(*names: str) -> str:
    for name in names:
        if found := shutil.which(name):
            return found
    raise NoProgram(f"{names[0]} is not installed")


def _run(*words: str) -> None:
    subprocess.run(words, check=True, capture_output=True, timeout=PATIENCE)  # noqa: S603 - words of ours


def up_to_date(folder: Path) -> bool:
    """Tell whether no file of the program is younger than the pictures."""
    pictures = [file.stat().st_mtime for file in folder.glob("*.png")]
    sources = (file for wing in ("influence", "reports", "tools") for file in (ROOT / wing).rglob("*.*"))
    return bool(pictures) and min(pictures) > max(
        file.stat().st_mtime for file in sources if file.suffix != ".pyc"
    )


def take(folder: Path, say: Callable[[str], object]) -> None:
    """Take all pictures that can be taken here."""
    folder.mkdir(parents=True, exist_ok=True)
    workspace, report = invented(folder / "demo")
    for kind, taken in TAKEN.items():
        written = folder / "reports" / f"report.{kind}"
        try:
            workspace.write(report, kind, written)
            for line in taken(written, folder):
                say(line)
        except (InfluenceError, subprocess.SubprocessError) as error:
            say(f"no picture of {kind}: {error}")
    try:
        for line in pictures_of_dashboard(workspace, str(report.leader["person"]), folder):
            say(line)
    except InfluenceError as error:
        say(f"no picture of the dashboard: {error}")
    workspace.close()


if __name__ == "__main__":
    place = Path(sys.argv[1]) if len(sys.argv) > 1 else ROOT / "build/pictures"
    tell = partial(print, file=sys.stderr, flush=True)
    if not up_to_date(place):
        take(place, tell)
