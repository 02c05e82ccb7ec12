//! `guanxi keys`

use guanxi_api::access::{KeyError, Keyring};
use guanxi_event_store::vault::{Rewrapped, rewrap};
use guanxi_kernel::{StoreId, Timestamp};
use serde_json::json;

use super::grammar::Keys;
use crate::config::{Config, master_key, previous_master_key};
use crate::exit::{Failure, Reason};
use crate::platform::connect;
use crate::terminal::{Output, spinner, table};

/// Makes, lists or revokes keys.
pub async fn run(config: &Config, what: Keys, output: Output) -> Result<(), Failure> {
    let keyring = Keyring::new(connect(&config.database).await?);
    match what {
        Keys::Create { name, scopes, stores } => {
            let stores: Option<Vec<StoreId>> = stores
                .map(|stores| stores.iter().map(StoreId::new).collect::<Result<_, _>>())
                .transpose()?;
            let key = keyring
                .create(&name, &scopes, stores.as_deref())
                .await
                .map_err(failed)?;
            output.answer(&key, |key| {
                format!(
                    "{}\nIts id is {}. The key is shown this once; keep it safe.",
                    key.key, key.id
                )
            })
        }
        Keys::List => {
            let keys = keyring.list().await.map_err(failed)?;
            output.answer(&keys, |keys| {
                let rows = keys.iter().map(|key| {
                    let stores = key
                        .stores
                        .as_ref()
                        .map_or_else(|| "all".to_owned(), |stores| stores.join(","));
                    let state = if key.revoked_at.is_some() {
                        "revoked"
                    } else {
                        "good"
                    };
                    [
                        key.id.clone(),
                        key.name.clone(),
                        key.scopes.join(","),
                        stores,
                        state.to_owned(),
                    ]
                });
                table(["id", "name", "scopes", "stores", "state"], rows)
            })
        }
        Keys::Rewrap => rewrapped(config, output).await,
        Keys::Revoke { id } => {
            if !keyring.revoke(&id, Timestamp::now()).await.map_err(failed)? {
                return Err(Failure::not_found(format!("there is no key {id}")));
            }
            output.answer(&json!({ "id": id, "revoked": true }), |_| {
                format!("Key {id} is revoked.")
            })
        }
    }
}

/// Changes the master key, with a bar.
async fn rewrapped(config: &Config, output: Output) -> Result<(), Failure> {
    let new = master_key(&config.keys)?;
    let old = previous_master_key(&config.keys)?.ok_or_else(|| {
        Failure::configuration("keys.previous_master_key_file is not set")
            .advise("Name the file with the old master key there, and the new one in keys.master_key_file.")
    })?;
    let pool = connect(&config.database).await?;
    let spinner = spinner("keys");
    let mut tell = |done: Rewrapped| spinner.set_message(format!("{} keys looked at", done.seen));
    let done = rewrap(&pool, &old, &new, &mut tell).await;
    spinner.finish_and_clear();
    let done = done.map_err(|error| match error.is_transient() {
        true => {
            Failure::unavailable(error).advise("What was done stays; the same command goes on from there.")
        }
        false => Failure::fault(error),
    })?;
    output.answer(&done, |done| {
        format!(
            "{} keys are wrapped anew; none is left that the old master key wraps. Restart the servers without \
             keys.previous_master_key_file.",
            done.rewrapped
        )
    })
}

fn failed(error: KeyError) -> Failure {
    match error {
        KeyError::NameTaken(_) => Failure::new(Reason::Refused, error),
        KeyError::Random => Failure::fault(error),
        KeyError::Database(error) => Failure::from(error),
    }
}
