//! A route, one line an element.

use linewright_plan::colour::Colour;
use linewright_plan::{Core, Element};

use super::super::figures::length;
use super::super::words::Lang;
use super::{Page, codes, label, short};

impl Page {
    pub(super) fn step(&mut self, sign: &str, text: &str) {
        let rail = if matches!(sign, "│" | "┊") { sign } else { "│" };
        self.hang(5, 9, rail, &format!("{sign} {text}"));
    }

    pub(super) fn element(&mut self, element: &Element) {
        let lang = self.lang;
        match element {
            Element::End { label } => self.step("○", label),
            Element::NewCable { length_m, spans, fibres } => {
                let way = if spans.is_empty() {
                    lang.pick("direct, no duct or pole there", "直线新建（无既有管道杆路）").to_owned()
                } else {
                    format!("{} {}", lang.pick("along", "沿"), codes(spans))
                };
                let fibres = match (lang, fibres) {
                    (Lang::En, 1) => "1 fibre used".to_owned(),
                    (Lang::En, n) => format!("{n} fibres used"),
                    (Lang::Zh, n) => format!("使用 {n} 芯"),
                };
                let new = lang.pick("+ new cable", "＋新布放光缆");
                let text = format!("{new} {}, {fibres}, {way}", length(*length_m));
                self.step("┊", &text);
            }
            Element::Place { place, kind } => self.step("●", &format!("{} {}", lang.place(*kind), label(place))),
            Element::Terminals { device, ports, block } => {
                let text =
                    format!("{} {} {}", label(device), block, self.numbers(lang.pick("terminal", "端子"), ports));
                self.step("│", &text);
            }
            Element::Jumpers { count } => {
                self.step("┊", &format!("{} × {count}", lang.pick("+ new jumper", "＋新跳纤")));
            }
            Element::Cable { .. } => self.cable(element),
            Element::Splice { splice, at } => {
                self.step("│", &format!("{} {} @ {}", lang.pick("splice", "熔接"), short(splice), label(at)));
            }
            Element::NewSplices { count, at } => {
                self.step("┊", &format!("{} × {count} @ {}", lang.pick("+ new splice", "＋新熔接"), label(at)));
            }
            Element::Splitter { device, ratio, branch, new } => {
                let branch = branch.map_or_else(String::new, |b| format!(" {} {b}", lang.pick("branch", "分支")));
                let sign = if *new { "┊" } else { "│" };
                let what = if *new {
                    lang.pick("+ new splitter", "＋新增分光器")
                } else {
                    lang.pick("splitter", "分光器")
                };
                self.step(sign, &format!("{what} 1:{ratio} {}{branch}", label(device)));
            }
            Element::Port { device, port, interface, at } => {
                let port = match port {
                    Some(port) => format!("{} {port}", lang.pick("port", "端口")),
                    None => lang.pick("port of a new board", "新增板卡端口").to_owned(),
                };
                self.step("◎", &format!("{} {port} {interface} @ {}", label(device), label(at)));
            }
            Element::UnrecordedEquipment { at } => {
                let text = lang.pick("equipment not recorded on the map, to be checked", "地图未记录设备，需核查");
                self.step("◎", &format!("{text} @ {}", label(at)));
            }
        }
    }

    pub(super) fn numbers(&self, what: &str, numbers: &[u32]) -> String {
        if numbers.is_empty() {
            return format!("{what} {}", self.lang.pick("to be checked", "待核查"));
        }
        let numbers: Vec<String> = numbers.iter().map(u32::to_string).collect();
        format!("{what} {}", numbers.join(", "))
    }

    pub(super) fn core(&self, core: &Core) -> String {
        let Some(position) = &core.position else { return core.number.to_string() };
        let lang = self.lang;
        let colour = |c: Colour| match lang {
            Lang::En => c.en(),
            Lang::Zh => c.zh(),
        };
        let mut parts = vec![match position.tube_colour {
            Some(tube) => format!("{} {} {}", lang.pick("tube", "束管"), position.tube, colour(tube)),
            None => format!("{} {}", lang.pick("tube", "束管"), position.tube),
        }];
        parts.extend(position.ribbon.map(|ribbon| format!("{} {ribbon}", lang.pick("ribbon", "带"))));
        parts.extend(position.colour.map(|c| format!("{} {}", lang.pick("fibre", "纤芯"), colour(c))));
        format!("{} ({})", core.number, parts.join(", "))
    }

    pub(super) fn cable(&mut self, element: &Element) {
        let Element::Cable { cable, cores, of, length_m, spans, unproven, waiting } = element else { return };
        let lang = self.lang;
        let cores: Vec<String> = cores.iter().map(|core| self.core(core)).collect();
        let cores = match (unproven, of) {
            (true, None) => lang.pick("cores unknown", "纤芯未知").to_owned(),
            (true, Some(of)) => format!("{} {of}", lang.pick("cores to be checked, of", "纤芯待核查，共")),
            (false, _) => format!("{} {}", lang.pick("core", "纤芯"), cores.join(", ")),
        };
        let mut text = format!("{} {}, {cores}, {}", lang.pick("cable", "光缆"), label(cable), length(*length_m));
        if !spans.is_empty() {
            // A plain map's span has the name of its cable.
            let same = spans.iter().all(|span| span.name == cable.name && span.code == cable.code);
            if !same {
                text.push_str(&format!(", {} {}", lang.pick("in", "经"), codes(spans)));
            }
        }
        if let Some((stage, from)) = waiting {
            let from = from.map_or_else(String::new, |from| format!(" {from}"));
            text.push_str(&format!(" [{}{from}]", lang.stage(*stage)));
        }
        self.step("│", &text);
    }
}
