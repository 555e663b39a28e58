"""Checks every link of a built site, by `tools/links.py SITE [LIST]`.

Pages, places within pages and all that a page loads must be there; a page may load nothing from elsewhere. Links to
other sites are not asked for: they are written into LIST, one a line.
"""

import re
import sys
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote, urlsplit

LOADED = {"script": "src", "img": "src", "iframe": "src", "source": "src", "link": "href", "use": "href"}
NOT_LOADED = {"canonical", "next", "prev", "index", "search", "genindex", "author"}
"""Kinds of `<link>` that only name a page."""
IN_STYLE = re.compile(r"""(?:url\(|@import\s+)["']?(?!data:|#)([^"')\s;]+)""")


class Page(HTMLParser):
    """What one page holds: the places in it, what it links to and what it loads."""

    def __init__(self, file: Path) -> None:
        super().__init__()
        self.places: set[str] = {""}
        self.links: list[str] = []
        self.loads: list[str] = []
        self.feed(file.read_text(encoding="utf-8"))

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note what a tag names."""
        named = {name: value or "" for name, value in attrs}
        self.places.add(named.get("id", ""))
        if tag == "a" and "href" in named:
            self.links.append(named["href"])
        elif tag in LOADED and LOADED[tag] in named:
            only_named = set(named.get("rel", "").split()) & NOT_LOADED
            (self.links if only_named else self.loads).append(named[LOADED[tag]])


def wrong(site: Path) -> tuple[list[str], set[str]]:
    """Return a line for each link that leads nowhere or loads from elsewhere; and the links to other sites."""
    pages = {file: Page(file) for file in sorted(site.rglob("*.html"))}
    lines, elsewhere = [], set()
    for file, page in pages.items():
        for link in {*page.links, *page.loads}:
            if urlsplit(link).scheme or link.startswith("//"):
                elsewhere.add(link)
            elif not _leads(site, pages, file, link):
                lines.append(f"{file.relative_to(site)}: {link} leads nowhere")
        lines += [f"{file.relative_to(site)}: loads {one}" for one in page.loads if _from_elsewhere(one)]
    for file in sorted(site.rglob("*.css")):
        loads = IN_STYLE.findall(file.read_text(encoding="utf-8"))
        lines += [f"{file.relative_to(site)}: loads {one}" for one in loads if _from_elsewhere(one)]
    return lines, elsewhere


def _from_elsewhere(link: str) -> bool:
    return link.startswith("//") or urlsplit(link).scheme not in ("", "data")


def _leads(site: Path, pages: dict[Path, Page], file: Path, link: str) -> bool:
    path, _, place = link.partition("#")
    path = unquote(path.partition("?")[0])
    target = (file.parent / path).resolve() if path else file
    if target.is_dir():
        target /= "index.html"
    if target in pages:
        return unquote(place) in pages[target].places
    return target.is_file() and target.is_relative_to(site)


def main(site: Path, listed: Path | None) -> int:
    """Check a site, tell what is wrong, and write the list."""
    lines, elsewhere = wrong(site.resolve())
    if listed:
        listed.write_text("".join(f"{link}\n" for link in sorted(elsewhere)), encoding="utf-8")
    sys.stdout.write("".join(f"{line}\n" for line in lines))
    sys.stdout.write(
        f"{len(lines)} links lead nowhere or elsewhere than they may; {len(elsewhere)} to other sites\n"
    )
    return int(bool(lines))


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1]), Path(sys.argv[2]) if len(sys.argv) > 2 else None))
