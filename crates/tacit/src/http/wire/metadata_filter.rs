//! The query parameter `metadataFilter` (wire-contract 7.4).

use crate::app::{Error, error::Result, secrets::MetadataPair};

/// Pairs in one filter at most.
const PAIRS_MAX: usize = 10;

/// Reads `key=k1,value=v1|key=k2,value=v2`. Either half of a pair may be left out.
pub(crate) fn parse(text: &str) -> Result<Vec<MetadataPair>> {
    let parts: Vec<&str> = text.split('|').map(str::trim).filter(|part| !part.is_empty()).collect();
    if parts.len() > PAIRS_MAX {
        return Err(invalid(format!("must not have more than {PAIRS_MAX} pairs")));
    }
    parts.into_iter().map(pair).collect()
}

fn pair(text: &str) -> Result<MetadataPair> {
    let some = |text: &str| Some(text.trim().to_owned());
    if let Some(value) = text.strip_prefix("value=") {
        return Ok(MetadataPair { key: None, value: some(value) });
    }
    let Some(rest) = text.strip_prefix("key=") else {
        return Err(invalid("each pair is written key=…,value=…".to_owned()));
    };
    Ok(match rest.split_once(",value=") {
        Some((key, value)) => MetadataPair { key: some(key), value: some(value) },
        None => MetadataPair { key: some(rest), value: None },
    })
}

fn invalid(rule: String) -> Error {
    Error::form("metadataFilter", rule)
}

#[cfg(test)]
mod tests {
    use proptest::{collection::vec, prelude::*};

    use super::*;

    fn pair_of(key: Option<&str>, value: Option<&str>) -> MetadataPair {
        MetadataPair { key: key.map(str::to_owned), value: value.map(str::to_owned) }
    }

    #[test]
    fn a_filter_is_pairs_of_key_and_value() {
        let pairs = parse("key=team,value=web|key=tier| value=a,b=c ").unwrap();

        assert_eq!(
            pairs,
            [pair_of(Some("team"), Some("web")), pair_of(Some("tier"), None), pair_of(None, Some("a,b=c"))]
        );
        assert!(parse("").unwrap().is_empty());
    }

    proptest! {
        #[test]
        fn whatever_arrives_is_pairs_or_an_issue_with_the_parameter(text in "([kv,|= a]|key=|,value=|value=|\\PC){0,40}") {
            match parse(&text) {
                Ok(pairs) => prop_assert!(pairs.len() <= PAIRS_MAX),
                Err(Error::Form(issues)) => prop_assert_eq!(issues.len(), 1),
                Err(other) => return Err(TestCaseError::fail(other.to_string())),
            }
        }

        #[test]
        fn what_is_written_as_pairs_is_read_as_those(pairs in vec(("[a-z=]{1,5}", "[a-z=, ]{0,5}"), 0..=PAIRS_MAX)) {
            let written: Vec<_> = pairs.iter().map(|(key, value)| format!("key={key},value={value}")).collect();
            let read = parse(&written.join("|")).map_err(|error| TestCaseError::fail(error.to_string()))?;
            let expected: Vec<_> = pairs.iter().map(|(key, value)| pair_of(Some(key), Some(value.trim()))).collect();
            prop_assert_eq!(read, expected);
        }
    }

    #[test]
    fn anything_else_is_refused() {
        assert!(parse("team=web").is_err());
        assert!(parse(&["key=a"; 11].join("|")).is_err());
    }
}
