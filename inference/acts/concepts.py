"""A word and its language in, what it means to a request, a promise or a thank-you out.

A small dictionary of closed-class words and of the everyday verbs and nouns of favors, in four languages under one
name each. It lets what is learned from English mails serve where there are few labelled mails, and a verb that was
never seen stand in for its synonyms. Words are folded; a word that is not listed is looked up by its stem.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Final

from inference.words import stem

#: One line a concept: its name, then its words in English, German, French and Spanish.
_TABLE: Final = """
I | i ive im id ill i've i'm i'd i'll | ich | je j' | yo estoy tengo puedo quiero soy voy he se creo espero
ME | me myself mine | mich mir | moi m' | me mi conmigo
MY | my | mein meine meinen meinem meiner meines | mon ma mes | mi mis mio mia
WE | we we're we've we'd we'll us | wir uns | nous on | nosotros nos estamos tenemos podemos queremos somos vamos hemos
OUR | our ours | unser unsere unseren unserem unserer | notre nos | nuestro nuestra nuestros nuestras
YOU | you u ya you're you've you'd you'll yourself yall y'all youre | du dich dir sie ihnen ihr euch | tu te toi vous t' | tu te ti usted ustedes vos vosotros os le contigo
YOUR | your yours ur | dein deine deinen deinem deiner euer eure euren eurem ihre ihren ihrem ihrer | ton ta tes votre vos | su sus vuestro vuestra tus
HE | he she him her his hers they them their theirs he's she's they're they've he'd she'd they'd | er ihm ihn seine seinen seinem | il elle ils elles lui leur leurs son sa ses | el ella ellos ellas lo la los las les
IT | it its it's that that's this these those | es das dies diese dieser dieses | ca cela ce c'est celui ceci | esto eso esta este ello
WILL | will shall i'll we'll he'll she'll they'll you'll it'll gonna 'll ill | werde werden wird wirst werdet | vais va allons allez vont irai serai ferai enverrai | voy vamos va van ire sera
WOULD | would i'd we'd you'd they'd he'd she'd wouldn't | wurde wurden wurdest ware waren hatte hatten mochte mochten | serait serais voudrais aimerais aurais voudriez ferais | seria querria gustaria encantaria haria quisiera
CAN | can able can't cannot cant | kann kannst konnen konnt | peux peut pouvons pouvez peuvent | puedo puedes puede podemos pueden podeis
COULD | could might couldn't may maybe perhaps | konnte konntest konnten vielleicht | pourrais pourrait pourriez pourrions peut-etre | podria podrias podriamos podrian quizas quiza
SHOULD | should ought shouldn't better | sollte sollten solltest soll sollen | devrais devrait devriez devrions | deberia deberias deberiamos debes
MUST | must have-to got-to | muss mussen musst | dois devons devez faut doit | debo debe debemos hay-que tengo-que
NEED | need needed needs require required | brauche brauchen brauchst braucht benotige benotigen | besoin faudrait | necesito necesitas necesita necesitamos necesitan falta
WANT | want wanted wish wants wanna | will willst wollen wollte wollten mochtest | veux veut voulons voulez voulais | quiero quieres quiere queremos quieren queria
HOPE | hope hoping hoped hopefully | hoffe hoffen hoffentlich | espere esperons espoir | espero esperamos ojala
BE | is are was were be been being i'm we're you're it's he's she's they're that's there's am isn't wasn't aren't | ist sind bin bist war waren sei seid gewesen | est sont suis es etes sommes etait etais ete c'est | es son esta estan estoy era fue ser estar soy eres sido
HAVE | have has had having i've we've you've they've haven't hasn't | habe haben hat hast habt hatte hatten | ai as a avons avez ont avait avais eu | he ha has hemos han habia tengo tiene tienes tenemos tienen
DO | do does did done doing don't doesn't didn't | mache machen macht machst mach gemacht tun tut getan | fais fait faisons faites faire | hago hace haces hacemos hacer hecho hice hizo
NOT | not no never none nothing nobody don't doesn't didn't can't cannot won't isn't aren't wasn't couldn't wouldn't haven't hasn't n't nope neither nor without | nicht nein kein keine keinen keinem keiner nichts nie niemand ohne | pas ne non jamais rien aucun aucune n' sans personne | no nunca nada nadie ningun ninguna tampoco sin
IF | if unless whether whenever | wenn falls ob sofern | si au-cas | si cuando
BUT | but though although however only yet | aber doch jedoch allerdings nur | mais cependant pourtant seulement | pero aunque sino solo
BECAUSE | because since cause reason why | weil denn deshalb darum grund | parce car puisque raison | porque pues ya-que razon
WHO | who whom whoever anyone anybody someone somebody everyone everybody | wer wen wem jemand jemanden alle | qui quelqu'un tous | quien quienes alguien todos
WHAT | what which what's | was welche welcher welches | quoi que quel quelle qu'est | que cual cuales
HOW | how how's | wie | comment combien | como cuanto cuantos
WHEN | when where | wann wo wohin | quand ou | cuando donde
THANK | thank thanks thx thankyou thankful grateful gratitude appreciate appreciated appreciation cheers tks | danke dank dankbar bedanken bedanke herzlichen merci dankeschon | merci remercie remercier remercions reconnaissant reconnaissante gratitude | gracias agradezco agradecer agradecemos agradecido agradecida agradecidos agradeceria
PLEASE | please pls plz kindly | bitte bitten | svp stp veuillez plait priere merci-de | favor porfa ruego
SORRY | sorry apologies apologize apologise unfortunately regret afraid alas sadly shame pity | leider leid entschuldigung entschuldige sorry bedauere schade | desole desolee pardon malheureusement regrette helas dommage navre | siento perdon perdona disculpa disculpe lamento lastima desgraciadamente lamentablemente pena
CONGRATS | congratulations congrats congratulate bravo kudos well-done deserved deserve | gluckwunsch gluckwunsche gratuliere gratulation gratulieren verdient bravo chapeau | felicitations felicite bravo merite chapeau felicitons | felicidades enhorabuena felicito felicitaciones mereces merecido bravo
GLAD | happy glad pleased delighted thrilled proud excited love loved enjoy enjoyed joy cheering | freue freut froh glucklich stolz freude begeistert liebe | content contente heureux heureuse ravi ravie fier fiere plaisir adore  | feliz contento contenta alegro alegra alegria orgulloso orgullosa encantado encantada ilusion encanto
SAD | sad loss condolences grief mourn funeral died passing heartbroken heartsick prayers thoughts sympathy | traurig verlust beileid trauer gestorben verstorben beerdigung mitgefuhl | triste perte condoleances deces mort deuil obseques pensees | triste perdida pesame condolencias murio fallecio entierro funeral muerte
LUCK | luck fingers crossed wish wishes best | gluck erfolg daumen wunsche wunschen alles | chance courage voeux souhaite bonne croise | suerte animo deseo exito deseos
KIND | kind kindness generous generosity lovely sweet thoughtful patient patience saint angel legend hero star gem blessing hats-off | lieb nett freundlich grosszugig engel held goldig schatz geduld toll | gentil gentille genereux aimable ange adorable sympa patience | amable generoso generosa bueno buena angel sol genio crack detalle detallazo paciencia
GREAT | great wonderful brilliant fantastic excellent amazing terrific superb beautiful perfect awesome good nice fine fabulous | super toll grossartig wunderbar prima ausgezeichnet hervorragend perfekt klasse schon gut spitze | super genial formidable excellent parfait magnifique merveilleux bien beau belle top | genial estupendo excelente maravilloso perfecto fantastico buenisimo bonito bien precioso
BAD | bad wrong poor weak unclear problem issue broken trouble mistake error difficult hard impossible late | schlecht falsch problem fehler kaputt schwierig schwer unmoglich spat | mauvais faux probleme erreur casse difficile impossible dur tard | malo mal problema error roto dificil imposible tarde
OWE | owe owed debt repay indebted saved save rescue rescued lifesaver | schulde schuldig schuld gerettet rettung retter | dois dette revaloir sauve sauvee  | debo deuda salvaste salvado salvo salvada
HELP | help helped helping helpful assist assistance support hand | helfen hilfe hilft geholfen hilfst unterstutzen unterstutzung behilflich | aide aider aidez secours soutien main appui depanner | ayuda ayudar ayudo ayudaste ayudado apoyo mano apoyar
SEND | send sent sending forward forwarded mail email emailed fax faxed post posted ship shipped dropbox upload uploaded | schicke schicken schick geschickt sende senden gesendet mailen verschickt weiterleiten weitergeleitet | envoie envoyer envoye envoyez envoi transmets transmettre transmis expedie | mando mandar mande envio enviar envie enviado mandado mandaste remito reenvio subo
GIVE | give gave given giving share shared pass passed hand handed provide provided lend lent loan loaned borrow | gebe geben gib gegeben gab leihe leihen geliehen uberlassen | donne donner donnez prete preter passe passer partage laisse | doy dar dio diste dado presto prestar prestado paso pasar pasaste dejo dejar comparto
TELL | tell told telling know inform informed say said let mention mentioned explain explained advise answer update updated | sag sagen sage sagt gesagt bescheid erzahl erzahlen erzahlt erklaren erklart wissen antwort | dis dire dites dit tiens prevenir raconte explique expliquer savoir reponse informe | digo decir dime dijo dijiste dicho aviso avisar cuento contar cuenta explico saber respuesta
SHOW | show showed shown see saw seen watch watched look looked looking view | zeige zeigen gezeigt sehe sehen gesehen schau schauen geschaut anschauen angeschaut | montre montrer vois voir vu voyez regarde regarder  | muestro mostrar ensenar veo ver visto vi mira mirar mirado
ASK | ask asked asking question questions wonder wondering request requested curious enquire | frage fragen gefragt frag anfrage bitte-um wissen-wollen fragte | demande demander question questions demandais | pregunto preguntar pregunta preguntas pido pedir pedi pedido consulta duda
CALL | call called calling phone phoned ring rang zoom telephone | rufe anrufen angerufen ruf telefonieren telefoniert anruf telefon | appelle appeler telephone appel coup-de-fil | llamo llamar llama llamada llame telefono llamaste
TALK | talk talked spoke speak spoken discuss discussed chat conversation | spreche sprechen gesprochen rede reden besprochen unterhalten gesprach | parle parler discuter discussion | hablo hablar hable hablado hablamos charlar conversacion hablaste
WRITE | write wrote written writing draft drafted note wording | schreibe schreiben geschrieben schreib entwurf zeilen | ecris ecrire ecrit ecrivez mot brouillon redige | escribo escribir escribi escrito escribiste borrador lineas
READ | read reading review reviewed reviewing comments feedback proofread edit edits edited thoughts opinion | lese lesen gelesen lies gegenlesen meinung ruckmeldung feedback anmerkungen korrektur  | lis lire lu lisez relire relu avis retour retours remarques opinion | leo leer leido lei revisar reviso revisado opinion comentarios correcciones parecer
MEET | meet met meeting lunch coffee dinner breakfast drinks beer pint visit appointment slot session catch-up call-in supper | treffen treffe getroffen termin mittagessen kaffee bier besuch abendessen fruhstuck besprechung sitzung | rencontrer rencontre rdv rendez-vous dejeuner cafe diner biere visite reunion creneau apero | quedar quedamos reunion reunimos cafe comida cena cerveza visita cita hueco almuerzo desayuno vernos
COME | come came coming arrive arrived join joined attend drop swing pop go went going gone leave | komme kommen kommt gekommen komm ankommen gehe gehen geht gegangen vorbei | viens venir venu vient venez arrive arriver passe passer aller allez partir parti | vengo venir viene vino voy ir llegar llego llegue llegado paso irme
BRING | bring brought pick picked drop dropped deliver delivered carry drive drove fetch collect | bringe bringen gebracht mitbringen hole holen abholen abgeholt liefern geliefert fahre | apporte apporter amene chercher livrer conduis | traigo traer llevo llevar llevado traje recoger recojo entrego entregar entregado
TAKE | take took taken taking accept accepted | nehme nehmen genommen nimm annehmen angenommen ubernehme ubernehmen | prends prendre pris prenez accepte accepter  | tomo tomar coger cogido acepto aceptar aceptado aceptaron
GET | get got gotten getting receive received | bekomme bekommen bekam erhalten kriege | recois recevoir recu obtenir obtenu | recibo recibir recibido recibi consigo conseguir conseguido
MAKE | make made making build built prepare prepared create created fix fixed repair arrange arranged organise organize book booked set | baue bauen gebaut vorbereiten vorbereitet organisieren organisiert reparieren repariert gebucht buchen erledigt erledigen | prepare preparer organise organiser fabrique reparer reserve reserver regle | preparo preparar preparado organizo organizar arreglo arreglar arreglado reservo reservar reservado
FIND | find found finding search searching looking-for | finde finden gefunden suche suchen gesucht | trouve trouver cherche chercher | encuentro encontrar encontrado encontre busco buscar
KNOW | know knew known aware understand remember | weiss wissen kenne kennen kennst verstehe erinnern bekannt | sais savoir connais connaitre connait comprends souviens | se sabes sabe saber conozco conocer conoces conoce entiendo recuerdo
THINK | think thought thinking reckon believe suggest suggested recommend recommended advice advise suggestion tip recommendation guess | denke denken finde glaube meine gedacht empfehle empfehlen empfohlen rat rate tipp vorschlag vorschlagen hinweis | pense penser trouve crois conseille conseil conseils suggere suggestion propose recommande | creo pienso pensar parece opino recomiendo recomendar aconsejo consejo consejos sugiero sugerencia propongo
INTRO | introduce introduced introduction intro introductions connect connected connecting contact touch cc bcc copied copying loop referral refer reference vouch | vorstellen vorgestellt kontakt bekannt vermitteln empfehlung referenz cc | presente presenter contact relation copie recommandation reference presentation | presento presentar presentado contacto copia recomendacion referencia conectar
PAY | pay paid payment invoice transfer transferred buy bought sell sold price cost costs charge money fee budget cash bill donate fund | zahle zahlen bezahlt rechnung uberweise uberwiesen kaufen gekauft verkauft preis kosten geld budget kostenlos | paye payer facture virement acheter vendu vendre prix cout argent budget gratuit | pago pagar pagado factura transferencia comprar compre vender vendido precio coste dinero presupuesto gratis costo
SIGN | sign signed contract confirm confirmed approve approved agreed agree deal yes | unterschreiben unterschrieben unterschrift vertrag bestatigen bestatigt genehmigt einverstanden zusage zugesagt | signe signer contrat confirme confirmer accord valide  | firmo firmar firmado firma contrato confirmo confirmar confirmado acuerdo aprobado
CHECK | check checked checking verify test tested try tried follow figure | prufe prufen gepruft uberprufen teste testen probiert versuche versuchen versucht kummere | verifie verifier essaie essayer teste m'occupe | compruebo comprobar reviso pruebo probar probado intento intentar encargo
WORK | work works worked working fits fit suits function runs running | funktioniert geht klappt geklappt lauft passt arbeitet gepasst gehalten | marche fonctionne convient va tient tenu | funciona funciono funcionado sirve sirvio va viene anda
DONE | done finished complete completed ready sorted finally closed over | fertig erledigt abgeschlossen endlich durch geschafft bereit | fini termine fait pret prete enfin boucle | listo lista hecho terminado acabado cerrado cerramos fin
WIN | won win passed got-in success successful result offered selected shortlisted accepted published granted funded award prize first | gewonnen bestanden erfolg ergebnis preis ausgezeichnet zusage aufgenommen eingestellt | gagne reussi succes resultat prix retenu decroche | gano ganamos ganado aprobe aprobado exito resultado premio elegido seleccionado contrataron
OFFER | offer offered welcome invite invited free available disposal treat yours use keep | biete bieten angebot willkommen einladen lade eingeladen frei verfugung gerne gern behalten | offre offrir propose invite inviter bienvenue libre disposition volontiers garde garder cadeau | ofrezco ofrecer oferta bienvenido bienvenida invito invitar libre disposicion gusto regalo queda
PROMISE | promise promised word guarantee sure certainly definitely absolutely count | verspreche versprochen bestimmt sicher klar selbstverstandlich garantiert | promets promis promesse certainement compte assure bien-sur | prometo prometido palabra seguro claro cuenta garantizo
FAMILY | wife husband son daughter mother father mom mum dad brother sister kids children family partner parents grandson granddaughter baby boy girl aunt uncle cousin nephew niece | frau mann sohn tochter mutter vater bruder schwester kinder familie eltern enkel enkelin baby oma opa kleine kleiner | femme mari fils fille mere pere frere soeur enfants famille parents bebe grand-mere cousin neveu petit petite | mujer marido esposa esposo hijo hija madre padre hermano hermana hijos familia padres nieto nieta bebe abuela abuelo primo sobrino
HEALTH | surgery operation hospital doctor knee hip back cancer chemo ill sick pain pregnant birth born health recover recovery | operation krankenhaus arzt knie hufte rucken krebs krank schwanger geburt geboren gesundheit besserung | operation hopital medecin genou hanche dos cancer malade enceinte naissance sante retablissement | operacion hospital medico rodilla cadera espalda cancer enfermo embarazada nacimiento nacio salud mejorate recuperacion
LIFE | wedding married engaged retire retired retirement graduated graduation degree promoted promotion moved moving move holiday vacation trip birthday anniversary job role position new leaving quit resigned school university | hochzeit geheiratet verlobt rente ruhestand abschluss befordert umzug umgezogen urlaub reise geburtstag job stelle neue neuer kundigung gekundigt schule studium | mariage marie fiances retraite diplome promu promotion demenage vacances voyage anniversaire poste travail nouveau nouvelle quitte demission ecole these | boda casado comprometidos jubilacion graduo titulo ascenso ascendido mudanza vacaciones viaje cumpleanos trabajo puesto nuevo nueva dejo renuncia escuela tesis
DOC | report document file slides deck draft letter paper copy version list spreadsheet pdf attached attachment enclosed link text proposal plan resume cv photo photos | bericht dokument datei folien entwurf brief kopie fassung liste tabelle pdf anhang anbei angehangt link text vorschlag plan lebenslauf foto fotos | rapport document fichier diapos lettre copie version liste tableau pdf joint jointe piece lien texte projet plan cv photo photos | informe documento archivo carta copia version lista hoja pdf adjunto adjunta enlace texto propuesta plan curriculum foto fotos
NUMBER | number address phone-number cell mobile extension details | nummer adresse handynummer durchwahl daten | numero adresse portable coordonnees | numero direccion movil celular datos correo
DAY | monday tuesday wednesday thursday friday saturday sunday mon tue tues wed thu thur thurs fri sat sun mondays fridays saturdays sundays | montag dienstag mittwoch donnerstag freitag samstag sonntag sonnabend | lundi mardi mercredi jeudi vendredi samedi dimanche | lunes martes miercoles jueves viernes sabado domingo
MONTH | january february march april june july august september october november december jan feb mar apr jun jul aug sept oct nov dec | januar februar marz april mai juni juli august september oktober november dezember | janvier fevrier mars avril mai juin juillet aout septembre octobre novembre decembre | enero febrero marzo abril mayo junio julio agosto septiembre octubre noviembre diciembre
SOON | tomorrow tonight today soon week weekend morning afternoon evening later next month noon tmrw | morgen heute bald woche wochenende abend nachmittag spater nachste nachsten mittag | demain aujourd'hui soir bientot semaine week-end matin apres-midi prochain prochaine midi | manana hoy pronto semana noche tarde luego proximo proxima mediodia
AGO | yesterday ago last recently already just | gestern letzte letzten neulich schon gerade kurzlich vorgestern | hier dernier derniere deja recemment juste avant-hier | ayer pasado pasada ya recien anoche acabo
"""

#: How many words of a language are remembered before the memory starts afresh.
REMEMBERED: Final = 50_000
_LANGUAGES: Final = ("en", "de", "fr", "es")
_IRREGULAR: Final = frozenset(
    re.findall(
        r"\S+",
        "was were had did went came got took gave made said told saw knew thought found left sent brought bought caught kept "
        "put read wrote spoke ran rang sang sat stood held heard met paid sold lost won began drank drove ate fell felt flew "
        "grew hung laid led lent lit meant rode rose slept spent stuck swore taught threw understood woke wore let cut set",
    )
)


def _tables() -> Mapping[str, Mapping[str, str]]:
    tables: dict[str, dict[str, str]] = {language: {} for language in _LANGUAGES}
    for line in _TABLE.strip().splitlines():
        name, *columns = (column.strip() for column in line.split("|"))
        for language, words in zip(_LANGUAGES, columns, strict=True):
            table = tables[language]
            for word in words.split():
                table[word] = f"{table[word]}+{name}" if word in table else name
                table.setdefault(stem(word), name)
    return tables


_TABLES: Final = _tables()


class Concepts(dict[str, str]):
    """The concepts of the words of one language, found when they are first asked for; "" for a word without any.

    A number is ``#``, a question or exclamation mark itself, an English past tense ``PAST``.
    """

    def __init__(self, language: str) -> None:
        super().__init__()
        self._known = _TABLES.get(language, _TABLES["en"])
        self._english = self._known is _TABLES["en"]

    def __missing__(self, word: str) -> str:
        if len(self) >= REMEMBERED:
            self.clear()
        self[word] = found = self._find(word)
        return found

    def _find(self, word: str) -> str:
        concept = self._known.get(word) or self._known.get(stem(word))
        if concept:
            return concept
        if word[0] in "0?!":
            return "#" if word[0] == "0" else word
        if self._english:
            return "PAST" if _is_past(word) else ""
        before, apostrophe, after = word.partition("'")
        if not apostrophe:
            return ""
        return "+".join(filter(None, (self._known.get(before + "'"), self._known.get(after))))


def _is_past(word: str) -> bool:
    return word in _IRREGULAR or (len(word) > 3 and word.endswith("ed"))
