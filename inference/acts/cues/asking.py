"""Ways of asking for something: requests, questions, needs, imperatives."""

from inference.acts.cue import Cue, Family

CUES = Family(
    name="ask",
    says="asks with",
    cues=(
        Cue(
            name="could_you",
            patterns=(
                r"\b(?:can|could|cld|would|will|may|might) (?:you|u|ya|someone|somebody|anyone|anybody|one of you|we ask|i ask|i trouble|i bother|i borrow|i pick|i get|i have|i steal|i interest|we get|we have|we borrow)\b",
                r"\b(?:konnen|konntest|konnten|kannst|konnt|konntet|konnte|wurden|wurdest|wollen|magst|mogen|mochten|darf|durfte|durften) (?:du|sie|ihr|man|jemand|ich dich|ich sie|ich euch|wir sie|wir euch)\b",
                r"\b(?:pouvez|pourriez|voulez|voudriez|auriez|sauriez|avez)[- ]vous\b|\b(?:peux|pourrais|veux|voudrais|aurais|saurais)[- ]tu\b|\btu (?:peux|pourrais|saurais|aurais)\b|\bvous (?:pourriez|auriez|serait[- ]il)\b|\best[- ]ce que (?:tu|vous) (?:peux|pourrais|pouvez|pourriez|aurais|auriez)",
                r"\b(?:puedes|podrias|podrian|podria|puede|pueden|podeis|podriais|podes|quieres|querrias|sabes si|me ayudas|me echas|nos echas|me pasas|me mandas|me envias|me dices|me cuentas|me prestas|te importaria|le importaria)\b",
            ),
        ),
        Cue(
            name="please",
            patterns=(
                r"\b(?:please|pls|plz|pleas|kindly)\b",
                r"\bbitte\b",
                r"\b(?:s'il te plait|s'il vous plait|svp|stp|merci de|priere de|veuillez)\b",
                r"\b(?:por favor|porfa|porfi|haga el favor|haz el favor|se ruega|le ruego|les ruego)\b",
            ),
        ),
        Cue(
            name="would_you_mind",
            patterns=(
                r"\b(?:would|do) you mind\b|\bif you (?:don't|wouldn't|do not) mind\b|\bif (?:it's|it is|that's) not too much\b|\bbe (?:so )?(?:kind|good) enough\b|\bbe so kind\b|\b(?:any|is there (?:any|a)|what are the) chance\b|\bis it (?:at all )?possible\b|\bwould it be (?:at all )?possible\b|\bwould it be (?:ok|okay|alright|very|too)\b|\bmind if i\b",
                r"\bware es (?:moglich|denkbar|okay|in ordnung)\b|\bist es moglich\b|\bmacht es (?:dir|ihnen) etwas aus\b|\bseien sie so (?:gut|nett|lieb)\b|\bsei so (?:gut|lieb|nett)\b|\bwaren sie so\b|\bwarst du so\b",
                r"\bserait[- ]il possible\b|\best[- ]il possible\b|\bca te (?:derange|dirait|embete)\b|\bca vous (?:derange|dirait)\b|\bseriez[- ]vous\b|\bserais[- ]tu\b|\by aurait[- ]il moyen\b|\b(?:est-ce que )?(?:c'est|ce serait) possible\b",
                r"\bseria posible\b|\bes posible\b|\bhabria (?:manera|forma|posibilidad)\b|\bhay (?:manera|forma|posibilidad)\b|\bte molesta\b|\ble molesta\b|\bserias tan\b|\bseria tan\b",
            ),
        ),
        Cue(
            name="wondering",
            patterns=(
                r"\b(?:i was|i'm|i am|we were|we're|just|been) (?:also |just )?(?:wondering|hoping|curious)\b|\bi wonder(?:ed)? (?:if|whether|how|what|who)\b|\b(?:was|were) hoping (?:you|to|that|we|for)\b|\bhoping you(?:'d| can| could| might| would| will)?\b|\bcurious (?:if|whether|what|how|to)\b",
                r"\bich (?:wollte fragen|frage mich|hatte eine (?:frage|bitte)|habe eine (?:frage|bitte)|hab eine (?:frage|bitte))\b|\bich hoffe,? (?:du|sie|ihr)\b|\bwollte (?:mal |nur )?(?:kurz )?fragen\b",
                r"\bje (?:me demandais|voulais (?:te|vous|savoir)|me permets de)\b|\bj'(?:aurais|ai) (?:une question|un service|besoin)\b|\bj'esperais\b",
                r"\bme preguntaba\b|\bqueria (?:preguntarte|preguntarle|pedirte|pedirle|saber|consultarte|consultarle)\b|\b(?:te|le|os|les) (?:pido|pregunto|pediria|consulto|escribo para pedir)\b|\bquisiera (?:pedir|saber|preguntar)",
            ),
        ),
        Cue(
            name="appreciate_if",
            patterns=(
                r"\b(?:appreciate|grateful|great|helpful|lovely|wonderful|brilliant|glad|obliged|nice|good|awesome|amazing|ideal|thankful|thrilled|delighted) (?:it )?if (?:you|we|someone|i|there|that)\b|\b(?:would|i'd|we'd|could) (?:really |greatly |very much |so |certainly |also |truly |be )?(?:appreciate|value|welcome|love|like|grateful for)\b|\bit would (?:be|mean|help)\b|\bit'd (?:be|mean|help)\b|\bwould mean (?:a lot|the world|so much)\b",
                r"\b(?:ware|waren|wurde|wurden) (?:ich |wir )?(?:dir |ihnen |euch )?(?:sehr )?(?:dankbar|toll|super|schon|hilfreich|prima|nett|lieb|freuen)\b|\bich wurde mich freuen\b|\bdas ware (?:sehr |echt |so )?(?:toll|super|schon|nett|lieb|klasse)\b",
                r"\bje (?:te|vous) (?:serais|saurais)\b|\bce serait (?:super|bien|genial|top|gentil|formidable|chouette)\b|\bca m'aiderait\b|\bj'aimerais\b|\bje voudrais\b|\bnous aimerions\b",
                r"\b(?:te|le|os|les) (?:agradeceria|agradeceriamos|estaria|quedaria)\b|\bseria (?:genial|estupendo|fantastico|bueno|buenisimo|de gran ayuda)\b|\bme (?:vendria|encantaria|gustaria|ayudaria)\b|\bnos (?:vendria|encantaria|gustaria)\b",
            ),
        ),
        Cue(
            name="let_me_know",
            patterns=(
                r"\b(?:let me|let us|let's|lemme) know (?:what|how|when|where|who|which|whether|your|by|asap|and)\b|\b(?:tell|give|send|show|forward|fax|email|e-mail|get|remind|point|advise|inform|update|ring|drop|text|mail|ping|shoot|pass|lend|spare|cc) (?:me|us|it to|them to|him|her)\b|\b(?:call|phone|contact) (?:me|us) (?:with|about|when|re|at|on|as|to|back|today|tomorrow)\b|\bget back to (?:me|us)\b",
                r"\b(?:sag|sagen sie|gib|geben sie|schick|schicken sie|schreib|schreiben sie|ruf|rufen sie|melde|melden sie|lass|lassen sie|nenn|nennen sie|meldet|sagt|gebt|schickt) (?:mir|uns|dich|sich|mich|doch|bitte|mal|kurz|euch)\b",
                r"\b(?:dis|dites|envoie|envoyez|donne|donnez|passe|passez|tiens|tenez|fais|faites|prete|pretez|rappelle|rappelez|confirme|confirmez|transmets|transmettez|explique|expliquez)[- ](?:moi|nous|le|la|les)\b",
                r"\b(?:dime|digame|diganos|dinos|mandame|mandeme|mandanos|mandenme|enviame|envieme|envianos|pasame|paseme|avisame|aviseme|avisanos|cuentame|cuenteme|prestame|presteme|confirmame|confirmeme|llamame|llameme|decime|mandame|avisa|avisen|echale|echeme|hagame|hazme|ayudame|ayudeme)\b",
            ),
        ),
        Cue(
            name="need",
            patterns=(
                r"\b(?:i|we) (?:(?:also|still|just|really|urgently|desperately|only|do|will|would|shall|'ll|may|might) )*(?:need|require|request|want|must have)\b|\b(?:i'd|we'd|i would|we would) (?:like|need|love|want)\b|\b(?:i'm|we're|i am|we are) (?:short|looking for|after|trying to find|in need|desperate|counting on|missing)\b|\bi (?:ask|beg|urge|request|plead)\b|\bneed(?:s|ed)? (?:your|you to|help|a hand)\b|\byour (?:help|advice|thoughts|view|views|opinion|input|feedback|comments|take|guidance|assistance|support|eyes?|blessing|vote)\b|\b(?:looking|look|searching) for (?:a|an|some|someone|somebody|anyone|your)\b",
                r"\b(?:ich|wir) (?:brauche|brauchen|benotige|benotigen|suche|suchen|bitte|bitten|hatte gern|hatten gern|mochte|mochten)\b|\b(?:brauche|brauchen|brauchten|suche|suchen) (?:ich|wir|noch|dringend|einen|eine|ein|jemanden)\b|\b(?:deine|ihre|eure|deinen|ihren) (?:hilfe|meinung|rat|einschatzung|ruckmeldung|unterstutzung)\b",
                r"\b(?:j'ai|nous avons|on a|j'aurais|on aurait|il me faut|il nous faut|il me faudrait|il nous faudrait|il faudrait) (?:besoin|un|une|que|des|le|la)\b|\bje (?:cherche|recherche|demande|sollicite)\b|\bon cherche\b|\bnous (?:cherchons|recherchons|sollicitons)\b|\b(?:ton|votre|tes|vos) (?:aide|avis|conseil|conseils|retour|retours|soutien|opinion|appui)\b",
                r"\b(?:necesito|necesitamos|necesitaria|necesitariamos|busco|buscamos|ocupo|ocupamos|preciso|hace falta|me hace falta|nos hace falta|nos faltan|me falta)\b|\b(?:tu|su|vuestra|vuestro) (?:ayuda|opinion|consejo|apoyo|criterio|voto|parecer)\b",
            ),
        ),
        Cue(
            name="thoughts",
            patterns=(
                r"\b(?:any|your) (?:thoughts|ideas|suggestions|advice|tips|comments|feedback|recommendations|objections|views|news|word|idea|pointers)\b|\bwhat (?:do|would|did) (?:you|u|yr|y'all)\b|\bhow (?:do|would|did|should|can|could) (?:you|i|we)\b|\bwhat (?:should|can|would) (?:i|we)\b|\bshould (?:i|we)\b|\bdo you (?:think|reckon|agree|know|have|see|want|need|remember|recall|happen|still|ever|find|fancy|feel|suppose)\b|\bdid you\b|\bhave you\b|\bare you\b|\bwhat's your\b|\bthoughts\?|\bdo i\b|\bam i\b|\bwho (?:should|would|do|can|could|is|was|are)\b",
                r"\b(?:was|wie) (?:haltst|halten|meinst|meinen|denkst|denken|sagst|sagen|wurdest|wurden|findest|finden|siehst|sehen|machst|soll|sollen|sollte|sollten)\b|\b(?:hast|habt|weisst|wisst|kennst|kennt|bist|seid|meinst|hattest|gibt|gabe|warst) (?:du|ihr|es|sie)\b|\b(?:haben|wissen|kennen|sind|meinen|hatten) sie\b|\bsoll(?:te|en|ten)? (?:ich|wir)\b",
                r"\bqu'en (?:penses|pensez|dites|dis)\b|\bqu'est-ce que (?:tu|vous|je|on)\b|\bque (?:penses|pensez|ferais|feriez|me conseilles|me conseillez)\b|\best-ce que (?:tu|vous|je|on|c'est|l'|le|la|les)\b|\b(?:as|sais|connais|penses|crois|es|aurais)[- ]tu\b|\b(?:avez|savez|connaissez|pensez|croyez|etes)[- ]vous\b|\btu (?:as|sais|connais|penses|crois|ferais) .*\?|\bt'as\b.*\?|\bt'aurais\b",
                r"\b(?:que|como|cual) (?:opinas|opina|te parece|le parece|os parece|piensas|piensa|harias|haria|me recomiendas|me recomienda|me aconsejas|me aconseja|ves|hago|hacemos|crees)\b|\b(?:tienes|tiene|teneis|tienen|sabes|sabe|conoces|conoce|crees|cree|has|ha|han|habeis|tenes) .*\?|\bconviene\b|\bdeberia(?:mos)?\b",
            ),
        ),
        Cue(name="question", patterns=(r"\?",)),
        Cue(
            name="for_a_friend",
            patterns=(
                r"\b(?:introduce|connect|put|refer|intro|introduction|introductions|vouch|recommend|recommendation|reference|referral|endorse|good word|a word (?:in|with|from)|resume|cv|in touch with|know anyone|know (?:somebody|someone|who)|anyone (?:at|who|in|you))\b",
                r"\b(?:vorstellen|kontakt|empfehlen|empfehlung|referenz|vermitteln|lebenslauf|jemanden kenn\w*|kennst du|kennen sie)\b",
                r"\b(?:presenter|mettre en (?:contact|relation)|recommander|recommandation|reference|un mot pour|contact chez|parrainage|quelqu'un)\b",
                r"\b(?:presentar|presentarme|ponerme en contacto|contacto|recomendar|recomendacion|referencia|referencias|alguien|hablar con|conectar)\b",
            ),
        ),
        Cue(
            name="favor",
            patterns=(
                r"\b(?:favou?r|a hand|help me|help us|bother|trouble you|impose|cheeky|pick your brain|your brain|ear|few minutes|quick (?:question|call|look)|take a look|have a look|give it a (?:read|look)|glance|read (?:through|over)|review|proofread|comment|look (?:at|over|through)|cast an eye|eyes on)\b",
                r"\b(?:gefallen|kurz anschauen|anschauen|draufschauen|ansehen|gegenlesen|drubers?chauen|drubergucken|durchlesen|durchsehen|helfen|hilfe|aushelfen|unterstutzen)\b",
                r"\b(?:service|coup de main|coup d'oeil|relire|relecture|jeter un|regarder|m'aider|nous aider|aide|depanner)\b",
                r"\b(?:favor|una mano|echar(?:le)? un (?:vistazo|ojo)|revisar|mirar|leer|ayudar|ayuda|ayudarme|corregir)\b",
            ),
        ),
        Cue(
            name="courtesy",
            patterns=(
                r"\b(?:any|further|have|other) (?:\w+ )?questions\b|\bquestions or (?:concerns|comments)\b|\bhesitate\b|\bruckfragen\b|\bquestions? (?:eventuelle|complementaire)s?\b|\bcualquier (?:duda|consulta)\b",
            ),
        ),
    ),
)
