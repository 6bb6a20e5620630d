//! Where the server is below its host name.

/// Nothing, or a path such as `/tacit` under which everything is served.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct BasePath(String);

/// Text that is no base path.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "must be a path such as /tacit: letters, digits, '-', '_', '.' and '~' between slashes, and not /api"
)]
pub struct BasePathError;

impl BasePath {
    /// Reads a path. One trailing slash is left out; `/` and empty text are none.
    ///
    /// # Errors
    ///
    /// [`BasePathError`] if it does not begin with a slash, holds a part that is empty, `.` or `..` or has
    /// other characters, or begins with `/api`, where the API is without any.
    pub fn parse(text: &str) -> Result<Self, BasePathError> {
        let path = text.strip_suffix('/').unwrap_or(text);
        if path.is_empty() {
            return Ok(Self::default());
        }
        let parts: Vec<&str> = path.strip_prefix('/').ok_or(BasePathError)?.split('/').collect();
        let is_plain = |letter: char| letter.is_ascii_alphanumeric() || "-_.~".contains(letter);
        let is_part = |part: &&str| !matches!(*part, "" | "." | "..") && part.chars().all(is_plain);
        if !parts.iter().all(is_part) || parts.first() == Some(&"api") {
            return Err(BasePathError);
        }
        Ok(Self(path.to_owned()))
    }

    /// The path, without a slash at the end; empty if there is none.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// A path of a request as it is below this one. `None` if it is not below it or there is none.
    #[must_use]
    pub fn inside<'a>(&self, path: &'a str) -> Option<&'a str> {
        let rest = path.strip_prefix(&self.0).filter(|_| !self.0.is_empty())?;
        match rest {
            "" => Some("/"),
            rest => rest.starts_with('/').then_some(rest),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_base_path_is_plain_parts_between_slashes() {
        for (text, path) in
            [("", ""), ("/", ""), ("/tacit", "/tacit"), ("/a/b-1/", "/a/b-1"), ("/apis", "/apis")]
        {
            assert_eq!(BasePath::parse(text).unwrap().as_str(), path, "{text}");
        }
        for text in ["tacit", "//", "/a//b", "/a/../b", "/.", "/a b", "/a\"", "/a?b", "/api", "/api/x", "/ä"]
        {
            assert_eq!(BasePath::parse(text), Err(BasePathError), "{text}");
        }
    }

    #[test]
    fn only_whole_parts_are_inside() {
        let base = BasePath::parse("/tacit").unwrap();
        assert_eq!(base.inside("/tacit"), Some("/"));
        assert_eq!(base.inside("/tacit/api/status"), Some("/api/status"));
        for path in ["/", "/tacitly", "/api/status", "/x/tacit"] {
            assert_eq!(base.inside(path), None, "{path}");
        }
        assert_eq!(BasePath::default().inside("/api/status"), None);
    }
}
