//! Files into the network, and out of it.

use std::convert::Infallible;
use std::str::FromStr;

use axum::extract::multipart::{Field, Multipart};
use axum::extract::{DefaultBodyLimit, FromRequest, Request, State};
use axum::http::header::{ACCEPT, CONTENT_DISPOSITION, CONTENT_TYPE};
use axum::http::{HeaderMap, HeaderValue};
use axum::response::sse::{Event, KeepAlive, Sse};
use axum::response::{IntoResponse, Response};
use chrono::SecondsFormat;
use futures_util::stream::{self, Stream};
use linewright_exchange::input::File;
use linewright_exchange::plan::Mode;
use linewright_exchange::{Format, ImportOptions};
use linewright_model::Version;
use linewright_model::crs::Crs;
use linewright_service::{Import, Permission, sum};
use linewright_store::Progress;
use serde::Deserialize;
use tokio::sync::{mpsc, watch};
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::Api;
use crate::docs::Binary;
use crate::extract::{Asked, Short};
use crate::once::{self, Once, Turn};
use crate::problem::{Kind, Lang, Problem, ProblemDto, internal};
use crate::resource::answer;
use crate::who::{Who, reason};

/// Largest import, bytes. Larger ones go through the command line.
const MOST_BYTES: usize = 64 << 20;

/// Files of an import at most.
const MOST_FILES: usize = 64;

pub(crate) fn routes() -> OpenApiRouter<Api> {
    let imports = OpenApiRouter::new().routes(routes!(import)).layer(DefaultBodyLimit::max(MOST_BYTES));
    OpenApiRouter::new().merge(imports).routes(routes!(export))
}

/// How to import.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct ImportOf {
    /// Say what would happen and change nothing.
    #[serde(default)]
    dry_run: bool,
    /// Format of the files; looked at when left out: `native`, `geojson`, `kml`, `ofds`, `ofds-geojson`, `tables`.
    #[param(value_type = Option<String>, max_length = 40)]
    format: Option<Short<40>>,
    /// Coordinate system of the files.
    #[param(value_type = Option<String>, max_length = 40)]
    crs: Option<Short<40>>,
    /// Code of the data set the records come to lie in.
    #[param(value_type = Option<String>, max_length = 200)]
    dataset: Option<Short<200>>,
    /// Remove records of the data set that the files do not have any more.
    #[serde(default)]
    replace: bool,
    /// Mend what can be mended, and say what was done.
    #[serde(default)]
    repair: bool,
    /// Why, for the log; the names of the files when left out.
    #[param(value_type = Option<String>, max_length = 300)]
    why: Option<Short<300>>,
}

/// How to export.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct ExportOf {
    /// Format: `native`, `geojson`, `kml`, `ofds`, `ofds-geojson`; only `native` carries everything.
    #[param(value_type = String, max_length = 40)]
    format: Short<40>,
    /// Only the data set with this code.
    #[param(value_type = Option<String>, max_length = 200)]
    dataset: Option<Short<200>>,
}

/// The files of an import; the names of the parts do not matter.
#[derive(ToSchema)]
#[allow(dead_code, reason = "read by the derive alone")]
struct Files {
    #[schema(value_type = Vec<String>, format = Binary, min_items = 1, max_items = 64)]
    files: Vec<Vec<u8>>,
}

fn format(name: &str) -> Result<Format, Problem> {
    Format::from_str(name).map_err(|error| Problem::invalid("format", error.to_string()))
}

fn to_write(name: &str) -> Result<Format, Problem> {
    Format::to_write(name).map_err(|error| Problem::invalid("format", error.to_string()))
}

impl ImportOf {
    fn options(&self) -> Result<ImportOptions, Problem> {
        let crs = self.crs.as_deref().map(Crs::from_str).transpose();
        Ok(ImportOptions {
            format: self.format.as_deref().map(format).transpose()?,
            repair: self.repair,
            mode: if self.replace { Mode::Replace } else { Mode::Merge },
            crs: crs.map_err(|error| Problem::invalid("crs", error.to_string()))?,
            dataset: self.dataset.as_deref().map(Into::into),
            list_changes: self.dry_run,
            limit_bytes: Some(4 * MOST_BYTES as u64),
            ..ImportOptions::default()
        })
    }
}

/// Refuses callers who see one region only: files know no regions.
fn unbound(who: &Who) -> Result<(), Problem> {
    match who.scope().region() {
        None => Ok(()),
        Some(_) => Err(Problem::new(Kind::OtherRegion, "an account bound to a region imports and exports nothing")),
    }
}

/// Import files
///
/// All or nothing. A `.zip` is taken as the folder of its files. Each problem is a finding with file, record, field and reason; an error refuses the whole import
/// (`refused` is true and nothing is changed). The same files imported twice change nothing. With `Accept:
/// text/event-stream` the answer is a stream of `progress` events (`{"done", "total"}` records) and one last event,
/// `imported` or `problem`. `If-Match` with a version of the network imports only while that is the newest;
/// `Idempotency-Key` makes a repeated request answer as the first.
#[utoipa::path(post, path = "/api/v1/imports", tag = "exchange", params(ImportOf,
        ("Idempotency-Key" = Option<String>, Header, description = "8 to 128 characters, such as a UUID"),
        ("If-Match" = Option<String>, Header, description = "Version of the network, in quotes")),
    request_body(content = Files, content_type = "multipart/form-data", description = "The files, each a part with a file name"),
    responses(
        (status = 200, description = "What was done, or would be: the value of `linewright import --json`",
            content((serde_json::Value = "application/json"), (String = "text/event-stream"))),
        (status = "4XX", description = "Refused", body = ProblemDto, content_type = "application/problem+json"),
        (status = "5XX", description = "Another import is running, or the database is lost", body = ProblemDto, content_type = "application/problem+json"),
    ))]
async fn import(
    State(api): State<Api>,
    who: Who,
    headers: HeaderMap,
    Asked(of): Asked<ImportOf>,
    request: Request,
) -> Result<Response, Problem> {
    who.must(Permission::Change)?;
    unbound(&who)?;
    let options = of.options()?;
    let only_at = once::only_at(&headers)?.map(Version);
    let files = files(request).await?;
    let why = of.why.clone().map_or_else(
        || {
            let names: Vec<&str> = files.iter().take(4).map(|file| &*file.name).collect();
            format!("import of {}", names.join(", "))
        },
        |Short(why)| why,
    );
    let contents = files.iter().flat_map(|file| [file.name.as_bytes(), &[0], &file.bytes]).collect::<Vec<_>>().concat();
    let asked = format!("import {:?} {why} {only_at:?} {} {}", options, of.dry_run, sum(&contents));
    let once = match once::claim(&api, &headers, &who.0, &sum(asked.as_bytes())).await? {
        Turn::Do(once) => once,
        Turn::Done(body) => return Ok(answer(&api, ([(CONTENT_TYPE, "application/json")], body))),
    };
    let (by, via) = (who.0.name.clone(), who.0.via());
    let import = Import { files, options, dry_run: of.dry_run, only_at, who: by, via, why, once: once.key.clone() };
    let (told, heard) = watch::channel((0, 0));
    let (send, mut done) = mpsc::channel(1);
    // Goes on when the client goes away: a commit cannot be taken back, and its answer is kept for the key.
    tokio::spawn({
        let api = api.clone();
        async move {
            let imported = work(&api, import, once, told).await;
            send.send(imported).await.ok();
        }
    });
    let streams = headers.get(ACCEPT).is_some_and(|accept| accept.as_bytes().starts_with(b"text/event-stream"));
    if streams {
        return Ok(Sse::new(events(heard, done, Lang::of(&headers))).keep_alive(KeepAlive::default()).into_response());
    }
    let body = done.recv().await.ok_or_else(|| internal("an import ended without an answer"))??;
    Ok(answer(&api, ([(CONTENT_TYPE, "application/json")], body)))
}

async fn work(api: &Api, import: Import, once: Once, told: watch::Sender<(u64, u64)>) -> Result<String, Problem> {
    let progress = Progress::new(move |done, total| {
        told.send_replace((done, total));
    });
    let imported = match api.service().import(import, progress).await {
        Ok(imported) => imported,
        Err(error) => return once.settle(api, error.into()).await,
    };
    let body = serde_json::to_string(&imported).map_err(|error| internal(&error.to_string()))?;
    // With a commit it was kept in its transaction.
    if imported.version.is_none() {
        once.keep(api, body.clone()).await;
    }
    Ok(body)
}

/// Progress, then the answer.
fn events(
    heard: watch::Receiver<(u64, u64)>,
    done: mpsc::Receiver<Result<String, Problem>>,
    lang: Lang,
) -> impl Stream<Item = Result<Event, Infallible>> {
    let event = |name: &str, data: String| Ok(Event::default().event(name).data(data));
    stream::unfold(Some((heard, done)), move |state| async move {
        let (mut heard, mut done) = state?;
        tokio::select! {
            biased;
            answered = done.recv() => {
                let last = match answered {
                    Some(Ok(body)) => event("imported", body),
                    Some(Err(problem)) => event("problem", problem.to_json(lang, None)),
                    None => return None,
                };
                Some((last, None))
            }
            Ok(()) = heard.changed() => {
                let (written, total) = *heard.borrow_and_update();
                let data = serde_json::json!({"done": written, "total": total}).to_string();
                Some((event("progress", data), Some((heard, done))))
            }
        }
    })
}

async fn files(request: Request) -> Result<Vec<File>, Problem> {
    let wrong = |detail: String| Problem::new(Kind::Malformed, detail).of_field("body");
    let multipart = Multipart::from_request(request, &()).await;
    let mut multipart = multipart
        .map_err(|_| Problem::new(Kind::MediaType, "send the files as multipart/form-data").of_field("Content-Type"))?;
    let mut files = Vec::new();
    loop {
        let field = multipart.next_field().await.map_err(|error| of_multipart(&error))?;
        let Some(field) = field else { break };
        if files.len() == MOST_FILES {
            return Err(wrong(format!("at most {MOST_FILES} files come in one import")));
        }
        files.push(file(field).await?);
    }
    if files.is_empty() { Err(wrong("there is no file in it".to_owned())) } else { Ok(files) }
}

async fn file(field: Field<'_>) -> Result<File, Problem> {
    // The last part of the name only: it is a name for findings, never a path.
    let name = field.file_name().and_then(|name| name.rsplit(['/', '\\']).next()).unwrap_or_default().to_owned();
    if name.is_empty() || name.chars().any(char::is_control) || name.chars().count() > 200 {
        let detail = "every part is a file and has a file name of 1 to 200 characters";
        return Err(Problem::new(Kind::Malformed, detail).of_field("filename"));
    }
    let bytes = field.bytes().await.map_err(|error| of_multipart(&error))?;
    Ok(File::new(name, bytes.to_vec()))
}

fn of_multipart(error: &axum::extract::multipart::MultipartError) -> Problem {
    let kind = match error.status() {
        axum::http::StatusCode::PAYLOAD_TOO_LARGE => Kind::TooLarge,
        _ => Kind::Malformed,
    };
    Problem::new(kind, error.body_text()).of_field("body")
}

/// Take the network out as files
///
/// A zip archive of the files of the format, with a note (`EXPORTED.txt`) of who took it out, when and why, and of what the
/// format leaves out. An import takes the archive as it is. Needs the permission `export`
/// and the header `X-Reason`; every export is in the audit log.
#[utoipa::path(get, path = "/api/v1/export", tag = "exchange", params(ExportOf,
        ("X-Reason" = String, Header, description = "Why, percent-encoded", min_length = 3, max_length = 300)),
    responses(
        (status = 200, description = "The archive", body = inline(Binary), content_type = "application/zip"),
        (status = "4XX", description = "Refused", body = ProblemDto, content_type = "application/problem+json"),
        (status = "5XX", description = "Too much work", body = ProblemDto, content_type = "application/problem+json"),
    ))]
async fn export(
    State(api): State<Api>,
    who: Who,
    headers: HeaderMap,
    Asked(of): Asked<ExportOf>,
) -> Result<Response, Problem> {
    who.must(Permission::Export)?;
    unbound(&who)?;
    let (why, written) = (reason(&headers)?, to_write(&of.format)?);
    let now = api.service().now();
    let subject = format!("{} {}", written.name(), of.dataset.as_deref().unwrap_or("everything"));
    // Written before it leaves.
    api.service().accounts().audit(&who.0, "export", &subject, &why).await?;
    let at = now.to_rfc3339_opts(SecondsFormat::Secs, true);
    let note = format!("Exported by {} at {at}: {why}", who.0.name);
    let (version, archive) = api.service().export(written, of.dataset.map(|Short(code)| code), note).await?;
    let name = format!("linewright-{}-v{version}-{}.zip", written.name(), now.format("%Y%m%dT%H%M%SZ"));
    let mut response = answer(&api, archive);
    response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static("application/zip"));
    if let Ok(value) = HeaderValue::from_str(&format!("attachment; filename=\"{name}\"")) {
        response.headers_mut().insert(CONTENT_DISPOSITION, value);
    }
    Ok(response)
}
