//! The record that is printed by the million, as JSON by hand: most texts need no escape, which is told for a whole
//! text at once, and names of fields never do. Byte for byte what serde makes of it.

use super::UploadRecord;

/// Appends the record.
pub(super) fn upload(
    record: &UploadRecord<'_>,
    out: &mut Vec<u8>,
) -> Result<(), serde_json::Error> {
    let members = [
        ("{\"bucket\":", Some(record.bucket)),
        (",\"key\":", Some(record.key)),
        (",\"upload_id\":", Some(record.upload_id)),
        (",\"initiated\":", record.initiated.as_deref()),
        (",\"storage_class\":", record.storage_class),
        (",\"initiator\":", record.initiator),
        (",\"owner\":", record.owner),
        (",\"checksum_algorithm\":", record.checksum_algorithm),
    ];
    for (name, value) in members {
        out.extend_from_slice(name.as_bytes());
        match value {
            Some(value) => text(value, out)?,
            None => out.extend_from_slice(b"null"),
        }
    }
    out.push(b'}');
    Ok(())
}

fn text(text: &str, out: &mut Vec<u8>) -> Result<(), serde_json::Error> {
    let is_special = |byte: u8| matches!(byte, ..b' ' | b'"' | b'\\');
    if text.bytes().fold(false, |any, byte| any | is_special(byte)) {
        return serde_json::to_writer(out, text);
    }
    out.push(b'"');
    out.extend_from_slice(text.as_bytes());
    out.push(b'"');
    Ok(())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn odd() -> impl Strategy<Value = String> {
        "(\\PC|[\\x00-\\x20\"\\\\/\\x7f\u{2028}]){0,12}"
    }

    proptest! {
        #[test]
        fn a_record_is_what_serde_makes_of_it(
            bucket in odd(), key in odd(), upload_id in odd(),
            values in proptest::collection::vec(proptest::option::of(odd()), 5)
        ) {
            let record = UploadRecord {
                bucket: &bucket,
                key: &key,
                upload_id: &upload_id,
                initiated: values[0].clone(),
                storage_class: values[1].as_deref(),
                initiator: values[2].as_deref(),
                owner: values[3].as_deref(),
                checksum_algorithm: values[4].as_deref(),
            };
            let mut ours = Vec::new();
            upload(&record, &mut ours).unwrap();
            prop_assert_eq!(String::from_utf8(ours).unwrap(), serde_json::to_string(&record).unwrap());
        }
    }
}
