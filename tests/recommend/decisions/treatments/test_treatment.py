"""Treatments: each kind of channel has its fields, and a treatment says those it must."""

import pytest

from graph import InvalidValue
from recommend.decisions.treatments.channel_kind import FIELDS, ChannelKind
from recommend.decisions.treatments.template import Medium, Variable, Voice
from recommend.decisions.treatments.treatment import Treatment

MAIL = {"subject": "Your salary is in, {trait.first_name|friend}", "text": "Save {v:money} of it.", "link": "/save"}


def test_a_treatment_is_rendered_field_by_field() -> None:
    treatment = Treatment.parse(MAIL, ChannelKind.EMAIL)
    assert treatment.render({"v": 50, "trait.first_name": "Ann\n"}, Voice("en", "EUR")) == {
        "subject": "Your salary is in, Ann ",
        "text": "Save €50 of it.",
        "link": "/save",
    }
    assert list(treatment.variables()) == [
        ("subject", Variable("trait.first_name", "", "friend")),
        ("text", Variable("v", "money")),
    ]


@pytest.mark.parametrize(
    ("told", "kind", "said"),
    [
        ({"subject": "Hello"}, ChannelKind.EMAIL, "text: got None, expected the text of a treatment for email"),
        ({"say": " "}, ChannelKind.CALL, "say: got ' ', expected some words"),
        ({"title": "Hi", "subject": "Hi"}, ChannelKind.WEB, "subject: got 'Hi', expected one of the fields"),
        ({"title": "Hi", "text": "x" * 181}, ChannelKind.PUSH, "at most 180 characters beside the variables"),
        ({"title": "Hi {"}, ChannelKind.APP, "title: got 'Hi {'"),
        ({}, ChannelKind.WEBHOOK, "text: got None"),
    ],
)
def test_a_treatment_that_says_too_little_or_too_much_is_refused(
    told: dict[str, str], kind: ChannelKind, said: str
) -> None:
    with pytest.raises(InvalidValue) as refused:
        Treatment.parse(told, kind)
    assert said in str(refused.value)


def test_every_kind_of_channel_has_words_that_are_needed() -> None:
    assert set(FIELDS) == set(ChannelKind)
    assert all(any(rule.required for rule in rules.values()) for rules in FIELDS.values())


def test_only_what_is_sent_is_a_contact() -> None:
    assert {kind for kind in ChannelKind if kind.is_sent} == {"email", "push", "webhook"}


def test_an_e_mail_has_html_beside_its_text() -> None:
    treatment = Treatment.parse(MAIL | {"html": "<b>{v}</b>"}, ChannelKind.EMAIL)
    assert treatment.fields["html"].medium is Medium.HTML
    assert treatment.render({"v": "<i>"}, Voice())["html"] == "<b>&lt;i&gt;</b>"
