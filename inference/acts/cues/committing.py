"""Ways of promising an own future action."""

from inference.acts.cue import Cue, Family

CUES = Family(
    name="commit",
    says="promises with",
    cues=(
        Cue(
            name="i_will",
            patterns=(
                r"\b(?:i|we)(?:'ll| will| shall|'m going to|'re going to| am going to| are going to|'m gonna| intend to| plan to| promise| hope to| aim to| expect to)\b|\b(?:ill|gonna)\b|\bwill (?:do|get|send|call|try|check|make|let|follow|bring|have|be|keep|forward|pass|take|look|see|talk|come|report|email|e-mail|ring|review|ask|put)\b|^(?:will|consider it|on it|leave it|got it|sure|count me|deal|i'm in|doing|sending|ringing|calling|fixing|bringing|working)\b|\bleave (?:it|that|this) (?:with|to) me\b|\byou(?:'ll| will| shall) (?:have|get|receive|hear|see)\b|\bmy word\b|\bi promise\b|\bconsider it done\b|\bcount (?:me|us) in\b|\bi'm (?:in|on it|doing|sending|bringing|coming|booking|taking)\b|\bi(?:'m| am) (?:working|getting|talking|meeting|putting|writing|drafting|preparing|asking|going)\b",
                r"\b(?:ich|wir) (?:werde|werden|schicke|schicken|mache|machen|mach|melde|melden|rufe|rufen|kummere|kummern|bringe|bringen|schaue|schau|schreibe|sende|senden|ubernehme|ubernehmen|gebe|geben|frage|frag|prufe|komme|bestelle|reiche|leite|uberweise|hole|nehme|sage|spreche|lasse|stelle|bleibe|besorge|erledige)\b|\b(?:schicke|mache|melde|rufe|bringe|schreibe|sende|ubernehme|gebe|frage|prufe|komme|werde|kummere|bekommst|bekommen|kriegst|erhalten|reiche|leite) (?:ich|mich|wir|du|sie|ihr|dir|ihnen|es|ihn)\b|\bversprochen\b|\bwird (?:gemacht|erledigt)\b|\bmach(?:e)? ich\b",
                r"\b(?:je|on|nous|j'y) (?:(?:te|vous|le|la|les|lui|m'en|m'y|l'|t'|y|vais|vous l'|te l') )*\w+(?:rai|rons|ra)\b|\bje (?:vais|m'en occupe|m'en charge|m'y colle|m'y mets|te tiens|vous tiens|te rappelle|vous rappelle|promets|te l'envoie|vous l'envoie|passe|t'envoie|vous envoie|repasse|regarde|demande)\b|\bj'(?:enverrai|apporterai|irai|appelle|envoie|appellerai|apporte|arrive)\b|\bcomptez? (?:sur moi|moi dedans)\b|\bc'est promis\b|\bpromis\b|\bnous (?:allons|vous \w+rons)\b|\bon (?:s'en|va)\b",
                r"\b(?:te|le|os|les|lo|la|se lo|te lo|se la|te la) (?:mando|envio|paso|llamo|aviso|confirmo|digo|llevo|traigo|mandare|enviare|pasare|llamare|avisare|confirmare|hago|rehago|reviso|subo|escribo|cuento|dibujo|consigo|resuelvo|busco|tengo|preparo)\b|\b(?:voy|vamos) a\b|\b\w+(?:are|ere|ire|aremos|eremos|iremos)\b|\bme (?:encargo|ocupo|pongo|comprometo)\b|\bcuenta con ello\b|\bahi estare\b|\bprometido\b|\bte (?:lo )?prometo\b|\bdalo por hecho\b|\bhecho\b",
            ),
        ),
        Cue(
            name="we_start",
            patterns=(
                r"^(?:i|we|i'll|ill)\b",
                r"^(?:ich|wir)\b",
                r"^(?:je|j'|nous|on)\b",
                r"^(?:yo|nosotros|te|le|os|les)\b",
            ),
        ),
        Cue(
            name="deadline",
            patterns=(
                r"\bby (?:the end|mon|tues|wed|thurs|fri|sat|sun|eod|cob|noon|tomorrow|tonight|next|then|\d)|\b(?:today|tonight|tomorrow|this (?:afternoon|evening|week|weekend)|first thing|shortly|asap|right away|straight away|soon|as soon as|once|later)\b|\b(?:heute|morgen|bald|gleich|sobald|spater|bis (?:montag|dienstag|mittwoch|donnerstag|freitag|ende))\b|\b(?:aujourd'hui|demain|ce soir|bientot|des que|d'ici|tout de suite|avant (?:lundi|mardi|mercredi|jeudi|vendredi))\b|\b(?:hoy|manana|pronto|enseguida|en cuanto|luego|antes del?|esta (?:tarde|noche|semana))\b",
            ),
        ),
    ),
)
