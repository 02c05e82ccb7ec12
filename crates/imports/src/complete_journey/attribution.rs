//! Which basket a redemption belongs to. The source names household, coupon and day, but neither basket nor store.

use std::collections::{BTreeSet, HashMap};

use guanxi_kernel::{BusinessDate, TimeZoneId};

use super::data::{CouponProducts, Line, Redemption};

/// Attributes a redemption when exactly one basket of its household and day has a line with coupon money for one of
/// the coupon's products. Otherwise it stays without a basket: a guess would put money where it may not belong.
pub(super) fn attribute(
    lines: &[Line],
    redemptions: &mut [Redemption],
    coupons: &CouponProducts,
    zone: &TimeZoneId,
) {
    let wanted: BTreeSet<(u32, BusinessDate)> = redemptions
        .iter()
        .map(|redemption| (redemption.household, redemption.day))
        .collect();
    let households: BTreeSet<u32> = wanted.iter().map(|(household, _)| *household).collect();
    let mut couponed: HashMap<(u32, BusinessDate), Vec<(u64, u32)>> = HashMap::new();
    for line in lines {
        if (line.manufacturer_fen != 0 || line.own_fen != 0) && households.contains(&line.household) {
            let visit = (line.household, zone.business_date(line.at()));
            if wanted.contains(&visit) {
                couponed
                    .entry(visit)
                    .or_default()
                    .push((line.basket, line.product));
            }
        }
    }
    for redemption in redemptions {
        let Some(products) = coupons.get(&(redemption.upc, redemption.campaign)) else {
            continue;
        };
        let lines = couponed
            .get(&(redemption.household, redemption.day))
            .into_iter()
            .flatten();
        let fitting: BTreeSet<u64> = lines
            .filter(|(_, product)| products.contains(product))
            .map(|(basket, _)| *basket)
            .collect();
        redemption.basket = match fitting.len() {
            1 => fitting.first().copied(),
            _ => None,
        };
    }
}
