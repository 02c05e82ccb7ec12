//! The EncodingAESKey: AES-256-CBC with padding to 32 bytes, inside it a length and the receiver's id.

use std::fmt;

use aws_lc_rs::cipher::{
    AES_256, DecryptingKey, DecryptionContext, EncryptingKey, EncryptionContext, UnboundCipherKey,
};
use aws_lc_rs::iv::FixedLength;
use base64::Engine as _;
use base64::alphabet;
use base64::engine::general_purpose::{GeneralPurpose, GeneralPurposeConfig, STANDARD};

/// Characters of an EncodingAESKey.
pub const KEY_LENGTH: usize = 43;

/// Messages are padded to a multiple of this, which is two AES blocks: the padding byte may be above 16, where common
/// libraries refuse it.
const PADDED_TO: usize = 32;
const AES_BLOCK: usize = 16;
/// Random bytes in front of each message.
const RANDOM: usize = 16;

/// 43 characters carry two bits more than a key has; the provider rolls them, and strict decoders refuse most keys.
const LENIENT: GeneralPurpose = GeneralPurpose::new(
    &alphabet::STANDARD,
    GeneralPurposeConfig::new().with_decode_allow_trailing_bits(true),
);

/// A key that opens and closes messages.
#[derive(Clone, PartialEq, Eq)]
pub struct EncodingAesKey([u8; 32]);

/// Not 43 characters of base64.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("an EncodingAESKey has exactly {KEY_LENGTH} letters and digits")]
pub struct KeyForm;

/// What was inside.
#[derive(Clone, PartialEq, Eq)]
pub struct Opened {
    /// The message: personal data, never to be logged.
    pub message: String,
    /// To whom it is addressed.
    pub receiver: String,
}

/// Printed without what was inside.
impl fmt::Debug for Opened {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Opened")
            .field("receiver", &self.receiver)
            .finish_non_exhaustive()
    }
}

/// Why a message does not open.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum OpenError {
    /// Not base64, or not whole blocks.
    #[error("the encrypted text is not base64 of whole blocks")]
    Ciphertext,
    /// The padding is none: most probably another key.
    #[error("the padding is wrong: most probably another EncodingAESKey")]
    Padding,
    /// The length points outside.
    #[error("the length inside points outside of the message")]
    Length,
    /// Not text.
    #[error("what is inside is no UTF-8")]
    NotText,
    /// For somebody else.
    #[error("addressed to {0:?}, who is not configured as a receiver")]
    Receiver(String),
    /// The library.
    #[error("the cipher failed")]
    Cipher,
}

impl EncodingAesKey {
    /// Reads the key as the provider's console shows it.
    ///
    /// # Errors
    /// It is none.
    pub fn new(text: &str) -> Result<Self, KeyForm> {
        if text.len() != KEY_LENGTH {
            return Err(KeyForm);
        }
        let bytes = LENIENT.decode(format!("{text}=")).map_err(|_| KeyForm)?;
        bytes.try_into().map(Self).map_err(|_| KeyForm)
    }

    /// Opens a message. To whom it is addressed is for the caller to check.
    ///
    /// # Errors
    /// Malformed, or closed with another key.
    pub fn open(&self, encrypted: &str) -> Result<Opened, OpenError> {
        let mut bytes = STANDARD.decode(encrypted).map_err(|_| OpenError::Ciphertext)?;
        if bytes.is_empty() || !bytes.len().is_multiple_of(AES_BLOCK) {
            return Err(OpenError::Ciphertext);
        }
        let context = DecryptionContext::Iv128(self.iv());
        let key = self.unbound().and_then(|key| DecryptingKey::cbc(key).ok());
        let plain = key
            .ok_or(OpenError::Cipher)?
            .decrypt(&mut bytes, context)
            .map_err(|_| OpenError::Cipher)?;
        let plain = unpadded(plain).ok_or(OpenError::Padding)?;
        let (length, rest) = plain
            .get(RANDOM..)
            .and_then(|rest| rest.split_first_chunk::<4>())
            .ok_or(OpenError::Length)?;
        let length = usize::try_from(u32::from_be_bytes(*length)).map_err(|_| OpenError::Length)?;
        let (message, receiver) = rest.split_at_checked(length).ok_or(OpenError::Length)?;
        let text = |bytes: &[u8]| String::from_utf8(bytes.to_vec()).map_err(|_| OpenError::NotText);
        Ok(Opened {
            message: text(message)?,
            receiver: text(receiver)?,
        })
    }

    /// Closes a message as the provider does, behind 16 bytes that are to be random.
    ///
    /// # Errors
    /// The message is longer than the format can say, or the library failed.
    pub fn close(&self, random: [u8; RANDOM], message: &str, receiver: &str) -> Result<String, OpenError> {
        let length = u32::try_from(message.len()).map_err(|_| OpenError::Length)?;
        let mut bytes = [
            &random[..],
            &length.to_be_bytes(),
            message.as_bytes(),
            receiver.as_bytes(),
        ]
        .concat();
        pad(&mut bytes);
        let context = EncryptionContext::Iv128(self.iv());
        let key = self.unbound().and_then(|key| EncryptingKey::cbc(key).ok());
        key.ok_or(OpenError::Cipher)?
            .less_safe_encrypt(&mut bytes, context)
            .map_err(|_| OpenError::Cipher)?;
        Ok(STANDARD.encode(bytes))
    }

    fn unbound(&self) -> Option<UnboundCipherKey> {
        UnboundCipherKey::new(&AES_256, &self.0).ok()
    }

    /// The protocol takes the first half of the key.
    fn iv(&self) -> FixedLength<16> {
        let mut iv = [0; 16];
        iv.copy_from_slice(&self.0[..16]);
        FixedLength::from(iv)
    }
}

fn pad(bytes: &mut Vec<u8>) {
    let missing = PADDED_TO - bytes.len() % PADDED_TO;
    // 1 to 32.
    let byte = u8::try_from(missing).unwrap_or(0);
    bytes.resize(bytes.len() + missing, byte);
}

fn unpadded(bytes: &[u8]) -> Option<&[u8]> {
    let last = *bytes.last()?;
    let length = usize::from(last);
    if !(1..=PADDED_TO).contains(&length) {
        return None;
    }
    let (rest, padding) = bytes.split_at_checked(bytes.len().checked_sub(length)?)?;
    padding.iter().all(|byte| *byte == last).then_some(rest)
}

/// Never the key itself: configurations are printed.
impl fmt::Debug for EncodingAesKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("EncodingAesKey(…)")
    }
}
