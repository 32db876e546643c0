"""Ways of telling how something turned out."""

from inference.acts.cue import Cue, Family

CUES = Family(
    name="outcome",
    says="tells what came of it with",
    cues=(
        Cue(
            name="result",
            patterns=(
                r"\b(?:got (?:the|it|in|into|through|a|an|accepted)|we (?:won|got|closed|signed|sold|passed|made|lost)|they (?:said|went|accepted|loved|agreed|signed|took|bought|want|wanted|offered|picked|chose|approved|asked|called|hired|liked|laughed|told)|(?:he|she) (?:said|signed|accepted|loved|agreed|took|offered|called|hired|got|passed)|i (?:passed|won|got|took|start|started|accepted|signed|landed|had|followed|tried|used|went|met|visited)|accepted|approved|passed|offered (?:me|us|him|her)|came through|went (?:well|great|really|so|very|brilliantly|fine|badly|with|like|down|through)|worked (?:a treat|like|out|perfectly|beautifully|well|great|!|wonders)|paid off|turned out|came back|came out|fell through|didn't (?:get|work|make|go)|did the trick|a success|hit|sold out|result|results|success|successful|granted|funded|selected|shortlisted|published)\b",
                r"\b(?:hat (?:geklappt|funktioniert|unterschrieben|zugesagt|gewirkt|geholfen|gehalten|bestanden)|geklappt|bestanden|zugesagt|bekommen|genommen|gewonnen|hat alles|lief|gelaufen|angenommen|abgelehnt|eingestellt|lauft|funktioniert|geworden|gefunden|unterschrieben|erfolg)\b",
                r"\b(?:a (?:marche|fonctionne|accepte|signe|dit oui|plu|adore)|ont (?:dit|accepte|signe|adore|pris|aime)|j'ai (?:eu|obtenu|decroche|signe|reussi|gagne)|c'est (?:passe|gagne|signe)|s'est (?:bien|tres)|accepte|obtenu|decroche|reussi|retenu|resultat|valide|embauche|gagne)\b",
                r"\b(?:me (?:dieron|aceptaron|cogieron|contrataron|llamaron|ofrecieron|aprobaron|eligieron)|nos (?:dieron|aceptaron|aprobaron|contrataron)|aprobe|aprobo|acepto|aceptaron|firmo|firmaron|firmamos|salio (?:bien|todo|genial|perfecto|fenomenal)|funciono|ha funcionado|gano|ganamos|consegui|conseguimos|quedo|resulto|resultado|salieron|llego)\b",
            ),
        ),
        Cue(
            name="your_part",
            patterns=(
                r"\b(?:your (?:advice|suggestion|intro|introduction|friend|help|letter|call|tip|note|edits|comments|idea|recommendation|contact|trick|recipe|reference|word|notes|email|push|nudge|colleague|cousin|brother|sister|lawyer|accountant|guy|man|woman|person)|you (?:suggested|recommended|told|said|introduced|connected|put|sent|gave|pointed|mentioned|lent|taught|showed|wrote|warned|asked|helped|made|found|had)|as you (?:said|suggested|predicted|advised|told|recommended)|since (?:you|we|your|our)|after (?:you|your|our|we)|because of you|thanks to (?:you|your))\b",
                r"\b(?:dein\w*|ihr\w*|euer|eure\w*) (?:rat|tipp|hinweis|vorschlag|empfehlung|kontakt|brief|hilfe|anruf|idee|schreiben|text|bekannte\w*|kolleg\w*)\b|\bwie du (?:gesagt|meintest|vorgeschlagen)|\bwie sie (?:gesagt|meinten|vorgeschlagen|empfohlen)",
                r"\b(?:ton|ta|tes|votre|vos) (?:conseils?|lettre|contact|idee|aide|mot|recommandation|coup|ami|amie|collegue|intro|suggestion|remarques?|astuce|recette)\b|\bcomme tu (?:disais|l'avais|avais|me l')|\bcomme vous (?:l'aviez|disiez|me l')|\bque tu m'avais\b|\bque vous m'aviez\b",
                r"\b(?:tu|su|vuestro|tus|sus) (?:consejo|consejos|carta|contacto|idea|ayuda|recomendacion|amigo|amiga|primo|prima|truco|receta|sugerencia|nota)\b|\bcomo (?:me )?(?:dijiste|dijo|recomendaste|recomendo|sugeriste|aconsejaste)\b|\bque me (?:diste|dio|recomendaste|recomendo|pasaste|paso|presentaste)\b",
            ),
        ),
    ),
)
