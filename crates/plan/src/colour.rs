//! Which tube and colour a core has (DOMAIN §3.5).

use linewright_model::{Cable, ColourScheme};
use serde::Serialize;

/// A fibre or tube colour 色谱.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Colour {
    /// 蓝
    Blue,
    /// 橙
    Orange,
    /// 绿
    Green,
    /// 棕
    Brown,
    /// 灰
    Slate,
    /// 白
    White,
    /// 红
    Red,
    /// 黑
    Black,
    /// 黄
    Yellow,
    /// 紫
    Violet,
    /// 粉
    Rose,
    /// 青
    Aqua,
    /// 本色
    Natural,
}

use Colour::*;

/// The order of fibre colours 1–12, the same in Chinese practice and TIA-598.
const ORDER: [Colour; 12] = [Blue, Orange, Green, Brown, Slate, White, Red, Black, Yellow, Violet, Rose, Aqua];

impl Colour {
    /// English name.
    pub fn en(self) -> &'static str {
        match self {
            Blue => "blue",
            Orange => "orange",
            Green => "green",
            Brown => "brown",
            Slate => "slate",
            White => "white",
            Red => "red",
            Black => "black",
            Yellow => "yellow",
            Violet => "violet",
            Rose => "rose",
            Aqua => "aqua",
            Natural => "natural",
        }
    }

    /// Chinese name.
    pub fn zh(self) -> &'static str {
        match self {
            Blue => "蓝",
            Orange => "橙",
            Green => "绿",
            Brown => "棕",
            Slate => "灰",
            White => "白",
            Red => "红",
            Black => "黑",
            Yellow => "黄",
            Violet => "紫",
            Rose => "粉",
            Aqua => "青",
            Natural => "本色",
        }
    }
}

/// Where a core is inside its sheath.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize)]
pub struct CorePosition {
    /// Tube number, from 1.
    pub tube: u32,
    /// Tube colour; none beyond the twelve full colours.
    pub tube_colour: Option<Colour>,
    /// Ribbon inside the tube, from 1, in ribbon cables.
    pub ribbon: Option<u32>,
    /// Core colour; none where tubes or ribbons are larger than the twelve colours.
    pub colour: Option<Colour>,
}

/// Tube, ribbon and colour of a core; `None` when the cable does not record its cores per tube.
pub fn core_position(cable: &Cable, core: u32) -> Option<CorePosition> {
    let per_tube = cable.cores_per_tube.filter(|n| *n > 0)?;
    let index = core.checked_sub(1)?;
    let (tube, inside) = (index / per_tube, index % per_tube);
    let tubes = cable.cores.map(|cores| cores.div_ceil(per_tube));
    let tube_colour = match cable.colours {
        ColourScheme::Full => ORDER.get(tube as usize).copied(),
        // A single tube is green; otherwise red, green, then natural counted clockwise.
        ColourScheme::Guide if tubes == Some(1) => Some(Green),
        ColourScheme::Guide => Some([Red, Green].get(tube as usize).copied().unwrap_or(Natural)),
    };
    let per_ribbon = cable.cores_per_ribbon.filter(|n| *n > 0);
    let in_group = per_ribbon.map_or(inside, |n| inside % n);
    Some(CorePosition {
        tube: tube + 1,
        tube_colour,
        ribbon: per_ribbon.map(|n| inside / n + 1),
        colour: ORDER.get(in_group as usize).copied(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use linewright_model::{Id, PlaceId};

    #[test]
    fn cores_have_the_colours_of_the_standard() {
        let check = |per_tube, ribbon, colours, cores, core, expected| {
            let place = PlaceId::from_raw(0);
            let mut cable = Cable::new("c", place, place, 1.0);
            (cable.cores, cable.cores_per_tube, cable.cores_per_ribbon) = (Some(cores), Some(per_tube), ribbon);
            cable.colours = colours;
            let got = core_position(&cable, core).unwrap();
            assert_eq!((got.tube, got.tube_colour, got.ribbon, got.colour), expected, "core {core}");
        };
        check(12, None, ColourScheme::Full, 48, 1, (1, Some(Blue), None, Some(Blue)));
        check(12, None, ColourScheme::Full, 48, 14, (2, Some(Orange), None, Some(Orange)));
        check(6, None, ColourScheme::Full, 24, 12, (2, Some(Orange), None, Some(White)));
        check(6, None, ColourScheme::Guide, 24, 13, (3, Some(Natural), None, Some(Blue)));
        check(12, None, ColourScheme::Guide, 12, 3, (1, Some(Green), None, Some(Green)));
        check(24, Some(12), ColourScheme::Full, 48, 37, (2, Some(Orange), Some(2), Some(Blue)));
        check(24, None, ColourScheme::Full, 48, 13, (1, Some(Blue), None, None));
    }
}
