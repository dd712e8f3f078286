"""A third calendar, on Python's zoneinfo: asks it for the local time of every minute and looks which of them match.

Reads {"windows": [{zone, from, until}], "cases": [{window, spec}]} from standard input, and writes what spec-case.ts
calls runs for each case, and for each window where local time does not go on by one minute. A window whose zone is
not known here has null for both.
"""

import calendar
import json
import sys
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

MINUTE = 60
MARGIN = 26 * 60 * MINUTE
EPOCH = date(1970, 1, 1).toordinal()
MONTHS = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"]
DAYS = ["sun", "mon", "tue", "wed", "thu", "fri", "sat"]


def local_minutes(window):
    """The local time of each minute, as minutes since 1970 on that clock."""
    zone = ZoneInfo(window["zone"])
    begin = (window["from"] - MARGIN) // MINUTE * MINUTE
    walls = []
    for at in range(begin, window["until"] + MARGIN, MINUTE):
        local = datetime.fromtimestamp(at, zone)
        walls.append((local.toordinal() - EPOCH) * 1440 + local.hour * 60 + local.minute)
    return begin, walls


def changes(walls):
    return [[i, wall] for i, wall in enumerate(walls) if i == 0 or wall != walls[i - 1] + 1]


def values(text, low, high, names=()):
    found = set()
    for item in text.split(","):
        body, _, step = item.partition("/")
        if body == "*":
            start, end = low, high
        else:
            start, _, end = body.partition("-")
            start = names.index(start) + low if start in names else int(start)
            end = start if end == "" else names.index(end) + low if end in names else int(end)
            if names == DAYS and end < start:
                end += 7
        found.update(range(start, end + 1, int(step or 1)))
    return found


def workdays(day):
    last = calendar.monthrange(day.year, day.month)[1]
    return [n for n in range(1, last + 1) if day.replace(day=n).weekday() < 5]


def nearest_workday(day, target):
    """Of two at the same distance there is none: Saturday is next to a Friday, and Sunday to a Monday."""
    if target > calendar.monthrange(day.year, day.month)[1]:
        return None
    return min(workdays(day), key=lambda n: abs(n - target))


def in_month_days(day, text):
    last = calendar.monthrange(day.year, day.month)[1]
    for item in text.split(","):
        if item == "l":
            hit = day.day == last
        elif item == "lw":
            hit = day.day == workdays(day)[-1]
        elif item.endswith("w"):
            hit = day.day == nearest_workday(day, int(item[:-1]))
        else:
            hit = day.day in values(item, 1, 31)
        if hit:
            return True
    return False


def in_week_days(day, text):
    weekday = day.isoweekday() % 7
    for item in text.split(","):
        name, _, nth = item.partition("#")
        if name.endswith("l") and name[:-1] in [*DAYS, *"01234567"]:
            name, nth = name[:-1], "l"
        if weekday not in {n % 7 for n in values(name, 0, 6, DAYS)}:
            continue
        if nth == "" or (nth == "l" and (day + timedelta(days=7)).month != day.month):
            return True
        if nth.isdigit() and (day.day - 1) // 7 + 1 == int(nth):
            return True
    return False


def cron_rule(text, second_if_absent):
    parts = text.lower().split()
    if len(parts) == 5:
        parts.insert(0, second_if_absent)
    second, minute, hour, dom, month, dow = parts
    months = values(month, 1, 12, MONTHS)

    def is_day(day):
        if day.month not in months:
            return False
        if dom == "*":
            return dow == "*" or in_week_days(day, dow)
        return in_month_days(day, dom) or (dow != "*" and in_week_days(day, dow))

    is_fixed = all(part.isdigit() for part in (second, minute, hour))
    return values(second, 0, 59), values(minute, 0, 59), values(hour, 0, 23), is_day, is_fixed


def calendar_rule(fields, empty_is_any):
    def among(name, *candidates):
        ranges = fields.get(name) or []
        return not ranges or any(n in range(a, b + 1, step) for a, b, step in ranges for n in candidates)

    def every(name, count):
        if not fields.get(name):
            return set(range(count)) if empty_is_any else {0}
        return {n for n in range(count) if among(name, n)}

    def is_day(day):
        last = calendar.monthrange(day.year, day.month)[1]
        return (
            among("year", day.year)
            and among("month", day.month)
            and among("day_of_month", day.day, day.day - last - 1)
            and among("day_of_week", day.isoweekday(), day.isoweekday() % 7)
        )

    seconds, minutes, hours = every("second", 60), every("minute", 60), every("hour", 24)
    return seconds, minutes, hours, is_day, max(map(len, (seconds, minutes, hours))) == 1


def rules(entries, is_exclusion):
    crons = [cron_rule(text, "*" if is_exclusion else "0") for text in entries["cron"]]
    return crons + [calendar_rule(fields, is_exclusion) for fields in entries["calendar"]]


def matching(rule, days):
    """The local minutes of these days that a rule names."""
    _, minutes, hours, is_day, _ = rule
    named = [number for number in days if is_day(date.fromordinal(EPOCH + number))]
    return {number * 1440 + hour * 60 + minute for number in named for hour in hours for minute in minutes}


def rule_times(rule, spec, begin, walls):
    seconds, is_fixed = rule[0], rule[4]
    gap, overlap = spec["gap"], spec["overlap_hour"]
    if gap == "AUTO":
        gap = "FIRST_INSTANT_AFTER" if is_fixed else "SKIP"
    if overlap == "AUTO":
        overlap = "FIRST" if is_fixed else "BOTH"
    matched = matching(rule, range(min(walls) // 1440, max(walls) // 1440 + 1))
    for index, wall in changes(walls)[1:]:
        previous = walls[index - 1]
        for missing in range(previous + 1, wall):
            if gap == "FIRST_INSTANT_AFTER" and missing in matched:
                yield begin + index * MINUTE
            if gap == "SAME_DISTANCE" and missing in matched:
                yield from (begin + (index + missing - previous - 1) * MINUTE + second for second in seconds)
    found = {}
    for index, wall in enumerate(walls):
        if wall in matched:
            found.setdefault(wall, []).append(begin + index * MINUTE)
    for times in found.values():
        chosen = {"FIRST": times[:1], "SECOND": times[-1:], "BOTH": times}[overlap]
        yield from (time + second for time in chosen for second in seconds)


def runs(spec, window, begin, walls):
    found = set(spec["at"])
    for rule in rules(spec, False):
        found.update(rule_times(rule, spec, begin, walls))
    for interval in spec["interval"]:
        every, phase = interval["every"], interval["phase"]
        found.update(range(window["from"] + (phase - window["from"]) % every, window["until"], every))
    exclude = spec["exclude"]
    days = range(min(walls) // 1440, max(walls) // 1440 + 1)
    excluding = [(rule[0], matching(rule, days)) for rule in rules(exclude, True)]

    def is_excluded(time):
        wall = walls[(time - begin) // MINUTE]
        return (
            time in exclude["at"]
            or any((time - one["phase"]) % one["every"] == 0 for one in exclude["interval"])
            or any(time % MINUTE in seconds and wall in matched for seconds, matched in excluding)
        )

    low = max(window["from"], spec["start"] if spec["start"] is not None else window["from"])
    high = min(window["until"], spec["end"] if spec["end"] is not None else window["until"])
    return sorted(time for time in found if low <= time < high and not is_excluded(time))


def main():
    asked = json.load(sys.stdin)
    known = []
    for window in asked["windows"]:
        try:
            known.append(local_minutes(window))
        except (KeyError, ValueError):
            known.append(None)
    answer = []
    for case in asked["cases"]:
        table = known[case["window"]]
        window = asked["windows"][case["window"]]
        answer.append(table and runs(case["spec"], window, *table))
    json.dump({"changes": [table and changes(table[1]) for table in known], "runs": answer}, sys.stdout)


main()
