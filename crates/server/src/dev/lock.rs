//! One platform per folder.

use std::fs::{File, OpenOptions, TryLockError};
use std::path::Path;

use crate::exit::Failure;

/// Held as long as the value lives; a crash gives it back.
#[derive(Debug)]
pub struct Lock(#[expect(dead_code, reason = "holding the file is what it is for")] File);

impl Lock {
    /// Takes the folder.
    ///
    /// # Errors
    /// Another process has it.
    pub fn take(folder: &Path) -> Result<Self, Failure> {
        let path = folder.join("lock");
        let file = OpenOptions::new()
            .create(true)
            .truncate(false)
            .write(true)
            .open(&path);
        let file = file.map_err(|error| Failure::configuration(format!("{}: {error}", path.display())))?;
        match file.try_lock() {
            Ok(()) => Ok(Self(file)),
            Err(TryLockError::WouldBlock) => Err(Failure::unavailable(format!(
                "another guanxi dev runs in {}",
                folder.display()
            ))
            .advise("Stop it with Ctrl-C, or choose another folder with --folder.")),
            Err(TryLockError::Error(error)) => Err(Failure::fault(error)),
        }
    }
}
