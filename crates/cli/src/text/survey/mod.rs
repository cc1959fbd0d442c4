//! A survey's answer as a person reads it.

mod element;
mod refusal;

use linewright_catalog::DirectionBudget;
use linewright_plan::{Alternative, Element, LeastShared, Located, Named, Protection, Shared, Survey, Verdict};

use super::figures::{cny, length, pad, wrapped};
use super::words::Lang;

/// The whole answer; lines longer than `columns` are continued under a hanging indent.
pub fn render(survey: &Survey, lang: Lang, columns: Option<usize>) -> String {
    let mut page = Page { lang, columns: columns.unwrap_or(usize::MAX), out: String::new() };
    page.head(survey);
    for alternative in &survey.alternatives {
        page.blank();
        page.alternative(&format!("{}. ", alternative.rank), alternative, None);
    }
    if let Some(protection) = &survey.protection {
        page.blank();
        page.protection(protection, &survey.alternatives);
    }
    if !survey.rejected.is_empty() {
        page.blank();
        page.line(0, lang.pick("Candidates that cannot serve", "不能接入的候选接入点"));
        for rejected in &survey.rejected {
            page.rejected(rejected);
        }
    }
    for note in &survey.notes {
        page.note(note);
    }
    page.out
}

struct Page {
    lang: Lang,
    columns: usize,
    out: String,
}

/// Codes of this length are UUIDs: their head is enough beside a name.
const UUID_LEN: usize = 36;

fn label(named: &Named) -> String {
    match (named.name.as_str(), named.code.get(..8)) {
        ("", _) => named.code.to_string(),
        (name, Some(head)) if named.code.len() >= UUID_LEN => format!("{name} [{head}…]"),
        (name, _) => format!("{} {name}", named.code),
    }
}

/// The shortest text that tells a record from its neighbours: its code, or the label where that is a UUID.
fn short(named: &Named) -> String {
    if named.code.len() >= UUID_LEN { label(named) } else { named.code.to_string() }
}

fn codes(named: &[Named]) -> String {
    const SHOWN: usize = 6;
    let mut text: Vec<String> = named.iter().take(SHOWN).map(short).collect();
    if named.len() > SHOWN {
        text.push("…".to_owned());
    }
    text.join(", ")
}

impl Page {
    fn line(&mut self, indent: usize, text: &str) {
        self.hang(indent, indent + 2, "", text);
    }

    /// A line that is continued under `hanging` columns, each further line with `sign` at its head.
    fn hang(&mut self, indent: usize, hanging: usize, sign: &str, text: &str) {
        for (at, line) in wrapped(text, self.columns, indent, hanging).iter().enumerate() {
            if at == 0 {
                self.out.push_str(&" ".repeat(indent));
            } else {
                self.out.push_str(&pad(&format!("{}{sign}", " ".repeat(indent)), hanging));
            }
            self.out.push_str(line.trim_end());
            self.out.push('\n');
        }
    }

    fn blank(&mut self) {
        self.out.push('\n');
    }

    fn field(&mut self, indent: usize, name: &str, text: &str) {
        self.hang(indent, indent + 14, "", &format!("{}{text}", pad(name, 14)));
    }

    fn verdict(&self, verdict: Verdict) -> String {
        match self.lang {
            Lang::En => format!("{} ({})", verdict.en(), verdict.zh()),
            Lang::Zh => verdict.zh().to_owned(),
        }
    }

    fn head(&mut self, survey: &Survey) {
        let lang = self.lang;
        self.line(0, &format!("{}  {}", lang.pick("Survey", "勘察"), survey.customer.label));
        self.end(lang.pick("customer", "客户端"), &survey.customer);
        if let Some(far) = &survey.far {
            self.end(lang.pick("far end", "对端"), far);
        }
        let [zh, en] = &survey.product_name;
        self.field(2, lang.pick("product", "业务"), &format!("{}, {}", lang.pick(en, zh), survey.bandwidth));
        let versions = &survey.catalog;
        let all = [&versions.prices, &versions.optics, &versions.products, &versions.policy];
        let catalog = if all.iter().all(|version| *version == all[0]) {
            all[0].clone()
        } else {
            let [prices, optics, products, policy] = all;
            format!("prices {prices}, optics {optics}, products {products}, policy {policy}")
        };
        let base = format!(
            "{} {} · {} {catalog}",
            lang.pick("network version", "网络版本"),
            survey.base,
            lang.pick("catalogue", "价目版本")
        );
        self.field(2, lang.pick("planned on", "依据"), &base);
        let mut verdict = self.verdict(survey.verdict);
        if survey.alternatives.first().is_some_and(unproven) {
            verdict.push_str(lang.pick(", to be checked on site", "，需现场核查"));
        }
        self.field(2, lang.pick("verdict", "结论"), &verdict);
    }

    fn end(&mut self, name: &str, end: &Located) {
        let lang = self.lang;
        let mut text = Vec::new();
        if let Some(place) = &end.place {
            text.push(label(place));
        }
        if let Some(position) = end.position {
            text.push(format!("{:.6}, {:.6} WGS-84", position.lon_deg(), position.lat_deg()));
        }
        if let Some((crs, accuracy_m)) = end.crs.as_ref().filter(|(_, accuracy_m)| *accuracy_m > 0.0) {
            text.push(format!("{} {crs} ± {accuracy_m:.0} m", lang.pick("from", "由")));
        }
        if !end.covered_by.is_empty() {
            text.push(format!("{} {}", lang.pick("covered by", "覆盖箱体"), codes(&end.covered_by)));
        }
        self.field(2, name, &text.join(" · "));
    }

    /// One way; its route only by reference where `shown` is the same way, told before.
    fn alternative(&mut self, mark: &str, way: &Alternative, shown: Option<&Alternative>) {
        let lang = self.lang;
        let mut verdict = self.verdict(way.verdict);
        if unproven(way) {
            verdict.push_str(lang.pick(", to be checked on site", "，需现场核查"));
        }
        if !way.expansions.is_empty() {
            let what: Vec<&str> = way.expansions.iter().map(|e| lang.expansion(*e)).collect();
            verdict = format!("{verdict}: {}", what.join(", "));
        }
        let days = way.lead_time.working_days;
        let mut title = format!(
            "{mark}{verdict} · {} · CNY {} · {}",
            lang.technology(way.technology),
            cny(way.cost_cny),
            lang.working_days(days)
        );
        if let Some(day) = way.lead_time.not_before {
            title.push_str(&format!(" · {} {day}", lang.pick("not before", "不早于")));
        }
        self.line(0, &title);
        if let Some(shown) = shown {
            let text = format!("{} {}", lang.pick("as way", "同方案"), shown.rank);
            return self.field(3, lang.pick("route", "路由"), &text);
        }
        self.access(way);
        self.field(3, lang.pick("route", "路由"), "");
        for element in &way.route {
            self.element(element);
        }
        self.budget(way);
        self.bill(way);
        self.lead_time(way);
        self.notices(way);
        if !way.to_check.is_empty() {
            let text = format!(
                "{}: {}",
                lang.pick("core occupancy unknown, to be checked on site", "纤芯占用情况未知，需现场核查"),
                codes(&way.to_check)
            );
            self.field(3, lang.pick("check", "核查"), &text);
        }
    }

    fn notices(&mut self, way: &Alternative) {
        let lang = self.lang;
        let parties: Vec<String> =
            way.notify.iter().map(|(plant, party)| format!("{party} ({})", short(plant))).collect();
        if !parties.is_empty() {
            self.field(3, lang.pick("notify", "须知会"), &parties.join("; "));
        }
    }

    fn access(&mut self, way: &Alternative) {
        let lang = self.lang;
        let mut text = label(&way.access_point);
        match way.covers {
            Some(true) => text.push_str(lang.pick(" (lists this building)", "（覆盖本楼）")),
            Some(false) => text.push_str(lang.pick(" (does not list this building)", "（未登记覆盖本楼）")),
            None => {}
        }
        if way.drop_m > 0.0 {
            text.push_str(&format!("{}{}", lang.pick(", new cable ", "，新布放 "), length(way.drop_m)));
        }
        text.push_str(&format!("{}{}", lang.pick(", total fibre length ", "，光缆全长 "), length(way.length_m)));
        self.field(3, lang.pick("access point", "接入点"), &text);
    }

    fn budget(&mut self, way: &Alternative) {
        let lang = self.lang;
        let Some(budget) = &way.budget else {
            let text = lang.pick("cannot be computed from this map", "地图信息不足，无法计算");
            return self.field(3, lang.pick("light", "光功率预算"), text);
        };
        let passes = match (budget.passes, budget.directions.iter().any(|d| d.spare_db < THIN_DB)) {
            (true, true) => lang.pick("passes, but barely: measure before promising", "合格，但余量很小，承诺前需实测"),
            (true, false) => lang.pick("passes", "合格"),
            (false, _) => lang.pick("FAILS", "不合格"),
        };
        self.field(3, lang.pick("light", "光功率预算"), &format!("{} {passes}", budget.interface));
        for direction in &budget.directions {
            self.direction(direction);
        }
        let failures: Vec<String> = budget.failures().map(|failure| lang.failure(failure)).collect();
        let mut seen = Vec::new();
        for failure in failures {
            if !seen.contains(&failure) {
                self.line(5, &format!("! {failure}"));
                seen.push(failure);
            }
        }
    }

    fn direction(&mut self, direction: &DirectionBudget) {
        let lang = self.lang;
        let parts = [
            (direction.fibre_db, lang.pick("fibre", "光纤")),
            (direction.connector_db, lang.pick("connectors", "活动连接")),
            (direction.splice_db, lang.pick("splices", "熔接")),
            (direction.splitter_db, lang.pick("splitters", "分光")),
            (direction.margin_db, lang.pick("margin", "富余度")),
        ];
        let parts: Vec<String> =
            parts.iter().filter(|(db, _)| *db > 0.0).map(|(db, what)| format!("{what} {db:.2}")).collect();
        let mut text = format!(
            "{} {} nm: {} {:.2} / {:.2} dB ({}), {} {:.2} dB; {} {:.1} … {:.1} dBm ({} {:.0}, {} {:.0})",
            lang.direction(direction.direction),
            direction.wavelength_nm,
            lang.pick("loss", "链路损耗"),
            direction.total_loss_db,
            direction.budget_db,
            parts.join(" + "),
            lang.pick("spare", "余量"),
            direction.spare_db,
            lang.pick("received", "接收"),
            direction.received_min_dbm,
            direction.received_max_dbm,
            lang.pick("sensitivity", "灵敏度"),
            direction.sensitivity_dbm,
            lang.pick("overload", "过载"),
            direction.overload_dbm
        );
        if direction.attenuator_db > 0 {
            let attenuator = lang.pick("attenuator", "固定衰减器");
            text.push_str(&format!("; {attenuator} {} dB", direction.attenuator_db));
        }
        self.line(5, &text);
    }

    fn bill(&mut self, way: &Alternative) {
        let lang = self.lang;
        self.field(3, lang.pick("bill", "费用"), &format!("CNY {}", cny(way.cost_cny)));
        for line in &way.bill {
            let quantity = format!("{} {}", cny(line.quantity.round() as i64), lang.unit(&line.unit));
            let amount = cny(line.amount_cny);
            self.line(5, &format!("{}{}{amount:>10}", pad(&lang.item(&line.item), 36), pad(quantity.trim(), 12)));
        }
    }

    fn lead_time(&mut self, way: &Alternative) {
        let lang = self.lang;
        let time = &way.lead_time;
        let one = |a: &linewright_plan::Activity| {
            let about = a.about.as_ref().map_or_else(String::new, |about| format!(" ({})", short(about)));
            format!("{}{about} {}", lang.activity(&a.activity), a.working_days)
        };
        let before: Vec<String> = time.activities.iter().filter(|a| a.parallel).map(one).collect();
        let works: Vec<String> = time.activities.iter().filter(|a| !a.parallel).map(one).collect();
        let mut text = lang.working_days(time.working_days);
        if !before.is_empty() {
            text.push_str(&format!("; {}: {}", lang.pick("in parallel", "并行"), before.join(", ")));
        }
        if !works.is_empty() {
            text.push_str(&format!("; {}: {}", lang.pick("then in sequence", "串行"), works.join(", ")));
        }
        self.field(3, lang.pick("time", "工期"), &text);
    }

    fn protection(&mut self, protection: &Protection, shown: &[Alternative]) {
        let lang = self.lang;
        let title = lang.pick("Protection", "保护");
        match protection {
            Protection::Disjoint { working, protection, optimal, gap_cny, common_end, unrecorded } => {
                let best = if *optimal {
                    lang.pick("no cheaper pair exists", "已证明最优").to_owned()
                } else {
                    format!(
                        "{} CNY {}",
                        lang.pick("a better pair would save at most", "更优方案至多节省"),
                        cny(*gap_cny)
                    )
                };
                let text = lang.pick(
                    "two ways that share no duct, manhole, cable or room between their ends",
                    "双路由在两端之间物理分离",
                );
                self.line(0, &format!("{title}{}{text} ({best})", self.colon()));
                if let Some(end) = common_end {
                    let text = lang.pick("both end on", "两路由终结于同一设备");
                    self.line(2, &format!("{text} {}", label(end)));
                }
                if !unrecorded.is_empty() {
                    let text = lang.pick(
                        "as far as recorded: the map does not say where these cables lie:",
                        "仅就已有记录而言，下列光缆未登记路由：",
                    );
                    self.line(2, &format!("{text} {}", codes(unrecorded)));
                }
                self.legs(working, protection, shown);
            }
            Protection::Dark => {
                let text = lang.pick(
                    "two ways exist, but light does not reach over one of them",
                    "存在双路由，但其中一路光功率不足",
                );
                self.line(0, &format!("{title}{}{text}", self.colon()));
            }
            Protection::Impossible { single, no_route, least_shared } => {
                let text = match (single, no_route) {
                    (_, true) => lang.pick("not even one way exists", "无可用路由").to_owned(),
                    (Some(single), _) => format!(
                        "{} {}",
                        lang.pick("proven impossible: every way goes through", "已证明不可能：所有路由均经过"),
                        self.share(single)
                    ),
                    (None, _) => lang.pick("proven impossible", "已证明不可能").to_owned(),
                };
                self.line(0, &format!("{title}{}{text}", self.colon()));
                self.least(least_shared.as_deref(), shown);
            }
            Protection::Undecided { least_shared } => {
                let text = lang.pick("not decided: not all plant around was searched", "未能判定：周边资源未全部搜索");
                self.line(0, &format!("{title}{}{text}", self.colon()));
                self.least(least_shared.as_deref(), shown);
            }
        }
    }

    fn share(&self, shared: &Shared) -> String {
        format!("{} {}", self.lang.shared(shared.kind), label(&shared.resource))
    }

    fn least(&mut self, least: Option<&LeastShared>, shown: &[Alternative]) {
        let Some(least) = least else { return };
        let lang = self.lang;
        let shared: Vec<String> = least.shared.iter().map(|s| self.share(s)).collect();
        let text = lang.pick("the pair that shares least has in common", "共用最少的双路由仍共用");
        self.line(2, &format!("{text}: {}", shared.join("; ")));
        self.line(2, lang.pick("it needs a signed exception with an expiry date", "需签署例外并注明到期日"));
        self.legs(&least.working, &least.protection, shown);
    }

    fn legs(&mut self, working: &Alternative, protection: &Alternative, shown: &[Alternative]) {
        let lang = self.lang;
        let cost_cny = working.cost_cny.saturating_add(protection.cost_cny);
        self.line(2, &format!("{}CNY {}", lang.pick("both together: ", "合计："), cny(cost_cny)));
        for (mark, leg) in [("working: ", working), ("protection: ", protection)] {
            let mark =
                if leg.rank == 1 { lang.pick(mark, "主用路由：") } else { lang.pick(mark, "备用路由：") };
            let same = shown.iter().find(|way| way.route == leg.route);
            self.alternative(mark, leg, same);
        }
    }

    fn colon(&self) -> &'static str {
        self.lang.pick(": ", "：")
    }
}

/// Less spare light than this is worth a word, dB.
const THIN_DB: f64 = 1.0;

/// Whether a way rests on what the map does not prove.
fn unproven(way: &Alternative) -> bool {
    !way.to_check.is_empty() || way.route.iter().any(|e| matches!(e, Element::UnrecordedEquipment { .. }))
}
