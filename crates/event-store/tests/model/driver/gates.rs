//! Gates inside of the append: a call stands still before it asks for the head, and again when all is written and not yet
//! committed. The functions are those of the migrations with these two lines more.

use std::collections::{BTreeMap, BTreeSet};

use sqlx::{Connection as _, PgConnection, PgPool, Row as _};

/// Where a call stands still in the database.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Gate {
    /// Its answers are in.
    Head = 1,
    /// Its events are.
    Commit = 2,
}

/// What the functions say where they take the head.
pub const TAKES_THE_HEAD: &str = "unused := pg_advisory_xact_lock(7305803671234501)::text;";
const ENDS: &str = "return head;";

/// A gate of a command is closed as long as this session has its lock.
const PASS: &str = "
    create function log.pass(gate int, command text) returns text language plpgsql as $$
    begin
        perform pg_advisory_lock_shared(gate, split_part(command, '-', 3)::int);
        perform pg_advisory_unlock_shared(gate, split_part(command, '-', 3)::int);
        return '';
    end
    $$;
    create table public.followed (number bigserial, position bigint not null)";

/// Who waits for what. A lock of two numbers is a gate, of one number the head.
const WAITING: &str = "
    select l.locktype = 'transactionid' as same, l.objsubid = 2 as gate, l.classid::int as kind, l.objid::bigint as command
      from pg_locks l join pg_stat_activity a using (pid)
     where not l.granted and a.datname = current_database() and l.locktype in ('advisory', 'transactionid')";

/// Who waits in the database.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Waiting {
    /// Calls at gates, by the first of their commands.
    pub gates: BTreeSet<(Gate, usize)>,
    /// Calls that wait for the head.
    pub head: usize,
    /// Calls that wait for somebody who writes the same answer.
    pub same: usize,
    /// All calls, also those that nobody waits for any more and that stand nowhere.
    pub calls: usize,
}

pub struct Gates {
    connection: PgConnection,
    /// Two sessions that keep the gates closed, in turn.
    keepers: [PgConnection; 2],
    /// Which of them has a gate.
    kept_by: BTreeMap<(Gate, usize), usize>,
}

impl Gates {
    /// Puts the gates in, after the functions were `changed`, and closes those of so many commands.
    pub async fn build(pool: &PgPool, commands: usize, changed: impl Fn(String) -> String) -> Self {
        let connect = async || PgConnection::connect_with(&pool.connect_options()).await.unwrap();
        let mut connection = connect().await;
        sqlx::raw_sql(PASS).execute(&mut connection).await.unwrap();
        for (name, first) in [("log.append", "c_id[1]"), ("log.append_one", "p_command")] {
            let definition: String = sqlx::query_scalar("select pg_get_functiondef($1::regproc)")
                .bind(name)
                .fetch_one(&mut connection)
                .await
                .unwrap();
            let gate = |gate: Gate| format!("unused := log.pass({}, {first}); ", gate as i32);
            let gated = definition
                .replace(TAKES_THE_HEAD, &(gate(Gate::Head) + TAKES_THE_HEAD))
                .replace(ENDS, &(gate(Gate::Commit) + ENDS));
            assert_eq!(
                gated.matches("log.pass").count(),
                2,
                "{name} has both: {definition}"
            );
            sqlx::raw_sql(&changed(gated))
                .execute(&mut connection)
                .await
                .unwrap();
        }
        let mut gates = Self {
            connection,
            keepers: [connect().await, connect().await],
            kept_by: BTreeMap::new(),
        };
        for command in 0..commands {
            for gate in [Gate::Head, Gate::Commit] {
                lock(
                    &mut gates.keepers[0],
                    "select pg_advisory_lock($1, $2)",
                    gate,
                    command,
                )
                .await;
                gates.kept_by.insert((gate, command), 0);
            }
        }
        gates
    }

    /// Lets the call pass that stands at a gate, and nobody behind it: the other keeper stands in line right behind that
    /// call before this one gives the gate away.
    pub async fn pass(&mut self, gate: Gate, command: usize) {
        let keeper = self.kept_by.get_mut(&(gate, command)).unwrap();
        let [one, two] = &mut self.keepers;
        let (old, new) = if *keeper == 0 { (one, two) } else { (two, one) };
        *keeper = 1 - *keeper;
        let stands = "select exists (select from pg_locks join pg_database d on d.oid = database
             where not granted and mode = 'ExclusiveLock' and objsubid = 2 and classid::int = $1 and objid::bigint = $2
               and d.datname = current_database())";
        let give_away = async {
            while !sqlx::query_scalar::<_, bool>(stands)
                .bind(gate as i32)
                .bind(i64::try_from(command).unwrap())
                .fetch_one(&mut self.connection)
                .await
                .unwrap()
            {}
            lock(old, "select pg_advisory_unlock($1, $2)", gate, command).await;
        };
        tokio::join!(
            lock(new, "select pg_advisory_lock($1, $2)", gate, command),
            give_away
        );
    }

    /// Has PostgreSQL end the call that stands at a gate.
    pub async fn terminate(&mut self, gate: Gate, command: usize) {
        let ended: bool = sqlx::query_scalar(
            "select pg_terminate_backend(l.pid, 10000) from pg_locks l join pg_stat_activity a using (pid)
              where not l.granted and l.objsubid = 2 and l.classid::int = $1 and l.objid::bigint = $2
                and a.datname = current_database()",
        )
        .bind(gate as i32)
        .bind(i64::try_from(command).unwrap())
        .fetch_one(&mut self.connection)
        .await
        .unwrap();
        assert!(ended);
    }

    pub async fn waiting(&mut self) -> Waiting {
        let rows = sqlx::query(WAITING)
            .fetch_all(&mut self.connection)
            .await
            .unwrap();
        let calls: i64 = sqlx::query_scalar(
            "select count(*) from pg_stat_activity
              where datname = current_database() and state = 'active' and query like 'select log.append%'",
        )
        .fetch_one(&mut self.connection)
        .await
        .unwrap();
        let mut waiting = Waiting {
            calls: usize::try_from(calls).unwrap(),
            ..Waiting::default()
        };
        for row in rows {
            match (row.get("same"), row.get("gate")) {
                (true, _) => waiting.same += 1,
                (false, Some(true)) => {
                    let gate = if row.get::<i32, _>("kind") == 1 {
                        Gate::Head
                    } else {
                        Gate::Commit
                    };
                    let command = usize::try_from(row.get::<i64, _>("command")).unwrap();
                    waiting.gates.insert((gate, command));
                }
                (false, _) => waiting.head += 1,
            }
        }
        waiting
    }

    /// What is in the log: command and stream (both without the number of the run) and sequence, in the order of positions.
    pub async fn log(&mut self) -> Vec<(usize, String, u8)> {
        let rows: Vec<(i64, String, String, i64)> = sqlx::query_as(
            "select position, split_part(command_id, '-', 3), split_part(aggregate_id, '-', 2), sequence
               from log.events order by position",
        )
        .fetch_all(&mut self.connection)
        .await
        .unwrap();
        for (before, row) in (0..).zip(&rows) {
            assert_eq!(row.0, before + 1, "positions are dense");
        }
        let event = |(_, ask, stream, sequence): (i64, String, String, i64)| {
            (ask.parse().unwrap(), stream, u8::try_from(sequence).unwrap())
        };
        rows.into_iter().map(event).collect()
    }

    /// The answers that the log gives, by command: first and last position of what was appended.
    pub async fn answers(&mut self) -> Vec<(usize, Option<i64>, Option<i64>)> {
        let rows: Vec<(String, Option<i64>, Option<i64>)> = sqlx::query_as(
            "select split_part(command_id, '-', 3), first, last
               from log.answered((select array_agg(command_id) from log.commands)) order by first",
        )
        .fetch_all(&mut self.connection)
        .await
        .unwrap();
        rows.into_iter()
            .map(|(ask, first, last)| (ask.parse().unwrap(), first, last))
            .collect()
    }

    /// Positions that the follower's rows contain, in the order of its commits.
    pub async fn followed(&mut self) -> Vec<u8> {
        let rows: Vec<i64> = sqlx::query_scalar("select position from public.followed order by number")
            .fetch_all(&mut self.connection)
            .await
            .unwrap();
        rows.into_iter()
            .map(|position| u8::try_from(position).unwrap())
            .collect()
    }

    /// Empties the log, for the next run.
    pub async fn empty(&mut self) {
        sqlx::raw_sql(
            "delete from log.events; delete from log.batches; delete from log.commands; delete from follow.checkpoints;
             delete from public.followed",
        )
        .execute(&mut self.connection)
        .await
        .unwrap();
    }
}

async fn lock(keeper: &mut PgConnection, sql: &str, gate: Gate, command: usize) {
    sqlx::query(sql)
        .bind(gate as i32)
        .bind(i32::try_from(command).unwrap())
        .execute(keeper)
        .await
        .unwrap();
}
