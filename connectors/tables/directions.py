"""Which way a call or message went, as tables say it: a column of its own, in one word or as yes and no."""

from __future__ import annotations

_IN = frozenset(
    (
        *("incoming", "inbound", "in", "received", "receive", "missed", "rejected", "voicemail"),
        *("eingehend", "empfangen", "verpasst", "inkommande", "mottagen", "missat", "innkommende", "mottatt"),
        *("entrant", "re\u00e7u", "manqu\u00e9", "entrante", "recibido", "recibida", "perdida"),
        *("indg\u00e5ende", "modtaget", "inkomend", "ontvangen", "in entrata", "ricevuto", "recebida"),
    )
)
_OUT = frozenset(
    (
        *(
            "outgoing",
            "outbound",
            "out",
            "sent",
            "dialed",
            "dialled",
            "ausgehend",
            "gesendet",
            "utg\u00e5ende",
        ),
        *(
            "skickat",
            "sendt",
            "sortant",
            "envoy\u00e9",
            "saliente",
            "enviado",
            "enviada",
            "uitgaand",
            "in uscita",
        ),
    )
)
_YES = frozenset(("1", "true", "yes", "y", "t", "x", "ja", "oui", "si", "s\u00ed"))


def came_in(incoming: str, outgoing: str) -> bool:
    """Tell whether a row came in: by a column of what comes in, else by one of what goes out; both may be empty.

    >>> came_in("true", ""), came_in("Outgoing", ""), came_in("", "0"), came_in("", "")
    (True, False, True, False)
    """
    if told := incoming.lower():
        return told in _IN or told in _YES
    told = outgoing.lower()
    return told in _IN or bool(told and told not in _OUT and told not in _YES)
