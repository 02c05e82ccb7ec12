//! Writes requests as the provider would: encrypted and signed, ready to be sent at the receiver; and the reply that
//! a server may give on the spot.

use aws_lc_rs::rand;

use super::key::{EncodingAesKey, OpenError};
use super::signature::{SignedQuery, sign};

/// A sender: a token, a key, and to whom it writes.
#[derive(Debug, Clone)]
pub struct NoticeWriter {
    token: crate::secret::SecretText,
    key: EncodingAesKey,
    receiver: String,
}

/// A request, ready to be sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WrittenNotice {
    /// The query of the address.
    pub query: SignedQuery,
    /// The raw body.
    pub body: String,
}

impl NoticeWriter {
    /// A sender who writes to `receiver`.
    #[must_use]
    pub fn new(token: &str, key: EncodingAesKey, receiver: &str) -> Self {
        Self {
            token: crate::secret::SecretText(token.to_owned()),
            key,
            receiver: receiver.to_owned(),
        }
    }

    /// Encrypts and signs a message.
    ///
    /// # Errors
    /// The library failed.
    pub fn write(&self, message: &str, timestamp: &str, nonce: &str) -> Result<WrittenNotice, OpenError> {
        let encrypted = self.close(message)?;
        let body = format!(
            "<xml><ToUserName><![CDATA[{}]]></ToUserName><Encrypt><![CDATA[{encrypted}]]></Encrypt>\
             <AgentID><![CDATA[]]></AgentID></xml>",
            self.receiver
        );
        let query = self.signed(&encrypted, timestamp, nonce);
        Ok(WrittenNotice { query, body })
    }

    /// An address check that must be answered with `echo`.
    ///
    /// # Errors
    /// The library failed.
    pub fn check(&self, echo: &str, timestamp: &str, nonce: &str) -> Result<SignedQuery, OpenError> {
        let encrypted = self.close(echo)?;
        let mut query = self.signed(&encrypted, timestamp, nonce);
        query.echostr = Some(encrypted);
        Ok(query)
    }

    /// The reply to a message on the spot, behind 16 bytes that are to be random. Events need none.
    ///
    /// # Errors
    /// The library failed.
    pub fn reply(
        &self,
        random: [u8; 16],
        message: &str,
        timestamp: &str,
        nonce: &str,
    ) -> Result<String, OpenError> {
        let encrypted = self.key.close(random, message, &self.receiver)?;
        let signature = sign(&self.token.0, timestamp, nonce, &encrypted);
        Ok(format!(
            "<xml>\n<Encrypt><![CDATA[{encrypted}]]></Encrypt>\n\
             <MsgSignature><![CDATA[{signature}]]></MsgSignature>\n\
             <TimeStamp>{timestamp}</TimeStamp>\n<Nonce><![CDATA[{nonce}]]></Nonce>\n</xml>"
        ))
    }

    fn close(&self, message: &str) -> Result<String, OpenError> {
        let mut random = [0; 16];
        rand::fill(&mut random).map_err(|_| OpenError::Cipher)?;
        self.key.close(random, message, &self.receiver)
    }

    fn signed(&self, encrypted: &str, timestamp: &str, nonce: &str) -> SignedQuery {
        SignedQuery {
            msg_signature: sign(&self.token.0, timestamp, nonce, encrypted),
            timestamp: timestamp.to_owned(),
            nonce: nonce.to_owned(),
            echostr: None,
        }
    }
}

impl SignedQuery {
    /// As it stands in an address; everything but letters and digits is escaped.
    #[must_use]
    pub fn to_raw(&self) -> String {
        let escaped = |text: &str| -> String {
            text.bytes()
                .map(|byte| match byte {
                    b'0'..=b'9' | b'a'..=b'z' | b'A'..=b'Z' => char::from(byte).to_string(),
                    _ => format!("%{byte:02X}"),
                })
                .collect()
        };
        let mut raw = format!(
            "msg_signature={}&timestamp={}&nonce={}",
            escaped(&self.msg_signature),
            escaped(&self.timestamp),
            escaped(&self.nonce)
        );
        if let Some(echo) = &self.echostr {
            raw.push_str("&echostr=");
            raw.push_str(&escaped(echo));
        }
        raw
    }
}
