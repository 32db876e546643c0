"""The language of a text by its function words."""

from __future__ import annotations

import pytest

from inference.language import language


@pytest.mark.parametrize(
    ("code", "text"),
    [
        ("en", "Could you let me know whether the office is open on Friday?"),
        ("de", "Könntest du mir bitte sagen, ob das Büro am Freitag offen ist?"),
        ("fr", "Est-ce que tu peux me dire si le bureau est ouvert vendredi ?"),
        ("es", "¿Me puedes decir si la oficina está abierta el viernes?"),
        ("it", "Mi puoi dire se l'ufficio è aperto anche venerdì? Grazie, ciao"),
        ("pt", "Você pode me dizer se o escritório está aberto na sexta? Obrigado"),
        ("nl", "Kun je me zeggen of het kantoor op vrijdag open is? Groeten"),
    ],
)
def test_a_sentence_shows_its_language(code, text):
    assert language(text) == code


@pytest.mark.parametrize("text", ["", "12:30", "Cafetería Ñandú", "Это русский текст", "😀", "\x00\ufffd"])
def test_without_function_words_the_language_is_unknown(text):
    assert language(text) == ""


def test_only_the_beginning_of_a_text_is_read():
    assert language("Could you tell me what this is about? " * 20 + "und der die das " * 10_000) == "en"
