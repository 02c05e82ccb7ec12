//! New rows in bulk: what is known not to be in a table goes in by `COPY`, which looks for no row of the same key and
//! writes a page of the table at a time.

use sqlx::PgConnection;

use super::table::Writes;
use crate::follow::FollowError;

/// So few new rows are written by the statement that writes all others. The logs of this crate's own tests are short.
const FEW: usize = if cfg!(test) { 4 } else { 256 };
/// Bytes that are handed to the connection at once, about.
const PIECE: usize = 256 * 1024;
/// What binary copies begin with: the signature, no flags, no extension.
const HEADER: &[u8] = b"PGCOPY\n\xff\r\n\0\0\0\0\0\0\0\0\0";
/// … and end with.
const TRAILER: [u8; 2] = (-1_i16).to_be_bytes();
/// Columns of a row, in two bytes.
const COLUMNS: [u8; 2] = 3_i16.to_be_bytes();
/// The version of `jsonb` on the wire; its text follows.
const JSONB: &[u8] = &[1];

impl Writes {
    /// Whether it is worth a statement of its own to write the new rows.
    pub(crate) fn many_are_new(&self) -> bool {
        self.new >= FEW
    }

    /// Writes the new rows into a table, inside of the transaction that has their checkpoint already: who has the
    /// checkpoint knows what is in the table.
    pub(crate) async fn copy_new(&self, work: &mut PgConnection, table: &str) -> Result<(), FollowError> {
        let statement = format!("copy {table} (key, row, position) from stdin (format binary)");
        let mut copy = work.copy_in_raw(&statement).await?;
        let mut piece = Vec::with_capacity(PIECE + PIECE / 8);
        piece.extend_from_slice(HEADER);
        let rows = self.keys.iter().zip(&self.rows).zip(&self.positions);
        for ((key, row), position) in rows.take(self.new) {
            piece.extend_from_slice(&COLUMNS);
            push(&mut piece, &[], key.as_bytes())?;
            push(&mut piece, JSONB, row.as_bytes())?;
            push(&mut piece, &[], &position.to_be_bytes())?;
            if piece.len() >= PIECE {
                copy.send(piece.as_slice()).await?;
                piece.clear();
            }
        }
        piece.extend_from_slice(&TRAILER);
        copy.send(piece.as_slice()).await?;
        copy.finish().await?;
        Ok(())
    }
}

/// A value behind its length.
fn push(piece: &mut Vec<u8>, before: &[u8], value: &[u8]) -> Result<(), FollowError> {
    let length = i32::try_from(before.len() + value.len())
        .map_err(|_| FollowError::Poison("a row of more than 2 GB".to_owned()))?;
    piece.extend_from_slice(&length.to_be_bytes());
    piece.extend_from_slice(before);
    piece.extend_from_slice(value);
    Ok(())
}
