"""LinkedIn's Member Post Analytics: how often a member's posts were shown, as counts that name nobody.

One request for each number (`memberCreatorPostAnalytics`, finder `me`, aggregation TOTAL: over all time). Days are
not asked for: LinkedIn's rules on how long such data may be kept are short, and a later total replaces the one before.
Reference: learn.microsoft.com/linkedin, Community Management, Member Post Statistics.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING

from connectors.kit.answers import (
    as_member,
    identifier,
    mapping,
    needed,
    needed_list,
    read,
    whole,
    written_beside,
)
from connectors.kit.http import Service
from connectors.kit.paging import Answer, State, Task, left
from connectors.kit.text import clean
from connectors.kit.times import moment
from influence.contract.connector import Changed, ConnectorError, NotAuthorised, Secret
from influence.contract.errors import SourceError
from influence.contract.files import Member
from influence.contract.records import Exposure, Note, Person, Record

if TYPE_CHECKING:
    import httpx

SERVER = "https://api.linkedin.com"
SIGN_IN = "https://www.linkedin.com"
METRICS = {
    "IMPRESSION": "impressions",
    "MEMBERS_REACHED": "members reached",
    "REACTION": "reactions",
    "COMMENT": "comments",
    "RESHARE": "reshares",
}
BEGINS = b'{"statistics_of": "linkedin:'


@dataclass
class Statistics:
    """The service as one member asks it; `version` is a month of LinkedIn's interface, which holds for a year."""

    account: str
    secret: Secret
    version: str
    server: str
    login: str

    def ask(self, task: Task, _: State) -> Answer:
        """Ask for one number."""
        metric = str(task[0])
        response = self.answer(metric)
        told = {"statistics_of": self.account, "metric": metric, "said": _day(response)}
        body = written_beside(f"linkedin-{metric.lower()}.json", told, response.content)
        return Answer(body, note=left(response.headers))

    def answer(self, metric: str) -> httpx.Response:
        """Return LinkedIn's answer for a metric; a token that has run out is renewed where LinkedIn allows it.

        Raises:
            NotAuthorised: the token does not hold, or the application may not ask this.
            RateLimited, ConnectorError: as for `Service.request`.
        """
        try:
            return self._asked(metric, self.secret.get("access_token"))
        except NotAuthorised:
            token = self._renewed()
            if not token:
                raise NotAuthorised(
                    "LinkedIn does not accept the token: one holds for 60 days, and its application must have "
                    "r_member_postAnalytics; make a new one, then connect again"
                ) from None
        return self._asked(metric, token)

    def _asked(self, metric: str, token: str) -> httpx.Response:
        headers = {
            "Authorization": f"Bearer {token}",
            "LinkedIn-Version": self.version,
            "X-Restli-Protocol-Version": "2.0.0",
        }
        service = Service(self.server, headers)
        try:
            return service.get(
                "/rest/memberCreatorPostAnalytics", q="me", queryType=metric, aggregation="TOTAL"
            )
        except ConnectorError as error:
            if str(error).endswith("(426)"):
                raise ConnectorError(
                    f"LinkedIn no longer knows the version {clean(self.version, 20)} of its interface; give a month of "
                    "the last year, as in --set version=202610"
                ) from None
            raise
        finally:
            service.close()

    def _renewed(self) -> str:
        """Renew the token by its refresh token, which LinkedIn gives to approved applications only; keep it first."""
        names = ("refresh_token", "client_id", "client_secret")
        given = {name: value for name in names if (value := _known(self.secret, name))}
        if len(given) < len(names):
            return ""
        service = Service(self.login)
        try:
            form = {"grant_type": "refresh_token", **given}
            response = service.answer("POST", "/oauth/v2/accessToken", data=form)
        finally:
            service.close()
        answer = mapping(read(as_member("the answer to the sign-in", response.content)))
        token = answer.get("access_token")
        if response.status_code >= 400 or not isinstance(token, str) or not token:
            return ""
        self.secret.keep("access_token", token)
        renewed = answer.get("refresh_token")
        if isinstance(renewed, str) and renewed and renewed != given["refresh_token"]:
            self.secret.keep("refresh_token", renewed)
        return token


def _known(secret: Secret, name: str) -> str:
    with suppress(SourceError):
        return secret.get(name)
    return ""


def _day(response: httpx.Response) -> str:
    """Return the day on which LinkedIn says it, by its own clock."""
    with suppress(ValueError, TypeError):
        return parsedate_to_datetime(response.headers["date"]).date().isoformat()
    return datetime.now(UTC).date().isoformat()


def records(member: Member) -> Iterator[Record]:
    """Yield the count in one answer, and whose it is.

    Raises:
        Changed: it is no such answer.
    """
    told = read(member)
    account = identifier(needed(told, "statistics_of", "the answer"), "the account")
    metric = METRICS.get(str(told.get("metric")))
    if metric is None:
        raise Changed(f"{clean(str(told.get('metric')), 40)!r} is no number that is known here")
    rows = needed_list(needed(told, "answer", "the answer"), "elements", "the answer of LinkedIn")
    if not rows:
        yield Note(f"LinkedIn tells no {metric}")
        return
    count = sum(whole(needed(row, "count", "the answer"), "the count") for row in rows)
    yield Person(accounts=(account,), line=1)
    time = moment(f"{told.get('said')}T00:00:00Z", "the day")
    yield Exposure(f"{account}:{metric}", time, account, "LinkedIn", metric, count, line=1)
