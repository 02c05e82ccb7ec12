-- A view that is fed by a topic keeps with its rows where the topic goes on behind them.
alter table follow.checkpoints add column feed_offset bigint;
