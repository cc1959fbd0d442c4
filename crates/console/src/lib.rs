//! The page people work on: the files that npm made of `web/`, embedded.
//!
//! Knows nothing of HTTP or of the network: the page asks the API as any program does.

include!(concat!(env!("OUT_DIR"), "/files.rs"));

/// Served where the page could not be built.
const MISSING: &str = include_str!("missing.html");

/// A file of the page.
#[derive(Clone, Copy, Debug)]
pub struct File {
    /// Its content.
    pub bytes: &'static [u8],
    /// Its media type.
    pub media_type: &'static str,
    /// Whether its name changes with its content, so that it may be kept for ever.
    pub immutable: bool,
}

/// Whether the page was built in.
pub fn is_built() -> bool {
    !FILES.is_empty()
}

/// The file with a path, without the leading `/`; `index.html` is the page itself.
pub fn file(path: &str) -> Option<File> {
    let path = if path.is_empty() { "index.html" } else { path };
    if !is_built() {
        let page = File { bytes: MISSING.as_bytes(), media_type: media_type("index.html"), immutable: false };
        return (path == "index.html").then_some(page);
    }
    let at = FILES.binary_search_by(|(name, _)| (*name).cmp(path)).ok()?;
    let (name, bytes) = FILES.get(at)?;
    Some(File { bytes, media_type: media_type(name), immutable: name.starts_with("assets/") })
}

/// By the ending of a name; of what the page is made of.
fn media_type(name: &str) -> &'static str {
    match name.rsplit_once('.').map_or("", |(_, ending)| ending) {
        "html" => "text/html; charset=utf-8",
        "js" | "mjs" => "text/javascript; charset=utf-8",
        "css" => "text/css; charset=utf-8",
        "json" => "application/json",
        "svg" => "image/svg+xml",
        "png" => "image/png",
        "woff2" => "font/woff2",
        _ => "application/octet-stream",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn there_is_a_page_with_or_without_npm() {
        let page = file("").map(|file| (file.media_type, String::from_utf8_lossy(file.bytes).into_owned()));
        let Some((media_type, text)) = page else { panic!("no page") };
        assert_eq!(media_type, "text/html; charset=utf-8");
        assert_eq!(text.contains("npm"), !is_built(), "{text}");
        // The policy the page is sent with runs no script that stands in it.
        assert!(!text.contains("<script>"), "{text}");
    }

    #[test]
    fn what_the_page_asks_for_is_there() {
        let page = file("index.html").map(|file| String::from_utf8_lossy(file.bytes).into_owned()).unwrap_or_default();
        let asked = page.split(['"', '\'']).filter_map(|part| part.strip_prefix("/assets/"));
        let asked: Vec<String> = asked.map(|name| format!("assets/{name}")).collect();
        assert_eq!(asked.is_empty(), !is_built(), "{page}");
        for name in asked {
            assert!(file(&name).is_some_and(|file| file.immutable && !file.bytes.is_empty()), "{name}");
        }
        assert!(file("assets/none.js").is_none() && file("../Cargo.toml").is_none());
    }
}
