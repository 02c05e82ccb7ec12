//! Columns of a Parquet file, whole. The files are small enough, and rows are put together from a few columns only.

use std::fs::File;
use std::path::{Path, PathBuf};

use parquet::basic::{LogicalType, TimeUnit, Type};
use parquet::column::reader::{ColumnReader, ColumnReaderImpl};
use parquet::data_type::{DataType, Int96};
use parquet::errors::ParquetError;
use parquet::file::reader::{FileReader, SerializedFileReader};

use super::ImportError;

/// An open file.
pub(super) struct Columns {
    path: PathBuf,
    reader: SerializedFileReader<File>,
}

impl Columns {
    /// Opens a file of the data set.
    pub fn open(folder: &Path, name: &str) -> Result<Self, ImportError> {
        let path = folder.join(name);
        let file = File::open(&path).map_err(|source| ImportError::File {
            path: path.clone(),
            source,
        })?;
        let reader = SerializedFileReader::new(file).map_err(|source| ImportError::Parquet {
            path: path.clone(),
            source,
        })?;
        Ok(Self { path, reader })
    }

    /// A column of integers; every row must have one.
    pub fn integers(&self, name: &str) -> Result<Vec<i64>, ImportError> {
        self.each(name, |reader, rows, out| match reader {
            ColumnReader::Int64ColumnReader(reader) => Some(append(reader, rows, out)),
            _ => None,
        })
        .and_then(|values| self.complete(name, values))
    }

    /// A column of decimals; every row must have one.
    pub fn decimals(&self, name: &str) -> Result<Vec<f64>, ImportError> {
        self.each(name, |reader, rows, out| match reader {
            ColumnReader::DoubleColumnReader(reader) => Some(append(reader, rows, out)),
            _ => None,
        })
        .and_then(|values| self.complete(name, values))
    }

    /// A column of texts; a row may have none.
    pub fn texts(&self, name: &str) -> Result<Vec<Option<String>>, ImportError> {
        let values = self.each(name, |reader, rows, out| match reader {
            ColumnReader::ByteArrayColumnReader(reader) => Some(append(reader, rows, out)),
            _ => None,
        })?;
        let text = |bytes: parquet::data_type::ByteArray| String::from_utf8_lossy(bytes.data()).into_owned();
        Ok(values.into_iter().map(|value| value.map(text)).collect())
    }

    /// A column of instants without a zone, in microseconds; every row must have one. The original files hold them in
    /// the old 96-bit form, newer writers in 64 bits with a unit.
    pub fn microseconds(&self, name: &str) -> Result<Vec<i64>, ImportError> {
        let schema = self.reader.metadata().file_metadata().schema_descr();
        let column = schema.column(self.index(name)?);
        if column.physical_type() == Type::INT96 {
            let values = self.each(name, |reader, rows, out| match reader {
                ColumnReader::Int96ColumnReader(reader) => Some(append(reader, rows, out)),
                _ => None,
            })?;
            let micros = |value: Option<Int96>| value.map(|value| value.to_micros());
            return self.complete(name, values.into_iter().map(micros).collect());
        }
        let values = self.integers(name)?;
        let Some(LogicalType::Timestamp(kind)) = column.logical_type_ref() else {
            return Err(self.wrong(name, "is no timestamp".to_owned()));
        };
        let unit = kind.unit;
        Ok(values
            .into_iter()
            .map(|value| match unit {
                TimeUnit::MILLIS => value * 1_000,
                TimeUnit::MICROS => value,
                TimeUnit::NANOS => value.div_euclid(1_000),
            })
            .collect())
    }

    fn index(&self, name: &str) -> Result<usize, ImportError> {
        let schema = self.reader.metadata().file_metadata().schema_descr();
        let found = schema.columns().iter().position(|column| column.name() == name);
        found.ok_or_else(|| self.wrong(name, "is missing".to_owned()))
    }

    /// Reads a column over all row groups.
    fn each<T>(
        &self,
        name: &str,
        read: impl Fn(ColumnReader, usize, &mut Vec<Option<T>>) -> Option<Result<(), ParquetError>>,
    ) -> Result<Vec<Option<T>>, ImportError> {
        let index = self.index(name)?;
        let damaged = |source| ImportError::Parquet {
            path: self.path.clone(),
            source,
        };
        let mut values = Vec::new();
        for group in 0..self.reader.num_row_groups() {
            let group = self.reader.get_row_group(group).map_err(damaged)?;
            let rows = usize::try_from(group.metadata().num_rows()).unwrap_or(0);
            let reader = group.get_column_reader(index).map_err(damaged)?;
            match read(reader, rows, &mut values) {
                Some(outcome) => outcome.map_err(damaged)?,
                None => return Err(self.wrong(name, "is of another type".to_owned())),
            }
        }
        Ok(values)
    }

    fn complete<T>(&self, name: &str, values: Vec<Option<T>>) -> Result<Vec<T>, ImportError> {
        let rows = values.len();
        let values: Vec<T> = values.into_iter().flatten().collect();
        if values.len() < rows {
            return Err(self.wrong(name, format!("is empty in {} rows", rows - values.len())));
        }
        Ok(values)
    }

    fn wrong(&self, column: &str, what: String) -> ImportError {
        ImportError::Column {
            path: self.path.clone(),
            column: column.to_owned(),
            what,
        }
    }
}

/// Reads one column of one row group, with `None` where a row has no value.
fn append<D: DataType>(
    mut reader: ColumnReaderImpl<D>,
    rows: usize,
    out: &mut Vec<Option<D::T>>,
) -> Result<(), ParquetError> {
    let (mut values, mut levels) = (Vec::with_capacity(rows), Vec::with_capacity(rows));
    let mut read = 0;
    while read < rows {
        let (records, _, _) = reader.read_records(rows - read, Some(&mut levels), None, &mut values)?;
        if records == 0 {
            break;
        }
        read += records;
    }
    if read < rows {
        return Err(ParquetError::EOF(format!("{read} of {rows} rows")));
    }
    if levels.is_empty() {
        out.extend(values.into_iter().map(Some));
        return Ok(());
    }
    let mut values = values.into_iter();
    out.extend(
        levels
            .into_iter()
            .map(|level| if level > 0 { values.next() } else { None }),
    );
    Ok(())
}
