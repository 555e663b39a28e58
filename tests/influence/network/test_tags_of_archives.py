"""What others published with tags and dates gives the counts that X itself states beside each post."""

import json
import tarfile
from collections import Counter, defaultdict

import pytest

from influence import Narrowing, Workspace
from influence.network.subjects import tags_by

CLOSE = 0.02
"""A repost is cut to its first letters in these files, and a tag at its end with it."""


def without_head(text):
    return json.loads(text[text.index("[") :])


def test_the_tags_of_an_archive_are_those_that_x_states_and_the_months_those_of_its_index(shared, tmp_path):
    path = shared / "data/twitter_archive_levine/cogdog_twitter_archive.tar.xz"
    if not path.is_file():
        pytest.skip("../shared is not here: the archive published by its owner is needed")
    stated, posts, months = Counter(), {}, 0
    with tarfile.open(path) as archive:
        for member in archive:
            if member.name.endswith("tweet_index.js"):
                text = archive.extractfile(member).read().decode()
                months = sum(row["tweet_count"] for row in without_head(text))
            elif "/tweets/" in member.name and member.isfile():
                rows = without_head(archive.extractfile(member).read().decode())
                posts |= {row["id_str"]: row for row in rows}
    for row in posts.values():
        stated.update({tag["text"].lower() for tag in row["entities"].get("hashtags", ())})
    assert 95_249 == months == len(posts) + 310, "310 posts stand in two months"
    with Workspace.create(tmp_path / "w") as workspace:
        workspace.import_path(path)
        analysis = workspace.analysis
        ours = {
            tag: len(items)
            for tag, items in tags_by(analysis.tables, [analysis.people.find("x:740343")]).items()
        }
        often = {tag: n for tag, n in stated.items() if n >= 100}
        assert 16 == len(often)
        assert {} == {tag: (n, ours[tag]) for tag, n in often.items() if abs(ours[tag] - n) > CLOSE * n}
        narrowed = workspace.report("x:740343", only=Narrowing(tags=["ds106"]), measures=["tags"])
    assert ours["ds106"] <= narrowed.narrowed.items < 1.1 * ours["ds106"], "with what answers them"
    assert "ds106" == narrowed.findings["tags"].detail.tags[0].name


def test_the_tags_of_answers_of_the_api_are_those_that_it_states(shared, tmp_path):
    stated = defaultdict(set)
    with Workspace.create(tmp_path / "w") as workspace:
        for name in ("kpop", "brexit", "entities_test", "withheld"):
            file = shared / f"data/twitter_api/{name}.jsonl"
            workspace.import_path(file)
            for line in file.read_text(encoding="utf-8").splitlines():
                body = json.loads(line)
                data = body.get("data", body)
                rows = (data if isinstance(data, list) else [data]) + body.get("includes", {}).get(
                    "tweets", []
                )
                for row in rows:
                    for tag in row.get("entities", {}).get("hashtags", ()):
                        stated[tag["tag"].lower()].add(row["id"])
        ours = {one.name: one.items for one in workspace.subjects()["tags"]}
    assert (115, 94) == (ours["kpop"], ours["brexit"])
    off = {tag: (len(posts), ours.get(tag)) for tag, posts in stated.items() if ours.get(tag) != len(posts)}
    assert len(stated) == 470
    assert len(off) <= 3, off
