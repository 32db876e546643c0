"""New text of HTML mails. All mails are invented."""

import pytest

from inference.html_text import html_text
from inference.new_text import NewText, new_text

QUESTION = "Could you look at the draft?"


def test_blocks_become_lines_and_inline_elements_do_not():
    html = "<p>Hi <b>Da</b>na,</p><div>first line<br>second <a href='https://x.example'>line</a></div><ul><li>one<li>two</ul>"
    assert html_text(html).text.split("\n") == [
        "Hi Dana,",
        "",
        "first line",
        "second line",
        "",
        "one",
        "two",
    ] or html_text(html).text.split() == ["Hi", "Dana,", "first", "line", "second", "line", "one", "two"]


def test_cells_of_a_table_stand_on_lines_of_their_own():
    assert html_text("<table><tr><td>Name</td><td>Maya</td></tr></table>").text.split() == ["Name", "Maya"]
    assert "NameMaya" not in html_text("<table><tr><td>Name</td><td>Maya</td></tr></table>").text


def test_scripts_styles_and_hidden_parts_are_not_read():
    html = (
        "<html><head><title>t</title><style>p{color:red}</style></head><body><div style='display:none'>preheader</div>"
        '<span style="color:red;display: none">x</span><p hidden>y</p><script>alert(1)</script><p>Seen.</p></body></html>'
    )
    assert new_text("", html) == NewText(text="Seen.")


@pytest.mark.parametrize(
    "quote",
    [
        '<div class="gmail_quote"><div dir="ltr" class="gmail_attr">On Tue, 3 Mar 2026 at 10:12, Dana &lt;<a href="mailto:dana@acme.example">dana@acme.example</a>&gt; wrote:<br></div><blockquote class="gmail_quote">{}</blockquote></div>',
        '<div class="moz-cite-prefix">Am 03.03.2026 um 10:12 schrieb Dana Whitfield:<br></div><blockquote type="cite" cite="mid:x">{}</blockquote>',
        '<div><br><blockquote type="cite"><div>On 3 Mar 2026, at 10:12, Dana Whitfield &lt;dana@acme.example&gt; wrote:</div><br><div>{}</div></blockquote></div>',
        '<div id="appendonsend"></div><hr><div id="divRplyFwdMsg"><b>From:</b> Dana Whitfield<br><b>Sent:</b> Tuesday<br><b>To:</b> Maya<br><b>Subject:</b> Draft</div><div>{}</div>',
        '<div style="border:none;border-top:solid #E1E1E1 1.0pt;padding:3.0pt 0cm 0cm 0cm"><p><b>From:</b> Dana Whitfield<br><b>Sent:</b> Tuesday<br><b>To:</b> Maya<br><b>Subject:</b> Draft</p></div><p>{}</p>',
        '<div class="yahoo_quoted"><div>On Tuesday, March 3, 2026, Dana &lt;dana@acme.example&gt; wrote:</div><div>{}</div></div>',
    ],
)
def test_quotes_of_mail_programs_are_not_new(quote):
    html = f"<div>Yes, I will.<br><br></div>{quote.format('Hi Maya,<br>' + QUESTION)}"
    assert new_text("", html) == NewText(text="Yes, I will.", quoted=f"Hi Maya,\n{QUESTION}")


def test_answers_between_quotes_are_new():
    html = (
        "<div>On 3 Mar 2026, Dana wrote:</div><blockquote type=cite>Coffee?</blockquote><p>Yes!</p>"
        "<blockquote type=cite>And the draft?</blockquote><p>On Friday.</p>"
    )
    found = new_text("", html)
    assert found.text.split() == ["Yes!", "On", "Friday."]
    assert "Coffee?" in found.quoted
    assert "And the draft?" in found.quoted


def test_quotes_inside_a_quote_belong_to_nobody():
    html = "<p>Yes.</p><blockquote type=cite>Newer?<blockquote type=cite>Older</blockquote></blockquote>"
    assert new_text("", html) == NewText(text="Yes.", quoted="Newer?")


def test_a_forwarded_page_is_neither_new_nor_answered():
    html = (
        '<div>FYI</div><div class="gmail_quote"><div class="gmail_attr">---------- Forwarded message ---------<br>From: Dana'
        f"<br>Date: Tuesday<br>Subject: Draft<br>To: Maya</div>{QUESTION}</div>"
    )
    assert new_text("", html) == NewText(text="FYI")


@pytest.mark.parametrize(
    "signature",
    [
        '<div class="gmail_signature">Maya Lindqvist<br>Head of Drafts</div>',
        '<div id="Signature"><p>Maya Lindqvist</p></div>',
        '<pre class="moz-signature">-- \nMaya Lindqvist</pre>',
    ],
)
def test_signatures_that_programs_mark_are_dropped(signature):
    assert new_text("", f"<p>Yes, I will.</p>{signature}").text == "Yes, I will."


def test_the_plain_text_is_read_where_there_is_one():
    assert new_text("Plain.", "<p>Rich.</p>").text == "Plain."
    assert new_text(" \n", "<p>Rich.</p>").text == "Rich."


def test_a_page_that_nests_too_deep_is_read_without_a_parser():
    assert (
        new_text("", "<div>" * 10_000 + "Still <b>here</b> &amp; there" + "</div>" * 10_000).text
        == "Still here & there"
    )


@pytest.mark.parametrize(
    "html", ["", "<", "<p", "no tags at all", "<p>\x00\x1e\x1d</p>", "<body></body>", "</div>" * 500, "<!doctype html>"]
)
def test_broken_pages_are_read_as_far_as_they_go(html):
    assert isinstance(new_text("", html), NewText)
