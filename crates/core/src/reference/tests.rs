use std::collections::HashMap;

use proptest::{collection::vec, prelude::*};
use zeroize::Zeroizing;

use super::*;

fn local(text: &str) -> Part<'_> {
    let name = &text[2..text.len() - 1];
    Part::Reference(Reference { text, target: Target::Local { name } })
}

#[test]
fn a_value_is_text_and_references() {
    let found: Vec<Part<'_>> = parts("a\r\n${A_1}$${b-2}\u{20ac}").collect();
    assert_eq!(
        found,
        [Part::Text("a\r\n"), local("${A_1}"), Part::Text("$"), local("${b-2}"), Part::Text("\u{20ac}")]
    );
    let [deep] = references("${prod.app.db.URL}").collect::<Vec<_>>().try_into().unwrap();
    let path = SecretPath::parse("/app/db").unwrap();
    assert_eq!(deep.target, Target::Absolute { environment: "prod", path, name: "URL" });
    let [root] = references("${prod.URL}").collect::<Vec<_>>().try_into().unwrap();
    assert_eq!(root.target, Target::Absolute { environment: "prod", path: SecretPath::root(), name: "URL" });
}

#[test]
fn what_is_not_quite_a_reference_is_text() {
    let deep = format!("${{{}}}", ["e"; 23].join("."));
    let long = format!("${{{}}}", "a".repeat(256));
    for value in [
        "",
        "$",
        "${",
        "${}",
        "${A",
        "$ {A}",
        "${ A }",
        "${A B}",
        "${A:-b}",
        "${A%x}",
        "${.A}",
        "${A.}",
        "${a..B}",
        "{A}",
        "$A",
        "${A\n}",
        "${a/B}",
        "${",
        deep.as_str(),
        long.as_str(),
    ] {
        assert_eq!(references(value).count(), 0, "{value}");
        assert_eq!(parts(value).map(|part| part.as_str().to_owned()).collect::<String>(), value);
    }
    assert_eq!(references("${A${B}").map(|found| found.text).collect::<Vec<_>>(), ["${B}"]);
    assert_eq!(references("${${B}}").map(|found| found.text).collect::<Vec<_>>(), ["${B}"]);
}

/// Secrets by place and name; places are `environment` and path.
type World = HashMap<(String, String, String), String>;

fn world(secrets: &[(&str, &str)]) -> World {
    let entry = |(name, value): &(&str, &str)| {
        (("dev".to_owned(), "/".to_owned(), (*name).to_owned()), (*value).to_owned())
    };
    secrets.iter().map(entry).collect()
}

fn key(address: &Address) -> (String, String, String) {
    (address.environment.clone(), address.path.as_str().to_owned(), address.name.clone())
}

fn start(name: &str) -> Address {
    Address { environment: "dev".to_owned(), path: SecretPath::root(), name: name.to_owned() }
}

fn expand(world: &World, name: &str) -> Result<Node, TooMuch> {
    let address = start(name);
    let value = Zeroizing::new(world[&key(&address)].clone());
    let mut expansion = Expansion::new(address, value);
    let mut budget = Budget::default();
    while let Step::Lookup(wanted) = expansion.next(&mut budget)? {
        let found = world.get(&key(&wanted)).cloned();
        expansion.answer(found.map(|value| (wanted, Zeroizing::new(value))));
    }
    Ok(expansion.finish().unwrap())
}

fn expanded(world: &World, name: &str) -> String {
    expand(world, name).unwrap().value.unwrap().to_string()
}

#[test]
fn references_are_followed_to_the_end() {
    let world = world(&[("A", "<${B}|${B}>"), ("B", "${C}\n${NONE}!"), ("C", "$${D}"), ("D", "d")]);
    assert_eq!(expanded(&world, "A"), "<$d\n!|$d\n!>");
}

#[test]
fn a_cycle_stays_as_written_where_it_closes() {
    let world = world(&[("SELF", "x${SELF}"), ("A", "${B}"), ("B", "b${A}"), ("C", "${A}-${A}")]);
    assert_eq!(expanded(&world, "SELF"), "x${SELF}");
    assert_eq!(expanded(&world, "A"), "b${A}");
    assert_eq!(expanded(&world, "B"), "b${B}");
    assert_eq!(expanded(&world, "C"), "b${A}-b${A}");
}

#[test]
fn ten_levels_are_followed_and_the_eleventh_stays_as_written() {
    let names: Vec<(String, String)> =
        (0..=12).map(|n| (format!("S{n}"), format!("${{S{}}}", n + 1))).collect();
    let world = world(&names.iter().map(|(a, b)| (a.as_str(), b.as_str())).collect::<Vec<_>>());
    assert_eq!(expanded(&world, "S0"), "${S11}");
    assert_eq!(expanded(&world, "S3"), "");
}

#[test]
fn the_tree_shows_what_went_into_a_value() {
    let world = world(&[("A", "${B}${NONE}"), ("B", "b${A}")]);
    let tree = expand(&world, "A").unwrap();
    let child = |name: &str, value: Option<&str>, children| Node {
        address: start(name),
        value: value.map(|value| Zeroizing::new(value.to_owned())),
        children,
    };
    assert_eq!(
        tree.children,
        [child("B", Some("b${A}"), vec![child("A", None, vec![])]), child("NONE", None, vec![])]
    );
}

#[test]
fn references_that_multiply_are_refused_and_not_expanded() {
    let mut names: Vec<(String, String)> =
        (0..10).map(|n| (format!("S{n}"), format!("${{S{}}}", n + 1).repeat(10))).collect();
    names.push(("S10".to_owned(), "x".to_owned()));
    let many = world(&names.iter().map(|(a, b)| (a.as_str(), b.as_str())).collect::<Vec<_>>());
    assert_eq!(expand(&many, "S0"), Err(TooMuch));

    let large = "x".repeat(1024 * 1024);
    let wide = "${L}".repeat(100);
    assert_eq!(expand(&world(&[("W", &wide), ("L", &large)]), "W"), Err(TooMuch));
}

/// The obvious way: replace by recursion, with the chain of names so far.
fn model(world: &World, chain: &mut Vec<(String, String, String)>) -> String {
    let (environment, path, _) = chain.last().unwrap().clone();
    let value = world[chain.last().unwrap()].clone();
    let mut result = String::new();
    for part in parts(&value) {
        let reference = match part {
            Part::Text(text) => {
                result.push_str(text);
                continue;
            }
            Part::Reference(reference) => reference,
        };
        let wanted = match &reference.target {
            Target::Local { name } => (environment.clone(), path.clone(), (*name).to_owned()),
            Target::Absolute { environment, path, name } => {
                ((*environment).to_owned(), path.as_str().to_owned(), (*name).to_owned())
            }
        };
        if chain.len() > DEPTH_MAX || chain.contains(&wanted) {
            result.push_str(reference.text);
        } else if world.contains_key(&wanted) {
            chain.push(wanted);
            result.push_str(&model(world, chain));
            chain.pop();
        }
    }
    result
}

const NAMES: [&str; 5] = ["A", "B", "C", "D", "NONE"];
const PLACES: [(&str, &str); 3] = [("dev", "/"), ("prod", "/"), ("dev", "/app")];

fn piece() -> impl Strategy<Value = String> {
    let name = || prop::sample::select(NAMES.as_slice());
    prop_oneof![
        "[a-z$\\{\\}\n.]{0,3}",
        name().prop_map(|name| format!("${{{name}}}")),
        (prop::sample::select(vec!["dev", "prod", "dev.app", "none"]), name())
            .prop_map(|(place, name)| format!("${{{place}.{name}}}")),
    ]
}

fn worlds() -> impl Strategy<Value = World> {
    let value = vec(piece(), 0..3).prop_map(|pieces| pieces.concat());
    vec(value, PLACES.len() * 4).prop_map(|values| {
        let places = PLACES.iter().flat_map(|place| NAMES[..4].iter().map(move |name| (place, name)));
        let entry = |((place, name), value): ((&(&str, &str), &&str), String)| {
            ((place.0.to_owned(), place.1.to_owned(), (*name).to_owned()), value)
        };
        places.zip(values).map(entry).collect()
    })
}

proptest! {
    #[test]
    fn expanding_equals_the_obvious_way(world in worlds()) {
        for name in &NAMES[..4] {
            let mut chain = vec![key(&start(name))];
            if let Ok(node) = expand(&world, name) {
                prop_assert_eq!(node.value.unwrap().to_string(), model(&world, &mut chain));
            }
        }
    }

    #[test]
    fn any_text_is_the_sum_of_its_parts(value in "(?s)[$\\{\\}a.\\PC]{0,64}") {
        prop_assert_eq!(parts(&value).map(|part| part.as_str().to_owned()).collect::<String>(), value.clone());
        prop_assert!(may_have_references(&value) || references(&value).count() == 0);
    }
}

#[test]
fn references_are_rewritten_and_all_else_stays() {
    let value = "a ${A}${prod.A}\r\n${prod.app.A} $${AA} ${A:-b}";
    let renamed = rewrite(value, |reference| match reference.target {
        Target::Local { name: "A" } | Target::Absolute { name: "A", .. } => Some(reference.renamed("B_2")),
        _ => None,
    });
    assert_eq!(renamed, "a ${B_2}${prod.B_2}\r\n${prod.app.B_2} $${AA} ${A:-b}");
    assert_eq!(rewrite(value, |_| None), value);
}

#[test]
fn only_some_names_can_stand_in_a_reference() {
    assert!(can_name("A-1_b"));
    for name in ["", "A.B", "A B", "A}", "A}x", "$"] {
        assert!(!can_name(name), "{name}");
    }
}
