//! A trace as a tree.

use linewright_model::{DeviceKind, Grade, Layer, LegRole, SlotState, TableKind};
use linewright_plan::{Affected, Branch, Named, Step, StepKind, Trace};

use super::figures::length;
use super::tables::ranges;
use super::words::Lang;

/// Most branches of one kind drawn under one step; the rest are counted.
const DRAWN: usize = 40;

/// The element, what it rides on, what it carries.
pub fn render(trace: &Trace, lang: Lang) -> String {
    let mut out = format!("{}\n", describe(&trace.subject, lang));
    let on_ground = matches!(trace.subject.kind, Some(StepKind::Span(_) | StepKind::Place(_)));
    let bottom = if on_ground { lang.pick("the ground", "地面") } else { lang.pick("nothing recorded", "无记录") };
    section(&mut out, lang.pick("rides on", "承载于"), &trace.rides_on, bottom, lang);
    let top = lang.pick("nothing recorded", "无记录");
    section(&mut out, lang.pick("carries", "承载"), &trace.carries, top, lang);
    let affected = &trace.affected;
    let customers: Vec<&str> = affected.customers.iter().map(String::as_str).collect();
    let own = match affected.own_trails {
        0 => String::new(),
        own => match lang {
            Lang::En => format!(" ({own} of our own)"),
            Lang::Zh => format!("（其中自有 {own}）"),
        },
    };
    let Affected { cables, trails, links, customer_count, .. } = affected;
    out.push_str(&match lang {
        Lang::En => format!(
            "\naffected: {cables} cable(s), {trails} trail(s){own}, {links} link(s), {customer_count} customer(s)\n"
        ),
        Lang::Zh => format!("\n影响：光缆 {cables}，路径 {trails}{own}，链路 {links}，客户 {customer_count}\n"),
    });
    if !customers.is_empty() {
        out.push_str(&format!("{}{}\n", lang.pick("customers: ", "客户："), customers.join(lang.pick(", ", "、"))));
    }
    if trace.truncated {
        let text = "not everything is shown: the element carries too much for one trace; trace its parts";
        out.push_str(&format!("! {}\n", lang.pick(text, "内容过多，未全部列出；请分段追踪")));
    }
    out
}

fn section(out: &mut String, title: &str, branches: &[Branch], if_none: &str, lang: Lang) {
    out.push_str(&format!("\n{title}\n"));
    if branches.is_empty() {
        out.push_str(&format!("  {if_none}\n"));
    }
    draw(out, "  ", branches, lang);
}

fn draw(out: &mut String, indent: &str, branches: &[Branch], lang: Lang) {
    let hidden = branches.len().saturating_sub(DRAWN);
    let last = branches.len().min(DRAWN) - usize::from(!branches.is_empty() && hidden == 0);
    for (at, branch) in branches.iter().take(DRAWN).enumerate() {
        let (knee, below) = if at == last { ("└ ", "  ") } else { ("├ ", "│ ") };
        let again = if branch.repeated { lang.pick(" (see above)", "（见上）") } else { "" };
        out.push_str(&format!("{indent}{knee}{}{again}\n", describe(&branch.step, lang)));
        draw(out, &format!("{indent}{below}"), &branch.then, lang);
    }
    if hidden > 0 {
        let text = match lang {
            Lang::En => format!("└ … and {hidden} more; --json has all"),
            Lang::Zh => format!("└ …… 另有 {hidden} 项；--json 可见全部"),
        };
        out.push_str(&format!("{indent}{text}\n"));
    }
}

fn label(named: &Named) -> String {
    if named.name.is_empty() { named.code.to_string() } else { format!("{} {}", named.code, named.name) }
}

/// One step on one line.
fn describe(step: &Step, lang: Lang) -> String {
    let mut text = format!("{} {}", kind(step, lang), label(&step.record));
    let mut facts = Vec::new();
    facts.extend(step.role.map(|role| leg(role, lang)));
    facts.extend(slots(step, lang));
    if !step.customer.is_empty() {
        facts.push(format!("{} {}", lang.pick("for", "客户"), step.customer));
    }
    facts.extend(step.grade.map(|grade| grade_word(grade, lang).to_owned()));
    if let Some([a, b]) = &step.ends {
        facts.push(format!("{} – {}", label(a), label(b)));
    }
    facts.extend(step.length_m.map(length));
    facts.extend(step.bore.map(|bore| format!("{} {bore}", lang.pick("bore", "管孔"))));
    if !step.trench.is_empty() {
        facts.push(format!("{} {}", lang.pick("trench", "同沟"), step.trench));
    }
    facts.extend(step.at.as_ref().map(|at| format!("@ {}", label(at))));
    facts.extend(step.stage.map(|stage| format!("[{}]", lang.stage(stage))));
    if !facts.is_empty() {
        text.push_str(&format!(" · {}", facts.join(" · ")));
    }
    text
}

fn kind(step: &Step, lang: Lang) -> &'static str {
    match (step.kind, step.record.id.table) {
        (Some(StepKind::Place(kind)), _) => lang.place(kind),
        (Some(StepKind::Span(kind)), _) => lang.span(kind),
        (Some(StepKind::Device(kind)), _) => device(kind, lang),
        (Some(StepKind::Layer(layer)), TableKind::Link) => link(layer, lang),
        (Some(StepKind::Layer(layer)), _) => trail(layer, lang),
        (None, TableKind::Cable) => lang.pick("cable", "光缆段"),
        (None, TableKind::Splice) => lang.pick("splice", "接续"),
        (None, TableKind::Jumper) => lang.pick("jumper", "跳纤"),
        (None, TableKind::SlotMark) => lang.pick("mark", "标记"),
        (None, TableKind::Address) => lang.pick("address", "标准地址"),
        (None, TableKind::Dataset) => lang.pick("data set", "数据集"),
        (None, other) => other.name(),
    }
}

fn device(kind: DeviceKind, lang: Lang) -> &'static str {
    let (en, zh) = match kind {
        DeviceKind::Odf => ("ODF", "光配线架"),
        DeviceKind::Ddf => ("DDF", "数字配线架"),
        DeviceKind::Splitter => ("splitter", "分光器"),
        DeviceKind::Adm => ("ADM", "分插复用器"),
        DeviceKind::Olt => ("OLT", "OLT"),
        DeviceKind::Onu => ("ONU", "ONU"),
        DeviceKind::Switch => ("switch", "交换机"),
        DeviceKind::Router => ("router", "路由器"),
    };
    lang.pick(en, zh)
}

fn trail(layer: Layer, lang: Lang) -> &'static str {
    let (en, zh) = match layer {
        Layer::Route => ("route trail", "路由"),
        Layer::Cable => ("cable trail", "光缆"),
        Layer::Fibre => ("optical route", "光路"),
        Layer::Section => ("section trail", "复用段路径"),
        Layer::HighOrder => ("high-order trail", "高阶通道"),
        Layer::LowOrder => ("low-order trail", "低阶通道"),
        Layer::Packet => ("packet trail", "分组路径"),
        Layer::Circuit => ("circuit", "电路"),
    };
    lang.pick(en, zh)
}

fn link(layer: Layer, lang: Lang) -> &'static str {
    let (en, zh) = match layer {
        Layer::Route => ("route link", "路由链路"),
        Layer::Cable => ("cable link", "光缆链路"),
        Layer::Fibre => ("fibre link", "光路链路"),
        Layer::Section => ("section", "复用段"),
        Layer::HighOrder => ("high-order link", "高阶链路"),
        Layer::LowOrder => ("low-order link", "低阶链路"),
        Layer::Packet => ("packet link", "分组链路"),
        Layer::Circuit => ("leased line", "专线"),
    };
    lang.pick(en, zh)
}

fn leg(role: LegRole, lang: Lang) -> String {
    match role {
        LegRole::Working => lang.pick("working", "主用").to_owned(),
        LegRole::Protection => lang.pick("protection", "保护").to_owned(),
        LegRole::Member(number) => format!("{} {number}", lang.pick("member", "成员")),
    }
}

fn grade_word(grade: Grade, lang: Lang) -> &'static str {
    match grade {
        Grade::AAA => "AAA",
        Grade::AA => "AA",
        Grade::A => "A",
        Grade::Plain => lang.pick("plain", "普通"),
    }
}

/// The slots with tube and colour of a single core, and their state where it is not the usual one.
fn slots(step: &Step, lang: Lang) -> Option<String> {
    let first = step.slots.first()?;
    let mut text = format!("#{}", ranges(step.slots.iter().map(|slot| slot.number)));
    if let ([slot], Some(position)) = (step.slots.as_slice(), first.position) {
        let colour = |c: linewright_plan::colour::Colour| lang.pick(c.en(), c.zh());
        let tube = position.tube_colour.map_or_else(String::new, |c| format!(" {}", colour(c)));
        let fibre = position.colour.map_or_else(String::new, |c| format!(", {}", colour(c)));
        let number = slot.number;
        text = format!("#{number} ({} {}{tube}{fibre})", lang.pick("tube", "管"), position.tube);
    }
    let usual = |state: SlotState| state == SlotState::Occupied;
    let mut states: Vec<SlotState> = step.slots.iter().map(|slot| slot.state).filter(|s| !usual(*s)).collect();
    states.sort_unstable();
    states.dedup();
    let states: Vec<String> = states.into_iter().map(|state| lang.state(state)).collect();
    if !states.is_empty() {
        text.push_str(&format!(" {}", states.join("/")));
    }
    Some(text)
}
