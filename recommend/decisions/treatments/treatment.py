"""Treatment: the words of one action in one channel and one language."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from graph import InvalidValue, Trait
from recommend.decisions.treatments.channel_kind import FIELDS, ChannelKind
from recommend.decisions.treatments.template import Template, Variable, Voice

__all__ = ["Treatment"]


@dataclass(frozen=True)
class Treatment:
    """The fields of a treatment, such as subject and text, by name."""

    fields: Mapping[str, Template]

    @classmethod
    def parse(cls, told: Mapping[str, str], kind: ChannelKind) -> "Treatment":
        """InvalidValue where a field is missing, too long, no template or none of the kind's; its field is the name."""
        rules = FIELDS[kind]
        fields = {}
        for name, text in told.items():
            rule = rules.get(name)
            if rule is None:
                raise InvalidValue(name, text, f"one of the fields of a treatment for {kind}: {', '.join(rules)}")
            template = Template.parse(text, rule.medium, name)
            if rule.required and not text.strip():
                raise InvalidValue(name, text, "some words")
            if template.shortest > rule.longest:
                raise InvalidValue(name, text, f"at most {rule.longest} characters beside the variables")
            fields[name] = template
        for name, rule in rules.items():
            if rule.required and name not in fields:
                raise InvalidValue(name, None, f"the {name} of a treatment for {kind}")
        return cls(fields)

    def variables(self) -> Iterator[tuple[str, Variable]]:
        """Every variable with the field it stands in."""
        for name, template in self.fields.items():
            for variable in template.variables:
                yield name, variable

    def render(self, values: Mapping[str, Trait], voice: Voice) -> dict[str, str]:
        """The fields with their values."""
        return {name: template.render(values, voice) for name, template in self.fields.items()}
