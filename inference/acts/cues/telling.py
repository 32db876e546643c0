"""Ways of sharing one's own news of life and work."""

from inference.acts.cue import Cue, Family

CUES = Family(
    name="news",
    says="tells own news with",
    cues=(
        Cue(
            name="life",
            patterns=(
                r"\b(?:my (?:wife|husband|son|daughter|mother|father|mom|mum|dad|brother|sister|kids|children|family|partner|baby|grand\w+|surgery|operation|knee|hip|back|doctor|wedding|graduation|birthday|retirement|new (?:job|role|house|flat|place|boss|baby|dog))|pregnant|expecting|engaged|married|wedding|divorced?|baby|born|birth|retir(?:e|ed|ing)|graduat\w+|promoted|promotion|new (?:job|role|position|house|home|apartment|flat)|moved|moving (?:to|house|out|in)|relocat\w+|vacation|holiday|holidays|leave|surgery|operation|hospital|cancer|diagnos\w+|funeral|died|passed away|birthday|degree|phd|thesis|school|university|college|puppy|dog|left my|quit|laid off|resign\w*|last day|i start|starting (?:a|my|at|as)|trip|travel\w*|flew|flying)\b",
                r"\b(?:mein\w* (?:frau|mann|sohn|tochter|mutter|vater|eltern|kinder|hund|knie|hufte|rucken|hochzeit|neue\w* (?:stelle|job|wohnung))|schwanger|verlobt|verheiratet|hochzeit|geschieden|baby|geboren|rente|ruhestand|befordert|umgezogen|umzug|ziehen|urlaub|operation|operiert|krankenhaus|verstorben|gestorben|geburtstag|abschluss|gekundigt|enkel\w*|elternzeit|studium)\b",
                r"\b(?:ma femme|mon mari|mon fils|ma fille|ma mere|mon pere|mes parents|mes enfants|mon frere|ma soeur|enceinte|fiancee?s?|mariee?s?|mariage|divorce|bebe|nee?s?|naissance|retraite|promue?|demenage\w*|vacances|operation|operee?|hopital|decede|anniversaire|diplome|these|demissionne|nouveau (?:poste|job|travail)|nouvelle (?:maison|vie)|petite?-fil\w+)\b",
                r"\b(?:mi (?:mujer|marido|esposa|esposo|hijo|hija|madre|padre|mama|papa|hermano|hermana|novia|novio|familia|perro|boda)|mis (?:padres|hijos|nietos)|embarazada|casamos|caso|casado|casada|boda|divorci\w+|bebe|nacio|nacimiento|jubil\w+|ascend\w+|ascenso|mudamos|mudo|mudanza|vacaciones|operacion|operaron|hospital|fallecio|murio|cumple\w*|graduo|gradue|tesis|renuncie|nuevo trabajo|nueva casa|nieto|nieta)\b",
            ),
        ),
        Cue(
            name="own",
            patterns=(
                r"\b(?:my|our|me|we|i|i've|i'm|we've|we're|ich|mein\w*|wir|unser\w*|je|j'\w+|mon|ma|mes|nous|notre|nos|yo|mi|mis|nosotros|nuestr\w+|estoy|tengo|soy|somos)\b",
            ),
        ),
    ),
)
