"""Which functions of networkx run on the arrays, and where each is: one line a module of this package."""

from __future__ import annotations

_MODULES = {
    "ranks": "pagerank hits eigenvector_centrality eigenvector_centrality_numpy katz_centrality katz_centrality_numpy",
    "betweenness": (
        "betweenness_centrality edge_betweenness_centrality betweenness_centrality_subset "
        "edge_betweenness_centrality_subset"
    ),
    "distances": (
        "closeness_centrality harmonic_centrality single_source_shortest_path_length "
        "single_target_shortest_path_length all_pairs_shortest_path_length shortest_path_length "
        "dijkstra_path_length single_source_dijkstra_path_length multi_source_dijkstra_path_length "
        "all_pairs_dijkstra_path_length"
    ),
    "degrees": (
        "degree_centrality in_degree_centrality out_degree_centrality reciprocity overall_reciprocity "
        "degree_assortativity_coefficient degree_pearson_correlation_coefficient voterank"
    ),
    "cores": "core_number k_core k_shell k_crust k_corona onion_layers",
    "clusters": "triangles clustering average_clustering transitivity square_clustering",
    "holes": "constraint effective_size local_constraint",
    "components": (
        "connected_components number_connected_components is_connected node_connected_component "
        "weakly_connected_components number_weakly_connected_components is_weakly_connected "
        "strongly_connected_components number_strongly_connected_components is_strongly_connected"
    ),
    "communities": (
        "louvain_communities louvain_partitions leiden_communities leiden_partitions "
        "label_propagation_communities asyn_lpa_communities fast_label_propagation_communities"
    ),
    "pairs": "adamic_adar_index jaccard_coefficient resource_allocation_index preferential_attachment",
}

MODULE_OF = {name: module for module, names in _MODULES.items() for name in names.split()}
"""The module of each function."""

SOON_DONE = set(
    """
    degree_centrality in_degree_centrality out_degree_centrality overall_reciprocity preferential_attachment
    local_constraint connected_components number_connected_components is_connected node_connected_component
    weakly_connected_components number_weakly_connected_components is_weakly_connected
    single_source_shortest_path_length single_target_shortest_path_length dijkstra_path_length
    single_source_dijkstra_path_length multi_source_dijkstra_path_length
    """.split()  # noqa: SIM905 (a list of as many lines as names)
)
"""What networkx has done itself before a graph is converted: run here only where it is asked for by name."""

NEWER: dict[str, dict[str, object]] = {
    "closeness_centrality": {"sp": None},
    "hits": {"method": "power_iteration"},
}
"""Arguments that networkx takes since 3.7 alone, and hands over by itself: with which value it asks for what we do.

Leiden's are not among them: networkx has its own since, which finds the same for the same seed."""
