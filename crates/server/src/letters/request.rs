//! What a letter asks for, or why it cannot be read.

use std::sync::Arc;

use guanxi_domain::GuanxiCommand;
use guanxi_event_store::{CommandContext, EventStore, Keep};
use guanxi_kafka::{KafkaSettings, Letter};
use guanxi_kernel::{Channel, CommandId, Metadata, StoreId, StreamRef, TimeZoneId, Timestamp};
use serde::Deserialize;
use serde_json::Value;

/// As long as an id of the HTTP API's callers.
const LONGEST_ID: usize = 64;

/// A command, ready to go.
#[derive(Debug)]
pub(super) struct Request {
    pub(super) target: StreamRef,
    pub(super) command: GuanxiCommand,
    pub(super) context: CommandContext,
}

/// The payload of a letter.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Body {
    /// As in `schemas/commands`: `order.cancel`.
    command: String,
    /// The id of the stream.
    id: String,
    /// The command's fields.
    data: Value,
    /// When it happened; when the letter was sent, if it does not say.
    occurred_at: Option<Timestamp>,
    /// At which store.
    store_id: Option<StoreId>,
    /// Through which channel.
    channel: Option<Channel>,
    /// By whose calendar.
    time_zone: Option<TimeZoneId>,
}

/// The sender's name for the command.
pub(super) fn id_of(letter: &Letter) -> Result<&str, String> {
    let id = letter
        .header("command-id")
        .ok_or("the header command-id is missing")?;
    if id.is_empty() || id.len() > LONGEST_ID || !id.bytes().all(|byte| byte.is_ascii_graphic()) {
        return Err("command-id has 1 to 64 visible ASCII characters".to_owned());
    }
    Ok(id)
}

/// Where the answer goes: to the topic that the letter names, if it is one for answers.
pub(super) fn reply_topic(settings: &KafkaSettings, letter: &Letter) -> Result<String, String> {
    let usual = settings.replies_topic();
    match letter.header("reply-to") {
        None => Ok(usual),
        Some(asked) if asked == usual || asked.starts_with(&format!("{}.replies.", settings.prefix)) => {
            Ok(asked.to_owned())
        }
        Some(_) => Err(format!(
            "answers go to {usual} or another topic {}.replies.…, nowhere else",
            settings.prefix
        )),
    }
}

/// The command in a letter.
pub(super) fn read(store: &EventStore, settings: &KafkaSettings, letter: &Letter) -> Result<Request, String> {
    let id = id_of(letter)?;
    let body: Body = serde_json::from_slice(&letter.payload).map_err(|error| error.to_string())?;
    if !settings.accept_commands.contains(&body.command) {
        return Err(format!("`{}` is not among kafka.accept_commands", body.command));
    }
    guanxi_kernel::id::check(&body.id).map_err(|error| error.to_string())?;
    let command = GuanxiCommand::read(&body.command, &body.data)?;
    let sent = letter.sent_ms.and_then(|ms| Timestamp::from_millisecond(ms).ok());
    let occurred_at = body.occurred_at.or(sent).unwrap_or_else(Timestamp::now);
    let zone = body.time_zone.unwrap_or_else(TimeZoneId::shanghai);
    let command_id = CommandId::new(format!("kafka:{id}")).map_err(|error| error.to_string())?;
    let correlation = letter.header("correlation-id").unwrap_or(command_id.as_str());
    let metadata = Metadata {
        occurred_at,
        business_date: zone.business_date(occurred_at),
        actor: Arc::from("kafka"),
        channel: body.channel,
        store_id: body.store_id,
        correlation_id: Arc::from(correlation),
        causation_id: None,
        depth: 0,
    };
    Ok(Request {
        target: StreamRef::new(command.aggregate_type(), body.id.as_str()),
        context: CommandContext {
            digest: store.digest(&(&body.command, &body.id, &body.data)),
            command_id,
            metadata,
            // Refusals too: a letter that comes again gets the answer that it got.
            keep: Keep::Everything,
            new_keys: Vec::new(),
        },
        command,
    })
}

/// Whether there is such a command; for the configuration.
pub(super) fn is_name(name: &str) -> bool {
    match GuanxiCommand::read(name, &Value::Null) {
        Ok(_) => true,
        Err(error) => !error.contains("unknown variant") && !error.contains("is no command"),
    }
}
