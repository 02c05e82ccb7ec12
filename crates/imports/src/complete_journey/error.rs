//! Why an import stops. Nothing is half done: it goes on where it was.

use std::path::PathBuf;

use guanxi_event_store::{ClockError, ExecuteError, StoreError, WaitError};

/// Why an import stops.
#[derive(Debug, thiserror::Error)]
pub enum ImportError {
    /// A file is missing or cannot be opened.
    #[error("{}: {source}; DIR is the folder with transactions.parquet and its neighbours", path.display())]
    File {
        /// Which.
        path: PathBuf,
        /// What the system says.
        source: std::io::Error,
    },
    /// A file is no Parquet file, or a damaged one.
    #[error("{}: {source}", path.display())]
    Parquet {
        /// Which.
        path: PathBuf,
        /// What the reader says.
        source: parquet::errors::ParquetError,
    },
    /// A column is missing or of another type.
    #[error("{}: column `{column}`: {what}", path.display())]
    Column {
        /// In which file.
        path: PathBuf,
        /// Which.
        column: String,
        /// What is wrong.
        what: String,
    },
    /// A value that no rule of the mapping covers.
    #[error("{file} row {row}: {what}")]
    Value {
        /// In which file.
        file: &'static str,
        /// From 1.
        row: usize,
        /// What is wrong.
        what: String,
    },
    /// A basket that names two households or stores, or stands in two places.
    #[error("the lines of basket {0} name different households, stores or times; is the file damaged?")]
    Basket(u64),
    /// Redemptions of a campaign that is not described, or before it begins.
    #[error(
        "coupon_redemptions.parquet: a coupon of campaign {0} was used, which campaign_descriptions.parquet does not have then"
    )]
    Campaign(u32),
    /// A command was refused: the data says something that the rules do not allow.
    #[error("{step}: {source}")]
    Command {
        /// Which.
        step: String,
        /// Why.
        source: ExecuteError,
    },
    /// The log or its database.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// Followers do not catch up.
    #[error("the followers do not catch up: {0}; is a server with the role followers running?")]
    Wait(#[from] WaitError),
    /// The clock cannot be raised.
    #[error(transparent)]
    Clock(#[from] ClockError),
    /// The progress cannot be kept.
    #[error("the progress of the import cannot be kept: {0}")]
    Progress(#[from] sqlx::Error),
    /// A notice was not taken.
    #[error("payment notice {0}")]
    Notice(String),
}
