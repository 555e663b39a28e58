"""What papers and data sets state of their own graphs comes out of the product's own functions."""

import hashlib
import sys

import networkx as nx
import numpy as np
import pytest

from influence import Workspace
from influence.chance.shuffle_test import shuffle_test
from influence.chance.thread_test import thread_test
from influence.chance.unseen import unseen
from influence.kernels.conversations import Contacts, respect_time
from influence.kernels.sets_of_people import registers_for, singletons, sizes
from influence.measures import position
from influence.measures.many import gini
from influence.measures.trend import breaks
from influence.network.network import Network
from influence.network.responses import Responses
from influence.reach.possible import everybodys_possible_reach
from influence.reach.steps import Passing
from tests.kit.places import ROOT, SHARED

sys.path.insert(0, str(ROOT / "benchmarks/truths"))
import published


def at_hand(*names):
    for name in names:
        if not published.given(name).exists():
            pytest.skip(f"{name} is not at hand: benchmarks/truths/truths.md says where it is public")


KNOWN = {
    "8a20ebaf7c7fcc295c38d1d2d521182a0e2faa5a9af61930d1e4fce4cbac52ec": 1,  # saved again, with a row of names
}
"""The hash of each copy of email-Eu-core.txt that may be read, and how many of its rows are no tie."""


# --- email-Eu-core (SNAP; Leskovec, Kleinberg, Faloutsos 2007, doi:10.1145/1217299.1217301) -----------------


@pytest.fixture(scope="module")
def ties():
    folder = SHARED / "data" / "email_eu_core"
    file = folder / "email-Eu-core.txt"
    if not file.exists():
        pytest.skip("the shared data is not here: email_eu_core")
    body = file.read_bytes()
    print_ = hashlib.sha256(body).hexdigest()
    assert print_ in KNOWN, f"another copy of email-Eu-core.txt: {print_}; its first line may be damaged"
    rows = body.decode("ascii").splitlines()[KNOWN[print_] :]
    return [tuple(map(int, row.split())) for row in rows]


@pytest.fixture(scope="module")
def mail(ties):
    people = [f"{i:04}" for i in range(max(map(max, ties)) + 1)]
    return Network.from_edges(people, *zip(*ties, strict=True))


def test_the_copy_is_whole(ties):
    assert ((0, 1), 25_571, 25_571) == (ties[0], len(ties), len(set(ties)))
    assert set(range(1005)) == {person for tie in ties for person in tie}


def test_nodes_and_edges(mail):
    assert (1005, 25_571, 642) == (len(mail), mail.size() + mail.self_loops, mail.self_loops)
    assert 1005 == sum(1 for _ in mail)


def test_the_largest_components(mail):
    assert 986 == max(map(len, nx.weakly_connected_components(mail)))
    assert 803 == max(map(len, nx.strongly_connected_components(mail)))


def test_clustering_and_triangles(mail):
    mutual = mail.undirected()
    assert 0.3994 == round(nx.average_clustering(mutual), 4)
    assert 105_461 == sum(nx.triangles(mutual).values()) // 3


def test_the_innermost_core(mail):
    core = position.core_number(mail).values
    assert (34, 79) == (core.max(), (core == 34).sum())


def test_reciprocity_without_loops(mail):
    assert 0.7112 == round(nx.reciprocity(mail), 4)


def test_diameter_and_effective_diameter(mail):
    """SNAP: diameter 7, 90-percentile effective diameter 2.9, of the undirected network."""
    balls = position.neighbourhood(mail.undirected(), steps=8).own["grid"]
    within = np.array([0] + [sum(ball[str(k)] for ball in balls) for k in range(1, 9)])
    assert within[6] < within[7] == within[8]
    share = within / within[-1]
    k = int(np.searchsorted(share, 0.9))
    assert 2.9 == round(k - 1 + (0.9 - share[k - 1]) / (share[k] - share[k - 1]), 1)


def test_the_departments_are_seen_in_the_communities(mail):
    """42 departments (Yin, Benson, Leskovec, Gleich 2017): people of one community share theirs more often."""
    file = SHARED / "data/email_eu_core/email-Eu-core-department-labels.txt"
    department = dict(map(int, row.split()) for row in file.read_text("ascii").splitlines()[1:])
    assert (1005, 42) == (len(department), len(set(department.values())))
    own = position.communities(mail).own["community"]
    groups = [{person for person, c in zip(mail, own, strict=True) if c == group} for group in set(own)]
    assert dict(position.communities(mail).detail)["modularity"] == pytest.approx(
        nx.community.modularity(mail.undirected(), groups)
    )
    of = np.array([department[i] for i in range(1005)])
    together = np.equal.outer(np.array(own), np.array(own))
    same = np.equal.outer(of, of)
    off = ~np.eye(1005, dtype=bool)
    assert same[together & off].mean() > 3 * same[off].mean()


def test_the_same_network_comes_through_a_workspace(ties, tmp_path):
    file = tmp_path / "ties.csv"
    rows = [f"eu:{u:04},eu:{v:04},influence,true" for u, v in ties]
    file.write_text("\n".join(["source,target,meaning,directed", *rows]), encoding="utf-8")
    with Workspace.create(tmp_path / "workspace") as workspace:
        workspace.import_path(file, connector="ties")
        network = workspace.network()
    assert (986, 24_929) == (len(max(nx.weakly_connected_components(network), key=len)), network.size())
    assert (34, 79) == (
        position.core_number(network).values.max(),
        (position.core_number(network).values == 34).sum(),
    )


# --- VoteRank (Zhang, Chen, Dong, Zhao 2016, doi:10.1038/srep27823) -----------------------------------------


def test_voterank_elects_the_spreaders_of_the_papers_own_example():
    """The ten nodes of its figure 1: 0 is elected, then 7, then 6."""
    pairs = [(7, 8), (7, 5), (7, 9), (5, 0), (0, 1), (0, 2), (0, 3), (0, 4), (1, 6), (2, 6), (3, 6), (4, 6)]
    turns = position.voterank(nx.Graph(pairs)).values
    assert [0, 7, 6] == np.argsort(turns)[: np.isfinite(turns).sum()].tolist()


# --- structural holes (Burt 1992; Borgatti 1997, Structural holes: unpacking Burt's redundancy measures) -----

BORGATTI = [
    *[("A", "B"), ("A", "F"), ("A", "G"), ("A", "E"), ("E", "G")],
    *[("F", "G"), ("B", "G"), ("B", "D"), ("D", "G"), ("G", "C")],
]


def test_effective_size_and_constraint_of_borgattis_example():
    constraint, size = position.structural_holes(nx.Graph(BORGATTI))
    assert {"A": 2.5, "C": 1, "G": 4.67} == {
        who: round(size.values["ABCDEFG".index(who)], 2) for who in "ACG"
    }
    assert {"A": 0.595, "C": 1, "G": 0.4} == {
        who: round(constraint.values["ABCDEFG".index(who)], 3) for who in "ACG"
    }


def test_a_broker_between_strangers_and_a_member_of_a_clique():
    """Burt 1992: n contacts who do not know each other give 1 / n; a broker's contacts do not overlap."""
    for n in (2, 5, 20):
        constraint, size = position.structural_holes(nx.star_graph(n))
        assert (pytest.approx(1 / n), n) == (constraint.values[0], size.values[0])
        clique, overlap = position.structural_holes(nx.complete_graph(n + 1))
        assert n * (1 / n + (n - 1) / n**2) ** 2 == pytest.approx(clique.values[0])
        assert pytest.approx(1) == overlap.values[0]


# --- HyperBall (Boldi and Vigna 2013, arXiv:1308.2144) and HyperLogLog (Flajolet et al. 2007) ----------------


@pytest.mark.parametrize("registers", [64, 256, 1024])
def test_a_counter_is_as_sure_as_the_papers_say(registers):
    """Its relative standard deviation is at most 1.06 / √m for m ≥ 64, and it is almost without bias."""
    for n in (200, 5_000):
        members = np.ones(n, bool)
        sets = [np.maximum.reduce(singletons(members, registers, seed)) for seed in range(400)]
        found = sizes(np.stack(sets), registers)
        bound = 1.06 / registers**0.5
        assert np.std(found) / n <= 1.1 * bound
        assert abs(np.mean(found) / n - 1) <= 3.5 * bound / 400**0.5


def test_balls_of_counters_estimate_the_neighbourhood_function(monkeypatch):
    """The sum of all balls is the neighbourhood function; the error of each ball stays that of one counter."""
    from influence.kernels import sets_of_people as position_kernels

    graph = nx.gnm_random_graph(1500, 4500, seed=2, directed=True)
    exact = position.neighbourhood(graph)
    monkeypatch.setattr(position_kernels, "EXACT_SETS", 0)
    monkeypatch.setattr(position_kernels, "SKETCH_BYTES", 1500 * 2 * 64)
    assert 64 == registers_for(1500, 2)
    grid = [position.neighbourhood(graph, seed=seed).own["grid"] for seed in range(8)]
    for k in ("2", "3", "4"):
        truth = np.array([ball[k] + 1 for ball in exact.own["grid"]])
        found = np.array([[ball[k] + 1 for ball in one] for one in grid])
        assert np.sqrt(np.mean((found / truth - 1) ** 2)) <= 1.1 * 1.06 / 64**0.5


# --- communities (Blondel, Guillaume, Lambiotte, Lefebvre 2008) ----------------------------------------------


def test_the_karate_club_has_the_modularity_of_the_paper():
    """Table 1: 0.42 for Zachary's club of 34 people and 77 ties (78 in most copies), unweighted."""
    club = nx.karate_club_graph()
    for _, _, data in club.edges(data=True):
        data["weight"] = 1
    found = position.communities(club)
    assert (4, 0.42) == (dict(found.detail)["communities"], round(dict(found.detail)["modularity"], 2))


# --- PageRank (Langville and Meyer 2004) and Gini -----------------------------------------------------------


def test_pagerank_of_langville_and_meyers_six_pages():
    """Deeper inside PageRank, section 3: links 1→2 3, 3→1 2 5, 4→5 6, 5→4 6, 6→4, page 2 without; α = 0.9."""
    from influence.kernels.centrality import Surfer, pagerank

    links = [(1, 2), (1, 3), (3, 1), (3, 2), (3, 5), (4, 5), (4, 6), (5, 4), (5, 6), (6, 4)]
    pages = Network.from_edges("123456", *zip(*[(u - 1, v - 1) for u, v in links], strict=True))
    ranks = pagerank(pages.indptr, pages.indices, pages.weights, Surfer(0.9))
    assert [0.03721, 0.05396, 0.04151, 0.3751, 0.206, 0.2862] == pytest.approx(ranks.tolist(), abs=5e-5)


def test_one_in_n_who_has_everything_is_a_gini_of_one_less_one_in_n():
    for n in (2, 10, 1000):
        assert (n - 1) / n == pytest.approx(gini([0] * (n - 1) + [3]))


# --- time-respecting reach (Badie-Modiri, Karsai, Kivelä 2020) ----------------------------------------------


def test_a_walk_may_wait_at_most_delta_at_each_node():
    """Two contacts are adjacent where the second follows the first by more than 0 and at most δ."""
    contacts = Contacts([0, 1, 1, 2], [1, 2, 3, 4], [1, 4, 9, 14])
    assert [0, 1, 2, -1, -1] == respect_time(contacts, start=0, n=5, delta=5, k_max=9).tolist()
    assert [0, 1, 2, 2, 3] == respect_time(contacts, start=0, n=5, delta=10, k_max=9).tolist()
    assert [0, 1, 2, 2, -1] == respect_time(contacts, start=0, n=5, delta=10, k_max=2).tolist()


@pytest.mark.parametrize(("directed", "paths"), [(False, 12_663), (True, 12_057)])
def test_paths_between_those_who_met_at_a_conference(directed, paths):
    """Lentz, Selhorst, Sokolov 2013, doi:10.1103/PhysRevLett.110.118701.

    They count a path from each of the 113 people to themselves; no path needs more than 112 contacts.
    """
    at_hand(published.HYPERTEXT)
    found = published.hypertext() if directed else published.hypertext().both_ways()
    assert 113 == found.people
    passing = Passing(delta=10**9, hands=found.people - 1)
    empty = np.full(len(found.time), -1)
    responses = Responses(empty, found.other, found.one, empty, empty < -1, found.time)
    reach = everybodys_possible_reach(responses, found.people, set(), passing)
    assert paths == reach.values.sum() + found.people
    contacts = Contacts(found.one, found.other, found.time)
    for start in (0, 60, 112):
        fewest = respect_time(contacts, start, found.people, passing.delta, passing.hands)
        assert reach.values[start] == (fewest > 0).sum()


# --- species not seen (iNEXT: Hsieh, Ma, Chao 2016, doi:10.1111/2041-210X.12613) ----------------------------


@pytest.mark.parametrize("survey", published.SURVEYS, ids=lambda survey: survey.place)
def test_richness_its_interval_and_the_coverage_are_those_of_inext(survey):
    """Chao1 of individuals (spiders), Chao2 of samples (ciliates), both with (n − 1) / n; to the last digit."""
    times = survey.times()
    assert (survey.species, survey.sightings) == (len(times), times.sum())
    found = unseen(times, np.ones(len(times)), survey.units)
    assert survey.richness == round(survey.species + found.more, 3)
    assert survey.interval == (round(survey.species + found.low, 3), round(survey.species + found.high, 3))
    assert survey.coverage == round(found.coverage, 4)


# --- a level that broke (Cobb 1978, The problem of the Nile, doi:10.1093/biomet/65.2.243) -------------------


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_the_level_of_the_nile_broke_once_in_1899(seed):
    """The dam of Aswan was begun in 1898; 1,120 in 1871 and 740 in 1970."""
    flow = published.nile()
    years = list(flow)
    assert (list(range(1871, 1971)), 91_935) == (years, sum(flow.values()))
    (found,) = breaks(list(flow.values()), seed=seed)
    assert (1899, 1130, 842.5) == (years[found.at], found.before, found.after)
    assert found.p <= 0.001


def test_shuffled_the_nile_has_no_break():
    flow = np.array(list(published.nile().values()))
    assert [] == breaks(np.random.default_rng(1).permutation(flow))


# --- what spread from one to the next (NETINF), and what did not (Medical Innovation) -----------------------


def by_threads(spread, draws=1000):
    """Nothing is known of anybody's hours."""
    return thread_test(spread.threads(), spread.known(), np.ones((spread.people, 24)), draws=draws)


def test_influence_is_found_in_cascades_that_ran_over_a_known_network():
    """Gomez-Rodriguez, Leskovec, Krause 2010, doi:10.1145/1835804.1835933: the example of their program."""
    at_hand(published.CASCADES, published.NETWORK)
    spread = published.cascades()
    assert (54, 406, 32, 63) == (spread.what.max() + 1, len(spread.what), spread.people, len(spread.ties))
    found = by_threads(spread)
    assert found.p <= 0.01
    assert found.alpha > 3


def test_influence_is_not_found_once_it_is_shuffled_who_came_when():
    """Forty shuffles, at most six of which may look like influence at 0.05 (a chance of 0.3 % that more do)."""
    at_hand(published.CASCADES, published.NETWORK)
    spread = published.cascades()
    p_values = [by_threads(spread.shuffled(seed), draws=199).p for seed in range(40)]
    assert p_values[0] > 0.05
    assert sum(p <= 0.05 for p in p_values) <= 6


def test_physicians_did_not_prescribe_because_their_colleagues_did():
    """Coleman, Katz, Menzel 1957, doi:10.2307/2785979; Van den Bulte & Lilien 2001, doi:10.1086/320819.

    Once the drug firm's own efforts are counted, Van den Bulte and Lilien find no contagion between physicians.
    """
    at_hand(published.PHYSICIANS)
    spread = published.physicians()
    assert (125, 109, 4) == (spread.people, len(spread.person), len(np.unique(spread.what)))
    assert by_threads(spread).p > 0.1
    textbook = shuffle_test(spread.person, spread.time, spread.known(), strata=spread.what)
    assert textbook.p > 0.1
