"""A thousand conditions judged at one moment, and how long they and a pack of as many actions take to compile."""

import argparse
import random
import sys
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.machine import machine, printed
from graph.profile.features.table_file import read_feature_table
from recommend.decisions.conditions import Clauses, Condition, ValueType, Variable, Vocabulary
from recommend.decisions.pack import Pack

ROUNDS, MOMENTS = 60, 50
LIMIT_MS = 1.0
PACK = "title: A pack to be timed\nchannels: {web: {type: web}}\n"


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.conditions", description=__doc__)
    parser.add_argument("--profile", type=Path, default=Path("packs/retail/profile.yaml"), help="a feature table")
    parser.add_argument("--conditions", type=int, default=1000, help="conditions judged together (1,000)")
    parser.add_argument("--texts", type=int, default=300, help="how many of them are different (300)")
    parser.add_argument("--variables", type=int, default=200, help="features that they name (200)")
    parser.add_argument("--seed", type=int, default=0, help="of all that is drawn (0)")
    parser.add_argument("--json", type=Path, help="write the object here as well")
    options = parser.parse_args(arguments)
    rng = random.Random(options.seed)
    names = Vocabulary.of_features(read_feature_table(options.profile))
    known = [one for one in names.variables.values() if one.type in (ValueType.NUMBER, ValueType.BOOL)]
    named = rng.sample(known, min(options.variables, len(known)))
    texts = texts_over(named, options.texts, rng)
    begun = time.perf_counter()
    compiled = [Condition(text, names) for text in texts]
    each = (time.perf_counter() - begun) / len(texts)
    clauses = Clauses([*compiled, *rng.choices(compiled, k=max(0, options.conditions - len(texts)))])
    judged = judge_times(clauses, [values_of(named, rng) for _ in range(MOMENTS)])
    pack = "".join(action(number, rng.choice(texts)) for number in range(options.conditions))
    files = {"pack.yaml": PACK, "profile.yaml": options.profile.read_text(encoding="utf-8"), "actions/all.yaml": pack}
    begun = time.perf_counter()
    Pack.compile(files)
    whole = time.perf_counter() - begun
    p50, p99 = (float(np.percentile(judged, at)) * 1000 for at in (50, 99))
    answer = {
        "benchmark": "conditions",
        "machine": machine(),
        "profile": options.profile.name,
        "conditions": len(clauses),
        "texts": len(texts),
        "variables": len(named),
        "judged_ms": {"p50": round(p50, 3), "p99": round(p99, 3), "least": round(min(judged) * 1000, 3)},
        "compiled_us_each": round(each * 1e6, 1),
        "pack_of_as_many_actions_seconds": round(whole, 2),
        "met": {"judged": p50 < LIMIT_MS},
    }
    printed(answer, options.json)
    return 0


def texts_over(variables: Sequence[Variable], count: int, rng: random.Random) -> list[str]:
    """So many different conditions of one to three plain parts, each of which can be true."""
    texts: dict[str, None] = {}
    while len(texts) < count:
        parts = (part(variable, rng) for variable in rng.sample(variables, rng.randint(1, 3)))
        texts[rng.choice((" && ", " || ")).join(parts)] = None
    return list(texts)


def part(variable: Variable, rng: random.Random) -> str:
    if variable.type is ValueType.BOOL:
        return rng.choice(("", "!")) + variable.name
    return f"{variable.name} {rng.choice(('>=', '>', '<=', '=='))} {rng.randint(1, 5)}"


def values_of(variables: Sequence[Variable], rng: random.Random) -> dict[str, Any]:
    """A value of every variable that always has one, and of nine in ten of the others."""
    return {
        variable.name: rng.random() < 0.5 if variable.type is ValueType.BOOL else float(rng.randint(0, 6))
        for variable in variables
        if variable.surely or rng.random() < 0.9
    }


def judge_times(clauses: Clauses, moments: Sequence[Mapping[str, Any]]) -> list[float]:
    """Seconds for the truths of all conditions at one moment, of each round after the first."""
    seconds = []
    for number in range(ROUNDS + 1):
        for values in moments:
            begun = time.perf_counter()
            judged = clauses.judge(values)
            for place in range(len(clauses)):
                judged.truth(place)
            if number:
                seconds.append(time.perf_counter() - begun)
    return seconds


def action(number: int, when: str) -> str:
    words = "{web: {en: {title: Some words}}}"
    return f"a{number}: {{kind: content, title: One, channels: [web], when: '{when}', treatments: {words}}}\n"


if __name__ == "__main__":
    sys.exit(main())
