"""Whether people were in one room: stated kinds, links, places, words of many languages. May use text and records."""
