//! The published schema of the data, held against the data: by the keywords that it uses, each as JSON Schema defines it.

use std::collections::BTreeSet;

use serde_json::{Map, Value};

use super::{Format, Options, csv_tests::awkward, render, schema};
use crate::report::{
    Report,
    fixture::{at, provisional, report},
    tuyen_quang,
};

/// Says of itself only; a program that reads the data needs none of it.
const SAYS_NOTHING: [&str; 9] =
    ["$schema", "$id", "$defs", "title", "description", "format", "default", "example", "examples"];

fn is_of(kind: &str, value: &Value) -> bool {
    match kind {
        "object" => value.is_object(),
        "array" => value.is_array(),
        "string" => value.is_string(),
        "integer" => value.is_u64() || value.is_i64(),
        "number" => value.is_number(),
        "boolean" => value.is_boolean(),
        "null" => value.is_null(),
        other => panic!("no type of JSON: {other}"),
    }
}

fn strings(value: &Value) -> Vec<&str> {
    match value {
        Value::String(one) => vec![one],
        several => several.as_array().unwrap().iter().map(|one| one.as_str().unwrap()).collect(),
    }
}

/// A value under a schema, together with those beside it; every field of an object must be described by one of them.
fn check(root: &Value, schema: &Value, value: &Value, at: &str) -> Result<(), String> {
    let described = described(root, schema, value, at)?;
    let fields = value.as_object().into_iter().flat_map(Map::keys);
    match fields.into_iter().find(|field| !described.contains(*field)) {
        Some(field) => Err(format!("{at}: the field {field} is not described")),
        None => Ok(()),
    }
}

/// Which fields of the value the schema describes, where it holds.
fn described(root: &Value, schema: &Value, value: &Value, at: &str) -> Result<BTreeSet<String>, String> {
    let mut all = BTreeSet::new();
    for (keyword, rule) in schema.as_object().unwrap() {
        match keyword.as_str() {
            "$ref" => {
                let target = rule.as_str().unwrap().strip_prefix('#').unwrap();
                all.extend(described(root, root.pointer(target).expect("what is referred to"), value, at)?);
            }
            "allOf" => {
                for part in rule.as_array().unwrap() {
                    all.extend(described(root, part, value, at)?);
                }
            }
            "oneOf" => {
                let fitting: Vec<_> =
                    rule.as_array().unwrap().iter().map(|part| described(root, part, value, at)).collect();
                let [fields] = fitting.iter().filter_map(|part| part.as_ref().ok()).collect::<Vec<_>>()[..] else {
                    return Err(format!("{at}: not exactly one of the kinds: {fitting:?}"));
                };
                all.extend(fields.iter().cloned());
            }
            "type" if !strings(rule).iter().any(|kind| is_of(kind, value)) => {
                return Err(format!("{at}: {value} is no {rule}"));
            }
            "enum" if !rule.as_array().unwrap().contains(value) => {
                return Err(format!("{at}: {value} is none of {rule}"));
            }
            "minimum" if value.as_f64().is_some_and(|value| value < rule.as_f64().unwrap()) => {
                return Err(format!("{at}: {value} is less than {rule}"));
            }
            "required" => {
                if let Some(missing) =
                    strings(rule).iter().find(|field| value.is_object() && value.get(*field).is_none())
                {
                    return Err(format!("{at}: {missing} is missing"));
                }
            }
            "properties" => {
                for (field, rule) in rule.as_object().unwrap() {
                    if let Some(value) = value.get(field) {
                        check(root, rule, value, &format!("{at}/{field}"))?;
                        all.insert(field.clone());
                    }
                }
            }
            "items" => {
                for (index, value) in value.as_array().into_iter().flatten().enumerate() {
                    check(root, rule, value, &format!("{at}/{index}"))?;
                }
            }
            "additionalProperties" => assert_eq!(rule, false, "other fields are fields of no type"),
            "type" | "enum" | "minimum" => {}
            other => assert!(SAYS_NOTHING.contains(&other), "what does {other} mean?"),
        }
    }
    Ok(all)
}

#[test]
fn the_published_schema_describes_the_data_of_every_meeting_and_leaves_no_field_out() {
    let schema = schema();
    let conference = Report::draw(&tuyen_quang::source(), at("12:00")).unwrap();
    let extract = report().for_place(&"point:071".parse().unwrap()).unwrap();
    let delegate = report().for_place(&"delegate:d-bi-thu".parse().unwrap()).unwrap();
    for report in [report(), provisional(), awkward(), conference, extract, delegate] {
        let data = render(&report, Format::Json, &Options::default()).unwrap();
        let data: Value = serde_json::from_slice(&data.bytes).unwrap();
        assert_eq!(check(&schema, &schema, &data, ""), Ok(()));
    }
}

#[test]
fn data_that_is_changed_is_not_what_the_schema_describes() {
    let schema = schema();
    let data: Value =
        serde_json::from_slice(&render(&report(), Format::Json, &Options::default()).unwrap().bytes).unwrap();
    for (path, value) in [
        ("/points/0/line/connectedMs", Value::from("long")),
        ("/points/0/line/connectedMs", Value::from(-1)),
        ("/phase", Value::from("dreaming")),
        ("/delegates/0/status", Value::from("present")),
        ("/total/expected", Value::Null),
    ] {
        let mut changed = data.clone();
        *changed.pointer_mut(path).expect(path) = value;
        assert!(check(&schema, &schema, &changed, "").is_err(), "{path}");
    }
    let mut more = data.clone();
    more["points"][0]["mood"] = Value::from("good");
    assert!(check(&schema, &schema, &more, "").is_err());
    let mut less = data;
    less["points"][0].as_object_mut().unwrap().remove("line");
    assert!(check(&schema, &schema, &less, "").is_err());
}
