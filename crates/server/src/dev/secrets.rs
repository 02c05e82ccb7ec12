//! Keys and configuration of a development installation, made once, readable by their owner only.

use std::fs::OpenOptions;
use std::io::Write as _;
use std::net::SocketAddr;
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::{Path, PathBuf};

use guanxi_callbacks::wechat_pay::SigningKey;
use guanxi_event_store::audit::CheckpointKey;
use guanxi_imports::complete_journey::MCHID;

use crate::exit::Failure;

/// Under this id the development signing key is configured.
pub const PUBLIC_KEY_ID: &str = "PUB_KEY_ID_0119000000012026000000000001";

const MASTER: &str = "master.key";
const CHECKPOINT: &str = "checkpoint.key";
const API_V3: &str = "wechat_pay_api_v3.key";
/// Signs the notices of the sample.
pub const SIGNING: &str = "wechat_pay_signing.pem";
const PUBLIC: &str = "wechat_pay_public.pem";

/// Makes what is missing.
///
/// # Errors
/// The folder cannot be written to, or the machine has no random bytes.
pub fn prepare(folder: &Path) -> Result<(), Failure> {
    once(folder, MASTER, || random::<32>().map(hex::encode))?;
    once(folder, CHECKPOINT, || {
        CheckpointKey::new_seed().map_err(Failure::fault)
    })?;
    // 32 characters, as WeChat Pay wants it.
    once(folder, API_V3, || random::<16>().map(hex::encode))?;
    if !folder.join(PUBLIC).exists() {
        let key = SigningKey::generate().map_err(Failure::fault)?;
        write(&folder.join(SIGNING), &key.to_pem().map_err(Failure::fault)?)?;
        write(&folder.join(PUBLIC), &key.public_pem().map_err(Failure::fault)?)?;
    }
    Ok(())
}

/// Writes the configuration with which every other command reaches this installation.
///
/// # Errors
/// The folder cannot be written to.
pub fn configure(folder: &Path, database: &str, listen: SocketAddr) -> Result<PathBuf, Failure> {
    let api_v3 = std::fs::read_to_string(folder.join(API_V3)).map_err(Failure::fault)?;
    let path = |name: &str| toml::Value::String(folder.join(name).display().to_string());
    let text = format!(
        "# Written by `guanxi dev` at every start.\n[database]\nurl = {database}\n\n[http]\nlisten = \"{listen}\"\n\n\
         [keys]\nmaster_key_file = {master}\ncheckpoint_key_file = {checkpoint}\nerasures_file = {erasures}\n\n\
         [[wechat_pay.merchants]]\nmchid = \"{MCHID}\"\napi_v3_keys = [\"{api_v3}\"]\n\n\
         [[wechat_pay.merchants.public_keys]]\nid = \"{PUBLIC_KEY_ID}\"\npem = {public}\n",
        database = toml::Value::String(database.to_owned()),
        master = path(MASTER),
        checkpoint = path(CHECKPOINT),
        erasures = path("erasures.jsonl"),
        api_v3 = api_v3.trim(),
        public = path(PUBLIC),
    );
    let file = folder.join("guanxi.toml");
    write(&file, &text)?;
    Ok(file)
}

/// A text that is made once and read ever after.
///
/// # Errors
/// The file cannot be read or written.
pub fn once(
    folder: &Path,
    name: &str,
    make: impl FnOnce() -> Result<String, Failure>,
) -> Result<String, Failure> {
    let path = folder.join(name);
    if let Ok(text) = std::fs::read_to_string(&path) {
        return Ok(text.trim().to_owned());
    }
    let text = make()?;
    write(&path, &text)?;
    Ok(text)
}

/// Random bytes.
///
/// # Errors
/// The operating system gives none.
pub fn random<const N: usize>() -> Result<[u8; N], Failure> {
    let mut bytes = [0; N];
    aws_lc_rs::rand::fill(&mut bytes)
        .map_err(|_| Failure::fault("no random bytes from the operating system"))?;
    Ok(bytes)
}

fn write(path: &Path, text: &str) -> Result<(), Failure> {
    let file = OpenOptions::new()
        .create(true)
        .truncate(true)
        .write(true)
        .mode(0o600)
        .open(path);
    file.and_then(|mut file| file.write_all(text.as_bytes()))
        .map_err(|error| Failure::configuration(format!("{}: {error}", path.display())))
}
