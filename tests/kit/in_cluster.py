"""A workspace's own database in the place of a cluster: asked the same statements, it holds nothing as arrays."""

from influence import Workspace
from influence.analysis.report import Analysis
from influence.people.linkage.run import who_is_who
from influence.store.engine import DuckEngine
from influence.store.kept import Kept


class InCluster:
    """An engine that is elsewhere as far as anybody who asks it can tell."""

    elsewhere = True

    def __init__(self, here: DuckEngine) -> None:
        self.here, self.made = here, {}

    def run(self, sql, params=()):
        """Make a temporary table, or take it away."""
        if sql.startswith("DROP"):
            self.made.pop(sql.split()[-1])
            self.here.run(f"DROP VIEW {sql.split()[-1]}")
            return
        making, _, query = sql.strip().partition(" AS")
        self.offer(making.split()[-1], self.here.arrow(query, params))

    def offer(self, name, rows):
        """Let SQL read rows under a name; a view keeps what it showed, which DuckDB would look up anew."""
        for view in ("activities", "unsaid_activities") if name == "activity_log" else ():
            self.offer(view, self.here.arrow(f"FROM {view}"))
        self.here.offer(name, rows)
        self.made[name] = rows

    def arrow(self, sql, params=()):
        """Run a query and return its rows."""
        return self.here.arrow(sql, params)

    def beside(self):
        """Return another that reads what was made so far."""
        other = InCluster(self.here.beside())
        for name, rows in self.made.items():
            other.here.offer(name, rows)
        return other

    def kept(self, _names, _matters):
        """Nothing is kept."""
        return False

    def keep(self, _names, _matters):
        """Nothing is kept."""

    def slim(self):
        """Nothing is held."""


def elsewhere(workspace: Workspace) -> Analysis:
    """Return everything in a workspace as if it lay on a cluster."""
    engine = InCluster(workspace.store.engine.beside())
    return Analysis(engine, workspace.settings, who_is_who(engine, Kept(None, "")), Kept(None, ""))
