"""Ways of congratulating, condoling and wishing well."""

from inference.acts.cue import Cue, Family

CUES = Family(
    name="congrats",
    says="wishes well with",
    cues=(
        Cue(
            name="joy",
            patterns=(
                r"\b(?:congrat\w*|congradulations|bravo|well done|kudos|mazel tov|mabrouk|hats off|good (?:luck|job|work|on you|for you|going)|great (?:job|work|news|speech|interview|show|piece|article)|nice (?:job|work|one)|way to go|well deserved|well earned|best of luck|fingers crossed|break a leg|(?:so|very|really|incredibly|terribly|awfully) (?:happy|proud|pleased|glad|thrilled|excited|delighted|chuffed) (?:for|of|to hear|that)|proud of you|happy (?:birthday|anniversary|for you|retirement)|couldn't be (?:happier|prouder)|deserve it|you deserve|deserved|you did it|you made it|wonderful news|what (?:a|great|wonderful|lovely|fantastic|brilliant)|you were (?:great|wonderful|terrific|superb|fantastic|amazing|magnificent|brilliant|fabulous)|was (?:great|wonderful|terrific|superb|fantastic|amazing|magnificent|inspirational)|rooting for|cheering)\b",
                r"\b(?:gluckwunsch\w*|gratulier\w*|gratulation\w*|herzlichen gluck\w*|alles gute|viel (?:gluck|erfolg)|toi toi toi|daumen|freue? mich (?:so |sehr )?(?:fur|mit)|freut mich (?:so |sehr )?(?:fur|riesig)|stolz auf|super gemacht|toll gemacht|bravo|chapeau|hut ab|verdient|bestanden)\b",
                r"\b(?:felicit\w+|bravo|chapeau|bonne (?:chance|continuation|route)|bon courage|joyeux anniversaire|je croise|croisons|contente? pour|heureux pour|heureuse pour|ravie? pour|merite|fiere? de|quelle (?:nouvelle|bonne)|tous mes voeux)\b",
                r"\b(?:felicid\w+|felicit\w+|enhorabuena|suerte|que (?:alegria|bien|ilusion|noticia|orgullo|grande)|me alegro|nos alegramos|orgullos[oa]s?|te lo mereces|lo merec\w+|mereces|bravo|ole|cumpleanos)\b",
            ),
        ),
        Cue(
            name="sorrow",
            patterns=(
                r"\b(?:condolence\w*|sympath\w+|sorry (?:for your|to (?:hear|read|learn)|about|you|that you|for the)|so sorry|thinking of you|thoughts (?:are with|and prayers)|prayers?|praying|pray|loss|passing|heart (?:goes|aches|breaks)|heartbroken|get well|feel better|speedy recovery|recover\w*|rest in peace|bad luck|hang in there|stay strong|be strong|gutted for|hope (?:you(?:'re| are)|she|he|your|the|it|they|everything|all))\b",
                r"\b(?:beileid|mitgefuhl|aufrichtige\w*|tut mir (?:so |unendlich |sehr )?leid|gute besserung|denke an (?:dich|sie|euch)|denken an|verlust|viel kraft|traurig|hoffe)\b",
                r"\b(?:condoleances|sympathie|desolee? (?:pour|d'apprendre|de)|pensees?|je pense (?:a|bien)|bon retablissement|remets|remettez|courage|perte|tristesse|de tout coeur|j'espere)\b",
                r"\b(?:pesame|condolencias|lo siento (?:mucho|muchisimo|en el alma)|siento (?:mucho|lo de|muchisimo)|recuper\w+|mejorate|que te mejores|animo|fuerza|un abrazo (?:muy )?(?:fuerte|grande)|perdida|pienso en|acompano|espero que)\b",
            ),
        ),
    ),
)
