//! The interface's own description: OpenAPI 3.1, made from the code.

use utoipa::{
    Modify, OpenApi,
    openapi::{
        Components,
        security::{Http, HttpAuthScheme, SecurityScheme},
    },
};

use crate::meeting::rules;

#[derive(OpenApi)]
#[openapi(
    info(title = "diemcau", description = "Province-wide online conferences: setting up, conduct, roll call, ledger."),
    modifiers(&Security, &Rules),
    tags(
        (name = "access", description = "From a code to a token, and who a token is"),
        (name = "meetings", description = "Setting meetings up"),
        (name = "invites", description = "Codes for places"),
        (name = "conduct", description = "A meeting under way"),
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
