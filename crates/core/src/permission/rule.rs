//! One rule of a role or privilege.

use serde::de::{Deserialize, Deserializer, Error as _};
use serde::{Serialize, Serializer, ser::SerializeStruct};
use serde_json::{Map, Value};

use super::action::ActionSet;
use super::catalog::basic_actions;
use super::conditions::Sight;
use super::head::Head;
use super::rule_error::{RuleError, RuleProblem};
use super::{Action, Conditions, Entry, Field, Object, Scope, Subject, parse};

/// Rules of one role or privilege. Each decision looks at all of them.
pub const RULES_MAX: usize = 300;

/// A rule (wire-contract 12.3): who has it may, or if it is inverted may not, do the actions to
/// the things of a subject that meet the conditions.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rule {
    subject: Subject,
    actions: Actions,
    basic_actions: ActionSet,
    inverted: Option<bool>,
    conditions: Option<Conditions>,
    head: Head,
}

/// The actions of a rule, one or a list, as they are written on the wire.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(untagged)]
enum Actions {
    One(Action),
    List(Vec<Action>),
}

impl Rule {
    /// A rule that allows `actions` on everything of `subject`.
    #[must_use]
    pub fn allow(subject: Subject, actions: &[Action]) -> Self {
        Self::new(subject, Actions::List(actions.to_vec()))
    }

    /// Reads one rule of `scope`. Keys it does not know are ignored (wire-contract 1.1).
    ///
    /// Fails with the first problem: no such subject, action of another subject, unknown condition
    /// field or operator, inverted without need, too long.
    pub fn parse(value: &Value, scope: Scope) -> Result<Self, RuleError> {
        let map = value.as_object().ok_or(RuleProblem::NotA("an object").here())?;
        let entry = parse_subject(map, scope)?;
        let mut rule = Self::new(entry.subject, parse_actions(map, entry)?);
        rule.inverted = parse_inverted(map, entry)?;
        if let Some(conditions) = map.get("conditions") {
            let conditions =
                parse::conditions(conditions, entry).map_err(|error| error.under("conditions"))?;
            rule.head = Head::of(&conditions);
            rule.conditions = Some(conditions);
        }
        Ok(rule)
    }

    /// Reads the rules of one role or privilege, at most [`RULES_MAX`], in their order.
    ///
    /// The path of an error begins with the index of the rule.
    pub fn parse_all(values: &[Value], scope: Scope) -> Result<Vec<Self>, RuleError> {
        if values.len() > RULES_MAX {
            return Err(RuleProblem::TooMany(RULES_MAX).here());
        }
        let one = |(index, value)| Self::parse(value, scope).map_err(|error| error.at_index(index));
        values.iter().enumerate().map(one).collect()
    }

    /// What the rule is about.
    #[must_use]
    pub fn subject(&self) -> Subject {
        self.subject
    }

    /// The actions, as they were written; never empty.
    #[must_use]
    pub fn actions(&self) -> &[Action] {
        match &self.actions {
            Actions::One(action) => std::slice::from_ref(action),
            Actions::List(actions) => actions,
        }
    }

    /// Whether it denies instead of allowing.
    #[must_use]
    pub fn is_inverted(&self) -> bool {
        self.inverted.unwrap_or(false)
    }

    /// The conditions; without any, the rule is about everything of its subject.
    #[must_use]
    pub fn conditions(&self) -> Option<&Conditions> {
        self.conditions.as_ref()
    }

    /// Whether a condition looks at `field`.
    #[must_use]
    pub fn asks_about(&self, field: Field) -> bool {
        self.conditions.as_ref().is_some_and(|all| all.on(field).next().is_some())
    }

    /// The rule that allows what this one denies. `None` if it denies nothing.
    pub(super) fn as_allowed(&self) -> Option<Self> {
        self.is_inverted().then(|| Self { inverted: None, ..self.clone() })
    }

    /// Whether it decides differently about two things that differ in `field` alone, whatever else
    /// they are: it asks about the field, and one of the two values meets what it asks.
    #[must_use]
    pub fn tells_apart(&self, field: Field, one: &str, other: &str) -> bool {
        self.conditions.as_ref().is_some_and(|all| all.tell_apart(field, one, other))
    }

    /// Whether it says anything about one of these basic actions on `subject`.
    pub(super) fn concerns(&self, actions: ActionSet, subject: Subject) -> bool {
        self.subject == subject && self.basic_actions.intersects(actions)
    }

    /// Whether `object` meets the conditions.
    pub(super) fn is_met(&self, object: &Object<'_>, sight: Sight) -> bool {
        !self.head.excludes(object)
            && self.conditions.as_ref().is_none_or(|all| all.are_met(object, self.is_inverted(), sight))
    }

    /// The actions, with reading secrets taken apart.
    pub(super) fn basic_actions(&self) -> ActionSet {
        self.basic_actions
    }

    fn new(subject: Subject, actions: Actions) -> Self {
        let mut rule = Self {
            subject,
            actions,
            basic_actions: ActionSet::EMPTY,
            inverted: None,
            conditions: None,
            head: Head::UNKNOWN,
        };
        rule.basic_actions =
            rule.actions().iter().flat_map(|action| basic_actions(*action, subject).iter()).collect();
        rule
    }
}

fn parse_subject(map: &Map<String, Value>, scope: Scope) -> Result<&'static Entry, RuleError> {
    let value = map.get("subject").ok_or_else(|| RuleProblem::Missing.at("subject"))?;
    let text = value.as_str().ok_or_else(|| RuleProblem::NotA("a string").at("subject"))?;
    Subject::parse(text)
        .and_then(|subject| scope.entry(subject))
        .ok_or_else(|| RuleProblem::UnknownSubject(scope).at("subject"))
}

fn parse_actions(map: &Map<String, Value>, entry: &Entry) -> Result<Actions, RuleError> {
    let value = map.get("action").ok_or_else(|| RuleProblem::Missing.at("action"))?;
    let actions = match value {
        Value::Array(items) if items.is_empty() => Err(RuleProblem::Empty.here()),
        Value::Array(items) if items.len() > Action::ALL.len() => {
            Err(RuleProblem::TooMany(Action::ALL.len()).here())
        }
        Value::Array(items) => {
            let one = |(index, item)| parse_action(item, entry).map_err(|error| error.at_index(index));
            items.iter().enumerate().map(one).collect::<Result<_, _>>().map(Actions::List)
        }
        _ => parse_action(value, entry).map(Actions::One),
    };
    actions.map_err(|error| error.under("action"))
}

fn parse_action(value: &Value, entry: &Entry) -> Result<Action, RuleError> {
    let text = value.as_str().ok_or(RuleProblem::NotA("a string or an array of strings").here())?;
    Action::parse(text)
        .filter(|action| entry.actions.contains(action))
        .ok_or_else(|| RuleProblem::UnknownAction(entry.subject).here())
}

fn parse_inverted(map: &Map<String, Value>, entry: &Entry) -> Result<Option<bool>, RuleError> {
    let Some(value) = map.get("inverted") else { return Ok(None) };
    let inverted = value.as_bool().ok_or_else(|| RuleProblem::NotA("true or false").at("inverted"))?;
    if inverted && entry.fields.is_empty() {
        return Err(RuleProblem::CannotBeInverted(entry.subject).at("inverted"));
    }
    Ok(Some(inverted))
}

/// The wire's form, as the rule was written.
impl Serialize for Rule {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let fields = 2 + usize::from(self.inverted.is_some()) + usize::from(self.conditions.is_some());
        let mut wire = serializer.serialize_struct("Rule", fields)?;
        wire.serialize_field("subject", &self.subject)?;
        wire.serialize_field("action", &self.actions)?;
        if let Some(inverted) = self.inverted {
            wire.serialize_field("inverted", &inverted)?;
        }
        if let Some(conditions) = &self.conditions {
            wire.serialize_field("conditions", conditions)?;
        }
        wire.end()
    }
}

/// Reads a stored rule, of either scope. What a client sends goes through [`Rule::parse`].
impl<'de> Deserialize<'de> for Rule {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let value = Value::deserialize(deserializer)?;
        Self::parse(&value, Scope::Project)
            .or_else(|_| Self::parse(&value, Scope::Organization))
            .map_err(D::Error::custom)
    }
}

impl schemars::JsonSchema for Rule {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Rule".into()
    }

    fn json_schema(generator: &mut schemars::SchemaGenerator) -> schemars::Schema {
        let subject = generator.subschema_for::<Subject>();
        let action = generator.subschema_for::<Action>();
        schemars::json_schema!({
            "type": "object",
            "required": ["subject", "action"],
            "properties": {
                "subject": subject,
                "action": { "anyOf": [action, { "type": "array", "items": action, "minItems": 1 }] },
                "inverted": { "type": "boolean" },
                "conditions": { "type": "object" },
            },
        })
    }
}
