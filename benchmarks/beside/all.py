"""Every piece of work by its name."""

from benchmarks.beside import graphs, logs, reaching

WORKS = {work.name: work for work in (*logs.WORKS, *graphs.WORKS, *reaching.WORKS)}
