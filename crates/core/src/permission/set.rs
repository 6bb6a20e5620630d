//! All that an actor may do.

use serde_json::{Value, json};

use super::action::ActionSet;
use super::catalog::basic_actions;
use super::conditions::Sight;
use super::{Action, Object, Rule, Subject};

/// The rules of all roles and privileges of an actor, each kept apart (decisions 28).
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct PermissionSet {
    sources: Vec<Vec<Rule>>,
}

impl PermissionSet {
    /// From the rules of each role and privilege.
    #[must_use]
    pub fn new(sources: Vec<Vec<Rule>>) -> Self {
        Self { sources }
    }

    /// The rules of each role and privilege.
    #[must_use]
    pub fn sources(&self) -> &[Vec<Rule>] {
        &self.sources
    }

    /// Whether `action` on `object`, a thing of kind `subject`, is allowed.
    ///
    /// In each role or privilege the last rule that the object meets decides. It is allowed if one
    /// of them allows and none denies. Reading a secret needs both of its parts.
    #[must_use]
    pub fn allows(&self, action: Action, subject: Subject, object: &Object<'_>) -> bool {
        self.decide(action, subject, object, Sight::Whole)
    }

    /// Whether [`allows`](Self::allows) could be true of some thing that has the attributes of
    /// `object` and any others, such as a secret with whatever name and tags at a path.
    ///
    /// It is never false if there is such a thing, but may be true if there is none.
    #[must_use]
    pub fn could_allow(&self, action: Action, subject: Subject, object: &Object<'_>) -> bool {
        self.decide(action, subject, object, Sight::Partial)
    }

    /// The rules about `action` on `subject`, in their order: the `details` of a refusal
    /// (wire-contract 2.1).
    #[must_use]
    pub fn rules_for(&self, action: Action, subject: Subject) -> Vec<&Rule> {
        let actions = basic_actions(action, subject);
        self.sources.iter().flatten().filter(|rule| rule.concerns(actions, subject)).collect()
    }

    /// The packed form for the wire (decisions 29): actions joined by commas, subject, conditions
    /// or 0, 1 if inverted; zeros at the end are dropped.
    #[must_use]
    pub fn pack(&self) -> Vec<Value> {
        self.sources.iter().flatten().map(pack_rule).collect()
    }

    /// In each role or privilege looks at the rules from the last to the first, until all parts of the
    /// action are decided. A rule that decides several of them is looked at once.
    fn decide(&self, action: Action, subject: Subject, object: &Object<'_>, sight: Sight) -> bool {
        let wanted = basic_actions(action, subject);
        let mut allowed = ActionSet::EMPTY;
        for source in &self.sources {
            let mut open = wanted;
            for rule in source.iter().rev() {
                if !rule.concerns(open, subject) || !rule.is_met(object, sight) {
                    continue;
                }
                if rule.is_inverted() {
                    return false;
                }
                let decided = rule.basic_actions().and(open);
                allowed = allowed.or(decided);
                open = open.without(decided);
                if open.is_empty() {
                    break;
                }
            }
        }
        wanted.without(allowed).is_empty()
    }
}

fn pack_rule(rule: &Rule) -> Value {
    let actions: Vec<&str> = rule.actions().iter().map(|action| action.as_str()).collect();
    let mut packed = vec![json!(actions.join(",")), json!(rule.subject())];
    if rule.conditions().is_some() || rule.is_inverted() {
        packed.push(rule.conditions().map_or(json!(0), |conditions| json!(conditions)));
    }
    if rule.is_inverted() {
        packed.push(json!(1));
    }
    Value::Array(packed)
}
