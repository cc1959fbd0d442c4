//! Accuracy 准确率 from a field sample 抽样核查: which records to look at, and what the answers say (DOMAIN §6.4).

use std::collections::{BTreeMap, BinaryHeap};

use linewright_catalog::{Catalog, Policy};
use linewright_model::{AnyId, Cable, Device, Id, Network, Place, PortKind, Span, Text, Trail};
use serde::Serialize;

use crate::figures::home;

/// What is sampled: kinds of records, each with its share of the sample.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// 设施
    Place,
    /// 路由段
    Span,
    /// 光缆段
    Cable,
    /// 端口/端子, one by one
    Port,
    /// 纤芯, one by one
    Core,
    /// 电路/光路
    Route,
}

impl Kind {
    /// All kinds.
    pub const ALL: [Kind; 6] = [Kind::Place, Kind::Span, Kind::Cable, Kind::Port, Kind::Core, Kind::Route];

    /// The share of attributes that has to agree, per cent.
    #[must_use]
    pub fn required_percent(self, policy: &Policy) -> f64 {
        match self {
            Kind::Place | Kind::Span | Kind::Cable => policy.accuracy.line_percent,
            Kind::Port | Kind::Core => policy.accuracy.slot_percent,
            Kind::Route => policy.accuracy.circuit_percent,
        }
    }
}

/// A record of the sample, or one slot of it.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub struct Drawn {
    /// What is looked at.
    pub kind: Kind,
    /// District or county 区县; empty when unknown.
    pub region: Text,
    /// Responsible unit 维护单位; empty when unknown.
    pub unit: Text,
    /// The record.
    pub id: AnyId,
    /// Its core or port.
    pub slot: Option<u32>,
}

/// A kind of record in a region.
type Stratum = (Kind, Text);

/// The things with the lowest lots so far, the highest of them on top.
type Lowest = BinaryHeap<(u64, AnyId, u32)>;

/// Draws `size` records: as many of each kind, within a kind by region in proportion to what there is of it, each region
/// once as far as that goes; at random inside. The same network, size and seed draw the same records.
#[must_use]
pub fn draw(network: &Network, size: usize, seed: u64) -> Vec<Drawn> {
    let mut strata: BTreeMap<Stratum, u64> = BTreeMap::new();
    each(network, |kind, id, slots| {
        *strata.entry((kind, home(network, id).region)).or_default() += slots.len() as u64;
    });
    let wanted = allocation(&strata, size);
    let mut drawn: BTreeMap<Stratum, Lowest> = BTreeMap::new();
    each(network, |kind, id, slots| {
        let stratum = (kind, home(network, id).region);
        let Some(most) = wanted.get(&stratum).copied().filter(|most| *most > 0) else { return };
        let heap = drawn.entry(stratum).or_default();
        for slot in slots {
            let key = (lot(seed, kind, id, slot), id, slot);
            if heap.len() < most {
                heap.push(key);
            } else if heap.peek().is_some_and(|worst| key < *worst) {
                heap.pop();
                heap.push(key);
            }
        }
    });
    let of_stratum = |((kind, region), heap): (Stratum, Lowest)| {
        let mut chosen: Vec<(AnyId, u32)> = heap.into_iter().map(|(_, id, slot)| (id, slot)).collect();
        chosen.sort_unstable();
        let slot = move |slot| matches!(kind, Kind::Port | Kind::Core).then_some(slot);
        let drawn =
            move |(id, at)| Drawn { kind, region: region.clone(), unit: home(network, id).unit, id, slot: slot(at) };
        chosen.into_iter().map(drawn).collect::<Vec<_>>()
    };
    drawn.into_iter().flat_map(of_stratum).collect()
}

/// Tells `f` every record of every kind with its slots; a record that is looked at as a whole has slot 0 alone.
fn each(network: &Network, mut f: impl FnMut(Kind, AnyId, std::ops::Range<u32>)) {
    network.all::<Place>().for_each(|(id, _)| f(Kind::Place, id.any(), 0..1));
    network.all::<Span>().for_each(|(id, _)| f(Kind::Span, id.any(), 0..1));
    for (id, cable) in network.all::<Cable>() {
        f(Kind::Cable, id.any(), 0..1);
        f(Kind::Core, id.any(), 1..cable.cores.unwrap_or(0).saturating_add(1));
    }
    for (id, device) in network.all::<Device>() {
        // What a splitter does inside cannot be seen.
        let seen = device.blocks.iter().filter(|block| block.kind != PortKind::SplitterIn);
        seen.for_each(|block| f(Kind::Port, id.any(), block.ports()));
    }
    network.all::<Trail>().for_each(|(id, _)| f(Kind::Route, id.any(), 0..1));
}

/// How many to draw of each stratum.
fn allocation(strata: &BTreeMap<Stratum, u64>, size: usize) -> BTreeMap<Stratum, usize> {
    let mut wanted = BTreeMap::new();
    let mut left = size as u64;
    let there = |kind: Kind| strata.iter().filter(move |((of, _), _)| *of == kind);
    let mut kinds: Vec<(u64, Kind)> = Kind::ALL.map(|kind| (there(kind).map(|(_, count)| count).sum(), kind)).to_vec();
    // Those with the least first, so that what they cannot use goes to the others.
    kinds.sort_unstable();
    for (nth, (all, kind)) in kinds.iter().enumerate() {
        let others = (kinds.len() - nth) as u64;
        let share = left.div_ceil(others).min(*all);
        left -= share;
        // Largest remainders, but one for each region first.
        let regions: Vec<_> = there(*kind).collect();
        let mut given: Vec<u64> = vec![0; regions.len()];
        for _ in 0..share {
            let lacking = |at: &usize| {
                let count = *regions[*at].1;
                let quota = share as f64 * count as f64 / *all as f64;
                let lacks = if given[*at] == 0 { f64::INFINITY } else { quota - given[*at] as f64 };
                if given[*at] < count { lacks } else { f64::NEG_INFINITY }
            };
            let next = (0..regions.len()).max_by(|a, b| lacking(a).total_cmp(&lacking(b)).then(b.cmp(a)));
            if let Some(at) = next {
                given[at] += 1;
            }
        }
        for ((stratum, _), count) in regions.into_iter().zip(given) {
            wanted.insert(stratum.clone(), usize::try_from(count).unwrap_or(usize::MAX));
        }
    }
    wanted
}

/// The lot of one thing: a number that depends on nothing else (SplitMix64, Steele et al. 2014).
fn lot(seed: u64, kind: Kind, id: AnyId, slot: u32) -> u64 {
    let mix = |state: u64, value: u64| {
        let mut z = (state ^ value).wrapping_add(0x9e37_79b9_7f4a_7c15);
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    };
    [kind as u64, u64::from(id.raw), u64::from(slot)].into_iter().fold(mix(seed, 0), mix)
}

/// One attribute that was looked at in the field.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Observation {
    /// Of what.
    pub kind: Kind,
    /// District or county 区县.
    pub region: Text,
    /// Responsible unit 维护单位.
    pub unit: Text,
    /// Whether the field agrees with the records.
    pub agrees: bool,
}

/// What a sample says of a threshold, at a confidence of 95 %.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    /// 达标: the whole interval is at or above it.
    Met,
    /// 未达标: the whole interval is below it.
    Missed,
    /// 不能判定: the sample is too small to tell.
    Open,
}

/// Accuracy of a kind of record: of all, of a region or of a unit.
#[derive(Clone, PartialEq, Debug, Serialize)]
pub struct Accuracy {
    /// The region or unit; none for all.
    pub name: Option<String>,
    /// Kind of record.
    pub kind: Kind,
    /// Attributes looked at.
    pub looked_at: u64,
    /// Those that agree.
    pub agree: u64,
    /// 准确率: those that agree, per cent.
    pub percent: f64,
    /// Lower end of the interval.
    pub low_percent: f64,
    /// Upper end of the interval.
    pub high_percent: f64,
    /// What the policy requires.
    pub required_percent: f64,
    /// What the sample says of it.
    pub verdict: Verdict,
}

/// Accuracy by kind of record, then by region and by unit.
#[derive(Clone, PartialEq, Debug, Default, Serialize)]
pub struct Accuracies {
    /// By kind of record.
    pub kinds: Vec<Accuracy>,
    /// By region and kind.
    pub regions: Vec<Accuracy>,
    /// By unit and kind.
    pub units: Vec<Accuracy>,
}

/// The accuracy that observations show, against the thresholds of the policy. The interval is Wilson's at 95 %; it takes
/// the attributes of a record as independent of each other.
#[must_use]
pub fn accuracy(observations: &[Observation], catalog: &Catalog) -> Accuracies {
    let grouped = |name: fn(&Observation) -> Option<&Text>| {
        let mut groups: BTreeMap<(Option<&Text>, Kind), (u64, u64)> = BTreeMap::new();
        for observation in observations {
            let (looked_at, agree) = groups.entry((name(observation), observation.kind)).or_default();
            *looked_at += 1;
            *agree += u64::from(observation.agrees);
        }
        let row = |((name, kind), (looked_at, agree)): ((Option<&Text>, Kind), (u64, u64))| {
            let (low, high) = wilson(agree, looked_at);
            let required_percent = kind.required_percent(catalog.policy());
            let verdict = match (low * 100.0 >= required_percent, high * 100.0 < required_percent) {
                (true, _) => Verdict::Met,
                (_, true) => Verdict::Missed,
                _ => Verdict::Open,
            };
            Accuracy {
                name: name.map(Text::to_string),
                kind,
                looked_at,
                agree,
                percent: agree as f64 * 100.0 / looked_at as f64,
                low_percent: low * 100.0,
                high_percent: high * 100.0,
                required_percent,
                verdict,
            }
        };
        groups.into_iter().map(row).collect()
    };
    Accuracies {
        kinds: grouped(|_| None),
        regions: grouped(|observation| Some(&observation.region)),
        units: grouped(|observation| Some(&observation.unit)),
    }
}

/// Wilson's interval of a share (1927), at a confidence of 95 %.
fn wilson(agree: u64, looked_at: u64) -> (f64, f64) {
    /// Quantile of the normal distribution at 97.5 %.
    const Z: f64 = 1.959_964;
    let n = looked_at as f64;
    let share = agree as f64 / n;
    let scale = 1.0 + Z * Z / n;
    let centre = (share + Z * Z / (2.0 * n)) / scale;
    let half = Z / scale * (share * (1.0 - share) / n + Z * Z / (4.0 * n * n)).sqrt();
    ((centre - half).max(0.0), (centre + half).min(1.0))
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use crate::village::Village;

    #[test]
    fn a_sample_is_spread_over_the_kinds_and_always_the_same() {
        let network = Village::new().network;
        let drawn = draw(&network, 24, 7);
        assert_eq!(drawn, draw(&network, 24, 7));
        assert_ne!(drawn, draw(&network, 24, 8));
        assert_eq!(drawn.len(), 24);
        let of = |kind| drawn.iter().filter(|item| item.kind == kind).count();
        assert_eq!(Kind::ALL.map(of), [4; 6]);
        let different: BTreeSet<_> = drawn.iter().collect();
        assert_eq!(different.len(), 24, "nothing is drawn twice");
        for item in &drawn {
            assert!(network.contains(item.id));
            assert_eq!(item.slot.is_some(), matches!(item.kind, Kind::Port | Kind::Core), "{item:?}");
            assert_ne!(item.slot, Some(0));
        }
        assert!(draw(&network, 0, 1).is_empty() && draw(&Network::new(), 100, 1).is_empty());
        // More than there is: everything, once.
        let all = draw(&network, 100_000, 1);
        assert_eq!(all.iter().filter(|item| item.kind == Kind::Core).count(), 24 + 24 + 2 + 12);
        assert_eq!(all.iter().collect::<BTreeSet<_>>().len(), all.len());
    }

    #[test]
    fn strata_share_by_their_number() {
        let check = |counts: &[(Kind, &str, u64)], size, expected: &[usize]| {
            let strata = counts.iter().map(|(kind, region, count)| ((*kind, Text::from(*region)), *count)).collect();
            let wanted = allocation(&strata, size);
            let got: Vec<usize> =
                counts.iter().map(|(kind, region, _)| wanted[&(*kind, Text::from(*region))]).collect();
            assert_eq!(got, expected, "{counts:?}");
        };
        check(&[(Kind::Cable, "A", 900), (Kind::Cable, "B", 90), (Kind::Cable, "C", 10)], 10, &[8, 1, 1]);
        check(&[(Kind::Cable, "A", 5), (Kind::Core, "A", 1_000_000)], 100, &[5, 95]);
        check(&[(Kind::Cable, "A", 5), (Kind::Core, "A", 1_000_000)], 4, &[2, 2]);
        check(&[(Kind::Cable, "A", 2), (Kind::Cable, "B", 2)], 100, &[2, 2]);
    }

    #[test]
    fn the_interval_is_wilsons() {
        let check = |agree, of, low: f64, high: f64| {
            let (got_low, got_high) = wilson(agree, of);
            assert!(
                (got_low - low).abs() < 5e-4 && (got_high - high).abs() < 5e-4,
                "{agree}/{of}: {got_low} {got_high}"
            );
        };
        // Published examples (Newcombe 1998, table I: 81/263, 15/148, 0/20, 1/29).
        check(81, 263, 0.2553, 0.3662);
        check(15, 148, 0.0624, 0.1605);
        check(0, 20, 0.0, 0.1611);
        check(1, 29, 0.0061, 0.1718);
        check(20, 20, 1.0 - 0.1611, 1.0);
    }

    #[test]
    fn thresholds_are_met_missed_or_open() {
        let catalog = Catalog::builtin();
        let looked = |kind, agree: usize, of: usize| {
            let one = |nth| Observation { kind, region: "东区".into(), unit: "一班".into(), agrees: nth < agree };
            (0..of).map(one).collect::<Vec<_>>()
        };
        let check = |kind, agree, of, required: f64, expected| {
            let found = accuracy(&looked(kind, agree, of), &catalog);
            for rows in [&found.kinds, &found.regions, &found.units] {
                let [row] = rows.as_slice() else { panic!("{rows:?}") };
                assert_eq!((row.verdict, row.looked_at, row.agree), (expected, of as u64, agree as u64), "{row:?}");
                assert!((row.required_percent - required).abs() < 1e-9);
            }
            assert_eq!(found.kinds[0].name, None);
            assert_eq!(found.regions[0].name.as_deref(), Some("东区"));
            assert_eq!(found.units[0].name.as_deref(), Some("一班"));
        };
        check(Kind::Cable, 100, 100, 95.0, Verdict::Met);
        check(Kind::Cable, 97, 100, 95.0, Verdict::Open);
        check(Kind::Cable, 80, 100, 95.0, Verdict::Missed);
        check(Kind::Core, 1_000, 1_000, 98.0, Verdict::Met);
        check(Kind::Route, 100, 100, 99.0, Verdict::Open);
        assert_eq!(accuracy(&[], &catalog), Accuracies::default());
    }
}
