//! The web app's files, built into the program, compressed once at the start.

use std::{collections::HashMap, io::Write, sync::Arc};

use axum::{
    body::Body,
    extract::{Request, State},
    http::{
        HeaderMap, HeaderValue, StatusCode,
        header::{ACCEPT_ENCODING, CACHE_CONTROL, CONTENT_ENCODING, CONTENT_TYPE, ETAG, IF_NONE_MATCH, VARY},
    },
    response::{IntoResponse, Response},
};
use bytes::Bytes;
use flate2::{Compression, write::GzEncoder};

use super::problem::Problem;

/// Addresses of the web app's pages; the app itself tells them apart, by the same names (`web/src/app/route.ts`).
const PAGES: [&str; 5] = ["/", "/j", "/c", "/a", "/sign-in"];
/// The pages of one meeting: `/m/{id}/desk`.
const MEETING_PAGES: [&str; 6] = ["hall", "desk", "ready", "roll", "screen", "report"];
const INDEX: &str = "index.html";

const NOT_BUILT: &str = "<!doctype html>
<html lang=\"vi\"><meta charset=\"utf-8\"><title>diemcau</title>
<p>Máy chủ đang chạy, nhưng chương trình này được dựng khi chưa có giao diện web. Hãy chạy <code>make run</code>.</p>
<p lang=\"en\">The server runs, but this program was built without the web app. Run <code>make run</code>, or build
it in <code>web/</code> with <code>npm ci &amp;&amp; npm run build</code> and then build the program again.</p>
</html>
";

/// What `npm run build` makes. Debug builds read it from the folder when they start.
#[derive(rust_embed::Embed)]
#[folder = "web/dist"]
#[allow_missing = true]
struct Dist;

pub struct Assets(HashMap<String, Asset>);

struct Asset {
    plain: Bytes,
    /// When it is worth it.
    gzip: Option<Bytes>,
    content_type: HeaderValue,
    etag: HeaderValue,
    /// Named by its content, so that it never changes.
    immutable: bool,
}

impl Assets {
    pub fn load() -> Assets {
        let files = Dist::iter().filter_map(|path| Some((path.to_string(), Dist::get(&path)?)));
        let mut assets = Assets(files.map(|(path, file)| (path.clone(), Asset::new(&path, file))).collect());
        assets.0.entry(INDEX.to_owned()).or_insert_with(Asset::not_built);
        assets
    }

    fn at(&self, path: &str) -> Option<&Asset> {
        let name = if is_page(path) { INDEX } else { path.strip_prefix('/')? };
        self.0.get(name)
    }
}

fn is_page(path: &str) -> bool {
    let parts: Vec<&str> = path.split('/').collect();
    match *parts.as_slice() {
        ["", "setup", ..] => true,
        ["", "m", id, page] => !id.is_empty() && MEETING_PAGES.contains(&page),
        _ => PAGES.contains(&path),
    }
}

impl Asset {
    fn new(path: &str, file: rust_embed::EmbeddedFile) -> Asset {
        let mime = file.metadata.mimetype();
        let text = mime.starts_with("text/") || ["application/json", "image/svg+xml"].contains(&mime);
        let content_type = if text { format!("{mime}; charset=utf-8") } else { mime.to_owned() };
        let digest: String = file.metadata.sha256_hash().iter().take(16).map(|byte| format!("{byte:02x}")).collect();
        let plain = Bytes::from(file.data.into_owned());
        Asset {
            gzip: if text { compress(&plain) } else { None },
            plain,
            content_type: header(content_type),
            // Weak: the same for the compressed and the plain form.
            etag: header(format!("W/\"{digest}\"")),
            immutable: path.starts_with("assets/"),
        }
    }

    fn not_built() -> Asset {
        Asset {
            plain: Bytes::from_static(NOT_BUILT.as_bytes()),
            gzip: None,
            content_type: HeaderValue::from_static("text/html; charset=utf-8"),
            etag: HeaderValue::from_static("W/\"not-built\""),
            immutable: false,
        }
    }

    fn answer(&self, request: &HeaderMap) -> Response {
        let mut headers = HeaderMap::new();
        let caching = if self.immutable { "public, max-age=31536000, immutable" } else { "no-cache" };
        headers.insert(CACHE_CONTROL, HeaderValue::from_static(caching));
        headers.insert(ETAG, self.etag.clone());
        headers.insert(VARY, HeaderValue::from_static("accept-encoding"));
        let known = request.get(IF_NONE_MATCH).is_some_and(|known| lists(known, &self.etag));
        if known {
            return (StatusCode::NOT_MODIFIED, headers).into_response();
        }
        headers.insert(CONTENT_TYPE, self.content_type.clone());
        let body = match &self.gzip {
            Some(gzip) if takes_gzip(request) => {
                headers.insert(CONTENT_ENCODING, HeaderValue::from_static("gzip"));
                gzip
            }
            _ => &self.plain,
        };
        (headers, Body::from(body.clone())).into_response()
    }
}

fn header(text: String) -> HeaderValue {
    HeaderValue::try_from(text).unwrap_or(HeaderValue::from_static("application/octet-stream"))
}

/// Nothing when it does not get smaller.
fn compress(plain: &Bytes) -> Option<Bytes> {
    let mut encoder = GzEncoder::new(Vec::with_capacity(plain.len() / 2), Compression::default());
    encoder.write_all(plain).ok()?;
    let gzip = encoder.finish().ok()?;
    (gzip.len() < plain.len()).then(|| gzip.into())
}

/// Whether a list of entity tags holds `etag` (RFC 9110 section 13.1.2).
fn lists(tags: &HeaderValue, etag: &HeaderValue) -> bool {
    let (Ok(tags), Ok(etag)) = (tags.to_str(), etag.to_str()) else { return false };
    let strong = |tag: &str| tag.trim().trim_start_matches("W/").to_owned();
    tags.split(',').any(|tag| strong(tag) == strong(etag))
}

fn takes_gzip(request: &HeaderMap) -> bool {
    let encodings = request.get(ACCEPT_ENCODING).and_then(|value| value.to_str().ok()).unwrap_or_default();
    encodings.split(',').any(|encoding| {
        let (name, weight) = encoding.split_once(';').unwrap_or((encoding, ""));
        name.trim().eq_ignore_ascii_case("gzip") && !["q=0", "q=0.0"].contains(&weight.trim())
    })
}

pub async fn serve(State(assets): State<Arc<Assets>>, request: Request) -> Response {
    match assets.at(request.uri().path()) {
        Some(asset) => asset.answer(request.headers()),
        None => Problem::NotFound.into_response(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn asset(path: &str, content: &'static str) -> Asset {
        let digest = ring::digest::digest(&ring::digest::SHA256, content.as_bytes());
        let mut asset = Asset::not_built();
        asset.plain = Bytes::from_static(content.as_bytes());
        asset.gzip = compress(&asset.plain);
        asset.etag = header(format!("W/\"{:02x}\"", digest.as_ref()[0]));
        asset.immutable = path.starts_with("assets/");
        asset
    }

    fn request(headers: &[(&'static str, &str)]) -> HeaderMap {
        headers.iter().map(|(name, value)| (name.parse().unwrap(), value.parse().unwrap())).collect()
    }

    #[test]
    fn files_named_by_content_are_kept_for_good_and_pages_are_asked_for_again() {
        let caching = |path| asset(path, "x").answer(&HeaderMap::new()).headers()[CACHE_CONTROL].clone();
        assert_eq!(caching("assets/index-1a2b.js"), "public, max-age=31536000, immutable");
        assert_eq!(caching("index.html"), "no-cache");
    }

    #[test]
    fn a_file_goes_out_compressed_to_those_who_take_it() {
        let long = "Điểm cầu Lâm Bình. ".repeat(100).leak();
        let asset = asset("a.html", long);
        let encoding = |accepted| {
            asset.answer(&request(&[("accept-encoding", accepted)])).headers().get(CONTENT_ENCODING).cloned()
        };
        assert_eq!(encoding("br, gzip;q=0.8"), Some(HeaderValue::from_static("gzip")));
        assert_eq!(encoding("br"), None);
        assert_eq!(encoding("gzip;q=0"), None);
        assert!(asset.gzip.unwrap().len() < long.len() / 4);
    }

    #[test]
    fn who_has_the_file_is_not_sent_it_again() {
        let asset = asset("a.html", "x");
        let etag = asset.etag.to_str().unwrap();
        let status = |tags: &str| asset.answer(&request(&[("if-none-match", tags)])).status();
        assert_eq!(status(etag), StatusCode::NOT_MODIFIED);
        assert_eq!(status(&format!("\"other\", {etag}")), StatusCode::NOT_MODIFIED);
        assert_eq!(status("\"other\""), StatusCode::OK);
    }
}
