"""Subjects that say nothing: two people who write under one need not have heard of each other."""

from __future__ import annotations

_GREETINGS = """
    hello | hi | hey | hi there | good morning | good day | greetings | dear sir | dear madam | dear sir or madam
    hej | hejsa | goddag | hei | god dag | hallo | moi | terve | päivää | hyvää päivää | moikka
    guten tag | guten morgen | grüezi | moin | bonjour | salut | bonsoir | hola | ciao
"""
_ASKING = """
    question | a question | questions | quick question | request | a request | enquiry | inquiry | help | please help
    urgent | important | information | info | contact | message | mail | letter | application | job application
    complaint | feedback | meeting | invitation | appointment | introduction | thanks | thank you | invoice | order
    spørgsmål | et spørgsmål | fråga | en fråga | spørsmål | et spørsmål | kysymys
    frage | eine frage | fragen | anfrage | question urgente | une question | demande
    forespørgsel | anmodning | förfrågan | forespørsel | tiedustelu | pyyntö | anliegen | bitte | hilfe | hjælp | hjälp
    hjelp | apu | aide | haster | brådskande | viktigt | vigtigt | viktig | kiireellinen | tärkeä | dringend | wichtig
    information | oplysning | upplysning | opplysning | tietoa | auskunft | renseignement | renseignements
    henvendelse | kontakt | yhteydenotto | kontaktanfrage | contact
    ansøgning | jobansøgning | ansökan | søknad | jobbsøknad | hakemus | työhakemus | bewerbung | candidature
    klage | klagomål | valitus | beschwerde | plainte | réclamation
    møde | möte | kokous | tapaaminen | treffen | termin | réunion | rendez-vous
    tak | mange tak | tack | takk | kiitos | danke | vielen dank | merci
    faktura | lasku | rechnung | facture | ordre | beställning | bestilling | tilaus | bestellung | commande
"""
SAYING_NOTHING = frozenset(
    word + end
    for line in (_GREETINGS + _ASKING).strip().splitlines()
    for part in line.split("|")
    if (word := part.strip())
    for end in ("", "!", "?", ".", ",", "...")
)
"""In the languages of the house, as the store writes a subject before it is digested: small letters, no "Re:"."""
