"""The network as a file for other programs: GraphML, GEXF, Parquet."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pyarrow as pa

from influence.contract.durably import whole
from influence.network.network import Network

NETWORK_FORMATS = ("graphml", "gexf", "parquet")


def write_network(network: Network, place: Path, kind: str) -> None:
    """Write a network in one of `NETWORK_FORMATS`; a new file is for its owner alone.

    Raises:
        OSError: the place may not be written.
    """
    if kind == "parquet":
        import pyarrow.parquet as pq

        sources = np.repeat(np.arange(len(network)), np.diff(network.indptr))
        names = pa.array(network.nodes, pa.string())
        ties = {
            "source": names.take(pa.array(sources)),
            "target": names.take(pa.array(network.indices)),
            "weight": pa.array(network.weights),
        }
        with whole(place) as file:
            pq.write_table(pa.table(ties), file)
        return
    import networkx as nx  # see the first lines of `network`

    with whole(place) as file:
        {"graphml": nx.write_graphml, "gexf": nx.write_gexf}[kind](network.graph(), file)
