//! The whole year, where somebody has it.

use std::collections::HashSet;
use std::path::Path;

use guanxi_kernel::Fen;

use crate::complete_journey::DataSet;
use crate::complete_journey::commands::{coupon_id, payable};
use crate::complete_journey::data::baskets;
use crate::complete_journey::plan::days;

/// Counted by another program, and told by the data's description.
#[test]
#[ignore = "needs the whole data set: set GUANXI_COMPLETE_JOURNEY to its folder"]
fn the_year_is_read_whole() {
    let Ok(folder) = std::env::var("GUANXI_COMPLETE_JOURNEY") else {
        eprintln!("left out: GUANXI_COMPLETE_JOURNEY, the folder of the data set, is not set");
        return;
    };
    let data = DataSet::read(Path::new(&folder)).unwrap();
    let receipts: Vec<_> = baskets(&data.lines).collect();
    let paid: Vec<Fen> = receipts.iter().map(payable).collect();
    let count = |sign: i64| paid.iter().filter(|fen| fen.0.signum() == sign).count();
    assert_eq!((data.lines.len(), receipts.len()), (1_469_307, 155_848));
    assert_eq!((count(1), count(0), count(-1)), (155_321, 508, 19));
    assert_eq!((data.stores().len(), data.first_visits().len()), (457, 2_469));
    assert_eq!((days(&data).len(), data.campaigns.len()), (364, 27));
    let store_days: HashSet<_> = data
        .lines
        .iter()
        .map(|line| (line.store, data.zone.business_date(line.at())))
        .collect();
    assert_eq!(store_days.len(), 38_410);
    let sum = |of: fn(&crate::complete_journey::Line) -> i32| -> i64 {
        data.lines.iter().map(|line| i64::from(of(line))).sum()
    };
    assert_eq!(sum(|line| line.sales_fen), 459_603_958);
    assert_eq!(sum(|line| line.promotion_fen), 79_165_064);
    assert_eq!(sum(|line| line.manufacturer_fen), 2_635_990);
    assert_eq!(sum(|line| line.own_fen), 454_265);
    assert_eq!(sum(|line| line.quantity), 152_923_108);
    assert_eq!(paid.into_iter().sum::<Fen>(), Fen(456_967_968));
    let attributed = data.redemptions.iter().filter(|it| it.basket.is_some()).count();
    assert_eq!((data.redemptions.len(), attributed), (2_102, 1_129));
    let names: HashSet<_> = data.redemptions.iter().map(|it| coupon_id(it).unwrap()).collect();
    assert_eq!(names.len(), 2_102);
}
