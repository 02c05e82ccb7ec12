//! `guanxi clock`

use guanxi_event_store::Clock as Deadlines;
use serde_json::json;

use super::grammar::Clock;
use crate::config::Config;
use crate::exit::Failure;
use crate::platform::House;
use crate::terminal::Output;

/// Longer than any statement takes; putting the clock to the wall waits for nothing else.
const PATIENCE: std::time::Duration = std::time::Duration::from_secs(60);

/// Tells or puts the clock of the deadlines.
pub async fn run(config: &Config, what: Clock, output: Output) -> Result<(), Failure> {
    let house = House::open(config).await?;
    if what == Clock::Wall {
        let put = house.followers.set_clock(Deadlines::Wall, PATIENCE).await;
        put.map_err(Failure::unavailable)?;
    }
    let clock = Deadlines::read(house.store.pool()).await;
    house.close().await;
    let answer = match clock.map_err(Failure::unavailable)? {
        Deadlines::Wall => json!({ "clock": "wall" }),
        Deadlines::Watermark(at) => json!({ "clock": "watermark", "at": at }),
    };
    output.answer(&answer, |answer| {
        match answer.get("at").and_then(|at| at.as_str()) {
            Some(at) => format!(
                "Deadlines stand at {at}, where an import left them. guanxi clock wall lets them go on."
            ),
            None => "Deadlines follow the wall's time.".to_owned(),
        }
    })
}
