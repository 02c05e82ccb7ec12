//! Finds and reads the configuration.

use std::path::{Path, PathBuf};

use figment::Figment;
use figment::providers::{Env, Format, Toml};

use super::Config;
use crate::exit::Failure;

/// Where the file is looked for when none is named; the second is that of `guanxi dev`.
const USUAL: [&str; 2] = ["guanxi.toml", ".guanxi/guanxi.toml"];

/// Reads the file (the named one, or the first of the usual places), then `GUANXI_SECTION__KEY` and `DATABASE_URL`.
///
/// # Errors
/// The named file is missing, or a value is wrong; the message names file and key.
pub fn load(named: Option<&Path>) -> Result<Config, Failure> {
    let file = match named {
        Some(path) if path.is_file() => Some(path.to_owned()),
        Some(path) => {
            return Err(Failure::configuration(format!("{} is no file", path.display()))
                .advise("Name an existing file with --config, or leave it out."));
        }
        None => USUAL.iter().map(PathBuf::from).find(|path| path.is_file()),
    };
    let mut figment = Figment::new();
    if let Some(file) = &file {
        figment = figment.merge(Toml::file_exact(file));
    }
    let environment = Env::prefixed("GUANXI_")
        .ignore(&["config", "torture", "test_kafka"])
        .split("__");
    let mut config: Config = figment.merge(environment).extract().map_err(|error| {
        let place = file.as_ref().map_or_else(|| "the environment".to_owned(), |path| path.display().to_string());
        Failure::configuration(format!("configuration ({place}): {error}"))
            .advise("docs/configuration.md lists every key. In the environment, [http] listen is GUANXI_HTTP__LISTEN.")
    })?;
    if let Ok(url) = std::env::var("DATABASE_URL") {
        config.database.url = Some(url);
    }
    Ok(config)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_misspelt_key_is_named() {
        let folder = std::env::temp_dir().join(format!("guanxi-config-{}", std::process::id()));
        std::fs::create_dir_all(&folder).unwrap();
        let file = folder.join("guanxi.toml");
        std::fs::write(&file, "[http]\nlisen = \"127.0.0.1:1\"\n").unwrap();
        let failure = load(Some(&file)).unwrap_err().to_string();
        std::fs::remove_dir_all(&folder).unwrap();
        assert!(failure.contains("lisen"), "{failure}");
    }

    #[test]
    fn a_named_file_must_exist() {
        assert!(load(Some(Path::new("/nowhere/guanxi.toml"))).is_err());
    }
}
