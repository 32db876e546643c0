from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from inference.cards import Card
from inference.people import Identity, People, resolve


def identity(email: str, name: str = "", *, times: int = 3, sent: int = 3, received: int = 1) -> Identity:
    return Identity(email=email, names={name: times} if name else {}, sent=sent, received=received)


def who(*identities: Identity, **options) -> People:
    settings = {"owner_name": "Maya Lindqvist", "owner_addresses": ["maya@lindqvist.example"], "own_sent": []}
    return resolve(identities, **{**settings, **options})


def groups(people: People) -> set[tuple[str, ...]]:
    return {person.emails for person in people.persons}


def test_plus_tags_and_gmail_dots_are_one_mailbox():
    people = who(
        identity("dana+news@acme.example"),
        identity("dana@acme.example"),
        identity("d.a.n.a@gmail.com"),
        identity("dana@googlemail.com"),
    )
    assert groups(people) == {
        ("dana+news@acme.example", "dana@acme.example"),
        ("d.a.n.a@gmail.com", "dana@googlemail.com"),
    }


def test_dots_matter_everywhere_but_at_gmail():
    people = who(identity("d.ana@acme.example"), identity("dana@acme.example"))
    assert len(people.persons) == 2


@pytest.mark.parametrize(
    "spelling",
    [
        "Whitfield, Dana",
        "Dr. Dana Whitfield",
        "dana whitfield",
        "Dana Whitfield (ACME)",
        "'Dana Whitfield' via Groups",
        "Whitfield, Dana M., PhD",
        "DÁNA WHITFIELD",
    ],
)
def test_one_full_name_at_one_organisation_is_one_person_however_it_is_written(spelling):
    people = who(identity("dw@acme.example", "Dana Whitfield"), identity("whit7@mail.acme.example", spelling))
    assert groups(people) == {("dw@acme.example", "whit7@mail.acme.example")}


def test_one_full_name_of_which_both_addresses_are_made_is_one_person_across_organisations():
    people = who(
        identity("dana.whitfield@acme.example", "Dana Whitfield"),
        identity("danawhitfield@gmail.com", "Dana Whitfield"),
        identity("dwhitfield@museum.example", "Dana Whitfield"),
        identity("dana@whitfieldweb.example", "Dana Whitfield"),
    )
    assert len(people.persons) == 1
    assert "made of the name Dana Whitfield" in " ".join(people.persons[0].because)


def test_one_full_name_at_strange_addresses_is_only_suggested():
    people = who(
        identity("dana.whitfield@acme.example", "Dana Whitfield"), identity("x77@other.example", "Dana Whitfield")
    )
    assert len(people.persons) == 2
    (suggestion,) = people.suggestions
    assert set(suggestion.emails) == {"dana.whitfield@acme.example", "x77@other.example"}
    assert "Dana Whitfield" in suggestion.because


def test_two_addresses_that_spell_one_full_name_at_one_organisation_are_one_person():
    people = who(
        identity("alan.comnes@acme.example", "Alan Comnes"),
        identity("comnes.alan@acme.example"),
        identity("alan.comnes@other.example"),
        identity("alan.comnes2@acme.example"),
    )
    assert groups(people) == {
        ("alan.comnes2@acme.example",),
        ("alan.comnes@acme.example", "comnes.alan@acme.example"),
        ("alan.comnes@other.example",),
    }
    assert "spells Alan Comnes" in people.suggestions[0].because


def test_a_surname_that_is_also_a_function_makes_no_role_mailbox():
    people = who(
        identity("james.post@acme.example"),
        identity("post@acme.example"),
        identity("jo.notice@acme.example", "Jo Notice"),
    )
    assert [(person.emails[0], person.role) for person in people.persons] == [
        ("james.post@acme.example", False),
        ("jo.notice@acme.example", False),
        ("post@acme.example", True),
    ]


def test_frequent_names_at_two_organisations_are_two_people():
    people = who(identity("john.smith@acme.example", "John Smith"), identity("john.smith@museum.example", "John Smith"))
    assert len(people.persons) == 2
    assert len(people.suggestions) == 1


def test_neighbours_at_a_free_mail_service_are_not_one_because_of_their_name():
    people = who(identity("js1@gmail.com", "Jo Strand"), identity("jo77@gmail.com", "Jo Strand"))
    assert len(people.persons) == 2


@pytest.mark.parametrize(
    "fake", ["acrne.example", "acmе.example", "xn--acm-8lc.example", "acmee.example", "acm3.example", "amce.example"]
)
def test_lookalike_domains_neither_merge_nor_are_suggested(fake):
    people = who(
        identity("dana.whitfield@acme.example", "Dana Whitfield", received=5),
        identity("dana.whitfield@gmail.com", "Dana Whitfield", received=1),
        identity(f"dana.whitfield@{fake}", "Dana Whitfield", sent=50, received=0),
    )
    assert ("dana.whitfield@acme.example", "dana.whitfield@gmail.com") in groups(people)
    assert len(people.persons) == 2
    assert not people.suggestions


def test_role_mailboxes_are_marked_and_never_merge_by_name():
    people = who(
        identity("support@acme.example", "Dana Whitfield"),
        identity("dana.whitfield@acme.example", "Dana Whitfield"),
        identity("no-reply+77@shop.example", "Shop"),
        identity("hello@whitfield.example", "Dana Whitfield"),
        identity("makers@lists.acme.example", "Dana Whitfield"),
    )
    roles = {person.emails[0]: person.role for person in people.persons}
    assert roles["support@acme.example"]
    assert roles["no-reply+77@shop.example"]
    assert roles["makers@lists.acme.example"]
    assert not roles["dana.whitfield@acme.example"]
    assert not roles["hello@whitfield.example"]


def test_a_mailbox_used_under_many_names_is_shared():
    names = {"Ann Bell": 2, "Cy Dorn": 2, "Eve Fahr": 2, "Gil Horst": 1}
    people = who(Identity(email="desk@acme.example", names=names))
    assert people.persons[0].role


def test_the_owner_is_known_by_addresses_and_never_by_name():
    people = who(
        identity("maya+shop@lindqvist.example"),
        identity("maya.l@work.example", "Maya"),
        identity("stranger@evil.example", "Maya Lindqvist"),
        own_sent=["maya.l@work.example"],
    )
    assert people.owner_emails == ("maya+shop@lindqvist.example", "maya.l@work.example", "maya@lindqvist.example")
    assert groups(people) == {("stranger@evil.example",)}
    assert people.suggestions[0].emails == ("maya+shop@lindqvist.example", "stranger@evil.example")


def test_not_me_takes_a_shared_sender_away_from_the_owner_but_no_configured_address():
    people = who(
        identity("desk@work.example"),
        own_sent=["desk@work.example"],
        not_me=["desk@work.example", "maya@lindqvist.example"],
    )
    assert people.owner_emails == ("maya@lindqvist.example",)
    assert groups(people) == {("desk@work.example",)}


def test_what_the_owner_merges_stays_merged_and_with_an_own_address_becomes_the_owners():
    people = who(
        identity("a@x.example"),
        identity("b@y.example"),
        identity("old@z.example"),
        merged=[("b@y.example", "a@x.example"), ("old@z.example", "maya@lindqvist.example")],
    )
    assert groups(people) == {("a@x.example", "b@y.example")}
    assert people.persons[0].because == ("you said so",)
    assert "old@z.example" in people.owner_emails


def test_what_the_owner_splits_stays_apart_whatever_else_would_join_it():
    same = [identity("dw@acme.example", "Dana Whitfield"), identity("dana@acme.example", "Dana Whitfield")]
    people = who(
        *same, split=[("dana@acme.example", "dw@acme.example")], merged=[("dw@acme.example", "dana@acme.example")]
    )
    assert len(people.persons) == 2
    assert not people.suggestions


def test_the_best_name_is_the_usual_full_one_with_proper_capitals():
    names = {"DANA WHITFIELD": 9, "Whitfield, Dana": 2, "dana": 30, "dana@acme.example": 40, "Дана Уитфилд": 3}
    (person,) = who(Identity(email="dana@acme.example", names=names)).persons
    assert person.name == "Dana Whitfield"
    assert person.names[0] in {"Dana Whitfield", "DANA WHITFIELD"}


def test_of_two_scripts_the_usual_one_is_kept():
    names = {"Dmitri Volkov": 2, "Дмитрий Волков": 5}
    assert who(Identity(email="d@x.example", names=names)).persons[0].name == "Дмитрий Волков"


@pytest.mark.parametrize(
    ("email", "name"),
    [
        ("phillip.allen@x.example", "Phillip Allen"),
        ("pa7@x.example", "pa7@x.example"),
        ("nick.o'day@x.example", "Nick O'Day"),
    ],
)
def test_without_any_name_the_address_speaks(email, name):
    assert who(identity(email)).persons[0].name == name


def test_of_two_spelling_addresses_the_busier_one_speaks():
    people = who(
        identity("comnes.alan@acme.example"),
        identity("petra.ek@acme.example"),
        identity("alan.comnes@acme.example", sent=40),
    )
    assert [person.name for person in people.persons] == ["Alan Comnes", "Petra Ek"]


def test_the_key_comes_from_the_smallest_address_alone():
    alone = who(identity("a@x.example")).persons[0].key
    merged = who(identity("b@x.example"), identity("a@x.example"), merged=[("a@x.example", "b@x.example")])
    assert merged.persons[0].key == alone
    assert len(alone) == 12


_LOCALS = ["dana", "dana.whitfield", "dw", "support", "dana+x", "maya", "whitfieldd", "jo.strand"]
_DOMAINS = ["acme.example", "mail.acme.example", "acrne.example", "gmail.com", "lindqvist.example", "aсme.example"]
_NAMES = ["Dana Whitfield", "Whitfield, Dana", "Дана Уитфиелд", "Jo Strand", "Jö Stränd", "Maya Lindqvist", "", "Dana"]
_EMAILS = st.builds("{}@{}".format, st.sampled_from(_LOCALS), st.sampled_from(_DOMAINS))
_IDENTITIES = st.lists(
    st.builds(
        Identity,
        email=_EMAILS,
        names=st.dictionaries(st.sampled_from(_NAMES), st.integers(1, 5), max_size=3),
        sent=st.integers(0, 9),
        received=st.integers(0, 9),
    ),
    max_size=12,
    unique_by=lambda each: each.email,
)
_PAIRS = st.lists(st.tuples(_EMAILS, _EMAILS).filter(lambda pair: pair[0] != pair[1]), max_size=3)


@settings(deadline=None, max_examples=150)
@given(_IDENTITIES, _PAIRS, _PAIRS, st.randoms(use_true_random=False))
def test_the_order_of_everything_that_comes_in_does_not_matter(identities, merged, split, random):
    before = who(*identities, merged=merged, split=split)
    for each in (identities, merged, split):
        random.shuffle(each)
    assert who(*identities, merged=merged, split=[(b, a) for a, b in split]) == before


@settings(deadline=None, max_examples=150)
@given(_IDENTITIES, _PAIRS, _PAIRS)
def test_every_address_is_in_one_place_and_corrections_hold(identities, merged, split):
    people = who(*identities, merged=merged, split=split)
    placed = [email for person in people.persons for email in person.emails]
    assert sorted([*placed, *people.owner_emails]) == sorted({*placed, *people.owner_emails})
    assert {each.email for each in identities} <= {*placed, *people.owner_emails}
    place = {email: person.key for person in people.persons for email in person.emails}
    for one, other in split:
        assert one not in place or other not in place or place[one] != place[other]
    if not split:
        for one, other in merged:
            assert one not in place or other not in place or place[one] == place[other]


def test_thousands_of_hostile_namesakes_give_few_suggestions_and_no_merge():
    hostile = [identity(f"q{number}@d{number}.example", "Dana Whitfield " + "x" * 5000) for number in range(3000)]
    hostile += [identity(f"a+{number}@x.example", f"Name{number % 7} {'é' * 100}") for number in range(3000)]
    people = who(*hostile)
    assert len(people.persons) == 3001
    assert len(people.suggestions) <= 50


@pytest.mark.parametrize(
    ("native", "latin"),
    [
        ("Юлия Петрова", "Yulia Petrova"),
        ("Петрова Юлия", "Julia Petrova"),
        ("Дмитрий Волков", "Dmitri Volkov"),
        ("Сергей Хрущёв", "Sergey Khrushchev"),
        ("Олександр Шевченко", "Oleksandr Shevchenko"),
        ("Γιώργος Παππάς", "Giorgos Pappas"),
        ("ΕΛΕΝΗ ΠΑΠΑΔΟΠΟΥΛΟΥ", "Eleni Papadopoulou"),
        ("Jürgen Müller-Lüdenscheidt", "Juergen Mueller-Luedenscheidt"),
        ("Jürgen Müller-Lüdenscheidt", "Jurgen Muller-Ludenscheidt"),
        ("Søren Ågård", "Soeren Aagaard"),
        ("Łukasz Żak", "Lukasz Zak"),
    ],
)
def test_a_name_in_two_scripts_is_one_name_where_equal_names_would_be(native, latin):
    at_work = who(identity("u1@acme.example", native), identity("u2@mail.acme.example", latin))
    assert groups(at_work) == {("u1@acme.example", "u2@mail.acme.example")}
    assert "both at acme.example" in at_work.persons[0].because[0]
    elsewhere = who(identity("u1@acme.example", native), identity("u2@other.example", latin))
    assert len(elsewhere.persons) == 2
    (suggestion,) = elsewhere.suggestions
    assert set(suggestion.emails) == {"u1@acme.example", "u2@other.example"}


def test_a_suggestion_for_a_name_in_two_scripts_names_both():
    people = who(identity("u1@acme.example", "Юлия Петрова", sent=9), identity("u2@other.example", "Yulia Petrova"))
    assert (
        people.suggestions[0].because
        == "u2@other.example is used by Yulia Petrova (Юлия Петрова), like u1@acme.example"
    )


def test_addresses_that_are_made_of_a_name_in_another_script_are_one_persons():
    people = who(
        identity("yulia.petrova@acme.example", "Юлия Петрова"), identity("ypetrova@museum.example", "Yulia Petrova")
    )
    assert len(people.persons) == 1
    assert people.persons[0].because == ("both addresses are made of the name Yulia Petrova (Юлия Петрова)",)


def test_names_in_latin_letters_are_not_one_because_they_sound_alike():
    apart = [identity("u1@acme.example", "Jan Petrov"), identity("u2@acme.example", "Ian Petrov")]
    assert len(who(*apart).persons) == 2
    elsewhere = who(*apart, identity("u3@other.example", "Ян Петров"), identity("u4@third.example", "Jan Petrov"))
    assert groups(elsewhere) == {(f"u{n}@{at}.example",) for n, at in enumerate(["acme", "acme", "other", "third"], 1)}


def test_a_name_of_mixed_letters_is_no_name_in_another_script():
    people = who(identity("u1@acme.example", "Pavel Petrov"), identity("u2@acme.example", "Pаvel Петров"))
    assert len(people.persons) == 2
    assert not people.suggestions


@pytest.mark.parametrize("fake", ["acrne.example", "acmе.example"])
def test_lookalike_domains_do_not_merge_by_a_name_in_another_script_either(fake):
    people = who(
        identity("yulia.petrova@acme.example", "Yulia Petrova", received=5),
        identity(f"yulia.petrova@{fake}", "Юлия Петрова", sent=50, received=0),
        identity(f"y.petrova@{fake}", "Yulia Petrova", sent=50, received=0),
    )
    assert ("yulia.petrova@acme.example",) in groups(people)
    assert not people.suggestions


@pytest.mark.parametrize(
    "names",
    [
        {"Юлия Петрова": 2, "Yulia Petrova": 2, "Julia Petrova": 2, "Yuliya Petrova": 1},
        {"Jürgen Müller": 2, "Juergen Mueller": 2, "Jurgen Muller": 2},
    ],
)
def test_one_mailbox_under_a_name_in_two_scripts_or_without_umlauts_belongs_to_one_person(names):
    (person,) = who(Identity(email="jp7@acme.example", names=names)).persons
    assert not person.role
    assert set(person.names) == set(names)


def test_the_owners_name_in_another_script_is_asked_about_too():
    people = who(identity("x@other.example", "Майя Линдквист"), owner_name="Maya Lindkvist")
    assert "bears your own name" in people.suggestions[0].because


def test_two_names_that_two_addresses_share_are_one_suggestion():
    both = {"Dana Whitfield": 3, "Dana Brook": 2}
    people = who(Identity(email="x1@acme.example", names=both), Identity(email="x2@other.example", names=both))
    assert len(people.suggestions) == 1


def card(name, *emails):
    return Card(name=name, emails=emails)


def test_the_owner_s_address_book_makes_one_person_of_the_addresses_of_a_card():
    addresses = (identity("dw@acme.example"), identity("flowers@home.example", "D."))
    people = who(
        *addresses, cards=[card("Dana Whitfield", "dw@acme.example", "flowers@home.example", "unseen@x.example")]
    )
    assert groups(people) == {("dw@acme.example", "flowers@home.example")}
    assert people.persons[0].name == "Dana Whitfield"
    assert people.persons[0].because == ("your address book has both under Dana Whitfield",)


def test_the_name_in_the_address_book_outweighs_what_mails_say():
    people = who(
        identity("dana@acme.example", "Acme Front Desk", times=90), cards=[card("Dana Whitfield", "dana@acme.example")]
    )
    assert people.persons[0].name == "Dana Whitfield"


def test_a_card_of_many_addresses_or_with_one_of_the_owner_s_makes_nobody_one_person():
    many = [f"p{number}@acme.example" for number in range(9)]
    people = who(*map(identity, many), cards=[card("Acme", *many)])
    assert len(people.persons) == 9
    family = ("ann@home.example", "bo@home.example")
    people = who(*map(identity, family), cards=[card("Family", *family, "maya@lindqvist.example")])
    assert groups(people) == {("ann@home.example",), ("bo@home.example",)}


def test_role_mailboxes_on_a_card_stay_what_they_are():
    people = who(identity("dana@acme.example"), identity("support@acme.example"),
                 cards=[card("Dana Whitfield", "dana@acme.example", "support@acme.example")])  # fmt: skip
    assert groups(people) == {("dana@acme.example",), ("support@acme.example",)}


def test_what_the_owner_has_split_no_card_joins():
    pair = ("a@acme.example", "b@acme.example")
    people = who(*map(identity, pair), cards=[card("Dana", *pair)], split=[pair])
    assert len(people.persons) == 2


def test_the_order_of_cards_does_not_matter():
    cards = [
        card("Dana", "a@x.example", "b@x.example"),
        card("Dana Whitfield", "b@x.example", "c@x.example"),
        card("", "c@x.example"),
    ]
    addresses = [identity(email) for email in ("a@x.example", "b@x.example", "c@x.example")]
    assert who(*addresses, cards=cards) == who(*addresses, cards=cards[::-1])
    assert groups(who(*addresses, cards=cards)) == {("a@x.example", "b@x.example", "c@x.example")}
