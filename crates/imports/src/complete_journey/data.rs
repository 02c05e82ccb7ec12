//! The data set in memory: 48 bytes a line, sorted by time, so that a day is a slice.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::path::Path;

use guanxi_kernel::{BusinessDate, TimeZoneId, Timestamp};

use super::commands::ZONE;
use super::{ImportError, attribution, read};

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
        let folder = &read::files_in(folder);
        let zone = TimeZoneId::new(ZONE).map_err(|error| ImportError::Value {
            file: "time zone database",
            row: 0,
            what: error.to_string(),
        })?;
        let lines = read::lines(folder)?;
        let mut redemptions = read::redemptions(folder)?;
        attribution::attribute(&lines, &mut redemptions, &read::coupons(folder)?, &zone);
        redemptions.sort_by_key(|redemption| (redemption.day, redemption.household, redemption.upc));
        Ok(Self {
            categories: read::categories(folder)?,
            campaigns: read::campaigns(folder)?,
            redemptions,
            lines,
            zone,
            fingerprint: read::fingerprint(folder)?,
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

/// Products that a coupon of a campaign is for.
pub(super) type CouponProducts = HashMap<(u64, u32), BTreeSet<u32>>;

/// Divides lines, sorted by time and basket, into baskets.
pub(super) fn baskets(lines: &[Line]) -> impl Iterator<Item = Basket<'_>> {
    lines.chunk_by(|a, b| a.basket == b.basket).filter_map(|lines| {
        Some(Basket {
            lines,
            head: lines.first()?,
        })
    })
}
