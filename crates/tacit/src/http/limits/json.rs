//! How much memory a JSON text can take when it is read.

/// Whether a text has more than `max` values, as far as its commas and brackets tell: at least as many as it
/// really has. What stands in strings does not count.
pub(in crate::http) fn has_more_values(text: &[u8], max: usize) -> bool {
    // Each value but the first stands behind a comma or is the first in a bracket.
    if text.len() <= max {
        return false;
    }
    let (mut count, mut is_string, mut is_escaped) = (1_usize, false, false);
    for byte in text {
        match byte {
            _ if is_escaped => is_escaped = false,
            b'\\' if is_string => is_escaped = true,
            b'"' => is_string = !is_string,
            b',' | b'[' | b'{' if !is_string => count += 1,
            _ => {}
        }
    }
    count > max
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::Value;

    use super::*;

    fn count(value: &Value) -> usize {
        1 + match value {
            Value::Array(values) => values.iter().map(count).sum(),
            Value::Object(fields) => fields.values().map(count).sum(),
            _ => 0,
        }
    }

    fn value() -> impl Strategy<Value = Value> {
        let leaf = prop_oneof![Just(Value::Null), r#"[a,\[\]{}"\\]{0,4}"#.prop_map(Value::from)];
        leaf.prop_recursive(4, 40, 5, |inner| {
            prop_oneof![
                proptest::collection::vec(inner.clone(), 0..5).prop_map(Value::from),
                proptest::collection::hash_map(r#"[a,{"]{0,3}"#, inner, 0..5)
                    .prop_map(|fields| Value::Object(fields.into_iter().collect())),
            ]
        })
    }

    proptest! {
        #[test]
        fn no_text_has_more_values_than_were_counted(value in value(), max in 0_usize..40) {
            let text = value.to_string();
            if count(&value) > max {
                prop_assert!(has_more_values(text.as_bytes(), max), "{}", text);
            }
        }
    }

    #[test]
    fn strings_count_as_one_whatever_is_in_them() {
        assert!(!has_more_values(br#"{"a":",,,,[[[[{{{{\",,,"}"#, 2));
        assert!(has_more_values(b"[1,2,3]", 3));
        assert!(!has_more_values(b"[1,2,3]", 4));
    }
}
