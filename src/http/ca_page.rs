//! The little plain-HTTP site of `--lan`: gives out the local authority's certificate, says how to trust it, and sends
//! everything else to the TLS side.

use std::{net::IpAddr, sync::Arc};

use axum::{
    Router,
    extract::State,
    http::{
        HeaderMap, HeaderValue, StatusCode, Uri,
        header::{CACHE_CONTROL, CONTENT_DISPOSITION, CONTENT_SECURITY_POLICY, CONTENT_TYPE, HOST},
    },
    response::{Html, IntoResponse, Redirect, Response},
    routing::get,
};
use bytes::Bytes;

/// Where the certificate is, on this site.
pub const CERTIFICATE_PATH: &str = "/ca.crt";

struct Site {
    certificate: Bytes,
    fingerprint: String,
    /// The port of the TLS side.
    port: u16,
}

/// `certificate` is DER; `port` is the TLS side's.
pub fn router(certificate: Bytes, fingerprint: String, port: u16) -> Router {
    Router::new()
        .route("/", get(page))
        .route(CERTIFICATE_PATH, get(certificate_file))
        .fallback(elsewhere)
        .with_state(Arc::new(Site { certificate, fingerprint, port }))
}

async fn certificate_file(State(site): State<Arc<Site>>) -> Response {
    let headers = [
        (CONTENT_TYPE, "application/x-x509-ca-cert"),
        (CONTENT_DISPOSITION, "attachment; filename=\"diemcau-ca.crt\""),
        (CACHE_CONTROL, "no-store"),
    ];
    (headers, site.certificate.clone()).into_response()
}

async fn elsewhere(State(site): State<Arc<Site>>, headers: HeaderMap, uri: Uri) -> Response {
    match secure_address(&headers, site.port) {
        Some(address) => {
            let path = uri.path_and_query().map_or("/", |path| path.as_str());
            Redirect::permanent(&format!("{address}{path}")).into_response()
        }
        None => StatusCode::BAD_REQUEST.into_response(),
    }
}

async fn page(State(site): State<Arc<Site>>, headers: HeaderMap) -> Response {
    let Some(address) = secure_address(&headers, site.port) else { return StatusCode::BAD_REQUEST.into_response() };
    let policy = HeaderValue::from_static("default-src 'none'; frame-ancestors 'none'");
    let fingerprint = &site.fingerprint;
    let html = format!(
        "<!doctype html>
<html lang=\"vi\">
<meta charset=\"utf-8\"><meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">
<title>Chứng thư của máy chủ hội nghị</title>
<h1>Chứng thư của máy chủ hội nghị</h1>
<p>Trình duyệt chỉ cho dùng máy quay và micrô trên trang được bảo vệ. Mỗi máy của điểm cầu cần tin chứng thư của
máy chủ này, chỉ một lần.</p>
<ol>
<li><a href=\"{CERTIFICATE_PATH}\">Tải chứng thư về</a>.</li>
<li>Mở chứng thư vừa tải và so <em>dấu vân SHA-256</em> với dấu vân do ban tổ chức thông báo (qua điện thoại hoặc văn
bản):<br><code>{fingerprint}</code><br>Nếu khác nhau, xin dừng lại và báo cho ban tổ chức.</li>
<li>Cài chứng thư:
<ul>
<li><strong>Windows</strong>: mở tệp, chọn <em>Install Certificate</em>, <em>Local Machine</em>, rồi đặt vào
<em>Trusted Root Certification Authorities</em>.</li>
<li><strong>macOS</strong>: mở tệp bằng <em>Keychain Access</em>, mở chứng thư, mục <em>Trust</em> chọn
<em>Always Trust</em>.</li>
<li><strong>Android</strong>: Cài đặt, Bảo mật, Mã hóa và thông tin xác thực, Cài đặt chứng chỉ, <em>Chứng chỉ CA</em>.</li>
<li><strong>iPhone, iPad</strong>: mở tệp, vào Cài đặt để cài hồ sơ, rồi bật ở Cài đặt chung, Giới thiệu, Cài đặt tin
cậy chứng nhận.</li>
<li><strong>Linux, Firefox</strong>: trong phần cài đặt của trình duyệt, mục Chứng thư, nhập vào danh sách
<em>Authorities</em>.</li>
</ul></li>
<li>Mở lại trình duyệt, rồi vào hội nghị bằng đường liên kết đã nhận, hoặc tại <a href=\"{address}/\">{address}</a>.</li>
</ol>
<p lang=\"en\">Browsers allow a camera and a microphone only on protected pages. Download the certificate, compare its
SHA-256 fingerprint with the one that the organisers announced, trust it as an authority, and open the page again.</p>
</html>
"
    );
    ([(CONTENT_SECURITY_POLICY, policy)], Html(html)).into_response()
}

/// The TLS side under the name that the client called this one by; none when that is no plain host.
fn secure_address(headers: &HeaderMap, port: u16) -> Option<String> {
    let host = headers.get(HOST)?.to_str().ok()?;
    let name = match host.strip_prefix('[') {
        Some(rest) => {
            let address = rest.split_once(']')?.0;
            address.parse::<IpAddr>().ok()?;
            format!("[{address}]")
        }
        None => host.split(':').next()?.to_owned(),
    };
    let plain = !name.is_empty() && name.chars().all(|c| c.is_ascii_alphanumeric() || "-.:[]".contains(c));
    plain.then(|| format!("https://{name}:{port}"))
}

#[cfg(test)]
mod tests {
    use axum::{body::Body, http::Request};
    use tower::ServiceExt;

    use super::*;

    async fn get(path: &str, host: &str) -> Response {
        let site = router(Bytes::from_static(b"DER"), "AB:CD".to_owned(), 7880);
        let request = Request::get(path).header(HOST, host).body(Body::empty()).unwrap();
        site.oneshot(request).await.unwrap()
    }

    #[tokio::test]
    async fn gives_the_certificate_and_sends_the_rest_to_tls() {
        let file = get(CERTIFICATE_PATH, "192.168.1.10:7881").await;
        assert_eq!(file.headers()[CONTENT_TYPE], "application/x-x509-ca-cert");

        let elsewhere = get("/j?x=1", "192.168.1.10:7881").await;
        assert_eq!(elsewhere.status(), StatusCode::PERMANENT_REDIRECT);
        assert_eq!(elsewhere.headers()["location"], "https://192.168.1.10:7880/j?x=1");
        assert_eq!(get("/j", "[fd00::1]:7881").await.headers()["location"], "https://[fd00::1]:7880/j");
        assert_eq!(get("/j", "a\"><script>").await.status(), StatusCode::BAD_REQUEST);
    }

    #[tokio::test]
    async fn the_page_shows_the_fingerprint_in_vietnamese() {
        let page = get("/", "may-chu:7881").await;
        let body = axum::body::to_bytes(page.into_body(), 64 * 1024).await.unwrap();
        let text = String::from_utf8(body.to_vec()).unwrap();
        for part in ["AB:CD", "Tải chứng thư về", "https://may-chu:7880/"] {
            assert!(text.contains(part), "{part} is missing");
        }
    }
}
