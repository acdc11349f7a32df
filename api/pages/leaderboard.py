"""The page of `patron evaluate --page`: the leaderboard and its plots as one file that needs nothing else."""

from collections.abc import Iterable, Sequence
from html import escape
from pathlib import Path
from string import Template

from api.learning.leaderboard import Leaderboard
from api.pages.whiskers import Dot, number, whiskers
from embeddings.evaluation import Comparison, EvaluationRow, Interval, Task, Trait
from embeddings.evaluation.slices import FEW
from graph import iso

__all__ = ["page_of"]

PAGE = Path(__file__).with_suffix(".html")

QUESTIONS = {
    Task.ALL: (
        "Everything bought",
        "Which products will the customer buy? What they bought before may be listed again.",
    ),
    Task.NEW: ("New products", "Which products will the customer buy for the first time? Their history is masked."),
}


def page_of(board: Leaderboard) -> str:
    """The whole page as HTML."""
    table = board.table
    facts = {
        "customers": f"{board.customers:,}",
        "products ranked": f"{board.products:,}",
        "interactions": f"{board.interactions:,}",
        "pairs learnt from": f"{table.train_pairs:,}",
        "methods": f"{len(table.methods):,}",
        "seconds in all": f"{sum(board.seconds.values()):,.0f}",
    }
    summary = (
        f"From {iso(board.begins)[:10]} to {iso(board.ends)[:10]}. Held out: {board.split}; ages are counted from "
        f"{iso(table.cut)[:16].replace('T', ' ')} UTC. Every product is ranked for every customer, nothing is sampled; "
        f"lists of {table.k}. Means over customers, with 95 % bootstrap intervals."
    )
    body = [_task(board, task) for task in Task]
    body += [_ablations(board), _exposure(board), _settings(board), _seconds(board)]
    return Template(PAGE.read_text(encoding="utf-8")).substitute(
        title="Leaderboard",
        summary=escape(summary),
        facts="".join(f"<div><dt>{escape(name)}</dt><dd>{value}</dd></div>" for name, value in facts.items()),
        body="\n".join(body),
    )


def _task(board: Leaderboard, task: Task) -> str:
    table, reference = board.table, board.reference[task]
    rows = sorted(_rows(board, task), key=lambda row: -row.ndcg.mean)
    against = {one.ours: one for one in board.differences if one.task is task}
    title, question = QUESTIONS[task]
    held = table.row(reference, task)
    plots = [
        (f"NDCG@{table.k}", [Dot(row.method, row.ndcg, _look(board, row)) for row in rows], held.ndcg.mean),
        (f"Recall@{table.k}", [Dot(row.method, row.recall, _look(board, row)) for row in rows], held.recall.mean),
    ]
    gains = [
        (f"NDCG@{table.k} − {reference}", [_gain(one, one.ndcg) for one in _ordered(rows, against)], 0.0),
        (f"Recall@{table.k} − {reference}", [_gain(one, one.recall) for one in _ordered(rows, against)], 0.0),
    ]
    lines = [
        [
            *(_mean(row.recall), _mean(row.ndcg)),
            *((_signed(one.recall), _signed(one.ndcg)) if (one := against.get(row.method)) else ("–", "–")),
            *(f"{row.fit_seconds:,.1f}", f"{row.rank_seconds:,.1f}"),
        ]
        for row in rows
    ]
    heading = [
        *(f"recall@{table.k}", f"NDCG@{table.k}", f"recall − {escape(reference)}", f"NDCG − {escape(reference)}"),
        *("fit s", "rank s"),
    ]
    return "\n".join(
        [
            f"<h2>{title}</h2>",
            f"<p>{question} {len(held.recalls):,} customers, {held.pairs:,} products to find. Held against "
            f"{escape(reference)}; differences are paired by customer.</p>",
            '<div class="legend"><span><i class="ours"></i>ours</span><span><i></i>baseline</span>'
            '<span><i class="reference"></i>reference</span><span><i class="better"></i>better than it</span>'
            '<span><i class="worse"></i>worse than it</span></div>',
            _plots(plots),
            _plots(gains) if against else "",
            _card("", _table(heading, _named(board, rows), lines)),
            *(_slices(board, rows, trait) for trait in Trait),
        ]
    )


def _slices(board: Leaderboard, rows: Sequence[EvaluationRow], trait: Trait) -> str:
    """NDCG of every method on the parts of one trait, shaded within a part."""
    parts = [part for part in rows[0].slices if part.trait is trait]
    heading = [
        f"{escape(part.label)}{'†' if part.few else ''}<br><small>n = {part.customers:,}, {part.pairs:,} pairs</small>"
        for part in parts
    ]
    cells = {row.method: {part.label: part.ndcg for part in row.slices if part.trait is trait} for row in rows}
    highest = {part.label: max(own[part.label].mean for own in cells.values()) or 1.0 for part in parts}
    lines = [[_shaded(cells[row.method][part.label], highest[part.label]) for part in parts] for row in rows]
    few = f"<p>† fewer than {FEW} customers: little can be said.</p>" if any(part.few for part in parts) else ""
    return _card(f"NDCG@{board.table.k} by {trait.value}", _table(heading, _named(board, rows), lines) + few)


def _ablations(board: Leaderboard) -> str:
    plots = [
        (
            f"NDCG@{board.table.k}, {QUESTIONS[task][0].lower()}",
            [Dot(f"− {one.theirs}", one.ndcg, _verdict(one.ndcg)) for one in board.ablations if one.task is task],
            0.0,
        )
        for task in Task
    ]
    lines = [[one.task.value, _signed(one.recall), _signed(one.ndcg)] for one in board.ablations]
    heading = ["task", f"recall@{board.table.k}", f"NDCG@{board.table.k}"]
    names = [(f"{one.ours} − {one.theirs}", "") for one in board.ablations]
    return (
        "<h2>What the parts add</h2><p>A line minus the same with one part of it exchanged or taken out, paired by "
        f"customer.</p>{_plots(plots)}{_card('', _table(heading, names, lines))}"
    )


def _exposure(board: Leaderboard) -> str:
    heading = ["coverage", "Gini", "novelty, bits", "popularity rank", "diversity"]
    cards = []
    for task in Task:
        rows = _rows(board, task)
        wanted = rows[0].wanted_rank
        lines = [
            [
                *(f"{100 * row.coverage:.1f} %", f"{row.gini:.3f}", f"{row.novelty:.1f}"),
                *(f"{row.rank:,.0f}", "–" if row.diversity != row.diversity else f"{row.diversity:.2f}"),
            ]
            for row in rows
        ]
        title = f"{QUESTIONS[task][0]}: what customers bought has the mean popularity rank {wanted:,.0f}"
        cards.append(_card(title, _table(heading, _named(board, rows), lines)))
    return (
        "<h2>What the lists show</h2><p>Coverage: the share of the catalogue in anybody’s list. Gini: how unequally "
        "places are dealt out to products, 0 equally, 1 all to one. Novelty: −log₂ of the share of customers who "
        "bought listed products. Popularity rank: their mean place, 1 the most bought; below that of what "
        "customers bought it is popularity bias. Diversity: the share of pairs in a list from different categories.</p>"
        f'<div class="pair">{"".join(cards)}</div>'
    )


def _settings(board: Leaderboard) -> str:
    if not board.tuned:
        rows = "".join(
            f"<tr><th>{escape(name)}</th><td class=wrap><code>{escape(settings)}</code></td></tr>"
            for name, settings in board.fixed.items()
        )
        return f"<h2>Settings</h2><p>Fixed, none were chosen.</p>{_card('', f'<table><tbody>{rows}</tbody></table>')}"
    lines = []
    for name, line in board.tuned.items():
        for task in Task:
            best, trials = line.best(task), line.trials[task]
            cut = f", {line.untried} for want of time not" if line.untried else ""
            lines.append(
                f"<tr><th>{escape(name)}</th><td class=text>{task.value}</td><td>{len(trials)}{cut}</td>"
                f"<td>{number(best.recall)}</td><td>{number(best.ndcg)}</td>"
                f"<td class=wrap><code>{escape(repr(best.method))}</code></td></tr>"
            )
    tried = "".join(
        f"<tr><td class=text>{escape(name)}</td><td class=text>{task.value}</td><td>{number(trial.recall)}</td>"
        f"<td>{number(trial.ndcg)}</td><td class=wrap><code>{escape(repr(trial.method))}</code></td></tr>"
        for name, line in board.tuned.items()
        for task in Task
        for trial in line.trials[task]
    )
    names = "<th class=text>method</th><th class=text>task</th>"
    measures = f"<th>recall@{board.table.k}</th><th>NDCG@{board.table.k}</th><th class=text>settings</th>"
    return (
        "<h2>Settings</h2><p>Chosen by NDCG on the window before the one that is measured, for each task by itself, by "
        "trying all of a small grid. The figures here are of that window.</p>"
        + _card(
            "",
            f"<table><thead><tr>{names}<th>tried</th>{measures}</tr></thead><tbody>{''.join(lines)}</tbody></table>"
            f"<details><summary>All that was tried</summary><table><thead><tr>{names}{measures}</tr></thead>"
            f"<tbody>{tried}</tbody></table></details>",
        )
    )


def _seconds(board: Leaderboard) -> str:
    rows = "".join(
        f"<tr><th>{escape(what)}</th><td>{seconds:,.1f}</td></tr>" for what, seconds in board.seconds.items()
    )
    return f"<h2>Seconds</h2>{_card('', f'<table><tbody>{rows}</tbody></table>')}"


def _rows(board: Leaderboard, task: Task) -> list[EvaluationRow]:
    return [row for row in board.table.rows if row.task is task]


def _ordered(rows: Sequence[EvaluationRow], against: dict[str, Comparison]) -> list[Comparison]:
    return [against[row.method] for row in rows if row.method in against]


def _look(board: Leaderboard, row: EvaluationRow) -> str:
    if row.method == board.reference[row.task]:
        return "reference"
    return "theirs" if row.method in board.baselines else "ours"


def _verdict(difference: Interval) -> str:
    return "better" if difference.low > 0 else "worse" if difference.high < 0 else "equal"


def _gain(one: Comparison, difference: Interval) -> Dot:
    return Dot(one.ours, difference, _verdict(difference))


def _mean(interval: Interval) -> str:
    return f"{number(interval.mean)} <small>[{number(interval.low)}, {number(interval.high)}]</small>"


def _signed(difference: Interval) -> str:
    sign = "+" if difference.mean > 0 else ""
    return f'<span class="{_verdict(difference)}">{sign}{_mean(difference)}</span>'


def _shaded(interval: Interval, highest: float) -> str:
    return f'<span title="{interval}" style="--part: {max(interval.mean, 0.0) / highest:.2f}">{_mean(interval)}</span>'


def _plots(plots: Iterable[tuple[str, Sequence[Dot], float]]) -> str:
    cards = "".join(_card(title, whiskers(dots, title, mark=mark)) for title, dots, mark in plots)
    return f'<div class="pair">{cards}</div>'


def _card(title: str, inside: str) -> str:
    heading = f"<h3>{escape(title)}</h3>" if title else ""
    return f'<section class="card">{heading}{inside}</section>'


def _named(board: Leaderboard, rows: Sequence[EvaluationRow]) -> list[tuple[str, str]]:
    return [(row.method, _look(board, row)) for row in rows]


def _table(heading: Sequence[str], names: Sequence[tuple[str, str]], lines: Sequence[Sequence[str]]) -> str:
    """heading and lines: cells as HTML, after the column of the methods; names: (method, class of its row)."""
    top = "".join(f"<th>{cell}</th>" for cell in heading)
    rows = "".join(
        f'<tr class="{look}"><th>{escape(name)}</th>{"".join(f"<td>{cell}</td>" for cell in line)}</tr>'
        for (name, look), line in zip(names, lines, strict=True)
    )
    return f"<table><thead><tr><th>method</th>{top}</tr></thead><tbody>{rows}</tbody></table>"
