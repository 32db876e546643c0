"""What a favor is about: its type, whoever asks for it or does it."""

from inference.acts.cue import Cue, Family

CUES = Family(
    name="type",
    says="is about",
    cues=(
        Cue(
            name="intro",
            patterns=(
                r"\b(?:introduc\w+|intro|intros|connect(?:ed|ing|ion)?|put (?:me|us|you|him|her|them|the two) (?:in touch|on to|onto)|in touch with|make the connection|get me in front of|know (?:anyone|anybody|someone|somebody) (?:at|in|who|with)|a line to|who you know|pass (?:me|my name) (?:on|to)|meet [a-z]+ from|loop(?:ing|ed)? in)\b",
                r"\b(?:vorstellen|vorgestellt|kontakt (?:zu|mit|her)|bekannt machen|verbindung|zusammenbring\w+|kennst du (?:jemand\w*|wen)|kennen sie (?:jemand\w*|wen)|in kontakt|vermitteln)\b",
                r"\b(?:presenter|presentation|mettre en (?:contact|relation)|en contact avec|mets en copie|connais(?:sez|trais)?[- ](?:tu|vous) quelqu'un|connaitrais|un contact)\b",
                r"\b(?:presentar\w*|presento|poner\w* en contacto|pongo en (?:contacto|copia)|conoces a alguien|conoce a alguien|un contacto|conectar\w*)\b",
            ),
        ),
        Cue(
            name="advice",
            patterns=(
                r"\b(?:advice|advise|what (?:would|should) (?:you|i|we)|how (?:would|should) (?:you|i|we)|should (?:i|we)|would you (?:recommend|suggest|do|take|go|use|bother|trust)|do you (?:think|reckon|recommend)|your (?:view|opinion|take|instinct|gut|judg\w+)|what do you (?:think|make|reckon|suggest|recommend)|suggestions?|tips?|thoughts on|if i were you|i(?:'d| would)|you (?:should|could|might|ought)|my (?:advice|view)|better (?:to|off)|never|don't|avoid|make sure|worth it|wise|sensible)\b",
                r"\b(?:rat|raten|ratschlag|was wurdest|was wurden sie|wie wurdest|wurdest du|wurden sie|was meinst|was meinen|soll(?:te)? ich|sollten wir|lohnt|empfiehlst|empfehlen|tipps?|an deiner stelle|am besten|lieber|niemals|lass)\b",
                r"\b(?:conseil\w*|que ferais|que feriez|a (?:ta|votre) place|dois-je|devrais-je|tu ferais|vous feriez|ton avis sur|votre avis sur|vaut[- ](?:il|mieux)|evite\w*|surtout pas|astuces?)\b",
                r"\b(?:consejos?|aconsej\w+|que harias|que haria|en (?:tu|su) lugar|deberia(?:mos)?|conviene|que me recomiend\w+|vale la pena|evit\w+|yo (?:que tu|en tu|no|haria|pediria|quitaria)|mejor)\b",
            ),
        ),
        Cue(
            name="referral",
            patterns=(
                r"\b(?:recommend\w*|refer(?:ral|red|ring|ence|ences)?|resume|cv|application|candidate|position|positions|job|jobs|hire|hiring|opening|vacanc\w+|role|good word|word (?:in|with|from|for)|letter (?:of|for)|vouch|nominat\w+|endorse\w*|keep me in mind|think of me|internship|put (?:me|him|her|you|your name) (?:up|forward)|someone (?:good|who (?:does|can))|anyone good|talk to|ask for|try [a-z]+,|speak to)\b",
                r"\b(?:empfehlung\w*|empfehlen|empfohlen|referenz\w*|lebenslauf|bewerb\w+|stelle|job|kandidat\w*|praktik\w+|gutes wort|gutachten|zeugnis|weiterempf\w+|frag(?:en sie)? (?:mal|doch)|jemand guten|handwerker)\b",
                r"\b(?:recommand\w+|reference|cv|candidature|poste|emploi|stage|embauch\w+|lettre de|un mot (?:pour|aupres)|appuyer|adresse(?:z)?[- ](?:toi|vous)|demande a|bon (?:artisan|medecin|avocat))\b",
                r"\b(?:recomend\w+|referencia\w*|curriculum|cv|candidat\w+|puesto|trabajo|practicas|contrat\w+|carta de|vacante\w*|hable con|habla con|preguntale a|diselo a|buen (?:abogado|medico))\b",
            ),
        ),
        Cue(
            name="feedback",
            patterns=(
                r"\b(?:feedback|comments?|review(?:ed|ing)?|edits?|draft|drafts|proofread|look (?:over|through|at)|read (?:over|through|it|this|the)|redlin\w+|mark(?:ed)? up|changes to|honest (?:opinion|view)|critique|what you think of|let me know what you think|looks? (?:good|fine|great|ok|okay)|paragraph|page \d+|slide \d*|typos?|wording|section|sentence|chapter|version|your (?:paper|article|piece|draft|text|talk|slides|poem|song|deck)|too (?:long|short|much|many|small))\b",
                r"\b(?:ruckmeldung|feedback|anmerkung\w*|gegenlesen|durchlesen|druber\w*|drauf\w*|entwurf|korrektur\w*|fassung|absatz|seite \d*|kapitel|folie\w*|ehrliche meinung|was haltst|was halten|gefallt|text|zu (?:lang|kurz|viel|klein))\b",
                r"\b(?:retours?|remarques?|relire|relu\w*|relecture|ebauche|brouillon|corrections?|paragraphe|page \d*|chapitre|diapo\w*|maquette|que (?:penses|pensez)|ton texte|votre texte|trop (?:long|court|petit\w*))\b",
                r"\b(?:comentarios|correcci\w+|revis\w+|borrador|parrafo|pagina|capitulo|diapositiv\w+|que te parece|que le parece|texto|version|demasiado|vistazo)\b",
            ),
        ),
        Cue(
            name="info",
            patterns=(
                r"\b(?:who|when|where|which|how (?:many|much|long|often|far|big|old)|what (?:time|date|day|is|are|was|were|kind|type|does|did|price|happened)|is (?:it|there|that|this|the|he|she)|are (?:there|they|these)|do you (?:have|know|still)|did (?:you|he|she|they|it)|have you|has (?:he|she|it|the)|number|address|status|update|confirm|details|information|info|copy of|list of|numbers|figures|data|report|schedule|dates|price|cost|attached|according to|the answer|yes|no)\b",
                r"\b(?:wer|wann|wo|welche\w*|wie (?:viel\w*|lange|oft|weit|gross)|gibt es|hast du|haben sie|ist (?:es|das|der|die)|sind (?:die|das)|nummer|adresse|stand|auskunft|information\w*|liste|zahlen|daten|preis|termin|liegt|uhr|protokoll|masse)\b",
                r"\b(?:qui|quand|ou est|quel\w*|combien|est-ce que|y a-t-il|avez-vous|as-tu|numero|adresse|renseignement\w*|information\w*|liste|chiffres|donnees|prix|date|compte rendu|surface|cles)\b",
                r"\b(?:quien|cuando|donde|cual\w*|cuant[oa]s?|hay|tienes|tiene|sabes|sabe|numero|direccion|informacion|lista|datos|precio|fecha|acta|medidas|llaves)\b",
            ),
        ),
        Cue(
            name="action",
            patterns=(
                r"\b(?:please (?:call|sign|send|print|forward|change|make|add|put|get|have|do|let|set|remove|update|handle|pass|contact|complete|fill|submit|arrange|check|book|cancel|move|confirm|schedule|draft|follow|keep|ensure)|fix(?:ed)?|remove|delete|cancel(?:led)?|book(?:ed)?|print|forward|sign|fill (?:in|out)|set up|change|move|restart|install|update|submit|upload|order(?:ed)?|ring|pay|paid|sent|posted|done|picked up|dropped|tell (?:him|her|them|your|the)|bring|pass (?:it )?on|make sure|take care of)\b",
                r"\b(?:erledig\w+|unterschreib\w+|ausfull\w+|abhol\w+|bestell\w+|storn\w+|einrichten|andern|geandert|verschicken|weiterleit\w+|ruf\w* .{0,20} an|kummer\w+|uberweis\w+|bring\w*|mach\w* bitte|getauscht|repariert|geschickt)\b",
                r"\b(?:signer|remplir|reserver|annuler|changer|deplacer|imprimer|transmettre|transferer|appeler|passer (?:le|la|prendre)|apporter|apportez|regler|deposer|depose|envoye|repare|change|prevenir)\b",
                r"\b(?:firmar|rellenar|reservar|cancelar|cambiar|mover|imprimir|reenviar|llamar|recoger\w*|traiga|traer|pagar|presentado|enviado|arregl\w+|cambie|avisar|encargar\w*|quitar|poner)\b",
            ),
        ),
        Cue(
            name="time",
            patterns=(
                r"\b(?:your time|a (?:call|chat|coffee|word|minute|quick call)|(?:few|\d+|fifteen|twenty|thirty|five|ten) minutes|half an hour|an hour|pick your brain|meet with (?:me|us|you)|sit down with|talk (?:it|this) (?:through|over)|spare|buy you (?:a )?(?:coffee|lunch|dinner)|get together|visit with|walk (?:me|us) through|see you about)\b",
                r"\b(?:zeit fur|halbe stunde|eine stunde|\d+ minuten|kurz (?:telefonieren|sprechen|reden)|auf einen kaffee|treffen|gesprach)\b",
                r"\b(?:du temps|une heure|demi-heure|\d+ minutes|un cafe|te voir|vous voir|en parler|un moment|se parler)\b",
                r"\b(?:un rato|una hora|media hora|\d+ minutos|un cafe|hablar contigo|hablar con usted|tu tiempo|su tiempo|vernos|un momento)\b",
            ),
        ),
        Cue(
            name="support",
            patterns=(
                r"\b(?:support\w*|vote|voting|donat\w+|sponsor\w*|fundrais\w+|sign (?:the|our|my|this) (?:petition|letter)|petition|speak (?:at|to|on)|speaker|keynote|attend|volunteer\w*|endors\w+|back (?:me|us|the|my|our)|second|counting on|join (?:the|our) (?:board|committee)|chair|panel|guest|honou?r\w*|invite you|help (?:out )?(?:at|with the)|stall|cause|campaign)\b",
                r"\b(?:unterstutz\w+|stimme\w*|abstimm\w+|spende\w*|sponsor\w*|vortrag|teilnehm\w+|ehrenamt\w*|freiwillig\w*|zahle? auf|gutes wort|lesen|lesung|mithelf\w+|stand|aufbau\w*)\b",
                r"\b(?:soutien\w*|soutenir|voter?|don|dons|sponsor\w*|benevol\w+|intervenir|conference|temoign\w+|compte sur|comptons sur|stand|parrain\w*)\b",
                r"\b(?:apoy\w+|votar|voto|votos|donar|donativo|patrocin\w+|voluntari\w+|charla|ponencia|contamos contigo|cuento contigo|firmar la|jornadas|barra)\b",
            ),
        ),
        Cue(
            name="resource",
            patterns=(
                r"\b(?:borrow\w*|lend\w*|lent|loan\w*|use (?:of )?(?:your|the)|tickets?|money|fund\w*|grant|budget|equipment|room|space|desk|van|car|truck|house|flat|keys?|access|password|account|licen[cs]e|spare|template|file|files|boxes|samples?|tools?|machine|have (?:any|some|a) (?:spare|extra)|chip in|contribut\w+|yours (?:for|if|until))\b",
                r"\b(?:leih\w*|ausleih\w*|geliehen|karten|geld|raum|zimmer|auto|wagen|anhanger|schlussel|zugang|passwort|werkzeug|maschine|vorlage|ubrig|brauchst du dein\w*|kuchen|platz)\b",
                r"\b(?:emprunt\w+|pret\w*|billets?|argent|salle|chambre|voiture|remorque|cles?|acces|mot de passe|outils?|machine|modele|en trop|place|gateau)\b",
                r"\b(?:prest\w+|dejar\w*|entradas?|dinero|sala|habitacion|coche|furgoneta|llaves?|acceso|contrasena|herramienta\w*|maquina|plantilla|sobra\w*|sitio|tortilla)\b",
            ),
        ),
    ),
)
