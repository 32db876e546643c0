"""Ways of introducing two people to each other."""

from inference.acts.cue import Cue, Family

CUES = Family(
    name="intro",
    says="introduces with",
    cues=(
        Cue(
            name="meet",
            patterns=(
                r"^[\w' .,-]{1,40}\bmeet [a-z]|\b(?:i'd like|i would like|allow me|let me|want|wanted|pleasure|happy|delighted|pleased)\b.{0,30}\bintroduc|\bintroducing\b|\bmeet (?:my|our|your|the)\b|\b(?:i'm|i am|have) (?:copying|copied|cc'?ing|cc'?d|looping|looped|connecting|putting|introducing|adding|added)\b|\b(?:copied|cc'?d|cc'?ed|looped) (?:in|here|on)\b|\b(?:in )?cc\b|\b(?:e-?)?intro\b|\b(?:you two|you both|both of you|the two of you)\b|\bover to you\b|\btake it from here\b|\bleave you (?:both|two|to)\b|\bthis is [a-z]+,? (?:who|my|the|our|he|she)\b|\bbcc\b|\bshould (?:know|talk|meet|speak)\b|\bmeeting each other\b|\beach other\b",
                r"\b(?:darf ich|mochte ich) (?:dir|ihnen|euch|vorstellen)\b|\bdas ist (?:mein|meine|der|die)\b|\bim cc\b|\bin cc\b|\bvorstellen\b|\bstelle? (?:ich )?(?:dir|ihnen|euch|hiermit)\b|\bbringe? (?:ich )?euch\b|\bihr (?:beide|zwei|beiden)\b|\bzusammenbringen\b|\bbekannt machen\b",
                r"\bje (?:te|vous|t') ?(?:presente|mets en|copie)\b|\ben copie\b|\bvoici [a-z]+,|\bje vous laisse\b|\bvous deux\b|\btous les deux\b|\bmets? en (?:contact|relation)\b|\bje vous presente\b|\brencontrer\b",
                r"\b(?:te|le|os|les) presento\b|\ben copia\b|\bos dejo\b|\blos dejo\b|\bustedes dos\b|\bvosotros dos\b|\bconoce a\b|\bos (?:pongo|conecto)\b|\bpongo en contacto\b|\bcopio a\b|\bles? pongo en\b",
            ),
        ),
    ),
)
