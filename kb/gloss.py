"""English for the words that people of other languages, and people in a hurry, name tables and columns with.

Words that are also English words of another meaning (art, stand, tag, fine, data) are left out, or stand in a phrase.
"""

import re
import unicodedata
from collections.abc import Iterable, Mapping
from functools import lru_cache

_SOURCE = """
counter: licznik lfd
half year: halbjahr
month: monat miesiac
shift: schicht turno
week: kw
year: jahr annee rok
account: konto konten conto conti cuenta cuentas compte comptes rekening rekeningen acct
active: aktiv actif actief activo attivo ativo aktywny aktivni aktif
address: adresse adressen adresses adres adresy direccion direcciones indirizzo endereco addr
amount: betrag betraege montant montants kwota belopp beloeb belop bedrag importe importo monto castka amt
approved: genehmigt freigegeben goedgekeurd zatwierdzony aprobado
attachment: anlage anlagen anhang anhaenge bijlage bijlagen bilaga adjunto adjuntos
attribute: eigenschaft eigenschaften merkmal merkmale attribut attributs eigenschap kenmerk atributo atributos cecha cechy
author: verfasser autor auteur autore forfatter
book: buch buecher livre livres libro libros boek boeken ksiazka ksiazki bok boeker kniha
key: schluessel cle sleutel klucz chiave nyckel
table: tabelle tabla tabela tabella
student number: matrikelnr matrikelnummer
age: alter_jahre edad leeftijd wiek
registration no: siret siren regon krs
balance: saldo saldi solde bal
birth: geburt geburts naissance nacimiento nascita nascimento urodzenia geboorte fodsels fodelse
birthday: geburtstag geburtsdatum geburtsdat geboren geboortedatum fodelsedatum fodselsdato
booking: buchung buchungen boeking boekingen bokning bokningar
bonus: praemie premie
cancelled: storniert annule annulee geannuleerd cancelado annullato anulowany canceled
card: karte karten tarjeta kaart kaarten karta karty cartao carte cartes
category: kategorie kategorien categorie categories categoria categorias kategoria kategori
city: stadt ort ville ciudad stad miasto citta cidade plaats
claim: schaden schadensfall sinistre reclamo
closed: geschlossen ferme gesloten cerrado zamkniety
code: codigo codice kodas cd
comment: kommentar kommentare kommentarer commentaire comentario comentarios opmerking bemerkung bemerkungen uwagi
company: firma firmen firmy bedrijf empresa empresas azienda aziende societe societes entreprise foretag
confirmed: bestaetigt confirme bevestigd confirmado potwierdzony
contract: vertrag vertraege contrat contrats contrato contratos contratto contratti avtal umowa umowy
cost: kosten cout couts costo costos koszt koszty kostnad
count: anzahl aantal antal liczba cnt
course: kurs kurse cours cursus curso cursos
created: erstellt angelegt erfasst cree creee creado creato criado aangemaakt skapad oprettet utworzono utworzony vytvoreno crt crtd
creator: ersteller
currency: waehrung devise moneda valuta waluta moeda ccy
customer: kunde kunden klant klanten cliente clientes clienti klient klienten klienci klienta klientow kund kunder zakaznik cust cst
date: data_zamowienia data_wystawienia data_platnosci data_criacao data_cadastro data_vencimento data_consegna data_scadenza datum fecha dato dta dt
deleted: geloescht supprime supprimee verwijderd eliminado borrado cancellato usuniety raderad slettet
deliveries: lieferungen livraisons entregas consegne leveringen leveranser dostawy
delivery: lieferung livraison entrega consegna levering leverans dostawa
department: abteilung departement afdeling avdelning departamento dept
description: beschreibung beschrijving descripcion descrizione descricao opis popis dsc
diagnosis: diagnose diagnosen diagnoza diagnostico diagnostic diagnosi
discount: rabatt remise descuento sconto korting rabat desconto
document: dokument dokumente documento documentos documenti dokumenty
driver: fahrer chauffeur autista kierowca
duration: dauer duree duracion durata duur
employee: mitarbeiter angestellter employe employes empleado empleados dipendente dipendenti werknemer medewerker pracownik pracownicy ansatt ansatte anstalld emp funcionario
enabled: freigeschaltet
end: ende fin fim einde koniec konec slut slutt
enrolment: einschreibung einschreibungen anmeldung anmeldungen inscription inscriptions inscripcion inscripciones iscrizione matricula inschrijving
events: ereignisse ereignis evenements evenement eventos evenementen gebeurtenissen zdarzenia zdarzen haendelser handelser
fee: gebuehr gebuehren frais cuota cuotas tarif tarife tarifs tarifa tarifas tariffa tariefen tarief oplata oplaty avgift kontingent cotisation
file: datei dateien fichier fichiers archivo archivos plik pliki
first name: vorname prenom nombre_pila voornaam imie fornavn fornamn
flag: flg
from: von ab desde vanaf od fran
gender: geschlecht sexe sexo sesso geslacht plec
history: verlauf historie historique historial storico historia geschiedenis
image: bild bilder afbeelding imagen immagine imagem zdjecie zdjecia billede
invoice: rechnung rechnungen facture factures factura facturas fattura fatture factuur facturen faktura fakturor faktury fatura faturas
language: sprache langue idioma lingua taal jezyk
last name: nachname nom_famille apellido apellidos cognome achternaam nazwisko efternamn etternavn
line: linha linhas posten positionen pozycja pozycje poz zeile zeilen ligne lignes linea lineas riga righe regel regels bestellposition rechnungsposition auftragsposition
line no: posnr zeilennr
loan: ausleihe ausleihen leihe pret prets prestamo prestamos prestito prestiti uitlening wypozyczenie utlan
locked: gesperrt bloque geblokkeerd bloqueado bloccato zablokowany sperre
log: protokoll protokolle protokol logboek dziennik registro
manager: leiter chef_de mgr
measurements: messwerte messwert messung messungen mesures mesure mediciones medicion metingen meting misure misura pomiary pomiar matningar matning
member: mitglied mitglieder membre membres miembro miembros socio socios membro lid leden medlem medlemmer medlemmar czlonek czlonkowie
members: teilnehmer participantes uczestnicy deelnemers
message: nachricht nachrichten mensaje mensajes bericht berichten messaggio wiadomosc
modified: geaendert modifie modificado gewijzigd zmieniono upd
name: nom nombre naam navn namn nazwa jmeno bezeichnung nome
no: nr
note: notiz notizen remarque
number: nummer numero numer num nbr nmbr cislo
order: bestellung bestellungen auftrag auftraege commande commandes pedido pedidos ordine ordini bestelling bestellingen zamowienie zamowienia ordre ordrer objednavka encomenda ord
owner: besitzer eigentuemer proprietaire propietario eigenaar wlasciciel agare
paid: bezahlt paye payee pagado pagato betaald oplacony zaplacone betalt
parent: eltern vater uebergeordnet padre genitore ouder rodzic
part: teil teile
password: passwort kennwort wachtwoord clave contrasena contrasenia mdp motdepasse haslo losenord adgangskode passord senha parola parole heslo pw pword passwrd
patient: patienten pacjent pacjenci paciente pacientes paziente pazienti
payment: zahlung zahlungen paiement paiements pago pagos pagamento pagamenti betaling betalingen platnosc platnosci wplata betalning pmt pymt
percent: prozent pourcentage procent porcentaje percentuale
person: personne personnes persona personas persone osoba osoby
phone: telefon telefono telefone telephone telefoon tel handy movil komorka
photo: foto fotos
place: platz plaetze
postcode: plz kod_pocztowy psc
premium: mitgliedsbeitrag
price: preis preise prix prezzo precio precios prijs pris priser cena ceny preco precos
priority: prioritaet prioritet prioriteit prioridad priorita prio
product: produkt produkte produit produits producto productos prodotto prodotti artikel produkty produto
published: veroeffentlicht publie publicado gepubliceerd
quantity: qtd qta qte menge mengen quantite quantites cantidad quantita hoeveelheid ilosc mangd antall mnozstvi quantidade
rating: bewertung bewertungen sterne note_sur etoiles estrellas stelle ocena
readings: releves releve lecturas lectura zaehlerstand zaehlerstaende standen letture lettura odczyty odczyt
reason: grund motif motivo reden powod
reference: referenz
religion: konfession religionszugehoerigkeit wyznanie
rent: miete loyer alquiler renta huur czynsz affitto hyra
reservation: reservierung reservierungen reserva reservas reservering prenotazione prenotazioni rezerwacja rezerwacje
role: rolle rollen rol ruolo rola
room: raum raeume zimmer salle chambre habitacion kamer pokoj stanza
salary: gehalt gehaelter lohn loehne salaire salaires salario salarios stipendio loon pensja wynagrodzenie sueldo
school: schule schulen ecole ecoles escuela scuola szkola skola
score: punkte punktzahl punten
serial number: seriennummer seriennr sernr numserie
start: beginn anfang debut inicio inizio poczatek zacatek
state: zustand etat estado stato faza stav toestand tilstand situacao
status: sts stat statut
stock: bestand bestaende lagerbestand voorraad existencias giacenza zapas estoque vorrat
street: strasse rue calle straat ulica gata rua
student: studenten etudiant etudiants estudiante estudiantes alumno alumnos schueler eleve eleves studente studenti uczen uczniowie leerling leerlingen elev elever aluno alunos
subscription: abonnement abonnements abonnementer abo abos suscripcion prenumerata
supplier: lieferant lieferanten fournisseur fournisseurs proveedor proveedores leverancier fornitore dostawca
tag: schlagwort schlagwoerter etiqueta
tax: steuer steuern mwst ust tva iva btw moms podatek
teacher: lehrkraft lehrkraefte lehrer dozent enseignant profesor docent nauczyciel leraar
tenant: mandant mandanten mandt
time: uhrzeit zeit heure hora godzina tijd
transaction: txn trx
title: titel titre titulo titolo tytul
total: gesamt gesamtbetrag summe summa suma totaal totale razem endbetrag
transfer: ueberweisung virement transferencia
type: typ tipo soort rodzaj
until: bis hasta jusqua
updated: aktualisiert mis_a_jour actualizado bijgewerkt
user: benutzer nutzer anwender utilisateur utilisateurs usuario usuarios utente utenti gebruiker gebruikers uzytkownik uzytkownicy bruker brukere bruger anvandare usr utilizador uzivatel
valid from: gueltig_ab gueltig_von gueltigab gueltigvon ab_datum valido_desde vigente_desde geldig_vanaf wazny_od
valid until: gueltig_bis gueltigbis bis_datum valido_hasta vigente_hasta geldig_tot wazny_do
value: wert werte valeur valeurs valor valores valore valori waarde waarden wartosc varde verdi vaerdi hodnota
version: fassung
vehicle: fahrzeug fahrzeuge vehicule vehicules vehiculo voertuig pojazd fordon
verified: geprueft verifie verificado
views: aufrufe vues vistas
visible: sichtbar
visit: besuch besuche visite visites visita visitas bezoek wizyta
vote: stimme stimmen voto votos stemmen glos
warehouse: magazijn almacen entrepot magazzino magazyn
weight: gewicht poids peso masse waga vikt vaegt
hourly rate: stundensatz stundenlohn taux_horaire
daily rate: tagessatz
height: hoehe hauteur altura altezza hoogte
email: mail e_mail epost courriel correo emailadresse mailadresse posta_e
postal code: code_postal codigo_postal codice_postale
national id: pesel bsn cpf dni nif nie curp svnr ahv ahvnr personnummer fodselsnummer cpr codice_fiscale codfisc rodne_cislo jmbg oib nino nir numss insz aadhaar sozialversicherungsnummer cnp egn
tax id: steuer_id steuernummer steueridnr steuernr nip vat_no
blood group: blutgruppe groupe_sanguin
allergies: allergien alergie alergias allergie
license plate: kennzeichen immatriculation matriculation kenteken targa placa matricula_coche tablica rejestracja rego plate_no
handle: pseudo nick nickname
page views: seitenaufrufe
login: loginname anmeldename
notes: anmerkungen
seats: sitzplaetze
birth date: gebdat geb_dat geb_datum dt_nasc fec_nac date_naissance fecha_nacimiento fecha_nac data_nascita data_nascimento data_urodzenia ddn
start date: data_inizio data_inicio data_rozpoczecia
end date: data_fine data_fim data_zakonczenia
"""
# Words that close a compound in German, Dutch and the Nordic languages, and are no ends of English words.
_TAILS = frozenset(
    ["nr", "nummer", "preis", "preise", "betrag", "datum", "menge", "anzahl", "gebuehr", "kosten", "gehalt", "lohn", "bestand", "satz", "satze", "prijs", "bedrag", "belopp", "pris", "bestellung", "rechnung", "buchung", "zahlung", "lieferung", "messung", "positionen", "protokoll", "verlauf", "kunde", "kunden", "mitglied", "benutzer", "zustand", "adresse", "zeit", "dauer", "gewicht"]
)  # fmt: skip
_TAIL_WORDS = {"satz": "rate", "satze": "rate"}
_TAIL = re.compile(rf"(.{{3,}}?)({'|'.join(sorted(_TAILS, key=lambda each: (-len(each), each)))})$")
_LETTERS = str.maketrans({"ß": "ss", "ø": "o", "Ø": "O", "ł": "l", "Ł": "L", "æ": "ae", "Æ": "Ae", "đ": "d"})
_UMLAUTS = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "Ä": "Ae", "Ö": "Oe", "Ü": "Ue"})


def _read(source: str) -> Mapping[str, str]:
    """The English words by each of the others; a phrase has underscores for its blanks."""
    rows = (line.partition(":") for line in source.split("\n") if line)
    return {word.replace("_", " ").strip(): english for english, _, words in rows for word in words.split()}


_GLOSSES = _read(_SOURCE)
_AT = ("am", "um", "le", "op", "el", "il")
_PHRASES = frozenset(phrase.split()[0] for phrase in _GLOSSES if " " in phrase)


def ascii_letters(name: str) -> str:
    """The name without its accents, umlauts as two letters."""
    if name.isascii():
        return name
    return unicodedata.normalize("NFKD", name.translate(_UMLAUTS).translate(_LETTERS)).encode("ascii", "ignore").decode()  # fmt: skip


def in_english(words: Iterable[str]) -> str:
    """Lower-case words with those of other languages translated, phrases before single words."""
    given, found, translated = list(words), list[str](), False
    while given:
        pair = " ".join(given[:2])
        if given[0] in _PHRASES and pair in _GLOSSES:
            found.append(_GLOSSES[pair])
            del given[:2]
            translated = True
        else:
            word = given.pop(0)
            # geloescht_am, supprime_le, verwijderd_op: deleted at.
            at = not given and word in _AT and found and translated
            found.append("at" if at else _word(word))
            translated = found[-1] != word
    return " ".join(found)


@lru_cache(maxsize=20_000)
def _word(word: str) -> str:
    if (known := _GLOSSES.get(word)) is not None:
        return known
    compound = _TAIL.fullmatch(word)
    if compound is None:
        return word
    head, tail = compound.groups()
    bare = next((h for h in (head, head.removesuffix("s"), head.removesuffix("n"), head.removesuffix("en")) if h in _GLOSSES), "")  # fmt: skip
    return f"{_GLOSSES.get(bare, head)} {_TAIL_WORDS.get(tail, _GLOSSES.get(tail, tail))}"
