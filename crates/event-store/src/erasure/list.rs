//! The file: one JSON object a line, only ever appended to.

use std::fs::{File, OpenOptions};
use std::io::{self, BufRead, BufReader, Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};

use guanxi_kernel::{MemberId, SubjectId};
use serde::{Deserialize, Serialize};

use crate::StoreError;

/// One erasure.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Listed {
    /// Whose key was destroyed.
    pub subject: SubjectId,
    /// The member whom the subject belonged to, if that was known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub owner: Option<MemberId>,
}

/// The list of erasures in a file.
#[derive(Debug, Clone)]
pub struct ErasureList {
    path: PathBuf,
}

impl ErasureList {
    /// The list in this file, which need not exist yet.
    #[must_use]
    pub fn new(path: &Path) -> Self {
        Self {
            path: path.to_owned(),
        }
    }

    /// All lines, and how many could not be read (a crash can tear the last one; its erasure is then listed anew).
    ///
    /// # Errors
    /// The file cannot be read.
    pub async fn read(&self) -> Result<(Vec<Listed>, u64), StoreError> {
        self.off_thread(read).await
    }

    /// Adds lines; durable when this returns.
    ///
    /// # Errors
    /// The file cannot be written.
    pub async fn add(&self, lines: &[Listed]) -> Result<(), StoreError> {
        if lines.is_empty() {
            return Ok(());
        }
        let mut text = String::new();
        for line in lines {
            let json =
                serde_json::to_string(line).map_err(|error| StoreError::Unstorable(error.to_string()))?;
            text.push_str(&json);
            text.push('\n');
        }
        self.off_thread(move |path| add(path, &text)).await
    }

    async fn off_thread<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Path) -> io::Result<T> + Send + 'static,
    ) -> Result<T, StoreError> {
        let path = self.path.clone();
        let done = tokio::task::spawn_blocking(move || {
            work(&path).map_err(|error| StoreError::ErasureList {
                path: path.display().to_string(),
                message: error.to_string(),
            })
        });
        done.await.map_err(|_| StoreError::Closed)?
    }
}

fn read(path: &Path) -> io::Result<(Vec<Listed>, u64)> {
    let file = match File::open(path) {
        Ok(file) => file,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok((Vec::new(), 0)),
        Err(error) => return Err(error),
    };
    let (mut lines, mut damaged) = (Vec::new(), 0);
    for line in BufReader::new(file).split(b'\n') {
        let line = line?;
        if line.is_empty() {
            continue;
        }
        match serde_json::from_slice(&line) {
            Ok(listed) => lines.push(listed),
            Err(_) => damaged += 1,
        }
    }
    if damaged > 0 {
        tracing::warn!(damaged, "lines of the list of erasures cannot be read");
    }
    Ok((lines, damaged))
}

fn add(path: &Path, text: &str) -> io::Result<()> {
    let is_new = !path.exists();
    let mut file = OpenOptions::new()
        .create(true)
        .append(true)
        .read(true)
        .open(path)?;
    let mut whole = String::new();
    if ends_torn(&mut file)? {
        whole.push('\n');
    }
    whole.push_str(text);
    // One write, so that lines of several processes do not mix.
    file.write_all(whole.as_bytes())?;
    file.sync_all()?;
    if is_new {
        let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty());
        File::open(folder.unwrap_or(Path::new(".")))?.sync_all()?;
    }
    Ok(())
}

fn ends_torn(file: &mut File) -> io::Result<bool> {
    if file.metadata()?.len() == 0 {
        return Ok(false);
    }
    let mut last = [0];
    file.seek(SeekFrom::End(-1))?;
    file.read_exact(&mut last)?;
    Ok(last != *b"\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_torn_line_spoils_no_other() {
        let path = std::env::temp_dir().join(format!("guanxi-erasures-{}", uuid::Uuid::now_v7()));
        assert_eq!(read(&path).unwrap(), (Vec::new(), 0));
        add(&path, "{\"subject\":\"s1\"}\n{\"subj").unwrap();
        add(&path, "{\"subject\":\"s2\",\"owner\":\"m\"}\n").unwrap();
        let (lines, damaged) = read(&path).unwrap();
        std::fs::remove_file(&path).unwrap();
        let subjects: Vec<_> = lines.iter().map(|line| line.subject.as_str()).collect();
        assert_eq!((subjects, damaged), (vec!["s1", "s2"], 1));
    }
}
