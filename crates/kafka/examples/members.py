"""A consumer in Python: how many members each city has, in a SQLite file of its own.

    pip install confluent-kafka
    members.py BROKERS FILE [PREFIX]

Reads to the end. It may be killed at any point and run again: the newest state of a member and its
sequence are written in one transaction with the offset, and an older state never replaces a newer one. A tombstone
(no payload) deletes what is known of the member.
"""

import json
import sqlite3
import sys

from confluent_kafka import Consumer, KafkaError, TopicPartition


def main() -> None:
    if len(sys.argv) < 3:
        sys.exit("usage: members.py BROKERS FILE [PREFIX]")
    brokers, file = sys.argv[1:3]
    prefix = sys.argv[3] if len(sys.argv) > 3 else "guanxi"
    topic = f"{prefix}.member.state.v1"
    table = sqlite3.connect(file)
    with table:
        table.execute("create table if not exists members (id text primary key, sequence integer, city text, status text)")
        table.execute("create table if not exists offsets (partition integer primary key, next integer)")
    consumer = Consumer(
        {
            "bootstrap.servers": brokers,
            "group.id": f"{prefix}.example.members",
            "isolation.level": "read_committed",
            "enable.auto.commit": False,
            "auto.offset.reset": "earliest",
            # Only because this program ends; one that runs for ever needs no word about ends.
            "enable.partition.eof": True,
        }
    )
    # The offsets lie with the rows, so Kafka's own are not asked.
    known = dict(table.execute("select partition, next from offsets"))
    partitions = consumer.list_topics(topic, timeout=30).topics[topic].partitions
    consumer.assign([TopicPartition(topic, number, known.get(number, 0)) for number in partitions])
    open_ends = set(partitions)
    while open_ends:
        message = consumer.poll(1)
        if message is None:
            continue
        if message.error() is None:
            open_ends.add(message.partition())
            with table:
                apply(table, message)
        elif message.error().code() == KafkaError._PARTITION_EOF:
            open_ends.discard(message.partition())
        else:
            sys.exit(str(message.error()))
    consumer.close()
    print(table.execute("select count(*) from members").fetchone()[0], "members")


def apply(table: sqlite3.Connection, message) -> None:
    member = message.key().decode()
    if message.value() is None:
        table.execute("delete from members where id = ?", (member,))
    else:
        sequence = int(dict(message.headers())["ce_sequence"])
        state = json.loads(message.value())
        table.execute(
            "insert into members values (?, ?, ?, ?) on conflict (id) do update set sequence = excluded.sequence,"
            " city = excluded.city, status = excluded.status where excluded.sequence >= members.sequence",
            (member, sequence, state.get("city"), state["status"]),
        )
    table.execute(
        "insert into offsets values (?, ?) on conflict (partition) do update set next = excluded.next",
        (message.partition(), message.offset() + 1),
    )


if __name__ == "__main__":
    main()
