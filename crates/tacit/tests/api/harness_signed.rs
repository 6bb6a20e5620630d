//! What tests of auth methods share whose proof is a request that somebody has signed: AWS, OCI, AliCloud.

use serde_json::Value;

use crate::{harness_auth_methods::Vouched, harness_https::StandIn};

/// What may be wrong with a signed request. Each method says what that is for it, of all of them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Flaw {
    /// Nobody has signed it.
    Unsigned,
    /// It is signed by an algorithm that is not expected, or by none.
    OtherAlgorithm,
    /// It is signed by a key that only claims to be somebody's.
    Forged,
    /// It is signed by a key that the cloud does not know.
    UnknownKey,
    /// Something that is signed was changed afterwards.
    Changed,
    /// Where it goes is not signed.
    HostUnsigned,
    /// When it was signed is not signed.
    DateUnsigned,
    /// Something is signed that this server does not pass on.
    MoreSigned,
    /// It goes to somebody else.
    OtherHost,
    /// It goes to a host that looks like the right one.
    SimilarHost,
    /// It asks for something else than who has signed it.
    OtherQuestion,
    /// It brings more into a header or query than a value.
    LineBreak,
    /// It does not say when it was signed.
    NoDate,
    /// It says so in a way that nobody reads.
    UnreadableDate,
    /// It is signed by somebody of another account.
    OtherAccount,
    /// It is signed by somebody else of the same account.
    OtherPrincipal,
}

/// All of them.
const FLAWS: [Flaw; 16] = [
    Flaw::Unsigned,
    Flaw::OtherAlgorithm,
    Flaw::Forged,
    Flaw::UnknownKey,
    Flaw::Changed,
    Flaw::HostUnsigned,
    Flaw::DateUnsigned,
    Flaw::MoreSigned,
    Flaw::OtherHost,
    Flaw::SimilarHost,
    Flaw::OtherQuestion,
    Flaw::LineBreak,
    Flaw::NoDate,
    Flaw::UnreadableDate,
    Flaw::OtherAccount,
    Flaw::OtherPrincipal,
];

/// How a flaw is found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Found {
    /// By this check, before anybody is asked.
    Here(&'static str),
    /// By this check, from what the cloud answers.
    ByAnswer(&'static str),
    /// The method has no such thing, for this reason.
    CannotBe(&'static str),
}

/// Each flaw is refused because of the check that is meant to find it, with the answer of an identity that nobody has; and
/// nobody is asked where that is not needed. `flawed` makes a request anew each time, since some are good once.
pub async fn refuses_every_flaw(
    machine: &Vouched<'_>,
    cloud: &StandIn,
    flawed: impl Fn(Flaw) -> (Value, Found),
) {
    cloud.take();
    for flaw in FLAWS {
        let check = match flawed(flaw).1 {
            Found::Here(check) | Found::ByAnswer(check) => check,
            Found::CannotBe(_) => continue,
        };
        machine.refuses_each(|| flawed(flaw).0, check).await;
        let is_asked = matches!(flawed(flaw).1, Found::ByAnswer(_));
        assert_eq!(!cloud.take().is_empty(), is_asked, "{flaw:?}");
    }
}

/// A request is good for so many seconds before and after its date, and not for one more; nobody is asked about others.
/// `dated` signs one so many seconds from now.
pub async fn is_good_around_its_date(
    machine: &Vouched<'_>,
    cloud: &StandIn,
    seconds: i64,
    dated: impl Fn(i64) -> Value,
) {
    for away in [-seconds, seconds] {
        machine.token(&dated(away)).await;
    }
    cloud.take();
    for away in [-seconds - 1, seconds + 1, -86_400, 86_400] {
        machine.refuses(&dated(away), "time").await;
    }
    assert!(cloud.take().is_empty());
}
