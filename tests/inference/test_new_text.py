"""New text: what an author wrote, apart from what they quote, forward and sign with. All mails are invented."""

import subprocess
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from inference.new_text import QUOTED_LIMIT, NewText, new_text

QUESTION = "Could you look at the draft by Friday?"


def quoted(text):
    return "\n".join(f"> {line}" if line else ">" for line in text.split("\n"))


ATTRIBUTIONS = [
    "On Tue, 3 Mar 2026 at 10:12, Dana Whitfield <dana@acme.example> wrote:",
    "On 3 Mar 2026, at 10:12, Dana Whitfield wrote:",
    "On Tue, 3 Mar 2026 at 10:12, Dana Whitfield <\ndana@acme.example> wrote:",
    "On Tue, 3 Mar 2026 at 10:12,\nDana Whitfield\n<dana@acme.example>\nwrote:",
    "Am Di., 3. März 2026 um 10:12 Uhr schrieb Dana Whitfield <dana@acme.example>:",
    "Am 03.03.2026 um 10:12 schrieb Dana Whitfield:",
    "Am Di., 3. März 2026 um 10:12 Uhr schrieb Dana Whitfield <\ndana@acme.example>:",
    "Le mar. 3 mars 2026 à 10:12, Dana Whitfield <dana@acme.example> a écrit :",
    "Le 03/03/2026 à 10:12, Dana Whitfield a écrit :",
    "El mar, 3 mar 2026 a las 10:12, Dana Whitfield (<dana@acme.example>) escribió:",
    "Il giorno mar 3 mar 2026 alle ore 10:12 Dana Whitfield <dana@acme.example> ha scritto:",
    "Em ter., 3 de mar. de 2026 às 10:12, Dana Whitfield <dana@acme.example> escreveu:",
    "Op di 3 mrt 2026 om 10:12 schreef Dana Whitfield <dana@acme.example>:",
    "Den tis 3 mars 2026 kl 10:12 skrev Dana Whitfield <dana@acme.example>:",
    "Den 3. mar. 2026 kl. 10.12 skrev Dana Whitfield <dana@acme.example>:",
    "tir. 3. mar. 2026 kl. 10:12 skrev Dana Whitfield <dana@acme.example>:",
    "W dniu 3 marca 2026 10:12 użytkownik Dana Whitfield <dana@acme.example> napisał:",
    "2026-03-03 10:12 GMT+01:00 Dana Whitfield <dana@acme.example>:",
    "вт, 3 мар. 2026 г. в 10:12, Dana Whitfield <dana@acme.example>:",
    "Dana Whitfield <dana@acme.example> wrote:",
    "--- Dana Whitfield <dana@acme.example> wrote:",
    "---- On Tue, 03 Mar 2026 10:12:50 +0530 dana@acme.example wrote ----",
]

HEADER_BLOCKS = [
    "-----Original Message-----\nFrom: Dana Whitfield\nSent: Tuesday, March 3, 2026 10:12 AM\nTo: Maya Lindqvist\nSubject: Draft",
    "________________________________\nFrom: Dana Whitfield <dana@acme.example>\nSent: 03 March 2026 10:12\nTo: Maya\nSubject: Draft",
    "From: Dana Whitfield <dana@acme.example>\nSent: 03 March 2026 10:12\nTo: Maya\nSubject: Draft",
    "*From:* Dana Whitfield <dana@acme.example>\n*Sent:* 03 March 2026 10:12\n*To:* Maya\n*Subject:* Draft",
    "Von: Dana Whitfield <dana@acme.example>\nGesendet: Dienstag, 3. März 2026 10:12\nAn: Maya\nBetreff: Entwurf",
    "-----Ursprüngliche Nachricht-----\nVon: Dana Whitfield\nGesendet: Dienstag, 3. März 2026 10:12\nAn: Maya\nBetreff: Entwurf",
    "De : Dana Whitfield <dana@acme.example>\nEnvoyé : mardi 3 mars 2026 10:12\nÀ : Maya\nObjet : Projet",
    "De: Dana Whitfield <dana@acme.example>\nEnviado el: martes, 3 de marzo de 2026 10:12\nPara: Maya\nAsunto: Borrador",
    "Da: Dana Whitfield <dana@acme.example>\nInviato: martedì 3 marzo 2026 10:12\nA: Maya\nOggetto: Bozza",
    "De: Dana Whitfield <dana@acme.example>\nEnviada em: terça-feira, 3 de março de 2026 10:12\nPara: Maya\nAssunto: Rascunho",
    "Van: Dana Whitfield <dana@acme.example>\nVerzonden: dinsdag 3 maart 2026 10:12\nAan: Maya\nOnderwerp: Concept",
    "Fra: Dana Whitfield <dana@acme.example>\nSendt: 3. marts 2026 10:12\nTil: Maya\nEmne: Udkast",
    "Från: Dana Whitfield <dana@acme.example>\nSkickat: den 3 mars 2026 10:12\nTill: Maya\nÄmne: Utkast",
]

NOTES_HEADINGS = [
    "Dana Whitfield@ACME\n03/03/2001 10:12 AM\nTo: Maya Lindqvist/OSL/ACME@ACME\ncc:  \nSubject: Draft",
    '"Dana Whitfield" <dana@acme.example> on 03/03/2001 10:12:06 AM\nTo: Maya Lindqvist/OSL/ACME@ACME\ncc:  \nSubject: Draft',
    "\tDana Whitfield\n\t03/03/2001 10:12 AM\n\t\t \n\t\t To: Maya Lindqvist/OSL/ACME@ACME\n\t\t cc: \n\t\t Subject: Draft",
    "\tDana Whitfield\n\tSent by: Dana Whitfield\n\t03/03/2001 10:12 AM\n\t\t \n\t\t To: Maya@ACME\n\t\t cc: \n\t\t Subject: Draft",
    "03/03/2001 10:12 AM\nDana Whitfield\nDana Whitfield\n03/03/2001 10:12 AM\nTo: Maya@ACME\ncc: \nSubject: Draft",
    "From:  Dana Whitfield                    \n     03/03/2001 10:12 AM\t\n\t\n\t\n\t        \n\t\n\nTo: Maya@ACME\ncc: \nSubject: Draft",
    "From:  Dana Whitfield                           03/03/2001 10:12 AM\n\t\n\nTo: Maya Lindqvist/OSL/ACME@ACME\ncc: \nSubject: Draft",
    "From:\tDana Whitfield/ACME@acme on 03/03/2001 10:12 AM\nTo:\tMaya@ACME, Abel Okoro/LOS/ACME@ACME, \nIngrid Falk/BER/ACME@ACME\ncc:\t \nSubject:\tDraft",
]

FORWARDS = [
    "---------- Forwarded message ---------\nFrom: Dana Whitfield <dana@acme.example>\nDate: Tue, Mar 3, 2026\nSubject: Draft\nTo: Maya",
    "Begin forwarded message:\n\nFrom: Dana Whitfield <dana@acme.example>\nSubject: Draft\nDate: 3 March 2026\nTo: Maya",
    "-------- Forwarded Message --------\nSubject: Draft\nDate: Tue, 3 Mar 2026\nFrom: Dana Whitfield <dana@acme.example>\nTo: Maya",
    "-------- Weitergeleitete Nachricht --------\nBetreff: Entwurf\nDatum: 3. März 2026\nVon: Dana Whitfield\nAn: Maya",
    "Anfang der weitergeleiteten Nachricht:\n\nVon: Dana Whitfield\nBetreff: Entwurf\nDatum: 3. März 2026\nAn: Maya",
    "-------- Message transféré --------\nSujet : Projet\nDate : 3 mars 2026\nDe : Dana Whitfield\nPour : Maya",
    "Début du message réexpédié :\n\nDe: Dana Whitfield\nObjet: Projet\nDate: 3 mars 2026\nÀ: Maya",
    "---------- Mensaje reenviado ---------\nDe: Dana Whitfield\nFecha: mar, 3 mar 2026\nAsunto: Borrador\nPara: Maya",
    "---------------------- Forwarded by Maya Lindqvist/OSL/ACME on 03/04/2001 \n09:00 AM ---------------------------\n\n\nDana Whitfield@ACME\n03/03/2001 10:12 AM\nTo: Maya@ACME\ncc:  \nSubject: Draft",
    "----- Forwarded by Maya Lindqvist/OSL/ACME on 03/04/2001 09:00 AM -----\n\n\tDana Whitfield\n\t03/03/2001 10:12 AM\n\t\t To: Maya@ACME\n\t\t cc: \n\t\t Subject: Draft",
]


@pytest.mark.parametrize("attribution", ATTRIBUTIONS)
def test_an_attribution_and_the_marked_quote_below_it_are_not_new(attribution):
    found = new_text(f"Yes, I will.\n\n{attribution}\n{quoted('Hi Maya,' + chr(10) + QUESTION)}\n")
    assert found == NewText(text="Yes, I will.", quoted=f"Hi Maya,\n{QUESTION}")


@pytest.mark.parametrize("attribution", ATTRIBUTIONS[:-3])
def test_everything_below_an_attribution_is_quoted_where_no_line_is_marked(attribution):
    found = new_text(f"Yes, I will.\n\n{attribution}\n\nHi Maya,\n{QUESTION}\n")
    assert found == NewText(text="Yes, I will.", quoted=f"Hi Maya,\n{QUESTION}")


@pytest.mark.parametrize("block", HEADER_BLOCKS + NOTES_HEADINGS)
def test_everything_below_a_block_of_headers_is_quoted(block):
    found = new_text(f"Yes, I will.\n\n\n{block}\n\nHi Maya,\n{QUESTION}\n")
    assert found == NewText(text="Yes, I will.", quoted=f"Hi Maya,\n{QUESTION}")


@pytest.mark.parametrize("mark", FORWARDS)
def test_forwarded_mail_is_neither_new_nor_what_the_mail_answers(mark):
    assert new_text(f"FYI, see below.\n\n{mark}\n\nHi Maya,\n{QUESTION}\n") == NewText(text="FYI, see below.")


def test_a_mail_that_only_forwards_says_nothing():
    assert new_text(f"\n\n{FORWARDS[0]}\n\n{QUESTION}") == NewText(text="")


def test_a_forward_inside_quote_marks_is_not_what_the_mail_answers():
    assert new_text("See below.\n\n" + quoted(f"{FORWARDS[0]}\n\n{QUESTION}")).quoted == ""


def test_answers_between_quoted_lines_are_new():
    text = (
        f"On 3 Mar 2026, Dana wrote:\n{quoted('Coffee on Monday?')}\n\nYes!\n\n{quoted('Bring the draft?')}\n\nI will."
    )
    found = new_text(text)
    assert found.text.split() == ["Yes!", "I", "will."]
    assert found.quoted == "Coffee on Monday?\nBring the draft?"


def test_the_end_of_a_quoted_line_that_lost_its_mark_in_wrapping_stays_quoted():
    long = "> We wondered whether you might perhaps have a look at the second draft of\nthe report\n> before Friday."
    assert new_text(f"Sure.\n\n{long}").text == "Sure."


def test_nested_quotes_belong_to_nobody():
    inner = quoted("Older still")
    nested = quoted(f"Newer question?\n\nOn 1 Mar 2026, Maya wrote:\n{inner}")
    assert new_text(f"Yes.\n\nOn 3 Mar 2026, Dana wrote:\n{nested}") == NewText(text="Yes.", quoted="Newer question?")


def test_the_quoted_mail_loses_its_own_signature_and_older_mails():
    older = "\n\n-----Original Message-----\nFrom: Abel\nSent: Monday\nTo: Dana\nSubject: Draft\n\nThe oldest words."
    found = new_text(
        f"Yes.\n\n{HEADER_BLOCKS[0]}\n\n{QUESTION}\n\nBest regards,\nDana Whitfield\n+1 555 010 0199{older}"
    )
    assert found.quoted == QUESTION


def test_a_quote_is_cut_at_a_limit():
    assert len(new_text("Yes.\n\n" + quoted("word " * 3_000)).quoted) == QUOTED_LIMIT


def test_the_heading_that_a_deleted_quote_left_behind_is_dropped():
    assert new_text("Done.\n\n\n\n03/03/2001 10:12 AM\nDana Whitfield@ACME\nDana Whitfield@ACME\n").text == "Done."


@pytest.mark.parametrize(
    "line",
    [
        "On the other hand, she wrote a fine letter.",
        "On Friday we meet: bring the draft.",
        "From: what I hear, all is well.",
        "I need two things: time and money.",
        "Am Montag bin ich da:",
        "To: be or not to be",
        "-----",
        "10:30 works for me.",
    ],
)
def test_ordinary_lines_that_look_like_marks_stay(line):
    text = f"Hi Dana,\n\n{line}\nAnd then we shall see how it goes from there.\n\nSee you"
    assert line in new_text(text).text


def test_line_ends_of_other_systems_change_nothing():
    text = f"Yes.\n\nOn 3 Mar 2026, Dana wrote:\n{quoted(QUESTION)}\n"
    assert new_text(text.replace("\n", "\r\n")) == new_text(text) == new_text(text.replace("\n", "  \n"))


LINES = st.lists(
    st.one_of(
        st.sampled_from(
            [
                "",
                "> quoted",
                ">> older",
                "-- ",
                "Best regards,",
                "Thanks,",
                "Maya",
                "On 3 Mar 2026, Dana wrote:",
                "Sent from my iPhone",
                "_____",
                *HEADER_BLOCKS[2].split("\n"),
                *NOTES_HEADINGS[0].split("\n"),
            ]
        ),
        st.text(
            alphabet=st.characters(codec="utf-8", exclude_characters="\r\n", exclude_categories=("Cs",)), max_size=60
        ),
    ),
    max_size=30,
)


@given(LINES)
def test_new_text_is_made_of_lines_of_the_mail_in_their_order(lines):
    remaining = iter(line.strip() for line in lines)
    for line in new_text("\n".join(lines)).text.split("\n"):
        assert not line.strip() or line.strip() in remaining


@given(LINES)
def test_white_space_at_the_ends_of_lines_changes_nothing(lines):
    plain = new_text("\n".join(lines))
    assert new_text("\r\n".join(lines)) == plain
    assert new_text("\n".join(line + " \t" for line in lines) + "\n\n") == plain


HOSTILE = """
from inference.new_text import new_text
from inference.sentences import sentences
for text in (
    "> quoted\\n" * 100_000, ">" * 500_000, "On " * 60_000, "On Mon 1 a@b\\n" * 60_000, "On 1 wrote schrieb " * 20_000,
    "-" * 200_000, "--\\n" * 100_000, "word " * 1_000_000, "x" * 5_000_000, "From: a\\n" * 60_000, "To: a@b,\\nx@y,\\n" * 40_000,
    "cc: a@b,\\n" * 60_000, "01/01/2001 10:00 AM\\n" * 30_000, " " * 400_000, "\\n" * 400_000, "." * 400_000, ". " * 200_000,
    "Best regards,\\nX\\n" * 40_000, "This e-mail is confidential\\n\\n" * 20_000, "Mr. " * 100_000, "+1 555 " * 60_000,
):
    sentences(new_text(text).text)
    sentences(text[:400_000])
for html in (
    "<div>" * 50_000, "<div>" * 50_000 + "</div>" * 50_000, "<b>" * 50_000, "<blockquote type=cite>" * 20_000, "<" * 400_000,
    "<a " * 130_000, "<p hidden>x</p>" * 30_000, "<div></x>" * 40_000, "<!--" * 100_000, "<table><tr><td>" * 20_000,
    ("<div>" * 200 + "<p hidden>x</p>" * 100 + "</div>" * 200) * 80,
):
    new_text("", html)
"""


def test_hostile_mail_is_read_in_a_moment():
    # Each of these takes libraries at hand from seconds to hours; all together are given a minute on a slow machine.
    subprocess.run([sys.executable, "-c", HOSTILE], check=True, timeout=60)
