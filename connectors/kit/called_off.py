"""Words by which a title says that an entry is no meeting: called off, declined, put off; or a day that is only marked.

Calendars put the first kind in front of the title, so there they are looked for and nowhere else: "Cancelled: Board"
is no meeting, "Cancelled orders review" is one. Titles are looked at and never kept.
"""

from __future__ import annotations

import re

from connectors.kit.meetings import NoMeeting

_CALLED_OFF = {
    "the meeting was cancelled": """
        cancell?ed | cancell?ation | called off | cancell?ed (?:event|meeting)(?: with note)? | meeting cancell?ed
        abgesagt | absage | abgesagte[rs]? (?:termin|veranstaltung|besprechung) | storniert | entfällt | fällt aus
        annulée?s? | annulation | (?:évé|éve)nement annulé | réunion annulée | supprimée?
        avlyst | avlysning | avlyst (?:aktivitet|møte|hendelse) | kansellert | aflyst | aflysning
        aflyst (?:begivenhed|møde) | annulleret | inställ[td]a? | inställt (?:möte|händelse) | avbokat | avlysta?
        peruttu | peru(?:ute)?ttu (?:tapahtuma|kokous) | peruutettu | peruutus
        cancelad[oa]s? | cancelación | evento cancelado | reunión cancelada | anulad[oa]s? | suspendid[oa]
        cancelamento | desmarcad[oa] | annullat[oaie] | annullamento | evento annullato | cancellat[oa] | disdett[oa]
        geannuleerde? | geannuleerde (?:afspraak|afspraken|gebeurtenis) | afgelast | gaat niet door | vervallen
        odwołan[eyao] | odwołano | anulowan[eyao] | anulowane wydarzenie | zrušen[oaáýé]? | zrušená událost
        キャンセル(?:済み?|されました)? | 中止 | 取り?消し(?:済み?)? | 已取消(?:的活动)?
        取消 | 취소됨 | 취소(?:된 일정)?
        отмен(?:ено|ена|ён|ен) | скасован[оаий] | iptal(?: edildi)? | lemondva | törölve | elmarad | anulat[ăe]?
        ακυρώθηκε | ματαιώθηκε | tühistatud | atcelts | atšaukta | otkazano | отменено мероприятие
        בוטלה? | מבוטלת? | ملغ[ىي] | ملغاة | تم الإلغاء | đã h(?:ủy|uỷ) | ยกเลิก(?:แล้ว)? | dibatalkan | batal
    """,
    "the meeting was declined": """
        declined | decline | meeting declined | abgelehnt | absage erteilt | refusée? | déclinée? | rechazad[oa]
        declinad[oa] | recusad[oa] | rejeitad[oa] | rifiutat[oa] | declinat[oa] | geweigerd | afgewezen | avböj[td]
        avslått | avvist | afvist | afslået | hylätty | kieltäytynyt | odrzucon[eoay] | odmítnut[oaýé] | zamítnuto
        辞退(?:済み)? | 欠席 | 已拒绝 | 已谢绝 | 거절됨? | отклонено | відхилено | reddedildi | elutasítva | respins
        נדחתה? | مرفوض | تم الرفض | đã từ chối | ปฏิเสธ(?:แล้ว)? | ditolak | απορρίφθηκε
    """,
    "the meeting was postponed": """
        postponed | put off | deferred | verschoben | vertagt | aufgeschoben | reportée?s? | ajournée? | décalée?
        utsatt | udsat | udskudt | uppskjut(?:et|en|na) | framflytta[td] | lykätty | siirretty myöhemmäksi
        aplazad[oa]s? | pospuest[oa]s? | postergad[oa] | adiad[oa]s? | rinviat[oa] | rimandat[oa] | posticipat[oa]
        uitgesteld | verplaatst naar later | przełożon[eyao] | odłożon[eyao] | odložen[oaáý]?
        延期(?:済み|になりました)? | 已推迟 | 推迟 | 연기(?:됨)? | отложен[оа]?
        перенесено на потом | ertelendi | elhalasztva | amânat[ăe]?
    """,
    "a tentative entry that was never confirmed": """
        tentative | tentatively | pencil | pencill?ed(?: in)? | possible | possibly | maybe | tbc
        mit vorbehalt | unter vorbehalt | provisoire | à confirmer | provisional
        tentativ[oa] | provisóri[oa] | provvisori[oa] | voorlopig | onder voorbehoud | preliminärt?
        foreløbigt? | foreløpig | alustava | wstępn[eyao] | wstępnie | předběžn[eěéýá]
        nezávazně | 仮承諾 | 仮の予定 | 仮 | 暂定 | 미정
    """,
}
_MARKED_DAY = """
    out of (?:the )?office | ooo | oof | pto | day off | days off | off work | on leave | annual leave | parental leave
    vacation | holidays? | bank holiday | public holiday | birthdays? | hold | holds | placeholder
    save the date | working from home | wfh | sick | urlaub | feiertag | geburtstag | abwesend | homeoffice | krank
    platzhalter | blocker | congés? | vacances | jour férié | anniversaire | absente? | télétravail | vacaciones
    festivo | feriado | cumpleaños | ausente | fuera de la oficina | férias | aniversário | teletrabalho | ferie
    compleanno | festività | fuori ufficio | vakantie | feestdag | verjaardag | afwezig | verlof | thuiswerken
    semester | helgdag | födelsedag | frånvarande | ledig | föräldraledig | ferier | fridag | helligdag | fødselsdag
    bursdag | fraværende | hjemmekontor | hjemmearbejde | loma | lomalla | vapaa | pyhäpäivä | syntymäpäivät?
    poissa | urlop | święto | urodziny | nieobecn[yae] | dovolená | svátek | narozeniny | mimo kancelář
    休暇 | 休み | 祝日 | 誕生日 | 不在 | 有給 | 在宅 | 生日 | 假期 | 휴가 | 생일 | 공휴일
"""
LONGEST_FRONT = 200
"""Characters of a title in which a mark in front is looked for."""


def _any_of(lines: str) -> str:
    """Join alternatives that stand one to a line, or between bars with spaces around them."""
    words = (word.strip() for line in lines.splitlines() for word in line.split(" | "))
    return "(?:" + "|".join(filter(None, words)) + ")"


_CARRIED_ON = r"(?:(?:re|fwd?|aw|wg|sv|vs|vb|vl|tr|rv|enc|i|odp|pd|転送|返信)\s*[:：]\s*)*"
_BEFORE, _AFTER = r"[\W_]{0,20}", r"\s*(?:[\])}>*~_|」】）》:：]|!+|[-–—]+\s|\s[-–—]|[.]*\s*$)"
_FRONT = {
    reason: re.compile(f"{_BEFORE}{_CARRIED_ON}{_BEFORE}{_any_of(words)}{_AFTER}", re.IGNORECASE)
    for reason, words in _CALLED_OFF.items()
}
_PERHAPS = re.compile(
    rf"{_BEFORE}(?:possible|potential|tentative|provisional|eventuelle?s?|evtl\.?|ev\.|mögliche[rs]?|mulig|möjlig[at]?"
    r"|mögligt|éventuelle?|posible|possibile|eventuale|możliwe|mahdollinen)\s+(?:field\s+)?"
    r"(?:mtg|meeting|lunch|dinner|breakfast|brunch|coffee|drinks|visit|trip|call|interview|besprechung|termin|treffen"
    r"|mittagessen|besuch|møte|møde|möte|lunsj|frokost|middag|besøk|besøg|besök|réunion|rendez-vous|déjeuner|visite"
    r"|reunión|cita|comida|almuerzo|visita|riunione|incontro|pranzo|spotkanie|tapaaminen|kokous|lounas)\b",
    re.IGNORECASE,
)
"""A meeting that may be held, without a mark behind the word."""
_DAY = re.compile(rf"(?<!\w){_any_of(_MARKED_DAY)}(?!\w)", re.IGNORECASE)


def refuse_called_off(title: str) -> None:
    """Refuse an entry in front of whose title a calendar has put that it does not take place.

    Raises:
        NoMeeting: it has.

    >>> refuse_called_off("Cancelled orders review")
    >>> refuse_called_off("Abgesagt: Planung")
    Traceback (most recent call last):
    connectors.kit.meetings.NoMeeting: the meeting was cancelled
    """
    front = title[:LONGEST_FRONT]
    for reason, words in _FRONT.items():
        if words.match(front):
            raise NoMeeting(reason)
    if _PERHAPS.match(front):
        raise NoMeeting("a tentative entry that was never confirmed")


def refuse_marked_day(title: str) -> None:
    """Refuse an entry of whole days that only marks them: an absence, a birthday, a holiday, a hold.

    Raises:
        NoMeeting: it does.

    >>> refuse_marked_day("Off-site in Lund")
    >>> refuse_marked_day("Ann: Urlaub")
    Traceback (most recent call last):
    connectors.kit.meetings.NoMeeting: a day that is marked, not a meeting
    """
    if _DAY.search(title[:LONGEST_FRONT]):
        raise NoMeeting("a day that is marked, not a meeting")
