//! A process of policies is killed with SIGKILL at random while orders are placed and paid: in the end every order has
//! its points, its redemption and its commission once.
//!
//! It is the real program, `guanxi serve --roles followers`, on a real database. A short seeded form runs always; 200
//! kills with `GUANXI_TORTURE=1`, another seed with `GUANXI_SEED`.
#![expect(
    clippy::unwrap_used,
    clippy::panic,
    reason = "also outside of the test functions, what cannot go on may stop"
)]

mod load;
mod once;
mod process;

use std::time::Duration;

use sqlx::PgPool;

use load::Shop;
use process::Followers;

/// Paid between two kills; more wait until the next.
const ORDERS_A_KILL: usize = 20;
const MASTER_KEY: [u8; 32] = [7; 32];

/// Numbers that look random and are the same for the same seed.
struct Dice(u64);

impl Dice {
    fn below(&mut self, limit: u64) -> u64 {
        // xorshift64
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0 % limit
    }
}

fn from_environment(name: &str) -> Option<u64> {
    std::env::var(name).ok()?.parse().ok()
}

#[sqlx::test(migrator = "guanxi_event_store::MIGRATOR")]
async fn policies_killed_at_random_do_everything_once(pool: PgPool) {
    let kills = if from_environment("GUANXI_TORTURE").is_some() {
        200
    } else {
        4
    };
    let seed = from_environment("GUANXI_SEED").unwrap_or(20_260_301);
    let (mut dice, shop) = (Dice(seed.max(1)), Shop::open(&pool).await);
    let orders = kills * ORDERS_A_KILL;
    let load = tokio::spawn(shop.clone().sell(orders));
    for kill in 0..kills {
        shop.allow(ORDERS_A_KILL);
        let mut followers = Followers::start(&pool).await;
        // Most die at work, some while they start.
        if dice.below(4) > 0 {
            followers.until_it_works(&pool).await;
        }
        tokio::time::sleep(Duration::from_millis(dice.below(400))).await;
        followers.kill().await;
        if kill % 20 == 19 {
            println!("{} of {kills} kills", kill + 1);
        }
    }
    load.await.unwrap();
    let mut last = Followers::start(&pool).await;
    last.until_all_is_done(&pool).await;
    last.kill().await;
    println!("seed {seed}: {kills} kills, {orders} orders paid meanwhile");
    once::every_order_once(&pool, orders).await;
}
