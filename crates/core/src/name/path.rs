//! Where a secret is inside an environment: folders and the paths they make.

use super::{NameError, check_length};

/// The name of a folder: 1 to 255 letters and digits of ASCII, `-` and `_` (`decisions.md` 22).
/// Case is kept.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct FolderName(String);

parsed_text!(FolderName);

impl FolderName {
    /// The greatest length, in characters.
    pub const LENGTH_MAX: usize = 255;

    /// Trims and checks `name`.
    ///
    /// # Errors
    ///
    /// The first rule of [`FolderName`] that `name` breaks.
    pub fn parse(name: &str) -> Result<Self, NameError> {
        let name = name.trim();
        check_folder_name(name)?;
        Ok(Self(name.to_owned()))
    }
}

fn check_folder_name(name: &str) -> Result<(), NameError> {
    check_length("folder name", name, 1, FolderName::LENGTH_MAX)?;
    if name.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_')) {
        return Ok(());
    }
    Err(NameError::NotAllowed { what: "folder name", allowed: "letters, digits, hyphens and underscores" })
}

/// The path of a folder inside an environment, such as `/` or `/apps/web`.
///
/// There is one spelling for each folder: it begins with `/`, does not end with one (except the
/// root), and has at most [`DEPTH_MAX`](Self::DEPTH_MAX) segments that are [`FolderName`]s.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct SecretPath(String);

parsed_text!(SecretPath);

impl SecretPath {
    /// The greatest number of folders in a path (`decisions.md` 22).
    pub const DEPTH_MAX: usize = 20;
    /// The greatest length, in bytes: what an index of PostgreSQL can hold beside the environment.
    pub const BYTES_MAX: usize = 2048;

    /// The folder that every environment has: `/`.
    #[must_use]
    pub fn root() -> Self {
        Self("/".to_owned())
    }

    /// Reads a path. A leading `/` is added if it is missing, one trailing `/` is removed, and
    /// empty text is the root (`decisions.md` 15). Anything else has to be exact: nothing is
    /// resolved or decoded, so that no two readers can understand a path differently.
    ///
    /// # Errors
    ///
    /// The first rule of [`SecretPath`] that `path` breaks.
    pub fn parse(path: &str) -> Result<Self, NameError> {
        let inner = path.strip_prefix('/').unwrap_or(path);
        if inner.is_empty() {
            return Ok(Self::root());
        }
        let inner = inner.strip_suffix('/').unwrap_or(inner);
        let mut depth = 0;
        for segment in inner.split('/') {
            if matches!(segment, "" | "." | "..") {
                return Err(NameError::AmbiguousPath);
            }
            check_folder_name(segment)?;
            depth += 1;
        }
        if depth > Self::DEPTH_MAX {
            return Err(NameError::PathTooDeep);
        }
        Self::limited(format!("/{inner}"))
    }

    fn limited(path: String) -> Result<Self, NameError> {
        if path.len() > Self::BYTES_MAX { Err(NameError::PathTooLong) } else { Ok(Self(path)) }
    }

    /// Whether this is `/`.
    #[must_use]
    pub fn is_root(&self) -> bool {
        self.0 == "/"
    }

    /// The names of the folders from the top. None for the root.
    #[must_use]
    pub fn segments(&self) -> impl DoubleEndedIterator<Item = &str> {
        self.0.split('/').filter(|segment| !segment.is_empty())
    }

    /// The number of folders in the path; 0 for the root.
    #[must_use]
    pub fn depth(&self) -> usize {
        self.segments().count()
    }

    /// The last folder of the path. `None` for the root.
    #[must_use]
    pub fn name(&self) -> Option<FolderName> {
        self.segments().next_back().map(|name| FolderName(name.to_owned()))
    }

    /// The folder this one is in. `None` for the root.
    #[must_use]
    pub fn parent(&self) -> Option<Self> {
        let (parent, name) = self.0.rsplit_once('/')?;
        match (parent, name) {
            (_, "") => None,
            ("", _) => Some(Self::root()),
            _ => Some(Self(parent.to_owned())),
        }
    }

    /// The folder `name` in this one.
    ///
    /// # Errors
    ///
    /// [`NameError::PathTooDeep`] if this one is [`DEPTH_MAX`](Self::DEPTH_MAX) folders deep,
    /// [`NameError::PathTooLong`] above [`BYTES_MAX`](Self::BYTES_MAX).
    pub fn join(&self, name: &FolderName) -> Result<Self, NameError> {
        if self.depth() == Self::DEPTH_MAX {
            return Err(NameError::PathTooDeep);
        }
        let parent = if self.is_root() { "" } else { self.as_str() };
        Self::limited(format!("{parent}/{name}"))
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn path(text: &str) -> SecretPath {
        SecretPath::parse(text).unwrap()
    }

    #[test]
    fn a_path_has_a_greatest_length() {
        let long = "/a".to_owned() + &"a".repeat(253);

        assert_eq!(SecretPath::parse(&long.repeat(8)).unwrap().as_str().len(), 2040);
        assert_eq!(SecretPath::parse(&long.repeat(9)), Err(NameError::PathTooLong));
        assert_eq!(
            path(&long.repeat(8)).join(&FolderName::parse("abcdefgh").unwrap()),
            Err(NameError::PathTooLong)
        );
    }

    #[test]
    fn every_accepted_spelling_becomes_the_same_path() {
        for text in ["", "/"] {
            assert_eq!(path(text), SecretPath::root());
        }
        for text in ["a/b", "/a/b", "a/b/", "/a/b/"] {
            assert_eq!(path(text).as_str(), "/a/b");
        }
        assert_ne!(path("/A"), path("/a"));
    }

    #[test]
    fn ambiguous_paths_are_refused_instead_of_resolved() {
        for text in
            ["//", "///", "//a", "/a//b", "/a//", "a//", ".", "..", "/.", "/a/../b", "/a/.", "./a", "//."]
        {
            assert_eq!(SecretPath::parse(text), Err(NameError::AmbiguousPath), "{text}");
        }
        for text in [" ", " /a", "/a b", "/a%2Fb", "/a\\b", "/ä", "/...", "/a\0", "/\u{2215}", "/a*", "~"] {
            assert!(matches!(SecretPath::parse(text), Err(NameError::NotAllowed { .. })), "{text}");
        }
    }

    #[test]
    fn a_path_is_at_most_20_folders_deep() {
        let deepest = path(&"/a".repeat(20));

        assert_eq!(deepest.depth(), 20);
        assert_eq!(deepest.join(&FolderName::parse("b").unwrap()), Err(NameError::PathTooDeep));
        assert_eq!(SecretPath::parse(&"/a".repeat(21)), Err(NameError::PathTooDeep));
        assert_eq!(
            NameError::PathTooDeep.to_string(),
            "the secret path must not be more than 20 folders deep"
        );
    }

    #[test]
    fn a_path_knows_its_parts() {
        let apps = path("/apps");
        let web = apps.join(&FolderName::parse("web").unwrap()).unwrap();

        assert_eq!(web.as_str(), "/apps/web");
        assert_eq!(web.segments().collect::<Vec<_>>(), ["apps", "web"]);
        assert_eq!(web.name().unwrap().as_str(), "web");
        assert_eq!(web.parent(), Some(apps.clone()));
        assert_eq!(apps.parent(), Some(SecretPath::root()));
        assert_eq!(SecretPath::root().parent(), None);
        assert_eq!(SecretPath::root().name(), None);
        assert_eq!(SecretPath::root().segments().count(), 0);
    }

    #[test]
    fn a_folder_name_has_few_characters_to_choose_from() {
        assert_eq!(FolderName::parse(" Web-2_x ").unwrap().as_str(), "Web-2_x");
        assert_eq!(FolderName::parse(""), Err(NameError::Empty { what: "folder name" }));
        assert!(FolderName::parse(&"a".repeat(255)).is_ok());
        assert!(FolderName::parse(&"a".repeat(256)).is_err());
        for name in ["a/b", "..", "a b", "ä", "a\n!", "a."] {
            assert!(FolderName::parse(name).is_err(), "{name}");
        }
    }

    proptest! {
        #[test]
        fn a_parsed_path_parses_to_itself_and_is_made_of_its_segments(text in "[ab./ _-]{0,12}|\\PC*") {
            let Ok(path) = SecretPath::parse(&text) else { return Ok(()) };
            let mut joined = SecretPath::root();
            for segment in path.segments() {
                joined = joined.join(&FolderName::parse(segment).unwrap()).unwrap();
            }

            prop_assert_eq!(&joined, &path);
            prop_assert_eq!(SecretPath::parse(path.as_str()), Ok(path));
        }

        #[test]
        fn the_parent_of_a_joined_path_is_the_path(text in "(/[a-z]{1,3}){0,19}", name in "[A-Za-z0-9_-]{1,9}") {
            let path = path(&text);
            let name = FolderName::parse(&name).unwrap();
            let joined = path.join(&name).unwrap();

            prop_assert_eq!(joined.name(), Some(name));
            prop_assert_eq!(joined.depth(), path.depth() + 1);
            prop_assert_eq!(joined.parent(), Some(path));
        }
    }
}
