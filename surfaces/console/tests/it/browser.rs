//! A browser without JavaScript: it keeps cookies, sends forms, and says where it comes from.

use axum::body::Body;
use axum::http::{HeaderMap, Request, StatusCode};
use console::{Arrival, COOKIE, router};
use http_body_util::BodyExt;
use tower::ServiceExt;

use crate::hospital::{Held, Hospital};

/// What the browser calls the site; a name of the certificate, with no port.
pub(crate) const HOST: &str = "desk.handa.test";

/// One person's browser.
pub(crate) struct Browser {
    pub(crate) arrival: Arrival,
    pub(crate) cookie: Option<String>,
    pub(crate) language: Option<&'static str>,
}

/// A page, as it came.
pub(crate) struct Shown {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) text: String,
}

impl Shown {
    /// Where it leads.
    pub(crate) fn location(&self) -> &str {
        self.headers
            .get("location")
            .map(|to| to.to_str().unwrap())
            .unwrap_or_default()
    }
}

impl Browser {
    /// Somebody who has not signed in, at the door and address of this person; a browser shows no
    /// device's certificate.
    pub(crate) fn of(who: &Held) -> Self {
        let mut arrival = who.arrival();
        if let Arrival::Network { device_key, .. } = &mut arrival {
            *device_key = None;
        }
        Self {
            arrival,
            cookie: None,
            language: None,
        }
    }

    /// Signs in by the form, with the next code.
    pub(crate) async fn signed_in(hospital: &Hospital, who: &Held) -> Self {
        Self::of(who).signing_in(hospital, who).await
    }

    /// The same, in a browser that shows its person's device.
    pub(crate) async fn on_their_device(hospital: &Hospital, who: &Held) -> Self {
        let browser = Self {
            arrival: who.arrival(),
            ..Self::of(who)
        };
        browser.signing_in(hospital, who).await
    }

    async fn signing_in(mut self, hospital: &Hospital, who: &Held) -> Self {
        hospital.wait(30);
        let form = hospital.sign_in_form(who);
        let text = |name: &str| form[name].as_str().unwrap().to_owned();
        let (login, passphrase, code) = (text("login"), text("passphrase"), text("totp"));
        let fields = [
            ("login", &*login),
            ("passphrase", &passphrase),
            ("code", &code),
        ];
        let shown = self.post(hospital, "/sign-in", &fields).await;
        assert_eq!(shown.status, 303, "{login}: {}", shown.text);
        assert!(self.cookie.is_some(), "{login}");
        self
    }

    pub(crate) async fn get(&mut self, hospital: &Hospital, path: &str) -> Shown {
        let request = self.request("GET", path).body(Body::empty());
        self.send(hospital, request.unwrap()).await
    }

    pub(crate) async fn post(
        &mut self,
        hospital: &Hospital,
        path: &str,
        fields: &[(&str, &str)],
    ) -> Shown {
        let mut body = form_urlencoded::Serializer::new(String::new());
        body.extend_pairs(fields);
        let request = self
            .request("POST", path)
            .header("origin", format!("https://{HOST}"))
            .header("sec-fetch-site", "same-origin")
            .header("content-type", "application/x-www-form-urlencoded")
            .body(Body::from(body.finish()));
        self.send(hospital, request.unwrap()).await
    }

    pub(crate) fn request(&self, method: &str, path: &str) -> axum::http::request::Builder {
        let mut request = Request::builder()
            .method(method)
            .uri(path)
            .header("host", HOST);
        if let Some(cookie) = &self.cookie {
            request = request.header("cookie", format!("{COOKIE}={cookie}"));
        }
        if let Some(language) = self.language {
            request = request.header("cookie", format!("{}={language}", console::LANGUAGE_COOKIE));
        }
        request
    }

    pub(crate) async fn send(&mut self, hospital: &Hospital, request: Request<Body>) -> Shown {
        let router = router(hospital.engine.clone(), self.arrival.clone());
        let answer = router.oneshot(request).await.unwrap();
        let (status, headers) = (answer.status(), answer.headers().clone());
        for set in headers.get_all("set-cookie") {
            let pair = set.to_str().unwrap().split(';').next().unwrap();
            if let Some(value) = pair.strip_prefix(&format!("{COOKIE}=")) {
                self.cookie = Some(value.to_owned()).filter(|value| !value.is_empty());
            }
        }
        let kind = headers
            .get("content-type")
            .map(|kind| kind.to_str().unwrap().to_owned());
        // What goes on for as long as somebody watches is left at once.
        let goes_on = ["application/jsonl", "text/event-stream"].map(|kind| Some(kind.to_owned()));
        let text = if goes_on.contains(&kind) {
            String::new()
        } else {
            let bytes = answer.into_body().collect().await.unwrap().to_bytes();
            String::from_utf8_lossy(&bytes).into_owned()
        };
        Shown {
            status,
            headers,
            text,
        }
    }
}
