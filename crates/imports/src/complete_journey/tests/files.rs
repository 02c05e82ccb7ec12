//! Writes small files of the data set's form, with its 96-bit times.

use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use guanxi_kernel::Timestamp;
use parquet::basic::Compression;
use parquet::data_type::{ByteArray, ByteArrayType, DoubleType, Int64Type, Int96, Int96Type};
use parquet::file::properties::WriterProperties;
use parquet::file::writer::SerializedFileWriter;
use parquet::schema::parser::parse_message_type;

/// A column's values.
pub(super) enum Column {
    Int(Vec<i64>),
    Float(Vec<f64>),
    Text(Vec<Option<&'static str>>),
    Time(Vec<&'static str>),
}

/// A line of a receipt: basket, household, store, product, quantity, the four amounts, time.
pub(super) type Receipt = (i64, i64, i64, i64, i64, [f64; 4], &'static str);

/// A folder with files, removed in the end.
pub(super) struct Files(pub PathBuf);

impl Drop for Files {
    fn drop(&mut self) {
        drop(std::fs::remove_dir_all(&self.0));
    }
}

impl Files {
    /// The receipts, one campaign (1, in January 2017) with coupon 77 on products 5 and 6, and redemptions of it.
    pub fn new(receipts: &[Receipt], redemptions: &[(i64, &'static str)]) -> Self {
        static NUMBER: AtomicU32 = AtomicU32::new(0);
        let number = NUMBER.fetch_add(1, Ordering::Relaxed);
        let files = Self(std::env::temp_dir().join(format!("guanxi-cj-{}-{number}", std::process::id())));
        std::fs::create_dir_all(&files.0).unwrap();
        files.transactions(receipts);
        let count = redemptions.len();
        files.write(
            "coupon_redemptions",
            vec![
                (
                    "household_id",
                    Column::Int(redemptions.iter().map(|it| it.0).collect()),
                ),
                ("coupon_upc", Column::Int(vec![77; count])),
                ("campaign_id", Column::Int(vec![1; count])),
                (
                    "redemption_date",
                    Column::Time(redemptions.iter().map(|it| it.1).collect()),
                ),
            ],
        );
        files.write(
            "coupons",
            vec![
                ("coupon_upc", Column::Int(vec![77, 77])),
                ("product_id", Column::Int(vec![5, 6])),
                ("campaign_id", Column::Int(vec![1, 1])),
            ],
        );
        files.write(
            "campaign_descriptions",
            vec![
                ("campaign_id", Column::Int(vec![1])),
                ("campaign_type", Column::Text(vec![Some("Type A")])),
                ("start_date", Column::Time(vec!["2017-01-01T00:00:00Z"])),
                ("end_date", Column::Time(vec!["2017-01-31T00:00:00Z"])),
            ],
        );
        files.write(
            "products",
            vec![
                ("product_id", Column::Int(vec![5, 6])),
                ("product_category", Column::Text(vec![Some("TEA"), None])),
            ],
        );
        files
    }

    fn transactions(&self, receipts: &[Receipt]) {
        let ints = |of: fn(&Receipt) -> i64| Column::Int(receipts.iter().map(of).collect());
        let amounts = |at: usize| Column::Float(receipts.iter().map(|it| it.5[at]).collect());
        self.write(
            "transactions",
            vec![
                ("household_id", ints(|it| it.1)),
                ("store_id", ints(|it| it.2)),
                ("basket_id", ints(|it| it.0)),
                ("product_id", ints(|it| it.3)),
                ("quantity", ints(|it| it.4)),
                ("sales_value", amounts(0)),
                ("retail_disc", amounts(1)),
                ("coupon_disc", amounts(2)),
                ("coupon_match_disc", amounts(3)),
                (
                    "transaction_timestamp",
                    Column::Time(receipts.iter().map(|it| it.6).collect()),
                ),
            ],
        );
    }

    /// Writes one file, Snappy as the original.
    pub fn write(&self, name: &str, columns: Vec<(&str, Column)>) {
        let fields: String = columns
            .iter()
            .map(|(name, column)| format!("optional {} {name};", column.declared()))
            .collect();
        let schema = Arc::new(parse_message_type(&format!("message schema {{ {fields} }}")).unwrap());
        let properties = WriterProperties::builder()
            .set_compression(Compression::SNAPPY)
            .build();
        let file = std::fs::File::create(self.0.join(format!("{name}.parquet"))).unwrap();
        let mut writer = SerializedFileWriter::new(file, schema, Arc::new(properties)).unwrap();
        let mut group = writer.next_row_group().unwrap();
        for (_, column) in columns {
            let mut out = group.next_column().unwrap().unwrap();
            let levels = column.levels();
            match column {
                Column::Int(values) => {
                    out.typed::<Int64Type>()
                        .write_batch(&values, Some(&levels), None)
                        .unwrap();
                }
                Column::Float(values) => {
                    out.typed::<DoubleType>()
                        .write_batch(&values, Some(&levels), None)
                        .unwrap();
                }
                Column::Text(values) => {
                    let values: Vec<ByteArray> = values.into_iter().flatten().map(ByteArray::from).collect();
                    out.typed::<ByteArrayType>()
                        .write_batch(&values, Some(&levels), None)
                        .unwrap();
                }
                Column::Time(values) => {
                    let values: Vec<Int96> = values.into_iter().map(int96).collect();
                    out.typed::<Int96Type>()
                        .write_batch(&values, Some(&levels), None)
                        .unwrap();
                }
            }
            out.close().unwrap();
        }
        group.close().unwrap();
        writer.close().unwrap();
    }
}

impl Column {
    fn declared(&self) -> &'static str {
        match self {
            Self::Int(_) => "int64",
            Self::Float(_) => "double",
            Self::Text(_) => "binary",
            Self::Time(_) => "int96",
        }
    }

    fn levels(&self) -> Vec<i16> {
        match self {
            Self::Int(values) => vec![1; values.len()],
            Self::Float(values) => vec![1; values.len()],
            Self::Text(values) => values.iter().map(|value| i16::from(value.is_some())).collect(),
            Self::Time(values) => vec![1; values.len()],
        }
    }
}

/// Nanoseconds of the day, then the Julian day.
fn int96(text: &str) -> Int96 {
    let nanos = text.parse::<Timestamp>().unwrap().as_nanosecond();
    let day = nanos.div_euclid(86_400_000_000_000);
    let of_day = u64::try_from(nanos.rem_euclid(86_400_000_000_000)).unwrap();
    let mut value = Int96::new();
    value.set_data(
        u32::try_from(of_day & 0xffff_ffff).unwrap(),
        u32::try_from(of_day >> 32).unwrap(),
        u32::try_from(day + 2_440_588).unwrap(),
    );
    value
}
