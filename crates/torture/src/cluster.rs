//! A PostgreSQL of its own, with everything durable, that can be shut down at once, come back, and run out of room.

use std::path::{Path, PathBuf};
use std::process::Command;

use crate::failure::{Failure, failed};

/// More than a run needs; the file system takes only what is written.
const ROOMY: &str = "size=6g";

/// A running cluster in a folder that goes with it.
pub struct Cluster {
    folder: PathBuf,
    url: String,
    /// Where the database lies when a small file system could be mounted.
    room: Option<PathBuf>,
}

impl Cluster {
    /// Creates and starts it.
    ///
    /// # Errors
    /// PostgreSQL is missing or does not start.
    pub fn start(folder: &Path) -> Result<Self, Failure> {
        std::fs::create_dir_all(folder)?;
        run(Command::new("chmod").arg("711").arg(folder))?;
        let mut cluster = Self {
            folder: folder.to_owned(),
            url: String::new(),
            room: None,
        };
        cluster.url = script(&["start"], &cluster.data())?;
        Ok(cluster)
    }

    /// Mounts a file system for the database, if that is permitted here; says the SQL that uses it.
    pub fn make_room(&mut self) -> Option<String> {
        let room = self.folder.join("room");
        std::fs::create_dir_all(&room).ok()?;
        run(Command::new("mount")
            .args(["-t", "tmpfs", "-o", ROOMY, "guanxi-torture"])
            .arg(&room))
        .ok()?;
        let owner = format!("--reference={}", self.data().join("data").display());
        self.room = Some(room.clone());
        run(Command::new("chown").arg(owner).arg(&room)).ok()?;
        Some(format!("create tablespace small location '{}'", room.display()))
    }

    /// Whether the room can run out.
    pub fn can_fill(&self) -> bool {
        self.room.is_some()
    }

    /// Leaves no page free: what must grow a table, fails.
    ///
    /// # Errors
    /// The file system cannot be asked or changed.
    pub fn fill(&self) -> Result<(), Failure> {
        let Some(room) = &self.room else { return Ok(()) };
        let mut tries = 0;
        loop {
            let used = run(Command::new("df")
                .args(["--block-size=1", "--output=used"])
                .arg(room))?;
            let used = used.lines().last().unwrap_or_default().trim().to_owned();
            // It may have grown between the two; a file system refuses to be smaller than what lies on it.
            match self.resize(&format!("size={used}")) {
                Err(_) if tries < 50 => tries += 1,
                done => return done,
            }
        }
    }

    /// Gives the room back.
    ///
    /// # Errors
    /// The file system cannot be changed.
    pub fn free(&self) -> Result<(), Failure> {
        self.resize(ROOMY)
    }

    fn resize(&self, size: &str) -> Result<(), Failure> {
        let Some(room) = &self.room else { return Ok(()) };
        run(Command::new("mount")
            .args(["-o", &format!("remount,{size}")])
            .arg(room))
        .map(drop)
    }

    /// Where a database of it is found, without the proxy.
    pub fn url(&self, database: &str) -> String {
        let server = self
            .url
            .rsplit_once('/')
            .map_or(self.url.as_str(), |(server, _)| server);
        format!("{server}/{database}")
    }

    /// Its port; another after a restart if somebody took the old one.
    ///
    /// # Errors
    /// The address cannot be read.
    pub fn port(&self) -> Result<u16, Failure> {
        let after = self
            .url
            .rsplit_once(':')
            .map(|(_, after)| after)
            .unwrap_or_default();
        let port = after.split('/').next().unwrap_or_default();
        port.parse().map_err(|why| failed("the port of PostgreSQL", why))
    }

    /// Immediate shutdown: no checkpoint, every connection dropped, recovery at the next start.
    ///
    /// # Errors
    /// It does not run, or does not end.
    pub fn shut_down_at_once(&self) -> Result<(), Failure> {
        let file = self.data().join("data/postmaster.pid");
        let pid = std::fs::read_to_string(&file).map_err(|why| failed("postmaster.pid", why))?;
        let pid = pid.lines().next().unwrap_or_default().trim().to_owned();
        run(Command::new("kill").args(["-QUIT", &pid]))?;
        for _ in 0..300 {
            if !Path::new("/proc").join(&pid).exists() {
                return Ok(());
            }
            std::thread::sleep(std::time::Duration::from_millis(100));
        }
        Err(Failure("PostgreSQL does not end".to_owned()))
    }

    /// Starts it again.
    ///
    /// # Errors
    /// It does not start.
    pub fn start_again(&mut self) -> Result<(), Failure> {
        self.url = script(&["start"], &self.data())?;
        Ok(())
    }

    fn data(&self) -> PathBuf {
        self.folder.join("cluster")
    }
}

impl Drop for Cluster {
    fn drop(&mut self) {
        drop(script(&["stop"], &self.data()));
        if let Some(room) = &self.room {
            drop(run(Command::new("umount").arg(room)));
        }
        drop(std::fs::remove_dir_all(&self.folder));
    }
}

fn script(arguments: &[&str], folder: &Path) -> Result<String, Failure> {
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../deploy/postgres");
    run(Command::new(script).args(arguments).arg(folder))
}

/// What a program printed.
fn run(command: &mut Command) -> Result<String, Failure> {
    let output = command.output()?;
    if output.status.success() {
        return Ok(String::from_utf8_lossy(&output.stdout).trim().to_owned());
    }
    let said = String::from_utf8_lossy(&output.stderr).trim().to_owned();
    Err(failed(&format!("{command:?}"), said))
}
