#!/usr/bin/env python3
"""Counts the Complete Journey by itself and compares the store dashboard with it, to the cent and the piece.

    pip install pyarrow pandas
    python tests/complete_journey_check.py DIR --psql "$DATABASE_URL"     compares reporting.store_day
    python tests/complete_journey_check.py DIR --write expected.csv        writes what it has counted

Shares no code with the import: it reads the source's files with pandas and follows docs/imports/complete-journey.md.
"""
import argparse
import io
import subprocess
import sys

import pandas as pd

parser = argparse.ArgumentParser()
parser.add_argument("dir")
parser.add_argument("--psql")
parser.add_argument("--write")
arguments = parser.parse_args()

lines = pd.read_parquet(f"{arguments.dir}/transactions.parquet")
redemptions = pd.read_parquet(f"{arguments.dir}/coupon_redemptions.parquet")
coupons = pd.read_parquet(f"{arguments.dir}/coupons.parquet")

for column in ["sales_value", "retail_disc", "coupon_disc", "coupon_match_disc"]:
    lines[column] = (lines[column] * 100).round().astype("int64")
local = lines.transaction_timestamp.dt.tz_localize("UTC").dt.tz_convert("America/New_York")
lines["day"] = local.dt.strftime("%Y-%m-%d")
lines["shelf"] = lines.sales_value + lines.retail_disc + lines.coupon_match_disc
lines["coupon"] = lines.coupon_disc + lines.coupon_match_disc
lines["paid"] = lines.sales_value - lines.coupon_disc

key = [lines.store_id.astype(str).rename("store_id"), lines.day.rename("business_date")]
expected = lines.groupby(key).agg(
    orders=("basket_id", "nunique"), buyers=("household_id", "nunique"), units=("quantity", "sum"),
    shelf_fen=("shelf", "sum"), promotion_discount_fen=("retail_disc", "sum"), coupon_discount_fen=("coupon", "sum"),
    paid_fen=("paid", "sum"))

first = lines.sort_values(["transaction_timestamp", "basket_id"]).groupby("household_id").first()
members = first.groupby([first.store_id.astype(str).rename("store_id"), first.day.rename("business_date")]).size()
expected["new_members"] = members.reindex(expected.index, fill_value=0)

# A redemption belongs to a basket if exactly one of its household and day has coupon money on one of its products.
redemptions = redemptions.reset_index(names="row")
redemptions["day"] = redemptions.redemption_date.dt.strftime("%Y-%m-%d")
couponed = lines[lines.coupon != 0][["household_id", "day", "basket_id", "product_id", "store_id"]]
fits = redemptions.merge(coupons, on=["coupon_upc", "campaign_id"]).merge(couponed, on=["household_id", "day", "product_id"])
fits = fits[["row", "basket_id", "store_id", "day"]].drop_duplicates()
one = fits[~fits.row.duplicated(keep=False)]
redeemed = one.groupby([one.store_id.astype(str).rename("store_id"), one.day.rename("business_date")]).size()
expected["coupons_redeemed"] = redeemed.reindex(expected.index, fill_value=0)
rest = redemptions[~redemptions.row.isin(one.row)].groupby("day").size()
unknown = pd.DataFrame({"store_id": "unattributed", "business_date": rest.index, "coupons_redeemed": rest.values})
expected = pd.concat([expected, unknown.set_index(["store_id", "business_date"])]).fillna(0).sort_index().astype("int64")

print(f"{len(lines)} lines, {lines.basket_id.nunique()} baskets, {(expected.orders > 0).sum()} store-days, "
      f"{lines.store_id.nunique()} stores, {len(one)} of {len(redemptions)} redemptions attributed, paid {expected.paid_fen.sum()}")
if arguments.write:
    expected.to_csv(arguments.write)
if arguments.psql:
    columns = ", ".join(["store_id", "business_date", *expected.columns])
    query = f"copy (select {columns} from reporting.store_day) to stdout with (format csv, header)"
    answer = subprocess.run(["psql", arguments.psql, "-X", "-q", "-c", query], check=True, capture_output=True, text=True)
    found = pd.read_csv(io.StringIO(answer.stdout), dtype={"store_id": str, "business_date": str})
    found = found.set_index(["store_id", "business_date"]).sort_index().astype("int64")
    both = expected.join(found, how="outer", rsuffix="_found").fillna(-1).astype("int64")
    wrong = [column for column in expected.columns if (both[column] != both[f"{column}_found"]).any()]
    for column in wrong:
        print(f"{column} differs:\n", both[both[column] != both[f"{column}_found"]][[column, f"{column}_found"]].head())
    print("differs" if wrong else f"equal in all {len(found)} rows")
    sys.exit(bool(wrong))
