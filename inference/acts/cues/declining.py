"""Ways of refusing, or of being unable to do what was asked or offered."""

from inference.acts.cue import Cue, Family

CUES = Family(
    name="decline",
    says="declines with",
    cues=(
        Cue(
            name="cannot",
            patterns=(
                r"\b(?:i|we) (?:really |just |simply |sadly |unfortunately |regretfully |honestly )?(?:can't|cannot|can not|cant|couldn't|won't|will not|wont|wouldn't|am unable|are unable|don't (?:have|do|feel|think i|think we|want)|do not (?:have|do|feel|wish)|am not able|are not able|am not going|have to (?:pass|decline|say no|turn)|must (?:decline|pass|say no)|shan't|'m unable|'re unable)\b|\bunable to\b|\bnot able to\b|\b(?:i'm|i am|we're|we are) (?:not (?:going|able|in a position|allowed|permitted|the|available|free)|out|away|tied up|booked|fully booked|swamped|travelling|traveling|full|overcommitted|slammed|underwater|unable|afraid)\b|\bcan't (?:make|do|get|come|help|join|be|take|say|give|spare)\b|\bwon't (?:be|make|get|do|have|work|happen)\b|\bnot (?:this time|for me|possible|on my|something|an option|on the)\b|\bi'll (?:have to )?(?:pass|skip|sit this)\b|\bhave to (?:pass|skip|bow out|back out|say no)\b|\bpass on\b|\bsay no\b|\bno can do\b|\bcount me out\b|\b(?:is|it's|be|from (?:me|us)|side) a no\b|\bno longer\b|\bi don't\b|\bwe don't\b",
                r"\b(?:kann|konnen|konnte|darf|durfen|werde|werden|schaffe|schaffen|will|mochte) (?:ich |wir |es |das |da |leider |dir |ihnen |an dem |diesmal )*(?:leider )?(?:nicht|nichts|nie|kein\w*)\b|\b(?:nicht|kein\w*) (?:moglich|dabei|machbar|schaffen|konnen|helfen|ubernehmen|zusagen|mehr)\b|\bgeht (?:leider |bei mir )?nicht\b|\bwird nichts\b|\babsagen\b|\bohne mich\b|\bmuss (?:ich )?(?:leider )?(?:absagen|passen|ablehnen)\b",
                r"\b(?:je|j'|on|nous|jpeux) ?(?:ne )?(?:peux|peut|pouvons|pourrai|pourrons|pourra|serai|suis|vais|veux) (?:malheureusement )?pas\b|\bne (?:peux|pourrai|peut|pouvons|pourrons|serai|suis) (?:malheureusement )?pas\b|\bpas (?:possible|dispo|disponible|cette fois|pouvoir|moi)\b|\bimpossible\b|\bje (?:dois|vais devoir) (?:decliner|refuser|passer|renoncer|annuler)\b|\bsans moi\b|\bje passe mon tour\b|\bdecline\b",
                r"\bno (?:puedo|podemos|podre|podremos|voy a poder|me es posible|es posible|llego|llegamos|me da|tengo|tenemos|va a poder|estoy|estare|hay|nos|lo|la|se puede)\b|\bimposible\b|\btengo que (?:declinar|decir que no|pasar)\b|\bno cuentes\b|\bno cuente\b|\bno me veo\b|\besta vez no\b",
            ),
        ),
        Cue(
            name="regret",
            patterns=(
                r"\b(?:sorry|unfortunately|regret|regrettably|regretfully|alas|afraid|sadly|apologies|apologi[sz]e|not to be|wish i could|would have (?:loved|liked)|would love to,? but|rain check|raincheck|otherwise engaged|prior (?:commitment|engagement)|clash|conflict|no thanks|no thank you|but thank you|but thanks)\b",
                r"\b(?:leider|bedaure|tut mir leid|schade|entschuldige|entschuldigung|sorry|bedauerlicherweise)\b",
                r"\b(?:desolee?s?|malheureusement|helas|navree?s?|regrette|dommage|pardon|a regret|mes excuses)\b",
                r"\b(?:lo siento|lamento|lamentablemente|desgraciadamente|por desgracia|disculpa|disculpe|perdona|perdon|lastima|con pena|que pena)\b",
            ),
        ),
        Cue(
            name="negation",
            patterns=(
                r"\b(?:no|not|never|none|nothing|nobody|don't|doesn't|didn't|isn't|aren't|wasn't|can't|won't|couldn't|wouldn't|nein|nicht|kein\w*|nichts|nie|non|pas|jamais|rien|aucune?|ne|n'\w+|nunca|nada|ningun\w*|tampoco)\b",
            ),
        ),
    ),
)
