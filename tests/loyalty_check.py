#!/usr/bin/env python3
"""Computes points and tiers of the Complete Journey's households by itself and compares them with the log.

    pip install pyarrow pandas
    python tests/loyalty_check.py DIR --psql "$DATABASE_URL" [--rules deploy/rules/loyalty.toml]

Shares no code with the rules: it reads the source's files and the programme, lives through the year household by
household, and compares what every member has at its end (after `import … --leave-clock`): usable, waiting and owed
points, what has expired, the tier, its last day and its grace. `--psql` needs a login that may read schema `log`.
"""
import argparse
import calendar
import datetime as dt
import json
import subprocess
import sys
import tomllib

import pandas as pd

parser = argparse.ArgumentParser()
parser.add_argument("dir")
parser.add_argument("--psql", required=True)
parser.add_argument("--rules", default="deploy/rules/loyalty.toml")
arguments = parser.parse_args()
with open(arguments.rules, "rb") as file:
    rules = tomllib.load(file)
points_rules, tier_rules = rules["points"], rules["tiers"]
levels = tier_rules["levels"]
DAY = dt.timedelta(days=1)


def months(day, count):
    """The same day some months on; the month's last where there is none."""
    month = day.year * 12 + day.month - 1 + count
    year, month = divmod(month, 12)
    return dt.date(year, month + 1, min(day.day, calendar.monthrange(year, month + 1)[1]))


def window(as_of):
    if tier_rules["window"]["kind"] == "rolling":
        return months(as_of, -tier_rules["window"]["months"]) + DAY, as_of
    return dt.date(as_of.year, 1, 1), dt.date(as_of.year, 12, 31)


def holds_until(as_of):
    last = months(as_of, tier_rules["validity_months"])
    return last if tier_rules["window"]["kind"] == "rolling" else dt.date(last.year, 12, 31)


class Household:
    """Points in lots of [points, first usable day or None, last day or None], and a tier above everybody's or None."""

    def __init__(self):
        self.lots, self.purchases, self.expired, self.earned = [], [], 0, 0
        self.tier = self.until = self.grace = None

    def level(self):
        return next((level for level in levels if level["code"] == self.tier), levels[0])

    def reached(self, as_of):
        first, last = window(as_of)
        spent = sum(fen for day, fen in self.purchases if first <= day <= last)
        return [level for level in levels if level["threshold_fen"] <= spent][-1]

    def hold(self, level, as_of):
        base = level is levels[0]
        self.tier, self.until, self.grace = (None, None, None) if base else (level["code"], holds_until(as_of), None)

    def lift(self, as_of):
        reached, held = self.reached(as_of), self.level()
        if reached["threshold_fen"] > held["threshold_fen"]:
            self.hold(reached, as_of)
        elif self.grace and reached is held:
            self.hold(reached, as_of)

    def buy(self, day, fen):
        fen = max(fen, 0)
        points = fen * self.level()["rate"] // 10_000
        wait = points_rules["return_window_days"]
        last = None
        if points_rules["expiry_months"]:
            last = months(day, points_rules["expiry_months"])
            if points_rules["expiry_at_month_end"]:
                last = last.replace(day=calendar.monthrange(last.year, last.month)[1])
        if points:
            self.lots.append([points, day + (wait + 1) * DAY if wait else None, last])
        self.earned += points
        self.purchases.append((day, fen))
        self.lift(day)

    def due(self):
        """The next day at whose midnight something happens."""
        days = [lot[1] for lot in self.lots if lot[1]] + [lot[2] + DAY for lot in self.lots if lot[2]]
        if self.tier:
            days.append((self.grace or self.until) + DAY)
        return min(days, default=None)

    def midnight(self, day):
        for lot in self.lots:
            if lot[1] and lot[1] <= day:
                lot[1] = None
        while self.tier and (self.grace or self.until) < day:
            last = self.grace or self.until
            reached, held = self.reached(last), self.level()
            if reached["threshold_fen"] >= held["threshold_fen"]:
                self.hold(reached, last)
            elif not self.grace and tier_rules["grace_days"]:
                self.grace = last + tier_rules["grace_days"] * DAY
            else:
                self.hold(reached, last)
        self.expired += sum(points for points, _, last in self.lots if last and last < day)
        self.lots = [lot for lot in self.lots if not (lot[2] and lot[2] < day)]
        self.lift(day - DAY)

    def live_until(self, day):
        while (due := self.due()) and due <= day:
            self.midnight(due)

    def figures(self):
        return {
            "available": sum(points for points, first, _ in self.lots if not first),
            "pending": sum(points for points, first, _ in self.lots if first),
            "debt": 0, "expired": self.expired, "earned": self.earned, "tier": self.tier or levels[0]["code"],
            "until": self.until and str(self.until), "grace": self.grace and str(self.grace),
        }


def expected():
    lines = pd.read_parquet(f"{arguments.dir}/transactions.parquet")
    for column in ["sales_value", "coupon_disc"]:
        lines[column] = (lines[column] * 100).round().astype("int64")
    lines["fen"] = lines.sales_value - lines.coupon_disc
    lines["day"] = lines.transaction_timestamp.dt.tz_localize("UTC").dt.tz_convert("America/New_York").dt.date
    baskets = lines.groupby(["household_id", "transaction_timestamp", "basket_id", "day"]).fen.sum().reset_index()
    end = baskets.day.max() + DAY
    result = {}
    for household, visits in baskets.groupby("household_id"):
        member = Household()
        for day, fen in zip(visits.day, visits.fen):
            member.live_until(day)
            member.buy(day, int(fen))
        member.live_until(end)
        result[f"cj-{household}"] = member.figures()
    return result


def found():
    query = """
        with points as (
          select distinct on (aggregate_id) aggregate_id, payload -> 'balance' as balance
          from log.events where aggregate_type = 'member' and payload::jsonb ? 'balance'
          order by aggregate_id, sequence desc),
        tiers as (
          select distinct on (aggregate_id) aggregate_id, payload -> 'term' as term
          from log.events where event_type like 'member.tier_%' order by aggregate_id, sequence desc),
        sums as (
          select aggregate_id,
                 sum((payload ->> 'points')::bigint) filter (where event_type = 'member.points_expired.v1') as expired,
                 sum((payload ->> 'points')::bigint)
                   filter (where event_type in ('member.points_pended.v1', 'member.points_earned.v1')) as earned
          from log.events where event_type like 'member.points_%' group by 1)
        select json_build_object('member', p.aggregate_id, 'balance', p.balance, 'term', t.term,
                                 'expired', coalesce(s.expired, 0), 'earned', coalesce(s.earned, 0))
        from points p left join tiers t using (aggregate_id) left join sums s using (aggregate_id)"""
    answer = subprocess.run(["psql", arguments.psql, "-X", "-q", "-A", "-t", "-c", query],
                            check=True, capture_output=True, text=True)
    result = {}
    for line in answer.stdout.splitlines():
        row = json.loads(line)
        term = row["term"] or {}
        result[row["member"]] = {
            **{name: row["balance"][name] for name in ["available", "pending", "debt"]},
            "expired": row["expired"], "earned": row["earned"], "tier": term.get("tier", levels[0]["code"]),
            "until": term.get("until"), "grace": term.get("grace_until"),
        }
    return result


ours, theirs = expected(), found()
wrong = sorted(member for member in ours.keys() | theirs.keys() if ours.get(member) != theirs.get(member))
for member in wrong[:5]:
    print(f"{member}: expected {ours.get(member)}\n{' ' * len(member)}  found    {theirs.get(member)}")
tiers = pd.Series([figures["tier"] for figures in ours.values()]).value_counts().to_dict()
print(f"{len(ours)} households, {sum(f['earned'] for f in ours.values())} points earned, "
      f"{sum(f['expired'] for f in ours.values())} expired, tiers {tiers}")
print(f"differs for {len(wrong)} households" if wrong else f"equal for all {len(ours)} households")
sys.exit(bool(wrong))
