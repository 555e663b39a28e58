"""Every service that the tests play on this machine, and the connector that reads it: by the connector's name."""

from connectors.agenda.caldav import CalDav
from connectors.agenda.carddav import CardDav
from connectors.chat.matrix import Matrix
from connectors.chat.slack import Slack
from connectors.chat.yammer import Yammer
from connectors.chat.zulip import Zulip
from connectors.sites.discourse import Discourse
from connectors.sites.feed import FeedReader
from connectors.sites.github import GitHub
from connectors.sites.request_tracker import RequestTracker
from connectors.sites.wordpress import WordPress
from connectors.social.facebook_page import FacebookPage
from connectors.social.hacker_news import HackerNews
from connectors.social.linkedin import LinkedIn
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
from tests.kit.agenda_service import AgendaService
from tests.kit.blog_service import BlogService, SignedBlog
from tests.kit.desk_service import DeskService
from tests.kit.github_service import GitHub as GitHubService
from tests.kit.google_service import GoogleService
from tests.kit.linkedin_service import LinkedInService
from tests.kit.mastodon_service import Mastodon as MastodonService
from tests.kit.matrix_service import MatrixService
from tests.kit.microsoft_service import MicrosoftService
from tests.kit.reddit_service import NOW, RedditService
from tests.kit.slack_service import SlackService
from tests.kit.x_service import NOW as X_NOW
from tests.kit.x_service import XService

ON_A_PAGE = ("connectors.agenda.dav_sync.PAGE", "connectors.sites.wordpress.AT_ONCE")
"""What a connector asks for at once, where that is more than these services have: with 2 there are pages."""
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
    "caldav": (lambda: AgendaService().answer, lambda url: CalDav(url, "ann")),
    "carddav": (lambda: AgendaService().answer, lambda url: CardDav(url, "ann")),
    "discourse": (lambda: Forum().answer, lambda url: Discourse(url=url)),
    "facebook-page": (Page, lambda url: FacebookPage("100", server=url)),
    "feed": (lambda: BlogService().answer, lambda url: FeedReader(url=f"{url}/")),
    "github": (lambda: GitHubService(page=2).discussion().answer, lambda url: GitHub("acme/site", url=url)),
    "google": (
        lambda: GoogleService().answer,
        lambda url: Google(client_id="app", server=url, token_url=f"{url}/token", until=UNTIL),
    ),
    "hacker-news": (lambda: News(5), lambda url: HackerNews("ann", server=url)),
    "linkedin": (
        lambda: LinkedInService().answer,
        lambda url: LinkedIn(owner="https://www.linkedin.com/in/ann-lee", server=url, login=url),
    ),
    "matrix": (lambda: MatrixService().answer, Matrix),
    "mastodon": (lambda: MastodonService().answer, lambda url: at_once(Mastodon, mastodon.NOW)(server=url)),
    "microsoft": (
        lambda: MicrosoftService().answer,
        lambda url: Microsoft(client_id="app", server=f"{url}/v1.0", login=url, until=UNTIL),
    ),
    "reddit": (
        lambda: RedditService().answer,
        lambda url: at_once(Reddit, NOW)(user="ann", server=url, login=url),
    ),
    "request-tracker": (lambda: DeskService().answer, lambda url: RequestTracker(url=url)),
    "slack": (lambda: SlackService().answer, lambda url: Slack(address=f"{url}/api/")),
    "wordpress": (lambda: SignedBlog().answer, lambda url: WordPress(url=url, user="ann")),
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
