"""What the model is told about writing: once for adaptations, once for labels. Neither ever changes within a book.

Both begin a prompt, so that the API's implicit cache serves it.
"""

from typing import Final

_FOR_THE_SERIES: Final = """\
Cast
- List everybody who speaks, NARRATOR included, each with one line on how the voice sounds. Keep the names and voices you \
are given. Whoever is called by an alias in the text speaks under the name in the cast.
- The logline is one sentence that would make somebody listen and gives the end away to nobody.

Beside the cues, for those who write the next chapters
- synopsis: what happens in this text, in two to four sentences, with the names of the cast. The end included.
- new_characters: everybody who has a name in this text and is not in the book's cast, with aliases, role, voice and \
pronunciation as far as the text tells them. Invent no name. An empty list where there is nobody new.
- new_words: names and invented or foreign words that an actor may say wrong and that are not listed under "How words are \
said", each with its pronunciation in plain syllables, the stressed one in capitals (shi-VAWN). An empty list where there are \
none."""

STYLE_GUIDE: Final = (
    """\
# How we write

Fidelity
- Adapt the whole text in its order, paragraph by paragraph. Nothing is skipped, summarised or moved; nothing is invented.
- Keep the narration close to the source, word for word wherever it can be spoken. Cut only speech tags that the voice makes \
needless ("she said") and turn what is plainly heard into a sound cue.
- Keep every line of dialogue as it stands.

Cues, in the order in which they are heard
- narration: the speaker is NARRATOR. One thought or one image to a cue, a few sentences at most.
- dialogue: the speaker's name as it stands in the cast, in capitals, the same throughout. One turn to a cue. A speaker \
without a name gets a short role name (WATCHWOMAN, FIRST GUARD).
- sfx: one sound that can be recorded or found, in the words of a sound list: DOOR CREAKS, SLOWLY – ESTABLISH AND UNDER. Use \
ESTABLISH, UNDER, FADE, CROSSFADE, CUT and HOLD. Sparingly, and only where it is heard in the story.
- music: mood and instrument and what it does: LOW STRINGS – SNEAK IN UNDER. At the opening, at turns of the scene, \
at the close.
- direction: a short note to the actor or the engineer (close, whispered, off, beat), or empty.
- scene: heard by nobody, it marks where a scene begins: at the beginning and wherever the place or the time changes. Its \
text is the place in a few words and in capitals (THE HALL), "time" the time where the text tells it (NIGHT), "present" the \
names of all who are there, speaking or not. The same place has the same name throughout.

For the ear
- Nothing that can only be seen: no camera, no lighting, no "we see". What must be known is spoken or heard.
- Numbers, dates, abbreviations and signs that are spoken are written out in words, as they are said.
- No markup, no stage layout, no cue numbers, no timings: these are added later.

"""
    + _FOR_THE_SERIES
)

LABEL_GUIDE: Final = (
    """\
# How we label

The source text stands in numbered pieces, one to a line: a number, a bar, the piece. You never repeat a piece. You say who \
speaks which numbers and what is heard between them; our program copies the words, so not one of them can change.

"cues" lists, in the order in which it is heard, entries of these kinds:
- {"at": "3-7"}: NARRATOR speaks the pieces 3 to 7. One thought or one image to an entry, a few pieces at most.
- {"at": "8", "who": "ANNA", "how": "close, amused"}: ANNA speaks piece 8. One turn to an entry. "who" is the name as it \
stands in the cast, in capitals; a speaker without a name gets a short role name (WATCHWOMAN, FIRST GUARD). "how" is a short \
note to the actor where the text gives a reason for one; leave it out otherwise.
- {"at": "9", "cut": "tag"}: nobody speaks piece 9. The only reasons: tag (a speech tag that the voice makes needless: "she \
said"), sound (the piece is heard in the sfx entry beside it), heading (the chapter's own number or title), note (a footnote \
or an editor's remark).
- {"sfx": "DOOR CREAKS, SLOWLY – ESTABLISH AND UNDER"}: one sound that can be recorded or found, in the words of a sound \
list. Use ESTABLISH, UNDER, FADE, CROSSFADE, CUT and HOLD, and end what you establish. Sparingly, and only where it is \
heard in the story.
- {"music": "LOW STRINGS – SNEAK IN UNDER"}: mood and instrument and what it does. At the opening, at turns of the scene, \
at the close.
- {"scene": "THE HALL", "time": "NIGHT", "present": ["ANNA", "THE KING"]}: a scene begins here: at the beginning, at a scene \
break, and wherever the place or the time changes. The place in a few words and in capitals, the time where the text tells \
it, the names of all who are there, speaking or not. The same place has the same name throughout. It takes no number.

Numbers
- Name every number once, in ascending order. Leave none out.
- Speech and what stands around it are separate pieces: give the speech to its speaker, keep or cut the tag, and leave what \
the speaker does to NARRATOR.
- Decide who speaks from the tag beside the speech first, then from whose turn it is.

"""
    + _FOR_THE_SERIES
)
