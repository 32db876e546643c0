"""Ways of handing something over, answering, or reporting it done."""

from inference.acts.cue import Cue, Family

CUES = Family(
    name="deliver",
    says="delivers with",
    cues=(
        Cue(
            name="attached",
            patterns=(
                r"\b(?:attached|attaching|attachment|enclosed|enclosing|please find|here (?:is|are|'s|it is|you go|they are)|here's|see (?:below|attached|the attached)|below (?:is|are|please)|as (?:requested|promised|discussed|you asked|asked)|fyi|link(?:ed)?|the following|i(?:'m| am) (?:sending|attaching|forwarding)|per your request|you (?:asked|requested|wanted))\b|\bhttps?:|\bwww\.",
                r"\b(?:anbei|im anhang|angehangt|beigefugt|anhang|hier (?:ist|sind|der|die|das|kommt|kommen)|wie (?:besprochen|gewunscht|versprochen|gebeten)|findest du|finden sie|liegt bei|anliegend)\b",
                r"\b(?:ci-joint|ci-jointe?s?|en (?:piece|pj|p\.j)|piece jointe|pj|voici|voila|comme (?:convenu|promis|demande)|vous trouverez|tu trouveras|je joins|ci-dessous)\b",
                r"\b(?:adjunto|adjunta|adjuntos|te adjunto|le adjunto|aqui (?:tienes|tiene|va|van|esta|estan|te|le|lo)|ahi (?:va|van|te)|como (?:quedamos|acordamos|pediste|prometi|pidio)|te (?:paso|mando|dejo)|le (?:paso|mando|dejo)|va (?:el|la|adjunto))\b",
            ),
        ),
        Cue(
            name="i_did",
            patterns=(
                r"\b(?:i|we)(?:'ve| have|'d)? (?:just |already |also |finally |now |since |had )?(?:sent|spoke|talked|called|asked|checked|found|got|forwarded|fixed|updated|made|put|left|told|mentioned|passed|booked|read|went|looked|reviewed|added|changed|done|did|wrote|written|moved|paid|signed|emailed|e-mailed|faxed|confirmed|spoken|discussed|heard|ordered|dropped|uploaded|shared|copied|completed|received|contacted|gave|given|took|brought|set|arranged|nominated|recommended|cleaned|printed|posted|transferred|reran|resent|marked|ran|run|rang)\b|^(?:done|sent|fixed|found|spoke|booked|sorted|checked|updated|read|forwarded|signed|paid|moved|posted|dropped|rang|called|got|just (?:sent|spoke|did|got))\b|\bhas been (?:sent|updated|done|fixed|added|changed|booked|paid|approved|completed|shipped|moved|set)\b|\bhave been (?:sent|updated|done|fixed|added|changed|booked|paid|approved|completed|shipped|moved|set)\b|\b(?:is|are|it's|that's|all) (?:done|sorted|ready|fixed|booked|paid|in the post|on its way|signed)\b",
                r"\b(?:hab|habe|haben|bin|sind) (?:ich |wir |es |ihn |sie |dir |ihnen |euch |das |den |die |mit |schon |gerade |gestern |heute |eben |dein\w* |ihr\w* )*\w*(?:ge\w+(?:t|en)|bestellt|besprochen|erledigt|uberwiesen|uberpruft|vereinbart|ver\w+t|er\w+t|be\w+t)\b|\b(?:erledigt|gemacht|geschickt|gesprochen|gefragt|uberwiesen|verschickt|abgeschickt|bestellt|gefunden|fertig|ist raus|liegt bereit|eingetragen|freigegeben|gebucht|repariert)\b",
                r"\b(?:j'ai|on a|nous avons|je l'ai|je lui ai|je t'ai|je vous ai|je les ai|je suis) (?:bien |deja |aussi |enfin |tout )?\w+(?:e|i|u|is|it|es|ee)\b|\bc'est (?:fait|regle|envoye|parti|bon|ok|pret|valide)\b|\b(?:envoye|fait|valide|regle|reserve|paye|relu|corrige)e?s?\b",
                r"\b(?:he|hemos|ya) (?:te |le |lo |la |se lo |os |les )?\w+(?:ado|ido|cho|sto|rto|ito)\b|\b(?:hable|llame|mande|envie|deje|pase|pregunte|revise|mire|pague|reserve|consegui|encontre|puse|hice|lei|compre|arregle|pedi|firme|subi)\b|\b(?:listo|lista|hecho|enviado|arreglado|resuelto|reservado|pagado|firmado)\b|\bya (?:esta|quedo|lo|la|le|te|se)\b",
            ),
        ),
        Cue(
            name="advice",
            patterns=(
                r"\b(?:i'd|i would|you should|you could|you might|you'd|you need|you want|i recommend|i suggest|i advise|my (?:advice|suggestion|recommendation|view|take|opinion)|i think|i reckon|in my|if i were you|if it were|don't|do not|never|try|avoid|consider|make sure|be sure|start with|go with|go for|skip|keep|ask for|stick|only thing|otherwise|best (?:to|is)|better|rather)\b",
                r"\b(?:wurde|empfehle|empfehlen|rate|wurde ich|an deiner stelle|an ihrer stelle|am besten|ich finde|ich denke|ich glaube|meiner meinung|du solltest|sie sollten|nimm|nehmen sie|lieber|vorsicht|achte|achten sie)\b",
                r"\b(?:je (?:te|vous) conseille|conseille|a (?:ta|votre) place|je pense|je trouve|a mon avis|tu devrais|vous devriez|evite|evitez|prends|prenez|essaie|essayez|mieux vaut|attention|il vaut mieux|surtout)\b",
                r"\b(?:te recomiendo|le recomiendo|recomiendo|yo (?:en tu|que tu|que usted|haria)|en tu lugar|creo que|pienso que|en mi opinion|deberias|deberia|evita|evite|prueba|pruebe|mejor|ojo|cuidado|te aconsejo|le aconsejo|a mi juicio)\b",
            ),
        ),
        Cue(
            name="answer",
            patterns=(
                r"^(?:yes|no|yep|yeah|nope|sure|correct|right|absolutely|of course|definitely|indeed|exactly|agreed|not (?:yet|really|at all|that)|aye|approved|ja|nein|doch|klar|genau|stimmt|oui|non|si|claro|exacto|correcto|de acuerdo|d'accord|bien sur)\b|\byour (?:question|questions|query|answers?)\b|\bto answer\b|\bthe answer\b|\b(?:deine|ihre) frage\b|\b(?:ta|votre) question\b|\b(?:tu|su) pregunta\b",
            ),
        ),
        Cue(
            name="contact",
            patterns=(
                r"[\w.+-]+@[\w-]+\.\w+|\b\+?\d[\d ()./-]{6,}\d\b|\b(?:number|phone|mobile|cell|extension|email|address|nummer|telefon|handy|adresse|numero|telephone|portable|telefono|movil|correo|direccion|celular)\b",
            ),
        ),
        Cue(
            name="money",
            patterns=(
                r"[$€£]\s?\d|\b\d+(?:[.,]\d+)?\s?(?:euro|euros|eur|usd|dollars|pounds|quid|k|%|percent|prozent|pesos|francs)\b",
            ),
        ),
    ),
)
