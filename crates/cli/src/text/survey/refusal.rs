//! Why a candidate cannot serve, and what else the reader must know.

use linewright_plan::{Block, Note, Rejected};

use super::super::figures::length;
use super::super::words::Lang;
use super::{Page, codes, label};

impl Page {
    pub(super) fn rejected(&mut self, rejected: &Rejected) {
        let how = rejected.technology.map_or_else(String::new, |t| format!(" [{}]", self.lang.technology(t)));
        let text = format!(
            "× {} ({}){how}: {}",
            label(&rejected.access_point),
            length(rejected.distance_m),
            self.block(&rejected.block)
        );
        self.line(2, &text);
    }

    pub(super) fn block(&self, block: &Block) -> String {
        let lang = self.lang;
        match block {
            Block::NoFreeCores { cables, needed, free, blocked } => {
                let total = free + blocked.iter().map(|(_, n)| n).sum::<u32>();
                let states: Vec<String> = blocked.iter().map(|(s, n)| format!("{n} {}", lang.state(*s))).collect();
                match lang {
                    Lang::En => format!(
                        "cable {}: {free} of {total} cores free, {needed} needed ({})",
                        codes(cables),
                        states.join(", ")
                    ),
                    Lang::Zh => {
                        format!(
                            "光缆 {}：{total} 芯中空闲 {free} 芯，需 {needed} 芯（{}）",
                            codes(cables),
                            states.join("，")
                        )
                    }
                }
            }
            Block::NoFreeBranch { splitter, branches } => match lang {
                Lang::En => format!("splitter {}: 0 of {branches} branches free", label(splitter)),
                Lang::Zh => format!("分光器 {}：{branches} 个分支全部占用", label(splitter)),
            },
            Block::NotFed { splitter } => match lang {
                Lang::En => format!("splitter {} is not connected to an OLT", label(splitter)),
                Lang::Zh => format!("分光器 {} 未接入 OLT", label(splitter)),
            },
            Block::FeederBroken { splitter, at } => match lang {
                Lang::En => {
                    format!("splitter {}: its feeder is faulty or not available at {}", label(splitter), label(at))
                }
                Lang::Zh => format!("分光器 {}：上联光路在 {} 处故障或不可用", label(splitter), label(at)),
            },
            Block::NotComputable { reason } => reason.clone(),
            Block::NoFreePort { device, rates, ports } => match lang {
                Lang::En => {
                    format!("{}: 0 of {ports} {} ports free and no free board slot", label(device), rates.join("/"))
                }
                Lang::Zh => format!("{}：{ports} 个 {} 端口全部占用，且无空闲槽位", label(device), rates.join("/")),
            },
            Block::SpanFull { span, capacity } => match lang {
                Lang::En => format!("{}: {capacity} of {capacity} bores taken", label(span)),
                Lang::Zh => format!("{}：{capacity} 个管孔全部占用", label(span)),
            },
            Block::NotAvailable { plant, stage, available_from } => {
                let from = available_from
                    .map_or_else(|| lang.pick("no date announced", "未定日期").to_owned(), |day| day.to_string());
                format!("{} {} ({from})", label(plant), lang.stage(*stage))
            }
            Block::NoWayToFarEnd { far } => match lang {
                Lang::En => format!("no cable leads from here to {far}"),
                Lang::Zh => format!("无光缆通达 {far}"),
            },
            Block::NoWayToEquipment { wanted } => {
                let wanted: Vec<&str> = wanted.iter().map(|kind| lang.equipment(kind)).collect();
                match lang {
                    Lang::En => format!("no glass leads from here to any {}", wanted.join(" or ")),
                    Lang::Zh => format!("无光缆通达{}", wanted.join("或")),
                }
            }
            Block::Budget { interface, failures } => {
                let failures: Vec<String> = failures.iter().map(|failure| lang.failure(failure)).collect();
                format!("{interface}: {}", failures.join("; "))
            }
            Block::Disputed { cables } => match lang {
                Lang::En => format!("cable {}: the records join its cores twice; correct them first", codes(cables)),
                Lang::Zh => format!("光缆 {}：纤芯接续记录冲突，需先更正", codes(cables)),
            },
            Block::TooFar { distance_m, limit_m } => match lang {
                Lang::En => format!("{} away; beyond the new-build limit of {}", length(*distance_m), length(*limit_m)),
                Lang::Zh => format!("距离 {}，超过新建光缆上限 {}", length(*distance_m), length(*limit_m)),
            },
        }
    }

    pub(super) fn note(&mut self, note: &Note) {
        let lang = self.lang;
        let text = match note {
            Note::CoresUnknown => lang
                .pick(
                    "core occupancy unknown on some cables, to be checked on site before anything is promised",
                    "部分光缆纤芯占用情况未知，承诺前需现场核查",
                )
                .to_owned(),
            Note::EquipmentUnknown => lang
                .pick("the map records no equipment; what can serve is to be checked", "地图未记录设备，接入能力需核查")
                .to_owned(),
            Note::SearchBound => lang
                .pick("the search bound was reached; better ways may exist", "已达搜索上限，可能存在更优方案")
                .to_owned(),
            Note::NearestOnly { street_spans, passing_cables } => match lang {
                Lang::En => format!(
                    "proven for the {street_spans} nearest streets at each end and {passing_cables} cables passing there, as the policy sets them"
                ),
                Lang::Zh => {
                    format!("上述结论限于策略规定的范围：两端各最近 {street_spans} 段路由、{passing_cables} 条经过光缆")
                }
            },
            Note::Overdue { plant, available_from } => match lang {
                Lang::En => {
                    format!("{} should have been in service since {available_from}; ask when it will be", label(plant))
                }
                Lang::Zh => format!("{} 计划 {available_from} 投产，至今未在网，请核实", label(plant)),
            },
            Note::GlassAllTheWay => lang
                .pick(
                    "the far end is sought in glass all the way; ways over transport equipment are not searched yet",
                    "对端按全程光缆查找，尚不查找经传输设备的电路",
                )
                .to_owned(),
            Note::NearestPlant { place, distance_m } => {
                format!("{} {} ({})", lang.pick("nearest plant:", "最近的资源："), label(place), length(*distance_m))
            }
        };
        self.line(0, &format!("! {text}"));
    }
}
