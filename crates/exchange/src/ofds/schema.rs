//! What the OFDS 0.4 schema asks of a network's members; what does not fit it is set apart, never dropped.

use linewright_model::{Phrase, phrase};
use std::collections::BTreeSet;

use chrono::NaiveDate;
use serde_json::Value;

use crate::draft::Draft;
use crate::finding::{Finding, Source, shown};
use crate::geojson::json::{Object, kind_of};

/// Member that holds what the schema does not allow where it stood.
pub(crate) const APART: &str = "nonconforming";

/// What a member's value must be.
pub(crate) enum Shape {
    /// Text that is not empty.
    Text,
    /// True or false.
    Flag,
    /// A number.
    Number,
    /// A whole number.
    Whole,
    /// A day, `2026-01-31`.
    Date,
    /// An absolute address of a resource.
    Iri,
    /// One of the words of a closed list.
    OneOf(&'static str),
    /// An object with at least one member; further members are allowed.
    Object(&'static [Member]),
    /// An `id` and perhaps a `name`, nothing else.
    Reference,
    /// A list of at least one value, each once.
    List(&'static Shape),
}

/// A member of an object: name and shape. One called `id` must be there.
pub(crate) type Member = (&'static str, Shape);

use Shape::{Date, Flag, Iri, List, Number, OneOf, Reference, Text, Whole};

/// Status of nodes and spans.
const STATUS: &str = "proposed planned underConstruction operational decommissioned inactive";

const ADDRESS: &[Member] = &[
    ("streetAddress", Text),
    ("locality", Text),
    ("region", Text),
    ("postalCode", Text),
    ("country", OneOf(COUNTRIES)),
];

const SUPPORT: &[Member] = &[("type", Text), ("description", Text), ("owner", Reference), ("spareCapacity", Flag)];

const VALUE: &[Member] = &[("amount", Number), ("currency", OneOf(CURRENCIES))];

const IDENTIFIER: &[Member] = &[("id", Text), ("scheme", Text), ("legalName", Text), ("uri", Iri)];

/// Members of a node beside `id`, `name` and `location`.
pub(crate) const NODE: &[Member] = &[
    ("phase", Reference),
    ("status", OneOf(STATUS)),
    ("address", Shape::Object(ADDRESS)),
    ("type", List(&Text)),
    ("supportingInfrastructure", Shape::Object(SUPPORT)),
    ("accessPoint", Flag),
    ("internationalConnections", List(&Shape::Object(ADDRESS))),
    ("power", Flag),
    ("technologies", List(&Text)),
    ("transmissionMediumOwner", Reference),
    ("networkProviders", List(&Reference)),
];

/// Members of a span beside `id`, `name`, `start`, `end` and `route`.
pub(crate) const SPAN: &[Member] = &[
    ("phase", Reference),
    ("status", OneOf(STATUS)),
    ("readyForServiceDate", Date),
    ("directed", Flag),
    ("transmissionMediumOwner", Reference),
    ("networkProviders", List(&Reference)),
    ("supplier", Reference),
    ("transmissionMedium", List(&OneOf("fibre microwave copper coaxial"))),
    ("deployment", List(&OneOf("aboveGround belowGround"))),
    ("supportingInfrastructure", Shape::Object(SUPPORT)),
    ("codeployment", Text),
    ("cableType", Text),
    ("darkFibre", Flag),
    ("fibreType", OneOf(FIBRE_TYPES)),
    ("fibreTypeDetails", Shape::Object(&[("fibreSubtype", Text), ("description", Text)])),
    ("fibreCount", Whole),
    ("fibreLength", Number),
    ("technologies", List(&Text)),
    ("capacity", Number),
    ("capacityDetails", Shape::Object(&[("description", Text)])),
    ("wayleaves", List(&Text)),
    ("countries", List(&OneOf(COUNTRIES))),
];

/// Members of a network beside `id`, `name`, `nodes`, `spans`, `crs` and its lists.
pub(crate) const NETWORK: &[Member] = &[
    ("identifier", Text),
    ("website", Iri),
    ("publisher", Shape::Object(&[("name", Text), ("identifier", Shape::Object(IDENTIFIER))])),
    ("publicationDate", Date),
    ("collectionDate", Date),
    ("accuracy", Number),
    ("accuracyDetails", Text),
    ("language", Text),
];

/// Lists of a network whose records are looked at one by one.
pub(crate) const NETWORK_LISTS: &[Member] = &[
    ("phases", Shape::Object(&[("id", Text), ("name", Text), ("description", Text), ("funders", List(&Reference))])),
    (
        "organisations",
        Shape::Object(&[
            ("id", Text),
            ("name", Text),
            ("identifier", Shape::Object(IDENTIFIER)),
            ("country", OneOf(COUNTRIES)),
            ("roles", List(&Text)),
            ("roleDetails", Text),
            ("website", Iri),
            ("logo", Iri),
        ]),
    ),
    (
        "wayleaves",
        Shape::Object(&[
            ("id", Text),
            ("grantor", Reference),
            ("yearSigned", Whole),
            ("term", Shape::Object(&[("indefinite", Flag), ("years", Whole)])),
            ("cost", Shape::Object(&[("recurring", Flag), ("perMetre", Shape::Object(VALUE))])),
        ]),
    ),
    (
        "contracts",
        Shape::Object(&[
            ("id", Text),
            ("title", Text),
            ("description", Text),
            ("type", Text),
            ("value", Shape::Object(VALUE)),
            ("dateSigned", Date),
            (
                "documents",
                List(&Shape::Object(&[("title", Text), ("description", Text), ("url", Iri), ("format", Text)])),
            ),
            ("relatedPhases", List(&Reference)),
        ]),
    ),
];

/// An id as text: a string itself, anything else as JSON.
pub(crate) fn text_of_id(id: &Value) -> String {
    id.as_str().map_or_else(|| id.to_string(), str::to_owned)
}

/// Whether a value is a link of a network to a related resource.
pub(crate) fn is_link(value: &Value) -> bool {
    let fits = |key: &str, shape: Shape| value.get(key).is_some_and(|value| shape.fits(value));
    fits("href", Iri) && fits("rel", Text)
}

/// Fibre types of the standard.
pub(crate) const FIBRE_TYPES: &str = "G.651.1 G.652 G.653 G.654 G.655 G.656 G.657";

/// ISO 3166-1 alpha-2 country codes, and XK, as the standard lists them.
pub(crate) const COUNTRIES: &str = "\
    AD AE AF AG AI AL AM AO AQ AR AS AT AU AW AX AZ BA BB BD BE BF BG BH BI BJ BL BM BN BO BQ BR BS BT BV BW BY \
    BZ CA CC CD CF CG CH CI CK CL CM CN CO CR CU CV CW CX CY CZ DE DJ DK DM DO DZ EC EE EG EH ER ES ET FI FJ FK \
    FM FO FR GA GB GD GE GF GG GH GI GL GM GN GP GQ GR GS GT GU GW GY HK HM HN HR HT HU ID IE IL IM IN IO IQ IR \
    IS IT JE JM JO JP KE KG KH KI KM KN KP KR KW KY KZ LA LB LC LI LK LR LS LT LU LV LY MA MC MD ME MF MG MH MK \
    ML MM MN MO MP MQ MR MS MT MU MV MW MX MY MZ NA NC NE NF NG NI NL NO NP NR NU NZ OM PA PE PF PG PH PK PL PM \
    PN PR PS PT PW PY QA RE RO RS RU RW SA SB SC SD SE SG SH SI SJ SK SL SM SN SO SR SS ST SV SX SY SZ TC TD TF \
    TG TH TJ TK TL TM TN TO TR TT TV TW TZ UA UG UM US UY UZ VA VC VE VG VI VN VU WF WS XK YE YT ZA ZM ZW";

/// ISO 4217 currency codes, historic ones included, as the standard lists them.
pub(crate) const CURRENCIES: &str = "\
    AED AFN ALL AMD AOA ARS AUD AWG AZN BAM BBD BDT BHD BIF BMD BND BOB BOV BRL BSD BTN BWP BYN BZD CAD CDF CHE \
    CHF CHW CLF CLP CNY COP COU CRC CUP CVE CZK DJF DKK DOP DZD EGP ERN ETB EUR FJD FKP GBP GEL GHS GIP GMD GNF \
    GTQ GYD HKD HNL HTG HUF IDR ILS INR IQD IRR ISK JMD JOD JPY KES KGS KHR KMF KPW KRW KWD KYD KZT LAK LBP LKR \
    LRD LSL LYD MAD MDL MGA MKD MMK MNT MOP MRU MUR MVR MWK MXN MXV MYR MZN NAD NGN NIO NOK NPR NZD OMR PAB PEN \
    PGK PHP PKR PLN PYG QAR RON RSD RUB RWF SAR SBD SCR SDG SEK SGD SHP SLE SOS SRD SSP STN SVC SYP SZL THB TJS \
    TMT TND TOP TRY TTD TWD TZS UAH UGX USD USN UYI UYU UYW UZS VED VES VND VUV WST XAD XAF XAG XAU XBA XBB XBC \
    XBD XCD XCG XDR XOF XPD XPF XPT XSU XTS XUA XXX YER ZAR ZMW ZWG ADP AFA ALK ANG AOK AON AOR ARA ARP ARY ATS \
    AYM AZM BAD BEC BEF BEL BGJ BGK BGL BGN BOP BRB BRC BRE BRN BRR BUK BYB BYR CHC CSD CSJ CSK CUC CYP DDM DEM \
    ECS ECV EEK ESA ESB ESP FIM FRF GEK GHC GHP GNE GNS GQE GRD GWE GWP HRD HRK IEP ILP ILR ISJ ITL LAJ LSM LTL \
    LTT LUC LUF LUL LVL LVR MGF MLF MRO MTL MTP MVQ MXP MZE MZM NIC NLG PEH PEI PES PLZ PTE RHD ROK ROL RUR SDD \
    SDP SIT SKK SLL SRG STD SUR TJR TMM TPE TRL UAK UGS UGW USS UYN UYP VEB VEF VNC XEU XFO XFU XRE YDD YUD YUM \
    YUN ZAL ZMK ZRN ZRZ ZWC ZWD ZWL ZWN ZWR";

impl Shape {
    /// Whether a value is of this shape.
    pub(crate) fn fits(&self, value: &Value) -> bool {
        let text = || value.as_str().filter(|text| !text.is_empty());
        match self {
            Shape::Text => text().is_some(),
            Shape::Flag => value.is_boolean(),
            Shape::Number => value.is_number(),
            Shape::Whole => value.as_i64().is_some() || value.as_f64().is_some_and(|n| n.fract() == 0.0),
            Shape::Date => text().is_some_and(|day| date(day).is_some()),
            Shape::Iri => text().is_some_and(is_iri),
            Shape::OneOf(words) => text().is_some_and(|word| words.split_ascii_whitespace().any(|w| w == word)),
            Shape::Object(members) => value.as_object().is_some_and(|object| fits_all(object, members)),
            Shape::Reference => value.as_object().is_some_and(|object| {
                fits_all(object, &[("id", Shape::Text), ("name", Shape::Text)])
                    && object.keys().all(|key| key == "id" || key == "name")
            }),
            Shape::List(item) => value.as_array().is_some_and(|list| {
                let distinct: BTreeSet<String> = list.iter().map(canonical).collect();
                !list.is_empty() && distinct.len() == list.len() && list.iter().all(|value| item.fits(value))
            }),
        }
    }

    /// What the shape is, for messages.
    fn wanted(&self) -> String {
        match self {
            Shape::Text => "text".to_owned(),
            Shape::Flag => "true or false".to_owned(),
            Shape::Number => "a number".to_owned(),
            Shape::Whole => "a whole number".to_owned(),
            Shape::Date => "a day like 2026-01-31".to_owned(),
            Shape::Iri => "an address like https://example.com".to_owned(),
            Shape::OneOf(words) if words.len() > 100 => "a code of its list".to_owned(),
            Shape::OneOf(words) => format!("one of {}", words.replace(' ', ", ")),
            Shape::Object(_) => "an object as the schema says".to_owned(),
            Shape::Reference => "an object of id and name".to_owned(),
            Shape::List(item) => format!("a list without repetition, each {}", item.wanted()),
        }
    }
}

fn fits_all(object: &Object, members: &[Member]) -> bool {
    let fits = |(name, shape): &Member| match object.get(*name) {
        Some(value) => shape.fits(value),
        // Of identifiers of organisations alone the id is optional, and there a scheme stands beside it.
        None => *name != "id" || members.iter().any(|(other, _)| *other == "scheme"),
    };
    !object.is_empty() && members.iter().all(fits)
}

/// The day that a text is, written in full.
pub(crate) fn date(text: &str) -> Option<NaiveDate> {
    let plain = text.len() == 10 && text.bytes().all(|b| b.is_ascii_digit() || b == b'-');
    NaiveDate::parse_from_str(text, "%Y-%m-%d").ok().filter(|_| plain)
}

/// Whether a text is an absolute IRI beyond doubt; rare forms are refused rather than let through.
fn is_iri(text: &str) -> bool {
    let Some((scheme, rest)) = text.split_once(':') else { return false };
    let scheme_fits = scheme.starts_with(|c: char| c.is_ascii_alphabetic())
        && scheme.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '+' | '-' | '.'));
    let mut parts = rest.split('%');
    let escapes_fit =
        parts.next().is_some() && parts.all(|p| p.len() >= 2 && p.bytes().take(2).all(|b| b.is_ascii_hexdigit()));
    let signs_fit = rest.chars().all(|c| c.is_alphanumeric() || "-._~/?#@!$&'()*+,;=:%".contains(c));
    let authority = rest.strip_prefix("//").map_or("", |rest| rest.split(['/', '?', '#']).next().unwrap_or_default());
    let host = authority.rsplit_once('@').map_or(authority, |(_, host)| host);
    let port_fits = host.split_once(':').is_none_or(|(_, port)| port.bytes().all(|b| b.is_ascii_digit()));
    scheme_fits
        && escapes_fit
        && signs_fit
        && port_fits
        && rest.matches('#').count() <= 1
        && authority.matches('@').count() <= 1
        && !authority.contains('%')
}

/// Text of a value in which equal values, as JSON Schema compares them, are equal.
pub(crate) fn canonical(value: &Value) -> String {
    match value {
        Value::Array(list) => format!("[{}]", list.iter().map(canonical).collect::<Vec<_>>().join(",")),
        Value::Object(object) => {
            let mut members: Vec<String> = object
                .iter()
                .map(|(key, value)| format!("{}:{}", Value::from(key.as_str()), canonical(value)))
                .collect();
            members.sort();
            format!("{{{}}}", members.join(","))
        }
        Value::Number(number) => number.as_f64().map_or_else(|| number.to_string(), |n| n.to_string()),
        plain => plain.to_string(),
    }
}

/// Puts back where they stood the members that an earlier export set apart, as far as nothing else stands there.
pub(crate) fn put_back(object: &mut Object) {
    if !object.get(APART).is_some_and(Value::is_object) {
        return;
    }
    let Some(Value::Object(apart)) = object.shift_remove(APART) else { return };
    let mut left = Object::new();
    for (key, value) in apart {
        if object.contains_key(&key) || key == "id" {
            left.insert(key, value);
        } else {
            object.insert(key, value);
        }
    }
    if !left.is_empty() {
        object.insert(APART.to_owned(), Value::Object(left));
    }
}

/// Sets a member apart.
pub(crate) fn set_apart(object: &mut Object, key: &str, value: Value) {
    let apart = object.entry(APART).or_insert_with(|| Value::Object(Object::new()));
    if !apart.is_object() {
        *apart = Value::Object(Object::new());
    }
    if let Some(apart) = apart.as_object_mut() {
        apart.insert(key.to_owned(), value);
    }
}

/// Sets apart the members that the schema does not allow, each with a finding.
pub(crate) fn sift(object: &mut Object, members: &[Member], source: &Source, draft: &mut Draft) {
    for (name, shape) in members {
        let Some(value) = object.get(*name) else { continue };
        if shape.fits(value) {
            continue;
        }
        let empty = value.is_null() || value.as_str() == Some("");
        if !empty {
            let given = value.as_str().map_or_else(|| kind_of(value), |text| Phrase::same(shown(text)));
            let reason = phrase!(
                "{} is not {}; it is kept apart and not used",
                "{} 不是 {}；另存而不使用",
                given,
                shape.wanted()
            );
            draft.note(Finding::warning("not-as-schema", source, *name, reason));
        }
        if let Some(value) = object.shift_remove(*name) {
            set_apart(object, name, value);
        }
    }
    // Members that begin like ours would be taken for ours.
    let ours: Vec<String> =
        object.keys().filter(|key| key.starts_with(crate::geojson::collect::OURS)).cloned().collect();
    for key in ours {
        if let Some(value) = object.shift_remove(&key) {
            set_apart(object, &key, value);
        }
    }
}

/// Sets apart the records of a network's lists that the schema does not allow.
pub(crate) fn sift_lists(object: &mut Object, source: &Source, draft: &mut Draft) {
    for (name, shape) in NETWORK_LISTS {
        let Some(value) = object.shift_remove(*name) else { continue };
        let Value::Array(list) = value else {
            let reason = phrase!(
                "{} is not a list; it is kept apart and not used",
                "{}不是列表；另行保留，不使用",
                kind_of(&value)
            );
            draft.note(Finding::warning("not-as-schema", source, *name, reason));
            set_apart(object, name, value);
            continue;
        };
        let mut seen = BTreeSet::new();
        let (mut good, mut bad) = (Vec::new(), Vec::new());
        for value in list {
            let fits = shape.fits(&value) && seen.insert(canonical(&value));
            if fits { good.push(value) } else { bad.push(value) }
        }
        if !bad.is_empty() {
            let reason = phrase!(
                "{} of its records are not as the schema says; they are kept apart",
                "其中 {} 条记录不符合模式；另行保存",
                bad.len()
            );
            draft.note(Finding::warning("not-as-schema", source, *name, reason));
            // Those that an earlier export set apart come first.
            let before = object.get(APART).and_then(|apart| apart.get(*name)).and_then(Value::as_array);
            let all: Vec<Value> = before.into_iter().flatten().cloned().chain(bad).collect();
            set_apart(object, name, Value::Array(all));
        }
        if !good.is_empty() {
            object.insert((*name).to_owned(), Value::Array(good));
        }
    }
}
