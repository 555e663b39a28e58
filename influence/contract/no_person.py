"""Which accounts are no single human being's, by how they are written: programs, lists, shared mailboxes.

A sign is a word that hardly any person has in an address. What is not here is unknown, which is no sign.
"""

from __future__ import annotations

import re
from functools import lru_cache

BOT, LIST, SHARED, DELETED = "bot", "list", "shared mailbox", "deleted user"
LONGEST = 320
"""Characters of an account that are looked at: no address is longer (RFC 5321)."""
_REMEMBERED = 10_000

_PROGRAM_PARTS_TEXT = """
    noreply nonreply donotreply notreply noresponse notification notifications notifier notify mailer autoreply
    autoresponder autoresponse automailer automated automatic autoconfirm autonotification bounces unsubscribe
"""
_PROGRAM_PARTS = frozenset(_PROGRAM_PARTS_TEXT.split())
"""Words that make a program of every address in which they stand between dots, dashes or plus signs."""
_PROGRAMS = re.compile(
    r"""
    (do[-_.]?)?no[tn]?[-_.]?(reply|response)[-_.\w]* | mailer-daemon | postmaster | majordomo | listserv |
    mailman([-_]\w+)? | bounces?([-+=].*)? | prvs=.* | srs[01]=.* | alerts? | reminders? | digests? | cron |
    daemon | root | nobody | www-data | apache | nginx | httpd | system | sysadmin-auto | robot |
    auto-?(mat\w+)?[-_]?(reply|mailer|confirm\w*) | jira | confluence | bitbucket | gitlab | gitea | gerrit |
    teamcity | circleci | travis-ci | sonarqube | nagios | zabbix | grafana | prometheus | pagerduty | opsgenie |
    servicenow | zendesk | freshdesk | wordpress | sharepoint | docusign | bugzilla | redmine | buildbot | builds?
    | bot | monitoring | backups? | updates? | mailings? | surveys? | invitations? | quarantine | office365reports
    | workday | concur | slackbot | voicemail | fax | scan | scanner | copier | printer |
    microsoftexchange[0-9a-f]{20,} |
    (healthmailbox|systemmailbox|discoverysearchmailbox|federatedemail|migration)[.{_-].* | healthmailbox[0-9a-f]+
    | svc[-_.].+ | calendar-server | .+[-_](bot|robot|daemon|cron|alerts?|mailer|notifier) | (bot|robot)[-_].+ |
    .*\[bot\]
    """,
    re.VERBOSE,
)
_PROGRAM_DOMAINS = re.compile(
    r"(.+\.)?(docusign\.(net|com)|concursolutions\.com|myworkday\.com|sharepointonline\.com|facebookmail\.com"
    r"|reply\.github\.com|travis-ci\.(org|com)|email\.teams\.microsoft\.com|calendar-server\.bounces\.google\.com)"
    r"|(noreply|no-reply|bounces?|notify|notifications?|alerts?|mailer)\..+"
)
_LISTS = re.compile(
    r"newsletters?|announce(ments?)?|all|everyone|list|(dl|dist)[-_.].+|.+[-_.](everyone|all)"
    r"|all[-_.](staff|employees|users|hands|company|team|members|[a-z]{2,3})|([\w-]+[-_.])?announcements?|.+[-_.](list|announce|users|newsletter)"
)
_LIST_DOMAIN = re.compile(r"(lists?|groups|listserv|mailman)\..+")
_SHARED_TEXT = """
    info sales support service services office contact contacts kontakt hello help helpdesk servicedesk admin
    administrator webmaster hostmaster abuse account accounts accounting billing invoice invoices invoicing
    faktura fakturor rechnung rechnungen buchhaltung comptabilite regnskab regnskap hr jobs job careers career
    press presse media reception orders order purchasing procurement einkauf vertrieb bestellung marketing legal
    privacy security gdpr dpo compliance feedback enquiries inquiries customerservice customercare kundeservice
    kundtjanst kundservice kundenservice asiakaspalvelu postmottak sekretariat secretariat mailbox team
    itsupport
"""
_SHARED = frozenset(_SHARED_TEXT.split())
_NOBODY = frozenset(
    ("[deleted]", "[removed]", "deleted user", "deleted-user", "deleted_user", "deactivated user")
)
_PROGRAM_NAMES = re.compile(
    r"mail delivery (sub)?system|mail delivery|mailer-daemon|microsoft outlook|system administrator|postmaster|slackbot"
    r"|google calendar|dependabot|renovate"
)
_PROGRAM_HANDLES_TEXT = """
    dependabot renovate renovate-bot github-actions codecov coveralls web-flow greenkeeper mergify
    allcontributors pre-commit-ci sonarcloud imgbot netlify vercel slackbot uslackbot automoderator discobot
"""
_PROGRAM_HANDLES = frozenset(_PROGRAM_HANDLES_TEXT.split())
_SIGNS_TEXT = """
    no not non do reply response mailer daemon postmaster majordomo listserv bounce bounces alert alerts
    reminder reminders digest digests cron root nobody system robot bot auto monitoring backup backups update
    updates mailing mailings survey surveys invitation invitations newsletter newsletters announce announcement
    announcements all everyone list staff employees users
"""
_SIGNS = _PROGRAM_PARTS | _PROGRAM_HANDLES | frozenset(_SIGNS_TEXT.split())
"""Words that name nobody, of which an address of a program or a list may be put together."""

MAY_SHOW = rf"^email:|bot|ghost|{'|'.join(map(re.escape, sorted(_NOBODY | _PROGRAM_HANDLES)))}|[^\x00-\x7f]"
"""Stands, in whatever case, in every account that shows a sign, and in some that do not."""


@lru_cache(maxsize=_REMEMBERED)
def sign_of(account: str) -> tuple[str, str] | None:
    """Return what an account is by how it is written, and the sign; None for a person as far as the signs go.

    >>> sign_of("email:azure-noreply@cloud.example"), sign_of("email:norma.reply@acme.example")
    (('bot', 'the address reads azure-noreply'), None)
    >>> sign_of("github:dependabot[bot]"), sign_of("email:info@acme.example")
    (('bot', 'the account reads dependabot[bot]'), ('shared mailbox', 'the address reads info'))
    """
    system, _, identifier = account[:LONGEST].partition(":")
    word = identifier.casefold().rpartition("/")[2]
    if word in _NOBODY or account == "github:ghost":
        return DELETED, "a deleted user may be anybody"
    if system == "email":
        return _of_address(word)
    handle = word.partition("@")[0]
    if handle in _PROGRAM_HANDLES or re.fullmatch(r".*\[bot\]|.+[-_](bot|robot)|(bot|robot)[-_].+", handle):
        return BOT, f"the account reads {handle}"
    return None


def says_only_that(account: str) -> bool:
    """Tell of an account that shows a sign whether it holds nothing but words of a sign; else somebody may be named.

    >>> says_only_that("email:no-reply@acme.example"), says_only_that("email:ann-noreply@acme.example")
    (True, False)
    >>> says_only_that("reddit:[deleted]"), says_only_that("email:bounces+ann=acme.example@list.example")
    (True, False)
    """
    word = account[:LONGEST].partition(":")[2].casefold()
    if word in _NOBODY | _PROGRAM_HANDLES or account == "github:ghost":
        return True
    local = word.rpartition("@")[0] if account.startswith("email:") else word
    return re.sub(r"[-_.]", "", local) in _SHARED or set(re.split(r"[-_.]", local)) <= _SIGNS


def shown_as(kind: str, word: str) -> str:
    """Return an identifier that shows the sign of a kind, and a word that is nobody's name; as told of addresses.

    >>> sign_of("email:" + shown_as(LIST, "p1") + "@acme.example"), sign_of("github:" + shown_as(BOT, "p1"))
    (('list', 'the address reads dl-p1'), ('bot', 'the account reads bot-p1'))
    >>> sign_of("slack:" + shown_as(DELETED, "p1"))
    ('deleted user', 'a deleted user may be anybody')
    """
    if kind == DELETED:
        return f"{word}/deleted-user"
    return f"{'dl' if kind == LIST else 'bot'}-{word}"


def is_nobodys(account: str) -> bool:
    """Tell an account from which only programs write, or that is a list's: the name shown beside it is not its own.

    >>> is_nobodys("email:no-reply@acme.example"), is_nobodys("email:office@acme.example")
    (True, False)
    """
    told = sign_of(account)
    return told is not None and told[0] in (BOT, LIST)


def _of_address(address: str) -> tuple[str, str] | None:
    local, _, domain = address.rpartition("@")
    if _LIST_DOMAIN.fullmatch(domain):
        return LIST, f"a mailing list of {domain}"
    if _PROGRAMS.fullmatch(local) or _PROGRAM_PARTS & set(re.split(r"[-_.+=]", local)):
        return BOT, f"the address reads {local}"
    if _PROGRAM_DOMAINS.fullmatch(domain):
        return BOT, f"programs write from {domain}"
    if _LISTS.fullmatch(local):
        return LIST, f"the address reads {local}"
    if re.sub(r"[-_.]", "", local) in _SHARED:
        return SHARED, f"the address reads {local}"
    return None


def sign_of_name(name: str) -> tuple[str, str] | None:
    """Return what a shown name says that no person bears it, and the sign; None where it may be a person's.

    >>> sign_of_name("Mail Delivery Subsystem"), sign_of_name("Deleted user"), sign_of_name("Bo Ek")
    (('bot', 'the name reads mail delivery subsystem'), ('deleted user', 'a deleted user may be anybody'), None)
    """
    word = " ".join(name[:LONGEST].casefold().split())
    if word in _NOBODY:
        return DELETED, "a deleted user may be anybody"
    return (BOT, f"the name reads {word}") if _PROGRAM_NAMES.fullmatch(word) else None
