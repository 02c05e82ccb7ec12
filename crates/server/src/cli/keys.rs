//! `guanxi keys`

use guanxi_api::access::{KeyError, Keyring};
use guanxi_kernel::{StoreId, Timestamp};
use serde_json::json;

use super::grammar::Keys;
use crate::config::Config;
use crate::exit::{Failure, Reason};
use crate::platform::connect;
use crate::terminal::{Output, table};

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

fn failed(error: KeyError) -> Failure {
    match error {
        KeyError::NameTaken(_) => Failure::new(Reason::Refused, error),
        KeyError::Random => Failure::fault(error),
        KeyError::Database(error) => Failure::from(error),
    }
}
