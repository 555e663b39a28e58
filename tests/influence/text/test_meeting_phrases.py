"""Words in a message that tell of a meeting face to face, and those that only seem to."""

from functools import cache

import duckdb
import pytest

from influence.text.meeting_phrases import heard, telling

TOLD = r"""
It was great to meet you yesterday!
Great to meet you yesterday, Ann - the slides are attached.
great to meet you\nyesterday at the conference
Really nice seeing you at lunch.
Good seeing you last week
Nice meeting you, and thanks for the tip.
I just wanted to say it was a real pleasure meeting you in Oslo.
It was lovely to finally meet you in person.
It was great to meet you yesterday and I look forward to seeing you again soon.
Thanks for having me in your office yesterday.
Thank you so much for lunch!
Thanks again for dinner last night, it was delicious.
Thank you for the lovely dinner.
Thank you for your hospitality.
Thank you for taking the time to meet with us.
Thanks for meeting with me on Tuesday.
Thanks for coming by yesterday.
As we discussed over lunch, here is the draft.
When we met in London you asked for this.
Since we last met a lot has happened.
It’s been two days and it was so good to see you!
Following our lunch on Monday, here are the numbers.
I ran into you at the airport and forgot to ask.
Trevligt att träffas i går!
Det var jättekul att träffa dig.
Kul att ses i måndags, här kommer bilderna.
Tack för senast!
Tack för lunchen.
När vi sågs i Malmö frågade du om detta.
Hyggelig å treffe deg i går.
Det var veldig hyggelig å møte dere.
Takk for sist!
Takk for middagen i går.
Da vi møttes i Bergen spurte du om dette.
Det var dejligt at møde jer.
Hyggeligt at møde dig i går.
Tak for sidst.
Tak for frokosten.
Kiva nähdä eilen!
Oli todella mukava tavata sinut.
Kiitos lounaasta.
Kun tapasimme Tampereella, lupasin lähettää tämän.
Schön, dich gestern getroffen zu haben.
Es war sehr nett, Sie kennenzulernen.
Es hat mich sehr gefreut, Sie gestern persönlich zu treffen.
Als wir uns letzte Woche in Berlin getroffen haben, fragten Sie danach.
Vielen Dank für das Mittagessen.
Ravi de vous avoir rencontré.
Ravie de t'avoir revue hier.
C'était un plaisir de vous rencontrer.
Quand nous nous sommes rencontrés à Lyon, vous demandiez ceci.
Merci beaucoup pour le déjeuner.
Merci de m'avoir reçu hier.
"""
NOT_TOLD = r"""
Looking forward to meeting you.
I look forward to seeing you at lunch.
It would be great to meet you at the conference.
It will be great to see you on Friday.
Hope to see you at the party. Great!
It would have been great to meet you yesterday.
Sorry we did not get to meet.
Nice to e-meet you.
Great meeting you virtually yesterday.
It was great to see you on Zoom yesterday.
Great to meet you on Teams yesterday!
It was nice to meet you over the phone last week.
Thanks for having me on the show yesterday.
Thanks for having me in the loop.
See you tomorrow!
Nice to meet you.
Great to see you joined the list.
It was good to see you got the job.
Great to meet your team yesterday.
Thanks for the lunch menu.
Thanks for the dinner invitation.
Thanks for lunch suggestions
When we met with the bank they agreed.
If we met in London it would be easier.
Thank you in advance for meeting with us on Tuesday.
Thank you for meeting with us next Tuesday.
Let us have lunch tomorrow.
> It was great to meet you yesterday!
Yes.\n\nOn Monday Ann wrote:\n\nIt was great to meet you yesterday!
Yes.\n\n-----Original Message-----\nFrom: Ann\n\nIt was great to meet you yesterday!
FYI\n\n---------- Forwarded message ---------\nFrom: Ann\n\nThanks for dinner!
See below.\nFrom: Ann Berg\nSent: Monday\nTo: Bo\nSubject: Hello\n\nThanks for dinner!
Vi ses i morgon.
Ser fram emot att träffas.
Det ska bli trevligt att träffas i Oslo.
Trevligt att träffa dig på Teams i går.
Det hadde vært hyggelig å treffe deg.
Gleder meg til å treffe deg.
Det bliver dejligt at møde jer.
Det var hyggelig å møte dere digitalt.
Olisi kiva nähdä ensi viikolla.
Nähdään huomenna!
Oli kiva nähdä Teamsissa.
Ich freue mich darauf, Sie kennenzulernen.
Es wäre schön, dich zu sehen.
Es war schön, Sie am Telefon kennenzulernen.
Au plaisir de vous rencontrer.
J'ai hâte de vous rencontrer.
C'était un plaisir de vous rencontrer en visio.
"""


def lines(block):
    return [line.replace("\\n", "\n") for line in block.strip().splitlines()]


def letter(text):
    return f"Hi Bo,\n\n{text}\n\nAnn"


@cache
def telling_texts():
    """Those of all texts here that tell, asked for at once: every asking compiles the patterns anew."""
    texts = [each for text in lines(TOLD + NOT_TOLD) for each in (text, text.upper(), letter(text))]
    words = heard("text")
    asked = telling(f"(SELECT text, {words} AS words FROM (SELECT unnest($texts) AS text))")  # noqa: S608 (ours)
    return {text for text, _ in duckdb.execute(asked, {"texts": texts}).fetchall()}


@pytest.mark.parametrize("text", lines(TOLD))
def test_a_meeting_in_the_past_is_told(text):
    assert {text, text.upper(), letter(text)} <= telling_texts()


@pytest.mark.parametrize("text", lines(NOT_TOLD))
def test_what_is_to_come_or_online_or_of_others_is_not_told(text):
    assert not {text, letter(text)} & telling_texts()
