"""Which titles say that an entry is no meeting, and which only speak of such things."""

from __future__ import annotations

import pytest

from connectors.kit.called_off import refuse_called_off, refuse_marked_day
from connectors.kit.meetings import NoMeeting

CALLED_OFF = """
בוטל: Plan | ملغى: Plan | Đã hủy: Plan | ยกเลิก: Plan | Dibatalkan: Plan
Canceled: Plan | Cancelled: Plan | CANCELLED - Board | [Cancelled] Board | (canceled) Board | FW: Canceled: Plan
Cancelled | ❌ Cancelled: Plan | Canceled event: Sync | Abgesagt: Plan | AW: Abgesagt: Plan
Annulé : réunion | Annulée : fête
Avlyst: Plan | Aflyst: Plan | Inställt: Plan | Inställd: Plan | Peruutettu: Plan | Cancelado: Plan | Cancelada: Reunión
Annullato: Plan | Geannuleerd: Plan | Odwołane: Plan | Zrušeno: Plan | キャンセル済み: 会議
【中止】会議 | Отменено: план
Declined: Plan | Avböjt: Plan | Abgelehnt: Plan | Avslått: Plan | Afvist: Plan | Refusé : Plan
Hylätty: Plan | 辞退: 会議
Postponed: Plan | Verschoben: Plan | Reporté : Plan | Utsatt: Plan | Udsat: Plan | Uppskjutet: Plan | Aplazado: Plan
Rinviato: Plan | Uitgesteld: Plan | Adiado: Plan | Przełożone: Plan | Odloženo: Plan | 延期: 会議 | Lykätty: Plan
Tentative: Plan | Mit Vorbehalt: Plan | Provisoire : Plan | (Pencil) Off-site | Possible lunch w/Bo | Maybe: lunch
Possible field trip to Lund | evtl. Treffen mit Bo | Eventuell lunsj med Bo | Penciled in: Plan
"""
MEETINGS = """
Cancelled orders review | Cancellation policy: review | Cancelled-orders desk | Review: cancelled orders | Re: Plan
Updated invitation: Plan | Tentative agreement with the union | Postponed projects | Declining sales: causes
Possible acquisitions review | Pencil factory visit | Potential customers: lunch | Eventuelle Risiken
Abgesagte Bestellungen besprechen | Reporté client, suivi | Utsatthet i byen | Following: Plan | Rescheduled: Plan
"""
MARKED = """
Out of office | Ann: OOO | Urlaub | Geburtstag Bo | Bo's birthday | Ferie | Semester | Congés | 休暇 | Hold | PTO Ann
"""
DAYS = "Off-site | Fri workshop | Board retreat in Lund | Holding company: strategy | Household project"


def _each(titles: str) -> list[str]:
    return [title.strip() for line in titles.strip().splitlines() for title in line.split(" | ")]


@pytest.mark.parametrize("title", _each(CALLED_OFF))
def test_a_mark_in_front_calls_a_meeting_off(title: str) -> None:
    with pytest.raises(NoMeeting):
        refuse_called_off(title)


@pytest.mark.parametrize("title", [*_each(MEETINGS), "", ":", "-" * 10_000, "re:" * 5_000])
def test_such_a_word_inside_a_title_does_not(title: str) -> None:
    refuse_called_off(title)


@pytest.mark.parametrize("title", _each(MARKED))
def test_a_day_that_is_only_marked_is_no_meeting(title: str) -> None:
    with pytest.raises(NoMeeting):
        refuse_marked_day(title)


@pytest.mark.parametrize("title", _each(DAYS))
def test_a_day_together_is_one(title: str) -> None:
    refuse_marked_day(title)
