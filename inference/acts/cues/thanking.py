"""Ways of thanking and appreciating."""

from inference.acts.cue import Cue, Family

CUES = Family(
    name="thanks",
    says="thanks with",
    cues=(
        Cue(
            name="thanks_for",
            patterns=(
                r"\b(?:thanks|thank you|thankyou|thx|thnx|tks|ty|cheers|ta|thank u|kudos|mahalo|gracias|merci|danke)(?: again| so much| very much| a lot| a million| ever so| tons| heaps| loads| guys| all| both| once more| kindly|,)* (?:for|to you|to all)\b|\bthank(?:ing)? (?:you|u|him|her|them|them all|everyone|everybody|all)\b.{0,30}\bfor\b|\bthanks (?:to|again|so|very|a (?:lot|million|bunch|ton))\b|\bthank you (?:again|so|very|all|both|ever|both)\b",
                r"\b(?:danke|dank|dankeschon|vielen dank|herzlichen dank|tausend dank|besten dank|merci)(?: \w+){0,3}? (?:fur|dass|dafur|an)\b|\b(?:bedanken|bedanke)\b|\bdanke\b",
                r"\bmerci(?: \w+){0,3}? (?:pour|d'|de|a|infiniment|mille|encore|beaucoup)\b|\bremerci\w*|\bmerci\b",
                r"\bgracias(?: \w+){0,3}? (?:por|a)\b|\b(?:muchas|mil|muchisimas) gracias\b|\bagradec\w*|\bagradecid[oa]s?\b|\bgracias\b",
            ),
        ),
        Cue(
            name="appreciate",
            patterns=(
                r"\b(?:i|we|really|truly|much|greatly|deeply|do|very much) (?:\w+ )?(?:appreciate|appreciated|value|treasure)\b|\b(?:appreciate|appreciated|grateful|gratitude|indebted|obliged|thankful|touched|in your debt|i owe you|owe you|we owe|meant (?:a lot|so much|the world|more)|means (?:a lot|so much|the world|more)|saved (?:me|us|my|our)|life ?saver|you saved|you(?:'re| are) (?:a|an|the|so|too|very)|so kind|very kind|kind of you|good of you|nice of you|generous|sweet of you|without (?:you|your)|thanks to you|because of you|bless you|god bless|legend|hero|star|angel|saint|gem)\b",
                r"\b(?:dankbar|verbunden|schulde|schuld|lieb von (?:dir|ihnen)|nett von (?:dir|ihnen)|du bist (?:ein|die|der)|ohne (?:dich|sie|deine|ihre)|gerettet|weiss (?:das|es) zu schatzen|zu schatzen)\b",
                r"\b(?:reconnaissante?s?|gratitude|je (?:te|vous) (?:suis|dois)|gentil|gentille|sans (?:toi|vous|ton|votre)|grace a (?:toi|vous|ton|votre)|touchee?s?|sauve|t'es (?:une?|le|la)|tu es (?:une?|le|la)|vous etes)\b",
                r"\b(?:agradecid[oa]s?|te debo|le debo|os debo|sin (?:ti|usted|tu|su|vosotros)|gracias a (?:ti|usted|tu|su)|eres (?:un|una|la|el|lo)|me salvaste|salvado|valoro|que detalle|no se me olvida)\b",
            ),
        ),
        Cue(
            name="thank_word",
            patterns=(
                r"\b(?:thank|thanks|thx|thankful|grateful|appreciate|appreciated|appreciation|gratitude|danke|dank|merci|remercie|gracias|cheers|ta)\b",
            ),
        ),
        Cue(
            name="advance",
            patterns=(
                r"\bin advance\b|\bim voraus\b|\bvorab\b|\bd'avance\b|\bpar avance\b|\bpor adelantado\b|\bde antemano\b|\b(?:attention|patience|understanding|verstandnis|geduld|comprehension|atencion|comprension)\b",
            ),
        ),
    ),
)
