//! What a request brings: JSON bodies and queries, read strictly, refusals naming the field.

use std::borrow::Cow;
use std::fmt;
use std::marker::PhantomData;
use std::ops::Deref;

use axum::body::Bytes;
use axum::extract::rejection::{BytesRejection, PathRejection, QueryRejection};
use axum::extract::{FromRequest, FromRequestParts, Path, Query, RawPathParams, Request};
use axum::http::header::CONTENT_TYPE;
use axum::http::request::Parts;
use serde::de::value::MapAccessDeserializer;
use serde::de::{DeserializeOwned, Error as _, MapAccess, Visitor};
use serde::{Deserialize, Deserializer};
use utoipa::ToSchema;

use crate::problem::{Kind, Problem};
use crate::wording;

/// A JSON body.
pub(crate) struct Body<T>(pub(crate) T);

impl<S: Send + Sync, T: DeserializeOwned> FromRequest<S> for Body<T> {
    type Rejection = Problem;

    async fn from_request(request: Request, state: &S) -> Result<Self, Problem> {
        let kind = request.headers().get(CONTENT_TYPE).and_then(|kind| kind.to_str().ok()).unwrap_or_default();
        let kind = kind.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
        if kind != "application/json" {
            return Err(Problem::new(Kind::MediaType, "send application/json").of_field("Content-Type"));
        }
        let bytes = Bytes::from_request(request, state).await.map_err(|rejection| of_bytes(&rejection))?;
        read_json(&bytes).map(Body)
    }
}

pub(crate) fn of_bytes(rejection: &BytesRejection) -> Problem {
    match rejection.status() {
        axum::http::StatusCode::PAYLOAD_TOO_LARGE => {
            Problem::new(Kind::TooLarge, "the body is larger than is read here").of_field("body")
        }
        _ => Problem::new(Kind::Malformed, "the body did not arrive whole").of_field("body"),
    }
}

/// A JSON object, and no array of its fields in order, which serde would take as well.
pub(crate) struct Object<T>(pub(crate) T);

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Object<T> {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        struct Fields<T>(PhantomData<T>);
        impl<'de, T: Deserialize<'de>> Visitor<'de> for Fields<T> {
            type Value = Object<T>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object")
            }

            fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Object<T>, A::Error> {
                T::deserialize(MapAccessDeserializer::new(map)).map(Object)
            }
        }
        from.deserialize_map(Fields(PhantomData))
    }
}

/// Reads JSON; a refusal names the field and, where the JSON itself is broken, the place.
pub(crate) fn read_json<T: DeserializeOwned>(bytes: &[u8]) -> Result<T, Problem> {
    let mut reader = serde_json::Deserializer::from_slice(bytes);
    let Object(value) = serde_path_to_error::deserialize(&mut reader).map_err(|error| {
        let path = error.path().to_string();
        // Where the JSON breaks off, no field is known.
        let field = if matches!(&*path, "." | "?") { "body".to_owned() } else { path };
        let inner = error.into_inner();
        let said = inner.to_string();
        match inner.is_data() {
            true => Problem::invalid(field, wording::of_value(&said)),
            false => Problem::new(Kind::Malformed, wording::of_json(&said)).of_field(field),
        }
    })?;
    let broken =
        |error: serde_json::Error| Problem::new(Kind::Malformed, wording::of_json(&error.to_string())).of_field("body");
    let end = reader.end().map_err(broken);
    end.map(|()| value)
}

/// The parameters of a query.
pub(crate) struct Asked<T>(pub(crate) T);

impl<S: Send + Sync, T: DeserializeOwned> FromRequestParts<S> for Asked<T> {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        let read: Result<Query<T>, QueryRejection> = Query::from_request_parts(parts, state).await;
        read.map(|Query(value)| Asked(value)).map_err(|rejection| {
            let text = rejection.body_text();
            let text = text.strip_prefix("Failed to deserialize query string: ").unwrap_or(&text);
            let (field, reason) =
                text.split_once(": ").filter(|(field, _)| !field.contains(' ')).unwrap_or(("query", text));
            let field = wording::named(reason).unwrap_or(field);
            Problem::invalid(field, wording::of_value(reason))
        })
    }
}

/// Where a page goes on: the `next` of the page before.
#[derive(ToSchema, Clone, Copy, PartialEq, Eq, Debug)]
#[schema(value_type = String, pattern = "^[0-9]{1,19}$")]
pub(crate) struct Cursor(pub(crate) u64);

impl<'de> Deserialize<'de> for Cursor {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        let text = Cow::<str>::deserialize(from)?;
        // 19 digits always fit.
        let digits = (1..=19).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_digit());
        let number = text.parse().ok().filter(|_| digits);
        number.map(Cursor).ok_or_else(|| D::Error::custom("give the `next` of the page before"))
    }
}

/// How many records a page has at most: 1 to so many.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct Limit<const MOST: u16>(pub(crate) u16);

impl<'de, const MOST: u16> Deserialize<'de> for Limit<MOST> {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        let text = Cow::<str>::deserialize(from)?;
        let number = text.parse().ok().filter(|number| (1..=MOST).contains(number));
        number.map(Limit).ok_or_else(|| D::Error::custom(format_args!("give a whole number from 1 to {MOST}")))
    }
}

/// A text of at most so many characters.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct Short<const MOST: usize>(pub(crate) String);

impl<'de, const MOST: usize> Deserialize<'de> for Short<MOST> {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        let text = String::deserialize(from)?;
        if text.chars().count() > MOST {
            return Err(D::Error::custom(format_args!("give at most {MOST} characters")));
        }
        Ok(Self(text))
    }
}

impl<const MOST: usize> Deref for Short<MOST> {
    type Target = str;

    fn deref(&self) -> &str {
        &self.0
    }
}

/// The parameters of a path.
pub(crate) struct At<T>(pub(crate) T);

impl<S: Send + Sync, T: DeserializeOwned + Send> FromRequestParts<S> for At<T> {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        let rejection = match Path::from_request_parts(parts, state).await {
            Ok(Path(value)) => return Ok(At(value)),
            Err(rejection) => rejection,
        };
        let names = RawPathParams::from_request_parts(parts, state).await.ok();
        let names: Vec<&str> = names.iter().flatten().map(|(name, _)| name).collect();
        let (field, told) = match &rejection {
            PathRejection::FailedToDeserializePathParams(failed) => wording::of_path(failed.kind(), &names),
            _ => ("path".to_owned(), "there is nothing at this path".to_owned()),
        };
        Err(Problem::not_found(told).of_field(field))
    }
}
