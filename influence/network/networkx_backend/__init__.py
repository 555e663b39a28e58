"""networkx's door: its algorithms on compressed sparse rows, for a Network and for any networkx graph.

May use kernels and network. It must not import networkx at its top: networkx loads it at the end of its own import.
"""

from influence.network.networkx_backend.interface import Backend, backend_info

__all__ = ["backend", "backend_info"]

backend = Backend()
