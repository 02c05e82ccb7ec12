//! Keys that lie in files.

use std::path::Path;

use guanxi_event_store::MasterKey;

use super::KeysConfig;
use crate::exit::Failure;

/// The key that wraps all subjects' keys.
///
/// # Errors
/// Not configured, not readable, or not 64 hex digits.
pub fn master_key(keys: &KeysConfig) -> Result<MasterKey, Failure> {
    let file = keys.master_key_file.as_deref().ok_or_else(|| {
        Failure::configuration("keys.master_key_file is not set").advise(
            "Make a key once, and keep a copy outside this machine: (umask 077; openssl rand -hex 32 > master.key)",
        )
    })?;
    read_hex("keys.master_key_file", file).map(MasterKey::new)
}

/// The master key before it, while it is being changed.
///
/// # Errors
/// Not readable, or not 64 hex digits.
pub fn previous_master_key(keys: &KeysConfig) -> Result<Option<MasterKey>, Failure> {
    let file = keys.previous_master_key_file.as_deref();
    file.map(|file| read_hex("keys.previous_master_key_file", file).map(MasterKey::new))
        .transpose()
}

/// 32 bytes from a file of hex digits.
///
/// # Errors
/// Not readable, or not 64 hex digits; the message names the setting.
pub fn read_hex(setting: &str, file: &Path) -> Result<[u8; 32], Failure> {
    let text = std::fs::read_to_string(file)
        .map_err(|error| Failure::configuration(format!("{setting}: {}: {error}", file.display())))?;
    let mut bytes = [0; 32];
    hex::decode_to_slice(text.trim(), &mut bytes).map_err(|_| {
        Failure::configuration(format!(
            "{setting}: {} does not hold 64 hex digits",
            file.display()
        ))
    })?;
    Ok(bytes)
}
