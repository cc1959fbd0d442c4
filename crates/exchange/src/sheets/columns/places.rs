//! Columns of the table of sites, cabinets, closures and other places.

use super::{STAGE, UNIT, field};
use crate::sheets::kind::Field;

pub(in crate::sheets) const COLUMNS: &[Field] = &[
    field(
        "code",
        true,
        ["设施编码", "Place code"],
        &["编码", "code", "id", "站点编码", "局站编码", "机房编码", "place", "site code"],
        ["唯一", "unique"],
        ["JZ-01", "JZ-01"],
    ),
    field(
        "name",
        false,
        ["设施名称", "Name"],
        &["名称", "站点名称", "局站名称", "机房名称", "place name", "site name"],
        ["", ""],
        ["城东局", "East exchange"],
    ),
    field(
        "kind",
        false,
        ["设施类型", "Kind"],
        &["类型", "站点类型", "place kind", "type", "site type"],
        [
            "核心局站、汇聚局站、接入局站、人孔、手孔、电杆、光交箱、分纤箱、接头盒、进局、客户端；空为未说明",
            "core site, aggregation site, access site, manhole, handhole, pole, cabinet, distribution box, closure, entry, premises; empty is not said",
        ],
        ["汇聚局站", "aggregation site"],
    ),
    field(
        "x",
        false,
        ["经度", "Longitude"],
        &["lon", "lng", "x", "东坐标", "横坐标", "easting", "x坐标"],
        [
            "经度（度）；高斯投影坐标为东坐标（米）。坐标系在导入时以 crs 给出",
            "degrees; with Gauss-Krüger the easting in metres. The coordinate system is given at the import (crs)",
        ],
        ["120.8646", "120.8646"],
    ),
    field(
        "y",
        false,
        ["纬度", "Latitude"],
        &["lat", "y", "北坐标", "纵坐标", "northing", "y坐标"],
        ["纬度（度）；高斯投影坐标为北坐标（米）", "degrees; with Gauss-Krüger the northing in metres"],
        ["32.0163", "32.0163"],
    ),
    field(
        "crs",
        false,
        ["坐标系", "Coordinate system"],
        &["crs", "坐标系统"],
        [
            "本行坐标的坐标系：wgs84、cgcs2000、gk3:120、gk3-zone:40、gcj02（高德、腾讯）、bd09（百度）；空则用导入时给出的坐标系",
            "of the coordinates in this row: wgs84, cgcs2000, gk3:120, gk3-zone:40, gcj02 (Gaode, Tencent), \
             bd09 (Baidu); empty is the one given at the import",
        ],
        ["wgs84", "wgs84"],
    ),
    field(
        "within",
        false,
        ["所在设施", "Within"],
        &["所属设施", "上级设施", "所属机房", "within place"],
        ["它位于其中的设施，如接头盒所在人孔", "the place it stands in, as a closure's manhole"],
        ["", ""],
    ),
    field(
        "region",
        false,
        ["区县", "District"],
        &["所属区县", "区域", "region", "county"],
        ["", ""],
        ["崇川区", "Chongchuan"],
    ),
    STAGE,
    UNIT,
];
