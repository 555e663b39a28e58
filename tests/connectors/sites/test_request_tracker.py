"""Request Tracker: the recording, and a real Request Tracker with tickets, pulled twice."""

import base64
import json
import os
import subprocess
import urllib.parse
import urllib.request

import pytest

from connectors.sites.request_tracker import RequestTracker
from influence import Workspace
from influence.contract.connector import Changed, ConnectorError, NotAuthorised, StoppedShort
from influence.contract.records import Activity, SetAside
from influence.contract.testing import Remembered, member_of
from tests.kit.live_contract import check_fetch
from tests.kit.loopback import free_port, needs, process, pull_into, responds, rows, wait_for
from tests.kit.served import served

SITE = """Set($rtname,'acme.example');Set($Organization,'acme.example');Set($WebDomain,'127.0.0.1');
Set($WebPort,{port});Set($WebBaseURL,'http://127.0.0.1:{port}');Set($DatabaseType,'SQLite');
Set($DatabaseName,'{base}/rt.db');Set($LogToFile,'info');Set($LogDir,'{base}');Set($LogToSyslog,undef);
Set($MailCommand,'testfile');Set($WebSessionClass,'Apache::Session::File');Set($MasonSessionDir,'{base}/sessions');1;
"""
PREPARE = """use lib '/usr/share/request-tracker5/lib'; use RT; RT::LoadConfig(); RT::Init();
my $user = RT::CurrentUser->new(RT->SystemUser); $user->Load('root');
my $token = RT::AuthToken->new(RT->SystemUser);
my ($ok, $said, $secret) = $token->Create(Owner => $user->Id, Description => 'test'); print $secret;
my $people = RT::Group->new(RT->SystemUser); $people->LoadSystemInternalGroup('Privileged');
$people->PrincipalObj->GrantRight(Right => $_, Object => RT->System)
  for qw(SeeQueue ShowTicket ReplyToTicket ModifyTicket);
"""


def parsed(body):
    return list(RequestTracker().parse(member_of(json.dumps(body).encode())))


def test_the_recording_is_a_request_and_its_answer_and_the_systems_rows_are_counted(shared):
    member = member_of(shared / "payloads/service-desk-rt/recorded-here/rt_payload.json")
    assert RequestTracker().recognises(member, member.head())
    records = list(RequestTracker().parse(member))
    request, answer = (record for record in records if isinstance(record, Activity))
    assert ("post", None) == (request.verb, request.parent)
    assert ("reply", request.id) == (answer.verb, answer.parent)
    assert request.actor.endswith("/eng1")
    assert ["ticket 1: rows that no person wrote: EmailRecord 2, Status 1"] == [
        record.reason for record in records if isinstance(record, SetAside)
    ]


def test_an_answer_of_another_shape_names_what_is_missing():
    with pytest.raises(Changed, match="has no 'ticket'"):
        parsed({"history": {"items": []}})
    with pytest.raises(Changed, match="has no '_hyperlinks'"):
        parsed({"ticket": {"id": 1}, "history": {"items": []}})


def test_a_desk_without_an_address_is_asked_for_it():
    with pytest.raises(ConnectorError, match="the address is missing"):
        list(RequestTracker().fetch({}, Remembered()))


def listing(rows):
    """A desk whose list of tickets is `rows` on every page."""

    def answer(asked):
        if "ticket/" in asked.path:
            return {"items": [], "id": asked.path.rpartition("/")[2]}
        return {"items": [] if asked.path.endswith("transactions") else rows(asked), "pages": 99}

    return answer


def test_a_desk_that_repeats_a_page_for_ever_is_asked_twice_and_gone_through_again():
    row = {"id": "1", "LastUpdated": "2026-04-01T07:00:00Z"}
    found = []
    with served(listing(lambda _: [row])) as here, pytest.raises(StoppedShort, match="the list of changed"):
        found.extend(RequestTracker(url=here.url).fetch({}, Remembered()))
    assert 2 == sum(one.path.endswith("/tickets") for one in here.asked)
    assert ["ticket-1.json"] == [reply.member.name for reply in found]
    with (
        served(listing(lambda asked: [row] if asked.query["page"] == "1" else [])) as here,
        pytest.raises(StoppedShort, match="nothing new"),
    ):
        list(RequestTracker(url=here.url).fetch(found[-1].cursor, Remembered()))
    assert "id > 0" == here.asked[0].query["query"], "the one that stopped short began at the beginning"


class Desk:
    """A real Request Tracker: what people do with it, by its own interface."""

    def __init__(self, url, token):
        self.url, self.token = url, token

    def ask(self, user, method, path, body=None, **params):
        """Use REST as somebody."""
        pair = base64.b64encode(f"{user}:{'password' if user == 'root' else 'placeholder'}".encode()).decode()
        request = urllib.request.Request(  # noqa: S310 - an address of ours
            f"{self.url}/REST/2.0/{path}?{urllib.parse.urlencode(params)}",
            data=json.dumps(body).encode() if body is not None else None,
            headers={"Authorization": f"Basic {pair}", "Content-Type": "application/json"},
            method=method,
        )
        with urllib.request.urlopen(request, timeout=30) as reply:  # noqa: S310 - an address of ours
            return json.load(reply)

    def connector(self):
        return RequestTracker(url=self.url)

    @property
    def secret(self):
        return Remembered(token=self.token)


@pytest.fixture(scope="module")
def desk(tmp_path_factory):
    server = "/usr/share/request-tracker5/libexec/rt-server"
    needs("request-tracker5 rt5-standalone", server)
    needs("rt5-db-sqlite", "/usr/sbin/rt-setup-database-5")
    base, port = tmp_path_factory.mktemp("rt"), free_port()
    (base / "sessions").mkdir()
    settings = base / "RT_SiteConfig.pm"
    settings.write_text(SITE.format(base=base, port=port), encoding="utf-8")
    env = {**os.environ, "RT_SITE_CONFIG": str(settings), "RT_SITE_CONFIG_DIR": str(base / "none")}
    setup = [
        "/usr/sbin/rt-setup-database-5",
        *["--action", "init", "--skip-create", "--dba", "root", "--dba-password", "x"],
    ]
    subprocess.run(setup, env=env, stdin=subprocess.DEVNULL, capture_output=True, check=True)
    made = subprocess.run(["perl", "-e", PREPARE], env=env, capture_output=True, text=True, check=True)
    with process([server, "--host", "127.0.0.1", "--port", str(port)], base / "log", env=env):
        wait_for(lambda: responds(f"http://127.0.0.1:{port}/"), "Request Tracker")
        desk = Desk(f"http://127.0.0.1:{port}", made.stdout.strip())
        for name, real in (("eva", "Eva Rask"), ("dag", "Dag Moe")):
            person = {"Name": name, "RealName": real, "EmailAddress": f"{name}@acme.example"}
            desk.ask("root", "POST", "user", {**person, "Privileged": 1, "Password": "placeholder"})
        yield desk


@pytest.fixture(scope="module")
def ticket(desk):
    """A request that the desk wrote down for Eva, answered by the desk, thanked for by Eva."""
    asked = {"Queue": "General", "Subject": "A laptop", "Requestor": "eva@acme.example", "Content": "please"}
    number = desk.ask("root", "POST", "ticket", asked)["id"]
    desk.ask(
        "root", "POST", f"ticket/{number}/correspond", {"Content": "It is here", "ContentType": "text/plain"}
    )
    desk.ask(
        "eva", "POST", f"ticket/{number}/correspond", {"Content": "Thank you", "ContentType": "text/plain"}
    )
    return number


def told(workspace):
    """Who did what to what, in the order of the ids."""
    return rows(workspace, "id, actor, verb, parent")


def test_a_real_desk_pulled_changed_and_pulled_again(desk, ticket, tmp_path):
    at = f"rt:{desk.url.removeprefix('http://')}"
    root = f"{at}/ticket-{ticket}"
    with Workspace.create(tmp_path / "w") as workspace:
        assert [f"ticket-{ticket}.json"] == pull_into(workspace, desk.connector(), desk.secret)
        by_whom = {(actor, verb): (identity, parent) for identity, actor, verb, parent in told(workspace)}
        assert (root, None) == by_whom[f"{at}/eva", "post"]
        assert root == by_whom[f"{at}/root", "reply"][1]
        assert by_whom[f"{at}/root", "reply"][0] == by_whom[f"{at}/eva", "reply"][1]
        assert 3 == len(by_whom)
        names = workspace.store.engine.arrow("SELECT name, accounts FROM people_log").to_pylist()
        assert ["email:eva@acme.example", f"{at}/eva"] in [
            sorted(row["accounts"]) for row in names if row["name"] == "Eva Rask"
        ]
        assert [] == pull_into(workspace, desk.connector(), desk.secret)

        desk.ask("dag", "PUT", f"ticket/{ticket}", {"Status": "resolved"})
        other = {"Queue": "General", "Subject": "By mistake", "Requestor": "dag@acme.example"}
        mistake = desk.ask("root", "POST", "ticket", other)["id"]
        changed = pull_into(workspace, desk.connector(), desk.secret)
        assert {f"ticket-{ticket}.json", f"ticket-{mistake}.json"} == set(changed)
        assert [root] == [parent for _, actor, verb, parent in told(workspace) if verb == "edit"]
        assert f"{at}/ticket-{mistake}" in {identity for identity, *_ in told(workspace)}

        desk.ask("root", "PUT", f"ticket/{mistake}", {"Status": "deleted"})
        assert [f"ticket-{mistake}.json"] == pull_into(workspace, desk.connector(), desk.secret)
        assert f"{at}/ticket-{mistake}" not in {identity for identity, *_ in told(workspace)}
        assert [] == pull_into(workspace, desk.connector(), desk.secret)
        with Workspace.create(tmp_path / "fresh") as fresh:
            pull_into(fresh, desk.connector(), desk.secret)
            assert told(fresh) == told(workspace)


def test_a_pull_of_a_real_desk_cut_anywhere_and_resumed_is_the_same(desk, ticket, tmp_path):
    second = {"Queue": "General", "Subject": "A screen", "Requestor": "dag@acme.example"}
    assert desk.ask("root", "POST", "ticket", second)["id"] != ticket
    check_fetch(tmp_path, desk.connector, desk.secret, 3)


def test_it_says_where_somebody_signed_in(desk):
    place = desk.url.removeprefix("http://")
    said = desk.connector().signed_in_as(desk.secret)
    assert said.startswith(f"the owner of the token on {place} (Request Tracker 5.")
    with pytest.raises(NotAuthorised):
        desk.connector().signed_in_as(Remembered("never-shown"))


def test_a_token_that_is_wrong_is_refused_in_a_sentence_without_it(desk):
    with pytest.raises(NotAuthorised, match="does not accept the sign-in") as refused:
        list(desk.connector().fetch({}, Remembered("never-shown")))
    assert "never-shown" not in str(refused.value)
