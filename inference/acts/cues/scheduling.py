"""Times, days and places to meet."""

from inference.acts.cue import Cue, Family

CUES = Family(
    name="schedule",
    says="names a time or place with",
    cues=(
        Cue(
            name="clock",
            patterns=(
                r"\b\d{1,2}(?::|\.|h)\d\d\b|\b\d{1,2} ?(?:am|pm|a\.m\.|p\.m\.|o'clock|uhr|ish)\b|\b(?:um|gegen|ab|vers|at|by|from|till|until|@) ?\d{1,2}\b|\b\d{1,2} ?h(?:eures?|oras?)?\b|\ba las (?:\d|una|dos|tres|cuatro|cinco|seis|siete|ocho|nueve|diez|once|doce)|\b(?:noon|midi|mediodia|mittag|midnight|half (?:past )?\w+|quarter (?:past|to))\b",
            ),
        ),
        Cue(
            name="day",
            patterns=(
                r"\b(?:mon|tues?|wed(?:nes)?|thur?s?|fri|sat(?:ur)?|sun)(?:day)?s?\b|\btomorrow\b|\btonight\b|\bnext week\b|\bthis (?:week|morning|afternoon|evening|weekend)\b|\bweekend\b",
                r"\b(?:montag|dienstag|mittwoch|donnerstag|freitag|samstag|sonnabend|sonntag)s?\b|\bmorgen\b|\bheute abend\b|\bnachste woche\b|\bubermorgen\b|\bwochenende\b",
                r"\b(?:lundi|mardi|mercredi|jeudi|vendredi|samedi|dimanche)\b|\bdemain\b|\bce soir\b|\bsemaine prochaine\b|\bweek-end\b",
                r"\b(?:lunes|martes|miercoles|jueves|viernes|sabado|domingo)\b|\bmanana\b|\besta (?:noche|tarde|semana)\b|\bproxima semana\b|\bfin de semana\b|\bsemana que viene\b",
            ),
        ),
        Cue(
            name="date",
            patterns=(
                r"\b(?:jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sept?(?:ember)?|oct(?:ober)?|nov(?:ember)?|dec(?:ember)?)\.? \d{1,2}\b|\b\d{1,2}(?:st|nd|rd|th)\b|\b\d{1,2} (?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)\w*|\b\d{1,2}/\d{1,2}\b",
                r"\b\d{1,2}\. ?(?:januar|februar|marz|april|mai|juni|juli|august|september|oktober|november|dezember|\d{1,2}\.)|\bam \d{1,2}\.",
                r"\b(?:le|du|au) \d{1,2}\b|\b\d{1,2} (?:janvier|fevrier|mars|avril|mai|juin|juillet|aout|septembre|octobre|novembre|decembre)",
                r"\b(?:el|al|del|dia) \d{1,2}\b|\b\d{1,2} de (?:enero|febrero|marzo|abril|mayo|junio|julio|agosto|septiembre|octubre|noviembre|diciembre)",
            ),
        ),
        Cue(
            name="meet",
            patterns=(
                r"\b(?:meet|meeting|meetings|lunch|coffee|dinner|breakfast|drinks?|pint|beer|catch up|get together|call|zoom|teams|chat|visit|swing by|come by|stop by|drop by|drop in|pop (?:in|over|round)|appointment|slot|calendar|diary|schedule|scheduled|reschedule|session|conference|see you|come over|join (?:us|me)|supper|tea)\b",
                r"\b(?:treffen|treffe|termin|mittagessen|kaffee|bier|besprechung|telefonieren|telefonat|besuch|vorbeikommen|komme vorbei|komm vorbei|sehen wir uns|verschieben|uhrzeit|probe|abendessen|zoom)\b",
                r"\b(?:rendez-vous|rdv|rencontrer|rencontre|se voir|on se|dejeuner|diner|cafe|biere|apero|visio|creneau|passer|passe|reunion|agenda|reporter|decaler|deplacer|visite|bouffe)\b",
                r"\b(?:quedar|quedamos|reunion|reunimos|nos vemos|vernos|cafe|comida|comer|cena|cerveza|videollamada|cita|hueco|agenda|calendario|visita|pasar por|almuerzo|almorzar|desayuno)\b",
            ),
        ),
        Cue(
            name="works",
            patterns=(
                r"\b(?:works?|suits?|good|fine|ok|okay|free|available|busy|perfect|open|availability) (?:for (?:me|you|us)|you|me|us|on|at|from|after|before|any|all|next|this|that|then|with|to meet|to talk|mon|tue|wed|thu|fri|sat|sun)|\b(?:when|what time|which day|where) (?:are|is|can|could|would|do|does|shall|should|works?|suits?|were)\b|\bhow (?:about|is|does|'s) \b|\bhow about\b|\bwhat about\b|\blet's\b|\bpencil(?:led)?\b|\bmove (?:it|our|the|us|to)\b|\bpush (?:it|back|our|to)\b|\bpostpone\w*|\bcancel\w*|\bit is then\b|\bsee you (?:then|there|at|on)\b|\bdoes (?:that|this|it) (?:work|suit)\b",
                r"\b(?:passt|passen|passte|ginge|geht|klappt|klappen) (?:es|das|dir|ihnen|euch|mir|uns|gut|super|am|um|bei)\b|\bwann\b|\bfrei\b|\bwie ware\b|\bhatte(?:st)? (?:du|ich) zeit\b|\bzeit\b|\bverschoben\b|\babsagen\b|\bbis (?:dann|morgen|montag|dienstag|mittwoch|donnerstag|freitag)\b",
                r"\b(?:convient|conviendrait|arrange|dispo|disponible|disponibles|libre|quand|a partir de|avant|plutot|entendu pour|ok pour|d'accord pour|a demain|a jeudi)\b|\bca (?:te|vous) va\b|\bmarche pour\b",
                r"\b(?:te viene|le viene|os viene|te va|le va|conviene|disponible|libre|cuando|puedo el|mejor el|te parece (?:el|a)|le parece (?:el|a)|aplazar|mover|cancelar|hasta (?:el|manana|entonces))\b",
            ),
        ),
    ),
)
