//! The types of requests and answers in the document.
//!
//! A type may look different when it is read and when it is written (a field with a default is
//! optional in a request and always there in an answer), so each has a generator of its own. Their
//! types are put together at the end.

use schemars::{
    Schema, SchemaGenerator,
    generate::{Contract, SchemaSettings},
};
use serde_json::{Map, Value, json};

use super::errors;

const HOME: &str = "/components/schemas/";
/// Where types of answers are until they are put together with those of requests.
const ANSWERS: &str = "/components/answers/";

type MakeSchema = fn(&mut SchemaGenerator) -> Schema;

/// Collects the types that routes mention.
pub(super) struct Schemas {
    requests: SchemaGenerator,
    answers: SchemaGenerator,
}

impl Schemas {
    /// No types yet.
    pub(super) fn new() -> Self {
        Self {
            requests: generator(HOME, Contract::Deserialize),
            answers: generator(ANSWERS, Contract::Serialize),
        }
    }

    /// The body of a request. Both content types are read the same way.
    pub(super) fn request_body(&mut self, make: MakeSchema) -> Value {
        let schema = make(&mut self.requests).to_value();
        let is_required = fields(&schema, self.requests.definitions()).iter().any(|field| field.is_required);
        json!({
            "required": is_required,
            "content": {
                "application/json": { "schema": schema },
                "application/x-www-form-urlencoded": { "schema": schema },
            },
        })
    }

    /// The body of an answer.
    pub(super) fn answer(&mut self, make: MakeSchema) -> Value {
        make(&mut self.answers).to_value()
    }

    /// The parameters of a query: one for each field of its type.
    pub(super) fn query_parameters(&mut self, make: MakeSchema) -> Vec<Value> {
        let schema = make(&mut self.requests).to_value();
        fields(&schema, self.requests.definitions()).into_iter().map(query_parameter).collect()
    }

    /// Adds the types to the document. One that is written differently than it is read gets a name
    /// of its own.
    pub(super) fn write_into(mut self, document: &mut Value) {
        let mut all = self.requests.take_definitions(true);
        let answers = self.answers.take_definitions(true);
        let clash = answers.iter().any(|(name, schema)| {
            all.get(name).is_some_and(|other| moved(schema, &|name| name.to_owned()) != *other)
        });
        let requests = all.clone();
        let name_of = |name: &str| {
            if clash && requests.contains_key(name) { format!("{name}Answer") } else { name.to_owned() }
        };
        all.extend(answers.iter().map(|(name, schema)| (name_of(name), moved(schema, &name_of))));
        all.extend(errors::schemas().map(|(name, schema)| (name.to_owned(), schema)));
        all.sort_keys();
        document["paths"] = moved(&document["paths"], &name_of);
        document["components"]["schemas"] = Value::Object(all);
    }
}

fn generator(path: &'static str, contract: Contract) -> SchemaGenerator {
    SchemaSettings::draft2020_12()
        .with(|settings| {
            settings.definitions_path = path.into();
            settings.meta_schema = None;
            settings.contract = contract;
        })
        .into_generator()
}

/// `value` with references to types of answers pointing to where they are in the end.
fn moved(value: &Value, name_of: &dyn Fn(&str) -> String) -> Value {
    match value {
        Value::String(text) => match text.strip_prefix('#').and_then(|path| path.strip_prefix(ANSWERS)) {
            Some(name) => format!("#{HOME}{}", name_of(name)).into(),
            None => text.clone().into(),
        },
        Value::Array(items) => items.iter().map(|item| moved(item, name_of)).collect(),
        Value::Object(fields) => {
            fields.iter().map(|(key, field)| (key.clone(), moved(field, name_of))).collect()
        }
        other => other.clone(),
    }
}

struct Field {
    name: String,
    schema: Value,
    is_required: bool,
}

/// The fields of a type: its own, and those of the types it is put together from.
fn fields(schema: &Value, definitions: &Map<String, Value>) -> Vec<Field> {
    let mut fields = own_fields(schema);
    let target = schema["$ref"].as_str().and_then(|path| path.rsplit('/').next());
    let parts = schema["allOf"].as_array().into_iter().flatten();
    for part in target.and_then(|name| definitions.get(name)).into_iter().chain(parts) {
        fields.extend(self::fields(part, definitions));
    }
    fields
}

fn own_fields(schema: &Value) -> Vec<Field> {
    let required = schema["required"].as_array();
    let properties = schema["properties"].as_object().into_iter().flatten();
    properties
        .map(|(name, property)| Field {
            name: name.clone(),
            schema: property.clone(),
            is_required: required.is_some_and(|names| names.iter().any(|one| one == name)),
        })
        .collect()
}

fn query_parameter(mut field: Field) -> Value {
    let description = field.schema.as_object_mut().and_then(|schema| schema.remove("description"));
    let mut parameter = json!({ "name": field.name, "in": "query", "required": field.is_required });
    if let Some(description) = description {
        parameter["description"] = description;
    }
    parameter["schema"] = field.schema;
    parameter
}

#[cfg(test)]
mod tests {
    use schemars::JsonSchema;
    use serde::{Deserialize, Serialize};

    use super::*;

    /// Read with a default, written always.
    #[derive(Serialize, Deserialize, JsonSchema)]
    struct Shared {
        #[serde(default)]
        count: i64,
    }

    #[derive(Deserialize, JsonSchema)]
    #[expect(dead_code, reason = "only its schema is used")]
    struct List {
        /// The place.
        path: String,
        #[serde(flatten)]
        shared: Shared,
    }

    fn document(schemas: Schemas, paths: &Value) -> Value {
        let mut document = json!({ "paths": paths, "components": {} });
        schemas.write_into(&mut document);
        document
    }

    #[test]
    fn a_type_that_is_written_differently_has_two_names() {
        let mut schemas = Schemas::new();
        let body = schemas.request_body(SchemaGenerator::subschema_for::<Shared>);
        let answer = schemas.answer(SchemaGenerator::subschema_for::<Shared>);

        let document = document(schemas, &json!({ "answer": answer }));

        assert_eq!(body["required"], false);
        assert_eq!(document["paths"]["answer"]["$ref"], "#/components/schemas/SharedAnswer");
        assert_eq!(document["components"]["schemas"]["SharedAnswer"]["required"], json!(["count"]));
        assert_eq!(document["components"]["schemas"]["Shared"]["required"], Value::Null);
    }

    #[test]
    fn fields_of_a_query_become_parameters() {
        let parameters = Schemas::new().query_parameters(SchemaGenerator::subschema_for::<List>);

        assert_eq!(parameters[0]["name"], "path");
        assert_eq!(parameters[0]["required"], true);
        assert_eq!(parameters[0]["description"], "The place.");
        assert_eq!(parameters[1]["name"], "count");
        assert_eq!(parameters[1]["required"], false);
    }
}
