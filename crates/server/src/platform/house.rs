//! What every command that works on the log opens.

use std::sync::Arc;

use guanxi_callbacks::wechat_pay::Merchants;
use guanxi_callbacks::wecom::Apps;
use guanxi_domain::loyalty::Programme;
use guanxi_domain::{GuanxiCommand, GuanxiEvent, policy};
use guanxi_event_store::inbox::Inbox;
use guanxi_event_store::{Dispatch, Dispatcher, EventStore, Loop, StoreOptions};
use guanxi_views::MemberRules;

use super::connect;
use crate::config::{Config, master_key, previous_master_key};
use crate::exit::Failure;

/// An opened installation: the log, what follows it, and who may knock.
#[derive(Clone)]
pub struct House {
    /// The log.
    pub store: EventStore,
    /// Views and policies, running or not.
    pub followers: Loop<GuanxiEvent>,
    /// By which rules members are tagged and counted.
    pub rules: MemberRules,
    /// Verified notices.
    pub inbox: Inbox,
    /// Whose payment notices are taken.
    pub merchants: Arc<Merchants>,
    /// Whose notices of guides and customers are taken.
    pub apps: Arc<Apps>,
    /// The loyalty programme.
    pub programme: Arc<Programme>,
}

impl House {
    /// Opens it. The database must be migrated.
    ///
    /// # Errors
    /// The configuration or the database.
    pub async fn open(config: &Config) -> Result<Self, Failure> {
        let merchants = Merchants::new(&config.wechat_pay)
            .map_err(|error| Failure::configuration(format!("wechat_pay: {error}")))?;
        let apps =
            Apps::new(&config.wecom).map_err(|error| Failure::configuration(format!("wecom: {error}")))?;
        let mut options = StoreOptions::new(master_key(&config.keys)?);
        options.previous_master_key = previous_master_key(&config.keys)?;
        options.erasures_file.clone_from(&config.keys.erasures_file);
        let pool = connect(&config.database).await?;
        let store = EventStore::open(pool, options)
            .await
            .map_err(Failure::unavailable)?;
        admit_guests(&store, &config.database.foreign_types).await?;
        let programme = config.rules.programme()?;
        let rules = config.rules.members()?;
        let followers = followers(&store, &programme, &rules);
        followers.prepare().await.map_err(Failure::unavailable)?;
        let inbox = Inbox::open(store.clone());
        Ok(Self {
            store,
            followers,
            rules,
            inbox,
            merchants: Arc::new(merchants),
            apps: Arc::new(apps),
            programme,
        })
    }

    /// Lets the log finish what it has accepted.
    pub async fn close(self) {
        let Self {
            store,
            followers,
            inbox,
            ..
        } = self;
        drop((followers, inbox));
        store.close().await;
    }
}

/// Tells the database which types are ours, and which others plain appenders may add.
async fn admit_guests(store: &EventStore, types: &[String]) -> Result<(), Failure> {
    let types: Vec<&str> = types.iter().map(String::as_str).collect();
    store
        .admit_foreign::<GuanxiEvent>(&types)
        .await
        .map_err(|error| match error.is_transient() {
            true => Failure::unavailable(error),
            false => Failure::configuration(format!("database.foreign_types: {error}")),
        })
}

/// Every view and every policy, as their crates list them.
fn followers(store: &EventStore, programme: &Arc<Programme>, rules: &MemberRules) -> Loop<GuanxiEvent> {
    let bus: Arc<dyn Dispatch<GuanxiCommand>> = Arc::new(Dispatcher::new(store.clone()));
    guanxi_views::register(Loop::builder(store.clone()), rules)
        .policies(bus, |list| policy::register(list, programme))
        .build()
}
