//! Refusals of a known caller, kept so that an administrator can look at them later.
//!
//! Each is an event of the audit log whose id the caller gets, as the id of the decision. The id says
//! nothing by itself, and opening it needs rights of its own ([`super::decisions`]).

use serde::{Deserialize, Serialize};
use serde_json::Value;
use tacit_core::permission::{
    Action, Attributes, Field, Missing, Object, PermissionSet, Rule, Scope, Subject,
};

use super::{
    App,
    audit::Event,
    caller::Caller,
    error::{Error, Result},
};

/// The fact of an event that holds its refusal.
pub(super) const FACT: &str = "decision";
/// Bytes of a text that are kept at most: some come from requests as they are.
const TEXT_BYTES_MAX: usize = 1_024;
/// Bytes of rules that are kept of one refusal at most, as JSON.
const RULES_BYTES_MAX: usize = 4_096;

/// What was asked when permissions said no.
#[derive(Clone, Debug)]
pub struct Denial {
    /// Whose roles were asked: those in the organization or in the project.
    pub scope: Scope,
    /// What was to be done.
    pub action: Action,
    /// To what kind of thing.
    pub subject: Subject,
    /// What was known of the thing.
    pub attributes: Attributes,
    /// Whether it was asked for any such thing, as before a list, and not for this one.
    pub is_about_any: bool,
    /// The caller's own rules on that action and subject (wire-contract 2.1).
    pub rules: Vec<Rule>,
    /// The parts of the action that were not allowed.
    pub parts: Vec<DeniedPart>,
}

/// A part of an action that was not allowed.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct DeniedPart {
    /// The part.
    pub action: Action,
    /// The rule that denied it. `None` if nothing allowed it.
    pub rule: Option<Rule>,
}

/// What the audit log keeps of a refusal.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", tag = "kind")]
pub enum Refusal {
    /// Permissions said no.
    #[serde(rename_all = "camelCase")]
    Permission {
        /// Whether the roles in the organization were asked, and not those in a project.
        is_of_organization: bool,
        /// What was to be done.
        action: Action,
        /// To what kind of thing.
        subject: Subject,
        /// What was known of it, by the names of conditions.
        attributes: Vec<(Field, String)>,
        /// Whether it was asked for any such thing.
        is_about_any: bool,
        /// The parts that were not allowed.
        parts: Vec<DeniedPart>,
        /// Why, as the caller read it.
        message: String,
    },
    /// The caller would have given away rights that it does not hold.
    Boundary {
        /// Those rights, as far as there is room.
        missing: Vec<Value>,
        /// Why, as the caller read it.
        message: String,
    },
    /// Anything else: not a member, the wrong kind of caller, switched off.
    Other {
        /// Why, as the caller read it.
        message: String,
    },
}

impl Denial {
    /// The answer no of `permissions`, with its reasons.
    #[must_use]
    pub fn new(
        permissions: &PermissionSet,
        scope: Scope,
        (action, subject): (Action, Subject),
        object: &Object<'_>,
        is_about_any: bool,
    ) -> Self {
        let explanation = if is_about_any {
            permissions.explain_possible(action, subject, object)
        } else {
            permissions.explain(action, subject, object)
        };
        let deciding = |part: &tacit_core::permission::PartDecision| {
            let source = part.deciding_source()?;
            let rule = part.verdicts.get(source)?.rule()?;
            permissions.sources().get(source)?.get(rule).cloned()
        };
        let denied = explanation.parts.iter().filter(|part| !part.is_allowed());
        Self {
            scope,
            action,
            subject,
            attributes: Attributes::of(object),
            is_about_any,
            rules: permissions.rules_for(action, subject).into_iter().cloned().collect(),
            parts: denied.map(|part| DeniedPart { action: part.action, rule: deciding(part) }).collect(),
        }
    }
}

impl Refusal {
    /// What is kept of an error that refuses a known caller.
    #[must_use]
    pub fn of(error: &Error) -> Self {
        let message = cut(&error.to_string());
        match error {
            Error::Forbidden(denial) => Self::permission(denial, message),
            Error::Boundary { missing, .. } => {
                Self::Boundary { missing: within(missing.iter().map(missing_right)), message }
            }
            _ => Self::Other { message },
        }
    }

    /// What is kept of a refusal that is no error of a use case.
    #[must_use]
    pub fn because(message: &str) -> Self {
        Self::Other { message: cut(message) }
    }

    /// Why, as the caller read it.
    #[must_use]
    pub fn message(&self) -> &str {
        match self {
            Self::Permission { message, .. } | Self::Boundary { message, .. } | Self::Other { message } => {
                message
            }
        }
    }

    /// Records it and returns its id. The answer waits for the record.
    ///
    /// # Errors
    ///
    /// [`Error::AuditUnavailable`] if it cannot be recorded.
    pub fn record(&self, app: &App, caller: &Caller, kind: &str) -> Result<String> {
        let kept =
            serde_json::to_value(self).map_err(|error| Error::Internal(format!("refusal: {error}")))?;
        let mut event = Event::new(app, caller, kind).denied().with(FACT, kept);
        if let Some(project) = caller.project() {
            event = event.project(project);
        }
        if let Self::Permission { attributes, .. } = self {
            for (field, text) in attributes {
                if let Some(fact) = fact(*field) {
                    event = event.with(fact, text.as_str());
                }
            }
        }
        let id = event.id().to_owned();
        app.audit.record(event)?;
        Ok(id)
    }

    fn permission(denial: &Denial, message: String) -> Self {
        let mut room = RULES_BYTES_MAX;
        let mut parts = denial.parts.clone();
        for part in &mut parts {
            let bytes = serde_json::to_string(&part.rule).map_or(usize::MAX, |text| text.len());
            match room.checked_sub(bytes) {
                Some(rest) => room = rest,
                None => part.rule = None,
            }
        }
        Self::Permission {
            is_of_organization: denial.scope == Scope::Organization,
            action: denial.action,
            subject: denial.subject,
            attributes: denial.attributes.iter().map(|(field, text)| (field, cut(text))).collect(),
            is_about_any: denial.is_about_any,
            parts,
            message,
        }
    }
}

/// The fact by which events of this kind of attribute are found (wire-contract 13.1).
const fn fact(field: Field) -> Option<&'static str> {
    match field {
        Field::Environment => Some("environment"),
        Field::SecretPath => Some("secretPath"),
        Field::SecretName => Some("secretKey"),
        Field::IdentityId => Some("identityId"),
        _ => None,
    }
}

fn missing_right(missing: &Missing) -> Value {
    serde_json::json!({
        "action": missing.action,
        "subject": missing.subject,
        "conditions": missing.conditions,
    })
}

/// As many of `values` as there is room for.
fn within(values: impl Iterator<Item = Value>) -> Vec<Value> {
    let mut room = RULES_BYTES_MAX;
    let fits = |value: &Value| match room.checked_sub(value.to_string().len()) {
        Some(rest) => {
            room = rest;
            true
        }
        None => false,
    };
    values.take_while(fits).collect()
}

fn cut(text: &str) -> String {
    text[..text.floor_char_boundary(TEXT_BYTES_MAX)].to_owned()
}
