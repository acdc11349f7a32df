"""Templates: what is written stays, variables are filled in safely, what is no template is refused."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from graph import InvalidValue
from recommend.decisions.treatments.template import MAX_CHARACTERS, Medium, Template, Variable, Voice

ENGLISH = Voice("en", "EUR")
EVERY_FORM = "{v}", "{v:whole}", "{v:percent}", "{v:money}"
MEDIA = st.sampled_from([Medium.LINE, Medium.TEXT, Medium.HTML])


def test_variables_have_a_form_and_a_fallback() -> None:
    template = Template.parse("Hello {trait.first_name|there}, {profile.spent.30d:money} of {n:whole|some}")
    assert template.variables == (
        Variable("trait.first_name", "", "there"),
        Variable("profile.spent.30d", "money"),
        Variable("n", "whole", "some"),
    )
    assert template.render({"profile.spent.30d": 12.5, "n": 3.2}, ENGLISH) == "Hello there, €12.50 of 3"


@pytest.mark.parametrize(
    ("voice", "written"),
    [
        (Voice("en", "EUR"), ["1,234.5", "1,234", "123,450%", "€1,234.50"]),
        (Voice("nl", "EUR"), ["1.234,5", "1.234", "123.450%", "€\xa01.234,50"]),
        (Voice("de", "USD"), ["1.234,5", "1.234", "123.450\xa0%", "1.234,50\xa0$"]),
        (Voice("en", "JPY"), ["1,234.5", "1,234", "123,450%", "¥1,234"]),
        (Voice("en"), ["1,234.5", "1,234", "123,450%", "¤1,234.50"]),
    ],
)
def test_numbers_are_written_as_the_language_writes_them(voice: Voice, written: list[str]) -> None:
    assert [Template.parse(text).render({"v": 1234.5}, voice) for text in EVERY_FORM] == written


def test_whole_amounts_have_no_decimals() -> None:
    money = Template.parse("{v:money}")
    assert [money.render({"v": value}, ENGLISH) for value in (25, 25.0, -3, 0)] == ["€25", "€25", "-€3", "€0"]


def test_a_text_where_a_number_belongs_counts_as_missing() -> None:
    assert Template.parse("{v:money|much}").render({"v": "12"}, ENGLISH) == "much"
    assert Template.parse("{v:whole|some}").render({"v": True}, ENGLISH) == "some"


@pytest.mark.parametrize(
    ("medium", "text", "written"),
    [
        (Medium.LINE, "Hi {v}", "Hi a<b>&\"' Bcc: x@y"),
        (Medium.TEXT, "Hi {v}", "Hi a<b>&\"'\r\nBcc: x@y"),
        (Medium.HTML, "<p>Hi {v}</p>", "<p>Hi a&lt;b&gt;&amp;&quot;&#x27;\r\nBcc: x@y</p>"),
        (Medium.LINK, "/card?q={v}", "/card?q=a%3Cb%3E%26%22%27%0D%0ABcc%3A%20x%40y"),
    ],
)
def test_a_value_is_made_safe_for_what_it_stands_in(medium: Medium, text: str, written: str) -> None:
    assert Template.parse(text, medium).render({"v": "a<b>&\"'\r\nBcc: x@y"}, ENGLISH) == written


@given(st.text(st.characters(exclude_categories=("Cc", "Cs", "Zl", "Zp")), max_size=60), MEDIA)
def test_what_is_written_stays_as_it_is(text: str, medium: Medium) -> None:
    escaped = text.replace("{", "{{").replace("}", "}}")
    template = Template.parse(escaped, medium)
    assert template.render({}, ENGLISH) == text
    assert template.shortest == len(text)


@given(st.text(max_size=40), MEDIA)
def test_every_text_is_a_template_or_refused(text: str, medium: Medium) -> None:
    try:
        template = Template.parse(text, medium)
    except InvalidValue as refused:
        assert refused.value == text
    else:
        values = {variable.name: "x" for variable in template.variables}
        assert isinstance(template.render(values, ENGLISH), str)


@pytest.mark.parametrize(
    ("text", "medium", "said"),
    [
        ("Hello {name", Medium.TEXT, "column 7: a single '{'"),
        ("Hello name}", Medium.TEXT, "column 11: a single '}'"),
        ("Hello {}", Medium.TEXT, "column 7: {} names no variable"),
        ("Hello {first name}", Medium.TEXT, "{first name} names no variable"),
        ("{a {b}}", Medium.TEXT, "column 1: a single '{'"),
        ("{spent:euros}", Medium.TEXT, "the form 'euros' is none of whole, percent, money"),
        ("two\nlines", Medium.LINE, "one line"),
        ("javascript:alert(1)", Medium.LINK, "an address that begins with https://"),
        ("{trait.page}", Medium.LINK, "an address"),
        ("www.example.com", Medium.LINK, "an address"),
        ("x" * (MAX_CHARACTERS + 1), Medium.TEXT, f"at most {MAX_CHARACTERS} characters"),
    ],
)
def test_what_is_no_template_is_refused_with_its_place(text: str, medium: Medium, said: str) -> None:
    with pytest.raises(InvalidValue, match=r"^words: ") as refused:
        Template.parse(text, medium, "words")
    assert said in str(refused.value)


@pytest.mark.parametrize("address", ["https://shop.example/{product.id}", "/cards", "tel:+31201234567", "myapp://home"])
def test_an_address_has_a_scheme_or_is_on_the_same_site(address: str) -> None:
    assert Template.parse(address, Medium.LINK).parts
