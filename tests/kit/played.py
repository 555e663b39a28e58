"""Every service that the tests play on this machine, and the connector that reads it: by the connector's name."""

from connectors.chat.slack import Slack
from connectors.chat.yammer import Yammer
from connectors.chat.zulip import Zulip
from connectors.sites.discourse import Discourse
from connectors.sites.github import GitHub
from connectors.social.facebook_page import FacebookPage
from connectors.social.hacker_news import HackerNews
from connectors.social.mastodon import Mastodon
from connectors.social.reddit import Reddit
from connectors.social.x import X
from connectors.social.youtube import YouTube
from connectors.suites.google import Google
from connectors.suites.microsoft import Microsoft
from tests.connectors.chat.test_zulip import Organisation
from tests.connectors.sites.test_discourse import Forum
from tests.connectors.social import test_bluesky as bluesky
from tests.connectors.social import test_mastodon as mastodon
from tests.connectors.social.test_public_pages import Channel, News, Page
from tests.kit.github_service import GitHub as GitHubService
from tests.kit.google_service import GoogleService
from tests.kit.mastodon_service import Mastodon as MastodonService
from tests.kit.microsoft_service import MicrosoftService
from tests.kit.reddit_service import NOW, RedditService
from tests.kit.slack_service import SlackService
from tests.kit.x_service import NOW as X_NOW
from tests.kit.x_service import XService

AT_ONCE = staticmethod(lambda _: None)
UNTIL = "2026-02-20"


def at_once(kind, now):
    """A connector that waits for nothing, and whose clock stands."""
    return type(kind.__name__, (kind,), {"clock": staticmethod(now.timestamp), "sleep": AT_ONCE})


PLAYED = {
    "bluesky": (
        bluesky.Service,
        lambda url: bluesky.OurTime(accounts="ann.acme.example", server=url, view=url),
    ),
    "discourse": (lambda: Forum().answer, lambda url: Discourse(url=url)),
    "facebook-page": (Page, lambda url: FacebookPage("100", server=url)),
    "github": (lambda: GitHubService(page=2).discussion().answer, lambda url: GitHub("acme/site", url=url)),
    "google": (
        lambda: GoogleService().answer,
        lambda url: Google(client_id="app", server=url, token_url=f"{url}/token", until=UNTIL),
    ),
    "hacker-news": (lambda: News(5), lambda url: HackerNews("ann", server=url)),
    "mastodon": (lambda: MastodonService().answer, lambda url: at_once(Mastodon, mastodon.NOW)(server=url)),
    "microsoft": (
        lambda: MicrosoftService().answer,
        lambda url: Microsoft(client_id="app", server=f"{url}/v1.0", login=url, until=UNTIL),
    ),
    "reddit": (
        lambda: RedditService().answer,
        lambda url: at_once(Reddit, NOW)(user="ann", server=url, login=url),
    ),
    "slack": (lambda: SlackService().answer, lambda url: Slack(address=f"{url}/api/")),
    "x": (
        lambda: XService().answer,
        lambda url: at_once(X, X_NOW)(
            client_id="app", port="0", server=url, login=f"{url}/i/oauth2/authorize"
        ),
    ),
    "yammer": (
        lambda: MicrosoftService().answer,
        lambda url: Yammer(client_id="app", server=f"{url}/api/v1", login=url),
    ),
    "youtube": (Channel, lambda url: YouTube("UCann", server=url)),
    "zulip": (Organisation, lambda url: Zulip(url, "ann@acme.example")),
}
