//! A notice as bytes to be sealed: four bytes with the length of the headers, the headers, the body.

/// Packs headers and body.
pub(super) fn pack(headers: &str, body: &[u8]) -> Vec<u8> {
    let length = u32::try_from(headers.len()).unwrap_or(0);
    let headers = if length == 0 { "" } else { headers };
    [&length.to_be_bytes(), headers.as_bytes(), body].concat()
}

/// Unpacks them.
pub(super) fn unpack(bytes: &[u8]) -> Option<(String, Vec<u8>)> {
    let (length, rest) = bytes.split_first_chunk::<4>()?;
    let length = usize::try_from(u32::from_be_bytes(*length)).ok()?;
    let (headers, body) = rest.split_at_checked(length)?;
    Some((String::from_utf8(headers.to_vec()).ok()?, body.to_vec()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_packed_is_unpacked() {
        let packed = pack("{\"a\":1}", b"body");
        assert_eq!(unpack(&packed), Some(("{\"a\":1}".to_owned(), b"body".to_vec())));
        assert_eq!(unpack(&packed[..5]), None);
        assert_eq!(unpack(b""), None);
    }
}
