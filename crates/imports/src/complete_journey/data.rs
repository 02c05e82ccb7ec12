//! The data set in memory: 48 bytes a line, sorted by time, so that a day is a slice.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::path::Path;

use guanxi_kernel::{BusinessDate, TimeZoneId, Timestamp};

use super::columns::Columns;
use super::commands::ZONE;
use super::money::cents;
use super::{ImportError, attribution};

const TRANSACTIONS: &str = "transactions.parquet";
const REDEMPTIONS: &str = "coupon_redemptions.parquet";

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
    /// Row in the source, from 1: no two are alike but in this.
    pub row: usize,
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
}

impl DataSet {
    /// Reads the folder.
    ///
    /// # Errors
    /// A file or a value is not what the mapping knows.
    pub fn read(folder: &Path) -> Result<Self, ImportError> {
        let zone = TimeZoneId::new(ZONE).map_err(|error| ImportError::Value {
            file: TRANSACTIONS,
            row: 0,
            what: error.to_string(),
        })?;
        let lines = read_lines(folder)?;
        let mut redemptions = read_redemptions(folder)?;
        attribution::attribute(&lines, &mut redemptions, &read_coupons(folder)?, &zone);
        redemptions.sort_by_key(|redemption| (redemption.day, redemption.row));
        Ok(Self {
            categories: read_categories(folder)?,
            campaigns: read_campaigns(folder)?,
            redemptions,
            lines,
            zone,
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

/// Divides lines, sorted by time and basket, into baskets.
pub(super) fn baskets(lines: &[Line]) -> impl Iterator<Item = Basket<'_>> {
    lines.chunk_by(|a, b| a.basket == b.basket).filter_map(|lines| {
        Some(Basket {
            lines,
            head: lines.first()?,
        })
    })
}

fn read_lines(folder: &Path) -> Result<Vec<Line>, ImportError> {
    let file = Columns::open(folder, TRANSACTIONS)?;
    let (households, stores) = (file.integers("household_id")?, file.integers("store_id")?);
    let (baskets, products) = (file.integers("basket_id")?, file.integers("product_id")?);
    let (quantities, at) = (
        file.integers("quantity")?,
        file.microseconds("transaction_timestamp")?,
    );
    let money = ["sales_value", "retail_disc", "coupon_disc", "coupon_match_disc"];
    let money = money.map(|name| file.decimals(name));
    let [sales, promotion, manufacturer, own] = money;
    let (sales, promotion, manufacturer, own) = (sales?, promotion?, manufacturer?, own?);
    let mut lines = Vec::with_capacity(at.len());
    for row in 0..at.len() {
        let wrong = |what: &str| ImportError::Value {
            file: TRANSACTIONS,
            row: row + 1,
            what: what.to_owned(),
        };
        let number = |value: i64, what: &str| u32::try_from(value).map_err(|_| wrong(what));
        let fen = |value: f64, what: &str| {
            cents(value)
                .and_then(|fen| i32::try_from(fen).ok())
                .ok_or_else(|| wrong(what))
        };
        lines.push(Line {
            at_us: at[row],
            basket: u64::try_from(baskets[row]).map_err(|_| wrong("basket_id is negative"))?,
            product: number(products[row], "product_id is out of range")?,
            household: number(households[row], "household_id is out of range")?,
            store: number(stores[row], "store_id is out of range")?,
            quantity: i32::try_from(quantities[row]).map_err(|_| wrong("quantity is out of range"))?,
            sales_fen: fen(sales[row], "sales_value is no amount in cents")?,
            promotion_fen: fen(promotion[row], "retail_disc is no amount in cents")?,
            manufacturer_fen: fen(manufacturer[row], "coupon_disc is no amount in cents")?,
            own_fen: fen(own[row], "coupon_match_disc is no amount in cents")?,
        });
    }
    lines.sort_by_key(|line| (line.at_us, line.basket));
    Ok(lines)
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
            id: u32::try_from(ids[row]).unwrap_or(0),
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
                row: row + 1,
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
