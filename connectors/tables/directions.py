"""Which way a call or message went, as tables say it: a column of its own, in one word or as yes and no."""

from __future__ import annotations

from connectors.kit.answers import LeftOut
from connectors.kit.text import clean

_SAID = """
incoming inbound in received receive missed rejected voicemail eingehend empfangen verpasst inkommande mottagen missat
innkommende mottatt entrant reçu manqué entrante recibido recibida perdida indgående modtaget inkomend ontvangen
ricevuto recebida przychodzące nieodebrane gelen cevapsız bejövő příchozí входящий пропущенный
着信 受信 수신 부재중 呼入 未接

outgoing outbound out sent dialed dialled ausgehend gesendet utgående skickat sendt sortant envoyé saliente enviado
enviada uitgaand wychodzące giden kimenő odchozí исходящий 発信 送信 발신 呼出

1 true yes y t x ja oui si sí

0 false no n f nein nej nei non
"""
_IN, _OUT, _YES, _NO = (set(words.split()) for words in _SAID.split("\n\n"))
_IN, _OUT = _IN | {"in entrata"}, _OUT | {"in uscita"}


def came_in(incoming: str, outgoing: str) -> bool:
    """Tell whether a row came in: by a column of what comes in, else by one of what goes out; both may be empty.

    Raises:
        LeftOut: the word is none that is known here.

    >>> came_in("true", ""), came_in("Outgoing", ""), came_in("", "0"), came_in("", "")
    (True, False, True, False)
    """
    told = (incoming or outgoing).lower()
    if not told or told in _OUT:
        return False
    if told in _IN:
        return True
    if told not in _YES | _NO:
        raise LeftOut(f"which way it went is not known from {clean(told, 40)!r}")
    return (told in _YES) == bool(incoming)
