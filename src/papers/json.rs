//! The report as JSON, and the schema of it (JSON Schema 2020-12) drawn from the same types.

use serde_json::{Value, json};
use utoipa::ToSchema;

use super::PaperError;
use crate::report::{FORMAT, Report};

pub fn write(report: &Report) -> Result<Vec<u8>, PaperError> {
    let mut bytes = serde_json::to_vec_pretty(report)?;
    bytes.push(b'\n');
    Ok(bytes)
}

/// The schema of [`Report`] as JSON, on its own: what OpenAPI keeps in its components stands under `$defs`.
pub fn schema() -> Value {
    let mut parts = Vec::new();
    Report::schemas(&mut parts);
    let mut schema = serde_json::to_value(<Report as utoipa::PartialSchema>::schema()).unwrap_or_default();
    let definitions: serde_json::Map<String, Value> = parts
        .into_iter()
        .map(|(name, part)| (name.to_string(), serde_json::to_value(part).unwrap_or_default()))
        .collect();
    if let Value::Object(fields) = &mut schema {
        fields.insert("$defs".to_owned(), Value::Object(definitions));
        fields.insert("$schema".to_owned(), json!("https://json-schema.org/draft/2020-12/schema"));
        fields.insert("$id".to_owned(), json!(format!("urn:diemcau:{FORMAT}")));
        fields.insert("title".to_owned(), json!("The report of a meeting"));
    }
    point_to_definitions(&mut schema);
    schema
}

fn point_to_definitions(value: &mut Value) {
    match value {
        Value::Object(fields) => {
            if let Some(Value::String(target)) = fields.get_mut("$ref")
                && let Some(name) = target.strip_prefix("#/components/schemas/")
            {
                *target = format!("#/$defs/{name}");
            }
            fields.values_mut().for_each(point_to_definitions);
        }
        Value::Array(values) => values.iter_mut().for_each(point_to_definitions),
        _ => {}
    }
}
