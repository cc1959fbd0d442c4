//! The access cables of a cell: main cable, branch cables, a tree, and lead-ins to two customers.

use chrono::NaiveDate;
use linewright_model::{Alike, CableEnd, PlaceId, PlaceKind, Plant, Stage};

use super::{Building, Corners, Lot, ServedBox};
use crate::world::{Frame, Make, Strand, Terminals, World};

/// What the access cables of a cell have in common.
pub(super) struct Access {
    pub(super) lot: Lot,
    pub(super) corners: Corners,
    pub(super) cabinet: Frame,
    pub(super) boxes: Vec<ServedBox>,
}

fn make(cores: u32, joints: usize, plant: &Alike<Plant>) -> Make {
    Make { cores, joints, plant: plant.clone(), proven: true, name: "".into() }
}

/// Plant in service, or under construction 在建 until the middle of 2027.
fn plant(world: &World, waits: bool) -> Alike<Plant> {
    let mut plant = world.plant();
    if waits {
        (plant.stage, plant.available_from) = (Stage::UnderConstruction, NaiveDate::from_ymd_opt(2027, 6, 30));
    }
    plant
}

impl Access {
    /// The main cable: from the site to a closure at corner 5, from there to the cabinet and to the office tower.
    ///
    /// The cores that go on to neither stay bare in the closure.
    pub(super) fn main(&mut self, world: &mut World, site: &mut Frame, tower: PlaceId) -> Option<Strand> {
        let plant = plant(world, false);
        let (cores, onward) = if self.lot.rural { (144, 96) } else { (288, 144) };
        let split = world.place_within(PlaceKind::Closure, self.corners[5], plant.clone(), "");
        let main = *world.run(site.place, split, &make(cores, 0, &plant), &[])?.first()?;
        let near = world.terminate(site, (main, CableEnd::A, 1), cores);
        let second = *world.run(split, self.cabinet.place, &make(onward, 0, &plant), &[])?.first()?;
        world.splice(split, (main, CableEnd::B, 1), (second, CableEnd::A, 1), onward);
        let far = world.terminate(&mut self.cabinet, (second, CableEnd::B, 1), onward);

        let tower_box = world.place_within(PlaceKind::DistributionBox, tower, plant.clone(), "");
        let mut frame = world.frame(tower_box, 72, plant.clone());
        let riser = *world.run(split, tower_box, &make(48, 0, &plant), &[])?.first()?;
        world.splice(split, (main, CableEnd::B, onward + 1), (riser, CableEnd::A, 1), 48);
        let z = world.terminate(&mut frame, (riser, CableEnd::B, 1), 48);
        let a = Terminals { frame: near.frame, first: near.first + onward };
        let feed = Strand { a, z, hops: vec![(main, onward + 1), (riser, 1)], count: 48, taken: 0 };
        let splitter = world.splitter(tower_box, 16, plant);
        self.boxes.push(ServedBox { frame, splitter, branches: 16, feed, over_cabinet: false, in_service: true });
        Some(Strand { a: near, z: far, hops: vec![(main, 1), (second, 1)], count: onward, taken: 0 })
    }

    /// A branch cable from the cabinet to a box at a corner.
    pub(super) fn branch(&mut self, world: &mut World, corner: PlaceId, branches: u32, waits: bool) -> Option<()> {
        let plant = plant(world, waits);
        let at = world.place_within(PlaceKind::DistributionBox, corner, plant.clone(), "");
        let mut frame = world.frame(at, 48, plant.clone());
        let feed = world.strand(&mut self.cabinet, &mut frame, &make(24, 1, &plant), &[])?;
        let splitter = world.splitter(at, branches, plant);
        self.boxes.push(ServedBox { frame, splitter, branches, feed, over_cabinet: true, in_service: !waits });
        Some(())
    }

    /// A tree: one cable of 24 to a closure, from there 12 each to two boxes; in some, what the last cables carry is
    /// not proven.
    pub(super) fn tree(&mut self, world: &mut World) -> Option<()> {
        let plant = plant(world, false);
        let fork = world.place_within(PlaceKind::Closure, self.corners[3], plant.clone(), "");
        let proven = self.lot.number() % 7 != 3;
        let trunk = world.run(self.cabinet.place, fork, &make(24, 1, &plant), &[])?;
        let (trunk_first, trunk_last) = (*trunk.first()?, *trunk.last()?);
        let near = world.terminate(&mut self.cabinet, (trunk_first, CableEnd::A, 1), 24);
        for (nth, corner) in [(0, self.corners[0]), (1, self.corners[1])] {
            let at = world.place_within(PlaceKind::DistributionBox, corner, plant.clone(), "");
            let mut frame = world.frame(at, 24, plant.clone());
            let tail = *world.run(fork, at, &Make { proven, ..make(12, 0, &plant) }, &[])?.first()?;
            let first = nth * 12 + 1;
            world.splice(fork, (trunk_last, CableEnd::B, first), (tail, CableEnd::A, 1), 12);
            let z = world.terminate(&mut frame, (tail, CableEnd::B, 1), 12);
            let hops = trunk.iter().map(|cable| (*cable, first)).chain([(tail, 1)]).collect();
            let a = Terminals { frame: near.frame, first: near.first + nth * 12 };
            let splitter = world.splitter(at, 8, plant.clone());
            let feed = Strand { a, z, hops, count: 12, taken: 0 };
            self.boxes.push(ServedBox { frame, splitter, branches: 8, feed, over_cabinet: true, in_service: true });
        }
        Some(())
    }

    /// Lead-ins 引入光缆: one to the first customer, two to the second, by different entries.
    pub(super) fn lead_ins(&mut self, world: &mut World, first: PlaceId, second: &Building) -> Option<[Strand; 3]> {
        let ready = plant(world, false);
        let mut first_frame = world.frame(first, 24, ready.clone());
        let mut second_frame = world.frame(second.place, 36, ready.clone());
        let one = world.strand(&mut self.boxes.get_mut(1)?.frame, &mut first_frame, &make(12, 0, &ready), &[])?;
        // As far along as the box it comes from.
        let along = plant(world, self.lot.building());
        let two = world.strand(&mut self.boxes.get_mut(2)?.frame, &mut second_frame, &make(12, 0, &along), &[])?;
        let apart = [second.entry, self.corners[6]];
        let three = world.strand(&mut self.cabinet, &mut second_frame, &make(12, 0, &ready), &apart)?;
        Some([one, two, three])
    }
}
