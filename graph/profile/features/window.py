"""Window: the stretch of time a feature looks at, sliding or by the calendar of the customer's own zone."""

import re
from dataclasses import dataclass

from graph.errors import InvalidValue
from graph.instants import HOUR
from graph.profile.features.calendar import Period

__all__ = ["LONGEST_WINDOW", "CalendarWindow", "DayWindow", "HourWindow", "Window", "window_of"]

LONGEST_WINDOW = 1100
"""How many days back a window may reach."""

_EXPECTED = (
    "1h to 24h, 1d to 1100d, today, yesterday, this_week (month, quarter, year), last_week (…) or last_3_months (…)"
)
_SLIDING = re.compile(r"([1-9]\d{0,3})([hd])")
_CALENDAR = re.compile(r"(this|last)_(week|month|quarter|year)")
_LAST = re.compile(r"last_([1-9]\d{0,2})_(day|week|month|quarter|year)s")


@dataclass(frozen=True)
class HourWindow:
    """The last hours up to now, exact to the event. span: microseconds."""

    name: str
    span: int


@dataclass(frozen=True)
class DayWindow:
    """The last local days, today among them."""

    name: str
    length: int

    @property
    def reach(self) -> int:
        """How many days back from today the first day can lie, today counted."""
        return self.length

    def days(self, today: int) -> tuple[int, int | None]:
        """The first and last day of it; no last day means up to now."""
        return today - self.length + 1, None


@dataclass(frozen=True)
class CalendarWindow:
    """Calendar periods, the first of them `back` before the running one, so many of them: ``this_month`` is 0 and 1."""

    name: str
    period: Period
    back: int
    count: int = 1

    @property
    def reach(self) -> int:
        return self.period.longest * (self.back + 1)

    def days(self, today: int) -> tuple[int, int | None]:
        begins = self.period.number(today) - self.back
        after = begins + self.count
        return self.period.first_day(begins), self.period.first_day(after) - 1 if self.back else None


Window = HourWindow | DayWindow | CalendarWindow


def window_of(name: str, field: str) -> Window:
    """The window of a name; InvalidValue where there is none such.

    >>> window_of("last_3_months", "windows")
    CalendarWindow(name='last_3_months', period=<Period.MONTH: 'month'>, back=3, count=3)
    """
    window = _window(name)
    if window is None or (not isinstance(window, HourWindow) and window.reach > LONGEST_WINDOW):
        raise InvalidValue(field, name, _EXPECTED)
    return window


def _window(name: str) -> Window | None:
    if name == "today":
        return CalendarWindow(name, Period.DAY, 0)
    if name == "yesterday":
        return CalendarWindow(name, Period.DAY, 1)
    if sliding := _SLIDING.fullmatch(name):
        number = int(sliding[1])
        if sliding[2] == "d":
            return DayWindow(name, number)
        return HourWindow(name, number * HOUR) if number <= 24 else None
    if calendar := _CALENDAR.fullmatch(name):
        return CalendarWindow(name, Period(calendar[2]), 0 if calendar[1] == "this" else 1)
    if last := _LAST.fullmatch(name):
        return CalendarWindow(name, Period(last[2]), int(last[1]), int(last[1]))
    return None
