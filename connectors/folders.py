"""The name of a mail folder or label in, what its mail program means by it out, in the common languages."""

from __future__ import annotations

import re
from collections.abc import Sequence
from fnmatch import fnmatchcase
from typing import Literal

Use = Literal["sent", "left out", "ordinary"]

_SENT = """
sent|sent mail|sent items|sent messages|sentmail|outgoing
gesendet|gesendete objekte|gesendete elemente|gesendete nachrichten|postausgang gesendet
envoyés|envoyes|messages envoyés|éléments envoyés|courrier envoyé
enviados|enviado|correo enviado|elementos enviados|mensajes enviados|itens enviados|e-mails enviados|mensagens enviadas
inviati|inviata|posta inviata|messaggi inviati|elementi inviati
verzonden|verzonden items|verzonden berichten|verzonden e-mail
skickat|skickade|skickade objekt|skickat mail|sendt|sendte elementer|sendt post|sendte|lähetetyt|lähetetyt kohteet
wysłane|elementy wysłane|odeslané|odeslaná pošta|odoslané|elküldött|elküldött elemek|trimise|mesaje trimise|poslano|изпратени
απεσταλμένα|отправленные|надіслані|gönderilmiş postalar|gönderilmiş öğeler|gönderilenler|נשלח|البريد المرسل|المرسلة
送信済み|送信済みメール|送信済みアイテム|已发送|已发送邮件|已发邮件|已傳送郵件|寄件備份|寄件匣|보낸편지함|보낸 편지함|thư đã gửi|terkirim|จดหมายที่ส่งแล้ว
"""
_LEFT_OUT = """
trash|bin|deleted|deleted items|deleted messages|papierkorb|gelöschte elemente|gelöschte objekte|corbeille|éléments supprimés
papelera|elementos eliminados|lixo|lixeira|itens excluídos|cestino|posta eliminata|prullenbak|verwijderde items|papperskorgen
papperskorg|borttaget|papirkurv|slettede elementer|roskakori|poistetut|kosz|elementy usunięte|koš|kôš|lomtár|coș de gunoi
корзина|удаленные|удалённые|кошик|çöp kutusu|çöp|אשפה|المهملات|ゴミ箱|削除済みアイテム|已删除邮件|已删除|垃圾桶|휴지통|thùng rác|sampah
drafts|draft|entwürfe|entwurf|brouillons|borradores|rascunhos|bozze|concepten|utkast|kladder|kladde|luonnokset|wersje robocze|koncepty
piszkozatok|ciorne|πρόχειρα|черновики|чернетки|taslaklar|טיוטות|المسودات|下書き|草稿|임시보관함|thư nháp|draf
spam|junk|junk e-mail|junk email|junk mail|bulk mail|spamverdacht|courrier indésirable|indésirables|pourriel|correo no deseado
no deseado|lixo eletrônico|posta indesiderata|ongewenste e-mail|skräppost|uønsket e-post|søppelpost|uønsket|roskaposti|wiadomości-śmieci
nevyžádaná pošta|levélszemét|спам|нежелательная почта|istenmeyen|önemsiz e-posta|דואר זבל|迷惑メール|垃圾邮件|垃圾郵件|스팸함|thư rác
outbox|unsent messages|templates|chat|chats
"""
#: The same for Gmail's own labels. Anything else may be a label that the owner gave to other people's mail.
_SENT_LABELS = """
sent|sent mail|gesendet|messages envoyés|enviados|enviado|e-mails enviados|correo enviado|posta inviata|inviati|verzonden
verzonden berichten|skickat|skickade|sendt|sendte|sendt post|lähetetyt|wysłane|odeslaná pošta|odeslané|odoslané|elküldött
elküldött levelek|trimise|mesaje trimise|poslano|изпратени|απεσταλμένα|отправленные|надіслані|gönderilmiş postalar
gönderilenler|נשלח|דואר יוצא|البريد المرسل|المرسلة|送信済み|送信済みメール|已发送|已发邮件|已傳送郵件|寄件備份|보낸편지함|thư đã gửi|terkirim
จดหมายที่ส่งแล้ว
"""
_LEFT_OUT_LABELS = """
trash|bin|papierkorb|corbeille|papelera|lixo|lixeira|cestino|prullenbak|papperskorgen|papirkurv|papirkurven|roskakori|kosz
koš|kôš|kuka|lomtár|coș de gunoi|корзина|кошик|кошче|κάδος απορριμμάτων|çöp kutusu|אשפה|المهملات|ゴミ箱|已删除邮件|垃圾桶|휴지통
thùng rác|sampah|ถังขยะ
drafts|entwürfe|brouillons|borradores|rascunhos|bozze|concepten|utkast|kladder|luonnokset|wersje robocze|koncepty|piszkozatok
ciorne|mesaje nefinalizate|чернови|πρόχειρα|черновики|чернетки|taslaklar|טיוטות|المسودات|下書き|草稿|임시보관함|thư nháp|draf|จดหมายร่าง
spam|skräppost|søppelpost|roskaposti|ongewenst|spamverdacht|спам|ספאם|דואר זבל|迷惑メール|垃圾邮件|垃圾郵件|스팸함|thư rác|จดหมายขยะ
chat|chats
"""
#: Where mail programs put their own folders; below anything else they are the owner's own ordering.
_TOP = re.compile(r"(?:(?:inbox|\[gmail\]|\[google mail\])[/\\.]){0,2}")
_SEPARATORS = re.compile(r"[_\s]+")


def _names(table: str) -> frozenset[str]:
    return frozenset(name.strip() for line in table.split("\n") for name in line.split("|") if name.strip())


SENT_NAMES = _names(_SENT)
LEFT_OUT_NAMES = _names(_LEFT_OUT)
SENT_LABELS = _names(_SENT_LABELS)
LEFT_OUT_LABELS = _names(_LEFT_OUT_LABELS)


def use_of(path: str) -> Use:
    """What a folder is for. Case, ``_`` and the endings that mail programs add do not matter.

    Only a folder at the top, in INBOX or in [Gmail] is the mail program's own: ``Clients/Sent`` may hold what clients
    sent.
    """
    plain = _SEPARATORS.sub(" ", _folder(path).casefold().rstrip("/")).replace(".sbd/", "/").removesuffix(".mbox")
    plain = _TOP.sub("", plain, count=1).strip()
    if plain in SENT_NAMES:
        return "sent"
    return "left out" if plain in LEFT_OUT_NAMES else "ordinary"


def use_of_label(label: str) -> Use:
    """What a label in a Takeout of Gmail stands for, as a whole: ``Clients/Sent`` is the owner's own ordering."""
    plain = label.casefold().strip()
    if plain in SENT_LABELS:
        return "sent"
    return "left out" if plain in LEFT_OUT_LABELS else "ordinary"


def _folder(path: str) -> str:
    """The folder that a box is for: Apple Mail puts a file named ``mbox`` into a folder ``Name.mbox``."""
    return path.removesuffix("/mbox") if path.lower().endswith(".mbox/mbox") else path


def is_own(path: str, sent: Sequence[str]) -> bool:
    """Whether the mail of the folder ``path`` (with ``/``) is the owner's own.

    ``sent`` are the owner's globs on the path or its last part; without any the usual names of Sent folders count,
    where mail programs put them (see ``use_of``).
    """
    if not sent:
        return use_of(path) == "sent"
    folded = _folder(path).casefold()
    last = folded.rpartition("/")[2]
    candidates = {folded, last, folded.removesuffix(".mbox"), last.removesuffix(".mbox")}
    return any(fits(candidate, glob.casefold()) for glob in sent for candidate in candidates)


def fits(name: str, glob: str) -> bool:
    """Whether a glob fits a name, or is the name: ``[Gmail]/Sent`` means that folder, not a letter of ``Gmail``."""
    return name == glob or fnmatchcase(name, glob)
