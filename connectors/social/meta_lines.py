"""Lines that Messenger and Instagram write into a conversation in somebody's name: who named the group, who left it.

Newer exports give them no type of their own, and Meta documents none of the sentences. They are known in English, where
they begin with the name of who did it, or with "You".
"""

from __future__ import annotations

import re

LONGEST = 300
_DID = re.compile(
    r"(?:named the group|created (?:the|this) group|left the group|joined (?:the (?:group|call|video chat)|your call)"
    r"|added .{1,200} to the group|removed .{1,200} from the group|changed the (?:chat theme|theme|group photo|emoji)"
    r"|changed the (?:group name|quick reaction)|set the (?:emoji|quick reaction) to|set the nickname for"
    r"|set (?:your|his|her|their|his own|her own) nickname|cleared (?:your|the) nickname|cleared the group name"
    r"|started (?:a|an) (?:audio |video )?(?:call|chat)|ended the (?:call|video chat)"
    r"|(?:un)?pinned a message|unsent a message|turned (?:on|off) "
    r"(?:member approval|disappearing messages|vanish mode)|made .{1,100} an? (?:group )?admin)"
    r"(?:[ :].{1,200})?\.?"
)


def is_of_program(text: str, sender: str) -> bool:
    """Tell a line that tells what its sender did, and not what they said.

    >>> is_of_program("Bo named the group Board.", "Bo Ek"), is_of_program("You left the group.", "Ann Lee")
    (True, True)
    >>> is_of_program("Cai left the group, did you see?", "Bo Ek"), is_of_program("You left the group?", "Bo Ek")
    (False, False)
    """
    if len(text) > LONGEST or "\n" in text:
        return False
    for name in ("You", sender, sender.partition(" ")[0]):
        if name and text.startswith(f"{name} "):
            return text.endswith(".") and _DID.fullmatch(text, len(name) + 1) is not None
    return False
