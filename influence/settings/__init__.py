"""The settings of a workspace: `influence.toml`. May use who was met, the contract and below.

>>> Settings().zone
'UTC'
"""

from influence.settings.campaigning import Typed, remove_campaign, set_campaign
from influence.settings.changing import (
    Value,
    change,
    checked_name,
    held,
    remove_source,
    set_purpose,
    set_source,
)
from influence.settings.reading import (
    DEFAULTS,
    FEWEST,
    PERIOD,
    MailServer,
    Settings,
    SettingsError,
    read,
    zone_name,
)

__all__ = [
    "DEFAULTS",
    "FEWEST",
    "PERIOD",
    "MailServer",
    "Settings",
    "SettingsError",
    "Typed",
    "Value",
    "change",
    "checked_name",
    "held",
    "read",
    "remove_campaign",
    "remove_source",
    "set_campaign",
    "set_purpose",
    "set_source",
    "zone_name",
]
