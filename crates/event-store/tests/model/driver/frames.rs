//! Messages of PostgreSQL's protocol, as far as they must be told apart.

use tokio::io::AsyncReadExt as _;
use tokio::net::tcp::OwnedReadHalf;
use tokio::sync::mpsc::{UnboundedReceiver, unbounded_channel};

/// How a command's id begins; behind it come the number of the run and that of the command.
pub const ID: &str = "ask-";

/// A whole message.
pub struct Frame {
    pub bytes: Vec<u8>,
    /// The first message of a client has no type.
    typed: bool,
}

impl Frame {
    pub fn is(&self, kind: u8) -> bool {
        self.typed && self.bytes[0] == kind
    }

    /// The name and the text of a statement that is being prepared.
    pub fn parses(&self) -> Option<(&[u8], String)> {
        let mut texts = self.bytes[5..]
            .split(|byte| *byte == 0)
            .take_while(|_| self.is(b'P'));
        let (name, text) = (texts.next()?, texts.next()?);
        Some((name, String::from_utf8_lossy(text).into_owned()))
    }

    /// The name of the statement to which values are bound.
    pub fn binds(&self) -> Option<&[u8]> {
        let mut texts = self.bytes[5..]
            .split(|byte| *byte == 0)
            .take_while(|_| self.is(b'B'));
        texts.nth(1)
    }

    /// The numbers of the commands whose ids are in it, in order.
    pub fn asks(&self) -> Vec<usize> {
        let places = self
            .bytes
            .windows(ID.len())
            .enumerate()
            .filter(|(_, window)| *window == ID.as_bytes());
        let number = |(place, _): (usize, &[u8])| {
            let behind = &self.bytes[place + ID.len()..];
            let run = behind.iter().take_while(|byte| byte.is_ascii_digit()).count();
            let ask = behind.get(run + 1)?;
            ask.is_ascii_digit().then(|| usize::from(ask - b'0'))
        };
        let mut asks: Vec<usize> = places.filter_map(number).collect();
        asks.sort_unstable();
        asks.dedup();
        asks
    }
}

/// Reads messages until the other side is gone. Reading by a task of its own, none is torn when somebody looks away.
pub fn frames(mut from: OwnedReadHalf, client: bool) -> UnboundedReceiver<Frame> {
    let (tell, told) = unbounded_channel();
    tokio::spawn(async move {
        let mut typed = !client;
        while let Ok(bytes) = read(&mut from, typed).await {
            if tell.send(Frame { bytes, typed }).is_err() {
                return;
            }
            typed = true;
        }
    });
    told
}

async fn read(from: &mut OwnedReadHalf, typed: bool) -> std::io::Result<Vec<u8>> {
    let head = if typed { 5 } else { 4 };
    let mut bytes = vec![0; head];
    from.read_exact(&mut bytes).await?;
    let length = u32::from_be_bytes([bytes[head - 4], bytes[head - 3], bytes[head - 2], bytes[head - 1]]);
    bytes.resize(head + length as usize - 4, 0);
    from.read_exact(&mut bytes[head..]).await?;
    Ok(bytes)
}
