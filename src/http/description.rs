//! The interface's own description: OpenAPI 3.1, made from the code.

use utoipa::{
    Modify, OpenApi,
    openapi::{
        Components, Content, Ref, RefOr,
        path::Operation,
        security::{Http, HttpAuthScheme, SecurityScheme},
    },
};

use super::problem::ProblemDetails;
use crate::{
    language::Language,
    meeting::{Refusal, rules},
    report::Report,
};

#[derive(OpenApi)]
#[openapi(
    info(title = "diemcau", description = "Province-wide online conferences: setting up, conduct, roll call, ledger."),
    components(schemas(ProblemDetails, Refusal, Language, Report)),
    modifiers(&Security, &Rules),
    tags(
        (name = "access", description = "From a code to a token, and who a token is"),
        (name = "meetings", description = "Setting meetings up"),
        (name = "directory", description = "The units of the authority and their delegates, which outlive the meetings"),
        (name = "invites", description = "Codes for places"),
        (name = "conduct", description = "A meeting under way"),
        (name = "papers", description = "A meeting's papers as files"),
        (name = "ledger", description = "What happened, and the proof of it"),
    )
)]
pub struct Description;

struct Security;

impl Modify for Security {
    fn modify(&self, openapi: &mut utoipa::openapi::OpenApi) {
        let mut token = Http::new(HttpAuthScheme::Bearer);
        token.bearer_format = Some("JWT".to_owned());
        let components = openapi.components.get_or_insert_with(Components::new);
        components.add_security_scheme("token", SecurityScheme::Http(token));
    }
}

struct Rules;

impl Modify for Rules {
    fn modify(&self, openapi: &mut utoipa::openapi::OpenApi) {
        openapi.info.description = Some(format!("{}\n\n{}", include_str!("interface.md"), rules::table()));
    }
}

/// Says of every refusal that it is a problem, once for all operations.
pub fn describe_problems(openapi: &mut utoipa::openapi::OpenApi) {
    for item in openapi.paths.paths.values_mut() {
        let operations = [&mut item.get, &mut item.put, &mut item.post, &mut item.patch, &mut item.delete];
        operations.into_iter().flatten().for_each(describe_problems_of);
    }
}

fn describe_problems_of(operation: &mut Operation) {
    for (status, response) in &mut operation.responses.responses {
        if let (true, RefOr::T(response)) = (status.starts_with(['4', '5']), response) {
            let details = RefOr::T(Content::new(Some(Ref::from_schema_name("ProblemDetails"))));
            response.content.entry("application/problem+json".to_owned()).or_insert(details);
        }
    }
}
