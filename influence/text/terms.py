"""From the text of an item to its terms: words that carry a subject, in seven languages.

Names of people, addresses, links, quoted passages and code never become terms. Where a workspace keeps terms and no
text (`[privacy] keep_terms`), `kept_terms` is all of a message that stays: its words in the order of the alphabet.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Hashable, Iterable, Sequence, Set
from functools import cache
from typing import Any

LANGUAGES = ("da", "de", "en", "fi", "fr", "no", "sv")
LONGEST_TEXT = 20_000
"""Characters of an item that are looked at."""
SHORTEST, LONGEST = 3, 30
"""Letters of a term."""
OPENING = 500
"""Characters of a conversation by which its language is told."""

LONGEST_PIECE = 100
"""Characters between two blanks: what is longer is no word, and patterns would run over it too long."""

_FENCE = re.compile(r"^\s*(`{3,}|~{3,})")
_CUT = re.compile(r"^\s*(-- ?|_{5,}|-{2,}\s?original message\s?-{2,}.*)$", re.IGNORECASE)
_WORD = re.compile(r"[^\W\d_]+(?:-[^\W\d_]+)*")
_DOMAIN = re.compile(r"(?<![\w-])[\w-]+\.[a-z]{2,}", re.IGNORECASE)
_MARKED = re.compile(r"@_?\*\*[^*\n]{1,100}\*\*|<[^<>\n]{1,300}>")

# The most frequent function words of each language (articles, pronouns, prepositions, conjunctions, auxiliaries,
# common adverbs). English comes from scikit-learn. Words of one or two letters are no terms anyhow.
_FUNCTION_WORDS = {
    "sv": """
        alla allt alltså andra att av bara behöver ber bli blir blev borde bra bör både dag dem den denna deras dess
        dessa det detta dig din dina ditt dock där därför då efter eller en ens ett fick finns fler flera från få får
        för före först ganska genom ger går gör göra gjort ha hade han hans har hej hela heller helt henne hennes
        honom hos hur här i idag igen ingen inget inom inte in ja jag ju just kan kanske ker kom kommer kunde kunna
        lite man med mellan men mer mest mig min mina mitt mot mycket måste många nej ni nog nu något någon några när
        nästa oavsett och också om oss på redan samma sedan senare sig sin sina sitt ska skall skulle som så sådan
        sådana säger sätt tack ta tar tid till tror trots två under upp ur ut utan vad var vara varför varit varje
        vars vem vet vi vid vilka vilken vilket vill väl vår våra vårt även är år åt över hälsningar vänliga""",
    "da": """
        af aldrig alle alligevel alt altid anden andet andre at bare begge blev blive bliver bør da de dem den denne
        der deres derfor det dette dig din dine disse dit dog du efter eller en end endnu er et fik flere for fordi
        fra få får før først gennem god godt gør gøre ham han hans har havde have hej hele hende hendes her hos
        hvad hvem hver hvilke hvilken hvis hvor hvordan hvorfor hvornår i ifølge igen ikke ind ingen intet ja jeg jer
        jeres kan kom komme kommer kun kunne lidt lige ligger man mange med meget mellem men mens mere mest mig min
        mine mit mod må måske ned nej netop noget nogen nogle nok nu når også om op os over på samme se selv senere
        ser siden sig sin sine sit skal skulle som stadig står sådan så tage tak til tror under ud uden var ved vi
        vil ville vor vores være været hilsen venlig""",
    "no": """
        aldri alle allerede alltid andre at av bare begge ble blei bli blir blitt bør både da de deg dei dem den denne
        der deres derfor det dette di din disse ditt dog du dykk dykkar då eg ein eit eitt eller en enn er et etter
        fikk flere for fordi fra få får før først gjennom gjør gjøre god godt ha hadde han hans har hei hele henne
        hennes her hjå ho hos hun hva hvem hver hvilke hvilken hvis hvor hvordan hvorfor i igjen ikke ikkje ingen inn
        ja jeg kan kanskje kom komme kommer kun kunne kva kvar kven litt man mange med meg meget mellom men mens mer
        mest min mine mitt mot mye må måtte ned nei noe noen noko nok nokon nå når og også om opp oss over på
        samme seg selv senere ser si siden sin sine sitt skal skulle slik som så sånn ta takk til tror under ut
        uten var ved vi vil ville vår våre være vært vore hilsen vennlig""",
    "fi": """
        ehkä ei eikä eivät emme en enemmän ennen entä että edes eli ensin esimerkiksi etten he heidän heidät heille
        heitä heti hyvin hyvä hän häneen häneltä hänelle hänen hänet häntä ihan ilman itse ja jo johon joiden joissa
        joita joka jokainen joko jolla jolle jonka jopa jos joskus jossa josta jota jotka jotta juuri jälkeen kaikki
        kaiken kanssa kautta kerran keskellä koko koska kuin kuinka kuitenkin kun kuten kyllä lisäksi luo lähes me
        meidän meille meitä melko mihin mikä mikään miksi millainen millä minkä minulla minulle minun minut minua minä
        missä mistä miten mitä mitään moi molemmat monta muassa mukaan mutta muu muut myös ne niiden niille niin niissä
        niitä noin nuo nyt näin nämä ole olemme olen olet olette oli olimme olin olisi olisivat olivat olla olleet ollut
        on ovat paljon pitäisi pitää se sekä sen siellä siinä siis siitä sille sillä sinne sinulle sinun sinä sitten
        sitä suoraan taas tai takia te teidän tehdä tilalla tuo tuolla tämä tämän tässä tästä tätä tähän tällä tällöin
        täällä vaan vai vaikka vain varten vasta vielä vielä voi voimme voin voisi voivat vuoksi yli ylös kiitos
        terveisin""",
    "de": """
        aber alle allem allen aller alles als also am an ander andere anderem anderen anderer anderes auch auf aus bei
        beim bin bis bist bitte da dabei dafür daher damit danach dann daran darauf darum das dass dazu dein deine
        deinem deinen deiner dem den denn der deren des deshalb dessen die dies diese diesem diesen dieser dieses doch
        dort du durch ein eine einem einen einer eines einfach einige einmal er erst es etwas euch euer eure für ganz
        gegen gibt gut gute guten hab habe haben hallo hat hatte hatten hier hin hinter ich ihm ihn ihnen ihr ihre ihrem
        ihren ihrer im immer in indem ins ist ja jede jedem jeden jeder jedes jetzt kann kein keine keinem keinen
        keiner können könnte man mehr mein meine meinem meinen meiner mich mir mit muss müssen nach nicht nichts noch
        nun nur ob oder ohne schon sehr sein seine seinem seinen seiner seit sich sie sind so solche soll sollen
        sollte sollten konnte konnten
        sondern sonst sowie über um und uns unser unsere unserem unseren unter viel viele vielleicht vom von vor
        wann war waren warum was wegen weil weiter welche welcher welches wenn wer werde werden wie wieder will wir
        wird wirst wo wollen worden wurde wurden würde würden zu zum zur zwar zwischen danke gruß grüße
        freundlichen""",
    "fr": """
        afin ai ainsi alors apres après assez au aucun aucune aujourd aussi autre autres aux avait avant avec avez avoir
        avons bien bonjour car ce ceci cela celle celles celui cependant ces cet cette ceux chaque chez comme comment
        contre dans de depuis des deux devant doit donc dont du déjà elle elles en encore enfin entre est et etc étaient
        était étant été être eu eux faire fait faut fois font grand hors ici il ils je jusque la là laquelle le lequel
        les lesquels leur leurs lors lorsque lui ma mais malgré me même mêmes merci mes mieux moi moins mon ne ni non
        nos notre nous on ont ou où par parce parfois parmi pas pendant peu peut peuvent plus plusieurs plutôt pour
        pourquoi pouvez près puis quand que quel quelle quelles quelque quelques quels qui quoi sa sans se selon
        sera serait ses seulement si soit son sont sous souvent sur ta tant te tes toi ton toujours tous tout toute
        toutes trop très tu un une vers voici voilà vos votre vous vraiment cordialement""",
}

_ALSO_ENGLISH = """
    actually also anyone anything bit come could did didn does doesn doing don done else get gets getting give going
    good got great haha hello hey hope isn just know let like little look looking looks lot make makes maybe might
    need new nice okay one people please pretty probably put really regards right said say see seems should show sure
    take thank thanks thing things think time today try trying use used using want way well won work would yeah
    year yes yesterday you"""


@cache
def stop_words(language: str) -> frozenset[str]:
    """Return the function words of a language, lower case.

    Raises:
        KeyError: the language is none of `LANGUAGES`.

    >>> "och" in stop_words("sv"), "because" in stop_words("en"), "och" in stop_words("de")
    (True, True, False)
    """
    if language == "en":
        from sklearn.feature_extraction.text import ENGLISH_STOP_WORDS  # 1 s, and only texts need it

        return frozenset(ENGLISH_STOP_WORDS) | frozenset(_ALSO_ENGLISH.split())
    return frozenset(_FUNCTION_WORDS[language].split())


def languages_of(texts: Iterable[str], languages: Sequence[str] = LANGUAGES) -> list[str]:
    """Return the likeliest of a few languages for each text, by py3langid (Lui and Baldwin 2012, langid.py).

    Raises:
        ValueError: a language is none of `LANGUAGES`.

    >>> languages_of(["Vi borde prata om den nya strategin", "Wir sollten über die neue Strategie reden"])
    ['sv', 'de']
    """
    unknown = sorted(set(languages) - set(LANGUAGES))
    if unknown or not languages:
        raise ValueError(f"the languages are {', '.join(LANGUAGES)}; not {', '.join(unknown) or 'none'}")
    told = _identifier(tuple(sorted(set(languages))))
    return ["no" if (found := told.classify(text[:LONGEST_TEXT])[0]) == "nn" else found for text in texts]


@cache
def _identifier(languages: tuple[str, ...]) -> Any:
    from py3langid import langid  # 1 s, and only texts need it

    identifier = langid.LanguageIdentifier.from_model_file(langid.MODEL_FILE)
    identifier.set_languages([*languages, "nn"] if "no" in languages else languages)
    return identifier


def name_words(names: Iterable[str]) -> set[str]:
    """Return every word of names and accounts, also with the genitive's s: none of them may become a term.

    >>> sorted(name_words(["Ann Berg", "email:bo.ek@acme.example"]))[:4]
    ['acme', 'acmes', 'ann', 'anns']
    """
    found = {word for name in names for word in _WORD.findall(_plain(name))}
    pieces = {piece for word in found for piece in word.split("-")}
    return {form for word in found | pieces for form in (word, f"{word}s")}


def terms_of(text: str, language: str, names: Set[str] = frozenset()) -> list[str]:
    """Return the terms of one text, in order: words of 3 to 30 letters, lower case.

    Left out: function words of the language, `names` (see `name_words`), links, addresses, mentions, quoted lines,
    code, signatures and forwarded messages.

    >>> terms_of("Ann, the budget is at https://x.example/budget or ask bo@x.example", "en", {"ann"})
    ['budget', 'ask']
    """
    stop = stop_words(language)
    words = [word for line in _own_lines(_plain(text[:LONGEST_TEXT])) for word in _words(line)]
    return [
        word
        for word in words
        if SHORTEST <= len(word) <= LONGEST and word not in stop and not _is_name(word, names)
    ]


def own_words(text: str) -> set[str]:
    """Return every word that the author wrote, lower case, whatever the language: no addresses, quotes or code.

    >>> sorted(own_words("See https://x.example/a: Net zero"))
    ['net', 'see', 'zero']
    """
    return {word for line in _own_lines(_plain(text[:LONGEST_TEXT])) for word in _words(line)}


def terms_in_groups(
    texts: Sequence[str], groups: Sequence[Hashable], names: Set[str] = frozenset()
) -> list[list[str]]:
    """Return the terms of each text, in the language in which its group begins: one conversation, one language.

    >>> terms_in_groups(["Wir sollten über den Markt reden", "War das so?"], ["talk", "talk"])
    [['markt', 'reden'], []]
    """
    opening: dict[Hashable, str] = {}
    for text, group in zip(texts, groups, strict=True):
        begun = opening.get(group, "")
        if len(begun) < OPENING:
            opening[group] = f"{begun} {text[:OPENING]}"
    said = dict(zip(opening, languages_of(opening.values()), strict=True))
    return [terms_of(text, said[group], names) for text, group in zip(texts, groups, strict=True)]


def kept_terms(texts: Sequence[str], groups: Sequence[Hashable]) -> list[list[str]]:
    """Return the terms of each text in the order of the alphabet: what is kept of it where no text is.

    Which words stood together, and what was said about whom, cannot be read from it; that a word was used can. Names
    are among the words, for who is here is not known yet: `without_names` takes them out when they are read.

    >>> kept_terms(["The budget of bo@x.example is the old budget, Ann: 300 at https://x.example"], [0])
    [['ann', 'budget', 'budget', 'old']]
    """
    return [sorted(terms) for terms in terms_in_groups(texts, groups)]


def without_names(terms: Iterable[str], names: Set[str]) -> list[str]:
    """Return the terms that are no word of a name (see `name_words`).

    >>> without_names(["ann", "budget", "berg-plan"], name_words(["Ann Berg"]))
    ['budget']
    """
    return [term for term in terms if not _is_name(term, names)]


def _is_name(word: str, names: Set[str]) -> bool:
    return word in names or ("-" in word and any(piece in names for piece in word.split("-")))


def _plain(text: str) -> str:
    return unicodedata.normalize("NFC", text).lower()


def _own_lines(text: str) -> Iterable[str]:
    """Return the lines that the author wrote: no quotes, no code, nothing below a signature's dashes."""
    fenced = False
    for line in text.splitlines():
        if _FENCE.match(line):
            fenced = not fenced
        elif _CUT.match(line):
            return
        elif not fenced and not line.lstrip().startswith((">", "|")):
            yield line


def _words(line: str) -> Iterable[str]:
    """Return the words of a line piece by piece between blanks, so that no pattern runs over a whole text."""
    marked = "<" in line or "@" in line
    for piece in (_MARKED.sub(" ", line) if marked else line).split():
        if piece.isalpha():
            yield piece
        elif len(piece) <= LONGEST_PIECE and not _is_address(piece):
            yield from _WORD.findall(piece)


def _is_address(piece: str) -> bool:
    marked = piece.startswith(("www.", "#", "/", ":")) or "@" in piece or "://" in piece
    return marked or ("." in piece and _DOMAIN.search(piece) is not None)
