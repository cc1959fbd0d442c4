//! A KML document, event by event, into features: bounded depth, no entities of its own.

use linewright_model::{Phrase, phrase};
use quick_xml::XmlVersion;
use quick_xml::escape::resolve_xml_entity;
use quick_xml::events::{BytesRef, BytesStart, Event};
use quick_xml::reader::Reader;
use serde_json::{Value, json};

use crate::draft::Draft;
use crate::finding::{Finding, Source, shown};
use crate::geojson::Mapping;
use crate::kml::placemark::{Placemark, coordinates, name_ids};

/// Deeper than any map is nested.
const MAX_DEPTH: usize = 100;

/// The elements that say something.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Tag {
    Kml,
    Document,
    Folder,
    Placemark,
    /// A text of a placemark, kept under this name.
    Text(&'static str),
    Data,
    Value,
    SimpleData,
    Point,
    LineString,
    Coordinates,
    NetworkLink,
    /// A geometry that is neither point nor line.
    Shape(&'static str),
    Other,
}

impl Tag {
    fn of(name: &str) -> Self {
        match name {
            "kml" => Tag::Kml,
            "Document" => Tag::Document,
            "Folder" => Tag::Folder,
            "Placemark" => Tag::Placemark,
            "name" => Tag::Text("name"),
            "description" => Tag::Text("description"),
            "address" => Tag::Text("address"),
            "phoneNumber" => Tag::Text("phoneNumber"),
            "styleUrl" => Tag::Text("styleUrl"),
            "Data" => Tag::Data,
            "value" => Tag::Value,
            "SimpleData" => Tag::SimpleData,
            "Point" => Tag::Point,
            "LineString" => Tag::LineString,
            "coordinates" => Tag::Coordinates,
            "NetworkLink" => Tag::NetworkLink,
            "Polygon" => Tag::Shape("a Polygon"),
            "Model" => Tag::Shape("a Model"),
            "Track" | "MultiTrack" => Tag::Shape("a Track"),
            _ => Tag::Other,
        }
    }

    /// Whether what stands in the element is a text to keep.
    fn has_text(self) -> bool {
        matches!(self, Tag::Text(_) | Tag::Value | Tag::SimpleData | Tag::Coordinates)
    }
}

/// The placemarks of a document as a collection of features.
pub(super) fn collection(text: &str, source: &Source, mapping: &Mapping, draft: &mut Draft) -> Option<Value> {
    let mut document = Document::new(source, draft);
    if let Err(fault) = document.read(text) {
        let line = fault.at.map(|at| line_of(text, at));
        let at = line.map_or_else(Phrase::default, |line| phrase!("line {line}: ", "第 {line} 行："));
        draft.note(Finding::error(fault.code, source, "", phrase!("{}{}", "{}{}", at, fault.reason)));
        return None;
    }
    let Document { mut features, title, .. } = document;
    name_ids(&mut features, mapping, source, draft);
    let mut collection = json!({"type": "FeatureCollection", "features": features});
    if let (Some(title), Some(members)) = (title, collection.as_object_mut()) {
        members.insert("title".to_owned(), Value::from(title));
    }
    Some(collection)
}

fn line_of(text: &str, at: u64) -> usize {
    let before = usize::try_from(at).ok().and_then(|at| text.as_bytes().get(..at)).unwrap_or(text.as_bytes());
    before.iter().filter(|byte| **byte == b'\n').count() + 1
}

/// Why a document cannot be read.
struct Fault {
    code: &'static str,
    reason: Phrase,
    at: Option<u64>,
}

struct Document<'a> {
    source: &'a Source,
    draft: &'a mut Draft,
    features: Vec<Value>,
    title: Option<String>,
    tags: Vec<Tag>,
    folders: Vec<String>,
    placemark: Option<Placemark>,
    placemarks: u64,
    /// Name of the data element that is being read.
    data: String,
    text: String,
    said_links: bool,
    said_entities: bool,
}

impl<'a> Document<'a> {
    fn new(source: &'a Source, draft: &'a mut Draft) -> Self {
        Self {
            source,
            draft,
            features: Vec::new(),
            title: None,
            tags: Vec::new(),
            folders: Vec::new(),
            placemark: None,
            placemarks: 0,
            data: String::new(),
            text: String::new(),
            said_links: false,
            said_entities: false,
        }
    }

    fn read(&mut self, text: &str) -> Result<(), Fault> {
        let mut reader = Reader::from_str(text);
        // Addresses in descriptions are often written with a bare ampersand.
        reader.config_mut().allow_dangling_amp = true;
        let mut rooted = false;
        loop {
            let event = reader.read_event().map_err(|error| Fault {
                code: "bad-xml",
                reason: phrase!(
                    "not XML as it should be: {error}; correct it there",
                    "不是正确的 XML：{error}；请在此处更正"
                ),
                at: Some(reader.error_position()),
            })?;
            let at = Some(reader.buffer_position());
            match event {
                Event::Start(element) => {
                    if !rooted && Tag::of(element.local_name().into_inner()) != Tag::Kml {
                        let name = shown(element.local_name().into_inner());
                        let reason = phrase!(
                            "the document is {name}, not kml; give a KML map",
                            "文档是 {name}，不是 kml；请给出 KML 地图"
                        );
                        return Err(Fault { code: "not-kml", reason, at });
                    }
                    rooted = true;
                    if self.tags.len() >= MAX_DEPTH {
                        let reason = phrase!(
                            "elements are nested deeper than {MAX_DEPTH}; that is no map",
                            "元素嵌套超过 {MAX_DEPTH} 层；这不是地图"
                        );
                        return Err(Fault { code: "too-deep", reason, at });
                    }
                    self.start(&element);
                }
                Event::Empty(element) => {
                    self.start(&element);
                    self.end();
                }
                Event::End(_) => self.end(),
                Event::Text(text) if self.wants_text() => self.text.push_str(&text.xml10_content()),
                Event::CData(text) if self.wants_text() => self.text.push_str(&text.xml10_content()),
                Event::GeneralRef(entity) if self.wants_text() => self.entity(&entity),
                Event::DocType(_) => {
                    let reason = phrase!(
                        "the document declares a DOCTYPE, which KML has not; take it out",
                        "文档声明了 KML 没有的 DOCTYPE；请去掉"
                    );
                    return Err(Fault { code: "doctype", reason, at });
                }
                Event::Eof => break,
                _ => {}
            }
        }
        if !rooted || !self.tags.is_empty() {
            let reason = if rooted {
                phrase!(
                    "the document ends too early: it is truncated; fetch it again",
                    "文档不完整：被截断；请重新获取"
                )
            } else {
                phrase!("the file has no KML document; give a KML map", "文件中没有 KML 文档；请给出 KML 地图")
            };
            return Err(Fault { code: if rooted { "bad-xml" } else { "not-kml" }, reason, at: None });
        }
        Ok(())
    }

    fn wants_text(&self) -> bool {
        self.tags.last().is_some_and(|tag| tag.has_text())
    }

    fn start(&mut self, element: &BytesStart<'_>) {
        let tag = Tag::of(element.local_name().into_inner());
        match tag {
            Tag::Folder => self.folders.push(String::new()),
            Tag::Placemark => {
                self.placemark = Some(Placemark { id: attribute(element, "id"), ..Placemark::default() });
            }
            Tag::Data | Tag::SimpleData => self.data = attribute(element, "name").unwrap_or_default(),
            Tag::Shape(what) => {
                if let Some(placemark) = &mut self.placemark {
                    placemark.other = Some(what);
                }
            }
            Tag::NetworkLink if !self.said_links => {
                self.said_links = true;
                let reason = phrase!(
                    "the map links to others on a server; only what is in the file is imported",
                    "地图链接到服务器上的其他内容；只导入文件中的内容"
                );
                self.draft.note(Finding::warning("more-on-server", self.source, "NetworkLink", reason));
            }
            _ => {}
        }
        if tag.has_text() {
            self.text.clear();
        }
        self.tags.push(tag);
    }

    /// One of the five entities of XML or a character; what else there is stays as it is written.
    fn entity(&mut self, entity: &BytesRef<'_>) {
        if let Ok(Some(character)) = entity.resolve_char_ref() {
            self.text.push(character);
            return;
        }
        let name = entity.xml10_content();
        if let Some(text) = resolve_xml_entity(&name) {
            self.text.push_str(text);
            return;
        }
        if !self.said_entities {
            self.said_entities = true;
            let name = shown(&name);
            let name = name.trim_matches('"');
            let reason = phrase!("XML has no &{name};; it is kept as it is written", "XML 没有 &{name};；照原样保留");
            self.draft.note(Finding::warning("unknown-entity", self.source, "", reason));
        }
        self.text.push_str(&format!("&{name};"));
    }

    fn end(&mut self) {
        let Some(tag) = self.tags.pop() else { return };
        let within = self.tags.last().copied().unwrap_or(Tag::Other);
        match (tag, within) {
            (Tag::Text("name"), Tag::Placemark) => {
                // Names are typed: line breaks and no-break spaces in them are plain spaces.
                self.text = self.text.split_whitespace().collect::<Vec<_>>().join(" ");
                self.put("name");
            }
            (Tag::Text(key), Tag::Placemark) => self.put(key),
            (Tag::Text("name"), Tag::Folder) => {
                if let Some(folder) = self.folders.last_mut() {
                    *folder = self.text.trim().to_owned();
                }
            }
            (Tag::Text("name"), Tag::Document) if self.title.is_none() => {
                self.title = Some(self.text.trim().to_owned()).filter(|title| !title.is_empty());
            }
            (Tag::Value, Tag::Data) | (Tag::SimpleData, _) => {
                let name = std::mem::take(&mut self.data);
                self.put(&name);
            }
            (Tag::Coordinates, Tag::Point | Tag::LineString) => self.geometry(within),
            (Tag::Folder, _) => {
                self.folders.pop();
            }
            (Tag::Placemark, _) => self.placed(),
            _ => {}
        }
    }

    fn put(&mut self, key: &str) {
        if let Some(placemark) = &mut self.placemark {
            placemark.put(key, &self.text);
        }
    }

    fn geometry(&mut self, within: Tag) {
        let Some(placemark) = &mut self.placemark else { return };
        let tuples = coordinates(&self.text);
        if within == Tag::Point {
            placemark.points.extend(tuples.into_iter().next());
        } else {
            placemark.lines.push(Value::Array(tuples));
        }
    }

    fn placed(&mut self) {
        let Some(mut placemark) = self.placemark.take() else { return };
        self.placemarks += 1;
        let folders: Vec<&str> = self.folders.iter().map(String::as_str).filter(|name| !name.is_empty()).collect();
        placemark.put("folder", &folders.join("/"));
        let name = placemark.properties.get("name").and_then(Value::as_str).unwrap_or_default();
        let source = self.source.record(self.placemarks, name);
        let features = placemark.features(&source, self.draft);
        self.features.extend(features);
    }
}

/// The value of an attribute; one that cannot be read counts as none.
fn attribute(element: &BytesStart<'_>, name: &str) -> Option<String> {
    let attribute = element.try_get_attribute(name).ok().flatten()?;
    let value = attribute.normalized_value(XmlVersion::Implicit1_0).ok()?;
    Some(value.trim().to_owned()).filter(|value| !value.is_empty())
}
