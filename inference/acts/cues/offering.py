"""Ways of offering help, access, an introduction, hospitality."""

from inference.acts.cue import Cue, Family

CUES = Family(
    name="offer",
    says="offers with",
    cues=(
        Cue(
            name="happy_to",
            patterns=(
                r"\b(?:happy|glad|pleased|delighted|willing|ready|free|available|able|honou?red|would be a pleasure|keen|more than happy) to\b|\b(?:i'd|i would|we'd|we would) (?:be|love|gladly|happily|like to (?:offer|help|invite))\b|\bgladly\b|\bhappily\b|\bmy pleasure\b|\bat your (?:disposal|service)\b|\b(?:here|around|on call) (?:if|when|whenever|for you)\b",
                r"\b(?:gerne?|gern) (?:auch )?(?:helfe|helfen|kann|konnen|stelle|schicke|ubernehme|mache|komme|weiter|zur)\b|\b(?:helfe|mache|schicke|stelle|ubernehme|komme|gebe|zeige|leihe) (?:ich |wir |dir |ihnen |euch |das )*gerne?\b|\bstehe? (?:ich )?(?:dir|ihnen|euch)? ?(?:gerne? )?zur verfugung\b|\bjederzeit\b",
                r"\b(?:ravie?s?|heureux|heureuse|content|contente|volontiers|avec plaisir|a (?:ta|votre) disposition|disponible pour|n'hesite|n'hesitez)\b",
                r"\b(?:encantad[oa]s?|con (?:mucho )?gusto|a (?:tu|su|vuestra) disposicion|dispuest[oa]s?|no dudes|no dude|cuenta conmigo|cuente (?:conmigo|con)|cuentas conmigo)\b",
            ),
        ),
        Cue(
            name="if_you",
            patterns=(
                r"\bif (?:you|u|it|that|ever|there|anyone|any of|y'all|she|he|they|useful|needed|helpful|i can|we can)(?:'d|'re|'s| need| want| like| ever| would| could| can| are| have| is| helps?| would help|\b)|\bshould you\b|\bwhenever you\b|\blet me know if\b|\bgive me a (?:shout|call|ring|buzz)\b|\b(?:just )?(?:say the word|shout|holler|ask|yell)\b|\banytime\b|\bany time\b",
                r"\b(?:wenn|falls|sofern|sollte|solltest|sollten) (?:du|sie|ihr|es|das|ich|wir|mal|noch)\b|\bsag (?:einfach )?bescheid\b|\bsagen sie (?:einfach )?bescheid\b|\bmelde dich\b|\bmelden sie sich\b",
                r"\bsi (?:tu|vous|besoin|jamais|ca|cela|l'un|quelqu'un|jamais)\b|\bfais(?:-| )moi signe\b|\bfaites(?:-| )moi signe\b|\bau besoin\b",
                r"\bsi (?:quieres|quiere|queres|quereis|quieren|necesitas|necesita|necesitais|necesitan|te|le|os|les|hace falta|algun|puedo|alguna)\b|\bcuando quieras\b|\bcuando quiera\b|\bavisame si\b|\blo que (?:necesites|haga falta)\b",
            ),
        ),
        Cue(
            name="i_can",
            patterns=(
                r"\b(?:i|we|she|he|they) (?:(?:also|always|certainly|gladly|happily|just) )?(?:can|could|might|may be able)\b|\b(?:can|could|shall|should|may|might) (?:i|we) (?:help|send|bring|offer|take|put|get|give|do|introduce|lend|make|come|drop|drive|pick|run|set|show|pass)\b|\blet me (?:help|take|treat|buy|give|show|introduce|send|drive|put|do|get|host|run|handle)\b|\b(?:want|need|would you like|d'you want|like) me to\b|\bwould you like (?:me|us|some|a|to)\b|\bdo you want (?:me|us|a|some)\b|\byou(?:'re| are) (?:always )?welcome\b|\b(?:is|are|there's|it's) yours\b|\byours if\b|\bfeel free\b|\bhelp yourself\b|\bon (?:me|us|the house)\b|\bmy treat\b|\bwelcome to\b|\byou (?:can|could|may) (?:always |also )?(?:have|use|borrow|stay|take|call|reach|ring|crash|count)\b",
                r"\b(?:ich|wir) (?:kann|konnen|konnte|konnten|biete|bieten|wurde|wurden|leihe|lade)\b|\b(?:kann|konnte|soll|darf|sollen|konnen) (?:ich|wir) (?:dir|ihnen|euch|das|gerne?|mal|noch|auch|helfen)\b|\blade (?:ich )?(?:dich|sie|euch)\b|\bwillkommen\b|\beingeladen\b",
                r"\bje (?:peux|pourrais|t'offre|vous offre|te prete|vous prete|t'invite|vous invite|te propose|vous propose|suis la)\b|\b(?:nous|on) (?:pouvons|peut|pourrait|pourrions|t'invite|vous invite)\b|\b(?:tu veux|vous voulez|veux-tu|voulez-vous) que (?:je|j'|nous|on)\b|\bbienvenue?s?\b|\bje suis la\b|\bc'est (?:cadeau|pour moi|moi qui)\b",
                r"\b(?:puedo|podemos|podria|podriamos|te ofrezco|le ofrezco|os ofrezco|te invito|le invito|te presto|le presto|te dejo|le dejo|te lo dejo|yo invito|te puedo|le puedo|os puedo)\b|\b(?:quieres|quiere|queres|quereis) que (?:te|le|os|lo|la|yo|nos|vaya|mande)\b|\bbienvenid[oa]s?\b|\bmi casa\b|\btienes (?:casa|sitio|cama|las puertas)\b",
            ),
        ),
    ),
)
