"""Words in a message that tell of a meeting face to face: "it was great to meet you yesterday".

Patterns for the past tense in seven languages, written for RE2, whose time is linear in the text whatever it is
given. What looks forward, what is wished for, what was online and what is quoted from others does not count. The
words themselves are never kept: only that they stand in a message, and in which.
"""

# ruff: noqa: S608 - SQL made of our own constants; data goes in as parameters
from __future__ import annotations

import re
from collections.abc import Iterable

LONGEST = 20_000
"""Characters of a message that are read closely."""


def _any(words: Iterable[str]) -> str:
    return f"(?:{'|'.join(words)})"


def _words(text: str) -> str:
    """Join alternatives that are written one to a line or between bars."""
    return _any(
        part.strip() for line in text.strip().splitlines() for part in line.split("|") if part.strip()
    )


# --- English ------------------------------------------------------------------------------------------------

_DAY = "(?:mon|tues|wednes|thurs|fri|satur|sun)day"
_GLAD = _words("""
    great | good | nice | lovely | wonderful | fantastic | awesome | delighted | delightful | pleased | happy | glad
    fun | super | terrific | excellent | cool | amazing | pleasure | honor | honour | delight | treat | privilege
    enjoyed | enjoyable | loved
""")
_YOU = "(?:you|u|y'all)\\b"
_THEN = (
    rf"(?:yesterday|today|last (?:night|week|month|year|weekend|{_DAY}|time|summer|spring|fall|autumn|winter)"
    rf"|the other (?:day|night|evening|week|morning)|earlier (?:today|this week)|a (?:few|couple of) \w+ ago"
    rf"|this (?:morning|afternoon|evening|week|past \w+)|(?:on )?{_DAY}|in person|in the flesh|face[ -]to[ -]face)"
)
_MEAL = "(?:lunch|dinner|breakfast|brunch|coffee|drinks?|beers?)"
_ROOM = (
    f"(?:{_MEAL}|(?:the|your|our|my|a|an|that|this|last) (?:[\\w'-]+ ){{0,2}}(?:{_MEAL}|party|conference|offsite"
    "|retreat|summit|reception|wedding|office|house|home|game|gala|airport|congress|fair|booth|christening|funeral"
    "|workshop|dinner|picnic|barbecue|bbq|banquet))"
)
_AT = f"(?:at|over|during|after|for|in) {_ROOM}"
_MORE = (
    "(?:(?:,| and| &| again| all| both| guys| folks| two| there| briefly| too| finally)(?: [\\w'.]+,?){0,4})?"
)
_ENGLISH = (
    f"{_GLAD} to (?:\\w+ly )?(?:have )?(?:meet|met|see|seen|visit with|run into|bump into) (?:with )?{_YOU}{_MORE}"
    f",? (?:{_THEN}|{_AT})",
    rf"(?:it|that) (?:was|has been) (?:\w+ ){{0,4}}{_GLAD} (?:to (?:\w+ly )?(?:meet|see|have (?:met|seen)|run into"
    rf"|bump into|get to (?:meet|know))|meeting|seeing|running into|bumping into|visiting) (?:with )?{_YOU}",
    rf"{_GLAD} (?:(?:\w+ly )?meeting|seeing|running into|bumping into) (?:with )?{_YOU}",
    f"(?:enjoyed|loved|great|nice|wonderful|lovely) (?:having|hosting) {_YOU}{_MORE} (?:over|visit|as (?:our"
    f"|my) guest"
    f"|{_AT}|{_THEN})",
    f"enjoyed (?:our (?:time together|visit|{_MEAL})|(?:the|having|visiting"
    f"|spending time at) (?:{_MEAL} )?with {_YOU})"
    f"(?: [\\w']+){{0,4}} (?:{_THEN}|{_AT}|with {_YOU})",
    f"(?:thanks|thank you|thx) (?:\\w+ ){{0,4}}for (?:(?:the|a|an|that|such a|your|buying me|treating (?:me"
    f"|us) to) )?"
    f"(?:(?:lovely|great|nice|wonderful|delicious|excellent|good|fun|fantastic|pleasant|enjoyable|quick) ){{0,2}}"
    f"{_MEAL}(?:[ ]?[.,!;:)\\n-]|$| (?:{_THEN}|with|and)\\b)",
    "(?:thanks|thank you|thx) (?:\\w+ ){0,4}for (?:the |your )?(?:\\w+ ){0,2}hospitality\\b",
    f"(?:thanks|thank you|thx) (?:\\w+ ){{0,4}}for (?:having|hosting|welcoming|receiving) (?:me|us)"
    f"(?: \\w+){{0,2}} (?:(?:in|at|to|over to) (?:your|the) (?:[\\w'-]+ ){{0,2}}(?:office|offices|home|house|place|hq"
    f"|headquarters|plant|factory|campus|lab|city|country|site|shop|studio|farm|cabin)\\b|over\\b"
    f"|for (?:{_MEAL}|a visit|the (?:day|weekend|night))|{_THEN})",
    f"(?:thanks|thank you|thx) (?:\\w+ ){{0,4}}for (?:meeting(?: up)?(?: with)?|sitting down with|seeing) (?:me|us)"
    f"(?: [\\w']+){{0,4}} (?:{_THEN}|{_AT})",
    "(?:thanks|thank you|thx) (?:\\w+ ){0,4}for taking (?:the |your )?time (?:[\\w']+ ){0,4}to (?:meet|sit down"
    "|visit) "
    "(?:with )?(?:me|us)\\b",
    f"(?:thanks|thank you|thx) (?:\\w+ ){{0,4}}for (?:coming|stopping|dropping|swinging|visiting)(?: (?:by|over"
    f"|in|down"
    f"|out|all the way|to))*(?: (?:see|visit|us|me|my|our|the|office|home|house|desk|booth|{_MEAL}|party))* {_THEN}",
    f"(?:when|since|after|where) (?:we|you and i) (?:last |first |both |briefly )?(?:met|had {_MEAL}|saw each other"
    f"|ran into each other|bumped into each other)(?: (?:up )?(?:{_THEN}|{_AT}|briefly|in|at|over|last|for|again"
    f"|there"
    "|here)\\b|[ ]?[,.!?;)\\n]|$)",
    "since (?:we|you and i) last (?:met|saw each other)",
    f"as (?:we )?(?:discussed|talked about|mentioned|agreed)(?: \\w+)? (?:over|at|during) {_MEAL}\\b",
    f"(?:ran|running|bumping|bumped) into you (?:{_THEN}|{_AT})",
    f"(?:following|since|after|from) our (?:\\w+ )?{_MEAL} (?:meeting |together |conversation |discussion )?{_THEN}",
)
_ENGLISH_NOT = (
    r"\b(?:would|will|'d|'ll|could|might|may|should|shall|can|to) (?:\w+ )?(?:have )?(?:be|been|love"
    r"|like) [^.!?]{0,30}"
    r"(?:meet|see|seeing|meeting|visit)",
    r"look(?:s|ing|ed)? forward [^.!?]{0,60}(?:nice|great|good|pleasure)",
    r"\b(?:hope|hoping|wish|can't wait|cannot wait|if|unless|sorry|unable|not|never|wasn't|isn't|too bad|excited"
    r"|pity|shame|in advance|whether)\b[^.!?]{0,40}(?:meet|see|seeing|meeting|lunch|dinner|hosting|having)",
    r"(?:meeting|having|hosting|coming|visiting|meet|see|seeing)\b[^.!?]{0,50}(?:tomorrow|next (?:week|month"
    r"|year|time"
    r"|mon|tue|wed|thu|fri|sat|sun)|upcoming)",
    r"(?:see|seeing) you (?:got|get|getting|have|had|are|were|was|did|do|doing|made|make|making|join|joined"
    r"|joining|post"
    r"|posted|posting|taking|took|use|using|still|back (?:on|in action)|on (?:the list|tv|cnbc|cnn|the news)"
    r"|in (?:the|today's) (?:news|paper|press|journal)|here\b)",
    r"(?:lunch|dinner|breakfast|coffee|drinks?) (?:invit|reservation|menu|ticket|offer|suggestion|machine|order)",
)

# --- German, French, the North ------------------------------------------------------------------------------

_SCHOEN = _words(
    "schön|schoen|nett|toll|gut|super|klasse|wunderbar|großartig|prima|angenehm|freude|vergnügen|spannend"
)
_DICH = "(?:dich|sie|euch|dir|ihnen|einander|uns)"
_GERMAN = (
    rf"(?:{_SCHOEN}|gefreut|freut mich)(?: gewesen)?,? {_DICH} (?:[\wäöüß.-]+ ){{0,6}}(?:getroffen|gesehen"
    rf"|kennengelernt"
    "|kennen gelernt|wiedergesehen|besucht|begegnet) zu (?:haben|sein)",
    rf"(?:es )?war (?:[\wäöüß]+ ){{0,4}}{_SCHOEN},? {_DICH} (?:[\wäöüß.-]+ ){{0,6}}(?:zu (?:treffen|sehen|besuchen)"
    "|kennenzulernen|kennen zu lernen|wiederzusehen)",
    rf"hat mich (?:[\wäöüß]+ ){{0,3}}gefreut,? {_DICH} (?:[\wäöüß.-]+ ){{0,6}}(?:zu (?:treffen|sehen)|kennenzulernen"
    "|kennen zu lernen|wiederzusehen)",
    r"(?:als|seit|nachdem|wo) wir uns (?:[\wäöüß.-]+ ){0,5}(?:getroffen|gesehen|kennengelernt|trafen|sahen"
    r"|begegnet)",
    "wir (?:haben|hatten) uns (?:ja )?(?:gestern|vorgestern|neulich|heute|letzte(?:n|s)? [\\wäöüß]+|vorige(?:n|s)? "
    "[\\wäöüß]+|am [\\wäöüß]+tag|in [\\wäöüß]+) (?:[\\wäöüß.-]+ ){0,4}(?:getroffen|gesehen|kennengelernt)",
    "(?:dank(?:e)?|vielen dank|herzlichen dank) (?:\\w+ ){0,3}für (?:das|den|die|deinen|ihren|euren|deine|ihre|eure) "
    "(?:[\\wäöüß]+ ){0,2}(?:mittagessen|abendessen|essen|besuch|gastfreundschaft|bewirtung)\\b",
)
_GERMAN_NOT = (
    r"(?:wäre|waere|würde|wuerde|hätte|werde|hoffe|hoffentlich|leider|nicht|falls|wenn)\b[^.!?]{0,60}(?:treffen|sehen"
    r"|getroffen|gesehen|kennen|besuch|essen)",
    r"(?:freue mich|freuen uns) (?:schon )?(?:darauf|auf)",
)
_RAVI = _words("""
    ravi | ravie | ravis | heureux | heureuse | content | contente | enchanté | enchantée | honoré | honorée | plaisir
    sympa | chouette | agréable | génial | super | bonheur | joie
""")
_VU = "(?:rencontr|crois|vu|revu|reç|accueilli|visit)"
_FRENCH = (
    f"{_RAVI}s? (?:\\w+ )?(?:de|d') ?(?:vous|t'|te|nous) ?(?:y )?avoir (?:\\w+ )?{_VU}",
    f"(?:c'était|c'etait|ce fut|a été)(?: vraiment| très| un| une| si| bien| grand| vrai| réel"
    f"| immense)* {_RAVI} (?:que )?"
    "de (?:vous|te|se|nous) (?:\\w+ )?(?:rencontrer|revoir|voir|croiser|recevoir|accueillir)",
    "(?:quand|lorsque|depuis que|après que) (?:nous nous sommes|on s'est|nous étions) (?:\\w+ )?(?:rencontré|vus?\\b"
    "|croisé|revus?\\b)",
    "(?:suite à|après|depuis) (?:notre|votre) (?:\\w+ )?(?:rencontre|déjeuner|dîner|visite) (?:d'hier"
    "|de (?:lundi|mardi"
    "|mercredi|jeudi|vendredi|samedi|dimanche|la semaine dernière|ce matin))",
    "merci (?:[\\wàâéèêîôûç]+ ){0,3}(?:de|pour) (?:m'|nous |m' )avoir (?:si )?(?:\\w+ )?(?:reçu|accueilli)",
    "merci (?:[\\wàâéèêîôûç]+ ){0,3}pour (?:le|ce|votre|ton|cet?) (?:[\\wàâéèêîôûç]+ ){0,2}(?:déjeuner|dîner|repas"
    "|accueil|hospitalité)",
)
_FRENCH_NOT = (
    r"(?:serais|serait|serai|sera|serions|aurais|aurait|hâte|espère|espérons|aimerais|voudrais|au plaisir|si je"
    r"|si nous"
    r"|prochain|demain|pas pu|désolé)[^.!?]{0,60}",
)
_BRA = _words("""
    trevligt | jättetrevligt | kul | jättekul | roligt | jätteroligt | härligt | fint | bra | gott | skönt | underbart
    dejligt | hyggeligt | rart | godt | skønt | sjovt | fornøjelse | hyggelig | hyggeleg | kjekt | koselig
    koseleg | gøy
    trivelig | artig | moro | flott | fint | artigt | nöje | glädje | glede | glæde
""")
_DA = (
    r"(?:i ?g[åa]r|i ?forg[åa]rs|i (?:mån|tis|ons|tors|fre|lör|sön)dags|i (?:man|tirs|ons|tors|fre|lør|søn)dags?"
    r"|häromdagen|her om dagen|her forleden|forleden|förra (?:veckan|månaden|året)|forrige (?:uke|uge|måned|veke)"
    r"|sist(?: uke)?|sidst|senast|i sidste uge|i morse|i morges|på (?:lunchen|middagen|konferensen|konferansen"
    r"|konferencen|festen|kontoret)|över (?:lunch|middag|en)|over (?:lunsj|frokost|middag))"
)
_NORDIC = (
    rf"{_BRA} (?:att|at|å) (?:få )?(?:träffas?|träffa|ses|se|möta|möta|råkas|møtes|mødes|møde|møte|treffe"
    rf"|treffes|træffe|hilse på|besøke"
    rf"|besøge|sees) (?:dig|er|dem|deg|dere|jer|hverandre|hinanden)? ?(?:[\wåäöæø]+ ){{0,3}}{_DA}",
    rf"(?:det )?(?:var|har varit|har vært|har været) (?:[\wåäöæø]+ ){{0,3}}{_BRA} (?:att|at"
    rf"|å) (?:få )?(?:träffas?|ses|se|möta"
    r"|råkas|møtes|mødes|møde|møte|treffe|treffes|træffe|hilse på|besøke|besøge|sees)(?: (?:dig|er|deg|dere|jer"
    r"|dem)\b"
    r"| (?:igen|igjen|på)\b|[ ]?[,.!?\n]|$)",
    r"(?:tack|takk|tak|tusen tack|tusen takk|tusind tak) för (?:senast|lunchen|middagen|fikat|besöket|gårdagen"
    r"|gästfriheten)\b",
    r"(?:takk|tusen takk) for (?:sist|lunsjen|middagen|kaffen|besøket|i går|gjestfriheten)\b",
    r"(?:tak|tusind tak|mange tak) for (?:sidst|frokosten|middagen|kaffen|besøget|i går|gæstfriheden)\b",
    r"tack för att (?:jag|vi) fick (?:komma|besöka|hälsa på)\b",
    r"(?:när|då|sedan|sen|efter att) vi (?:senast |sist )?(?:sågs|träffades|möttes|åt lunch)\b",
    r"(?:da|siden|etter at|efter) vi (?:sidst |sist )?(?:møttes|mødtes|traff hverandre|traff hinanden|traf hinanden"
    r"|såes|sås|spiste (?:lunsj|frokost|middag))\b",
)
_NORDIC_NOT = (
    r"(?:ska bli|skal bli|skal blive|blir|bliver|skulle|vore|ville|hoppas|håber|håper|ser fram|ser frem"
    r"|glæder mig|gleder meg"
    r"|om vi|hvis|imorgon|i morgon|i morgen|nästa|neste|næste|tyvärr|desværre|dessverre|inte|ikke"
    r"|ikkje)\b[^.!?]{0,60}"
    r"(?:träff|ses|se|möt|møt|mød|treff|træff|lunch|middag|frokost|lunsj|hilse)",
)
_KIVA = _words(
    "kiva|kivaa|mukava|mukavaa|hauska|hauskaa|hieno|hienoa|mahtava|mahtavaa|ihana|ihanaa|ilo|upea|upeaa"
)
_FINNISH = (
    rf"{_KIVA} (?:oli )?(?:nähdä|nahda|tavata|törmätä|kohdata)(?: [\wäö]+){{0,4}} (?:eilen|toissapäivänä"
    rf"|viime \w+|tänään"
    r"|aamulla|lounaalla|illallisella|konferenssissa|toimistolla|kasvotusten|livenä)",
    rf"(?:oli (?:[\wäö]+ ){{0,3}}{_KIVA}|{_KIVA} oli) (?:[\wäö]+ )?(?:nähdä|nahda|tavata|kohdata)",
    r"kiitos (?:[\wäö]+ )?(?:lounaasta|illallisesta|kahvista|kahveista|vierailusta|vieraanvaraisuudesta"
    r"|viimeisestä)\b",
    r"(?:kun|sen jälkeen kun|siitä kun) (?:viimeksi |me )?(?:tapasimme|tavattiin|näimme toisemme|nähtiin|kohtasimme)",
)
_FINNISH_NOT = (
    r"(?:olisi|tulisi|toivottavasti|toivon|jos|huomenna|ensi|odotan|valitettavasti|emme|en ehtinyt)\b[^.!?]{0,60}"
    r"(?:nähdä|tavata|louna|illalli)",
)

# --- what everybody says of the screen and the telephone ----------------------------------------------------

_ONLINE = (
    r"\b(?:virtual|virtually|online|on-line|remote|remotely|digitally|e-?meet|zoom|skype|webex|facetime|hangouts?"
    r"|webinar|livestream|video ?(?:call|conference|chat)|videokonferen|visio(?:conférence)?\b|conference call"
    r"|con call"
    r"|phone call|telephone|telefon|teams-?(?:mötet|møtet|mødet|call|meeting|palaver)|teamsissa|zoomissa|etänä"
    r"|verkossa"
    r"|puhelimessa|linjoilla|en ligne|à distance|au téléphone|par téléphone|am telefon|per video|i telefonen"
    r"|på telefon"
    r"|på nätet|på nettet|digitalt|on ?screen)",
    r"(?:on|via|over|by|through|in|across|using|per|på|über|auf|sur|i|par|at) (?:the |a |an |our |this |that "
    r"|my |your |le |la |today's |"
    r"yesterday's |last \w+'s )?(?:ms |microsoft )?(?:teams|call|calls|phone|e-?mail|mail|linkedin|twitter|slack"
    r"|discord|zulip"
    r"|chat|stream|video|internet|web|thread|screen|line|telefonen|telefon|meet\b|google meet|airwaves|radio|tv"
    r"|air)\b",
)

_HINTS = _words("""
    (?:meet|meeting|met|see|seeing|seen|into|having|hosting|visit|visiting) (?:with )?(?:you|u|y'all)\\b
    (?:with|having|hosting|welcoming|receiving|meeting|seeing|visit|meet|up) (?:me|us)\\b
    (?:and|&) (?:you|i) (?:last[ ]|first[ ]|both[ ]|briefly[ ])?met\\b
    we (?:last[ ]|first[ ]|both[ ]|briefly[ ])?(?:met|had|saw|ran|bumped)\\b
    lunch|dinner|breakfast|brunch|coffee|drink|beer|hospitality|for (?:coming|stopping|dropping|swinging|visiting)\\b
    our (?:time|visit)
    getroffen|gesehen zu|kennen|wiedergesehen|wiederzusehen|begegnet|besucht zu
    zu (?:treffen|sehen|besuchen)\\b|wir uns\\b
    für (?:das|den|die|deine|ihre|eure)
    rencontr|revoir|crois|accueil|recevoir|avoir (?:vu|revu|reçu|visit)|(?:vous|te|se|nous) voir\\b|déjeuner
    dîner|repas\\b
    (?:sommes|s'est|étions) (?:vu|revu)|(?:notre|votre) visite|hospitalité
    (?:att|at|å) (?:få )?(?:träff|ses?\\b|möta|møt|mød|råkas|treff|træff|hilse|besøk|besøg|sees)
    för (?:senast|middag|fika|besök|gårdag|gäst|att)
    for (?:sist|sidst|middag|kaffe|besøk|besøg|frokost|i går|gjest|gæst|lunsj)
    sågs\\b|träffades|möttes|møttes|mødtes|hverandre|hinanden|såes|sås\\b|vi åt|vi spiste
    nähdä|nahda|tavata|törmätä|kohdata|lounaasta|illallisesta|kahvista|kahveista|vierailusta|vieraanvar|viimeisestä
    tapasimme|tavattiin|näimme|nähtiin|kohtasimme
""")
"""Without these nothing is told: a plain search that settles most messages at once."""

_START = "(?:^|[^0-9A-Za-zÀ-ž])"
_TELLING = (_ENGLISH, _GERMAN, _FRENCH, _NORDIC, _FINNISH)
"""Each language has a search of its own: together they outgrow the memory in which a search is quick."""
NOT = (*_ENGLISH_NOT, *_GERMAN_NOT, *_FRENCH_NOT, *_NORDIC_NOT, *_FINNISH_NOT, *_ONLINE)

# --- whose words they are -----------------------------------------------------------------------------------

_WROTE = "(?:wrote|writes|schrieb|skrev|skriver|a écrit|kirjoitti)"
_CLEANING = (
    # quoting in HTML, and then its tags
    (
        r"(?is)<(?:blockquote|[^<>]{0,200}(?:gmail_quote|divRplyFwdMsg|OLK_SRC_BODY|moz-cite-prefix)).*$",
        "",
        "",
    ),
    (r"(?i)<(?:br|/p|/div|/li|/tr)[^<>]{0,200}>", "\n", "g"),
    (r"<[^<>]{1,500}>", " ", "g"),
    (r"(?i)&nbsp;|&#160;", " ", "g"),
    (r"&(?:rsquo|lsquo|apos|#39|#8217);", "'", "g"),
    # lines quoted with >, and the line that says whose they are
    (rf"(?mi)^[^\n]{{0,300}}\b{_WROTE}\b[^\n]{{0,80}}:[ \t]*\n(?:[ \t]*\n)*[ \t]*(?:>|&gt;)", ">", "g"),
    (r"(?m)^[ \t]*(?:>|&gt;|\|)[^\n]*$", "", "g"),
    # everything below a head of another message
    (
        r"(?is)(?:-{2,}[ \t]*(?:original|forward|ursprüng|urspring|weitergeleitet|vidarebefordr|videresen|oprindelig"
        r"|opprinnelig|alkuperäinen|edelleenlähetetty|message (?:d'origine|transféré))|begin forwarded message"
        r"|forwarded by\b|_{12,}).*$",
        "",
        "",
    ),
    (
        r"(?is)(?:^|\n)[ \t*]*(?:from|von|från|fra|de|lähettäjä"
        r"|expéditeur)[ \t*]*:[^\n]{1,300}\n(?:[^\n]{0,300}\n){0,3}"
        r"[ \t*]*(?:sent|date|to|an|gesendet|datum|skickat|till|til|sendt|dato|envoyé|à|lähetetty|vastaanottaja"
        r"|subject"
        r"|cc)[ \t*]*:.*$",
        "",
        "",
    ),
    (r"(?is)(?:^|\n)[ \t]*to[ \t]*:[^\n]*\n(?:[^\n]*\n){0,8}?[ \t]*(?:cc|subject)[ \t]*:.*$", "", ""),
    (r"(?is)\bfrom: .{1,150}\b(?:sent|date): .{1,80}\bto: .*$", "", ""),
    (rf"(?is)(?:^|\n)[^\n]{{0,200}}\b{_WROTE}\b[^\n]{{0,80}}:[ \t]*(?:\n|$).*$", "", ""),
)


# --- how they are found -------------------------------------------------------------------------------------


def heard(text: str) -> str:
    """Return SQL for the beginning of `text` where it may hold words of a meeting, and NULL elsewhere.

    A plain search settles most messages; what is left is read closely by `telling`, many messages at a time.

    >>> import duckdb
    >>> duckdb.sql("SELECT " + heard("'It was great to meet you!'") + ", " + heard("'Here it is.'")).fetchall()
    [('It was great to meet you!', None)]
    """
    return f"CASE WHEN {_matches(text, [_HINTS], '')} THEN left({text}, {LONGEST}) END"


def telling(rows: str) -> str:
    """Return SQL for those of `rows` whose column `words` does tell of a meeting, each as often as it does.

    Quoted parts are taken away, and each sentence is judged by itself: it must look back, and not speak of the
    screen or the telephone.

    >>> import duckdb
    >>> def tells(words):
    ...     return len(duckdb.execute(telling("(SELECT $words AS words)"), {"words": words}).fetchall())
    >>> tells("It was great to meet you yesterday!"), tells("Great to see you on Zoom yesterday.")
    (1, 0)
    """
    split = f"string_split_regex({own_words('words')}, '[.!?]+[\\s)]|\\n\\s*\\n')"
    return (
        f"SELECT * EXCLUDE (sentence) FROM (SELECT *, unnest({split}) AS sentence FROM {rows} "
        f"WHERE {_in_some_language('words')}) "
        f"WHERE ({_in_some_language('sentence')}) AND NOT {_matches('sentence', NOT, '')}"
    )


def _in_some_language(text: str) -> str:
    return " OR ".join(_matches(text, patterns) for patterns in _TELLING)


def own_words(text: str) -> str:
    """Return SQL for what the writer of `text` wrote: without quoted lines, forwarded messages and tags.

    >>> import duckdb
    >>> duckdb.sql("SELECT " + own_words("'Yes.' || chr(10) || '> Shall we?'")).fetchall()[0][0].strip()
    'Yes.'
    """
    for pattern, instead, options in _CLEANING:
        given = f", {_quoted(options)}" if options else ""
        text = f"regexp_replace({text}, {_quoted(pattern)}, {_quoted(instead)}{given})"
    return text


def _matches(text: str, patterns: Iterable[str], start: str = _START) -> str:
    return f"regexp_matches({text}, {_quoted('(?i)' + start + _loosened(_any(patterns)))})"


def _loosened(pattern: str) -> str:
    """Let a blank be any white space, and an apostrophe of either form."""
    return re.sub(
        r"\[[^\]]*\]|'| \?| ", lambda found: _LOOSE.get(found[0], found[0].replace("'", "'’")), pattern
    )


_LOOSE = {" ": r"[\s\x{a0}]+", " ?": r"[\s\x{a0}]*", "[ ]": r"[\s\x{a0}]", "'": "['’´]"}


def _quoted(text: str) -> str:
    escaped = text.replace("'", "''")
    return f"'{escaped}'"


# --- what is kept of them ------------------------------------------------------------------------------------


def _kept(rows: str, where: str = "true") -> str:
    return (
        "INSERT INTO encounter_log BY NAME "
        "SELECT (SELECT coalesce(max(seq), 0) FROM encounter_log) + row_number() OVER (ORDER BY id) AS seq, "
        f"$batch AS batch, source, id, {_KEY} AS key, time, people, 'in_person' AS kind, 'message' AS evidence, "
        f"NULL::BIGINT AS attendees, place, false AS deleted FROM ({rows}) w WHERE {where}"
    )


HEARD = ("row", "id", "key", "time", "actor", "addressees", "mentions", "parent", "deleted", "words")
"""What `told_words` needs of each row."""
_KEY = "md5(concat_ws(chr(31), w.id, epoch_us(w.time), list_sort(w.people)))::UUID"


def told_words(*, live: bool) -> str:
    """Return SQL that keeps which of the rows of `heard` tell of a meeting, of whom, and where.

    They tell of the writer and the one written to. Of several, an answer tells of whom it answers
    (`ANSWERED_WORDS`), and any other message of nobody: with two addressees, one is as often only copied in. A
    `live` source that shows again what was deleted brings its words back.
    """
    known = "encounters e WHERE e.id = w.id" if live else f"encounter_log e WHERE e.key = {_KEY}"
    return _kept(_TOLD, f"NOT EXISTS (FROM {known})")


_OTHERS = "list_filter(CASE WHEN len(addressees) > 0 THEN addressees ELSE mentions END, lambda a: a <> actor)"
_ONCE = f"""
SELECT *, {_OTHERS} AS others FROM ({telling("(FROM heard WHERE NOT deleted)")}) s
WHERE EXISTS (FROM activity_log l WHERE l.id = s.id AND l.key = s.key::UUID AND NOT l.deleted)
QUALIFY row_number() OVER (PARTITION BY id ORDER BY time DESC, row DESC) = 1
"""
_TOLD = f"""
SELECT $source AS source, 'words:' || id AS id, time, 'message ' || id AS place,
    list_sort(CASE WHEN len(others) = 1 THEN list_append(others, actor) ELSE [actor] END) AS people
FROM ({_ONCE}) WHERE len(others) = 1 OR parent IS NOT NULL
"""

ANSWERED_WORDS = _kept("""
    SELECT e.source, e.id, e.time, e.place, list_sort([a.actor, q.actor]) AS people
    FROM encounters e JOIN activities a ON a.id = substr(e.id, 7)
    LEFT JOIN (SELECT id, min(original) AS original FROM copies GROUP BY id) c ON c.id = a.parent
    JOIN activities q ON q.id = coalesce(c.original, a.parent)
    WHERE starts_with(e.id, 'words:') AND len(e.people) = 1 AND q.actor <> a.actor""")

DELETED_WORDS = """
INSERT INTO encounter_log BY NAME
SELECT * REPLACE ((SELECT max(seq) FROM encounter_log) + row_number() OVER (ORDER BY id) AS seq, $batch AS batch,
    md5('deleted:' || key)::UUID AS key, true AS deleted)
FROM encounters e
WHERE evidence = 'message' AND place = 'message ' || substr(id, 7)
    AND starts_with(id, 'words:') AND NOT EXISTS (FROM activities a WHERE a.id = substr(e.id, 7))
"""
