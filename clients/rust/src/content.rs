//! Payloads and native values: values travel as JSON, bytes as bytes, and references name what is stored elsewhere.
use asyncgate_proto::asyncgate::v1::{Payload, payload};
use bytes::Bytes;
use serde::de::DeserializeOwned;
use serde::{Serialize, de::Error as _};
use serde_json::Value;

/// What a payload, a result, a checkpoint or a signal carries. Values of serde_json, texts, numbers and bytes become
/// one by `into()`; `Content::json` takes everything that serde serializes.
#[derive(Clone, Debug, PartialEq)]
pub enum Content {
    /// A JSON value.
    Json(Value),
    /// Bytes, with their media type, which may be empty.
    Bytes(Bytes, String),
    /// Content that is stored elsewhere, with its media type. AsyncGate does not fetch it.
    Reference(String, String),
}

impl Content {
    /// Any value that serde serializes, as JSON.
    pub fn json(value: &impl Serialize) -> Result<Self, serde_json::Error> {
        serde_json::to_value(value).map(Self::Json)
    }

    /// Bytes without a media type.
    pub fn bytes(data: impl Into<Bytes>) -> Self {
        Self::Bytes(data.into(), String::new())
    }

    /// Content that is stored elsewhere.
    pub fn reference(uri: impl Into<String>) -> Self {
        Self::Reference(uri.into(), String::new())
    }

    /// The JSON value; `None` for bytes and references.
    pub fn as_json(&self) -> Option<&Value> {
        if let Self::Json(value) = self { Some(value) } else { None }
    }

    /// The JSON value as a type of the program.
    pub fn read<T: DeserializeOwned>(&self) -> Result<T, serde_json::Error> {
        match self {
            Self::Json(value) => T::deserialize(value),
            Self::Bytes(..) => Err(serde_json::Error::custom("this is bytes, and no JSON")),
            Self::Reference(..) => Err(serde_json::Error::custom("this is a reference, and no JSON")),
        }
    }

    /// The content of a contract's payload; `None` if it has none. JSON that cannot be read is a text.
    pub fn of(payload: Option<&Payload>) -> Option<Self> {
        let Payload { content, media_type } = payload?;
        Some(match content.as_ref()? {
            payload::Content::Json(text) => {
                Self::Json(serde_json::from_str(text).unwrap_or_else(|_| Value::String(text.clone())))
            }
            payload::Content::Data(data) => Self::Bytes(data.clone(), media_type.clone()),
            payload::Content::Uri(uri) => Self::Reference(uri.clone(), media_type.clone()),
        })
    }

    pub(crate) fn into_payload(self) -> Payload {
        let (content, media_type) = match self {
            Self::Json(value) => (payload::Content::Json(value.to_string()), String::new()),
            Self::Bytes(data, media_type) => (payload::Content::Data(data), media_type),
            Self::Reference(uri, media_type) => (payload::Content::Uri(uri), media_type),
        };
        Payload { media_type, content: Some(content) }
    }
}

macro_rules! json_content {
    ($($kind:ty),*) => {$(
        impl From<$kind> for Content {
            fn from(value: $kind) -> Self {
                Self::Json(Value::from(value))
            }
        }
    )*};
}

json_content!(Value, String, &str, bool, i32, i64, u32, u64, usize, f64, ());
json_content!(Vec<Value>, serde_json::Map<String, Value>);

impl From<Bytes> for Content {
    fn from(data: Bytes) -> Self {
        Self::bytes(data)
    }
}

impl From<Vec<u8>> for Content {
    fn from(data: Vec<u8>) -> Self {
        Self::bytes(data)
    }
}

/// As much of a text as fits into so many bytes of UTF-8.
pub(crate) fn clip(text: &str, bytes_max: usize) -> String {
    let mut end = bytes_max.min(text.len());
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    text[..end].to_owned()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn round_trip(content: Content) -> Option<Content> {
        Content::of(Some(&content.into_payload()))
    }

    #[test]
    fn content_comes_back_as_it_was_sent() {
        for content in [
            Content::from(json!({"a": [1, 2.5, null, "ü 漢 🙂"]})),
            Content::from(()),
            Content::Bytes(Bytes::from_static(&[0, 255]), "image/png".into()),
            Content::Reference("s3://bucket/key".into(), "text/plain".into()),
        ] {
            assert_eq!(round_trip(content.clone()), Some(content));
        }
        assert_eq!(Content::of(None), None);
        assert_eq!(Content::of(Some(&Payload::default())), None);
    }

    #[test]
    fn bytes_are_not_read_as_json() {
        assert!(Content::bytes(&b"1"[..]).read::<u32>().is_err());
        assert_eq!(Content::from(1).read::<u32>().unwrap(), 1);
    }

    #[test]
    fn a_text_is_clipped_between_characters() {
        assert_eq!(clip("größe", 3), "gr");
        assert_eq!(clip("größe", 4), "grö");
        assert_eq!(clip("abc", 10), "abc");
    }
}
